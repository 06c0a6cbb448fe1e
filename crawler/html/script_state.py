"""Articles that a page carries only in its scripts: the state of its program, laid out like the visible page and read the same way.

A JSON value becomes regions (objects, lists, strings of markup) and lines (their paragraphs), so that one reader serves both.
Found are: JSON scripts, ``x = {…}``, ``f({…})``, ``JSON.parse("…")``, Next.js flight rows, percent-encoded JSON, and plain string literals.
"""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, compress
from typing import Any
from urllib.parse import quote, unquote

from crawler.errors import ReadError
from crawler.html.blocks import Layout, Line, Region, marks_in, weigh
from crawler.html.blocks import lay_out as lay_out_markup
from crawler.html.body import Body, find_body
from crawler.html.tree import Tags, has_tag, loads, loose, parse, plain

MAX_SCRIPTS = 8_000_000  # characters of script looked at
MAX_VALUES = 200_000  # JSON values laid out
SURE = 4_000  # gain of a body beside its title; no other script needs to be opened
MAX_TRIES = 40  # places of one script tried as JSON

_start = re.compile(r"""(?:[=(,:]|\breturn)\s*(?=[{\[]\s*["\[{\]}]|\[\d+,|"(?:[{\[]|\\"|%7B))""")
_literal = re.compile(r"""[:=]\s*("[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|`[^`\\]*+(?:\\.[^`\\]*+)*+`)""")
LITERAL = 82  # characters of a string literal that may be text
_key = re.compile(r"""([\w$]{2,40})["']?\s*$""")
_flight = re.compile(r"self\.__next_f\.push\(")
_row = re.compile(r"[0-9a-f]+:(?:T([0-9a-f]{1,7}),|(?=[\[{]))")
_head = re.compile(r"[0-9a-f]+:(?:T[0-9a-f]{1,7},|I?[\[{])")
_KINDS = dict.fromkeys(("type", "_type", "__typename", "blockType", "kind"))  # the surest first
_ASIDE = re.compile(
    r"caption|credit|alt-?text|image|photo|picture|gallery|video|audio|podcast|^links?$|link-?list|related|recommend|promo|teaser|^ads?$|advert|embed"
    r"|tweet|social|newsletter|signup|byline|author|comment|^data-?viz",
    re.I,
)
_place = re.compile(r"_[0-9]+")
_PLACES = re.compile(r"placeholder|link|entit|refs?$|slot|token|mention|variable", re.I)
_hole = re.compile(r"""<([a-z][\w-]*)\b[^<>]*\bid=["']?([\w.:-]+)["']?[^<>]*>\s*</\1>|\{\{\s*([\w.:-]+)\s*\}\}""", re.I)
_program = re.compile(
    r"\s*(?:[(!;]*(?:async\s+)?function\b|(?:var|let|const)\s\w|window[.\[]|document\.|try\s*\{|if\s*\(|//|/\*|import\s|\(\s*\(|['\"]use strict"
    r"|@(?:media|import|font-face|keyframes|charset)|[.#:*]?[\w-]+[^{}.;]{0,80}\{)"
)
_fragment = re.compile(r"""["'\]}]\s*,\s*["{\[]\s*["{\[]?[\w$]*["']?\s*[:,{]""")
_escape = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTENT = re.compile(r"content|body|text|html|paragraph|^value$|^children$", re.I)
_TITLE = re.compile(r"title$|headline|^name$", re.I)
_BESIDE = re.compile(
    r"caption|credit|alt$|alt_?text|summary|excerpt|description|abstract|digest|teaser|standfirst|dek|recommend|relat|comment|promo|^seo|meta|share|"
    r"copyright|bio$|author|config|i18n|locale|messages|translations|styles?$|css|svg|query",
    re.I,
)
_HOLDERS = (dict, list)
_ADDRESSES = ("http://", "https://", "/", "data:", "#", ".")
_decoder = json.JSONDecoder(strict=False)


