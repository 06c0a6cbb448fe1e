"""Whether a query may be true of a record, from its fields as they are: no normal form, no places, a tenth of the work. Pure.

What an index proposes has the words of a query, but not always as a phrase, near each other or in the field that is meant. Most of
that is seen through here. A sieve only leaves out; `storage.rules.ruleset` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

import re2

from crawler.text import alone, beside, count_words, indirect, is_word, no_letter, normalize, ways_of, word_starts, words
from storage.rules.ast import Alias, And, AtLeast, Count, Near, Node, Or, Term, compile_regex, looked_at

Fields = Mapping[str, bytes]  # as UTF-8: so the file has them, and RE2 reads nothing else
Test = Callable[[Fields, int], bool]  # with so many words that may be too many between two places
Standing = Callable[[str, bool], str]  # what finds a needle, or one that may go on
PLAIN = ("title", "text", "author", "publisher")  # the others are JSON, in which a backslash says something
LONG_WORD = 32  # bytes; where all are longer, it is left to the rules whether a stretch has too many
# All bytes but those that U+5000 to U+9FFF begin with; each of these is a word.
NO_HAN = bytes({*range(256)} - {*range(0xE5, 0xEA)})
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
        if self.decides and self._as_it_is(given, 0):
            return Verdict.YES
        if not all(must(given) for must in self._musts):
            return Verdict.NO
        if not self.decides and self._as_it_is(given, 0):
            return Verdict.MAYBE
        indirect = any(map(_indirect, tuple(given.values())))
        return Verdict.MAYBE if indirect and self._passes_as_normal(given) else Verdict.NO

    def _passes_as_normal(self, given: Fields) -> bool:
        """The same of a text in which a character becomes several, or none."""
        if any(b"\\" in given[field] for field in self.fields if field not in PLAIN):
            return True
        forms = {field: _form(given[field]) for field in self.fields}
        return self._as_normal({field: form for field, (form, _) in forms.items()}, sum(more for _, more in forms.values()))


def _form(given: bytes) -> tuple[bytes, int]:
    """Its normal form, or one that the ways of a needle are as good for, and how many words more there may be."""
    odd = {match.group().decode() for match in compile_regex(indirect()).finditer(given)}
    known = {ch: alone(ch) for ch in odd}
    if len(odd) > MANY or None in known.values():
        form = normalize(given.decode())
        return form.text.encode(), form.more
    more = 0
    for old, (new, words_more) in ((ch.encode(), found) for ch, found in known.items() if found):
        more += given.count(old) * words_more
        given = given.replace(old, new.encode())
    return given, more


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
    elif _is_of_words(node) and len({term.scope for term in _terms(node)}) == 1:
        yield _must(list(_terms(node)))


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
    return _is_of_words(node) and isinstance(node, Term) and set(node.scope).issubset(PLAIN) and all(map(_is_plain, node.needles))


def _is_plain(needle: str) -> bool:
    numeric = needle[0].isnumeric() or needle[-1].isnumeric()
    return "." not in needle and not numeric and not _indirect(needle.encode())


def _test(node: Node, fields: dict[str, None], stands: Standing) -> Test | None:
    if isinstance(node, Term | Or):
        return _or(node.parts if isinstance(node, Or) else (node,), fields, stands)
    if isinstance(node, Count):
        return _count(node, fields, stands) if node.low > 0 else None
    if isinstance(node, Alias):
        return _test(node.part, fields, stands)
    if isinstance(node, Near) and all(map(_is_of_words, node.parts)):
        return _near(node, fields)
    if isinstance(node, And | Near):
        known = [test for part in sorted(node.parts, key=_is_long) if (test := _test(part, fields, stands))]
        return (lambda given, more: all(test(given, more) for test in known)) if known else None
    if isinstance(node, AtLeast):
        known = [test for part in node.parts if (test := _test(part, fields, stands))]
        least = node.least - (len(node.parts) - len(known))
        return (lambda given, more: sum(test(given, more) for test in known) >= least) if least > 0 else None
    return None


def _or(parts: Sequence[Node], fields: dict[str, None], stands: Standing) -> Test | None:
    """Terms that look in the same fields are looked for at once."""
    tests = [_test(part, fields, stands) for part in parts if not isinstance(part, Term)]
    terms = [part for part in parts if isinstance(part, Term)]
    if None in tests or not all(map(_is_of_words, terms)):
        return None
    for scope in dict.fromkeys(term.scope for term in terms):
        fields |= dict.fromkeys(scope)
        tests.append(_finds([term for term in terms if term.scope == scope], scope, stands))
    return lambda given, more: any(test(given, more) for test in tests if test)


def _is_long(node: Node) -> bool:
    return not LONG.isdisjoint(looked_at(node))


def _finds(terms: Sequence[Term], scope: Sequence[str], stands: Standing) -> Test:
    find = compile_regex(_any_of(terms, stands)).search
    return lambda given, _more: any(find(given[field]) for field in scope)


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


def _is_of_words(node: Node) -> bool:
    """A term that looks for words, or an Or or alias of nothing else. No needle has a line break, which ends a place."""
    if isinstance(node, Or):
        return all(map(_is_of_words, node.parts))
    if isinstance(node, Alias):
        return _is_of_words(node.part)
    return isinstance(node, Term) and node.mode == "word" and not any("\n" in needle for needle in node.needles)


def _needles(terms: Iterable[Term]) -> list[str]:
    return list(dict.fromkeys(needle for term in terms for needle in term.needles))


def _count(node: Count, fields: dict[str, None], stands: Standing) -> Test | None:
    """Whether there are as many places, those within longer words included."""
    if not _is_of_words(node.part) or _overlap(_needles(_terms(node.part))):
        return _test(node.part, fields, stands)
    scopes = dict.fromkeys(field for term in _terms(node.part) for field in term.scope)
    fields |= scopes
    found = [(field, _finder(_needles(term for term in _terms(node.part) if field in term.scope))) for field in scopes]
    return lambda given, _more: sum(1 for field, finditer in found for _ in finditer(given[field])) >= node.low


# ---- near


def _near(node: Near, fields: dict[str, None]) -> Test:
    """Whether in one field the parts stand near enough to each other.

    From the end of the first to where the last begins there are the words between, and those of the parts that lie there. Where a
    place may overlap another one, which is not found then but begins in it, it is asked how far apart they begin.
    """
    parts = [list(_terms(part)) for part in node.parts]
    needles = [_needles(terms) for terms in parts]
    exact = not any(map(_overlap, needles))
    longest = sorted(max(sum(1 for _ in words(needle)) for needle in some) for some in needles)
    most = node.distance + (sum(longest[2:]) if exact else sum(longest) + longest[-1])
    scopes = dict.fromkeys(field for terms in parts for term in terms for field in term.scope)
    fields |= scopes
    looks = [(field, [_needles(term for term in terms if field in term.scope) for terms in parts]) for field in scopes]
    found = [(field, [_finder(needles) for needles in sorted(some, key=len)]) for field, some in looks if all(some)]
    return lambda given, more: any(_close(given[field], finders, most + more, exact) for field, finders in found)


def _terms(node: Node) -> Iterable[Term]:
    if isinstance(node, Term):
        return (node,)
    parts = node.parts if isinstance(node, Or) else (node.part,) if isinstance(node, Alias) else ()
    return (term for part in parts for term in _terms(part))


def _overlap(needles: Sequence[str]) -> bool:
    """Whether a place of one can begin within one of another, or of itself: where a word begins, or with it and end elsewhere."""
    begins = {needle[:end] for needle in needles for end in range(1, len(needle) + 1)}
    whole = set(needles)

    def hides(needle: str, start: int) -> bool:
        rest = needle[start:]
        if start:
            return word_starts(needle, start) and (rest in begins or any(rest[:end] in whole for end in range(1, len(rest))))
        return any(needle[:end] in whole for end in range(1, len(needle)))

    return any(hides(needle, start) for needle in needles for start in range(len(needle)))


def _finder(needles: Sequence[str]) -> Callable[[bytes], Iterable[Any]]:
    finditer: Callable[[bytes], Iterable[Any]] = compile_regex("|".join(map(ways_of, needles))).finditer
    return finditer


def _close(text: bytes, finders: Sequence[Callable[[bytes], Iterable[Any]]], most: int, exact: bool) -> bool:
    found: list[tuple[int, int, int]] = []
    for number, finditer in enumerate(finders):
        before = len(found)
        found += [(*match.span(), number) for match in finditer(text)]
        if len(found) == before:
            return False
    latest: dict[int, tuple[int, int]] = {}
    too_far = -1, -1
    for start, end, number in sorted(found):
        latest[number] = start, end
        if len(latest) == len(finders) and (first := min(latest.values())) != too_far:
            if _words_between(text, first, start, most, exact) <= most:
                return True
            too_far = first
    return False


def _words_between(text: bytes, first: tuple[int, int], until: int, most: int, exact: bool) -> int:
    """From where the first ends (or begins, if that is not `exact`); of so long a stretch that it has more than `most`, its beginning."""
    end = min(until, first[1] + LONG_WORD * (most + 1))
    if len(text[first[1] : end].translate(None, NO_HAN)) > most:
        return most + 1
    stretch = text[first[0] : end].decode(errors="ignore")
    start = len(text[slice(*first)].decode()) if exact else 0
    return count_words(stretch, start, len(stretch), most + 1) - (not exact)
