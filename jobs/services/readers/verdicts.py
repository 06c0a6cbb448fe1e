"""What people call wrong, and what is proposed for it. Nothing is learned in silence: a verdict changes nothing until somebody says so.

    match   a rule matched what it should not    → an example for it, and NOT terms, each with what else it would take away
    fold    two events told as one               → set apart, and the alert that was withheld is raised
    split   one event told as two                → joined
    field   a value that does not belong there   → counted by value, for whoever looks after the word lists

All of it can be had as labelled JSON lines, to measure by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, get_args

from sqlalchemy.orm import Session

from crawler.errors import ZhixunError
from crawler.i18n import tr
from crawler.record import Record
from jobs.config.edit import Change
from jobs.config.load import Config, RuleConfig, readings
from jobs.deliver.message import matched_fields, record_fields
from jobs.safe_text import one_line
from jobs.services.archive import stories
from jobs.services.lookup import Unknown, named
from storage.archive import queries
from storage.archive import search as searching
from storage.archive.search import Bounds
from storage.people import verdicts as kept
from storage.people.accounts import Person
from storage.people.verdicts import About, Tally, Verdict
from storage.rules.lexer import quoted
from storage.rules.parser import Query, QueryError
from storage.rules.ruleset import Rule, is_true, search

__all__ = ["About", "Proposal", "Tally", "Term", "Verdict", "VerdictError"]

ABOUT: tuple[About, ...] = get_args(About)
FIELDS = ("keyword", "technology", "industry", "event", "company", "title", "text", "published", "author", "publisher")
TRIED = timedelta(days=30)  # of the archive that a NOT term is tried on …
MAX_TRIED = 2_000  # … matches, at most
MAX_TERMS = 8  # proposed
MAX_NAMED = 20  # records that a term would take away and that are named
NOTE_LENGTH = 1_000
BATCH = 200


class VerdictError(ZhixunError):
    """That cannot be called wrong, or was settled before."""


@dataclass(frozen=True, slots=True)
class Term:
    """A NOT term: the rule's query with it, and the matches of the last 30 days that it takes away, the record in question left out.

    `wrong` of them were called wrong as well. The fewer others, the better. `example` shows that it works; "" where no words can.
    """

    term: str
    query: str
    example: str
    count: int
    wrong: int
    records: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be done about a verdict.

    match: the rule's query gets one of `terms`, and its `should_not_match` that one's example; `matches` it had in 30 days
    fold, split: the record leaves the story of `other`, or joins it          field: `count` verdicts name this value
    """

    verdict: Verdict
    matches: int = 0
    terms: tuple[Term, ...] = ()
    count: int = 0


def say(
    session: Session,
    config: Config,
    person: Person,
    about: str,
    record: int,
    *,
    now: datetime,
    other: int | None = None,
    rule: str | None = None,
    value: str | None = None,
    note: str = "",
) -> Verdict:
    """Call something wrong. Raises Unknown or VerdictError."""
    kind = next((one for one in ABOUT if one == about), None)
    if kind is None:
        raise VerdictError(tr("{about} is no kind; there are: {kinds}", about=repr(about), kinds=", ".join(ABOUT)))
    found = _record(session, record)
    if kind == "match":
        sample = _matched(config, found, rule)
    elif kind == "field":
        sample = _field(found, value)
    else:
        other = _pair(session, found, kind, other)
        sample = {"other": _fields(_record(session, other))}
    values: dict[str, Any] = {"about": kind, "record": record, "person_id": person.id, "at": now}
    named = {"other": (other, ("fold", "split")), "rule": (rule, ("match",)), "value": (value, ("field",))}
    values |= {key: given if kind in kinds else None for key, (given, kinds) in named.items()}
    values |= {"note": one_line(note)[:NOTE_LENGTH], "sample": {"record": _fields(found), **sample}}
    return _get(session, kept.add(session, values))


def _record(session: Session, number: int) -> Record:
    found = queries.record(session, number)
    if found is None:
        raise Unknown(tr("there is no record {number}", number=number))
    return found


def _fields(record: Record) -> dict[str, Any]:
    return {"id": record.id, "story": record.story, **record_fields(record)}


