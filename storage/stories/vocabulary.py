"""The words that tell one event from another: names, acts, stages, places, things. Read once from crawler/data.

A word has senses, pairs of a kind and an id: ``("company", "openai")``, ``("acts", "release")``, ``("cities", "austin")`` …
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import ahocorasick

from crawler.nlp.lexicon import UserTerm, own, table
from crawler.record import travels
from crawler.text import normal

ACTORS = ("company", "institution", "person", "product")
_BLOCKS = ("acts", "turns", "stages", "roles", "things", "cities", "countries")
_AMBIGUOUS = ("seed", "operator", "spark", "robotaxi", "veo", "flow")  # products whose bare name is a common word


@travels
@dataclass(frozen=True, slots=True)
class Sense:
    """What a word may mean. With `exact`, only as written there: MIT is an institute, mit is not."""

    kind: str
    id: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`automaton` yields (word, senses); `makers` product, or head → the company."""

    automaton: Any
    makers: Mapping[str, str]
    homes: Mapping[str, str]
    glue: frozenset[str]
    glue_han: re.Pattern[str]
    latin: frozenset[str]


def lexicon() -> Lexicon:
    """The lexicon, with the user's own names in it; the first call costs some 40 ms."""
    return _built(own())


@lru_cache(maxsize=2)
def _built(terms: tuple[UserTerm, ...]) -> Lexicon:
    data = table("stories.yaml")
    senses: dict[str, list[Sense]] = defaultdict(list)
    for word, sense in (*_entities(), *_own_words(data), *_users(terms)):
        senses[normal(word)].append(sense)
    automaton = ahocorasick.Automaton()
    for word, listed in senses.items():
        automaton.add_word(word, (word, tuple(dict.fromkeys(listed))))
    automaton.make_automaton()
    return Lexicon(
        automaton,
        {one: company for block in ("heads", "makers") for company, listed in _rows(data[block]) for one in listed},
        {office: country for country, listed in _rows(data["homes"]) for office in listed},
        frozenset(data["glue_en"].split()),
        re.compile("|".join(map(re.escape, sorted(data["glue"].split(), key=len, reverse=True)))),
        frozenset(part for word in senses for part in word.split() if part.isascii()),
    )


def _rows(block: str) -> Iterator[tuple[str, list[str]]]:
    """(id, words) of each row ``id | word; word``."""
    for line in filter(str.strip, block.splitlines()):
        ident, _, listed = line.partition("|")
        yield ident.strip(), _split(listed)


def _split(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in text.split(";")) if part]


def _entities() -> Iterator[tuple[str, Sense]]:
    """The named things that all analyzers know: ``id | zh | en | aliases``, a ``[kind]`` line before them. Doubtful names are left out."""
    kind = ""
    for line in filter(str.strip, table("entities.yaml")["entities"].splitlines()):
        if line.startswith("["):
            kind = line.strip("[] ")
            continue
        if kind not in ACTORS:
            continue
        ident, *names = [part.strip() for part in line.split("|")]
        aliases = _split(names[2]) if len(names) > 2 else []
        said = {alias.lstrip("=-").rstrip("?") for alias in aliases if alias[0] in "=-" or alias.endswith("?")}
        yield from ((name, Sense(kind, ident)) for name in names[:2] if name not in said)
        for alias in aliases:
            if alias[0] != "-" and not alias.endswith("?"):
                yield alias.lstrip("="), Sense(kind, ident, alias[1:] if alias[0] == "=" else "")


def _users(terms: tuple[UserTerm, ...]) -> Iterator[tuple[str, Sense]]:
    """What the user names, under the id that we know it by. Doubtful names are left out, as of our own."""
    known = {normal(name): sense for name, sense in _entities()}
    for term in terms:
        if term.kind not in ACTORS:
            continue
        both = [name for name in (term.zh, term.en) if name]
        sense = next((known[normal(name)] for name in both if normal(name) in known), Sense(term.kind, f"own:{both[0]}"))
        yield from ((name, Sense(sense.kind, sense.id)) for name in both)
        for name in term.also:
            if not name.endswith("?"):
                yield name.lstrip("="), Sense(sense.kind, sense.id, name[1:] if name[0] == "=" else "")


def _own_words(data: Mapping[str, str]) -> Iterator[tuple[str, Sense]]:
    kinds = {sense.id: sense.kind for _, sense in _entities()}
    products = [product for _, listed in _rows(data["makers"]) for product in listed]
    for ident, listed in _rows(data["aliases"]):
        kind = kinds.get(ident, "product" if ident in products else "company")
        yield from ((word, Sense(kind, ident)) for word in listed)
    yield from ((product, Sense("product", product)) for product in products if product not in _AMBIGUOUS)
    for block, kind in (("persons", "person"), ("institutions", "institution"), *((block, block) for block in _BLOCKS)):
        for ident, listed in _rows(data[block]):
            yield from ((word, Sense(kind, ident)) for word in listed)
            if block == "things":
                yield from ((f"{word}s", Sense(kind, ident)) for word in listed if re.fullmatch("[a-z]{3,}[^s]", word))


@cache
def groups_of_acts() -> dict[str, frozenset[str]]:
    """Act → the names of the groups it belongs to: two acts that may tell one event share a group."""
    groups: dict[str, set[str]] = defaultdict(set)
    for act, listed in _rows(table("stories.yaml")["alike"]):
        for other in listed:
            groups[act].add(f"{act}~{other}")
            groups[other].add(f"{act}~{other}")
    return {act: frozenset(names) for act, names in groups.items()}
