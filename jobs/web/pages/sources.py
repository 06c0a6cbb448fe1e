"""Sources: how each does, in words; when its articles appear; what may have been missed. Sources are added by address."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from threading import BoundedSemaphore
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel, Field

from crawler.i18n import tr
from jobs.config.edit import Change
from jobs.formats import opml
from jobs.monitor.source_health import State as HealthState
from jobs.services import configuration, status
from jobs.services.lookup import named
from jobs.services.sourcing import sources
from jobs.services.sourcing.discover import Discovered
from jobs.web.access import Asked, Viewer
from jobs.web.errors import Trouble, edited
from jobs.web.screens import API, Called, Done, Screen
from storage.queue.gaps import Gap

screen = Screen("sources")
Show = Annotated[Literal["all", "trouble", "well"], Query(description="which sources")]
DISCOVERIES = BoundedSemaphore(3)  # at once: each asks a stranger's site up to a dozen times


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source and how it does."""

    name: str
    title: str | None
    url: str
    kind: str
    enabled: bool
    state: str
    family: str
    reason: str
    last_ok: datetime | None
    last_new: datetime | None
    next_due: datetime | None
    articles: int
    polls: int
    delay: float | None


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """Those that are watched, and those that are turned off; and the programs that see to it."""

    show: str
    words: str
    lines: tuple[SourceLine, ...]
    troubled: int
    all: int
    workers: tuple[status.AtWork, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source: `hours` are its articles by hour of the week, Monday first, in the configured zone, as a share of the fullest."""

    line: SourceLine
    hours: tuple[float, ...]
    gaps: tuple[Gap, ...]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AddPage:
    """What of a site could be watched."""

    asked: str
    found: Discovered | None


class Given(BaseModel):
    """A new source."""

    url: Annotated[str, Field(max_length=2000)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: str = "auto"


class Enabled(BaseModel):
    """Whether a source is polled."""

    enabled: bool


class Address(BaseModel):
    """A site."""

    url: Annotated[str, Field(min_length=4, max_length=2000)]


def _rows(page: SourcesPage, _zone: tzinfo) -> Iterator[Sequence[object]]:
    names = [field.name for field in fields(SourceLine)]
    yield names
    yield from ([getattr(line, name) for name in names] for line in page.lines)


@screen.page("/sources", "sources.html", sheet=_rows)
def listed(ask: Asked, show: Show = "all", q: Annotated[str, Query(max_length=200)] = "") -> SourcesPage:
    """All sources, those in trouble first."""
    config = ask.config
    known, at_work = ask.read(lambda s: (status.sources_of(s, config, ask.now), status.programs(s, ask.now)))
    lines = [_line(one) for one in known]
    seen = {line.name for line in lines}
    shown = status.addresses(config)
    lines += [_unpolled(row.name, shown[row.name], row.kind, row.enabled) for row in config.sources if row.name not in seen]
    words = q.casefold().split()

    def fits(line: SourceLine) -> bool:
        text = f"{line.name} {line.title} {line.url}".casefold()
        return (show == "all" or bool(line.family) == (show == "trouble")) and all(word in text for word in words)

    found = [line for line in lines if fits(line)]
    found.sort(key=lambda line: (not line.enabled, not line.family, line.name.casefold()))
    return SourcesPage(show, q, tuple(found), sum(bool(line.family) for line in lines), len(lines), at_work)


def exported(ask: Viewer) -> Response:
    """The sources as OPML, for other readers, without those that hold a secret."""
    body = opml.write(sources.outlines_of(ask.config)[0], "Zhixun", ask.now)
    headers = {"Content-Disposition": 'attachment; filename="sources.opml"'}
    return Response(body, media_type="text/x-opml; charset=utf-8", headers=headers)


screen.route("GET", f"{API}/sources.opml", exported, "viewer")


@screen.page("/sources/add", "add_source.html", role="editor")
def new(ask: Asked) -> AddPage:  # noqa: ARG001
    """Where to begin."""
    return AddPage("", None)


@screen.page("/sources/{name:path}", "source.html")
def one(ask: Asked, name: Called) -> SourcePage:
    """One source."""
    config = ask.config
    row = named("source", name, config.sources)
    known, detail = ask.read(lambda s: (status.source_of(s, config, name, ask.now), status.detail(s, name, ask.zone, ask.now)))
    line = _line(known) if known else _unpolled(name, status.addresses(config)[name], row.kind, row.enabled)
    return SourcePage(line, detail.hours, detail.gaps, sources.settings(config, name))


def _line(one: status.SourceStatus) -> SourceLine:
    row, health = one.row, one.health
    delay = one.delay.total_seconds() if one.delay else None
    return SourceLine(
        row.name, row.title, row.url, row.found_kind or row.kind, row.enabled, health.state.value, health.state.family, health.reason,
        row.last_ok_at, row.last_new_at, row.next_due, row.articles, row.polls, delay,
    )  # fmt: skip


def _unpolled(name: str, url: str, kind: str, enabled: bool) -> SourceLine:
    return SourceLine(name, None, url, kind, enabled, HealthState.NEW.value, "", "", None, None, None, 0, 0, None)


# ---- changes


@screen.form("/sources/add", "add_source.html", twin="/sources/discover")
def discover(ask: Asked, given: Address) -> AddPage:
    """What of a site could be watched: its feeds, lists, sitemaps, with titles to judge them by."""
    if not DISCOVERIES.acquire(blocking=False):
        raise Trouble(503, "busy", tr("Three sites are being looked at already. Try again in a minute."))
    try:
        url = given.url if "://" in given.url else f"https://{given.url}"
        return AddPage(url, asyncio.run(sources.discover(ask.config, url, ask.now)))
    finally:
        DISCOVERIES.release()


@screen.action("POST", "/sources")
def add(ask: Asked, given: Given) -> Done:
    """Watch a source."""
    entry = sources.tagged({"name": given.name, "url": given.url, "kind": given.kind}, ())
    edited(sources.add(ask.parts.path, ask.config, [entry], os.environ))
    ask.note("source added", given.name, after={"url": given.url})
    return Done(tr("{name} is watched from now on.", name=given.name), go="/sources")


@screen.action("PATCH", "/sources/{name:path}")
def enable(ask: Asked, name: Called, given: Enabled) -> Done:
    """Poll a source, or let it rest."""
    row = named("source", name, ask.config.sources)
    edited(configuration.edit(ask.parts.path, [Change("sources", name, {"enabled": given.enabled})], os.environ))
    ask.note("source changed", name, {"enabled": row.enabled}, {"enabled": given.enabled})
    return Done(tr("{name} is polled again.", name=name) if given.enabled else tr("{name} rests.", name=name))
