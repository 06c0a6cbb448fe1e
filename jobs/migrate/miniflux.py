"""Miniflux: its OPML export, the feeds of its API (`/v1/feeds`), and the filters of its user (`/v1/me`).

An entry passes there unless a block rule finds it, and only if a keep rule finds it, where there are such; rules of entries stand before
the older expressions. A feed with filters becomes a source and a rule of that source alone; expressions are RE2 here as there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.i18n import tr
from jobs.formats.opml import plain_name
from jobs.migrate.moved import Foreign, Moved, MoveError, Moving, Place, always, mapping, texts
from jobs.migrate.queries import either, expression, fault, sound

_FIELDS = {"EntryTitle": "title", "EntryURL": "link", "EntryContent": "text", "EntryAuthor": "author", "EntryTag": "keyword"}
_OLD_FIELDS = ("link", "title", "author", "keyword")  # where an expression that names no field is looked for
_day = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(files: Sequence[Foreign]) -> Moved:
    """What these files hold. Raises MoveError."""
    moving = Moving()
    users, feeds = [], []
    for file in files:
        if file.text.lstrip()[:1] == "<":
            feeds += list(_of_opml(moving, file))
            continue
        data = _json(file)
        if isinstance(data, dict) and "feeds" not in data:
            users.append((file, data))
            continue
        rows = data["feeds"] if isinstance(data, dict) else data
        rows = rows if isinstance(rows, list) else []
        feeds += [(_place(file, row), row) for row in rows if isinstance(row, dict)]
    own = [_entry_rules(moving, user, Place(file.name)) for file, user in users]
    for place, feed in feeds:
        _feed(moving, place, feed, own)
    if not feeds:
        raise MoveError(tr("no feeds: give the OPML export, or what /v1/feeds of the API answers"))
    return moving.done()


def _place(file: Foreign, feed: Mapping[str, Any]) -> Place:
    """Where its address stands; Go writes an & its own way."""
    written = json.dumps(str(feed.get("feed_url")), ensure_ascii=False)
    return Place(file.name, file.line(written) or file.line(written.replace("&", "\\u0026")))


def _json(file: Foreign) -> Any:
    try:
        data = json.loads(file.text)
    except (ValueError, RecursionError) as error:
        raise MoveError(tr("{file} is neither OPML nor JSON: {why}", file=file.name, why=error)) from None
    if not isinstance(data, dict | list):
        raise MoveError(tr("{file} holds no list of feeds", file=file.name))
    return data


def _of_opml(moving: Moving, file: Foreign) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Feeds with the names that the API has for their settings."""
    known = "scraper_rules rewrite_rules blocklist_rules keeplist_rules block_filter_entry_rules keep_filter_entry_rules user_agent crawler"
    known += " fetch_via_proxy disabled allow_self_signed_certificates urlrewrite_rules ignore_http_cache disable_http2 proxy_url"
    names, words = {name.replace("_", ""): name for name in known.split()}, {"true": True, "false": False}
    for outline in moving.opml(file):
        said = {names.get(name, name): words.get(value, value) for name, value in outline.foreign.items()}
        yield Place(file.name, outline.line), said | {"feed_url": outline.url, "title": outline.title, "tags": list(outline.tags)}


