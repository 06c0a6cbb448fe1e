"""What an answer is, from its first characters, whatever its Content-Type says; and XML in one encoding."""

from __future__ import annotations

import re
import zlib

from crawler.html.tree import decode
from crawler.record import Page

MAX_UNPACKED = 50_000_000  # bytes; the sitemap protocol's own bound, and more than any feed
GZIP = b"\x1f\x8b"
HEAD = 8192  # bytes; comments and processing instructions before the root are shorter
AFTER_ROOT = 4096  # bytes; comments of caches and counters of providers behind the root are shorter
HTML = frozenset({"html", "head", "body"})
FEEDS = frozenset({"rss", "feed", "rdf"})
SITEMAPS = frozenset({"urlset", "sitemapindex"})
CUT = "the answer is broken off in the middle: its last entry is left for the next poll"

_before_root = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_root = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_xml = re.compile(r"<\?xml[\s?]", re.IGNORECASE)
_list_root = re.compile(rf"<(?:[A-Za-z_][\w.-]*:)?(?:{'|'.join(sorted(FEEDS | SITEMAPS))})(?=[\s>])", re.IGNORECASE)
_html = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_prologue = re.compile(r"^\s*(?:<\?xml[^>]*\?>)?(?:\s+|<\?.*?\?>|<!--.*?-->)*(?:<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)?", re.S | re.I)
_whole_name = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_nothing_in_it = re.compile(rb"<[^<>]*/>\s*$")
_binary = re.compile(rb"[\x00-\x08\x0e-\x1a]")
# the marks of UTF-16; markup and JSON, into which editors paste control characters
_TEXT = (b"\xff\xfe", b"\xfe\xff", b"<", b"{", b"[")
_not_xml = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def unpacked(body: bytes) -> bytes:
    """The body, unpacked if it is gzip (as sitemaps are kept, beside what HTTP itself packs); at most MAX_UNPACKED, cut ones as far as they go."""
    if not body.startswith(GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_UNPACKED)
    except zlib.error:
        return b""


def text_of(page: Page) -> str:
    """The whole answer as text."""
    return decode(unpacked(page.body), page.content_type)


def xml_of(page: Page) -> bytes:
    """The whole answer as XML in UTF-8, from its root on: without what a broken server said before it, without a declaration (no
    parser has to know gb2312 from gb18030), without a DTD (what that declares is no text) and without characters that XML forbids."""
    text = _not_xml.sub("", text_of(page)).lstrip("\ufeff")
    text = text[_begin_of_xml(text[:HEAD]) :]
    return _prologue.sub("", text, count=1).strip().encode("utf-8", "replace")


def is_cut(xml: bytes) -> bool:
    """True when XML, as `xml_of` gives it, ends before its root does: the connection broke, or the server wrote half of it."""
    root = _whole_name.match(xml)
    return root is not None and b"</" + root[1].lower() not in xml[-AFTER_ROOT:].lower() and not _nothing_in_it.match(xml)


def head_of(page: Page) -> str:
    """The first characters as text; bytes of a character that was cut in two are dropped."""
    head = unpacked(page.body[:HEAD])[:HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(head, page.content_type)
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore")


def root_of(page: Page) -> str:
    """The name of the root element in lower case and without its prefix, such as ``rss`` or ``html``; "" where no markup begins."""
    head = head_of(page).lstrip("\ufeff")
    position = _begin_of_xml(head)
    while found := _before_root.match(head, position):
        position = found.end()
    root = _root.match(head, position)
    return root[1].lower() if root else ""


def _begin_of_xml(head: str) -> int:
    """Where the XML begins: a feed or a sitemap behind a warning of PHP, a second mark, or words of a debugger."""
    found = None if head.lstrip()[:1] in ("{", "[") else _xml.search(head) or _list_root.search(head)
    if found is None or _html.search(head, 0, found.start()):
        return 0
    return found.start() if _list_root.search(head, found.start()) else 0


def is_binary(page: Page) -> bool:
    """True for pictures, archives and the like."""
    head = unpacked(page.body[:HEAD])[:1024]
    return _binary.search(head) is not None and not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_TEXT)
