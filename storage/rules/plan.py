"""What an index is asked before a query is put to a record: tokens that are there wherever the query may be true. Pure.

    tokens(view)   what a record is found by: Latin words, Han characters and pairs of them, of title, text and events together and
                   of each other field apart; which of them follow on each other; values of source, tag and language as wholes
    plan(query)    an expression over tokens that holds wherever the query may hold, or None where no token has to be there
    period(query)  the time in which the record was published, if the query says so

The index only leaves out; `storage.rules.ruleset` decides. Whatever is changed here needs another VERSION: an index made of other
tokens is not asked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

from crawler.text import is_word, normal, runs
from storage.rules.ast import FIELDS, Alias, And, AtLeast, Count, Near, Node, Or, Published, Term
from storage.rules.match import View

VERSION = f"4/{unicodedata.unidata_version}"  # another Python may have another normal form of a rare character
WORDS = tuple(field for field, mode in FIELDS.items() if mode == "word")
LINES = tuple(field for field, mode in FIELDS.items() if mode == "line")
TOGETHER = ("title", "text", "event")  # a story has hardly an event whose words are not in its text
APART = tuple(field for field in WORDS if field not in ("text", "event"))
ANY_QUERY = ":all"  # the token of a record that has too many: it is a candidate of every query
MAX_BYTES = 600_000  # of the tokens of one record; PostgreSQL takes a megabyte
LONGEST = 60  # characters of a token; of a longer word its beginning
ENOUGH = 6  # words of one needle that are asked for, and what follows on what: a long phrase needs no more
SEQUENCES = 1 << 15  # what follows on what is kept as a number below this: each by itself would take a multiple of the room


@dataclass(frozen=True, slots=True)
class Has:
    """The record has this token, or one that begins with it."""

    token: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Each of these holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of these holds."""

    parts: tuple[Expression, ...]


Expression = Has | All | Any


# ---- of a record


def tokens(view: View) -> frozenset[str]:
    """What the record is found by."""
    found = {f"{field}:{_digest(line)}" for field in LINES for line in view.form(field).text.split("\n") if line}
    following: set[str] = set()
    for line in {
        line for field in TOGETHER for line in view.form(field).text.split("\n")
    }:  # an event is told in lines of the text
        parted = runs(line)
        found.update(_tokens_of(parted))
        following.update(_following(parted))
    found.update({_number(sequence) for sequence in following})
    for field in APART:
        if form := view.form(field).text:
            found.update([f"{field}:{token}" for token in _tokens_of(runs(form))])
    return _bounded(found)


def with_tags(found: frozenset[str], tags: Sequence[str]) -> frozenset[str]:
    """The tokens of a record that has these tags, from those it has without."""
    if found == {ANY_QUERY} or not tags:
        return found
    lines = normal("\n".join(tags)).split("\n")
    return _bounded(found | {f"tag:{_digest(line)}" for line in lines if line})


def _bounded(found: Set[str]) -> frozenset[str]:
    if sum(map(len, found)) * 4 > MAX_BYTES and sum(len(token.encode()) + 8 for token in found) > MAX_BYTES:
        return frozenset((ANY_QUERY,))
    return frozenset(found)


_Runs = Sequence[tuple[str, str]]  # as crawler.text.runs gives them


def _tokens_of(parted: _Runs) -> list[str]:
    found: list[str] = []
    for run, word in parted:
        if word:
            found.append(word[:LONGEST])
        else:
            found += run
            found += _pairs(run)
    return found


def _pairs(run: str) -> Iterator[str]:
    return map("".join, pairwise(run))


def _following(parted: _Runs) -> list[str]:
    """Of a line, three Han characters, or a word and what it follows on; of a record some hundreds."""
    found: list[str] = []
    before = ""
    for run, word in parted:
        if before:
            found.append(f"{before} {word or run[0]}")
        if run:
            found += [run[at : at + 3] for at in range(len(run) - 2)]
        before = word or run[-1]
    return found


