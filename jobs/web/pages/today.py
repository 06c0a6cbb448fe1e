"""Today: what happened since I looked, and what needs me."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel

from crawler.i18n import plural, tr
from jobs.services import today as service
from jobs.services.today import Coverage
from jobs.web.access import Asked, Mark
from jobs.web.screens import After, Done, Limit, Number, Screen
from storage.alerts.by_story import Entry

screen = Screen("today")
Tab = Annotated[Literal["unread", "all", "starred", "mine"], Query(description="which stories")]
UNMARKED = Mark()


@dataclass(frozen=True, slots=True)
class TodayPage:
    """Alerted stories, the newest first, what the reader made of each, and what was watched today."""

    tab: str
    coverage: Coverage
    entries: tuple[Entry, ...]
    marks: Mapping[int, Mark]
    next: str | None


class Read(BaseModel):
    """Stories that were read, or not."""

    stories: list[int]
    read: bool = True


class Star(BaseModel):
    """Whether a story is starred."""

    starred: bool = True


@screen.page("/", "today.html", twin="/today")
def today(ask: Asked, tab: Tab = "unread", after: After = None, limit: Limit = 50) -> TodayPage:
    """Alerted stories and what was watched."""

    def work(session: Any) -> TodayPage:
        coverage = service.coverage(session, ask.now, ask.zone)
        found = service.alerted(session, lambda _s, stories: kept(session, stories), after, limit)
        marks = reading.marks(session, ask.who, [entry.story for entry in found.entries])
        return TodayPage(tab, coverage, found.entries, marks, found.next)

    def kept(session: Any, stories: Sequence[int]) -> Sequence[int]:
        if tab == "all":
            return stories
        marks = reading.marks(session, ask.who, stories)
        return [story for story in stories if _fits(marks.get(story, UNMARKED), tab)]

    reading = ask.parts.reading
    return ask.read(work)


def _fits(mark: Mark, tab: str) -> bool:
    return {"unread": not mark.read, "starred": mark.starred, "mine": mark.mine}[tab]


@screen.action("PUT", "/stories/read", role="viewer")
def read(ask: Asked, given: Read) -> Done:
    """Mark stories as read, or as unread again."""
    ask.write(lambda s: ask.parts.reading.set_read(s, ask.who, given.stories, given.read, ask.now))
    count = len(given.stories)
    if given.read:
        return Done(plural("{n} story marked as read.", "{n} stories marked as read.", count))
    return Done(plural("{n} story marked as unread.", "{n} stories marked as unread.", count))


@screen.action("PUT", "/stories/{story}/star", role="viewer")
def star(ask: Asked, story: Number, given: Star) -> Done:
    """Star a story, or take the star away."""
    ask.write(lambda s: ask.parts.reading.set_star(s, ask.who, story, given.starred, ask.now))
    return Done(tr("Starred.") if given.starred else tr("The star is gone."))
