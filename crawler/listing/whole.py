"""Whether what a source gives of an article is all of it, or a teaser."""

from __future__ import annotations

import re

WHOLE = 500  # characters: shorter "content" is a teaser
WHOLE_DESCRIPTION = 1500  # a description this long is the article: some sites put it there

_cut_off = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|read more|continue reading|阅读全文|查看全文|阅读原文)[\s»>→\].]*$", re.IGNORECASE
)


def whole_text(content: str, description: str) -> str | None:
    """The article's text, where the source gives it."""
    long = [text for text, least in ((content, WHOLE), (description, WHOLE_DESCRIPTION)) if len(text) >= least]
    return next((text for text in long if not _cut_off.search(text[-40:])), None)
