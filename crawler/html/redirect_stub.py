"""Pages that hold nothing but the way to another one: meta refresh, location.href. Pure, and linear in what it looks at."""

from __future__ import annotations

import re
from html import unescape

from crawler.url import join

MAX_STUB = 32_000  # bytes; a page with more has something to show
MAX_SHOWN = 160  # characters that a stub shows: 正在跳转，如果没有自动跳转，请点击这里
MAX_WAIT = 30  # seconds of a refresh; a page that refreshes later is one to be read

_not_shown = re.compile(r"(?is)<(script|style|title|noscript|template|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>")
_comment = re.compile(r"(?s)<!--.*?(?:-->|\Z)")
_meta = re.compile(r"(?i)<meta\b[^<>]{0,1000}>")
_is_refresh = re.compile(r"""(?i)http-equiv\s*=\s*["']?\s*refresh""")
_content = re.compile(r"""(?i)\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_refresh = re.compile(r"""(?i)\s*(\d{0,5})(?:\.\d*)?\s*[;,]?\s*(?:url\s*=\s*)?["']?([^"']*)""")
_script = re.compile(r"(?is)<script\b([^<>]*)>(.*?)(?:</script\s*>|\Z)")
_place = r"(?:(?:window|self|top|parent|document|this)\s*\.\s*)*location(?:\s*\.\s*href)?"
_goes = re.compile(
    rf"(?:^|[^\w.$])(?:{_place}\s*=|{_place}\s*\.\s*(?:replace|assign)\s*\()\s*(?:([\"'])((?:(?!\1)[^\\\n]|\\.)*)\1|([\w$]+))\s*[;)\n]?"
)
_asks = re.compile(r"userAgent|navigator|matchMedia|screen\.|innerWidth|document\.cookie|onclick|addEventListener|confirm\(")
_escape = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))")


def refresh_of(value: str, base: str) -> str | None:
    """The address that a Refresh header, or a meta of that name, sends to at once."""
    found = _refresh.match(value.strip())
    if found is None or not found[2] or int(found[1] or 0) > MAX_WAIT:
        return None
    return join(base, unescape(found[2]).strip())


def target_of(body: bytes, base: str) -> str | None:
    """Where a page sends its reader that shows nothing itself; None for a page to be read."""
    if len(body) > MAX_STUB or b"<" not in body:
        return None
    page = _comment.sub("", body.decode("utf-8", "replace"))
    if len("".join(unescape(_not_shown.sub(" ", page)).split())) > MAX_SHOWN:
        return None
    told = (said for meta in _meta.findall(page) if _is_refresh.search(meta) and (said := _content.search(meta)))
    for said in told:
        if target := refresh_of(unescape("".join(filter(None, said.groups()))), base):
            return _elsewhere(target, base)
    return _elsewhere(_of_scripts(page, base), base)


def _of_scripts(page: str, base: str) -> str | None:
    scripts = _script.findall(page)
    if any("src" in attributes.lower() for attributes, _ in scripts):
        return None  # an application that draws itself
    code = "\n".join(text for _, text in scripts)
    if not (found := _goes.search(code)) or _asks.search(code):
        return None
    text = found[2]
    if found[3]:
        assigned = re.search(rf"(?:^|[^\w$.]){re.escape(found[3])}\s*=\s*([\"'])((?:(?!\1)[^\\\n]|\\.)*)\1", code)
        text = assigned[2] if assigned else ""
    return join(base, _escape.sub(_unescaped, text)) if text else None


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2], 16)) if found[1] or found[2] else found[3]


def _elsewhere(target: str | None, base: str) -> str | None:
    return target if target and target.partition("#")[0] != base.partition("#")[0] else None
