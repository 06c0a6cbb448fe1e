"""Who asks, and what one may do. Every route names the role that it needs; `Asked` is what it then gets.

Where there is no person at all, whoever reaches the pages (from this machine alone, see jobs/serve.py) is the owner.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from crawler.i18n import tr
from jobs.config.load import Config
from jobs.services.insight.trends import Kept
from jobs.services.readers import people
from jobs.services.readers.people import Reader, Tries
from jobs.services.readers.reading import Person
from jobs.web.errors import Trouble
from jobs.web.metrics import Health, Measure
from storage.archive import queries
from storage.db.database import ASK_SECONDS, Database

T = TypeVar("T")
Role = Literal["anyone", "viewer", "editor", "owner"]
COOKIE, SAFE_COOKIE = "zhixun", "__Host-zhixun"  # hold the secret of a session; the second where the browser came by https
PROGRAMS = re.compile(r"(?:Bearer +|GoogleLogin +auth=)(\S+) *", re.IGNORECASE)  # how a program shows a token
VIEW_SECONDS = 10.0  # for a statement of a view that is kept
LATELY = 10  # seconds
PASSED_ON = ("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip")  # which proxies add, beside X-Forwarded-…
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Parts:
    """What the pages work with. The configuration is asked for anew each time: the daemon may have read another one.

    `measure`: what a daemon tells of itself, where there is one.
    """

    db: Database
    config: Callable[[], Config]
    path: Path
    now: Callable[[], datetime]
    health: Callable[[], Health] = lambda: Health(True)
    measure: Measure | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    tries: Tries = field(default_factory=Tries)
    views: Kept = field(default_factory=Kept)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: who asks, when, and where the answer is found. `reader` is None where anyone may ask."""

    parts: Parts
    reader: Reader | None
    now: datetime
    session: str = field(default="", repr=False)  # the secret of the browser's session
    by_program: bool = False  # who is answered with all there is, not with what a page shows

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

    def midnight(self, day: date | None, after: bool = False) -> datetime | None:
        """When a day begins in the configured zone, or when it is over."""
        return self.config.midnight(day, after) if day else None

    def read(self, work: Callable[[Any], T], within: float = ASK_SECONDS) -> T:
        """Ask the archive, on the connections of the pages. Raises TooSlow."""
        return self.parts.db.ask(work, within)

    def view(self, question: object, work: Callable[[Any], T]) -> T:
        """What takes long, worked out once a day and for each edition of the archive. Raises TooSlow."""
        today = self.now.astimezone(self.zone).date()
        return self.read(lambda s: self.parts.views.get(queries.edition(s), (question, today), lambda: work(s)), VIEW_SECONDS)

    def lately(self, question: object, work: Callable[[Any], T]) -> T:
        """What changes little, worked out once in some seconds."""
        moment = int(self.now.timestamp()) // LATELY
        return self.read(lambda s: self.parts.views.get(moment, question, lambda: work(s)))

    def write(self, work: Callable[[Any], T]) -> T:
        """Change something, in one transaction."""
        return self.parts.db.write_now(work)

    def note(
        self, what: str, about: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
    ) -> None:
        """Keep who changed what."""
        by = self.reader.person.id if self.reader else 0
        self.write(lambda s: people.changed(s, by, what, about, self.now, before=before, after=after))

    def may(self, role: Role) -> bool:
        """Whether the reader has this role, or a higher one."""
        return role == "anyone" or (self.reader is not None and self.reader.may(role))


def is_local_name(host: str) -> bool:
    """Whether a Host header means this machine, as only who sits at it can say."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def parts_of(request: Request) -> Parts:
    """What the app was built with."""
    parts: Parts = request.app.state.parts
    return parts


def who_asks(request: Request, parts: Parts) -> Reader | None:
    """The reader behind a request: by a bearer token, which makes cookies count for nothing, or by the cookie of a session."""
    now = parts.now()
    secret = session_secret(request)
    if shown := PROGRAMS.fullmatch(request.headers.get("authorization", "")):
        token = shown[1]
        found = parts.db.ask(lambda s: people.by_token(s, token, now) or people.by_session(s, token, now))
        if found is None:
            raise Trouble(401, "unknown_token", tr("This token is not known, or was taken back."))
    else:
        found = parts.db.ask(lambda s: people.by_session(s, secret, now)) if secret else None
    if found is None:
        return parts.db.ask(people.nobody) if is_here(request) else None
    reader, used = found
    if used is not None:
        parts.db.write_now(used)
    return reader


def is_here(request: Request) -> bool:
    """Whether a request comes from this machine and was not passed on: only then nobody has to say who he is, while there are no people."""
    client = request.client.host if request.client else ""
    passed_on = any(name in PASSED_ON or name.startswith("x-forwarded-") for name in request.headers)
    return (
        is_local_name(f"[{client}]" if ":" in client else client)
        and is_local_name(request.headers.get("host", ""))
        and not passed_on
    )


@cache
def needs(role: Role, changes: bool = True) -> Callable[[Request], Asked]:
    """The dependency that gives a route its `Asked`, or refuses: 401 for a stranger, 403 for somebody who may not. `changes`: what is
    posted changes something, and is no long question."""

    def ask(request: Request) -> Asked:
        parts = parts_of(request)
        if role == "anyone":
            return Asked(parts, None, parts.now())
        asked = Asked(parts, who_asks(request, parts), parts.now(), session_secret(request), request.url.path.startswith("/api/"))
        if asked.reader is None:
            raise Trouble(401, "log_in", tr("Please log in first."))
        if not asked.may(role):
            raise Trouble(403, "not_allowed", tr("This needs the role “{role}”.", role=role_name(role)))
        if changes and request.method in UNSAFE and not asked.reader.writes:
            raise Trouble(403, "read_only", tr("This token is for reading; take one of the scope “write”."))
        return asked

    return ask


Viewer = Annotated[Asked, Depends(needs("viewer"))]


def role_name(role: Role) -> str:
    """What a role is called."""
    return {"anyone": tr("anyone"), "viewer": tr("viewer"), "editor": tr("editor"), "owner": tr("owner")}[role]


def session_secret(request: Request) -> str:
    """The secret that a browser keeps of its session. The cookie that no other host can have set comes first."""
    return request.cookies.get(SAFE_COOKIE) or request.cookies.get(COOKIE, "")


def form_token(request: Request) -> str:
    """What each form of a page carries, so that no page of another site can send one: bound to the reader's session."""
    session = session_secret(request)
    return hmac.new(parts_of(request).secret, session.encode(), hashlib.sha256).hexdigest()[:32]


async def guarded(request: Request) -> None:
    """The dependency of every route that changes something: it needs a bearer token, or the form token of a page of ours."""
    if PROGRAMS.fullmatch(request.headers.get("authorization", "")):
        return
    given = request.headers.get("x-form-token", "")
    form = ("application/x-www-form-urlencoded", "multipart/form-data")
    if not given and request.headers.get("content-type", "").startswith(form):
        given = str((await request.form()).get("token", ""))
    if not hmac.compare_digest(given.encode(), form_token(request).encode()):
        raise Trouble(403, "stale_form", tr("This form is out of date. Load the page again and send it once more."))
