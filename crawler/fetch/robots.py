"""robots.txt as RFC 9309 reads it, by protego. Pure; linear in time, whatever a hostile file says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

MAX_BYTES = 500 * 1024  # RFC 9309 §2.5: at least 500 KiB must be read
MAX_CRAWL_DELAY = 120.0  # seconds; a longer wish would outlast the lease of the task that waits for it

_PRODUCT = re.compile(r"[A-Za-z_-]+")
_AGENT = re.compile(r"^([ \t]*user[- ]?agent[ \t]*(?::|[ \t])[ \t]*)([^#\r\n]*)", re.IGNORECASE | re.MULTILINE)
_BARE_PATH = re.compile(r"^([ \t]*(?:dis)?allow[ \t]*:[ \t]*)(?=[^/*$#\s])", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Robots:
    """What one robots.txt says to us. Without any everything is allowed. `size` is its length in characters."""

    said: Protego | None = None
    agent: str = ""
    crawl_delay: float | None = None  # seconds
    size: int = 0

    def allows(self, url: str) -> bool:
        """Whether this address may be fetched."""
        return self.said is None or self.said.can_fetch(url, self.agent)


def product_token(user_agent: str) -> str:
    """The name by which robots.txt calls us: the letters at the start of the user agent (§2.2.1)."""
    found = _PRODUCT.match(user_agent)
    return found.group().casefold() if found else ""


def parse(body: bytes, user_agent: str) -> Robots:
    """Read a robots.txt for this user agent. Never raises; what cannot be read is skipped (§2.2)."""
    if len(body) >= MAX_BYTES:  # half of the last line could say "Disallow: /"
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    token = product_token(user_agent) or "nobody"

    def whole_name(line: re.Match[str]) -> str:
        """protego takes the beginning of a name for the name: to it, `User-agent: zh` would mean us."""
        name = line[2].strip()
        return line[1] + ("*" if name == "*" else token if product_token(name) == token else f"not-{token}")

    text = _AGENT.sub(whole_name, body.decode("utf-8", "replace").lstrip("\ufeff"))
    said = Protego.parse(_BARE_PATH.sub(r"\1/", text))  # "Disallow: private" is meant, whatever §2.2.2 says of its form
    return Robots(said, token, _seconds(said.crawl_delay(token)), len(text))


def _seconds(delay: float | None) -> float | None:
    return min(delay, MAX_CRAWL_DELAY) if delay is not None and delay > 0 else None  # false for nan
