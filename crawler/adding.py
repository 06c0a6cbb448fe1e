"""ADD: runs the analyzers over a record, in the order in which they build on each other."""

from __future__ import annotations

from functools import cache

from crawler.plugins import Component, family
from crawler.record import Record

ORDER = ("language", "technologies", "industries", "keywords", "events", "summary")  # any other file of the family comes after


@cache
def analyzers() -> tuple[Component, ...]:
    """The files of `crawler/analyzers/`, in the order in which they run."""
    found = family("crawler.analyzers", "add")
    return tuple(found[name] for name in (*ORDER, *sorted(found.keys() - set(ORDER))))


def add(record: Record) -> Record:
    """The record with all that the analyzers find. Pure; the word lists are loaded on the first call."""
    for analyzer in analyzers():
        record = analyzer.add(record)
    return record
