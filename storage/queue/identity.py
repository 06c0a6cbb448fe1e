"""Links whose address is new and whose article is not.

They are told by the source's own name for the article (guid), as entries of a page that is known, or by their title, where addresses
change at every poll. What only may be the same is new: better told twice than missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, null, select, update
from sqlalchemy.orm import Session

from crawler.record import Link
from crawler.text import normal
from crawler.url import asked_host, fragment_of
from storage.db.mapping import link_to_json
from storage.db.models import article, task
from storage.db.texts import number_of
from storage.queue import hosts, known_links
from storage.queue.known_links import Known
from storage.queue.tasks import Task, chunks

LATEST = 400  # articles of a source whose addresses are compared with new ones
SHORTEST_TITLE = 8  # characters of the normal form that tell an article, where its address does not
SAME_DATE = timedelta(minutes=2)

Keys = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Of the new keys: `known` need no reading; `moved` are the new addresses of tasks (by id), to be read again unless they are
    known, too. `unstable` names what changes in the addresses of the source from poll to poll."""

    known: frozenset[str] = frozenset()
    moved: Mapping[str, int] = field(default_factory=dict)
    unstable: str | None = None


def key_of(link: Link, keys: Keys) -> str:
    """The dedup key of a link."""
    return keys(link.url, link.entry) if link.entry else keys(link.url)


# ---- entries of one page


def with_single_entries(session: Session, poll: Task, listed: dict[str, Link], keys: Keys) -> dict[str, Link]:
    """The list by key; an entry that stands alone in this answer, on a page that is known for another one, gets a key of its own."""
    alone = {key: link for key, link in listed.items() if link.entry is None and (link.guid or fragment_of(link.url))}
    apart: dict[str, Link] = {}
    for one in _known(session, poll, alone):
        if entry := _another_entry(one, alone[one.key]):
            apart[one.key] = replace(alone[one.key], entry=entry)
    if not apart:
        return listed
    return {key_of(link, keys): link for link in (apart.get(key, link) for key, link in listed.items())}


def _another_entry(one: Known, link: Link) -> str | None:
    """What tells this entry from the one that its page is known for; None where it is that one."""
    if _same_title(one.title, link.title) or one.is_called(link.guid):
        return None
    before, now = one.fragment, fragment_of(link.url)
    if before and now:
        return now if before != now else None
    later = one.published is not None and link.published is not None and link.published > one.published
    return link.guid if one.guid and one.title and later else None


# ---- what is known under another address


def recognise(
    session: Session,
    poll: Task,
    listed: Mapping[str, Link],
    known: set[str],
    keys: Keys,
    *,
    last: datetime | None,
    unstable: bool,
    now: datetime,
) -> Recognised:
    """What the new keys of a list are. `last` is the good poll before; `unstable`: its addresses had changed, too."""
    new = {key: link for key, link in listed.items() if key not in known}
    trusted = _names_hold(session, poll, {key: link for key, link in listed.items() if key in known})
    if not new:
        return Recognised()
    same, moved = _by_name(session, poll, new, listed, keys, now=now) if trusted else (set(), {})
    rest = {key: link for key, link in new.items() if key not in same | set(moved)}
    same |= _as_entries(session, poll, rest, keys)
    rest = {key: link for key, link in rest.items() if key not in same}
    renamed, slot = _renamed(session, poll, rest, listed, last=last, established=unstable) if rest else (set(), None)
    if unstable:  # they move at every poll: what has no new headline is not read each time
        titles = dict(session.execute(_TITLES.where(task.c.id.in_(moved.values()))).all())
        same |= {key for key, number in moved.items() if _same_title(titles.get(number), new[key].title)}
    return Recognised(frozenset(same | renamed), moved, slot or ("guid" if moved else None))


def _names_hold(session: Session, poll: Task, listed: Mapping[str, Link]) -> bool:
    """Whether the source still calls its articles as before (some number them anew at each poll). Names not noted yet are."""
    unnamed: list[Known] = []
    kept = changed = 0
    for one in _known(session, poll, {key: link for key, link in listed.items() if link.guid}):
        if one.guid is None:
            unnamed.append(one)
        else:
            same = one.is_called(listed[one.key].guid)
            kept, changed = kept + same, changed + (not same)
    tasks = [{"id_": one.task_id, "name": listed[one.key].guid} for one in unnamed if one.task_id is not None]
    if tasks:
        session.connection().execute(update(task).where(task.c.id == bindparam("id_")).values(guid=bindparam("name")), tasks)
    known_links.name(session, {one.key: listed[one.key].guid for one in unnamed if one.task_id is None})
    return changed <= kept


