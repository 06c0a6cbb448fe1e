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

from crawler.text import alone, indirect, is_word, no_letter, normal, ways_of
from storage.rules.ast import Alias, And, AtLeast, Node, Or, Term, combined, compile_regex, is_of_words, looked_at, terms

Fields = Mapping[str, bytes]  # as UTF-8: so the file has them, and RE2 reads nothing else
Test = Callable[[Fields], bool]
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
    _test: Test
    _musts: tuple[Callable[[Fields], object], ...]

    def verdict(self, given: Fields) -> Verdict:
        """Of a record with these fields: as they are, or with lists of values in any JSON.

        Those that a mapping does not have yet are asked for only where others do not decide.
        """
        if not all(must(given) for must in self._musts):
            return Verdict.NO
        passed = self._test(given)
        if passed and not self.decides:
            return Verdict.MAYBE
        if any(map(_indirect, tuple(given.values()))):
            return Verdict.MAYBE if passed or self._passes_as_normal(given) else Verdict.NO
        return Verdict.YES if passed else Verdict.NO

    def _passes_as_normal(self, given: Fields) -> bool:
        """The same of a text in which a character becomes several, or none."""
        if any(b"\\" in given[field] for field in self.fields if field not in PLAIN):
            return True
        return self._test({field: _form(given[field]) for field in self.fields})


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
        test = _test(node, fields)
    except re2.error:  # an expression that is too large
        return None
    return Sieve(tuple(fields), _decides(node), test, tuple(_musts(node))) if test else None


def _musts(node: Node) -> Iterator[Callable[[Fields], object]]:
    """Of each part that must be there: one look for it, or for a character that is not direct, through all its fields."""
    if isinstance(node, And):
        for part in sorted(node.parts, key=_is_long):
            yield from _musts(part)
    elif is_of_words(node) and len({term.scope for term in terms(node)}) == 1:
        yield _must(list(terms(node)))


def _must(terms: Sequence[Term]) -> Callable[[Fields], object]:
    find = compile_regex(f"{_any_of(terms)}|{indirect()}").search
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
    return "." not in needle and not needle[0].isnumeric() and not needle[-1].isnumeric()


def _test(node: Node, fields: dict[str, None]) -> Test | None:
    if isinstance(node, Term | Or):
        return _or(node.parts if isinstance(node, Or) else (node,), fields)
    return combined(node, lambda part: _test(part, fields))


def _or(parts: Sequence[Node], fields: dict[str, None]) -> Test | None:
    """Terms that look in the same fields are looked for at once."""
    tests = [_test(part, fields) for part in parts if not isinstance(part, Term)]
    single = [part for part in parts if isinstance(part, Term)]
    if None in tests or not all(map(is_of_words, single)):
        return None
    for scope in dict.fromkeys(term.scope for term in single):
        fields |= dict.fromkeys(scope)
        tests.append(_finds([term for term in single if term.scope == scope], scope))
    return lambda given: any(test(given) for test in tests if test)


def _is_long(node: Node) -> bool:
    return not LONG.isdisjoint(looked_at(node))


def _finds(terms: Sequence[Term], scope: Sequence[str]) -> Test:
    find = compile_regex(_any_of(terms)).search
    return lambda given: any(find(given[field]) for field in scope)


def _any_of(terms: Iterable[Term]) -> str:
    return "|".join(dict.fromkeys(_standing(needle, term.prefix) for term in terms for needle in term.needles))


def _standing(needle: str, prefix: bool) -> str:
    """The ways of a needle where no letter stands beside its words: nearly every short word begins in another one."""
    start = f"(?:^|{no_letter()})" if is_word(needle[0]) else ""
    end = f"(?:$|{no_letter()})" if is_word(needle[-1]) and not prefix else ""
    return start + ways_of(needle) + end