def _sequences(form: str) -> Iterator[str]:
    """What follows on what in each line, as numbers."""
    return (_number(sequence) for line in form.split("\n") for sequence in _following(runs(line)))


def _number(sequence: str) -> str:
    return f":{crc32(sequence.encode()) % SEQUENCES:x}"


def _digest(line: str) -> str:
    return blake2b(line.encode("utf-8", "replace"), digest_size=4).hexdigest()


# ---- of a query


def plan(node: Node) -> Expression | None:
    """Holds of the tokens of every record of which the query is true. None: the query may be true of a record whatever its tokens."""
    if isinstance(node, Term):
        return _any([_needle(needle, node) for needle in node.needles])
    if isinstance(node, Alias) or (isinstance(node, Count) and node.low > 0):
        return plan(node.part)
    if isinstance(node, And | Near):
        return _all([plan(part) for part in node.parts])
    if isinstance(node, Or):
        return _any([plan(part) for part in node.parts])
    if isinstance(node, AtLeast):
        known = [found for found in map(plan, node.parts) if found is not None]
        unknown = len(node.parts) - len(known)
        return _any(known) if node.least > unknown else None
    return None


def _needle(needle: str, term: Term) -> Expression | None:
    """The tokens that stand wherever the needle does; where its last word goes on, its beginning."""
    if term.mode == "part":
        return None
    if term.mode == "line":
        return None if term.prefix else Has(f"{term.scope[0]}:{_digest(needle)}")
    apart = f"{term.scope[0]}:" if len(term.scope) == 1 and term.scope[0] in APART else ""
    parts = list(_parts(needle, apart, term.prefix))
    sequences = [Has(number) for number in _sequences(needle)] if term.scope[0] in TOGETHER else []
    if term.prefix and is_word(needle[-1]):
        del sequences[-1:]  # its last word is not known
    return _all([*_some(parts), *_some(sequences)])


def _parts(needle: str, apart: str, prefix: bool) -> Iterator[Has]:
    found = runs(needle)
    for number, (run, word) in enumerate(found, 1):
        if word:
            yield Has(apart + word[:LONGEST], prefix and number == len(found) and is_word(needle[-1]))
        else:
            yield from (Has(apart + token) for token in (_pairs(run) if len(run) > 1 else run))


def _some(found: Iterable[Has]) -> list[Has]:
    different = list(dict.fromkeys(found))
    return different[:: -(-len(different) // ENOUGH) or 1]


def _all(found: Sequence[Expression | None]) -> Expression | None:
    """All of those that are known; the rest is left to the rules."""
    known = tuple(one for one in found if one is not None)
    return known[0] if len(known) == 1 else All(known) if known else None


def _any(found: Sequence[Expression | None]) -> Expression | None:
    """One of them, which helps only when all are known."""
    known = tuple(dict.fromkeys(one for one in found if one is not None))
    if not known or None in found:
        return None
    return known[0] if len(known) == 1 else Any(known)


# ---- when


def period(node: Node, now: datetime | None) -> tuple[datetime | None, datetime | None]:
    """(low, high): the record of which the query is true was published in [`low`, `high`); None is no bound.

    A time ago bounds nothing where it is not known when it is `now`.
    """
    if isinstance(node, Published):
        return _published(node, now)
    if isinstance(node, Alias):
        return period(node.part, now)
    if not isinstance(node, And | Or):
        return None, None
    lows, highs = zip(*(period(part, now) for part in node.parts), strict=True)
    if isinstance(node, And):
        return max(_known(lows), default=None), min(_known(highs), default=None)
    return None if None in lows else min(_known(lows)), None if None in highs else max(_known(highs))


def _published(node: Published, now: datetime | None) -> tuple[datetime | None, datetime | None]:
    if node.ago is None:
        return node.low, node.high
    if now is None:
        return None, None
    return (None, now - node.ago) if node.older else (now - node.ago, None)


def _known(moments: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in moments if moment is not None]