def _by_name(
    session: Session, poll: Task, new: Mapping[str, Link], listed: Mapping[str, Link], keys: Keys, *, now: datetime
) -> tuple[set[str], dict[str, int]]:
    """The keys whose name is known: those that need no reading, and those whose article has moved there."""
    by_name = {link.guid: key for key, link in new.items() if link.guid}
    same: set[str] = set()
    moved: dict[str, int] = {}
    for some in chunks(list(by_name)):
        query = select(task.c.id, task.c.key, task.c.url, task.c.guid, task.c.state)
        for row in session.execute(query.where(task.c.source_id == poll.source_id, task.c.guid.in_(some)).order_by(task.c.id)):
            key = by_name[row.guid]
            if row.key in listed:
                continue  # both are listed, so they are two
            if row.state == "leased" or row.url == new[key].url or keys(row.url) == keys(new[key].url):
                same.add(key)
            elif row.state != "paused":
                moved[key] = row.id
    for guid, row in known_links.called(session, poll.source_id, list(by_name)):
        key, own = by_name[guid], known_links.key_of(row)
        if own in listed:
            continue
        if own is None or number_of(keys(new[key].url)) == (row.place or row.key):
            same.add(key)
        else:
            moved[key] = known_links.wake(session, row, new[key], now)
    return same, {key: number for key, number in moved.items() if key not in same}


def _as_entries(session: Session, poll: Task, new: Mapping[str, Link], keys: Keys) -> set[str]:
    """Entries under keys of their own, that are known as the whole page: each was alone in its answer when it came."""
    pages = {keys(link.url): key for key, link in new.items() if link.entry}
    alone = {one.key: one for one in _known(session, poll, pages)}
    return {
        key
        for key, link in new.items()
        if link.entry and (one := alone.get(keys(link.url))) and (_same_title(one.title, link.title) or _same_place(one, link))
    }


def _same_place(one: Known, link: Link) -> bool:
    """Of two links to one page."""
    return bool(one.fragment) and one.fragment == fragment_of(link.url) and (one.guid is None or one.is_called(link.guid))


def move(session: Session, moved: Mapping[int, Link], known: Set[int], now: datetime) -> None:
    """Give these tasks their new addresses, and read them again there, except those that are known to be the same."""
    for name in {asked_host(link.url) for link in moved.values()}:
        hosts.ready(session, name, now)
    for number, link in moved.items():
        depth = task.c.depth + (task.c.state == "done").cast(task.c.depth.type)
        due = {"state": "due", "due_at": now, "turn": now, "attempts": 0, "depth": depth}
        place = {"url": link.url, "host": asked_host(link.url), "hint": link_to_json(link)}
        values = place if number in known else due | place
        session.execute(update(task).where(task.c.id == number, task.c.state != "leased").values(values))


# ---- addresses that change at every poll

_token = re.compile(r"[^/?&#]+")
_day = re.compile(r"(?:19|20)\d\d[-_.]?(?:[01]?\d[-_.]?(?:[0-3]?\d)?)?|\d{1,3}|\d\d[01]\d[0-3]\d")
_random = re.compile(r"0\.\d{3,}|(?=.*[0-9])(?=.*[A-Za-z])[\w.%-]{6,}|[0-9A-Fa-f-]{16,}")
_naming = re.compile(r"\d|[a-z]{2,}[-_][a-z]{2,}|%")


