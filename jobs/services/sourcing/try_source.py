"""Polls one source now, outside the daemon: what would be found, and some of it read. Stores nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from crawler.errors import ReadError, SpiderError
from crawler.record import Found, Link, Record
from crawler.retold import retold
from crawler.sandbox.pool import Readers
from jobs.config.load import Config
from jobs.parts import fetch_rules, watch_of
from jobs.services.lookup import named
from jobs.services.sourcing.fetch_one import fetch_one
from jobs.watch import WatchedSource


@dataclass(frozen=True, slots=True)
class TriedLink:
    """An article that was read; `trouble` says why not, where it could not be."""

    link: Link
    record: Record | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a poll. `url` is where it ended; `trouble` says why nothing was found, "" when something was."""

    url: str
    found: Found | None
    read: tuple[TriedLink, ...] = ()
    trouble: str = ""


async def try_source(config: Config, name: str, read: int, now: datetime) -> Tried:
    """Poll the source and read the first articles of it. Raises Unknown."""
    named("enabled source", name, (row for row in config.sources if row.enabled))
    watched = watch_of(config).sources[name]
    source = watched.source
    answer = await fetch_one(fetch_rules(config), source.url, watched.headers, watched.body, bool(watched.render))
    if isinstance(answer, str):
        return Tried(source.url, None, trouble=answer)
    with closing(Readers(workers=1, own=config.analysis.terms.own())) as readers:
        try:
            found = await readers.find(answer, source, now, config.zone)
            return Tried(answer.url, found, tuple([await _read(config, readers, watched, link) for link in found.links[:read]]))
        except (SpiderError, ReadError) as error:
            return Tried(answer.url, None, trouble=retold(str(error)))


async def _read(config: Config, readers: Readers, watched: WatchedSource, link: Link) -> TriedLink:
    page = await fetch_one(fetch_rules(config), link.url, render=watched.render is True)
    if isinstance(page, str):
        return TriedLink(link, None, page)
    try:
        return TriedLink(link, await readers.read(page, link, None, config.zone))
    except ReadError as error:
        return TriedLink(link, None, retold(str(error)))
