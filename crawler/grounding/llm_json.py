"""A model's answer as a JSON object, also when it comes with thoughts, in a fence, with a word before it, or cut off.

What is mended is only the form: a comma too many goes, and an answer that was cut off ends with its last whole value. Nothing is added.
"""

from __future__ import annotations

import json
from typing import Any

LONGEST = 200_000  # characters of an answer that are looked at
STARTS = 8  # braces at which an object is looked for
_CLOSING = {"{": "}", "[": "]"}


def read_reply(answer: str, keys: frozenset[str]) -> tuple[dict[str, Any], str] | None:
    """(the object with at least one of `keys`, what had to be done to read it: "", tolerant or truncated); None when there is none."""
    answer = answer[:LONGEST]
    text = _without_thoughts(answer)
    starts = [at for at, ch in enumerate(text) if ch == "{"][:STARTS]
    for at in starts:
        found, end = _object(text[at:], keys)
        if found is not None:
            return found, "tolerant" if text[:at].strip() or text[at + end :].strip() else ""
    for at in starts:
        mended, was_cut = _mended(text[at:])
        found, _ = _object(mended, keys)
        if found is not None:
            return found, "truncated" if was_cut else "tolerant"
    return None


def _without_thoughts(answer: str) -> str:
    """Without what a reasoning model thought aloud. Thoughts that never end hold no answer."""
    before, mark, after = answer.rpartition("</think>")
    if mark and "{" in after:
        return after
    return "" if not mark and answer.lstrip().startswith("<think>") else (before if mark else answer)


def _object(text: str, keys: frozenset[str]) -> tuple[dict[str, Any] | None, int]:
    """The object that a text begins with, if it has one of the keys, and where it ends."""
    try:
        found, end = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None, 0
    return (found if isinstance(found, dict) and keys & found.keys() else None), end


def _mended(text: str) -> tuple[str, bool]:
    """(the text without commas before a closing bracket and, where it never closes, cut after its last whole value and closed;
    whether it was cut)."""
    made: list[str] = []
    open_: list[str] = []
    whole: tuple[int, str] | None = None  # how much of `made` is whole, and what would close it
    in_string = escaped = False
    for ch in text:
        if in_string:
            in_string, escaped = (ch != '"' or escaped), (ch == "\\" and not escaped)
        elif ch == '"':
            in_string = True
        elif ch in _CLOSING:
            open_.append(_CLOSING[ch])
        elif ch in "]}":
            if not open_ or open_.pop() != ch:
                break
            _drop_comma(made)
        made.append(ch)
        if not open_:
            return "".join(made), False
        if not in_string and (ch in "]}" or (ch == '"' and open_[-1] == "]")):
            whole = len(made), "".join(reversed(open_))
    return ("".join(made[: whole[0]]) + whole[1], True) if whole else ("", True)


def _drop_comma(made: list[str]) -> None:
    at = len(made) - 1
    while at >= 0 and made[at].isspace():
        at -= 1
    if at >= 0 and made[at] == ",":
        del made[at]
