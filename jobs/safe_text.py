"""What pages wrote, made safe for what it is shown in: the one place that says which characters a sink would obey.

escaped    a log, a terminal's table: one line, the dangerous ones visible as \\u202e
spaced     a sentence about a mistake, a file name in a list: one line, a blank in their place
stripped   the text layout, CSV, Markdown, feeds: lines stay, the dangerous ones go
bare       messages to channels: one line, and nothing at all that does not show
in_xml     feeds and lists of feeds: what XML cannot hold goes
in_json    JSON Lines, which keep every character, to a terminal too
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters move a terminal's cursor, bidirectional ones turn a line around, lone surrogates cannot be written.
_OBEYED = "\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_obeyed = re.compile(f"[{_OBEYED}]")
_YAML = {None: "null", False: "false", True: "true"}
_not_xml = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_obeyed_or_line_end = re.compile(f"[{_OBEYED}\u2028\u2029]")


def escaped(text: str) -> str:
    """The text on one line, with everything that does not print written as its code point."""
    if text.isprintable():
        return text
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode("ascii") for ch in text)


def spaced(text: str) -> str:
    """The text on one line, with a blank for everything that does not print."""
    return "".join(ch if ch.isprintable() else " " for ch in text)


def stripped(text: str) -> str:
    """The text without what a terminal would obey; all line ends are "\\n"."""
    if text.replace("\n", "").isprintable():  # most are; it is a tenth of the time
        return text
    return _obeyed.sub("", LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """The stripped text on one line."""
    return " ".join(stripped(text).split("\n")).strip()


def bare(text: str) -> str:
    """The text on one line, without control, formatting (bidirectional, zero-width), private and lone surrogate characters."""
    kept = (" " if ch in "\n\r\t\v\f\x85\u2028\u2029" else ch for ch in text)
    return " ".join("".join(ch for ch in kept if not unicodedata.category(ch).startswith("C")).split())


def in_xml(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _not_xml.sub("", text)


def in_json(line: str) -> str:
    """A line of JSON in which nothing is obeyed, by a terminal or by who splits at U+2028; as data it says the same."""
    return _obeyed_or_line_end.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def brief(value: Any) -> str:
    """A value as a sentence can show it: on one line, at most 60 characters."""
    text = (
        f'"{value}"'
        if isinstance(value, str)
        else _YAML.get(value, "")
        if value is None or isinstance(value, bool)
        else repr(value)
    )
    text = spaced(text[:200])
    return text if len(text) <= 60 else text[:57] + "…" + text[0]
