"""A look at a page before any parser sees it: would it cost seconds? Pure, one pass, linear in the page's length.

libxml2 compares each attribute of a tag with all before it: measured, a tag with 2,000 attributes costs 5 ms, with 40,000 1.6 s,
with 100,000 more than the deadline. Deep nesting is no danger, it cuts that off at 2,048. What slips through here meets the
deadline of the child that reads (crawler/sandbox/pool.py); this only saves the eight seconds.
"""

from __future__ import annotations

import re

MAX_ATTRIBUTES = 2_000  # of one tag
LONGEST_TAG = 200_000  # bytes between "<" and ">", quoted values left out: those are linear, and pictures stand in them

# Possessive throughout and optional at the end, so that a match never fails and never goes back.
_TAG = re.compile(rb"<[a-zA-Z][^\"'>]*+(?:(?:\"[^\"]*+\"|'[^']*+')[^\"'>]*+)*+>?")
_QUOTED = re.compile(rb"\"[^\"]*+\"|'[^']*+'")
_SHORTEST_HOSTILE = 2 * MAX_ATTRIBUTES
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?+\s*+(?:[\w$.]{1,64}+\s*+\(\s*+)?+[{\[]")  # or JSONP: no tags, and texts with a lonely "<"


def hostile(body: bytes) -> str | None:
    """What is wrong with this page, or None."""
    if _JSON.match(body):
        return None
    for found in _TAG.finditer(body):
        if found.end() - found.start() < _SHORTEST_HOSTILE:
            continue
        bare = _QUOTED.sub(b"", found.group())
        if len(bare) > LONGEST_TAG:
            return f"a tag of {len(bare):,} bytes"
        attributes = len(bare.rstrip(b"/>").split()) - 1
        if attributes > MAX_ATTRIBUTES:
            return f"a tag with {attributes:,} attributes"
    return None
