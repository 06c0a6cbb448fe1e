"""The known words of a headline: entities, acts, stages, roles, places, things. From crawler/data, read once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ahocorasick
from ruamel.yaml import YAML

from crawler.text import normal, word_ends, word_starts
from storage.figures import GAP, TIERS

_latin_word = re.compile(r"[a-z][a-z'.]*")
_stop = re.compile('完成|宣布|获|将|与|在|用|拟|登陆|向|对|[，,：:;；!！?？、《“"]')
_ACTORS = ("company", "institution", "person", "product")


@dataclass(frozen=True, slots=True)
class Words:
    """What a normal form names. `entities` are ids of companies, institutions, persons, products, and the makers of the products;
    `roots` the makers in place of their products,
    `companies` those that are companies.

    `subjects` stand before the first act (at `act_at`),
    `written` are the entities as they stand, `stops` the places at which a name before them ends, `spans` those of all that is known.
    """

    entities: frozenset[str]
    roots: frozenset[str]
    companies: frozenset[str]
    products: frozenset[str]
    written: frozenset[str]
    subjects: frozenset[str]
    act_at: int
    matters: tuple[tuple[int, str], ...]
    places: tuple[tuple[int, int], ...]
    acts: frozenset[str]
    act_groups: frozenset[str]
    turns: frozenset[str]
    stages: frozenset[str]
    roles: frozenset[str]
    things: frozenset[str]
    cities: frozenset[str]
    countries: frozenset[str]
    tiers: frozenset[str]
    stops: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def is_glue(self, word: str) -> bool:
        """True for a word that is in many headlines and tells nothing of this one."""
        return word in _lexicon().glue

    def is_known(self, word: str) -> bool:
        """True for a Latin word that is part of something known, or glue."""
        return self.is_glue(word) or word in _lexicon().latin

    def mask_known(self, text: str) -> str:
        """A text of the same length without what is known."""
        for start, end in self.spans:
            text = f"{text[:start]}{GAP * (end - start)}{text[end:]}"
        return text

    def mask(self, text: str) -> str:
        """A text of the same length without what is known and without glue."""
        text = self.mask_known(text)
        text = _latin_word.sub(lambda match: GAP * len(match.group()) if self.is_glue(match.group()) else match.group(), text)
        return _lexicon().glue_han.sub(GAP, text)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    automaton: Any
    makers: dict[str, str]
    alike: dict[str, frozenset[str]]
    glue: frozenset[str]
    glue_han: re.Pattern[str]
    latin: frozenset[str]


def _load(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((files("crawler") / "data" / name).read_text("utf-8"))


def _rows(block: str) -> Iterator[tuple[str, list[str]]]:
    group = ""
    for line in filter(str.strip, block.splitlines()):
        if line.startswith("["):
            group = line.strip("[] ")
        else:
            yield group, [part.strip() for part in line.split("|")]


def _split(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in text.split(";")) if part]


def _entity_words() -> Iterator[tuple[str, str, str, str]]:
    """(word, kind, id, exact writing or "") of the named things. Doubtful names are left out; those with = want their own writing."""
    for group, fields in _rows(_load("entities.yaml")["entities"]):
        ident, *named = fields[:3]
        marked = _split(fields[3]) if len(fields) > 3 else []
        barred = {mark.lstrip("=-").rstrip("?") for mark in marked if mark[0] in "=-" or mark.endswith("?")}
        kind = group if group in _ACTORS else ""
        if not kind:
            continue
        for word in [
            *(name for name in named if name not in barred),
            *(m for m in marked if m[0] != "-" and not m.endswith("?")),
        ]:
            plain = word.lstrip("=")
            yield plain, kind, ident, plain if word.startswith("=") else ""


@cache
def _lexicon() -> _Lexicon:
    data = _load("stories.yaml")
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    groups = {ident: kind for word, kind, ident, _ in _entity_words() if (word, kind)}
    for word, kind, ident, _ in _entity_words():
        found[normal(word)].append((kind, ident))
    made = {product for _, (_, listed) in _rows(data["makers"]) for product in _split(listed)}
    for _, (ident, listed) in _rows(data["aliases"]):
        for word in _split(listed):
            found[normal(word)].append((groups.get(ident, "product" if ident in made else "company"), ident))
    for block, kind in (("persons", "person"), ("institutions", "institution")):
        for _, (ident, listed) in _rows(data[block]):
            for word in _split(listed):
                found[normal(word)].append((kind, ident))
    for block in ("acts", "turns", "stages", "roles", "things", "cities", "countries"):
        for _, (ident, listed) in _rows(data[block]):
            for word in _split(listed):
                found[normal(word)].append((block, ident))
                if block == "things" and re.fullmatch("[a-z]{3,}[^s]", word):
                    found[f"{word}s"].append((block, ident))
    makers = {product: maker for _, (maker, listed) in _rows(data["makers"]) for product in _split(listed)}
    for product in makers:
        if product.isascii() and product not in ("seed", "operator", "spark", "robotaxi"):
            found[product].append(("product", product))
    automaton = ahocorasick.Automaton()
    for word, listed_ in found.items():
        automaton.add_word(word, (word, tuple(dict.fromkeys(listed_))))
    automaton.make_automaton()
    glue_zh = sorted(data["glue"].split(), key=len, reverse=True)
    latin = frozenset(part for word in found for part in word.split() if part.isascii())
    return _Lexicon(
        automaton,
        makers,
        _alike(data["alike"]),
        frozenset(data["glue_en"].split()),
        re.compile("|".join(map(re.escape, glue_zh))),
        latin | frozenset(TIERS),
    )


def _ends_name(listed: tuple[tuple[str, str], ...]) -> bool:
    """True for words before which an unknown name ends: not for entities, nor for things, of which names are made (银行, 机器人)."""
    return all(kind not in _ACTORS and kind != "things" for kind, _ in listed)


def _alike(block: str) -> dict[str, frozenset[str]]:
    """Act → the names of the groups it belongs to: two acts that may tell one event share a group."""
    groups: dict[str, set[str]] = defaultdict(set)
    for _, (act, listed) in _rows(block):
        for other in _split(listed):
            groups[act].add(f"{act}~{other}")
            groups[other].add(f"{act}~{other}")
    return {act: frozenset(names) for act, names in groups.items()}


def words_of(form: str) -> Words:
    """The known words of a normal form: leftmost, longest; a stage or a turn may stand inside another word."""
    lexicon = _lexicon()
    by_kind: dict[str, set[str]] = defaultdict(set)
    chosen: list[tuple[int, int, str]] = []
    matches = [
        (last + 1 - len(word), last + 1, word, listed)
        for last, (word, listed) in lexicon.automaton.iter(form)
        if word_starts(form, last + 1 - len(word)) and word_ends(form, last + 1)
    ]
    matches.sort(key=lambda match: (match[0], -match[1]))
    reached = 0
    for start, end, word, listed in matches:
        nested = start < reached
        for kind, ident in listed:
            if not nested or kind in ("stages", "turns", "acts", "roles", "cities"):
                by_kind[kind].add(ident)
        if not nested:
            chosen.append((start, end, word))
            reached = end
    entities = set().union(*(by_kind[kind] for kind in _ACTORS))
    entities |= {lexicon.makers[name] for name in entities if name in lexicon.makers}
    roots = {lexicon.makers.get(name, name) for name in entities}
    acts = by_kind["acts"]
    groups = {group for act in acts for group in lexicon.alike.get(act, frozenset()) | {act}}
    begins = min(
        (start for start, _, word in chosen if any(kind == "acts" for kind, _ in lexicon.automaton.get(word)[1])), default=0
    )
    subjects = {
        ident for start, _, word in chosen if start < begins for kind, ident in lexicon.automaton.get(word)[1] if kind in _ACTORS
    }
    actors = {word for _, _, word in chosen if any(kind in _ACTORS for kind, _ in lexicon.automaton.get(word)[1])}
    return Words(
        entities=frozenset(entities),
        roots=frozenset(roots),
        companies=frozenset(lexicon.makers.get(name, name) for name in by_kind["company"] | by_kind["product"]),
        products=frozenset(by_kind["product"]),
        written=frozenset(actors),
        subjects=frozenset(subjects),
        act_at=begins,
        places=tuple(
            (start, end) for start, end, word in chosen if lexicon.automaton.get(word)[1][0][0] in ("cities", "countries")
        ),
        matters=tuple(
            (start, ident) for start, _, word in chosen for kind, ident in lexicon.automaton.get(word)[1] if kind == "things"
        ),
        acts=frozenset(acts),
        act_groups=frozenset(groups),
        turns=frozenset(by_kind["turns"]),
        stages=frozenset(by_kind["stages"]),
        roles=frozenset(by_kind["roles"]),
        things=frozenset(by_kind["things"]),
        cities=frozenset(by_kind["cities"]),
        countries=frozenset(by_kind["countries"]),
        tiers=frozenset(tier for tier in TIERS if re.search(rf"(?<![a-z]){tier}(?![a-z])", form)) - {"medium", "large", "plus"},
        stops=tuple(
            sorted(
                {start for start, _, word in chosen if _ends_name(lexicon.automaton.get(word)[1])}
                | {m.start() for m in _stop.finditer(form)}
            )
        ),
        spans=tuple((start, end) for start, end, _ in chosen),
    )
