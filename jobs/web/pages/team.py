"""What readers do with a story beside reading it: labels, notes, handing over; and what they call wrong, with what is proposed for it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, Field

from crawler.i18n import tr
from jobs.services import configuration
from jobs.services.archive import stories
from jobs.services.configuration import Conflict, Edited
from jobs.services.lookup import named
from jobs.services.readers import reading, verdicts
from jobs.services.readers.reading import Note, Wanted, Which
from jobs.services.readers.verdicts import Proposal, Tally, Verdict
from jobs.web.access import Asked
from jobs.web.errors import Trouble
from jobs.web.screens import Done, Number, Place, Screen

screen = Screen("team")
_comma = re.compile(r"[,，、;；\n]")


def _words(given: Any) -> Any:
    """A form sends all labels in one line."""
    if given is None:
        return None
    parts = [given] if isinstance(given, str) else given
    return [word for part in parts for word in _comma.split(part)] if all(isinstance(one, str) for one in parts) else given


class Seen(BaseModel):
    """Whether a story is read."""

    read: bool = True


class Above(BaseModel):
    """A list, and the place down to which it was read."""

    at: Annotated[str, Place]
    tab: Literal["unread", "all", "starred", "mine"] = "unread"
    rule: str | None = None
    label: str | None = None


class Labels(BaseModel):
    """All labels that a story has; with `had`, those that it had for who sends them: what others put on and took off since stays."""

    labels: Annotated[list[str], BeforeValidator(_words)] = []
    had: Annotated[list[str] | None, BeforeValidator(_words)] = None


class Task(BaseModel):
    """Whose a story is to look at; "" is oneself."""

    to: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=5_000)] = ""


class Finished(BaseModel):
    """Whether it was looked at."""

    done: bool = True


class NewNote(BaseModel):
    """A note; with `record` and `start` and `end` (code points of the record's text) or `quote` (its words) on a passage."""

    text: Annotated[str, Field(max_length=5_000)]
    record: int | None = None
    start: int | None = None
    end: int | None = None
    quote: Annotated[str, Field(max_length=5_000)] = ""


class Wrong(BaseModel):
    """What is wrong with a record: see docs/people.md for the four kinds."""

    about: Literal["match", "fold", "split", "field"]
    record: Annotated[int, Field(ge=1, le=2**63 - 1)]
    other: int | None = None
    rule: str | None = None
    value: Annotated[str | None, Field(max_length=300)] = None
    note: Annotated[str, Field(max_length=1_000)] = ""


class Taken(BaseModel):
    """The proposal that is taken: of a match, which term; `version` of the configuration that one has before his eyes."""

    term: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that was made."""

    note: Note
    said: str


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict that was given; `go` shows what is proposed."""

    verdict: int
    said: str
    go: str


@dataclass(frozen=True, slots=True)
class VerdictsPage:
    """What was called wrong, the newest first, and which values and rules most often."""

    verdicts: tuple[Verdict, ...]
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """One verdict and what is proposed; `version` of the configuration that a term would change."""

    proposal: Proposal
    version: str | None


# ---- marks


@screen.action("PUT", "/stories/{story}/seen", role="viewer")
def seen(ask: Asked, story: Number, given: Seen) -> Done:
    """Mark a story as read, or as unread again."""
    ask.write(lambda s: reading.mark_read(s, ask.person, [story], ask.now, given.read))
    return Done()


@screen.action("PUT", "/lists/read", role="viewer")
def read_above(ask: Asked, given: Above) -> Done:
    """Mark all of a list as read, down to a place."""
    which: Which = given.tab
    wanted = Wanted(which, given.rule, given.label)
    found = ask.write(lambda s: reading.read_above(s, ask.person, wanted, given.at, ask.now))
    return Done(tr("{n} stories marked as read.", n=len(found)))


@screen.action("PUT", "/stories/{story}/labels")
def set_labels(ask: Asked, story: Number, given: Labels) -> Done:
    """Give a story these labels, and no others."""
    ask.write(lambda s: reading.set_labels(s, ask.person, story, given.labels, ask.now, had=given.had))
    return Done(tr("Labels kept."))


@screen.action("PUT", "/stories/{story}/task")
def hand(ask: Asked, story: Number, given: Task) -> Done:
    """Hand a story to a colleague."""
    ask.write(lambda s: reading.hand(s, ask.person, story, to=given.to, note=given.note, now=ask.now))
    return Done(tr("Handed to {name}.", name=given.to or ask.person.name or tr("you")))


@screen.action("PUT", "/stories/{story}/done", role="viewer")
def done(ask: Asked, story: Number, given: Finished) -> Done:
    """Say that one has looked at what was handed to one."""
    ask.write(lambda s: reading.done(s, ask.person, story, given.done, ask.now))
    return Done(tr("Done.") if given.done else tr("Open again."))


@screen.action("POST", "/stories/{story}/notes")
def add_note(ask: Asked, story: Number, given: NewNote) -> Noted:
    """Write a note on a story, or on a passage of one of its records."""
    place = {"record": given.record, "start": given.start, "end": given.end}
    note = ask.write(lambda s: reading.add_note(s, ask.person, story, given.text, ask.now, quote=given.quote, **place))
    return Noted(note, tr("Note kept."))


@screen.action("DELETE", "/notes/{number}")
def remove_note(ask: Asked, number: Number) -> Done:
    """Take a note away: one's own, an owner any."""
    ask.write(lambda s: reading.remove_note(s, ask.person, number, others=ask.may("owner")))
    return Done(tr("The note is gone."))


# ---- verdicts


@screen.page("/verdicts", "verdicts.html")
def listed(ask: Asked, record: Annotated[int | None, Query(ge=1, description="only on this record")] = None) -> VerdictsPage:
    """What was called wrong."""
    return ask.read(lambda s: VerdictsPage(verdicts.listed(s, record)[::-1], verdicts.tallies(s)))


@screen.page("/verdicts/{number}", "verdict.html", role="editor")
def proposed(ask: Asked, number: Number) -> VerdictPage:
    """What could be done about a verdict, tried on the archive."""
    found = ask.read(lambda s: verdicts.propose(s, ask.config, number, ask.now))
    version = configuration.version(ask.parts.path) if found.terms else None
    return VerdictPage(found, version)


@screen.action("POST", "/verdicts")
def say(ask: Asked, given: Wrong) -> Said:
    """Call something wrong. Nothing changes until what is proposed is taken."""
    more: dict[str, Any] = {"other": given.other, "rule": given.rule, "value": given.value, "note": given.note}
    said = ask.write(lambda s: verdicts.say(s, ask.config, ask.person, given.about, given.record, now=ask.now, **more))
    go = "" if said.about == "field" else f"/verdicts/{said.id}"
    return Said(said.id, tr("Kept. Nothing changes until somebody takes what is proposed."), go)


@screen.action("PUT", "/verdicts/{number}/apply")
def apply(ask: Asked, number: Number, given: Taken) -> Done:
    """Take what is proposed: change the rule, set apart, or join."""
    found = ask.read(lambda s: verdicts.propose(s, ask.config, number, ask.now))
    if found.verdict.about == "match":
        return _change_rule(ask, found, given)
    done = ask.write(lambda s: verdicts.apply(s, number, ask.now))
    if isinstance(done, stories.Joined):
        return Done(tr("They are one story now."), f"/records/{done.story}")
    return Done(tr("They are told apart now; alerts raised: {n}", n=len(done.alerts)), f"/records/{done.records[0]}")


def _change_rule(ask: Asked, found: Proposal, given: Taken) -> Done:
    said = found.verdict
    if given.term is None:
        raise Trouble(400, "bad_parameter", tr("which term? The proposal lists them"), "term")
    edit = verdicts.edit_of(ask.config, found, given.term)
    answer = configuration.edit(ask.parts.path, [edit], os.environ, given.version)
    if isinstance(answer, Conflict):
        raise Trouble(409, "changed_meanwhile", tr("The configuration was changed meanwhile; look at the proposal again."))
    if not isinstance(answer, Edited):
        raise Trouble(400, "refused", answer.reason)
    ask.write(lambda s: verdicts.settle(s, said.id, applied=True, now=ask.now))
    before = named("rule", said.rule or "", ask.config.rules).query_text()
    ask.note("rule changed", said.rule or "", {"query": before}, {"query": str(edit.values["query"])})
    return Done(tr("{rule} leaves it out from now on.", rule=said.rule), "/verdicts")


@screen.action("PUT", "/verdicts/{number}/dismiss")
def dismiss(ask: Asked, number: Number) -> Done:
    """Say that nothing will be done about a verdict."""
    ask.write(lambda s: verdicts.settle(s, number, applied=False, now=ask.now))
    return Done(tr("Left as it is."), "/verdicts")
