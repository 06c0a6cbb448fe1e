"""`zhixun users …`: the people of the pages. A password is asked for, or read from standard input; it never stands in the command."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, say, show, write_json
from jobs.services.readers import people
from storage.db.models import NOBODY

Name = Annotated[str, typer.Argument(help="What the person is called.")]
Role = Annotated[str, typer.Option("--role", help="viewer reads; editor changes rules and sources; owner adds people.")]


def add(cli: Cli, name: Name, role: Role = "") -> None:
    """Add a person. The first is an owner, and takes over what was read and starred on this machine until then."""
    with cli.archive(new=True) as db:
        wanted = role or ("viewer" if db.read(people.owner_exists) else "owner")
        people.role_of(wanted)  # before a password is asked for
        password = _password()
        made = db.write_now(lambda s: people.add(s, NOBODY, name, password=password, role=wanted, now=clock.now()))
    say(tr("{name} is {role} now", name=made.name, role=made.role))


def list_people(cli: Cli, as_json: Json = False) -> None:
    """Who there is."""
    found = cli.ask(people.people)
    rows = [{"name": one.name, "role": one.role, "added": one.made_at} for one in found]
    none = tr("nobody yet: who reaches the pages from this machine may do everything; `zhixun users add NAME` makes an owner")
    show(rows, {"name": "name", "role": "role", "added": "added"}, as_json, none, cli.config().zone)


def remove(cli: Cli, name: Name) -> None:
    """Take a person off the list: neither password nor token lets in any more. Notes and labels stay."""
    with cli.archive() as db:
        db.write_now(lambda s: people.remove(s, NOBODY, name, clock.now()))
    say(tr("{name} is off the list", name=name))


def password(cli: Cli, name: Name) -> None:
    """Give a person another password; who is signed in has to sign in again."""
    with cli.archive() as db:
        db.read(lambda s: people.named(s, name))
        new = _password()
        db.write_now(lambda s: people.set_password(s, NOBODY, name, new, now=clock.now()))
    say(tr("{name} has a new password", name=name))


def role(cli: Cli, name: Name, role: Annotated[str, typer.Argument(metavar="viewer|editor|owner")]) -> None:
    """Let a person do more, or less."""
    with cli.archive() as db:
        made = db.write_now(lambda s: people.set_role(s, NOBODY, name, role, clock.now()))
    say(tr("{name} is {role} now", name=made.name, role=made.role))


def _password() -> str:
    """Asked for twice on a terminal; else the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(tr("Password"), hide_input=True, confirmation_prompt=tr("Once more"), err=True))
    return sys.stdin.readline().rstrip("\r\n")


# ---- tokens


def add_token(
    cli: Cli,
    name: Annotated[str, typer.Argument(help="What it is for, such as `phone`.")],
    person: Annotated[str, typer.Option("--person", help="Whose it is.")] = "",
    scope: Annotated[
        str, typer.Option("--scope", help="read, write, or feed:RULE: that feed alone; feed:*: all feeds.")
    ] = "read",
    days: Annotated[int | None, typer.Option("--days", min=1, max=3650, help="How long it is good; for ever without it.")] = None,
    as_json: Json = False,
) -> None:
    """Make a token, and print it: it is shown this once."""
    rules = [rule.name for rule in cli.config().rules]
    with cli.archive(new=True) as db:
        whose = db.read(lambda s: people.whose(s, person))
        make = partial(people.add_token, by=NOBODY, person=whose, name=name, scope=scope, now=clock.now(), rules=rules, days=days)
        made = db.write_now(make)
    if as_json:
        write_json([{"id": made.token.id, "token": made.secret}])
    else:
        sys.stdout.write(f"{made.secret}\n")


def list_tokens(
    cli: Cli, person: Annotated[str, typer.Option("--person", help="Whose; all without it.")] = "", as_json: Json = False
) -> None:
    """Which there are, and when each was last used."""
    found = cli.ask(lambda s: people.tokens(s, people.named(s, person) if person else None))
    if as_json:
        write_json({key: value for key, value in asdict(one).items() if key != "person_id"} for one in found)
        return
    rows = [asdict(one) | {"state": tr("revoked") if one.revoked_at else one.ends_at} for one in found]
    columns = {"id": "id", "name": "name", "person": "person", "scope": "scope", "used_at": "last used", "state": "ends"}
    show(rows, columns, False, zone=cli.config().zone)


def revoke(cli: Cli, number: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """A token lets nobody in from now on."""
    with cli.archive() as db:
        db.write_now(lambda s: people.revoke(s, NOBODY, number, clock.now()))
    say(tr("token {number} lets nobody in any more", number=number))
