"""Blanks secrets: the one way in which logs, messages, mistakes and pages do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from urllib.parse import quote

from jobs.safe_text import spaced

HIDDEN = "***"
MIN_SECRET = 4  # code points; blanking a shorter word would blank innocent text
_CUTS = ("…", "...", "***")  # what stands where a long text was cut off, or a server masked a part of it
_MAX_HEAD = 60  # code points of a secret that can stand before a cut
_HIDDEN: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """From now on these strings are shown as ``***``, in every log line, tracebacks included."""
    _HIDDEN.update(secrets)


def redacted(text: str) -> str:
    """The text without any hidden secret."""
    return blank(text, _HIDDEN)


def blank(text: str, secrets: Collection[str]) -> str:
    """The text without these secrets, however an address or a table writes them, nor the beginning of one that was cut off."""
    for secret in _written(frozenset(secrets)):
        text = text.replace(secret, HIDDEN)
    for cut in (cut for cut in _CUTS if cut in text):
        for secret in _written(frozenset(secrets)):
            for size in range(min(len(secret), _MAX_HEAD), MIN_SECRET - 1, -1):
                text = text.replace(secret[:size] + cut, HIDDEN + cut)
    return text


@lru_cache(maxsize=8)
def _written(secrets: frozenset[str]) -> tuple[str, ...]:
    """Each as it is, on one line, and percent-encoded; the longest first."""
    plain = {secret for secret in secrets if len(secret) >= MIN_SECRET}
    forms = plain | {spaced(secret) for secret in plain}
    return tuple(sorted(forms | {quote(secret, safe="", errors="replace") for secret in plain}, key=len, reverse=True))
