"""People: who they are, and how they come in by name and password, by the session of a browser, or by a token of a program.

While there are no people, whoever reaches this machine's own address is the owner, and has no name (`NOBODY`). The first person
must be an owner, and takes over what was read and starred until then.

Secrets are random and shown once; what is kept is their hash. A wrong name takes as long to refuse as a wrong password.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from crawler.errors import ZhixunError
from crawler.i18n import tr
from jobs.config.values import is_loopback
from jobs.services.lookup import Unknown
from storage.db.database import Database
from storage.db.errors import NoArchive, NotReady
from storage.db.models import NOBODY
from storage.people import accounts, audit
from storage.people.accounts import Person, Role, Token

ROLES: Final[tuple[Role, ...]] = get_args(Role)  # each may do what those before it may
SESSION = timedelta(days=30)  # after which one signs in again …
IDLE = timedelta(days=7)  # … or after so long without a look
TOUCH = timedelta(minutes=5)  # how exactly it is known when a session or a token was used
TRIES = 5  # a minute, of one name from one address …
TRIES_OF_ADDRESS = 30  # … and of all names
MINUTE = timedelta(minutes=1)
BACKLOG = timedelta(days=1)  # what was told so long before somebody came still waits to be read
SHORTEST, LONGEST = 10, 200  # characters of a password
BEGINNING = "zx_"  # of each token
MAX_TOKENS = 50  # of one person, that are in use
_NAME = re.compile(r"[^\W_](?:[\w.@-]{0,38}[^\W_])?")
_FEED = re.compile(r"feed:.{1,200}")
_hasher = PasswordHasher()  # argon2id, 64 MiB, as RFC 9106 has it for small memory


class PeopleError(ZhixunError):
    """What was asked for people is not possible."""


class NotSignedIn(ZhixunError):
    """The name and the password do not go together."""


class TooManyTries(ZhixunError):
    """Somebody tries passwords; nobody of this name comes in from there for a minute."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and what for: the person, the role he has here, whether he may change anything, and the only rule whose feed he may have."""

    person: Person
    role: Role
    writes: bool = True
    feed: str | None = None
    by_token: bool = False

    def may(self, role: Role) -> bool:
        """Whether he may do what needs this role."""
        return self.feed is None and ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody came in. `secret` is what the browser keeps, until `ends_at`."""

    person: Person
    secret: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token. `secret` is shown now and never again."""

    token: Token
    secret: str


# ---- who there is


def people(session: Session) -> tuple[Person, ...]:
    """Those on the list."""
    return tuple(accounts.people(session))


def owner_exists(session: Session) -> bool:
    """Whether anybody is asked who he is: only then other machines may reach the pages."""
    return accounts.count(session, "owner") > 0


def not_guarded(db: Database, address: str) -> str:
    """Why the pages may not be served at an address, since others reach it; "" where they may. Raises StorageError."""
    if is_loopback(address):
        return ""
    with suppress(NoArchive, NotReady):  # then there is nobody at all
        if db.ask(owner_exists):
            return ""
    return tr(
        "others can reach {address}, and there is no owner yet: add one with `zhixun users add NAME --role owner`",
        address=address,
    )


def nobody(session: Session) -> Reader | None:
    """Whoever reads on this machine while there are no people; None when there are."""
    person = accounts.get(session, NOBODY)
    return Reader(person, "owner") if person is not None and accounts.count(session) == 0 else None


def named(session: Session, name: str) -> Person:
    """The person of this name. Raises Unknown, which says who there is."""
    found = accounts.by_key(session, key_of(name))
    if found is None or found[0].disabled_at is not None:
        there = ", ".join(person.name for person in accounts.people(session)) or tr("nobody")
        raise Unknown(tr("there is no person {name}; there are: {there}", name=repr(name), there=there))
    return found[0]


def whose(session: Session, name: str = "") -> Person:
    """The person of this name; without one the only person there is, or whoever reads without a name. Raises Unknown."""
    if name:
        return named(session, name)
    there = accounts.people(session)
    if len(there) > 1:
        raise Unknown(tr("whose? There are: {there}", there=", ".join(person.name for person in there)))
    return there[0] if there else _get(session, NOBODY)


