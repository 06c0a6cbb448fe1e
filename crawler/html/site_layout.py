"""Reading an article by the selectors of its site's layout, or by the keys of its script: what most site parsers are. One parse, the
same cleaning as everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any, cast

from lxml import etree
from lxml.cssselect import CSSSelector

from crawler.dates import parse_date
from crawler.errors import ReadError
from crawler.html import boilerplate, bylines, script_state, tree
from crawler.html.blocks import Layout, lay_out
from crawler.html.body import in_rows, is_caption, is_furniture
from crawler.record import Fact, Link, Page, Record

_label = re.compile(r"^(?:来源|作者|文|责编|编辑|发布时间|时间)\s*[:：|/]\s*")
_spaced = re.compile(r"^(20\d\d)\s+(\d{1,2})\s*/\s*(\d{1,2})")  # 2026 11/23, of two elements


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS of a layout's parts; "" for what it does not show, several by commas where the layout has changed: the first that matches.

    `drop` is what stands in the body and is not text. Up to four elements that match `date` are joined: day and time may stand apart.
    """

    title: str
    body: str
    date: str = ""
    author: str = ""
    publisher: str = ""
    drop: str = ""


def read(page: Page, link: Link, zone: tzinfo, site: str, at: Selectors) -> Record:
    """The record of a page in this layout; `site` is the publisher when the page names none. ReadError when the layout is not there."""
    root = tree.tree(page.body, page.content_type)
    tags = tree.gather(root)
    date = " ".join(_texts(root, at.date)[:4])
    title, author, publisher = (next(iter(_texts(root, css)), "") for css in (at.title, at.author, at.publisher))
    text = _body(root, at.body, at.drop)
    if not title or not text:
        raise ReadError(f"no article in the known layout of {site}")
    words = [word for word in re.split(r"[,，;；、\s]+", next(iter(tags.metas.get("keywords", ())), "")) if len(word) > 1][:30]
    return Record(
        title=title,
        link=link.url,
        text=text,
        keywords=tuple(words),
        published=parse_date(_spaced.sub(r"\1-\2-\3", date), page.fetched, zone),
        author=author or None,
        publisher=publisher or site,
        facts=tuple(Fact("keyword", word, f"meta keywords: {word}", "page") for word in words),
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the object of the page's script that is the article keeps its parts: a key, or several by dots."""

    title: str
    body: str
    date: str
    author: str


def read_state(page: Page, link: Link, zone: tzinfo, site: str, at: Keys) -> Record:
    """The record of a page whose script holds the article. ReadError when no object there has these keys."""
    tags = tree.gather(tree.tree(page.body, page.content_type))
    for whole in script_state.values(tags, ""):
        for one in tree.containers(whole, script_state.MAX_VALUES):
            title, body, date, author = (_value(one, path, whole) for path in (at.title, at.body, at.date, at.author))
            if title and (text := cleaned(_laid_out(body))):
                return Record(
                    title=tree.clean(title),
                    link=link.url,
                    text=text,
                    published=parse_date(date, page.fetched, zone),
                    author=", ".join(bylines.chinese([author])) or tree.clean(author) or None,
                    publisher=site,
                )
    raise ReadError(f"no article in the known script of {site}")


def _value(one: Any, path: str, whole: Any) -> str:
    """The text or number at a path, "" for anything else. Nuxt keeps all values in one list, and numbers in its objects are places there."""
    for key in path.split("."):
        one = one.get(key) if isinstance(one, dict) else None
        if isinstance(whole, list) and isinstance(one, int):
            one = whole[one] if 0 <= one < len(whole) else None
    return str(one) if isinstance(one, str | int) else ""


@cache
def _compiled(css: str) -> tuple[CSSSelector, ...]:
    return tuple(CSSSelector(part) for part in css.split(",") if part.strip())


def _find(root: etree._Element, css: str) -> list[etree._Element]:
    """The matches of the first selector of the list that has any."""
    return next((found for one in _compiled(css) if (found := cast("list[etree._Element]", one(root)))), [])


def _texts(root: etree._Element, css: str) -> list[str]:
    """Each match as one line without its label."""
    lines = (tree.clean(" ".join(map(str, element.itertext()))) for element in _find(root, css))
    return [bare for line in lines if (bare := _label.sub("", line))]


def _body(root: etree._Element, css: str, drop: str) -> str:
    """The paragraphs of the first match by "\\n", without furniture."""
    found = _find(root, css)
    if not found:
        return ""
    for selector in _compiled(drop):
        for element in cast("list[etree._Element]", selector(found[0])):
            tail = element.tail
            element.clear()
            element.tail = tail
    return cleaned(lay_out(found[0]))


def _laid_out(markup: str) -> Layout:
    """A string of a script, which has tags or a line a paragraph."""
    markup = markup if tree.has_tag(markup) else "<br>".join(markup.splitlines())
    return lay_out(tree.parse(f"<div>{markup}</div>"), None)


def cleaned(page: Layout) -> str:
    """The text without furniture, captions and links to other articles."""
    told = (n for n, line in enumerate(page.lines) if line.linked * 5 < line.weight * 4 and not is_caption(line))
    texts = ((number, boilerplate.trimmed(page.lines[number].text)) for number in told)
    kept = [(number, text) for number, text in texts if text and not is_furniture(page.lines[number], text)]
    return "\n".join(text for _, text in in_rows(page.lines, page.regions, kept))