def _feed(moving: Moving, place: Place, feed: Mapping[str, Any], own: Sequence[tuple[list[str], list[str]]]) -> None:
    category = mapping(feed.get("category"))
    tags = texts(feed.get("tags")) or [name for name in [plain_name(str(category.get("title") or ""))] if name]
    headers = {"User-Agent": str(feed["user_agent"])} if feed.get("user_agent") else {}
    off = False if feed.get("disabled") else None
    name = moving.source(place, str(feed.get("title") or ""), str(feed.get("feed_url") or ""), kind="feed", tags=list(tags), headers=headers, enabled=off)  # fmt: skip
    if name is None:
        return
    secret = tr("it is a secret: write it as a header of the source, out of the environment")
    moving.none_of(always(place), feed, {
        "username": secret, "password": secret, "cookie": secret,
        "urlrewrite_rules": tr("addresses are not rewritten here"), "rewrite_rules": tr("texts are read by themselves, without rules"),
        "scraper_rules": tr("texts are read by themselves, without rules"), "fetch_via_proxy": tr("Zhixun goes by no proxy"),
        "proxy_url": tr("Zhixun goes by no proxy"), "allow_self_signed_certificates": tr("certificates are always checked"),
        "apprise_service_urls": tr("write it as a channel: apprise+ADDRESS"), "webhook_url": tr("write it as a channel: webhook+ADDRESS"),
        "ntfy_enabled": tr("write it as a channel: ntfy://HOST/TOPIC"), "pushover_enabled": tr("write it as a channel: apprise+pover://…"),
    }, name)  # fmt: skip
    block, keep = _entry_rules(moving, feed, place)
    block += [*(term for terms, _ in own for term in terms), *_old(moving, place, feed, "blocklist_rules")]
    keep += [term for _, terms in own for term in terms]
    if keep and feed.get("keeplist_rules"):
        moving.note(place, f"{name}, keeplist_rules", tr("Miniflux does not look at it where there are keep rules of entries"))
    keep = keep or _old(moving, place, feed, "keeplist_rules")
    if not keep and any(feed.get(key) for key in ("keep_filter_entry_rules", "keeplist_rules")):
        why = tr("none of its keep rules can be carried over: without them its rule would match more than it is to")
        moving.lose(place, name, why)
    elif block or keep:
        moving.rule(name, place, [either(keep)] if keep else [], block, [name])


def _entry_rules(moving: Moving, row: Mapping[str, Any], place: Place) -> tuple[list[str], list[str]]:
    """The terms of the block and of the keep rules."""
    found = []
    for key in ("block_filter_entry_rules", "keep_filter_entry_rules"):
        lines = [line.strip() for line in str(row.get(key) or "").splitlines() if line.strip()]
        found.append([term for line in lines if (term := _entry_rule(moving, place, line))])
    return found[0], found[1]


def _entry_rule(moving: Moving, place: Place, line: str) -> str:
    """The term of one line; "" where there is none, which is said."""
    kind, _, value = (part.strip() for part in line.partition("="))
    if kind == "EntryDate":
        term = _date(value)
        why = "" if term else tr("this condition on dates has no counterpart")
    elif kind in _FIELDS and value:
        term = f"{_FIELDS[kind]}:{expression(value)}"
        why = sound(term)
    else:
        term, why = "", tr("this is looked for in no field that a record has")
    if why:
        moving.lose(place, line, why)
        return ""
    if kind == "EntryTag":
        why = tr("looked for among the keywords of the article, which may be others than the tags of the feed")
        moving.note(place, line, why)
    return term


def _date(value: str) -> str:
    """``before:2026-01-01`` and its like as a condition on `published`."""
    how, _, given = value.partition(":")
    days = [day.strip() for day in given.split(",")]
    if how == "max-age":
        term = f"published:<-{given.strip()}"
    elif not all(map(_day.fullmatch, days)):
        return ""
    elif how == "between" and len(days) == 2:
        term = f"(published:>={days[0]} published:<{days[1]})"
    else:
        term = {"before": f"published:<{days[0]}", "after": f"published:>={days[0]}"}.get(how, "")
    return term if term and not fault(term) else ""


def _old(moving: Moving, place: Place, feed: Mapping[str, Any], key: str) -> list[str]:
    """An expression that is looked for in address, title, author and tags."""
    pattern = str(feed.get(key) or "").strip()
    if not pattern:
        return []
    if why := sound(expression(pattern)):
        moving.lose(place, f"{key}: {pattern}", why)
        return []
    return [either(f"{name}:{expression(pattern)}" for name in _OLD_FIELDS)]
