"""The known terms: technologies, industries and named things, as one automaton over the normal forms of their names.

The rows stand in ``data/taxonomy.yaml`` and ``data/entities.yaml``; everything is built when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick
from ruamel.yaml import YAML

from crawler.text import is_word, normal

DATA = Path(__file__).parents[1] / "data"


class UserTerm(NamedTuple):
    """A name of the user's own. `kind` is technology, company, product, institution or person; `also` holds further names, marked
    as in the data files: ``=NAME`` only as written, ``name?`` only beside a sure one. At least one of `zh` and `en` is not empty."""

    kind: str
    zh: str = ""
    en: str = ""
    also: tuple[str, ...] = ()


_own: tuple[UserTerm, ...] = ()


class Term(NamedTuple):
    """One name or cue. `kind` is technology, hint (at one), entity, or also/strong/weak (an industry's); `alias` is as written in the data."""

    kind: str
    id: str
    alias: str
    exact: bool = False  # upper and lower case as written
    unsure: bool = False  # counts only beside another of its kind
    unless: re.Pattern[str] | None = None  # found within 40 characters: something else is meant


@dataclass(frozen=True, slots=True)
class Name:
    """A technology, an industry or a named thing: its names in both languages; `group` is its category."""

    id: str
    zh: str
    en: str
    group: str = ""

    def in_language(self, language: str | None) -> str:
        return self.zh if language == "zh" else self.en


def use(own: tuple[UserTerm, ...]) -> None:
    """Take these names of the user's own beside ours, in this process; call it before the first text is read."""
    global _own  # noqa: PLW0603 - what a process knows is one thing, like the caches below
    if own == _own:
        return
    _own = own
    for built in (names, all_by_name, by_name, is_called, all_terms, terms):
        built.cache_clear()


def own() -> tuple[UserTerm, ...]:
    """The names of the user's own that this process knows."""
    return _own


_tables = re.compile(r"^(\w+): \|\n((?:  .*\n)+)", re.MULTILINE)


@cache
def table(file: str) -> dict[str, Any]:
    """A data file. Its tables are block scalars and taken as they stand; the YAML reader, which is slow, gets the rest."""
    text = (DATA / file).read_text("utf-8")
    data: dict[str, Any] = YAML(typ="safe", pure=True).load(_tables.sub("", text)) or {}
    return data | {name: block[2:].replace("\n  ", "\n") for name, block in _tables.findall(text)}


@cache
def listed(name: str, file: str = "clauses.yaml") -> frozenset[str]:
    """The words of a list of a data file."""
    return frozenset(str(table(file)[name]).split())


def weighed(file: str) -> Iterator[list[str]]:
    """The rows of a file of weights, parted by " | ", without its comments."""
    lines = (DATA / file).read_text("utf-8").splitlines()
    return (line.split(" | ") for line in lines if line and line[0] != "#")


def rows(block: str) -> Iterator[tuple[str, list[str]]]:
    """(group, fields) of each row of a table; ``[group]`` lines name the group of those that follow."""
    group = ""
    for line in block.splitlines():
        if line.startswith("["):
            group = line.strip("[] ")
        elif line.strip():
            yield group, [field.strip() for field in line.split("|")]


def _rows(file: str, block: str) -> Iterator[tuple[str, list[str]]]:
    yield from rows(table(file)[block])
    if block != "industries":
        yield from _own_rows(file, block)


def _own_rows(file: str, block: str) -> Iterator[tuple[str, list[str]]]:
    """The user's names as rows. One that we know already gets further names there, and no second entry."""
    mine = [one for one in _own if (one.kind == "technology") == (block == "technologies")]
    ours = (fields for _, fields in rows(table(file)[block]) if mine and len(fields) > 2)
    known = {normal(term.alias): fields for fields in ours for term in _terms_of("", fields, {})}
    for one in mine:
        zh, en = one.zh or one.en, one.en or one.zh
        ident, zh_known, en_known, *_ = known.get(normal(zh)) or known.get(normal(en)) or (f"own:{zh}", zh, en)
        yield one.kind, [ident, zh_known, en_known, "; ".join((zh, en, *one.also))]


def split(field: str) -> list[str]:
    return [part for part in (piece.strip() for piece in field.split(";")) if part]


@cache
def names(kind: str) -> dict[str, Name]:
    """All names of a kind (technology, industry, entity, company) by id, in the order of the data."""
    if kind == "company":
        return {ident: name for ident, name in names("entity").items() if name.group == kind}
    file, block = {"entity": ("entities.yaml", "entities")}.get(kind, ("taxonomy.yaml", "technologies"))
    if kind == "industry":
        block = "industries"
    found: dict[str, Name] = {}
    for group, fields in _rows(file, block):
        if len(fields) > 2:
            found.setdefault(fields[0], Name(fields[0], fields[1], fields[2], group))
    return found


@cache
def by_name(kind: str) -> dict[str, Name]:
    """What goes by a name; of several that do, the first."""
    return {form: called[0] for form, called in all_by_name(kind).items()}


@cache
def all_by_name(kind: str) -> dict[str, tuple[Name, ...]]:
    """All that goes by a name: the normal form of each name and each sure alias of technologies, industries or companies → their Names.

    The own name of one, in either language, is that one's alone.
    """
    known = names(kind)
    aliases: list[tuple[str, Name]] = []
    if kind != "industry":
        block = ("taxonomy.yaml", "technologies") if kind == "technology" else ("entities.yaml", "entities")
        of_rows = (term for _, fields in _rows(*block) if fields[0] in known for term in _terms_of(kind, fields, {}))
        aliases = [(term.alias, known[term.id]) for term in of_rows if not term.unsure]
    return _called(aliases) | _called([(alias, name) for name in known.values() for alias in (name.zh, name.en)])


def _called(named: list[tuple[str, Name]]) -> dict[str, tuple[Name, ...]]:
    found: dict[str, tuple[Name, ...]] = {}
    for form, (_, name) in zip(normal("\n".join([alias for alias, _ in named])).split("\n"), named, strict=bool(named)):
        if name not in (before := found.get(form, ())):
            found[form] = (*before, name)
    return found


@lru_cache(maxsize=8_000)
def is_called(kind: str, words: str) -> bool:
    """Does a known thing of that kind go by these words."""
    return normal(words) in by_name(kind)


def _terms_of(kind: str, fields: list[str], unless: dict[str, re.Pattern[str]]) -> Iterator[Term]:
    """The terms of one row: its marked aliases, and its names where no alias speaks of them."""
    ident, *both = fields[:3]
    marked = split(fields[3]) if len(fields) > 3 else []
    bare = {alias.lstrip("=-").rstrip("?") for alias in marked}
    for alias in [*(name for name in dict.fromkeys(both) if name not in bare), *marked]:
        if not alias.startswith("-"):
            plain = alias.lstrip("=").rstrip("?")
            yield Term(kind, ident, plain, alias.startswith("="), alias.endswith("?"), unless.get(plain))


def _cues() -> Iterator[Term]:
    for ident, strength, listed in _industry_lines():
        if strength != "technologies":
            yield from (Term(strength, ident, cue) for cue in listed)
    for _, (ident, words) in rows(table("taxonomy.yaml")["hints"]):
        yield from (Term("hint", ident, word) for word in split(words))


def _industry_lines() -> Iterator[tuple[str, str, list[str]]]:
    """(industry, also | strong | weak | technologies, what is listed)."""
    ident = ""
    for _, fields in rows(table("taxonomy.yaml")["industries"]):
        if len(fields) > 2:
            ident = fields[0]
            yield ident, "also", fields[1:3]
        else:
            strength, _, listed = fields[0].partition(":")
            yield ident, strength, split(listed)


@cache
def no_context() -> frozenset[str]:
    """Technologies beside which a doubtful alias stays doubtful: a story of drones is not yet one of AI."""
    return frozenset(split(table("taxonomy.yaml")["no_context"]))


@cache
def beside() -> dict[str, tuple[str, ...]]:
    """Technology id → those that it seldom goes without."""
    found: dict[str, tuple[str, ...]] = {}
    for _, (ident, listed) in rows(table("taxonomy.yaml")["beside"]):
        for one in split(listed):
            found[one] = (*found.get(one, ()), ident)
    return found


@cache
def of_words() -> frozenset[str]:
    """Technologies whose large models are language models."""
    return frozenset(split(table("taxonomy.yaml")["of_words"]))


@cache
def industry_of_technology() -> dict[str, str]:
    """Technology id → the id of the industry that it speaks of."""
    return {tech: ident for ident, strength, listed in _industry_lines() if strength == "technologies" for tech in listed}


@cache
def all_terms() -> tuple[Term, ...]:
    return tuple(_all_terms())


def _all_terms() -> Iterator[Term]:
    data = table("taxonomy.yaml")
    unless = {
        fields[0]: re.compile("|".join(re.escape(normal(word)) for word in split(fields[1])))
        for _, fields in rows(data["unless"])
    }
    for _, fields in _rows("taxonomy.yaml", "technologies"):
        yield from _terms_of("technology", fields, unless)
    yield from _cues()
    for _, fields in _rows("entities.yaml", "entities"):
        yield from _terms_of("entity", fields, unless)


@cache
def terms() -> Any:
    """The automaton: normal form → ((length, whether each end must be a word's end, whether that is all), its terms in reverse)."""
    found: dict[str, tuple[Term, ...]] = {}
    listed = all_terms()
    for key, term in zip(normal("\n".join([term.alias for term in listed])).split("\n"), listed, strict=True):
        before = found.get(key, ())
        if term not in before:
            found[key] = (term, *before)
    automaton = ahocorasick.Automaton()
    shapes: dict[tuple[int, bool, bool, bool], tuple[int, bool, bool, bool]] = {}
    letters = {ch: is_word(ch) for key in found for ch in (key[0], key[-1])}
    for key, same in found.items():
        plain = not any(term.exact or term.unless for term in same)
        shape = (len(key), letters[key[0]], letters[key[-1]], plain)
        automaton.add_word(key, (shapes.setdefault(shape, shape), *same))
    automaton.make_automaton()
    return automaton
