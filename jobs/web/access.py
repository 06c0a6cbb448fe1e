"""Who asks, and what one may do. Every route names the role that it needs; `Asked` is what it then gets.

Where there is no person at all, whoever reaches the pages (from this machine alone, see jobs/serve.py) is the owner.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request

from crawler.i18n import tr
from jobs.config.load import Config
from jobs.services import people
from jobs.services.people import Reader, Tries
from jobs.services.reading import Person
from jobs.web.errors import Trouble
from storage.db.database import ASK_SECONDS, Database

T = TypeVar("T")
Role = Literal["anyone", "viewer", "editor", "owner"]
COOKIE = "zhixun"  # holds the secret of a session
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Parts:
    """What the pages work with. The configuration is asked for anew each time: the daemon may have read another one."""

    db: Database
    config: Callable[[], Config]
    path: Path
    now: Callable[[], datetime]
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    tries: Tries = field(default_factory=Tries)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: who asks, when, and where the answer is found. `reader` is None where anyone may ask."""

    parts: Parts
    reader: Reader | None
    now: datetime

    @property
    def person(self) -> Person:
        """Whose marks count; of whoever reads without a name, too."""
        assert self.reader is not None
        return self.reader.person

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
        self.write(
            lambda s: people.changed(
                s, self.reader.person.id if self.reader else 0, what, about, now=self.now, before=before, after=after
            )
        )

    def may(self, role: Role) -> bool:
        """Whether the reader has this role, or a higher one."""
        return role == "anyone" or (self.reader is not None and self.reader.may(role))


def parts_of(request: Request) -> Parts:
    """What the app was built with."""
    parts: Parts = request.app.state.parts
    return parts


def who_asks(request: Request, parts: Parts) -> Reader | None:
    """The reader behind a request: by a bearer token, which makes cookies count for nothing, or by the cookie of a session."""
    now = parts.now()
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    secret = request.cookies.get(COOKIE, "")
    if kind.lower() == "bearer":
        found = parts.db.ask(lambda s: people.by_token(s, token.strip(), now))
        if found is None:
            raise Trouble(401, "unknown_token", tr("This token is not known, or was taken back."))
    else:
        found = parts.db.ask(lambda s: people.by_session(s, secret, now)) if secret else None
    if found is None:
        return parts.db.ask(people.nobody)
    reader, used = found
    if used is not None:
        parts.db.write_now(used)
    return reader


@cache
def needs(role: Role) -> Callable[[Request], Asked]:
    """The dependency that gives a route its `Asked`, or refuses: 401 for a stranger, 403 for somebody who may not."""

    def ask(request: Request) -> Asked:
        parts = parts_of(request)
        if role == "anyone":
            return Asked(parts, None, parts.now())
        asked = Asked(parts, who_asks(request, parts), parts.now())
        if asked.reader is None:
            raise Trouble(401, "log_in", tr("Please log in first."))
        if not asked.may(role):
            raise Trouble(403, "not_allowed", tr("This needs the role “{role}”.", role=role_name(role)))
        return asked

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
    form = ("application/x-www-form-urlencoded", "multipart/form-data")
    if not given and request.headers.get("content-type", "").startswith(form):
        given = str((await request.form()).get("token", ""))
    if not hmac.compare_digest(given.encode(), form_token(request).encode()):
        raise Trouble(403, "stale_form", tr("This form is out of date. Load the page again and send it once more."))