def key_of(name: str) -> str:
    """A name without case and width: nobody is to be mistaken for another."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


# ---- the list


def add(session: Session, by: int, name: str, *, password: str, role: str, now: datetime) -> Person:
    """A person more. Raises PeopleError."""
    name = unicodedata.normalize("NFC", name.strip())
    first = accounts.count(session) == 0
    old = accounts.by_key(session, key_of(name))
    if not _NAME.fullmatch(name):
        raise PeopleError(tr("a name has 1 to 40 letters and digits, with . - _ @ between them; {name} is none", name=repr(name)))
    if old is not None and old[0].disabled_at is None:
        raise PeopleError(tr("there is a person {name} already", name=old[0].name))
    if first and role_of(role) != "owner":
        raise PeopleError(tr("the first person has to be an owner, who can add the others"))
    number = accounts.add(session, name, key_of(name), role_of(role), hashed(password, name), reads_from=now - BACKLOG, now=now)
    if first:
        accounts.inherit(session, number)
    audit.write(session, by, "person added", name, now, after={"role": role})
    return _get(session, number)


def remove(session: Session, by: int, name: str, now: datetime) -> None:
    """Off the list: he comes in no more; what he wrote stays. Raises Unknown or PeopleError."""
    person = named(session, name)
    _not_the_last_owner(session, person)
    accounts.remove(session, person.id, now)
    audit.write(session, by, "person removed", person.name, now, before={"role": person.role})


def set_role(session: Session, by: int, name: str, role: str, now: datetime) -> Person:
    """What a person may do from now on. Raises Unknown or PeopleError."""
    person = named(session, name)
    if role_of(role) != "owner":
        _not_the_last_owner(session, person)
    accounts.change(session, person.id, role=role_of(role))
    audit.write(session, by, "role changed", person.name, now, before={"role": person.role}, after={"role": role})
    return replace(person, role=role_of(role))


def set_password(session: Session, by: int, name: str, password: str, *, now: datetime, kept: str = "") -> None:
    """Another password: all sessions end but the one of the secret `kept`. Raises Unknown or PeopleError."""
    person = named(session, name)
    accounts.change(session, person.id, password_hash=hashed(password, person.name))
    accounts.close_sessions(session, person.id, but=secret_hash(kept))
    audit.write(session, by, "password changed", person.name, now)


def set_taste(session: Session, person: Person, language: str | None, theme: str | None) -> None:
    """The language and the look that somebody wants; None: as his browser has it. Raises PeopleError."""
    if language not in (None, "zh", "en") or theme not in (None, "light", "dark"):
        raise PeopleError(tr("the languages are zh and en, the themes light and dark"))
    accounts.change(session, person.id, language=language, theme=theme)


def role_of(text: str) -> Role:
    """A role by its name. Raises PeopleError."""
    found = next((role for role in ROLES if role == text), None)
    if found is None:
        raise PeopleError(tr("{role} is no role; there are: {roles}", role=repr(text), roles=", ".join(ROLES)))
    return found


changed = audit.write


def _not_the_last_owner(session: Session, person: Person) -> None:
    if person.role == "owner" and accounts.count(session, "owner") == 1 and accounts.count(session) > 1:
        raise PeopleError(tr("{name} is the only owner; make another person owner first", name=person.name))


def _get(session: Session, number: int) -> Person:
    person = accounts.get(session, number)
    assert person is not None
    return person


# ---- passwords and sessions


def hashed(password: str, name: str = "") -> str:
    """A password as it is kept. Raises PeopleError for one that is easily guessed."""
    password = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise PeopleError(tr("a password has {least} to {most} characters", least=SHORTEST, most=LONGEST))
    if len(set(password)) < 4 or (name and key_of(name) in password.casefold() and len(password) < len(name) + 6):
        raise PeopleError(tr("that password is easily guessed; take some words that nobody would put together"))
    return _hasher.hash(password)


def _fits(kept: str | None, password: str) -> bool:
    given = unicodedata.normalize("NFC", password)
    try:
        return _hasher.verify(kept or _known_to_nobody(), given[: LONGEST + 1])  # one more, so that a longer one is none
    except (VerificationError, InvalidHashError):
        return False


@cache
def _known_to_nobody() -> str:
    """What a name that nobody has is checked against, so that it takes as long as one that somebody has."""
    return _hasher.hash(secrets.token_urlsafe())


class Tries:
    """Who tried to sign in within the last minute. Lives as long as the server; bounded by what one address may try."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str, str], deque[datetime]] = {}

    def count(self, name: str, address: str, now: datetime) -> None:
        """One more. Raises TooManyTries, and takes that try for none."""
        for key, recent in list(self._tries.items()):
            while recent and (recent[0] <= now - MINUTE or recent[0] > now):
                recent.popleft()
            if not recent:
                del self._tries[key]
        of_name, of_address = (key_of(name)[:LONGEST], address), ("", address)
        for key, most in ((of_name, TRIES), (of_address, TRIES_OF_ADDRESS)):
            if len(self._tries.get(key, ())) >= most:
                raise TooManyTries(tr("too many tries to sign in; wait a minute"))
        for key in {of_name, of_address}:
            self._tries.setdefault(key, deque()).append(now)


def sign_in(db: Database, tries: Tries, name: str, password: str, *, address: str, agent: str, now: datetime) -> SignedIn:
    """Let somebody in by name and password. Raises NotSignedIn or TooManyTries. Takes a moment: not for an event loop."""
    person = check_password(db, tries, name, password, address=address, now=now)
    secret = secrets.token_urlsafe(32)
    ends_at, number = now + SESSION, person.id
    db.write_now(lambda s: accounts.open_session(s, secret_hash(secret), number, ends_at=ends_at, agent=agent[:200], now=now))
    return SignedIn(person, secret, ends_at)