def _matched(config: Config, record: Record, rule: str | None) -> dict[str, Any]:
    if rule is None:
        raise VerdictError(tr("which rule? A wrong match is one of a rule"))
    chosen = named("rule", rule, config.rules)
    evidence = search(config.query_of(chosen), record, (), record.first_seen)
    return {"query": chosen.query_text(), "matched": matched_fields(evidence or ())}


def _field(record: Record, value: str | None) -> dict[str, Any]:
    """`value` is `kind:value`, as the evidence has it, or the name of a field of its own such as `title`."""
    kind, _, word = (value or "").partition(":")
    if kind not in FIELDS or len(value or "") > 300:
        raise VerdictError(tr("which value? Name it as KIND:VALUE; the kinds are {kinds}", kinds=", ".join(FIELDS)))
    facts = [fact for fact in record.facts if (fact.kind, fact.value) == (kind, word)]
    keys = ("kind", "value", "concept", "start", "end", "quote", "by")
    return {"facts": [{key: getattr(fact, key) for key in keys} for fact in facts]}


def _pair(session: Session, record: Record, kind: About, other: int | None) -> int:
    """The record that it is, or is not, one event with: of a fold without a word the first of its story."""
    if other is None and kind == "fold":
        other = record.story
    if other is None or other == record.id:
        raise VerdictError(tr("which other record? Two are told as one event, or apart"))
    together = _record(session, other).story == record.story
    if kind == "fold" and not together:
        raise VerdictError(tr("records {one} and {other} are not of one story", one=record.id, other=other))
    if kind != "fold" and together:
        raise VerdictError(tr("records {one} and {other} are of one story already", one=record.id, other=other))
    return other


def _get(session: Session, number: int) -> Verdict:
    found = kept.get(session, number)
    if found is None:
        raise Unknown(tr("there is no verdict {number}", number=number))
    return found


# ---- proposals


def propose(session: Session, config: Config, number: int, now: datetime) -> Proposal:
    """What could be done about a verdict, tried on the archive. Raises Unknown, also for a rule that is gone."""
    said = _get(session, number)
    if said.about == "match":
        return _for_match(session, config, said, now)
    if said.about == "field":
        counts = {tally.what: tally.count for tally in kept.tallies(session) if tally.about == "field"}
        return Proposal(said, count=counts.get(said.value or "", 1))
    return Proposal(said)


def _for_match(session: Session, config: Config, said: Verdict, now: datetime) -> Proposal:
    rule = named("rule", said.rule or "", config.rules)
    record = queries.record(session, said.record)
    if record is None:
        return Proposal(said)
    matched = _matches(session, rule, config.query_of(rule), now)
    wrong = {one.record for one in kept.listed(session, limit=MAX_TRIED) if one.about == "match" and one.rule == said.rule}
    tried = filter(None, (_tried(config, rule, term, record, matched) for term in _candidates(record)))
    terms = [replace(term, wrong=len(wrong.intersection(gone))) for term, gone in tried if len(gone) < len(matched) - 1]
    terms.sort(key=lambda term: (term.count - term.wrong, -term.wrong))
    return Proposal(said, len(matched), tuple(terms[:MAX_TERMS]))


def _example(old: Query, new: Query, record: Record, word: str) -> str:
    """The fewest of its words that the old query matches, as title and as text, and the new one does not; "" where none do."""
    evidence = search(old, record, (), record.first_seen) or ()
    quotes = dict.fromkeys(one.quote for one in evidence if one.field == "text")
    said = " ".join([record.title, *quotes])
    for text in map(one_line, (record.title, f"{record.title} {word}", said, f"{said} {word}")):
        tried = readings(text)
        if is_true(old, tried[-1]) and not any(is_true(new, each) for each in tried):
            return text
    return ""


def _matches(session: Session, rule: RuleConfig, query: Query, now: datetime) -> list[Record]:
    """The newest records that the rule matches, with what `_candidates` look at."""
    listens = Rule(rule.name, query, rule.sources)
    rows = searching.candidates(session, query, Bounds(since=now - TRIED), read_all=False)
    heard = (one for one in rows if listens.watches(one.record.source, one.tags))
    found = (one.record.id or 0 for one in heard if one.true or is_true(query, one.record, one.tags, one.record.first_seen))
    return [one.record for one in queries.tagged_of(session, list(islice(found, MAX_TRIED)), fields=("text", "industry"))]


