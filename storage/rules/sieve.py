"""Whether a query may be true of a record, from its fields as they are: no normal form, no places, a tenth of the work. Pure.

What an index proposes has the words of a query, but not always as a phrase or in the field that is meant. Most of that is seen through here.
A sieve only leaves out; `storage.rules.ruleset` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import re2

from crawler.text import alone, beside, indirect, is_word, no_letter, normal, ways_of
from storage.rules.ast import Alias, And, AtLeast, Node, Or, Term, combined, compile_regex, is_of_words, looked_at, terms

Fields = Mapping[str, bytes]  # as UTF-8: so the file has them, and RE2 reads nothing else
Test = Callable[[Fields], bool]
Standing = Callable[[str, bool], str]  # what finds a needle, or one that may go on
PLAIN = ("title", "text", "author", "publisher")  # the others are JSON, in which a backslash says something
MANY = 16  # different characters: one pass over the text is cheaper than one for each
LONG = frozenset(("text", "event"))  # what is looked through last: it is inflated for that


class Verdict(Enum):
    """Whether the query is true of a record."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a query wants of these fields. `decides`: what passes as it is, the query is true of. `musts`: each of these finds something."""

    fields: tuple[str, ...]
    decides: bool
    _as_it_is: Test
    _as_normal: Test
    _musts: tuple[Callable[[Fields], object], ...]

    def verdict(self, given: Fields) -> Verdict:
        """Of a record with these fields: as they are, or with lists of values in any JSON.

        Those that a mapping does not have yet are asked for only where others do not decide.
        """
        if self.decides and self._as_it_is(given):
            return Verdict.YES
        if not all(must(given) for must in self._musts):
            return Verdict.NO
        if not self.decides and self._as_it_is(given):
            return Verdict.MAYBE
        indirect = any(map(_indirect, tuple(given.values())))
        return Verdict.MAYBE if indirect and self._passes_as_normal(given) else Verdict.NO

    def _passes_as_normal(self, given: Fields) -> bool:
        """The same of a text in which a character becomes several, or none."""
        if any(b"\\" in given[field] for field in self.fields if field not in PLAIN):
            return True
        return self._as_normal({field: _form(given[field]) for field in self.fields})


def _form(given: bytes) -> bytes:
    """Its normal form, or one that the ways of a needle are as good for."""
    odd = {match.group().decode() for match in compile_regex(indirect()).finditer(given)}
    forms = {ch: alone(ch) for ch in odd}
    if len(odd) > MANY or None in forms.values():
        return normal(given.decode()).encode()
    for old, new in forms.items():
        given = given.replace(old.encode(), (new or "").encode())
    return given


def _indirect(given: bytes) -> bool:
    if given.isascii():
        return len(given.translate(None, _odd_ascii())) < len(given)
    return bool(compile_regex(indirect()).search(given))


@cache
def _odd_ascii() -> bytes:
    return bytes(code for code in range(128) if compile_regex(indirect()).search(chr(code)))


def sieve(node: Node) -> Sieve | None:
    """The sieve of a query; None where the fields alone rule nothing out."""
    fields: dict[str, None] = {}
    try:
        as_it_is, as_normal = _test(node, fields, _surely), _test(node, fields, _standing)
    except re2.error:  # an expression that is too large
        return None
    return Sieve(tuple(fields), _decides(node), as_it_is, as_normal, tuple(_musts(node))) if as_it_is and as_normal else None


def _musts(node: Node) -> Iterator[Callable[[Fields], object]]:
    """Of each part that must be there: one look for it, or for a character that is not direct, through all its fields."""
    if isinstance(node, And):
        for part in sorted(node.parts, key=_is_long):
            yield from _musts(part)
    elif is_of_words(node) and len({term.scope for term in terms(node)}) == 1:
        yield _must(list(terms(node)))


def _must(terms: Sequence[Term]) -> Callable[[Fields], object]:
    find = compile_regex(f"{_any_of(terms, _standing)}|{indirect()}").search
    scope = terms[0].scope
    return lambda given: find(b"\n".join([given[field] for field in scope]))


def _decides(node: Node) -> bool:
    """Whether no place is found where the rules find none: a number may go on behind a dot, and the names in a JSON are none of its values."""
    if isinstance(node, And | Or | AtLeast):
        return all(map(_decides, node.parts))
    if isinstance(node, Alias):
        return _decides(node.part)
    return is_of_words(node) and isinstance(node, Term) and set(node.scope).issubset(PLAIN) and all(map(_is_plain, node.needles))


def _is_plain(needle: str) -> bool:
    numeric = needle[0].isnumeric() or needle[-1].isnumeric()
    return "." not in needle and not numeric and not _indirect(needle.encode())


def _test(node: Node, fields: dict[str, None], stands: Standing) -> Test | None:
    if isinstance(node, Term | Or):
        return _or(node.parts if isinstance(node, Or) else (node,), fields, stands)
    return combined(node, lambda part: _test(part, fields, stands))


def _or(parts: Sequence[Node], fields: dict[str, None], stands: Standing) -> Test | None:
    """Terms that look in the same fields are looked for at once."""
    tests = [_test(part, fields, stands) for part in parts if not isinstance(part, Term)]
    single = [part for part in parts if isinstance(part, Term)]
    if None in tests or not all(map(is_of_words, single)):
        return None
    for scope in dict.fromkeys(term.scope for term in single):
        fields |= dict.fromkeys(scope)
        tests.append(_finds([term for term in single if term.scope == scope], scope, stands))
    return lambda given: any(test(given) for test in tests if test)


def _is_long(node: Node) -> bool:
    return not LONG.isdisjoint(looked_at(node))


def _finds(terms: Sequence[Term], scope: Sequence[str], stands: Standing) -> Test:
    find = compile_regex(_any_of(terms, stands)).search
    return lambda given: any(find(given[field]) for field in scope)


def _any_of(terms: Iterable[Term], stands: Standing) -> str:
    return "|".join(dict.fromkeys(stands(needle, term.prefix) for term in terms for needle in term.needles))


def _standing(needle: str, prefix: bool) -> str:
    """The ways of a needle where no letter stands beside its words: nearly every short word begins in another one."""
    start = f"(?:^|{no_letter()})" if is_word(needle[0]) else ""
    end = f"(?:$|{no_letter()})" if is_word(needle[-1]) and not prefix else ""
    return start + ways_of(needle) + end


def _surely(needle: str, prefix: bool) -> str:
    """The same where all beside it is direct: there it stands in the normal form, whatever the rest of the text has."""
    return f"(?:^|{beside(needle[0])}){ways_of(needle)}(?:$|{beside(needle[-1], prefix=prefix)})"
