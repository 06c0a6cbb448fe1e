"""People: my own language, look, password and tokens; for owners all people and tokens, and what was changed by whom."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import Form, Query, Request, Response
from pydantic import BaseModel, Field

from crawler.i18n import tr
from jobs.services.readers import changes as noted
from jobs.services.readers import people
from jobs.services.readers.changes import Changes
from jobs.services.readers.reading import Person
from jobs.web.access import Asked, Viewer
from jobs.web.errors import Trouble
from jobs.web.render import Renderer
from jobs.web.screens import API, Done, Limit, Name, Number, Screen
from storage.rules.parser import MAX_LENGTH

screen = Screen("people")
Before = Annotated[str | None, Query(description="where to go on: `next` of the page before", pattern=r"^\d{1,18}$")]
Secret = Annotated[str, Field(max_length=1_000, repr=False)]
Short = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team."""

    name: str
    role: str
    language: str | None
    theme: str | None
    added: str

    @classmethod
    def of(cls, person: Person, ask: Asked) -> Member:
        """A person as others may see him."""
        return cls(person.name, person.role, person.language, person.theme, f"{person.made_at.astimezone(ask.zone):%Y-%m-%d}")


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token without its secret, which is not kept."""

    id: int
    person: str
    name: str
    scope: str
    made_at: datetime
    used_at: datetime | None
    ends_at: datetime | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`me`, the tokens that I may revoke, the scopes that a new one may have; for owners all people and the list of changes.

    `made`: the secret of a token that was made just now, `feeds`: where it opens a feed.
    """

    me: Member
    nobody: bool
    may_write: bool
    people: tuple[Member, ...]
    tokens: tuple[TokenRow, ...]
    scopes: tuple[str, ...]
    changes: Changes | None
    made: str = ""
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks, and what he may do. `writes` is false for a token that is for reading."""

    name: str
    role: str
    writes: bool
    language: str | None
    theme: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new token; `token` is shown this once."""

    id: int
    token: str = field(repr=False)


class NewPerson(BaseModel):
    """Somebody to add."""

    name: Short
    password: Secret
    role: Literal["viewer", "editor", "owner"] = "viewer"


class NewRole(BaseModel):
    """What a person may do from now on."""

    role: Literal["viewer", "editor", "owner"]


class NewPassword(BaseModel):
    """My new password, and the old one."""

    old: Secret
    password: Secret


class NewToken(BaseModel):
    """A token to make for me; `q`: the search of which a feed is wanted."""

    name: Short
    scope: Short = "read"
    days: Annotated[int | None, Field(ge=1, le=3650)] = None
    q: Annotated[str, Field(max_length=MAX_LENGTH)] = ""


class AskedToken(NewToken, extra="forbid"):
    """The same from a program, see `screens.strict`."""


@screen.page("/people", "people.html")
def shown(ask: Asked, after: Before = None, limit: Limit = 30) -> PeoplePage:
    """Who I am, and for owners who there is and what was changed."""
    owns = ask.may("owner")

    def work(session: Any) -> PeoplePage:
        tokens = people.tokens(session, None if owns else ask.person)
        return PeoplePage(
            me=Member.of(ask.person, ask),
            nobody=ask.person.nobody,
            may_write=ask.may("editor"),
            people=tuple(Member.of(one, ask) for one in people.people(session)) if owns else (),
            tokens=tuple(
                TokenRow(
                    one.id, one.person, one.name, one.scope, one.made_at, one.used_at, one.ends_at, one.revoked_at is not None
                )
                for one in tokens
            ),
            scopes=("read", "write", "feed:*", *(f"feed:{rule.name}" for rule in ask.config.rules)),
            changes=noted.changes(session, after, limit) if owns else None,
        )

    return ask.read(work)


def me(ask: Viewer) -> Me:
    """Who asks."""
    assert ask.reader is not None
    return Me(ask.person.name, ask.reader.role, ask.reader.writes, ask.person.language, ask.person.theme)


