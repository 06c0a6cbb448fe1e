"""The tables. Each is named by what one row of it is.

source ─┬─ task (a poll, or an article to read)          host (when it may be asked again)
        ├─ known_link (an article that was read)
        └─ article ─┬─ article_alias, revision, shingle, story_key, story_pair, annotation, correction
                    ├─ mention ── concept ── volume     (and search_index, which storage/archive/search_index.py knows)
                    └─ alert ─┬─ delivery ── attempt     tally (of a rule and day)
                              └─ teller                  heartbeat, usage, model_usage
worker (who takes part), lease (who may do what only one may), inbox (records that wait to be stored), published (configuration)
person ─┬─ session, token, seen (of a story)             verdict, change (what people said, and what they changed)
        └─ label, note, task_of (of a story, for all)    week, frozen (as editors left it; as it was)
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from storage.db.texts import packed, storable, to_json, unpacked

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in, the same moment in UTC out. A naive one is a mistake of the program."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: storage keeps aware moments only")
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """From UTC; SQLite has the bare digits, which are read in one step: lists of a month have tens of thousands."""
        return _moment_of_digits if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From the zone of the session to UTC."""
        return None if value is None else value.astimezone(UTC)


def _moment_of_digits(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


class AnyText(TypeDecorator[str]):
    """Text of any length; the few code points that no database keeps become U+FFFD, so that no page is refused for them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Without NUL and lone surrogates."""
        return None if value is None else storable(value)


class PackedText(AnyText):
    """Text that SQLite's file keeps deflated; PostgreSQL does so by itself. No SQL can look into it."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """As it is kept."""
        text = super().process_bind_param(value, dialect)
        return packed(text) if text is not None and dialect.name == "sqlite" else text

    def process_result_value(self, value: str | bytes | None, _dialect: Dialect) -> str | None:
        """As it was."""
        return None if value is None else unpacked(value)


class PackedJson(TypeDecorator[Any]):
    """JSON in the same way."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """As it is kept."""
        return (lambda value: packed(to_json(value))) if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """As it was."""
        return _from_packed if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_packed(value: str | bytes | None) -> Any:
    return None if value is None else json.loads(unpacked(value))


_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER by itself


def _id() -> Column[Any]:
    return Column("id", _NUMBER, primary_key=True)


def _to(column: str, **options: Any) -> Column[Any]:
    name = options.pop("name", column.replace(".", "_"))
    return Column(name, ForeignKey(column, ondelete=options.pop("ondelete", "CASCADE")), **options)


def _filled(kind: Any, *names: str) -> list[Column[Any]]:
    """Columns that every row has something in."""
    return [Column(name, kind, nullable=False) for name in names]


def _optional(kind: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, kind) for name in names]


def _counts(*names: str) -> list[Column[Any]]:
    return [_count(name) for name in names]


def _count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False, default=0)


def _flag(name: str, default: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=False, default=default)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


def _table(name: str, *parts: Any, **options: Any) -> Table:
    return Table(name, metadata, *parts, **options)


source = _table(
    "source",
    _id(),
    Column("name", AnyText, nullable=False, unique=True),
    *_filled(AnyText, "url", "kind"),
    *_optional(AnyText, "found_kind", "title", "last_outcome", "last_detail"),
    _flag("enabled", default=True),
    *_optional(UtcDateTime, "first_polled_at", "last_polled_at", "last_ok_at", "last_new_at", "told_at", "newest_at"),
    *_counts("fail_count", "polls", "not_modified", "articles"),
    Column("told_state", AnyText),  # the trouble that the operator was told of; null: none, or it is over
    Column("rhythm", JSON(none_as_null=True)),  # when its articles appear, see storage.queue.arrival_rate
    Column("habits", JSON(none_as_null=True)),  # what it is like when all is well, see storage.queue.baseline
    Column("moved_to", AnyText),  # where its address redirects to for good
    Column("subscription", JSON(none_as_null=True)),  # at its hub, see storage.queue.subscriptions
)

host = _table(
    "host",
    Column("name", AnyText, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    Column("reason", AnyText),
    # Not later than its first task may be claimed; null: it has none. This index is what makes a claim as quick at 100,000 hosts as at ten.
    Column("ready_at", UtcDateTime, index=True),
    Column("delay", Float),  # seconds that its robots.txt asks for
    Column("owner", AnyText),  # the worker that asks it …
    Column("held_until", UtcDateTime),  # … and until when nobody else may
)

robots = _table(
    "robots",  # what an origin's robots.txt says, for all workers
    Column("origin", AnyText, primary_key=True),
    Column("body", AnyText, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
)

task = _table(
    "task",
    _id(),
    *_filled(AnyText, "kind", "url", "host", "state"),
    Column("key", AnyText, nullable=False, unique=True),
    _to("source.id", nullable=False, index=True),
    Column("hint", JSON(none_as_null=True)),  # the Link as its spider found it
    *_filled(UtcDateTime, "due_at", "created_at"),
    Column("turn", UtcDateTime, nullable=False),  # its place in the queue: spreads one source's many links, see frontier
    *_counts("attempts", "fence"),
    *_optional(AnyText, "owner", "etag", "last_modified", "reason", "detail"),
    *_optional(UtcDateTime, "lease_until", "done_at"),
    _count("depth"),  # of a poll: 0 is the source's own address; of an article: how often it was read again
    _flag("baseline"),  # it was there before we watched
    Column("guid", AnyText),  # the source's own name for the article
    Column("full_at", UtcDateTime),  # of a poll: when its answer was last a whole one, not 304
    Column("listed_at", UtcDateTime),  # of a child sitemap: its last change, as its parent says
    _one_of("kind", "poll", "article"),
    _one_of("state", "due", "leased", "done", "dead", "skipped", "paused"),
    Index(None, "host", "state", "turn"),
    Index(None, "source_id", "guid"),
    Index(None, "state", "kind"),
    Index("ix_task_host_due_at", "host", "due_at"),  # where the state is due, says its migration: here that needs both dialects
)

known_link = _table(
    "known_link",  # what is left of an article's task when it is done: its link is never new again, see storage.queue.known_links
    Column("key", BigInteger, primary_key=True, autoincrement=False),  # texts are numbers here: of its key, its place, its guid
    _to("source.id", nullable=False),
    Column("article_id", BigInteger),  # as of then; without a reference: the link stays known when the article goes
    Column("guid", BigInteger),
    Column("place", BigInteger),  # the key of its address, where that is another than its own
    Column("fragment", AnyText),
    _flag("baseline"),
    Index(None, "source_id", "guid"),
    sqlite_with_rowid=False,
)

BY_SOURCE = Index("ix_article_source_shown_at_id", "source", "shown_at", "id")
BY_ID = Index("ix_article_id_shown_at_source", "id", "shown_at", "source")
article = _table(
    "article",
    _id(),
    Column("link_key", AnyText, nullable=False, unique=True),
    *_filled(AnyText, "title", "link", "summary", "opening", "content_hash"),
    Column("text", PackedText, nullable=False),
    *_filled(JSON, "keywords", "ai_technologies", "industries", "tags"),
    *_filled(PackedJson, "events", "facts"),
    *_optional(UtcDateTime, "published", "fetched"),
    *_optional(AnyText, "author", "publisher", "language", "source"),
    *_filled(UtcDateTime, "first_seen", "updated_at"),
    Column("analysis", AnyText),  # what made them; null: someone else did
    Column("story", BigInteger, index=True),
    Column("story_reason", AnyText),  # why it belongs to the story of another
    _to("article.id", name="reprint_of", ondelete="SET NULL", index=True),
    Column("shown_at", UtcDateTime, nullable=False),  # published, or first_seen where no one says: what lists are sorted by
    Column("companies", JSON(none_as_null=True)),  # null: from before they were looked for
    # What is asked of many articles is in an index: a row takes several pages.
    Index(None, "shown_at", "id", "story", "source", "language", "reprint_of"),  # who told what when, without reading texts
    BY_SOURCE,
    BY_ID,
    Index(None, "first_seen"),
)

concept = _table(
    "concept",  # a technology, an industry, a company; a language; all
    _id(),
    *_filled(AnyText, "kind", "zh", "en"),
    Column("key", AnyText, nullable=False),  # its id in the word lists, or the normal form of a name that is not there
    UniqueConstraint("kind", "key"),
)

mention = _table(
    "mention",  # of a concept in an article
    _to("concept.id", primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # 20261124, in the operator's own zone
    Column("story", BigInteger, primary_key=True, autoincrement=False),
    _to("article.id", primary_key=True, index=True),
    _flag("acts"),  # a company that acts in the headline or an event, not only named
    sqlite_with_rowid=False,
)

volume = _table(
    "volume",  # of a concept on a day: so many mentions, of so many stories
    _to("concept.id", primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    *_counts("records", "stories"),
    Index(None, "day"),
    sqlite_with_rowid=False,
)

backfill = _table(
    "backfill",  # how far what is worked out of articles reaches back
    Column("name", AnyText, primary_key=True),
    Column("label", AnyText, nullable=False),  # what made it; "": nothing is made yet
    Column("zone", AnyText, nullable=False),  # of its days
    Column("below", BigInteger, nullable=False),  # articles with a smaller id are still to be done
)

article_alias = _table(
    "article_alias",
    Column("link_key", AnyText, primary_key=True),
    _to("article.id", index=True),  # null: several different articles claim this address, so it proves nothing
)

revision = _table(
    "revision",
    _id(),
    _to("article.id", nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    *_filled(AnyText, "title", "content_hash"),
    Column("text", PackedText, nullable=False),
)


def _keys(name: str) -> Table:
    """Keys by which articles are found, see storage.stories.shared_keys. Without a reference: what is left of an article ages out."""
    columns: tuple[tuple[str, Any], ...] = (("part", Integer), ("key", Integer), ("article_id", _NUMBER))
    key = (Column(column, kind, primary_key=True, autoincrement=False) for column, kind in columns)
    return _table(name, *key, sqlite_with_rowid=False)


shingle, story_key = _keys("shingle"), _keys("story_key")

story_pair = _table(
    "story_pair",  # what a person said of two articles, the older one first: one event, or two
    _to("article.id", name="one", primary_key=True),
    _to("article.id", name="other", primary_key=True, index=True),
    Column("together", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

alert = _table(
    "alert",
    _id(),
    Column("dedup_key", AnyText, nullable=False, unique=True),
    Column("rule", AnyText, nullable=False, index=True),
    Column("rule_version", AnyText, nullable=False),
    _to("article.id", nullable=False, index=True),
    Column("story", BigInteger, nullable=False),
    Column("payload", JSON, nullable=False),  # frozen: a retry sends the same message
    _count("reprints"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # when it may leave at the earliest
    _to("alert.id", name="follows", index=True),  # told again, or corrected: what this one goes back to
    Index(None, "story", "id"),
    Index(None, "created_at", "id", "story"),  # what is unread, without reading payloads
)

duplicate = _table(
    "teller",  # an article that would have raised an alert again, and was counted on it instead
    _to("alert.id", primary_key=True),
    _to("article.id", primary_key=True, index=True),
    *_filled(AnyText, "how", "reason"),
    Column("at", UtcDateTime, nullable=False),
    Column("draft", JSON(none_as_null=True)),  # the alert that was not raised, see storage.alerts.withheld
    _one_of("how", "reprint", "event"),
)

tally = _table(
    "tally",
    Column("rule", AnyText, primary_key=True),
    Column("day", AnyText, primary_key=True),  # 2026-11-24, in UTC
    *_counts("matches", "alerts"),
    Column("last_at", UtcDateTime, nullable=False),
)

delivery = _table(
    "delivery",
    _id(),
    _to("alert.id", nullable=False),
    *_filled(AnyText, "channel", "state"),
    Column("idem_key", AnyText, nullable=False, unique=True),
    *_counts("attempts", "fence"),
    Column("next_at", UtcDateTime, nullable=False),
    *_optional(AnyText, "owner", "last_error", "vendor_answer"),
    *_optional(UtcDateTime, "lease_until", "sent_at"),
    _count("recoveries"),  # how often the program ended while this was being sent
    UniqueConstraint("alert_id", "channel"),
    _one_of("state", "pending", "sending", "sent", "dead", "held"),
    Index(None, "channel", "state", "next_at"),
)

attempt = _table(
    "attempt",
    _to("delivery.id", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # null: the program ended before the answer came
    *_optional(AnyText, "outcome", "code", "detail"),
)

heartbeat = _table(
    "heartbeat",
    Column("name", AnyText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", AnyText),
)

annotation = _table(
    "annotation",  # what became of asking a model about an article
    _to("article.id", primary_key=True),
    Column("content_hash", AnyText, nullable=False),  # of the text that was asked about: another one is asked about again
    *_filled(AnyText, "model", "state", "detail"),
    *_counts("tries", "tokens"),
    Column("next_at", UtcDateTime, nullable=False),  # while the state is waiting
    Column("at", UtcDateTime, nullable=False),
    _one_of("state", "waiting", "done", "failed"),
)

model_usage = _table(
    "model_usage",
    Column("month", AnyText, primary_key=True),  # 2026-11, in the operator's own zone
    Column("tokens", BigInteger, nullable=False, default=0),
    _count("requests"),
)

usage = _table(
    "usage",  # in shards: one row a day would be waited for by all workers
    Column("day", AnyText, primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    _count("requests"),
    _count("polls"),  # among them
)

gap = _table(
    "gap",  # a time of which a source's list shows nothing: there may have been articles
    _id(),
    _to("source.id", nullable=False, index=True),
    *_filled(UtcDateTime, "begins", "ends"),
    Column("found_at", UtcDateTime, nullable=False, index=True),
    Column("filled_at", UtcDateTime),  # older pages reached back to what was known
)

notice = _table(
    "notice",  # a message about Zhixun itself, to one channel; marked after it is sent
    _id(),
    Column("key", AnyText, nullable=False, unique=True),
    *_filled(AnyText, "channel", "title", "note"),
    Column("created_at", UtcDateTime, nullable=False),
    *_optional(UtcDateTime, "next_at", "sent_at", "lease_until"),
    *_counts("attempts", "fence", "recoveries"),
    *_optional(AnyText, "last_error", "owner", "vendor_answer"),
    Column("state", AnyText, nullable=False, server_default="pending"),  # as of a delivery
    Index(None, "next_at"),
    Index(None, "channel", "state", "next_at"),
)

correction = _table(
    "correction",  # an article that corrects, denies or takes back what another told; or itself, after it was changed
    _to("article.id", primary_key=True),
    Column("of_id", BigInteger, nullable=False, index=True),
    Column("how", AnyText, nullable=False),
)

edited_week = _table(
    "week",  # as an editor left it
    Column("name", AnyText, primary_key=True),
    Column("edits", JSON, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

frozen = _table(
    "frozen",  # a week as it was, for whoever has the link
    Column("token_hash", AnyText, primary_key=True),
    Column("week", AnyText, nullable=False, index=True),
    Column("page", AnyText, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    *_filled(UtcDateTime, "made_at", "ends_at"),
)

NOBODY = 0  # whoever reads while there are no people; the schema brings the row along

person = _table(
    "person",  # the first, 0, is whoever reads on this machine while there are no people
    _id(),
    *_filled(AnyText, "name", "role"),
    Column("key", AnyText, nullable=False, unique=True),  # its name without case and width
    *_optional(AnyText, "password_hash", "language", "theme"),
    Column("reads_from", UtcDateTime, nullable=False),  # what was told before does not wait to be read
    Column("made_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),  # taken off the list: what they wrote keeps its author
    _one_of("role", "viewer", "editor", "owner"),
)

sign_in = _table(
    "session",  # a browser that somebody signed in with
    Column("token_hash", AnyText, primary_key=True),
    _to("person.id", nullable=False, index=True),
    *_filled(UtcDateTime, "made_at", "seen_at", "ends_at"),
    Column("agent", AnyText, nullable=False),
)

token = _table(
    "token",  # for programs
    _id(),
    Column("token_hash", AnyText, nullable=False, unique=True),
    _to("person.id", nullable=False, index=True),
    Column("name", AnyText, nullable=False),
    Column("scope", AnyText, nullable=False),  # read, write, feed:RULE
    Column("made_at", UtcDateTime, nullable=False),
    *_optional(UtcDateTime, "used_at", "ends_at", "revoked_at"),
)

seen = _table(
    "seen",  # of a person and a story, whose id is that of its first article
    _to("person.id", primary_key=True),
    Column("story", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("read_to", UtcDateTime, nullable=False),  # what was told of it until then is read
    Column("starred_at", UtcDateTime),
    Index(None, "person_id", "starred_at"),
    sqlite_with_rowid=False,
)

label = _table(
    "label",
    Column("story", BigInteger, primary_key=True, autoincrement=False),
    Column("word", AnyText, primary_key=True, index=True),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

note = _table(
    "note",  # on a story, or on a passage of one of its articles
    _id(),
    Column("story", BigInteger, nullable=False, index=True),
    _to("article.id", ondelete="SET NULL", index=True),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("start", Integer),  # code points into the article's text, as of facts
    Column("end", Integer),
    Column("quote", AnyText),  # what stood there: the text may change
)

handed = _table(
    "task_of",  # a story that is somebody's to look at
    Column("story", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("by_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", AnyText, nullable=False),
    Column("done_at", UtcDateTime),
    sqlite_with_rowid=False,
)

verdict = _table(
    "verdict",  # somebody says that something is wrong; `sample` is what they saw, since articles change and go
    _id(),
    *_filled(AnyText, "about", "note"),
    Column("record", BigInteger, nullable=False, index=True),
    Column("other", BigInteger),  # of a fold or split: the record that it is, or is not, one event with
    *_optional(AnyText, "rule", "value"),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sample", JSON, nullable=False),
    Column("settled", AnyText),  # what was done about it; null: nothing yet
    Column("settled_at", UtcDateTime),
    _one_of("about", "match", "fold", "split", "field"),
    _one_of("settled", "applied", "dismissed"),
)

change = _table(
    "change",  # of rules, sources, tokens, people: who, when, from what to what
    _id(),
    Column("at", UtcDateTime, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    *_filled(AnyText, "what", "object"),
    *_optional(JSON(none_as_null=True), "before", "after"),
)

worker = _table(
    "worker",  # a running program
    Column("id", AnyText, primary_key=True),
    *_filled(AnyText, "host", "roles", "version", "detail"),
    Column("place", AnyText, nullable=False),  # machine and process name space: there a process number says something
    Column("pid", Integer, nullable=False),
    Column("config", Integer),  # the published configuration that it works with
    *_filled(UtcDateTime, "started_at", "beat_at"),
)

lease = _table(
    "lease",  # what only one worker may do: to edit, to send to a channel
    Column("name", AnyText, primary_key=True),
    Column("holder", AnyText, nullable=False),
    Column("epoch", BigInteger, nullable=False),  # counts the holders
    Column("until", UtcDateTime, nullable=False),
)

inbox = _table(
    "inbox",  # a record that was read by one worker and is to be stored by another
    _id(),
    Column("task_id", BigInteger, nullable=False),
    Column("fence", Integer, nullable=False),  # of the task
    Column("config", Integer),  # by which it was matched
    Column("finished", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task_id", "fence"),
)

published = _table(
    "published",  # the configuration that all workers follow, as it was written
    Column("version", Integer, primary_key=True, autoincrement=False),
    *_filled(AnyText, "text", "digest", "by"),
    Column("at", UtcDateTime, nullable=False),
)
