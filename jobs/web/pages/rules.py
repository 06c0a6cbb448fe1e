"""Rules: how busy each is; a rule is written beside its trial on the archive, and saved into the configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from crawler.i18n import tr
from jobs.config.edit import Add, Change, Edit, Remove
from jobs.services import configuration
from jobs.services import rules as listing
from jobs.services.configuration import Conflict, Edited
from jobs.services.lookup import named
from jobs.services.rules import RuleView
from jobs.services.trials import trial as trying
from jobs.services.trials.trial import Trial
from jobs.web.access import Asked
from jobs.web.errors import Trouble, edited
from jobs.web.screens import Called, Done, Screen
from storage.rules.parser import MAX_LENGTH

screen = Screen("rules")
Days = Annotated[int, Query(ge=1, le=366, description="of the archive, back from now")]
Written = Annotated[str | None, Query(max_length=MAX_LENGTH, description="instead of the rule's own query")]
DAYS = 30
TRIALS = BoundedSemaphore(4)  # at once
TRIAL_SECONDS = 10.0  # of one statement


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules as they are configured."""

    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule, or one that is to be: its query as it is being written, and what that would have sent. `version` is the file's."""

    name: str
    saved: str | None
    query: str
    channels: tuple[str, ...]
    send: str
    should_match: tuple[str, ...]
    should_not_match: tuple[str, ...]
    version: str
    days: int
    trial: Trial | None
    every_channel: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did to the file, in sentences and as lines."""

    name: str
    changes: tuple[str, ...]
    difference: tuple[str, ...]


class Asking(BaseModel):
    """A query on trial; how long it may be its language says, and a rule's own may be longer: it lists keywords."""

    query: str
    rule: str | None = None
    days: Annotated[int, Field(ge=1, le=366)] = DAYS


class Rule(BaseModel):
    """What a rule says. Empty examples are left out. `version`: of the file as it was seen."""

    query: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(max_length=100)] = ""
    channels: list[str] = []
    send: Annotated[str, Field(max_length=60)] = "instant"
    should_match: Annotated[str, Field(max_length=20_000)] = ""
    should_not_match: Annotated[str, Field(max_length=20_000)] = ""
    version: str | None = None


@screen.page("/rules", "rules.html")
def rules(ask: Asked) -> RulesPage:
    """Each with its query and how busy it is."""
    return RulesPage(ask.read(lambda s: listing.rules(s, ask.config, ask.now)))


@screen.page("/rules/new", "rule.html", role="editor")
def new(ask: Asked, query: Written = None, days: Days = DAYS) -> RulePage:
    """A rule that is not there yet."""
    config = ask.config
    channels = tuple(row.name for row in config.channels)
    trial = _trial(ask, None, query, days) if query else None
    return RulePage("", None, query or "", channels[:1], "instant", (), (), _version(ask), days, trial, channels)


@screen.page("/rules/{name:path}", "rule.html")
def rule(ask: Asked, name: Called, query: Written = None, days: Days | None = None) -> RulePage:
    """One rule; with `days` or a `query` also what it, or what is written in its place, would have sent in them."""
    config = ask.config
    row = named("rule", name, config.rules)
    saved = row.query_text()
    trial = _trial(ask, name, query or saved, days or DAYS) if query or days else None
    return RulePage(
        name, saved, query or saved, row.channels, str(row.send), row.should_match, row.should_not_match, _version(ask), days or DAYS,
        trial, tuple(one.name for one in config.channels),
    )  # fmt: skip


def _version(ask: Asked) -> str:
    return configuration.version(ask.parts.path) if ask.may("editor") else ""


def _trial(ask: Asked, name: str | None, query: str | None, days: int) -> Trial:
    config = ask.config
    saved = named("rule", name, config.rules).query_text() if name else None
    asked = trying.asked(config, name, query, saved if query != saved else None)
    if not TRIALS.acquire(timeout=5):
        raise Trouble(503, "busy", tr("Four rules are being tried already. Try again in a moment."))
    try:
        return ask.read(
            lambda s: trying.trial(s, config, asked, ask.now - timedelta(days=days), evidence=ask.by_program), TRIAL_SECONDS
        )
    finally:
        TRIALS.release()


@screen.form("/rules/test", "trial.html", role="viewer", changes=False)
def test(ask: Asked, given: Asking) -> Trial:
    """What a query would have sent: for the page, while it is being written."""
    return _trial(ask, given.rule or None, given.query, given.days)


@screen.form("/rules/new", "saved.html", twin="/rules")
def add(ask: Asked, given: Rule) -> Saved:
    """Write a new rule into the configuration."""
    name = given.name.strip()
    if not name:
        raise _again(ask, Trouble(400, "bad_parameter", tr("A rule needs a name."), "name"), name, None, given)
    entry = {"name": name, **_values(given)}
    return _save(
        ask, name, Add("rules", ({key: value for key, value in entry.items() if value is not None},)), given, "rule added"
    )


@screen.action("POST", "/rules/{name:path}/remove")
def remove(ask: Asked, name: Called) -> Done:
    """Take a rule out of the configuration. What it raised stays in the ledger."""
    row = named("rule", name, ask.config.rules)
    edited(configuration.edit(ask.parts.path, [Remove("rules", name)], os.environ))
    ask.note("rule removed", name, {"query": row.query_text()})
    return Done(tr("The rule {name} is gone.", name=name), go="/rules")


@screen.form("/rules/{name:path}", "saved.html")
def change(ask: Asked, name: Called, given: Rule) -> Saved:
    """Write what a rule says now into the configuration; its comments stay."""
    row = named("rule", name, ask.config.rules)
    values = _values(given)
    if given.query.strip() == row.query_text().strip():
        del values["query"]
    elif row.keywords:
        values["keywords"] = None
    return _save(ask, name, Change("rules", name, values), given, "rule changed", row.query_text())


def _values(given: Rule) -> dict[str, object]:
    """Only what a form of ours says: other keys of the rule stay as they are."""
    return {
        "query": given.query.strip(),
        "channels": given.channels or None,
        "send": given.send if given.send != "instant" else None,
        "should_match": _lines(given.should_match),
        "should_not_match": _lines(given.should_not_match),
    }


def _lines(text: str) -> list[str] | None:
    return [line.strip() for line in text.splitlines() if line.strip()] or None


def _save(ask: Asked, name: str, edit: Edit, given: Rule, what: str, before: str | None = None) -> Saved:
    done = configuration.edit(ask.parts.path, [edit], os.environ, given.version or None)
    if isinstance(done, Conflict):
        raise Trouble(409, "conflict", tr("The configuration was changed meanwhile; nothing was saved.")).with_texts(
            done.mine, done.theirs
        )
    if not isinstance(done, Edited):
        raise _again(ask, Trouble(400, "refused", done.reason, "query"), name, before, given)
    ask.note(what, name, {"query": before} if before else None, {"query": given.query.strip()})
    return Saved(name, done.changes, done.difference)


def _again(ask: Asked, trouble: Trouble, name: str, saved: str | None, given: Rule) -> Trouble:
    """The refusal of a rule, with the form as it was filled in."""
    page = RulePage(
        name, saved, given.query, tuple(given.channels), given.send, tuple(given.should_match.splitlines()),
        tuple(given.should_not_match.splitlines()), given.version or "", DAYS, None, tuple(one.name for one in ask.config.channels),
    )  # fmt: skip
    return trouble.with_form("rule.html", page)