@screen.action("POST", "/people", role="owner")
def add(ask: Asked, given: NewPerson) -> Done:
    """Add a person."""
    made = ask.write(lambda s: people.add(s, ask.person.id, given.name, password=given.password, role=given.role, now=ask.now))
    return Done(tr("{name} is {role} now", name=made.name, role=made.role))


@screen.action("DELETE", "/people/{name}", role="owner")
def remove(ask: Asked, name: Name) -> Done:
    """Take a person off the list."""
    ask.write(lambda s: people.remove(s, ask.person.id, name, ask.now))
    return Done(tr("{name} is off the list", name=name))


@screen.action("PUT", "/people/{name}/role", role="owner")
def set_role(ask: Asked, name: Name, given: NewRole) -> Done:
    """Let a person do more, or less."""
    made = ask.write(lambda s: people.set_role(s, ask.person.id, name, given.role, ask.now))
    return Done(tr("{name} is {role} now", name=made.name, role=made.role))


@screen.action("PUT", "/me/password", role="viewer")
def set_password(ask: Asked, given: NewPassword) -> Done:
    """Give myself another password; my other sessions end."""
    _no_token(ask)
    people.check_password(ask.parts.db, ask.parts.tries, ask.person.name, given.old, now=ask.now)
    ask.write(lambda s: people.set_password(s, ask.person.id, ask.person.name, given.password, now=ask.now, kept=ask.session))
    return Done(tr("{name} has a new password", name=ask.person.name))


@screen.action("PUT", "/tokens/{number}/revoke", role="viewer")
def revoke(ask: Asked, number: Number) -> Done:
    """A token lets nobody in from now on; my own, for owners any."""
    of = None if ask.may("owner") else ask.person
    ask.write(lambda s: people.revoke(s, ask.person.id, number, ask.now, of=of))
    return Done(tr("token {number} lets nobody in any more", number=number))


def add_token(ask: Viewer, given: AskedToken) -> Made:
    """Make a token for myself. A token cannot make another."""
    return _made(ask, given)


def _made(ask: Asked, given: NewToken) -> Made:
    _no_token(ask)
    rules = [rule.name for rule in ask.config.rules]
    made = ask.write(
        lambda s: people.add_token(
            s, ask.person.id, ask.person, name=given.name, scope=given.scope, now=ask.now, rules=rules, days=given.days
        )
    )
    return Made(made.token.id, made.secret)


def add_token_by_form(request: Request, ask: Viewer, given: Annotated[NewToken, Form()]) -> Response:
    """The same; the secret stands in this answer alone, and in no cookie."""
    made = _made(ask, given)
    renderer: Renderer = request.app.state.renderer
    page = replace(shown(ask), made=made.token, feeds=_feeds(_base(request), made.token, given))
    answer = renderer.page(request, "people.html", ask, page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _base(request: Request) -> str:
    """Under which address the reader sees these pages. Behind a proxy only his browser knows that it is https."""
    return request.headers.get("origin", "").rstrip("/") or str(request.base_url).rstrip("/")


def _feeds(base: str, secret: str, given: NewToken) -> tuple[str, ...]:
    """The addresses of the feed of a search or a rule, for a feed reader."""
    name = "search" if given.q else given.scope.removeprefix("feed:")
    if not given.scope.startswith("feed:") or name == "*":
        return ()
    query = f"?{urlencode({'q': given.q})}" if given.q else ""
    return tuple(f"{base}/feeds/{secret}/{quote(name, safe='')}.{kind}{query}" for kind in ("atom", "json"))


def _no_token(ask: Asked) -> None:
    """What gives lasting access needs a person who signed in: a token that got lost must not become another."""
    if ask.reader is not None and ask.reader.by_token:
        raise Trouble(403, "not_by_token", tr("A token may not do this; sign in."))


screen.route("GET", API + "/me", me, "viewer", answers=Me)
screen.route("POST", API + "/tokens", add_token, "viewer", answers=Made, guard=True)
screen.route("POST", "/tokens", add_token_by_form, "viewer", shown=False, guard=True)
