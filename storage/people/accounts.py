"""Who they are, and how they come in: people, sessions of browsers, tokens of programs. Secrets come in as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, count_rows, from_row
from storage.db.models import NOBODY, handed, label, note, person, seen, sign_in, token

Role = Literal["viewer", "editor", "owner"]
_LISTED = person.c.id != NOBODY, person.c.disabled_at.is_(None)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the team. `reads_from`: what was told before does not wait to be read. `disabled_at`: taken off the list."""

    id: int
    name: str
    role: Role
    language: str | None
    theme: str | None
    reads_from: datetime
    made_at: datetime
    disabled_at: datetime | None = None

    @property
    def nobody(self) -> bool:
        """True for whoever reads while there are no people."""
        return self.id == NOBODY


@dataclass(frozen=True, slots=True)
class Token:
    """What a program comes in with; its secret is not kept."""

    id: int
    person_id: int
    person: str
    name: str
    scope: str
    made_at: datetime
    used_at: datetime | None
    ends_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser that somebody signed in with."""

    person: Person
    seen_at: datetime
    ends_at: datetime


def people(session: Session) -> list[Person]:
    """Those on the list, the first one first."""
    return [from_row(Person, row) for row in session.execute(select(person).where(*_LISTED).order_by(person.c.id))]


def get(session: Session, number: int) -> Person | None:
    """One person, also one that is no longer on the list."""
    row = session.execute(select(person).where(person.c.id == number)).first()
    return from_row(Person, row) if row else None


def by_key(session: Session, key: str) -> tuple[Person, str | None] | None:
    """The person of this name, also one that is no longer on the list, and the hash of the password."""
    row = session.execute(select(person).where(person.c.key == key, person.c.id != NOBODY)).first()
    return (from_row(Person, row), row.password_hash) if row else None


def signed(table: Table) -> Select[Any]:
    """The rows of a table, each with the name of the person whose it is."""
    return select(table, person.c.name.label("person")).join(person, person.c.id == table.c.person_id)


def count(session: Session, role: Role | None = None) -> int:
    """How many are on the list."""
    return count_rows(session, person, *_LISTED, *([person.c.role == role] if role else []))


def add(session: Session, name: str, key: str, role: Role, password_hash: str, *, reads_from: datetime, now: datetime) -> int:
    """A new person; one who was taken off the list comes back without what was his."""
    values = {"name": name, "role": role, "password_hash": password_hash, "reads_from": reads_from, "made_at": now}
    back = update(person).where(person.c.key == key).values(disabled_at=None, **values)
    old: int | None = session.scalar(back.returning(person.c.id))
    return old or int(session.execute(insert(person).values(key=key, **values).returning(person.c.id)).scalar_one())


def change(session: Session, number: int, **values: Any) -> None:
    """Other values for a person: role, password_hash, language, theme."""
    session.execute(update(person).where(person.c.id == number).values(**values))


def remove(session: Session, number: int, now: datetime) -> None:
    """Off the list: no session and no token lets in, marks are forgotten, what was handed over goes back. What was written stays."""
    session.execute(update(person).where(person.c.id == number).values(disabled_at=now, password_hash=None))
    session.execute(delete(sign_in).where(sign_in.c.person_id == number))
    session.execute(update(token).where(token.c.person_id == number, token.c.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(delete(seen).where(seen.c.person_id == number))
    session.execute(delete(handed).where(handed.c.person_id == number, handed.c.done_at.is_(None)))


def inherit(session: Session, number: int) -> None:
    """The first person of a list is who read without a name until then."""
    for table in (seen, token, handed, label, note):
        session.execute(update(table).where(table.c.person_id == NOBODY).values(person_id=number))
    session.execute(update(handed).where(handed.c.by_id == NOBODY).values(by_id=number))
    since = select(person.c.reads_from, person.c.language, person.c.theme).where(person.c.id == NOBODY)
    session.execute(update(person).where(person.c.id == number).values(dict(session.execute(since).one()._mapping)))


# ---- sessions


def open_session(session: Session, token_hash: str, number: int, *, ends_at: datetime, agent: str, now: datetime) -> None:
    """A browser comes in. Sessions that have ended are forgotten."""
    session.execute(delete(sign_in).where(sign_in.c.ends_at <= now))
    values = {"token_hash": token_hash, "person_id": number, "made_at": now, "seen_at": now, "ends_at": ends_at, "agent": agent}
    session.execute(insert(sign_in).values(values))


def session_of(session: Session, token_hash: str, now: datetime) -> SignIn | None:
    """Whose session this is; None where it has ended, or its person is not on the list."""
    query = select(person, sign_in.c.seen_at, sign_in.c.ends_at).join(sign_in, sign_in.c.person_id == person.c.id)
    good = sign_in.c.token_hash == token_hash, sign_in.c.ends_at > now, person.c.disabled_at.is_(None)
    row = session.execute(query.where(*good)).first()
    return SignIn(from_row(Person, row), row.seen_at, row.ends_at) if row else None


def still_open(session: Session, token_hash: str, now: datetime) -> None:
    """It was used."""
    session.execute(update(sign_in).where(sign_in.c.token_hash == token_hash).values(seen_at=now))


def close_session(session: Session, token_hash: str) -> None:
    """It lets nobody in from now on."""
    session.execute(delete(sign_in).where(sign_in.c.token_hash == token_hash))


def close_sessions(session: Session, number: int, but: str = "") -> None:
    """None of a person's sessions lets in from now on, but one."""
    session.execute(delete(sign_in).where(sign_in.c.person_id == number, sign_in.c.token_hash != but))


# ---- tokens


def add_token(
    session: Session, token_hash: str, number: int, *, name: str, scope: str, ends_at: datetime | None, now: datetime
) -> int:
    """A program may come in; the id of its token."""
    values = {"token_hash": token_hash, "person_id": number, "name": name, "scope": scope, "made_at": now, "ends_at": ends_at}
    return int(session.execute(insert(token).values(values).returning(token.c.id)).scalar_one())


def tokens(session: Session, number: int | None = None) -> list[Token]:
    """Those of a person, or all, the newest first; also what was revoked."""
    query = signed(token).order_by(token.c.id.desc())
    rows = session.execute(query if number is None else query.where(token.c.person_id == number))
    return [from_row(Token, row) for row in rows]


def token_of(session: Session, token_hash: str, now: datetime) -> Token | None:
    """The token, unless it has ended, was revoked, or its person is not on the list."""
    good = token.c.revoked_at.is_(None), token.c.ends_at.is_(None) | (token.c.ends_at > now), person.c.disabled_at.is_(None)
    row = session.execute(signed(token).where(token.c.token_hash == token_hash, *good)).first()
    return from_row(Token, row) if row else None


def token_used(session: Session, number: int, now: datetime) -> None:
    """It let somebody in."""
    session.execute(update(token).where(token.c.id == number).values(used_at=now))


def revoke(session: Session, number: int, now: datetime) -> bool:
    """It lets nobody in from now on; False where there is no such token, or it was revoked before."""
    return changed(session, update(token).where(token.c.id == number, token.c.revoked_at.is_(None)).values(revoked_at=now)) > 0
