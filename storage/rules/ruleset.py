"""Rules over a record: hit or not, with the places that say so.

Ruleset     one Aho–Corasick pass over each field for the terms of all rules, then only the rules that a term woke
search      one query over one record
unheard     rules that no source could make match
shadowed    rules that can never match, or add nothing to another
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import ahocorasick
import re2

from crawler.i18n import tr
from crawler.record import Record
from storage.rules.ast import Alias, And, AtLeast, Count, Near, Node, Or, Regex, Term, leaves, terms
from storage.rules.explain import Explanation, explain
from storage.rules.lint import entails, missing
from storage.rules.match import MAX_PLACES, Evidence, Look, Place, Search, View, holds_in, places_of_regex, stands, witnesses
from storage.rules.parser import Query

__all__ = ["Evidence", "Explanation", "Hit", "Rule", "Ruleset", "explain", "is_true", "judge", "search", "shadowed", "unheard"]

MAX_EVIDENCE = 12  # places told of one hit: three a term first
_SET = 64  # expressions looked for at once; RE2 compiles so many with room to spare
_SET_MEMORY = 64 << 20
_MANY = 8  # needles: of fewer each is sooner looked for by itself
_SHADOWS = 20  # rules of one term that a rule is compared with: 10,000 rules are checked within seconds
_REGEX_COST = 1_000  # how much dearer than a rare term an expression is as what wakes a rule
Trigger = Term | Regex


@dataclass(frozen=True, slots=True)
class Rule:
    """A query with a name. `sources` are names or ``tag:x``; empty means all. `channels` are told."""

    name: str
    query: Query
    sources: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def watches(self, source: str | None, tags: Sequence[str]) -> bool:
        """True when the rule listens to a source with these tags."""
        if not self.sources:
            return True
        return source in self.sources or any(f"tag:{tag}" in self.sources for tag in tags)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched, in which version, and the evidence: what stood where."""

    rule: str
    version: str
    evidence: tuple[Evidence, ...]


def search(query: Query, record: Record, tags: Sequence[str] = (), now: datetime | None = None) -> tuple[Evidence, ...] | None:
    """The evidence (it may be empty: a query of dates alone) when the query is true of the record, else None."""
    look = Search(View(record, tags, now))
    return evidence(query.root, look) if holds_in(query.root, look) else None


def is_true(query: Query, record: Record, tags: Sequence[str] = (), now: datetime | None = None) -> bool:
    """The same without the evidence."""
    return holds_in(query.root, Search(View(record, tags, now)))


def judge(query: Query) -> Callable[[Record, Sequence[str], datetime | None], bool]:
    """`is_true` for many records: where many needles are looked for, once for all of them."""
    if sum(len(term.needles) for term in terms(query.root)) < _MANY:
        return partial(is_true, query)
    sweep = Ruleset((Rule("", query),)).sweep
    return lambda record, tags, now: holds_in(query.root, sweep(View(record, tags, now)))


def evidence(root: Node, look: Look) -> tuple[Evidence, ...]:
    """What made a true query true, at most three places a term, titles first."""
    seen: Counter[tuple[str, bool]] = Counter()
    chosen = []
    for leaf, place in dict.fromkeys(witnesses(root, look)):
        where = leaf.written, place.field == "text"
        seen[where] += 1
        if seen[where] <= 3:
            chosen.append((leaf, place))
        if len(chosen) == MAX_EVIDENCE:
            break
    return tuple(look.view.evidence(leaf, place) for leaf, place in chosen)