def values(tags: Tags, title: str, least: int = 100) -> Iterator[Any]:
    """Every JSON value in the page's scripts; string literals as one flat object a script. A script is parsed once.

    Left out are scripts that lack `title`, and those shorter than `least` (characters).
    """
    flight: list[str] = []  # parts of one stream
    left = MAX_SCRIPTS
    written = _spellings(title)
    for number, (_, text) in enumerate(tags.scripts):
        left -= len(text)
        is_flight = _flight.search(text, 0, 300) is not None
        if left < 0 or not (is_flight or (len(text) >= least and any(form in text for form in written))):
            continue
        if number not in tags.parsed:
            tags.parsed[number] = list(_embedded(text) if is_flight else _values_in(text))
        if is_flight:
            flight.extend(part for row in tags.parsed[number] if isinstance(row, list) for part in row if isinstance(part, str))
        else:
            yield from tags.parsed[number]
    if flight:
        yield _rows(flight)


def _values_in(text: str) -> Iterator[Any]:
    whole = False
    for value in _embedded(text):
        whole = text.lstrip()[:1] in "[{"
        yield _with_keys(value)
    if not whole and (flat := dict(_literals(text))):
        yield flat


def _with_keys(value: Any) -> Any:
    """A stream of React Router's has the keys of its objects in its list, too: {"_5": 6} is the value at place 6 by the name at place 5."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict) and all(_place.fullmatch(key) for key in value[0])):
        return value
    names = {f"_{place}": one for place, one in enumerate(value) if isinstance(one, str)}
    return [{names.get(key, key): at for key, at in one.items()} if isinstance(one, dict) else one for one in value]


def _spellings(title: str) -> tuple[str, ...]:
    """How the beginning of a title can stand in a script: as it is, escaped for JSON in either case, percent-encoded."""
    start = title[:8]
    escaped = json.dumps(start)[1:-1]
    return start, escaped, escaped.replace("\\u", "\0").upper().replace("\0", "\\u"), quote(start), entities.escape(start)


def _embedded(text: str) -> Iterator[Any]:
    bare = text.strip()
    if bare[:3].upper() == "%7B":
        bare = unquote(bare)
    if bare[:1] in "[{":
        value = loads(bare)
        if value is not None:
            yield value
            return
    place = 0
    for _ in range(MAX_TRIES):
        found = _start.search(text, place)
        if found is None:
            return
        try:
            value, place = _decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            place = found.end() + 1
            continue
        if isinstance(value, str):
            value = loads(unquote(value) if value[:3].upper() == "%7B" else value)
        if value:
            yield value


def _literals(text: str) -> Iterator[tuple[str, str]]:
    """The long string literals of a script that may be text, by the name they are given."""
    for found in _literal.finditer(text):
        may_tell = found.end(1) - found.start(1) >= LITERAL and _is_wordy(found[1])
        if may_tell and (key := _key.search(text, max(0, found.start() - 44), found.start())):
            yield key[1], _escape.sub(_unescaped, found[1][1:-1])


def _is_wordy(raw: str) -> bool:
    """True for a literal that may be text: blanks, escapes or Han, not a data address."""
    return not raw.isascii() or raw.count(" ") > 8 or raw.count("\\u") > 20


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else {"n": "\n", "t": " ", "r": ""}.get(found[3], found[3])


def _rows(parts: list[str]) -> list[Any]:
    """Next.js flight data: ``id:json`` a line, ``id:T<length in hex>,text`` for long strings, which a part that begins a row ends, too."""
    text, starts = "".join(parts), [0, *accumulate(map(len, parts))]
    begun = [start for start in starts if _head.match(text, start)]
    found: list[Any] = []
    place = 0
    while match := _row.search(text, place):
        place = match.end()
        if match[1]:
            raw = text[place : place + int(match[1], 16)].encode()[: int(match[1], 16)].decode("utf-8", "ignore")
            cut = next((start for start in begun if place < start < place + len(raw)), place + len(raw))
            raw, place = text[place:cut], cut
            found.append({"text": raw})
            continue
        end = text.find("\n", place)
        line = text[place : end if end >= 0 else len(text)]
        place += len(line)
        if (value := loads(line)) is not None:
            found.append(value)
    return found


def lay_out(value: Any) -> Layout:
    """A JSON value as regions and lines. Linear, without recursion."""
    page = _Page()
    stack: list[tuple[str, Any, int]] = [("", value, 1)]
    budget = MAX_VALUES
    while stack and budget:
        budget -= 1
        key, item, depth = stack.pop()
        if len(page.opened) + len(page.waiting) > depth:
            page.close_to(depth)
        if isinstance(item, str):
            item = _opened(item)
            if isinstance(item, str):
                page.add(key, item)
                continue
        if isinstance(item, list) and len(item) > 1 and (text := _run(item)):
            page.add(key, text)
            continue
        if isinstance(item, _HOLDERS):
            if parts := [(name or key, one, depth + 1) for name, one in _parts(item) if _may_tell(name or key, one)]:
                page.waiting.append((key, item))
                stack += parts
            if isinstance(item, dict) and list in map(type, item.values()):
                page.words.update(_words(item))
    page.close_to(0)
    return Layout(page.lines, page.regions)


def _parts(item: Any) -> Iterator[tuple[str, Any]]:
    """What an object or list holds, the last first, by its key."""
    return reversed(item.items()) if isinstance(item, dict) else (("", one) for one in reversed(item))


def _may_tell(key: str, one: Any) -> bool:
    """False for what shows nothing: most of a page's values."""
    kind = type(one)
    if kind is str:
        return (len(one) >= 40 or len(one) >= _shortest(key)) and not one.startswith(_ADDRESSES)
    return kind in _HOLDERS and bool(one)


