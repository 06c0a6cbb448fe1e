"""How sources come into the configuration, and leave it for other programs: discovery, the catalogue, lists of feed readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.i18n import tr
from crawler.sandbox.pool import Readers
from crawler.url import link_key
from jobs.config.edit import Add, Entry
from jobs.config.load import Config, SourceConfig
from jobs.formats.opml import Outline
from jobs.near import instead
from jobs.parts import fetch_rules
from jobs.redaction import blank
from jobs.services.configuration import Conflict, Edited, Refused, edit
from jobs.services.lookup import Unknown, named
from jobs.services.sourcing import discover as discovery
from jobs.services.sourcing.catalogue import catalogue
from jobs.services.sourcing.discover import Discovered
from jobs.services.sourcing.fetch_one import fetching

_BESIDE = ("name", "url", "kind", "tags", "enabled")  # keys of an entry that have a place of their own in OPML
_OPEN_HEADERS = ("referer", "accept", "accept-language", "user-agent", "x-requested-with", "app-version")  # hold no secret
_secret_word = re.compile(r"token|key|secret|pass|auth|session|cookie", re.IGNORECASE)


async def discover(config: Config, url: str, now: datetime, tell: Callable[[str], None] = lambda _url: None) -> Discovered:
    """What of a site could be watched, best first, with titles to judge it by. `tell` hears of each address that is asked."""
    with closing(Readers(workers=1)) as readers:
        async with fetching(fetch_rules(config)) as fetcher:
            return await discovery.discover(url, fetcher, readers, now, config.zone, tell=tell)


def listed(what: str, name: str | None = None) -> dict[str, Any] | None:
    """The entry of a source of the catalogue, if it has one of this name. Raises Unknown for a bare word that can be no address either."""
    found = catalogue().get(what)
    if found is None and not set(what) & set(".:/") and what != "localhost":
        there = instead(what, catalogue())
        raise Unknown(tr("{text!r} is neither a web address nor a name of the catalogue; {instead}", text=what, instead=there))
    return {"name": name or what, **found.entry} if found else None


def tagged(entry: Entry, tags: Iterable[str]) -> dict[str, Any]:
    """An entry with more tags, and without what is empty."""
    whole = {**entry, "tags": list(dict.fromkeys((*entry.get("tags", ()), *tags)))}
    return {key: value for key, value in whole.items() if value not in ([], None)}


def known(config: Config, entry: Entry) -> str | None:
    """Why an entry is no addition: its name or its address is there already (a POST to one address is another source)."""
    for row in config.sources:
        if row.name == entry.get("name"):
            return tr("there is a source {name} already", name=row.name)
        if link_key(row.url) == link_key(str(entry.get("url"))) and row.body == entry.get("body"):
            return tr("{name} watches {url} already", name=row.name, url=blank(row.url, config.secrets()))
    return None


def settings(config: Config, name: str) -> dict[str, str]:
    """What the configuration says of a source beyond its defaults, secrets hidden. Raises Unknown."""
    said = named("source", name, config.sources).model_dump(mode="json", exclude_defaults=True, exclude={"name", "url"})
    plain = {key: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in said.items()}
    return {key: blank(value, config.secrets()) for key, value in plain.items()}


def add(
    path: Path, config: Config, entries: Sequence[Entry], environ: Mapping[str, str], seen: str | None = None
) -> Edited | Refused | Conflict:
    """Write sources into the configuration, all or none."""
    why = next(filter(None, (known(config, entry) for entry in entries)), None)
    return Refused(why) if why else edit(path, [Add("sources", tuple(entries))], environ, seen)


# ---- lists of feed readers


def entries_of(outlines: Iterable[Outline], config: Config) -> list[dict[str, Any]]:
    """Those of a list that are not watched yet, as entries, each with a name of its own."""
    taken = {row.name for row in config.sources}
    entries = []
    for outline in outlines:
        options = {key: value for key, value in outline.options.items() if key not in _BESIDE}
        name = outline.title if outline.title and outline.title not in taken else ""
        entry = {"name": name, "url": outline.url, "kind": outline.kind, **options, "tags": list(outline.tags)}
        if known(config, entry) is None:
            entry["name"] = name or discovery.name_for(outline.url, taken)
            taken.add(entry["name"])
            entries.append(entry)
    return entries


def not_taken(outlines: Iterable[Outline], config: Config) -> list[str]:
    """What of a list is no new source, or is said in another program's own words, each with its line."""
    said = []
    for outline in outlines:
        title = outline.title or outline.url
        if why := known(config, {"url": outline.url, "body": outline.options.get("body")}):
            said.append(tr("line {line}, {title}: {why}", line=outline.line, title=title, why=why))
        elif any(outline.foreign.values()):
            said.append(tr("line {line}, {title}: holds another program's settings; `zhixun migrate` reads those of Miniflux and FreshRSS", line=outline.line, title=title))  # fmt: skip
    return said


def outlines_of(config: Config) -> tuple[list[Outline], list[str]]:
    """The sources for other programs, and the names of those that are left out because they hold a secret."""
    secrets = config.secrets()
    secret = [row.name for row in config.sources if _holds(row, secrets)]
    return [_outline(row) for row in config.sources if row.name not in secret], secret


def _outline(row: SourceConfig) -> Outline:
    shown = row.model_dump(mode="json", exclude={*_BESIDE}, exclude_none=True, exclude_defaults=True)
    headers = {name: value for name, value in shown.pop("headers", {}).items() if name.lower() in _OPEN_HEADERS}
    return Outline(row.name, row.url, row.kind, row.tags, shown | ({"headers": headers} if headers else {}))


def _holds(row: SourceConfig, secrets: Iterable[str]) -> bool:
    """True for a source whose exported part would tell a secret, or works only with one."""
    private = any(name.lower() not in (*_OPEN_HEADERS, "content-type") for name in row.headers)
    told = f"{row.url} {_outline(row).options}"
    return private or _secret_word.search(str(row.body or "")) is not None or any(secret in told for secret in secrets)
