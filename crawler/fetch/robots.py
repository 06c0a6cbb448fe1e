"""robots.txt as RFC 9309 reads it. Pure, and linear in time: a rule with many `*` costs no more than its length times the path's.

(The usual parsers turn `*` into regular expressions; three of them in a hostile rule, and one look costs minutes.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

MAX_BYTES = 500 * 1024  # RFC 9309 §2.5: at least 500 KiB must be read
MAX_CRAWL_DELAY = 120.0  # seconds; a longer wish would outlast the lease of the task that waits for it

_PRODUCT = re.compile(r"[A-Za-z_-]+")
_ORIGIN = re.compile(r"^[a-z]+://[^/?]*", re.IGNORECASE)
_RESERVED = "/:?#[]@!$&'()*+,;=%"  # kept as they are


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow line: the parts of its pattern between `*`, and whether a closing `$` ties it to the end."""

    allow: bool
    parts: tuple[str, ...]
    tied: bool
    length: int

    def matches(self, path: str) -> bool:
        """Whether the pattern matches from the start of `path`. Taking each part at its first place is enough, since `*` takes all."""
        first, *rest = self.parts
        if not path.startswith(first):
            return False
        if not rest:
            return not self.tied or len(path) == len(first)
        at = len(first)
        for part in rest[:-1] if self.tied else rest:
            at = path.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return not self.tied or (path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at)


@dataclass(frozen=True, slots=True)
class Robots:
    """What one robots.txt says to us. Without rules everything is allowed."""

    rules: tuple[Rule, ...] = ()
    crawl_delay: float | None = None  # seconds

    def allows(self, url: str) -> bool:
        """Whether this address may be fetched: the longest matching rule counts, Allow before Disallow (§2.2.2)."""
        path = _path_of(url)
        if path == "/robots.txt":
            return True
        best = max((rule for rule in self.rules if rule.matches(path)), key=lambda rule: (rule.length, rule.allow), default=None)
        return best is None or best.allow


def product_token(user_agent: str) -> str:
    """The name by which robots.txt calls us: the letters at the start of the user agent (§2.2.1)."""
    found = _PRODUCT.match(user_agent)
    return found.group().casefold() if found else ""


def parse(body: bytes, user_agent: str) -> Robots:
    """Read a robots.txt for this user agent. Never raises; what cannot be read is skipped (§2.2)."""
    if len(body) >= MAX_BYTES:  # half of the last line could say "Disallow: /"
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    token = product_token(user_agent)
    ours: list[tuple[str, str]] = []
    everyones: list[tuple[str, str]] = []
    found_ours = False
    for agents, lines in _groups(body.decode("utf-8", "replace")):
        if token and token in agents:
            found_ours = True
            ours.extend(lines)
        if "*" in agents:
            everyones.extend(lines)
    lines = ours if found_ours else everyones
    rules = tuple(_rule(key == "allow", value) for key, value in lines if key != "crawl-delay" and value)
    delays = [delay for key, value in lines if key == "crawl-delay" and (delay := _seconds(value)) is not None]
    return Robots(rules, max(delays, default=None))


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """Groups of (user agents, lines). Several User-agent lines in a row open one group."""
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().casefold(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = set(), []
            agents.add("*" if value == "*" else product_token(value))
        elif key in ("allow", "disallow", "crawl-delay") and agents:
            lines.append((key, value))
    if agents:
        yield agents, lines


def _rule(allow: bool, pattern: str) -> Rule:
    tied = pattern.endswith("$")
    pattern = _escaped(pattern[:-1] if tied else pattern)
    if not pattern.startswith(("/", "*")):
        pattern = "/" + pattern
    parts = tuple(pattern.split("*"))
    return Rule(
        allow, (parts[0], *(part for part in parts[1:-1] if part), *parts[-1:][: len(parts) - 1]), tied, len(pattern) + tied
    )


def _path_of(url: str) -> str:
    path = _ORIGIN.sub("", url.partition("#")[0], count=1)
    return _escaped(path if path.startswith("/") else f"/{path}")


def _escaped(path: str) -> str:
    """The same path whichever way its characters were written (§2.2.2): `%7e` and `~` are one, so are `%e4` and `%E4`."""
    return quote(re.sub(r"%[0-9a-fA-F]{2}", _one_way, path), safe=_RESERVED, errors="replace")


def _one_way(escape: re.Match[str]) -> str:
    char = chr(int(escape.group()[1:], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else escape.group().upper()


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return min(seconds, MAX_CRAWL_DELAY) if seconds > 0 else None  # false for nan
