"""What a site parser needs: a page under CSS selectors, its lines cleaned as everywhere else. Built only when a site parser asks."""

from __future__ import annotations

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from crawler.errors import ReadError
from crawler.html import boilerplate
from crawler.html.tree import BLOCK, DEAD, clean, decode, paragraphs
from crawler.record import Page

MAX_TAGS = 20_000  # beginnings and ends; Beautiful Soup takes 15 µs for one, and in deep nesting up to a millisecond


class Soup:
    """One page for selectors. Every answer is clean text; what is not there is "" or empty."""

    def __init__(self, page: Page) -> None:
        if page.body.count(b"<") > MAX_TAGS:
            raise ReadError("far more tags than an article of this site has")
        self.root = BeautifulSoup(decode(page.body, page.content_type), "lxml")

    def text(self, css: str) -> str:
        """The first match's text, as one line."""
        found = self.root.select_one(css)
        return clean(found.get_text(" ")) if found else ""

    def texts(self, css: str) -> tuple[str, ...]:
        """Every match's text."""
        return tuple(filter(None, (clean(found.get_text(" ")) for found in self.root.select(css))))

    def meta(self, name: str) -> str:
        """The content of the meta tag of that name or property."""
        found = self.root.select_one(f'meta[name="{name}"], meta[property="{name}"]')
        return clean(str(found.get("content") or "")) if found else ""

    def body(self, css: str, drop: str = "") -> str:
        """The first match's paragraphs by "\\n", without furniture and without what `drop` selects."""
        found = self.root.select_one(css)
        if found is None:
            return ""
        for unwanted in found.select(drop) if drop else ():
            unwanted.decompose()
        lines = (boilerplate.trimmed(line) for block in _lines(found) for line in paragraphs(block))
        return "\n".join(line for line in lines if line and not boilerplate.is_noise(line))

    @property
    def size(self) -> int:
        """Code points of visible text on the page."""
        return sum(len(line.strip()) for line in _lines(self.root))


def _lines(root: Tag) -> list[str]:
    """Visible paragraphs, split at blocks and <br>."""
    parts: list[str] = []
    for node in root.descendants:
        if isinstance(node, Tag):
            if node.name in BLOCK or node.name == "br":
                parts.append("\n")
        elif type(node) is NavigableString and node.parent is not None and node.parent.name not in DEAD | {"title"}:
            parts.append(node.replace("\n", " "))
            if node.next_sibling is None and node.parent.name in BLOCK:
                parts.append("\n")
    return "".join(parts).split("\n")