def _candidates(record: Record) -> Iterable[str]:
    """Terms that are true of the record: its values, where it says them, then its industry, its source."""
    said = f"{record.title}\n{record.text}".casefold()
    words = dict.fromkeys((*record.keywords, *record.ai_technologies, *(one.name for one in record.companies)))
    yield from (quoted(word) for word in words if word.casefold() in said)
    yield from (f"industry:{quoted(word)}" for word in record.industries)
    if record.source:
        yield f"source:{quoted(record.source)}"


def _tried(
    config: Config, rule: RuleConfig, term: str, record: Record, matched: Iterable[Record]
) -> tuple[Term, list[int]] | None:
    """A term that takes the record away, and what else it would; None for one that does not, or that no query may have."""
    text = f"({rule.query_text()}) NOT {term}"
    try:
        query, alone = config.parsed(text), config.parsed(term)
    except QueryError:
        return None
    if is_true(query, record, (), record.first_seen):
        return None
    gone = [one for one in matched if one.id != record.id and is_true(alone, one, (), one.first_seen)]
    example = _example(config.query_of(rule), query, record, term.strip('"'))
    named_ones = tuple((one.id or 0, one.title) for one in gone[:MAX_NAMED])
    return Term(term, text, example, len(gone), 0, named_ones), [one.id or 0 for one in gone]


def edit_of(config: Config, proposal: Proposal, term: str) -> Change:
    """The change of the configuration that a wrong match leads to, with the term that was chosen. Raises VerdictError."""
    rule = named("rule", proposal.verdict.rule or "", config.rules)
    chosen = next((one for one in proposal.terms if one.term == term), None)
    if chosen is None:
        raise VerdictError(tr("{term} is not among what was proposed", term=repr(term)))
    values: dict[str, Any] = {"query": chosen.query, "keywords": None}
    if chosen.example:
        values["should_not_match"] = list(dict.fromkeys((*rule.should_not_match, chosen.example)))
    return Change("rules", rule.name, values)


def apply(session: Session, number: int, now: datetime) -> stories.Split | stories.Joined:
    """Set apart, or join, what a verdict says. Raises Unknown, VerdictError or NoSuchStory."""
    said = _get(session, number)
    if said.other is None:
        raise VerdictError(tr("a {about} is not settled by itself; change the rule or the word lists", about=said.about))
    settle(session, number, applied=True, now=now)
    if said.about == "split":
        return stories.join(session, said.record, said.other, now)
    place = _record(session, said.record)
    return stories.split_record(session, said.other if place.story == said.record else said.record, now)


def settle(session: Session, number: int, *, applied: bool, now: datetime) -> None:
    """Something was done about it, or nothing will be. Raises Unknown or VerdictError."""
    _get(session, number)
    if not kept.settle(session, number, "applied" if applied else "dismissed", now):
        raise VerdictError(tr("verdict {number} was settled before", number=number))


def listed(session: Session, record: int | None = None) -> tuple[Verdict, ...]:
    """What was said of all records, or of one, the first verdict first."""
    return tuple(kept.listed(session, record=record))


def tallies(session: Session) -> tuple[Tally, ...]:
    """The values and rules that are called wrong most often."""
    return tuple(kept.tallies(session))


# ---- labelled data


def labelled(session: Session) -> Iterator[dict[str, Any]]:
    """Each verdict as what a program should have said of these records. Without the names of people."""
    after = 0
    while some := kept.listed(session, after=after, limit=BATCH):
        yield from map(_line, some)
        after = some[-1].id


def _line(said: Verdict) -> dict[str, Any]:
    right: dict[str, dict[str, Any]] = {
        "match": {"rule": said.rule, "match": False},
        "fold": {"same_event": False},
        "split": {"same_event": True},
        "field": {"value": said.value, "correct": False},
    }
    given = {"id": said.id, "about": said.about, **right[said.about], "at": said.at.isoformat()}
    return given | {"note": said.note, "settled": said.settled, **said.sample}