class Ruleset:
    """Many rules, ready to meet records. Building it costs about 50 µs a rule; matching, what the rules that are woken cost.

    A rule is woken by a term it cannot match without. Where it has several, the one that the fewest rules share is taken.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._terms: dict[str, list[Term]] = defaultdict(list)
        self._regexes: dict[str, list[Regex]] = defaultdict(list)
        self._wakes: dict[Trigger, list[int]] = defaultdict(list)
        self._always: list[int] = []
        self._learn_leaves()
        self._learn_triggers()
        self._automaton = _automaton(self._terms)
        self._fields = tuple(dict.fromkeys(field for terms in self._terms.values() for term in terms for field in term.scope))
        self._sets = {
            field: [_RegexSet(found[start : start + _SET]) for start in range(0, len(found), _SET)]
            for field, found in self._regexes.items()
        }

    def match(self, record: Record, tags: Sequence[str] = (), now: datetime | None = None) -> tuple[Hit, ...]:
        """All rules that are true of the record, in the order of the configuration. `now` defaults to when it was seen."""
        look = self.sweep(View(record, tags, now))
        hits = []
        for number in sorted(self._woken(look)):
            rule = self.rules[number]
            if rule.watches(record.source, tags) and holds_in(rule.query.root, look):
                hits.append(Hit(rule.name, rule.query.version, evidence(rule.query.root, look)))
        return tuple(hits)

    def sweep(self, view: View) -> _Swept:
        """The record, in which nothing is looked for yet."""
        return _Swept(view, self._automaton, self._sets)

    def _woken(self, look: _Swept) -> set[int]:
        woken = set(self._always)
        for field in self._fields:
            for needle in look.ends(field).keys() & self._waking.keys():
                for term in self._waking[needle]:
                    if not woken.issuperset(self._wakes[term]) and look.places(term):
                        woken.update(self._wakes[term])
        for leaf in look.regexes:
            woken.update(self._wakes.get(leaf, ()))
        return woken

    # ---- what wakes a rule

    def _learn_leaves(self) -> None:
        unique = dict.fromkeys(leaf for rule in self.rules for leaf in leaves(rule.query.root))
        for leaf in unique:
            if isinstance(leaf, Term):
                for needle in leaf.needles:
                    self._terms[needle].append(leaf)
            elif isinstance(leaf, Regex):
                for field in leaf.scope:
                    self._regexes[field].append(leaf)

    def _learn_triggers(self) -> None:
        for number, triggers in enumerate(_wakers(self.rules)):
            if triggers is None:
                self._always.append(number)
            for trigger in triggers or ():
                self._wakes[trigger].append(number)
        self._waking = {needle: [term for term in terms if term in self._wakes] for needle, terms in self._terms.items()}
        self._waking = {needle: terms for needle, terms in self._waking.items() if terms}


class _Swept:
    """A record in which each field is gone through once for all terms, when it is first asked for. A leaf's places are worked out of that
    when a rule asks for them."""

    def __init__(self, view: View, automaton: Any, sets: Mapping[str, Sequence[_RegexSet]]) -> None:
        self.view = view
        self._automaton = automaton
        self._sets = sets
        self._ends: dict[str, dict[str, list[int]]] = {}
        self._known: dict[Trigger, tuple[Place, ...]] = {}

    def ends(self, field: str) -> Mapping[str, Sequence[int]]:
        """Where in the field's normal form the needles end that stand there."""
        known = self._ends.get(field)
        if known is None:
            known = self._ends[field] = {}
            for last, needle in self._automaton.iter(self.view.form(field).text) if self._automaton else ():
                known.setdefault(needle, []).append(last + 1)
        return known

    @cached_property
    def regexes(self) -> set[Regex]:
        """The expressions that occur."""
        return {leaf for field, sets in self._sets.items() for one in sets for leaf in one.matching(self.view.original(field))}

    def places(self, leaf: Term | Regex) -> Sequence[Place]:
        known = self._known.get(leaf)
        if known is None:
            self._known[leaf] = known = tuple(self._find(leaf))
        return known

    def _find(self, term: Term | Regex) -> Iterator[Place]:
        if isinstance(term, Regex):
            yield from places_of_regex(self.view, term) if term in self.regexes else ()
            return
        for field in term.scope:
            found = self.ends(field)
            spans = [(end - len(needle), end) for needle in term.needles for end in found.get(needle, ())]
            if spans:  # most are not there
                text = self.view.form(field).text
                standing = sorted(span for span in spans if stands(text, *span, term.mode, term.prefix))
                yield from (Place(field, start, end) for start, end in standing[:MAX_PLACES])


class _RegexSet:
    """Several expressions, looked for in one pass; those that occur are then looked for one by one."""

    def __init__(self, found: Sequence[Regex]) -> None:
        self._leaves = found
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _SET_MEMORY
        self._set: Any = re2.Set.SearchSet(options)
        for leaf in found:
            self._set.Add(leaf.inline)
        try:
            self._set.Compile()
        except re2.error:  # too large together: each for itself is slower and right
            self._set = None

    def matching(self, text: str) -> Iterable[Regex]:
        if self._set is None:
            return self._leaves
        return [self._leaves[number] for number in self._set.Match(text) or ()]


def _automaton(needles: Iterable[str]) -> Any:
    automaton = ahocorasick.Automaton()
    for needle in needles:
        automaton.add_word(needle, needle)
    automaton.make_automaton()
    return automaton if len(automaton) else None


def _wakers(rules: Sequence[Rule]) -> Iterator[frozenset[Trigger] | None]:
    """For each rule what wakes it; None for one that is always to be looked at."""
    use: Counter[Trigger] = Counter()
    for rule in rules:
        use.update({leaf for leaf in leaves(rule.query.root) if isinstance(leaf, Term | Regex)})
    return (_triggers(rule.query.root, use) for rule in rules)


