"""Who asks, and what one may do. Every route names the role that it needs; `Asked` is what it then gets.

Where there is no person at all, whoever reaches the pages (from this machine alone, see jobs/web/server.py) is the owner.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request

from crawler.i18n import tr
from jobs.config.load import Config
from jobs.services.people import changed
from jobs.web.errors import Trouble
from storage.db.database import ASK_SECONDS, Database

T = TypeVar("T")
Role = Literal["anyone", "viewer", "editor", "owner"]
RANK: Mapping[str, int] = {"anyone": 0, "viewer": 1, "editor": 2, "owner": 3}
COOKIE = "zhixun"  # holds a session's token
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Who:
    """A person, and what a bearer token of theirs is good for (None: it was no token, or everything)."""

    name: str
    role: Role
    id: int | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reader made of a story."""

    read: bool = False
    starred: bool = False
    labels: tuple[str, ...] = ()
    mine: bool = False  # somebody handed it to this reader


class People(Protocol):
    """Who there is. Filled by jobs/services/people.py."""

    def needed(self) -> bool:
        """Whether there is anybody: then one has to say who one is."""

    def owned(self) -> bool:
        """Whether there is an owner: then others than this machine may reach the pages."""

    def of_session(self, token: str, now: datetime) -> Who | None:
        """The person behind a session's cookie."""

    def of_token(self, token: str, now: datetime) -> Who | None:
        """The person behind a bearer token."""


class Reading(Protocol):
    """What each reader made of the stories; `who` is None where there are no people. Filled by jobs/services/reading.py."""

    def marks(self, session: Any, who: Who | None, stories: Sequence[int]) -> Mapping[int, Mark]:
        """Of these stories; those without any mark may be left out."""

    def set_read(self, session: Any, who: Who | None, stories: Sequence[int], read: bool, now: datetime) -> None:
        """Mark stories as read, or as unread again."""

    def set_star(self, session: Any, who: Who | None, story: int, starred: bool, now: datetime) -> None:
        """Star a story, or take the star away."""


class Nobody:
    """There are no people."""

    def needed(self) -> bool:
        """Nobody has to log in."""
        return False

    def owned(self) -> bool:
        """There is no owner either."""
        return False

    def of_session(self, _token: str, _now: datetime) -> Who | None:
        """None."""

    def of_token(self, _token: str, _now: datetime) -> Who | None:
        """None."""


class Unmarked:
    """Nothing is kept."""

    def marks(self, _session: Any, _who: Who | None, _stories: Sequence[int]) -> Mapping[int, Mark]:
        """None."""
        return {}

    def set_read(self, _session: Any, _who: Who | None, _stories: Sequence[int], _read: bool, _now: datetime) -> None:
        """Nothing."""

    def set_star(self, _session: Any, _who: Who | None, _story: int, _starred: bool, _now: datetime) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Parts:
    """What the pages work with. The configuration is asked for anew each time: the daemon may have read another one."""

    db: Database
    config: Callable[[], Config]
    path: Path
    now: Callable[[], datetime]
    reading: Reading = field(default_factory=Unmarked)
    people: People = field(default_factory=Nobody)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: who asks, when, and where the answer is found."""

    parts: Parts
    who: Who | None
    now: datetime

    @property
    def config(self) -> Config:
        """The configuration as it is now."""
        return self.parts.config()

    @property
    def zone(self) -> ZoneInfo:
        """In which times are shown."""
        return self.config.zone

    def read(self, work: Callable[[Any], T], within: float = ASK_SECONDS) -> T:
        """Ask the archive, on the connections of the pages. Raises TooSlow."""
        return self.parts.db.ask(work, within)

    def write(self, work: Callable[[Any], T]) -> T:
        """Change something, in one transaction."""
        return self.parts.db.write_now(work)

    def note(
        self, what: str, about: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
    ) -> None:
        """Keep who changed what."""
        number = (self.who.id if self.who else None) or 0
        self.write(lambda s: changed(s, number, what, about, now=self.now, before=before, after=after))

    def may(self, role: Role) -> bool:
        """Whether the reader has this role, or a higher one."""
        return self.who is None or RANK[self.who.role] >= RANK[role]


def parts_of(request: Request) -> Parts:
    """What the app was built with."""
    parts: Parts = request.app.state.parts
    return parts


def who_asks(request: Request, parts: Parts) -> Who | None:
    """The person behind a request: by a bearer token, which makes cookies count for nothing, or by the cookie of a session."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        who = parts.people.of_token(token.strip(), parts.now())
        if who is None:
            raise Trouble(401, "unknown_token", tr("This token is not known, or was taken back."))
        return who
    return parts.people.of_session(request.cookies.get(COOKIE, ""), parts.now())


@cache
def needs(role: Role) -> Callable[[Request], Asked]:
    """The dependency that gives a route its `Asked`, or refuses: 401 for a stranger, 403 for somebody who may not."""

    def ask(request: Request) -> Asked:
        parts = parts_of(request)
        who = who_asks(request, parts)
        if role != "anyone" and who is None and parts.people.needed():
            raise Trouble(401, "log_in", tr("Please log in first."))
        found = Asked(parts, who, parts.now())
        if role != "anyone" and not found.may(role):
            raise Trouble(403, "not_allowed", tr("This needs the role “{role}”.", role=role_name(role)))
        return found

    return ask


def role_name(role: Role) -> str:
    """What a role is called."""
    return {"anyone": tr("anyone"), "viewer": tr("viewer"), "editor": tr("editor"), "owner": tr("owner")}[role]


def form_token(request: Request) -> str:
    """What each form of a page carries, so that no page of another site can send one: bound to the reader's session."""
    session = request.cookies.get(COOKIE, "")
    return hmac.new(parts_of(request).secret, session.encode(), hashlib.sha256).hexdigest()[:32]


async def guarded(request: Request) -> None:
    """The dependency of every route that changes something: it needs a bearer token, or the form token of a page of ours."""
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        return
    given = request.headers.get("x-form-token", "")
    if not given and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        given = str((await request.form()).get("token", ""))
    if not hmac.compare_digest(given.encode(), form_token(request).encode()):
        raise Trouble(403, "stale_form", tr("This form is out of date. Load the page again and send it once more."))