def _renamed(
    session: Session, poll: Task, new: Mapping[str, Link], listed: Mapping[str, Link], *, last: datetime | None, established: bool
) -> tuple[set[str], str | None]:
    """The keys whose articles were listed by the poll before with this title, under addresses that are listed no more; and what has
    changed in them. Only where it is one part of each address, without which they still differ, or where it is all of them."""
    olds: dict[str, list[Any]] = {}
    for row in _latest(session, poll):
        title = normal(row.title or (row.hint or {}).get("title") or "")
        if len(title) >= SHORTEST_TITLE and row.key not in listed and (established or (last and row.created_at >= last)):
            olds.setdefault(title, []).append(row)
    pairs = [(key, row) for key, link in new.items() for row in olds.get(normal(link.title or ""), ()) if _one_date(row, link)]
    slots: dict[str, dict[str, str]] = {}
    for key, row in pairs:
        if found := _one_part(key, row.key):
            slots.setdefault(found[0], {})[key] = found[1]
    for slot, rest in sorted(slots.items(), key=lambda item: -len(item[1])):
        distinct = len(set(rest.values())) == len(rest)
        one = any(_is_random(key, slot) and _naming.search(rest[key].partition("/")[2]) for key in rest)
        if distinct and (len(rest) > 1 or one):
            return set(rest), slot
    titled = [link for link in listed.values() if len(normal(link.title or "")) >= SHORTEST_TITLE]
    same = {key for key, _ in pairs}
    return (same, "address") if len(same) >= 3 and len(same) * 5 >= len(titled) * 4 else (set(), None)


def _one_part(new: str, old: str) -> tuple[str, str] | None:
    """(what it is called, the address without it), where the two differ in one part that is neither a date nor a small number."""
    left, right = _token.findall(new), _token.findall(old)
    apart = [place for place, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]]
    if len(left) != len(right) or len(apart) != 1 or not apart[0]:
        return None
    place = apart[0]
    (name, mark, value), (other, _, before) = left[place].partition("="), right[place].partition("=")
    if name != other and mark:
        return None
    if any(_day.fullmatch(each) for each in ((value, before) if mark else (name, other))):
        return None
    return name if mark else f"part {place} of the path", "/".join((*left[:place], *left[place + 1 :]))


def _is_random(key: str, slot: str) -> bool:
    """True where the part is a parameter whose value no one would choose."""
    return any(_random.fullmatch(part.partition("=")[2]) for part in _token.findall(key) if part.partition("=")[0] == slot)


def _one_date(row: Any, link: Link) -> bool:
    said = row.published or (datetime.fromisoformat(row.hint["published"]) if row.hint and row.hint.get("published") else None)
    return said is None or link.published is None or abs(said - link.published) <= SAME_DATE


def _latest(session: Session, poll: Task) -> Iterator[Any]:
    """The last tasks of a source, and the last articles, whose tasks may be gone."""
    of_tasks = select(task.c.key, task.c.created_at, task.c.hint, article.c.title, article.c.published)
    of_tasks = of_tasks.outerjoin(article, article.c.link_key == task.c.key)
    of_tasks = of_tasks.where(task.c.source_id == poll.source_id, task.c.kind == "article").order_by(task.c.id.desc())
    rows = session.execute(of_tasks.limit(LATEST)).all()
    yield from rows
    read = (article.c.link_key.label("key"), article.c.first_seen.label("created_at"), null().label("hint"))
    of_articles = select(*read, article.c.title, article.c.published).where(article.c.source == poll.source)
    tasks = {row.key for row in rows}
    for row in session.execute(of_articles.order_by(article.c.shown_at.desc(), article.c.id.desc()).limit(LATEST)).all():
        if row.key not in tasks:
            yield row


# ---- rows

_TITLES = select(task.c.id, article.c.title).join(article, article.c.link_key == task.c.key)


def _known(session: Session, poll: Task, wanted: Iterable[str]) -> Iterator[Known]:
    """What is known of the source's own links with these keys."""
    keys = list(wanted)
    columns = (task.c.id, task.c.key, task.c.url, task.c.guid, article.c.title, article.c.published)
    query = select(*columns).outerjoin(article, article.c.link_key == task.c.key).where(task.c.source_id == poll.source_id)
    for some in chunks(keys):
        for row in session.execute(query.where(task.c.key.in_(some))).all():
            guid = number_of(row.guid) if row.guid else None
            yield Known(row.key, guid, fragment_of(row.url) or None, row.title, row.published, row.id)
    yield from known_links.of_source(session, poll.source_id, keys)


def _same_title(one: str | None, other: str | None) -> bool:
    return bool(one and other) and normal(one or "") == normal(other or "")
