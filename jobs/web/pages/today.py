"""Today: what happened since I looked, and what needs me."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from crawler.i18n import plural, tr
from jobs.services.readers import reading
from jobs.services.readers.coverage import Coverage, coverage, watched
from jobs.services.readers.reading import Entry, Wanted
from jobs.web.access import Asked
from jobs.web.screens import After, Done, Limit, Number, Screen

screen = Screen("today")
Tab = Annotated[Literal["unread", "all", "starred", "mine"], Query(description="which stories")]


@dataclass(frozen=True, slots=True)
class TodayPage:
    """Stories that rules told, one entry a story, the newest first, and what was watched today."""

    tab: str
    rule: str | None
    label: str | None
    coverage: Coverage
    entries: tuple[Entry, ...]
    next: str | None


class Read(BaseModel):
    """Stories that were read, or not."""

    stories: Annotated[list[int], Field(min_length=1, max_length=100)]
    read: bool = True


class Star(BaseModel):
    """Whether a story is starred."""

    starred: bool = True


@screen.page("/", "today.html", twin="/today")
def today(
    ask: Asked, tab: Tab = "unread", rule: str | None = None, label: str | None = None, after: After = None, limit: Limit = 50
) -> TodayPage:
    """The stories that rules told, and what was watched."""

    sources = ask.lately("sources", lambda s: watched(s, ask.now))

    def work(session: Any) -> TodayPage:
        found = reading.inbox(session, ask.person, Wanted(tab, rule, label), after, limit)
        return TodayPage(tab, rule, label, coverage(session, ask.config, ask.now, sources), found.entries, found.next)

    return ask.read(work)


@screen.action("PUT", "/stories/read", role="viewer")
def read(ask: Asked, given: Read) -> Done:
    """Mark stories as read, or as unread again."""
    ask.write(lambda s: reading.mark_read(s, ask.person, given.stories, ask.now, given.read))
    if given.read:
        return Done(plural("{n} story marked as read.", "{n} stories marked as read.", len(given.stories)))
    return Done(plural("{n} story marked as unread.", "{n} stories marked as unread.", len(given.stories)))


@screen.action("PUT", "/stories/{story}/star", role="viewer")
def star(ask: Asked, story: Number, given: Star) -> Done:
    """Star a story, or take the star away."""
    ask.write(lambda s: reading.star(s, ask.person, story, given.starred, ask.now))
    return Done(tr("Starred.") if given.starred else tr("The star is gone."))
