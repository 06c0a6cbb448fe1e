"""A page's bytes as one tree: decoding, parsing, and what stands in its head. Each page is parsed once; nothing here is worse than linear."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from lxml import etree

from crawler.errors import ReadError
from crawler.text import HAN

MAX_BODY = 16_000_000  # bytes of markup that are looked at; the longest articles measured stay under 5 MB
INDENT = "\u3000\u3000"
# So many characters of UTF-8 to each broken one: other encodings have fewer by chance (GB 2312 one to six broken ones).
BROKEN = 5
MAX_METAS = 30  # of one name
DEAD = frozenset(
    "script style noscript template svg math iframe object embed applet audio video canvas head select button textarea datalist".split()
)
BLOCK = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_bom = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_charset = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_charset_header = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_doctype = re.compile(rb"\s*(?:<\?[^>]*>\s*)?<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)  # what it declares is no text
_lonely = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_high = re.compile(rb"[\x80-\xff]")
_of_utf8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTINUED = bytes(range(0x80, 0xC0))  # a character of UTF-8 holds one of these at least, and counting bytes is cheap
_han = re.compile(f"[{HAN}]+")
_private = re.compile("[\ue000-\uf8ff]")
_controls = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ud800-\udfff\ufeff\ufff9-\ufffc]"
)
_loose = re.compile(r"[\W_]+")
_author_page = re.compile(
    r"/(?:auth?ore?s?|auteurs?|by|people|staff|contributors?|reporters?|journalists?|profiles?|users?|u|members?(?=/\d))/"
)
_TELLING = frozenset(("class", "rel", "itemprop", "href"))  # attributes that can call a link or span an author's
_tag = re.compile(r"<[a-zA-Z/!][^<>]*>")
_VOID = frozenset(("br", "wbr", "img", "hr"))
_title_tag = re.compile(  # of the markup that people put into titles
    r"<(/?)(a|abbr|acronym|b|bdi|bdo|big|blink|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nobr|ol|p|q|rb|rp|rt"
    r"|ruby|s|samp|small|span|strike|strong|sub|sup|tt|u|ul|var|wbr)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)


def decode(body: bytes, content_type: str = "") -> str:
    """The page's text: byte order mark, UTF-8 (a few broken bytes are no other encoding), what it declares (gb* is gb18030), gb18030; a guess where those are rubbish."""
    for mark, name in _bom:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd") * BROKEN
    if broken <= len(body) - len(body.translate(None, _CONTINUED)) and broken <= len(_of_utf8.findall(body)):
        return text  # UTF-8 with a few broken bytes (a title cut in the middle of a character), whatever it declares
    declared = _declared(body, content_type)
    if declared and declared not in ("utf-8", "utf8"):
        tried = _try(body, declared)
        if tried is not None and not _rubbish(tried):
            return tried
    return _guess(body)


def _declared(body: bytes, content_type: str) -> str:
    match = _charset_header.search(content_type)
    name = match[1] if match else ""
    if not name and (found := _charset.search(body[:8192])):
        name = found[1].decode("ascii", "replace")
    name = name.lower()
    if name.startswith(("gb", "hz-gb", "x-gb")) or name in ("chinese", "euc-cn", "cp936"):
        return "gb18030"
    if name in ("iso-8859-1", "latin1", "ascii", "us-ascii"):
        return "cp1252"
    return "cp932" if name == "shift_jis" else name


def _try(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding, "replace")
    except LookupError:
        return None


def _rubbish(text: str) -> bool:
    """True when decoding went wrong: many replaced bytes, or Han that nobody uses (half of GB 2312 is everyday Chinese)."""
    third = len(text) // 3
    sample = text[:3000] + text[third : third + 3000] + text[2 * third : 2 * third + 3000]
    if text.count("\ufffd") * 200 > len(text) or len(_private.findall(sample)) * 100 > len(sample):
        return True
    han = "".join(_han.findall(sample))
    if len(han) < 50:
        return False
    known = max(len(han.encode("gb2312", "ignore")), len(han.encode("big5", "ignore")), len(han.encode("cp932", "ignore")))
    return known < 2 * 0.85 * len(han)


def _guess(body: bytes) -> str:
    if len(_lonely.findall(body)) * 2 > len(_high.findall(body)):
        return body.decode("cp1252", "replace")  # single accents between ASCII letters: a Western page
    guesses = (body.decode(name, "replace") for name in ("gb18030", "big5", "cp932", "euc_jp", "euc_kr"))
    return next((text for text in guesses if not _rubbish(text)), body.decode("gb18030", "replace"))


