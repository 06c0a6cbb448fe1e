"""The alerts of a rule as an Atom feed (RFC 4287) and a JSON Feed (jsonfeed.org, version 1.1), so that a feed reader is a channel too.

Files are written when a rule's alerts have changed, whole or not at all. What pages say goes through a serializer, as text and never
as markup, without the characters that XML does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from jobs import files, log
from jobs.deliver.message import short_id
from jobs.deliver.rendering import safe_link
from jobs.safe_text import in_xml, stripped
from storage.alerts import ledger
from storage.alerts.ledger import Entry
from storage.db.database import Database

ATOM = "http://www.w3.org/2005/Atom"
SUMMARY = 500  # code points of a record's text where it has no summary
NAMED = 20  # tellers that an entry names
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries changed: what it says stays the same until there is one
_NOT_A_NAME = re.compile(r"[^\w.@+-]+")

_log = log.get("feeds")


@dataclass(frozen=True, slots=True)
class Feed:
    """One rule's feed. `address` is where its folder is shown, "" if nowhere; `zone` that of its times."""

    rule: str
    address: str
    entries: Sequence[Entry]
    zone: tzinfo = UTC

    def shown(self, moment: datetime) -> str:
        """A time as the feed says it."""
        return moment.astimezone(self.zone).isoformat()

    def published(self, entry: Entry) -> str:
        """When the article of an alert appeared, or else when it was told."""
        said = entry.payload["record"]["published"]
        return self.shown(datetime.fromisoformat(said) if said else entry.created_at)

    @property
    def title(self) -> str:
        """What a reader shows."""
        return _text(f"智讯 · {self.rule}")

    def url(self, suffix: str) -> str:
        """The feed's own address, or ""."""
        return f"{self.address.rstrip('/')}/{quote(file_name(self.rule))}.{suffix}" if self.address else ""


def file_name(rule: str) -> str:
    """A rule's name as a file's, on any system. Different rules have different ones."""
    plain = _NOT_A_NAME.sub("-", rule).strip(".-")
    return plain if plain == rule else f"{plain or 'rule'}-{uuid5(NAMESPACE_URL, rule).hex[:6]}"


def _text(words: str) -> str:
    return in_xml(stripped(words))


def _id(feed: Feed, entry: Entry) -> str:
    """The same in every database that holds the alert: made of rule and address."""
    follows = json.dumps(entry.payload.get("follows", {}), sort_keys=True)
    return uuid5(NAMESPACE_URL, f"zhixun {feed.rule} {entry.payload['record']['link']} {follows}").urn


def _lines(entry: Entry) -> list[str]:
    """What an entry says: the summary, why it matched, and who else told it."""
    record, payload = entry.payload["record"], entry.payload
    lines = [record["summary"] or record["text"][:SUMMARY]]
    lines += [f"{match['term']}: {match['quote']}" for match in payload["matched"]]
    for key, label in (("ai_technologies", "AI技术"), ("industries", "行业"), ("keywords", "关键词")):
        lines += [f"{label}: {', '.join(record[key])}"] if record[key] else []
    if entry.reprints:
        lines.append(f"另有 {entry.reprints} 家 / also told by {entry.reprints}:")
        lines += [f"- {one.title} ({one.source}) {one.link}" for one in entry.duplicates[:NAMED]]
    shown = [short_id(entry.alert_id)] if entry.alert_id else []  # a record that a search found was no alert
    return [*shown, *(_text(line) for line in lines if line)]


def to_atom(feed: Feed) -> bytes:
    """The feed as an Atom document."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=cast(Any, {None: ATOM}))
    _add(root, "id", uuid5(NAMESPACE_URL, f"zhixun {feed.rule}").urn)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.shown(max((entry.changed_at for entry in feed.entries), default=NEVER)))
    _add(_add(root, "author"), "name", "智讯")
    if feed.address:
        _add(root, "link", rel="self", href=feed.url("xml"), type="application/atom+xml")
    for entry in feed.entries:
        record = entry.payload["record"]
        node = _add(root, "entry")
        _add(node, "id", _id(feed, entry))
        _add(node, "title", _text(record["title"]))
        _add(node, "updated", feed.shown(entry.changed_at))
        _add(node, "published", feed.published(entry))
        if link := safe_link(record["link"]):
            _add(node, "link", rel="alternate", href=link)
        _add(_add(node, "author"), "name", _text(record["author"] or record["publisher"] or record["source"] or "–"))
        for keyword in record["keywords"]:
            _add(node, "category", term=_text(keyword))
        _add(node, "content", "\n".join(_lines(entry)), type="text")
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    node = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    node.text = text
    return node


def to_json_feed(feed: Feed) -> bytes:
    """The feed as a JSON Feed."""
    made = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title}
    if feed.address:
        made["feed_url"] = feed.url("json")
    items = [_item(feed, entry) for entry in feed.entries]
    return json.dumps(made | {"items": items}, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _item(feed: Feed, entry: Entry) -> dict[str, Any]:
    record = entry.payload["record"]
    author = record["author"] or record["publisher"] or record["source"]
    item = {
        "id": _id(feed, entry),
        "url": safe_link(record["link"]),
        "title": _text(record["title"]),
        "content_text": "\n".join(_lines(entry)),
        "date_published": feed.published(entry),
        "date_modified": feed.shown(entry.changed_at),
        "authors": [{"name": _text(author)}] if author else [],
        "tags": [_text(keyword) for keyword in record["keywords"]],
        "language": record["language"],
    }
    return {key: value for key, value in item.items() if value}


class Feeds:
    """Writes the files of those rules whose alerts have changed since the last time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._written: dict[str, tuple[int, int]] = {}
        self._where: tuple[object, ...] = ()

    def write(
        self, rules: Sequence[str], folder: str | None, address: str = "", limit: int = 100, zone: tzinfo = UTC
    ) -> list[str]:
        """The rules whose files were written. A folder that cannot be written is logged; the next change tries again."""
        if folder is None:
            return []
        if self._where != (folder, address, limit, zone):
            self._where, self._written = (folder, address, limit, zone), {}
        marks = self._db.read(ledger.marks)
        stale = [rule for rule in rules if self._written.get(rule) != marks.get(rule, (0, 0))]
        for rule in stale:
            feed = Feed(rule, address, self._db.read(lambda s, rule=rule: ledger.entries(s, rule, limit)), zone)  # type: ignore[misc]
            base = Path(folder) / file_name(rule)
            try:
                base.parent.mkdir(parents=True, exist_ok=True)
                for suffix, body in (("xml", to_atom(feed)), ("json", to_json_feed(feed))):
                    # a web server, which is somebody else, shows it
                    files.replace(base.with_name(f"{base.name}.{suffix}"), body, 0o644)
            except OSError as error:
                _log.error("a feed cannot be written", rule=rule, folder=folder, error=error.strerror)
                continue
            self._written[rule] = marks.get(rule, (0, 0))
        return stale
