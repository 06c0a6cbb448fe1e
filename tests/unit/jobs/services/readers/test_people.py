"""Who comes in, as whom, and until when."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from jobs.services.lookup import Unknown
from jobs.services.readers import people
from jobs.services.readers.people import NotSignedIn, PeopleError, TooManyTries, Tries
from storage.db.database import Database
from storage.people import audit, marks
from storage.people.accounts import NOBODY, Person

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = "seven herons 过桥"


def add(db: Database, name: str, role: str = "owner", password: str = GOOD) -> Person:
    return db.write_now(lambda s: people.add(s, NOBODY, name, password=password, role=role, now=NOW))


def sign_in(db: Database, name: str, password: str = GOOD, tries: Tries | None = None, now: datetime = NOW) -> people.SignedIn:
    return people.sign_in(db, tries or Tries(), name, password, address="10.0.0.9", agent="Firefox", now=now)


def reader(db: Database, secret: str, now: datetime = NOW) -> people.Reader | None:
    found = db.read(lambda s: people.by_session(s, secret, now))
    if found and found[1]:
        db.write_now(found[1])
    return found[0] if found else None


def token(db: Database, person: Person, scope: str, **more: object) -> people.NewToken:
    return db.write_now(
        lambda s: people.add_token(s, person.id, person, name="phone", scope=scope, now=NOW, rules=["models"], **more)  # type: ignore[arg-type]
    )


def test_while_there_are_no_people_whoever_is_here_is_the_owner(db: Database) -> None:
    found = db.read(people.nobody)
    assert found is not None
    assert (found.role, found.person.nobody, db.read(people.owner_exists)) == ("owner", True, False)
    add(db, "lin")
    assert (db.read(people.nobody), db.read(people.owner_exists)) == (None, True)


def test_the_first_person_takes_over_what_was_read_without_a_name(db: Database) -> None:
    db.write_now(lambda s: marks.star(s, NOBODY, [7], NOW))
    db.write_now(lambda s: marks.set_labels(s, 7, ["x"], NOBODY, NOW))
    lin = add(db, "lin")
    mara = add(db, "mara", "viewer")
    rows = db.read(lambda s: s.execute(text("select person_id, story from seen")).all())
    assert [tuple(row) for row in rows] == [(lin.id, 7)]
    assert db.read(lambda s: marks.labels(s, [7]))[7][0].person == "lin"
    assert (lin.reads_from.year, mara.reads_from) == (1970, NOW - DAY)


def test_the_first_person_is_an_owner(db: Database) -> None:
    with pytest.raises(PeopleError, match="first person"):
        add(db, "lin", "viewer")


@pytest.mark.parametrize("name", ["", " ", "a b", "-lin", "lin.", "x" * 41, "王\n二", "<b>", "li\u202en", "a/b"])
def test_a_name_that_could_be_taken_for_something_else_is_refused(db: Database, name: str) -> None:
    with pytest.raises(PeopleError):
        add(db, name)


@pytest.mark.parametrize("name", ["王", "lin", "a.b-c_d@e", "Ünal", "7"])
def test_a_name_may_be_of_any_script(db: Database, name: str) -> None:
    assert add(db, name).name == name


def test_nobody_is_mistaken_for_another(db: Database) -> None:
    add(db, "Lin")
    for twin in ("LIN", "ｌｉｎ", " lin "):
        with pytest.raises(PeopleError, match="already"):
            add(db, twin)
    assert sign_in(db, "lIN").person.name == "Lin"


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "linlin1234", "x" * 201])
def test_a_password_that_is_easily_guessed_is_refused(db: Database, password: str) -> None:
    with pytest.raises(PeopleError):
        add(db, "linlin", password=password)


def test_a_password_is_the_same_however_its_letters_are_composed(db: Database) -> None:
    add(db, "lin", password="Zürich und zurück")
    assert sign_in(db, "lin", "Zürich und zurück").person.name == "lin"


def test_a_long_password_is_compared_to_its_end(db: Database) -> None:
    longest = "가나다라마" * 40
    add(db, "lin", password=longest)
    assert sign_in(db, "lin", unicodedata.normalize("NFD", longest)).person.name == "lin"
    with pytest.raises(NotSignedIn):
        sign_in(db, "lin", longest + "x")


def test_only_hashes_are_kept(db: Database) -> None:
    lin = add(db, "lin")
    came, made = sign_in(db, "lin"), token(db, lin, "read")
    tables = ("person", "session", "token", "change")
    kept = str([db.read(lambda s, t=t: s.execute(text(f"select * from {t}")).all()) for t in tables])  # type: ignore[misc]
    assert not any(secret in kept for secret in (GOOD, came.secret, made.secret, made.secret[3:]))
    assert "$argon2id$" in kept


@pytest.mark.parametrize(
    ("name", "password"), [("lin", GOOD + "x"), ("lin", ""), ("zoe", GOOD), ("", ""), ("lin", "x" * 100_000)]
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(db: Database, name: str, password: str) -> None:
    add(db, "lin")
    with pytest.raises(NotSignedIn, match="do not go together"):
        sign_in(db, name, password)


def test_the_person_without_a_name_cannot_sign_in(db: Database) -> None:
    with pytest.raises(NotSignedIn):
        sign_in(db, "", "")


def test_five_tries_a_minute_of_a_name_and_then_the_right_password_waits_too(db: Database) -> None:
    add(db, "lin")
    add(db, "mara")
    tries = Tries()
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            sign_in(db, "Lin", "wrong wrong", tries)
    with pytest.raises(TooManyTries):
        sign_in(db, "lin", GOOD, tries)
    assert sign_in(db, "mara", GOOD, tries).person.name == "mara"
    assert sign_in(db, "lin", GOOD, tries, NOW + timedelta(seconds=61)).person.name == "lin"


def test_one_address_cannot_try_all_names_and_what_is_kept_of_it_is_bounded() -> None:
    tries = Tries()
    for number in range(30):
        tries.count(f"name{number}", "10.0.0.9", NOW)
    with pytest.raises(TooManyTries):
        tries.count("another", "10.0.0.9", NOW)
    tries.count("lin", "10.0.0.10", NOW)
    tries.count("lin", "10.0.0.9", NOW + timedelta(minutes=2))
    assert len(tries._tries) == 2


def test_a_session_ends_after_a_month_or_a_week_without_a_look(db: Database) -> None:
    add(db, "lin")
    came = sign_in(db, "lin")
    assert reader(db, came.secret, NOW + 6 * DAY) is not None
    assert reader(db, came.secret, NOW + 12 * DAY) is not None
    assert reader(db, came.secret, NOW + 20 * DAY) is None
    other = sign_in(db, "lin", now=NOW)
    for day in range(0, 30, 5):
        assert reader(db, other.secret, NOW + day * DAY) is not None
    assert reader(db, other.secret, NOW + 31 * DAY) is None


def test_signing_out_a_new_password_and_removal_end_sessions(db: Database) -> None:
    add(db, "lin")
    add(db, "mara", "editor")
    one, two, three = (sign_in(db, "mara") for _ in range(3))
    db.write_now(lambda s: people.sign_out(s, one.secret))
    db.write_now(lambda s: people.set_password(s, 1, "mara", "eleven bridges 夜", now=NOW, kept=three.secret))
    assert [reader(db, each.secret) is not None for each in (one, two, three)] == [False, False, True]
    db.write_now(lambda s: people.remove(s, 1, "mara", NOW))
    assert reader(db, three.secret) is None
    with pytest.raises(NotSignedIn):
        sign_in(db, "mara", "eleven bridges 夜")


def test_the_only_owner_stays_owner_while_there_are_others(db: Database) -> None:
    add(db, "lin")
    add(db, "mara", "viewer")
    for work in (lambda s: people.remove(s, 1, "lin", NOW), lambda s: people.set_role(s, 1, "lin", "editor", NOW)):
        with pytest.raises(PeopleError, match="only owner"):
            db.write_now(work)
    assert db.write_now(lambda s: people.set_role(s, 1, "mara", "owner", NOW)).role == "owner"
    db.write_now(lambda s: people.remove(s, 1, "lin", NOW))
    assert [person.name for person in db.read(people.people)] == ["mara"]


def test_who_comes_back_has_a_new_password_and_none_of_the_old_marks(db: Database) -> None:
    add(db, "lin")
    old = add(db, "mara", "editor")
    made = token(db, old, "write")
    db.write_now(lambda s: marks.star(s, old.id, [7], NOW))
    db.write_now(lambda s: people.remove(s, 1, "mara", NOW))
    with pytest.raises(Unknown):
        db.read(lambda s: people.named(s, "mara"))
    new = add(db, "Mara", "viewer", "eleven bridges 夜")
    assert (new.id, new.role) == (old.id, "viewer")
    assert db.read(lambda s: people.by_token(s, made.secret, NOW)) is None
    assert db.read(lambda s: s.execute(text("select count(*) from seen")).scalar()) == 0


def test_a_token_may_what_its_scope_and_its_person_may(db: Database) -> None:
    add(db, "lin")
    mara = add(db, "mara", "editor")
    found = {}
    for scope in ("read", "write", "feed:models"):
        made = token(db, mara, scope)
        answer = db.read(lambda s, m=made: people.by_token(s, m.secret, NOW))  # type: ignore[misc]
        assert answer is not None
        found[scope] = [answer[0].may(role) for role in people.ROLES], answer[0].writes
    may = [True, True, False]
    assert found == {"read": (may, False), "write": (may, True), "feed:models": ([False] * 3, False)}


@pytest.mark.parametrize("scope", ["", "admin", "feed:", "feed:nothing", "read write", "READ"])
def test_an_unknown_scope_is_refused(db: Database, scope: str) -> None:
    lin = add(db, "lin")
    with pytest.raises(PeopleError):
        token(db, lin, scope)


def test_a_token_that_was_revoked_or_has_ended_lets_nobody_in(db: Database) -> None:
    lin, mara = add(db, "lin"), add(db, "mara", "viewer")
    made, short = token(db, lin, "read"), token(db, lin, "read", days=3)
    assert db.read(lambda s: people.by_token(s, short.secret, NOW + 4 * DAY)) is None
    with pytest.raises(Unknown):
        db.write_now(lambda s: people.revoke(s, mara.id, made.token.id, NOW, of=mara))
    db.write_now(lambda s: people.revoke(s, lin.id, made.token.id, NOW))
    assert db.read(lambda s: people.by_token(s, made.secret, NOW)) is None
    with pytest.raises(Unknown):
        db.write_now(lambda s: people.revoke(s, lin.id, made.token.id, NOW))
    assert [one.revoked_at for one in db.read(people.tokens)] == [None, NOW]


def test_a_token_tells_when_it_was_last_used(db: Database) -> None:
    made = token(db, add(db, "lin"), "read")
    for minutes, used in ((0, NOW), (2, NOW), (7, NOW + timedelta(minutes=7))):
        answer = db.read(lambda s, m=minutes: people.by_token(s, made.secret, NOW + timedelta(minutes=m)))  # type: ignore[misc]
        assert answer is not None
        if answer[1]:
            db.write_now(answer[1])
        assert db.read(people.tokens)[0].used_at == used


def test_a_token_of_before_there_were_people_is_the_first_persons(db: Database) -> None:
    nobody = db.read(people.nobody)
    assert nobody is not None
    made = token(db, nobody.person, "write")
    add(db, "lin")
    answer = db.read(lambda s: people.by_token(s, made.secret, NOW))
    assert answer is not None
    assert answer[0].person.name == "lin"


def test_each_change_of_people_and_tokens_is_on_the_list_without_a_secret(db: Database) -> None:
    lin = add(db, "lin")
    add(db, "mara", "viewer")
    db.write_now(lambda s: people.set_role(s, lin.id, "mara", "editor", NOW))
    db.write_now(lambda s: people.set_password(s, lin.id, "mara", "eleven bridges 夜", now=NOW))
    made = token(db, lin, "read")
    db.write_now(lambda s: people.revoke(s, lin.id, made.token.id, NOW))
    db.write_now(lambda s: people.remove(s, lin.id, "mara", NOW))
    rows = db.read(audit.changes)
    assert [(row.person, row.what, row.object) for row in rows][::-1] == [
        ("", "person added", "lin"),
        ("", "person added", "mara"),
        ("lin", "role changed", "mara"),
        ("lin", "password changed", "mara"),
        ("lin", "token made", "phone"),
        ("lin", "token revoked", "phone"),
        ("lin", "person removed", "mara"),
    ]
    changed = next(row for row in rows if row.what == "role changed")
    assert (changed.before, changed.after) == ({"role": "viewer"}, {"role": "editor"})
    assert [row.id for row in db.read(lambda s: audit.changes(s, before=rows[2].id, limit=2))] == [rows[3].id, rows[4].id]


def test_language_and_theme_are_each_ones_own(db: Database) -> None:
    lin = add(db, "lin")
    db.write_now(lambda s: people.set_taste(s, lin, "zh", "dark"))
    found = db.read(lambda s: people.named(s, "lin"))
    assert (found.language, found.theme) == ("zh", "dark")
    with pytest.raises(PeopleError):
        db.write_now(lambda s: people.set_taste(s, lin, "fr", None))
