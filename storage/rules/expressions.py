"""Why RE2 refuses an expression, and what would be right, in the language of the caller."""

from __future__ import annotations

import re

from crawler.i18n import tr

# What RE2 leaves out, because it could not be done in time linear in the text, and what else people try.
_LEFT_OUT = (
    (
        r"\(\?<?[=!]",
        "this expression looks ahead or behind, which the linear-time engine has not",
        "use AND, NOT or near( … ) instead",
    ),
    (r"\\[1-9]|\(\?P=|\\k<", "this expression refers back to a group, which the linear-time engine has not", ""),
    (
        r"\(\?>|[*+?}]\+",
        "this expression has a possessive or atomic part",
        "the linear-time engine never backtracks, so leave it out",
    ),
    (r"\\Z", r"this expression has \Z", r"write \z"),
    (r"\\u", r"this expression has \u", r"write \x{4e00}, or the character itself"),
)
_BROKEN = (  # what RE2 says, behind which the part stands that it complains of
    ("missing ):", "a ( is never closed", "for the sign itself write \\("),
    ("unexpected ):", "a ) closes nothing", "for the sign itself write \\)"),
    ("missing ]:", "a [ is never closed", "for the sign itself write \\["),
    ("no argument for repetition operator:", "nothing stands before {sign} that it could repeat", "for any text write .*"),
    ("bad repetition operator:", "{sign} repeats a repetition", "leave out one of the signs"),
    ("invalid repetition size:", "{sign} is no number of times", "the most is 1000, and the smaller number comes first"),
    ("invalid escape sequence:", "{sign} has no meaning", "for the sign itself leave out the \\"),
    ("invalid character class range:", "{sign} is no range of signs", "the first comes first, as in [a-z]"),
    ("invalid perl operator:", "{sign} is no group", "write ( … ) or (?: … )"),
    ("invalid named capture group:", "the name of the group {sign} is never closed", "write (?P<name> … )"),
    ("trailing \\", "a \\ stands at the end", "for the sign itself write \\\\"),
)


def why_refused(pattern: str, error: Exception) -> tuple[str, str]:
    """The fault and its cure, which may be empty; `error` is RE2's."""
    for sign, fault, cure in _LEFT_OUT:
        if re.search(sign, pattern):
            return tr(fault), cure and tr(cure)
    given = error.args[0] if error.args else ""
    said = given.decode(errors="replace") if isinstance(given, bytes) else str(given)
    for start, fault, cure in _BROKEN:
        if said.startswith(start):
            return tr(fault, sign=said[len(start) :].strip()), tr(cure)
    return tr("this expression is broken: {why}", why=said), ""