def _triggers(node: Node, use: Mapping[Trigger, int]) -> frozenset[Trigger] | None:
    """Leaves of which one must occur for `node` to be true; the cheapest such set. None when there is no such set."""
    if isinstance(node, Term | Regex):
        return frozenset((node,))
    if isinstance(node, Alias) or (isinstance(node, Count) and node.low > 0):
        return _triggers(node.part, use)
    if isinstance(node, And | Near):
        return min((_triggers(part, use) for part in node.parts), key=lambda found: _cost(found, use))
    if isinstance(node, Or):
        return _union([_triggers(part, use) for part in node.parts])
    if isinstance(node, AtLeast):
        # Of all but least - 1 of the parts, one must be true.
        by_cost = sorted((_triggers(part, use) for part in node.parts), key=lambda found: _cost(found, use))
        return _union(by_cost[: len(by_cost) - node.least + 1])
    return None


def _cost(found: frozenset[Trigger] | None, use: Mapping[Trigger, int]) -> float:
    if found is None:
        return float("inf")
    return sum(use[leaf] + (_REGEX_COST if isinstance(leaf, Regex) else 0) for leaf in found)


def _union(found: list[frozenset[Trigger] | None]) -> frozenset[Trigger] | None:
    return None if None in found else frozenset(leaf for one in found if one for leaf in one)


# ---- rules against each other


def shadowed(rules: Sequence[Rule], manners: Mapping[str, object] | None = None) -> tuple[tuple[str, str], ...]:
    """(rule, why) for each rule that its own sources rule out, or all of whose alerts another rule sends the same way.

    `manners` says how a rule tells (when, for how long …): rules that tell differently do not stand in each other's shadow.
    """
    manners, found = manners or {}, []
    near = _Neighbours(rules)
    for number, rule in enumerate(rules):
        names = [name for name in rule.sources if not name.startswith("tag:")]
        deaf = unheard([rule], dict.fromkeys(names, ()), ("source",)) if len(names) == len(rule.sources) > 0 else {}
        for wanted in deaf.values():
            why = tr(
                "can never match: its query wants source:{wanted}, its sources are {names}",
                wanted=wanted.written,
                names=", ".join(names),
            )
            found.append((rule.name, why))
        for other in near.of(number):
            wide = rules[other]
            if manners.get(rule.name) != manners.get(wide.name) or not _covers(wide, rule):
                continue
            if other < number or not _covers(rule, wide):
                why = tr("adds nothing to {name}, which tells the same articles to the same channels", name=wide.name)
                found.append((rule.name, why))
                break
    return tuple(found)


class _Neighbours:
    """Which rules could be wider than a rule: those that one of its terms would wake. So that not each meets each."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._wakes: dict[str, list[int]] = defaultdict(list)
        for number, triggers in enumerate(_wakers(rules)):
            for leaf in triggers or ():
                for key in leaf.needles if isinstance(leaf, Term) else (leaf.written,):
                    self._wakes[key].append(number)

    def of(self, number: int) -> list[int]:
        found: set[int] = set()
        for leaf in leaves(self._rules[number].query.root):
            for key in _parts(leaf.needles) if isinstance(leaf, Term) else (leaf.written,):
                found.update(self._wakes.get(key, ())[:_SHADOWS])
        return sorted(found - {number})


def _parts(needles: Iterable[str]) -> Iterator[str]:
    for needle in needles:
        for start in range(len(needle)):
            yield from (needle[start:end] for end in range(start + 1, len(needle) + 1))


def _covers(wide: Rule, narrow: Rule) -> bool:
    everywhere = not wide.sources or (narrow.sources and set(narrow.sources) <= set(wide.sources))
    return bool(everywhere) and set(narrow.channels) <= set(wide.channels) and entails(narrow.query.root, wide.query.root)


def unheard(
    rules: Iterable[Rule], sources: Mapping[str, Sequence[str]], fields: Sequence[str] = ("source", "tag")
) -> dict[str, Term | Regex]:
    """By rule that can never match: the source or tag in its query that none of the sources (name → tags) has to which it listens."""
    looks: list[Search] = []
    found = {}
    for rule in rules:
        root = rule.query.root
        wanted = [leaf for leaf in leaves(root) if isinstance(leaf, Term | Regex) and leaf.scope[0] in fields]
        if not wanted:  # most rules, and there may be thousands, of a thousand sources
            continue
        looks = looks or [Search(View(Record("", "", "", source=name), tags)) for name, tags in sources.items()]
        heard = [look for look in looks if rule.watches(look.view.record.source, look.view.tags)]
        absent = {tuple(leaf for leaf in wanted if not look.places(leaf)) for look in heard} or {tuple(wanted)}
        lacks = [leaf for each in sorted(absent, key=len) if (leaf := missing(root, each))]
        if len(lacks) == len(absent):
            found[rule.name] = lacks[0]
    return found