@lru_cache(maxsize=4096)
def _shortest(key: str) -> int:
    """Characters of a text under this key that says something."""
    content, title, _ = _meaning(key)
    return 2 if content else 12 if title else 40


class _Page:
    """Lines and regions while a value is laid out; `opened` are the regions around the place, `waiting` the objects and lists in the
    innermost of them that have shown no text yet, `words` what stands for placeholders."""

    __slots__ = ("lines", "opened", "regions", "waiting", "words")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.regions = [Region("json", "", "", 0, -1, 0)]
        self.opened = [0]
        self.waiting: list[tuple[str, Any]] = []
        self.words: dict[str, str] = {}

    def close_to(self, depth: int) -> None:
        while len(self.opened) + len(self.waiting) > depth:
            if self.waiting:
                self.waiting.pop()
            else:
                self.regions[self.opened.pop()].last = len(self.lines)

    def _enter(self, region: Region) -> int:
        """The number of the region of a text that shows something, which those around it then do, too. What an object says it is (a caption,
        a link) counts like its key."""
        if region.parent >= 0:
            return len(self.regions) - 1
        for key, item in self.waiting:
            said = ""
            if isinstance(item, dict) and not _KINDS.keys().isdisjoint(item):
                said = next((kind for name in _KINDS if isinstance(kind := item.get(name), str)), "")
            beside = _meaning(key)[2] or _is_aside(said[:60])
            self.regions.append(Region("div", f"{key} {said}" if said else key, key, beside, self.opened[-1], len(self.lines)))
            self.opened.append(len(self.regions) - 1)
        self.waiting.clear()
        region.parent = self.opened[-1]
        self.regions.append(region)
        return len(self.regions) - 1

    def add(self, key: str, text: str) -> None:
        """The paragraphs of one string, in a region of its own."""
        _, title, beside = _meaning(key)
        if len(text) < _shortest(key) or text.startswith(_ADDRESSES):
            return
        if "&lt;" in text[:200] or "&quot;" in text[:50]:
            text = entities.unescape(text).strip('"')
        if self.words:
            text = _hole.sub(lambda hole: self.words.get(hole[2] or hole[3], hole[0]), text)
        is_markup = has_tag(text)
        if not is_markup and _is_program(text):
            return
        region = Region("section", key, key, beside, -1, len(self.lines))
        if is_markup and not title:
            self._graft(text, region)
        else:
            tag = "h1" if title else "p"
            for part in plain(text).split("\n"):
                if not self._is_said(part):
                    number = self._enter(region)
                    weight = weigh(part)
                    marks, linked = (0, weight) if title else (marks_in(part), 0)
                    self.lines.append(Line(part, weight, linked, marks, tag, number))
        region.last = len(self.lines)

    def _graft(self, markup: str, region: Region) -> None:
        """The lines and regions of a string of markup, so that its links, tables and hidden parts are known as on a page."""
        try:
            inner = lay_out_markup(parse(f"<div>{markup}</div>"))
        except ReadError:
            return
        number, base, below = self._enter(region), len(self.regions), len(self.lines)
        kept = [line.tag == "pre" or not _is_code(line.text) for line in inner.lines]
        places = [0, *accumulate(kept)]
        for one in inner.regions:
            first, last = below + places[one.first], below + places[one.last]
            above = number if one.parent < 0 else base + one.parent
            self.regions.append(replace(one, kind=one.kind or "markup", parent=above, first=first, last=last))
        self.lines.extend(replace(line, region=base + line.region) for line in compress(inner.lines, kept))

    def _is_said(self, part: str) -> bool:
        """True for code, and for a part of what an object around this one has just said: text and its fragments."""
        if not part or _is_code(part):
            return True
        last = self.lines[-1] if self.lines else None
        above = self.regions[last.region].parent if last else 0
        parent = -1 if self.waiting else self.opened[-1]
        return last is not None and above in self.opened and (part == last.text or (above != parent and part in last.text))


