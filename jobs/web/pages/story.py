"""Story: who told it first, in which language, with what difference. And the newest stories, told by a rule or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from crawler.i18n import tr
from jobs.services.archive import stories as folding
from jobs.services.readers import story as service
from jobs.services.readers.reading import Inbox
from jobs.services.readers.story import Teller, Told
from jobs.web.access import Asked
from jobs.web.charts import ALERT, Lanes, Point, lanes
from jobs.web.screens import After, Done, Limit, Number, Screen

screen = Screen("story")


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story, and where its records stand on a line of time."""

    told: Told
    lanes: Lanes | None


class Together(BaseModel):
    """Any record of the other story."""

    other: int


@screen.page("/stories", "stories.html")
def stories(ask: Asked, after: After = None, limit: Limit = 50) -> Inbox:
    """The newest stories, whether a rule told them or not."""
    return ask.read(lambda s: service.newest(s, ask.person, after, limit))


@screen.page("/stories/{story}", "story.html")
def story(ask: Asked, story: Number) -> StoryPage:
    """One story, by its id or that of any of its records."""

    def work(session: Any) -> StoryPage:
        found = service.told(session, ask.person, story)
        points = [*map(_point, found.tellers), *(Point(tr("alerts"), one.created_at, one.rule, f"/records/{one.article_id}#why-{one.id}", ALERT) for one in found.alerts)]  # fmt: skip
        return StoryPage(found, lanes(points, ask.zone))

    return ask.read(work)


def _point(one: Teller) -> Point:
    kind = "first" if not one.after and one.reason is None else "reprint" if one.reprint_of else ""
    return Point(one.language or "–", one.at, f"{one.publisher}: {one.title}", f"#r{one.record}", kind)


@screen.action("POST", "/records/{number}/split")
def split(ask: Asked, number: Number) -> Done:
    """Say that a record tells another event than the others of its story. The alert that was withheld for it is raised."""
    done = ask.write(lambda s: folding.split_record(s, number, ask.now))
    told = tr("Record {n} is a story of its own now.", n=number)
    return Done(f"{told} {tr('The alert that was withheld is raised.')}" if done.alerts else told, f"/stories/{number}")


@screen.action("POST", "/stories/{story}/join")
def join(ask: Asked, story: Number, given: Together) -> Done:
    """Say that two stories tell one event."""
    done = ask.write(lambda s: folding.join(s, story, given.other, ask.now))
    return Done(tr("The two stories are one now."), f"/stories/{done.story}")
