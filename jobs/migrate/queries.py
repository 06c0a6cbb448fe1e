"""Terms of our query language that say what another system's word or expression says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from crawler.i18n import tr
from crawler.text import HAN
from storage.rules.lexer import quoted
from storage.rules.parser import QueryError, parse

_only_han = re.compile(f"[{HAN}]+")
_open_slash = re.compile(r"((?:[^\\/]|\\.)*)(/?)", re.DOTALL)
_enclosed = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
# Where the neighbours of a word are named, a consumed neighbour, or the end of the text, says the same.
_behind = re.compile(r"(^|[(|:])\(\?<!\[([^\]^][^\]]*)\]\)")
_ahead = re.compile(r"\(\?!\[([^\]^][^\]]*)\]\)(?=$|[)|])")
_meta = re.compile(r"([.^$*+?{}()\[\]|\\/])")


def contains(text: str) -> str:
    """A term for a text that is found anywhere, inside words too, capitals or not.

    Han terms do that, and meet traditional characters as well; of anything else only an expression does.
    """
    return quoted(text) if _only_han.fullmatch(text) else expression(_meta.sub(r"\\\1", text), "i")


def expression(pattern: str, flags: str = "") -> str:
    """A regular expression of another system as one of ours."""
    pattern = _ahead.sub(r"(?:$|[^\1])", _behind.sub(r"\1(?:^|[^\2])", pattern))
    sound = "".join(match[1] + ("\\/" if match[2] else "") for match in _open_slash.finditer(pattern))
    return f"/{sound}/{''.join(sorted(set(flags) & set('ims')))}"


def enclosed(text: str) -> tuple[str, str] | None:
    """``/pattern/flags`` → pattern and flags; None for anything else."""
    match = _enclosed.fullmatch(text)
    return (match[1], match[2]) if match else None


def either(terms: Iterable[str], field: str = "") -> str:
    """Any of these terms, in a field if it is given."""
    listed = list(dict.fromkeys(terms))
    start = f"{field}:" if field else ""
    return start + (listed[0] if len(listed) == 1 else f"({' OR '.join(listed)})")


def fault(query: str, aliases: Mapping[str, Sequence[str]] | None = None) -> str:
    """Why something is no query; "" when it is one."""
    try:
        parse(query, aliases)
    except QueryError as error:
        return error.message
    return ""


def sound(term: str) -> str:
    """Why a term cannot be looked for; "" when it can."""
    why = fault(term)
    return tr("our engine of expressions cannot take it: {why}", why=why) if why else ""
