"""Channels from the environment names that users of TrendRadar already have (its docker-compose.yml lists them).

Several accounts stand in one variable, separated by ``;``. Each becomes a channel: ``feishu``, ``feishu-2``, …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from urllib.parse import parse_qs, quote, urlsplit


def channels_from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Channel addresses by name. A variable that does not look as its vendor writes it is passed over."""
    found: dict[str, str] = {}
    for name, address in _all(environ):
        number = sum(known == name or known.rpartition("-")[0] == name for known in found) + 1
        found[name if number == 1 else f"{name}-{number}"] = address
    return found


def _all(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for url in _values(environ, "FEISHU_WEBHOOK_URL"):
        scheme = "lark" if "larksuite" in (urlsplit(url).hostname or "") else "feishu"
        yield from _if(scheme, f"{scheme}://", _last_part(url))
    urls, secrets = _values(environ, "DINGTALK_WEBHOOK_URL"), _values(environ, "DINGTALK_SECRET")
    for url, secret in list(zip_longest(urls, secrets, fillvalue=""))[: len(urls)]:
        yield from _if(
            "dingtalk", "dingtalk://", _query(url, "access_token"), f"?secret={quote(secret, safe='')}" if secret else ""
        )
    for url in _values(environ, "WEWORK_WEBHOOK_URL"):
        yield from _if("wecom", "wecom://", _query(url, "key"))
    for token, chat in zip(_values(environ, "TELEGRAM_BOT_TOKEN"), _values(environ, "TELEGRAM_CHAT_ID"), strict=False):
        yield "telegram", f"telegram://{token}/{chat}"
    for url in _values(environ, "SLACK_WEBHOOK_URL"):
        yield from _if("slack", "slack://", urlsplit(url).path.removeprefix("/services/").strip("/"))
    for url in _values(environ, "BARK_URL"):
        yield from _if("bark", f"bark://{urlsplit(url).netloc}/", _last_part(url), _tls(url))
    for url in _values(environ, "GENERIC_WEBHOOK_URL"):
        if url.startswith(("http://", "https://")):
            yield "webhook", f"webhook+{url}"
    yield from _ntfy(environ)
    yield from _email(environ)


def _ntfy(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    server = environ.get("NTFY_SERVER_URL", "").strip() or "https://ntfy.sh"
    topics, tokens = _values(environ, "NTFY_TOPIC"), _values(environ, "NTFY_TOKEN")
    for topic, token in list(zip_longest(topics, tokens, fillvalue=""))[: len(topics)]:
        query = "&".join(part for part in (_tls(server).removeprefix("?"), f"token={quote(token)}" if token else "") if part)
        yield "ntfy", f"ntfy://{urlsplit(server).netloc}/{topic}" + (f"?{query}" if query else "")


def _email(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    sender, password, to = (environ.get(f"EMAIL_{key}", "").strip() for key in ("FROM", "PASSWORD", "TO"))
    if not (sender and to):
        return
    host = environ.get("EMAIL_SMTP_SERVER", "").strip() or f"smtp.{sender.rpartition('@')[2]}"
    port = environ.get("EMAIL_SMTP_PORT", "").strip() or "465"
    scheme = "smtps" if port == "465" else "smtp"
    yield (
        "email",
        f"{scheme}://{quote(sender, safe='')}:{quote(password, safe='')}@{host}:{port}?from={quote(sender)}&to={quote(to)}",
    )


def _values(environ: Mapping[str, str], name: str) -> list[str]:
    return [value.strip() for value in environ.get(name, "").split(";") if value.strip()]


def _if(name: str, start: str, secret: str, end: str = "") -> Iterator[tuple[str, str]]:
    if secret:
        yield name, f"{start}{secret}{end}"


def _last_part(url: str) -> str:
    return urlsplit(url).path.strip("/").rpartition("/")[2]


def _query(url: str, key: str) -> str:
    return parse_qs(urlsplit(url).query).get(key, [""])[0]


def _tls(url: str) -> str:
    return "?tls=off" if url.startswith("http://") else ""