def _words(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands for the placeholders of an object's markup: id → text."""
    for key, value in item.items():
        if isinstance(value, list) and _PLACES.search(key):
            for one in value[:200]:
                if isinstance(one, dict) and isinstance(name := one.get("id", one.get("key")), str):
                    texts = map(one.get, ("text", "title", "label", "value"))
                    yield name, entities.escape(next((text for text in texts if isinstance(text, str)), ""))


def _run(value: Any, depth: int = 0) -> str | None:
    """Rich text keeps a paragraph as pieces of one style: [{type: text, text: …}, {type: link, content: […]}]. Those as one text."""
    if isinstance(value, list) and depth < 6:
        parts = [_run(one, depth + 1) for one in value]
        return None if None in parts else "".join(filter(None, parts))
    if not isinstance(value, dict):
        return None
    kind = str(value.get("type") or value.get("nodeType") or value.get("_type") or "text")
    text = value.get("text", value.get("value"))
    if isinstance(text, str) and kind in ("text", "span"):
        return text
    return _run(value.get("children") or value.get("content"), depth + 1) if kind in ("link", "a", "hyperlink") else None


def _opened(text: str) -> Any:
    """A string of JSON is opened; anything else stays."""
    if len(text) > 100 and text[0] in "[{" and (inner := loads(text)) is not None:
        return inner
    return text


@lru_cache(maxsize=4096)
def is_title(key: str) -> bool:
    """Does a key name a title."""
    return _TITLE.search(key) is not None


@lru_cache(maxsize=4096)
def _meaning(key: str) -> tuple[bool, bool, int]:
    """Does a key name text, a title, or (1) something beside an article."""
    title = is_title(key)
    return _CONTENT.search(key) is not None, title, int(not title and _BESIDE.search(key) is not None)


def article(tags: Tags, headline: str, *, alone: bool, least: int = 100) -> Body:
    """The article that the page's scripts hold; best where its title stands beside it.

    `alone`: the page shows no text at all, so a script need not know the title. `least`: characters below which it is of no use.
    """
    best = Body()
    known: set[int] = set()  # they stay in `tags`, so that none takes the place of another
    for title in (headline, "") if alone and headline else (headline,):
        best = _best_in((value for value in values(tags, title, least) if id(value) not in known), headline, best)
        if best.prose > SURE:
            break
        known.update(id(value) for parsed in tags.parsed.values() for value in parsed)
    return best


def _best_in(found: Iterator[Any], headline: str, best: Body) -> Body:
    wanted = loose(headline)
    for value in found:
        page = lay_out(value)
        where = next((n for n, line in enumerate(page.lines) if line.tag == "h1" and wanted and loose(line.text) == wanted), -1)
        near = page.regions[page.regions[page.lines[where].region].parent] if where >= 0 else None
        body = find_body(page, headline, near=near)
        if body.prose > best.prose:
            best = replace(body, title=_called(page, body))
        if best.prose > SURE:
            break
    return best


def _called(page: Layout, body: Body) -> str:
    """The title that stands right before a text, or else right behind it."""
    titles = [(n, line.text) for n, line in enumerate(page.lines) if line.tag == "h1" and not body.first <= n < body.last]
    before = [text for n, text in titles if n < body.first]
    return before[-1] if before else next((text for _, text in titles), "")


@lru_cache(maxsize=1024)
def _is_aside(kind: str) -> int:
    """1 when an object says of itself that it is beside the text."""
    return int(_ASIDE.search(kind) is not None)


def _is_program(text: str) -> bool:
    """True for a string that is a script or style sheet as a whole."""
    return sum(map(text.count, "{};=")) * 60 > len(text) and _program.match(text) is not None


def _is_code(text: str) -> bool:
    if _fragment.search(text) or (len(text) > 30 and text.isascii() and " " not in text):
        return True
    return text.count("{") + text.count(";") + text.count("=") > 3 + len(text) // 60