def check_password(db: Database, tries: Tries, name: str, password: str, *, address: str = "", now: datetime) -> Person:
    """Whose name and password these are; without an `address`, of somebody who is signed in. Raises NotSignedIn or TooManyTries."""
    tries.count(name, address, now)
    found = db.ask(lambda s: accounts.by_key(s, key_of(name)))
    person, kept = found or (None, None)
    if not _fits(kept, password) or person is None or person.disabled_at is not None:
        raise NotSignedIn(tr("this name and this password do not go together"))
    return person


def program_sign_in(db: Database, tries: Tries, name: str, password: str, *, address: str, agent: str, now: datetime) -> str:
    """What a program that asks for name and password shows from then on: a token, if that was given as the password, else a session's secret.

    Raises NotSignedIn or TooManyTries.
    """
    if not password.startswith(BEGINNING):
        return sign_in(db, tries, name, password, address=address, agent=agent, now=now).secret
    tries.count(name, address, now)
    found = db.ask(lambda s: by_token(s, password, now))
    if found is None or found[0].feed is not None:
        raise NotSignedIn(tr("this name and this password do not go together"))
    return password


def sign_out(session: Session, secret: str) -> None:
    """The session ends."""
    accounts.close_session(session, secret_hash(secret))


def by_session(session: Session, secret: str, now: datetime) -> tuple[Reader, Callable[[Session], None] | None] | None:
    """Whose session this is, and what is to be written because it was used; None where it lets nobody in."""
    key = secret_hash(secret)
    found = accounts.session_of(session, key, now)
    if found is None or found.seen_at < now - IDLE:
        return None
    stale = found.seen_at < now - TOUCH
    return Reader(found.person, found.person.role), (lambda s: accounts.still_open(s, key, now)) if stale else None


def secret_hash(secret: str) -> str:
    """As which a random secret is kept. It has too much chance in it to be guessed: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


# ---- tokens


def add_token(
    session: Session,
    by: int,
    person: Person,
    *,
    name: str,
    scope: str,
    now: datetime,
    rules: Collection[str] = (),
    days: int | None = None,
) -> NewToken:
    """A token: `read` what the person may, `write` what he may, or `feed:RULE`, good for that feed alone; `feed:*` for all feeds.

    Raises PeopleError.
    """
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise PeopleError(tr("a token has a name of 1 to 60 characters that says what it is for"))
    if scope not in ("read", "write") and not _FEED.fullmatch(scope):
        raise PeopleError(tr("{scope} is no scope; there are: read, write, feed:RULE", scope=repr(scope)))
    if scope.startswith("feed:") and scope.removeprefix("feed:") not in ("*", *rules):
        raise PeopleError(tr("there is no rule {name}", name=repr(scope.removeprefix("feed:"))))
    if len([one for one in accounts.tokens(session, person.id) if one.revoked_at is None]) >= MAX_TOKENS:
        raise PeopleError(tr("{name} has {n} tokens; revoke one first", name=person.name, n=MAX_TOKENS))
    secret = BEGINNING + secrets.token_urlsafe(32)
    ends_at = now + timedelta(days=days) if days is not None else None
    number = accounts.add_token(session, secret_hash(secret), person.id, name=name, scope=scope, ends_at=ends_at, now=now)
    audit.write(session, by, "token made", name, now, after={"person": person.name, "scope": scope})
    return NewToken(Token(number, person.id, person.name, name, scope, now, None, ends_at, None), secret)


def tokens(session: Session, person: Person | None = None) -> tuple[Token, ...]:
    """Those of a person, or all, the newest first."""
    return tuple(accounts.tokens(session, None if person is None else person.id))


def revoke(session: Session, by: int, number: int, now: datetime, of: Person | None = None) -> None:
    """A token lets nobody in from now on; with `of`, only if it is his. Raises Unknown."""
    found = next((one for one in accounts.tokens(session, None if of is None else of.id) if one.id == number), None)
    if found is None or not accounts.revoke(session, number, now):
        raise Unknown(tr("there is no token {number} in use", number=number))
    audit.write(session, by, "token revoked", found.name, now, before={"person": found.person, "scope": found.scope})


def by_token(session: Session, secret: str, now: datetime) -> tuple[Reader, Callable[[Session], None] | None] | None:
    """Whose token this is, and what is to be written because it was used; None where it lets nobody in."""
    found = accounts.token_of(session, secret_hash(secret), now)
    if found is None or (found.person_id == NOBODY and accounts.count(session)):
        return None
    person = _get(session, found.person_id)
    feed = found.scope.removeprefix("feed:") if found.scope.startswith("feed:") else None
    stale, number = found.used_at is None or found.used_at < now - TOUCH, found.id
    reader = Reader(person, person.role, found.scope == "write", feed, by_token=True)
    return reader, (lambda s: accounts.token_used(s, number, now)) if stale else None
