"""What a page holds and does not show: style attributes, and the class rules of its own <style>. Foreign style sheets are not fetched.

What a reader unfolds by a click, and the text that 公众号 reveals by script, are hidden and are text all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from lxml import etree

from crawler.text import places

MAX_STYLE = 100_000  # characters of style sheets looked at
MAX_RULES = 100
MAX_SELECTOR = 400  # characters

_gone = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:[;!]|$)|font-size\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:[;!]|$)|font\s*:\s*0(?:px)?/"
    r"|(?<![\w-])(?:left|right|top|bottom|text-indent|margin-left|margin-top|margin)\s*:\s*-\d{3,}"
    r"|translate[xy3d]*\([^)]*-\d{4,}px|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]|clip-path\s*:\s*inset\((?:50|100)%"
    r"|(?<![\w-])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:[;!]|$)(?=.*overflow\s*:\s*hidden)"
    r"|overflow\s*:\s*hidden.*[;\s](?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:[;!]|$)",
    re.I | re.S,
)
# A script fades a block in; blocks of size 0 hold others that have one.
_faded = re.compile(r"opacity|visibility|font-size", re.I)
_TIGHT = ("display:none", "visibility:hidden", "font-size:0", ":-9", "rect(")
_SPACED = ("display: none", "visibility: hidden", "font-size: 0", ": -9")
_simple = re.compile(r"[a-z0-9]*([.#][\w-]+)$", re.I)
_word = re.compile(r"[\w-]")
_shows = re.compile(r"display\s*:\s*+(?!none)|visibility\s*:\s*visible|opacity\s*:\s*(?:1|0?\.[1-9])", re.I)
_TEXT = re.compile(
    r"js_content|rich_media_content|fold|collaps|expand|read-?(?:all|more)|rest|remain|full-?(?:text|content)|katex|mathjax", re.I
)


@lru_cache(maxsize=4096)
def hides(style: str, *, inline: bool) -> bool:
    """True for a style attribute that takes its element out of sight; what only fades a block does not."""
    found = _gone.search(style)
    return found is not None and (inline or _faded.match(found[0]) is None)


@lru_cache(maxsize=4096)
def is_unfolded(names: str) -> bool:
    """True for class and id of what a click or the platform's own script brings to light."""
    return _TEXT.search(names) is not None


class Veil(dict[str | None, bool]):
    """Whether the page's own rules hide an element of this class attribute; `ids` are those that they hide.

    Rules in an @media may be about print or small screens; a class that another rule shows is a tab or a menu, opened by script.
    """

    def __init__(self, styles: Sequence[str]) -> None:
        super().__init__({None: False})
        self._sheets = [sheet for sheet in styles if len(sheet) <= MAX_STYLE]
        names = {name for sheet in self._sheets for name in _hidden_in(sheet)}
        self.ids = frozenset(name[1:] for name in names if name[0] == "#" and not self._is_shown(name))
        self._classes = frozenset(name[1:] for name in names if name[0] == ".")
        self.is_empty = not (self.ids or self._classes)

    def __missing__(self, look: str | None) -> bool:
        classes = self._classes.intersection((look or "").split())
        self[look] = found = any(not self._is_shown(f".{name}") for name in classes)
        return found

    def covers(self, element: etree._Element, said: Sequence[str]) -> bool:
        """Do the page's rules hide an element, which has these attributes, by its class or id."""
        return ("class" in said and self[element.get("class")]) or ("id" in said and element.get("id") in self.ids)

    def _is_shown(self, name: str) -> bool:
        return any(_shows.search(body) for sheet in self._sheets for body in _bodies(sheet, name))


def _bodies(sheet: str, name: str) -> Iterator[str]:
    """The declarations of the rules that name a class or id."""
    place = sheet.find(name)
    while place >= 0:
        opened = sheet.find("{", place)
        if opened < 0:
            return
        if not _word.match(sheet, place + len(name)):
            yield sheet[opened : sheet.find("}", opened)]
        place = sheet.find(name, opened)


def _hidden_in(sheet: str) -> Iterator[str]:
    """The classes and ids that rules outside any @media hide. Hits of plain words are looked at: sheets are long, rules that hide are few."""
    needles = (*_TIGHT, *_SPACED) if ": " in sheet else _TIGHT
    hits = sorted(place for needle in needles for place in islice(places(needle, sheet), MAX_RULES))
    depth, read = 0, 0
    for hit in hits[:MAX_RULES]:
        if hit < read:
            continue  # of the rule before
        opened = sheet.rfind("{", read, hit)
        closed = sheet.find("}", hit)
        if opened < 0 or closed < 0:
            continue
        depth += sheet.count("{", read, opened) - sheet.count("}", read, opened)
        low = max(read - 1, opened - MAX_SELECTOR, 0)
        start = max(sheet.rfind(mark, low, opened) for mark in "}{;/")
        if depth <= 0 and _gone.search(sheet, opened + 1, closed):
            yield from (found[1] for one in sheet[start + 1 : opened].split(",") if (found := _simple.match(one.strip())))
        read = closed + 1


OPEN = Veil(())  # no rules of its own