def tree(body: bytes, content_type: str = "") -> etree._Element:
    """A page's bytes as one tree; UTF-8 is not turned to text and back first."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return parse(decode(body, content_type))
    return _parse(body.removeprefix(_bom[0][0]))


def _undone(raw: bytes) -> bytes:
    """Without an </html> before the page's end: browsers read on, the parser does not."""
    last = len(raw.rstrip()) - 1
    for end in (b"</html>", b"</HTML>"):
        if raw.rfind(end, 0, last) >= 0:  # from the end, which is twice as fast
            raw = raw.replace(end, b"")
    return raw


def parse(text: str) -> etree._Element:
    """The page as one tree, without comments. Raises ReadError when there is nothing to parse."""
    return _parse(text.encode("utf-8", "replace"))


def _parse(raw: bytes) -> etree._Element:
    raw = raw[:MAX_BODY]
    if declared := _doctype.match(raw):
        raw = raw[declared.end() :]
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8", huge_tree=True, collect_ids=False)
    try:
        root = etree.fromstring(_undone(raw), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(f"the page is no HTML: {error}") from error
    if root is None:
        raise ReadError("the page is empty")
    head = root.find("head")
    if head is not None and any(child.tag in BLOCK or "-" in str(child.tag) for child in head):
        head.tag = "div"  # the parser knows no <main> or <article>, and leaves a body that no tag opens in the head
    return root


def clean(text: str) -> str:
    """One line: no control or zero-width characters, every run of blanks (NBSP, U+3000 too) one blank, none at the ends."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return " ".join(_controls.sub("", text).split())


def paragraphs(text: str) -> list[str]:
    """The clean lines of a block's text: one, or several where a Chinese indent (two U+3000) begins each without a line break."""
    if INDENT in text:
        return [line for part in text.split(INDENT) if (line := clean(part))]
    line = clean(text)
    return [line] if line else []


def typed(text: str) -> list[str]:
    """The paragraphs of a text that is set as it was typed, as mails are, parted by empty lines: without what it quotes and its signature.
    What is no prose (code) stays whole."""
    words = text.split()
    if len(words) < 20 or sum(_plain_word.fullmatch(word) is not None for word in words) * 5 < len(words) * 4:
        return [text]
    return _typed_break.split(_quoted.sub("\n\n", _signature.split(text)[0]))


_plain_word = re.compile(r"[\"'“‘(]?[^\W_]+(?:['’-][^\W_]+)*['’\"”)]?[,.;:!?]*|[>*•-]")
_signature = re.compile(r"\n-- ?\n")
_quoted = re.compile(
    r"(?m)(?:^.{0,160}(?:\n.{0,80})?\b(?:wrote|writes|schrieb|a écrit|escribió):\s+)?(?:^[ \t]{0,2}>.*(?:\n|$))+"
)
_typed_break = re.compile(r"\n\s*\n|\n(?=\s*[*•-] )")


def loose(text: str) -> str:
    """For comparing titles and sentences: letters and digits only, small."""
    return _loose.sub("", text).lower()


def has_tag(text: str) -> bool:
    """True for a string with a tag in it."""
    return _tag.search(text) is not None


def plain(markup: str) -> str:
    """A fragment of HTML as plain text, one line a paragraph; text that holds no tag comes back with its lines cleaned."""
    if not has_tag(markup):
        return "\n".join(line for block in entities.unescape(markup).splitlines() for line in paragraphs(block))
    try:
        root = parse(f"<div>{markup}</div>")
    except ReadError:
        return ""
    return "\n".join(line for block in _lines(root) for line in paragraphs(block))


_marked = re.compile(r"(?s)^\s*<!\[CDATA\[(.*?)(?:\]\]>)*\s*$")  # put in CDATA twice


def plain_title(markup: str) -> str:
    """A title as one plain line. Words in angle brackets that are no markup of HTML's stay: <think>, List<String>, a lonely <b>."""
    markup = _marked.sub(r"\1", markup)
    known = _title_tag.findall(markup)
    closed = {name.lower() for slash, name in known if slash}
    opened = {name.lower() for slash, name in known if not slash}

    def gone(found: re.Match[str]) -> str:
        name = found[2].lower()
        if name in _VOID:
            return " "
        return "" if name in closed & opened else found[0]

    return clean(entities.unescape(_title_tag.sub(gone, markup)))


def _lines(root: etree._Element) -> Iterator[str]:
    parts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start" and tag in DEAD:
            walk.skip_subtree()
            continue
        if (tag in BLOCK or tag == "br") and parts:
            yield "".join(parts)
            parts.clear()
        piece = element.text if event == "start" else element.tail
        if piece:
            parts.append(piece)
    yield "".join(parts)


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands outside the visible text: every meta by lower-case name, in page order; links as (rel, href); scripts as (type, text)."""

    metas: dict[str, list[str]]
    links: list[tuple[str, str]]
    scripts: list[tuple[str, str]]
    title: str
    styles: list[str]
    players: int = 0  # video elements and frames
    passwords: int = 0  # fields that ask for one
    # number of a script → the JSON values in it, once somebody asked for them
    parsed: dict[int, list[Any]] = field(default_factory=dict)


def gather(root: etree._Element) -> Tags:
    """All of them in one traversal."""
    found = Tags({}, [], [], "", [])
    title, players, passwords = "", 0, 0
    for element in root.iter("meta", "link", "script", "style", "title", "video", "iframe", "input"):
        tag = element.tag
        if tag == "meta":
            key = element.get("property") or element.get("name") or element.get("itemprop")
            value = element.get("content")
            if key and value and (value := clean(value)) and not (element.get("itemprop") and _in_a_list(element)):
                values = found.metas.setdefault(key.strip().lower(), [])
                if len(values) < MAX_METAS:
                    values.append(value)
        elif tag == "link":
            found.links.append((element.get("rel") or "", element.get("href") or ""))
        elif tag == "script":
            if element.text:
                found.scripts.append((element.get("type") or "", element.text))
        elif tag == "style":
            found.styles.append(element.text or "")
        elif tag == "input":
            passwords += element.get("type") == "password"
        elif tag != "title":
            players += 1
        elif not title:
            title = clean("".join(map(str, element.itertext())))
    return replace(found, title=title, players=players, passwords=passwords)


def _in_a_list(element: etree._Element) -> bool:
    """True for what is said of one of several things beside the article."""
    return any(above.tag in ("li", "aside", "nav", "footer") for above in islice(element.iterancestors(), 8))


def _is_author(element: etree._Element) -> bool:
    """Does a link or span say that an author's name stands in it. Its attributes are asked for only where it has them."""
    for key in element.keys():  # noqa: SIM118 - an element iterates over its children
        if key in _TELLING and (value := element.get(key)):
            if key == "class":
                telling = "rich_media" not in value and ("uthor" in value or "byline" in value or "nick" in value)
            elif key == "href":
                telling = "space-uid" in value or _author_page.search(value) is not None
            else:
                telling = value == "author"
            if telling:
                return True
    return False


def _is_quoted(element: etree._Element) -> bool:
    """Does the name stand below a quotation, whose author it then is."""
    return any("quote" in (above.get("class") or "") for above in islice(element.iterancestors(), 3))


def people(root: etree._Element) -> list[str]:
    """What stands in links and spans that call themselves an author's, in page order."""
    found: list[str] = []
    for element in root.iter("a", "span", "strong", "meta"):
        if len(found) == MAX_METAS:
            break
        if element.tag != "meta":
            if _is_author(element) and not _is_quoted(element):
                found.append(clean(" ".join(map(str, islice(element.itertext(), 8)))))
        elif element.get("itemprop") == "name" and (above := element.getparent()) is not None:
            found.append(clean(element.get("content") or "") if above.get("itemprop") == "author" else "")
    return [text for text in found if 1 < len(text) <= 60]


def json_ld(tags: Tags) -> list[dict[str, Any]]:
    """Every object of the page's JSON-LD, graphs and lists opened, broken blocks left out."""
    found: list[dict[str, Any]] = []
    for kind, text in tags.scripts:
        if "ld+json" in kind:
            queue = [loads(text)]
            while queue and len(found) < 200:
                value = queue.pop(0)
                if isinstance(value, list):
                    queue.extend(value[:100])
                elif isinstance(value, dict):
                    found.append(value)
                    queue.extend(value[key] for key in ("@graph", "mainEntity") if key in value)
    return found


_line_breaks = re.compile(r"[\x00-\x1f]+")
_extra_comma = re.compile(r",\s*([}\]])")


def containers(value: Any, most: int) -> Iterator[dict[str, Any] | list[Any]]:
    """Every object and list in a JSON value, outer ones first, at most so many."""
    queue = [value] if isinstance(value, _HOLDERS) else []
    for one in islice(queue, most):  # it grows while it is walked
        yield one
        if len(queue) < most:
            queue += parts_of(one)


def parts_of(one: dict[str, Any] | list[Any]) -> list[dict[str, Any] | list[Any]]:
    """The objects and lists right inside one."""
    return [part for part in (one.values() if isinstance(one, dict) else one) if isinstance(part, _HOLDERS)]


_HOLDERS = (dict, list)


def loads(text: str) -> Any:
    """JSON as pages write it: raw line breaks in strings, comments around it, a comma too many. None when it is none."""
    text = text.strip().removeprefix("<!--").removesuffix("-->")
    text = text.strip().removeprefix("<![CDATA[").removesuffix("]]>").rstrip("; \n")
    for pattern, instead in ((None, ""), (_line_breaks, " "), (_extra_comma, r"\1")):  # most need no repair, and scripts are long
        text = pattern.sub(instead, text) if pattern else text
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None
