"""ADD: runs the analyzers over a record, in the order in which they build on each other."""

from __future__ import annotations

from crawler.analyzers import events, industries, keywords, language, summary, technologies
from crawler.record import Record

ORDER = (language, technologies, industries, keywords, events, summary)


def add(record: Record) -> Record:
    """The record with all that the analyzers find. Pure; the word lists are loaded on the first call."""
    for analyzer in ORDER:
        record = analyzer.add(record)
    return record
