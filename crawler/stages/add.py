"""ADD: runs the analyzers over a record, in the order in which they build on each other."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

from crawler.nlp import lexicon
from crawler.plugins import Component, family
from crawler.record import Record

ORDER = (
    "language",
    "technologies",
    "industries",
    "keywords",
    "events",
    "companies",
    "summary",
)  # any other file of the family comes after

VERSION = (
    3  # raise it when the analyzers or their word lists find something else: `zhixun records annotate` then goes over the archive
)
ADDED = ("keyword", "technology", "industry", "event", "company")  # kinds of facts


@cache
def analyzers() -> tuple[Component, ...]:
    """The files of `crawler/analyzers/`, in the order in which they run."""
    found = family("crawler.analyzers", "add")
    return tuple(found[name] for name in (*ORDER, *sorted(found.keys() - set(ORDER))))


def label(own: tuple[lexicon.UserTerm, ...]) -> str:
    """What records carry as `analysis`: the version of the analyzers, and which names of the user's own they knew."""
    return f"builtin {VERSION}" + (f"+{hashlib.blake2b(repr(own).encode(), digest_size=3).hexdigest()}" if own else "")


def add(record: Record) -> Record:
    """The record with all that the analyzers find. Pure; the word lists are loaded on the first call."""
    for analyzer in analyzers():
        record = analyzer.add(record)
    return replace(record, analysis=label(lexicon.own()))


def bare(record: Record) -> Record:
    """The record as its parser gave it, without what analyzers or a model added: what `add` takes to begin anew."""
    facts = tuple(fact for fact in record.facts if fact.kind not in ADDED or fact.by == "page")
    own = tuple(fact.value for fact in facts if fact.kind == "keyword")
    return replace(
        record,
        facts=facts,
        keywords=own,
        ai_technologies=(),
        industries=(),
        events=(),
        companies=(),
        opening="",
        summary="",
        analysis=None,
    )
