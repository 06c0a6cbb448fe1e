"""What an answer is, from its first characters, whatever its Content-Type says; and XML in one encoding."""

from __future__ import annotations

import re
import zlib

from crawler.html.tree import decode
from crawler.record import Page

MAX_UNPACKED = 50_000_000  # bytes; the sitemap protocol's own bound, and more than any feed
GZIP = b"\x1f\x8b"
HEAD = 8192  # bytes; comments and processing instructions before the root are shorter

_before_root = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_root = re.compile(r"<([A-Za-z_][\w.:-]*)")
_declaration = re.compile(r"^\s*<\?xml[^>]*\?>")
_binary = re.compile(rb"[\x00-\x08\x0e-\x1a]")


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
    """The whole answer as XML in UTF-8 without a declaration, so that no parser has to know gb2312 from gb18030."""
    return _declaration.sub("", text_of(page).lstrip("\ufeff"), count=1).strip().encode("utf-8", "replace")


def head_of(page: Page) -> str:
    """The first characters as text; bytes of a character that was cut in two are dropped."""
    head = unpacked(page.body[:HEAD])[:HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(head, page.content_type)
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore")


def root_of(page: Page) -> str:
    """The name of the root element in lower case, such as ``rss`` or ``html``; "" where no markup begins."""
    head = head_of(page)
    position = 0
    while found := _before_root.match(head, position):
        position = found.end()
    root = _root.match(head, position)
    return root[1].lower() if root else ""


def is_binary(page: Page) -> bool:
    """True for pictures, archives and the like."""
    head = unpacked(page.body[:HEAD])[:1024]
    return _binary.search(head) is not None and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
