"""The tables. Each is named by what one row of it is.

source ─┬─ task (a poll, or an article to read)          host (when it may be asked again)
        ├─ known_link (an article that was read)
        └─ article ─┬─ article_alias, revision, shingle, story_key, story_pair, annotation, correction
                    ├─ mention ── concept ── volume     outline (and search_index, which storage/archive/search_index.py knows)
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
    LargeBinary,
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


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)  # moments that there are


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in, the same moment in UTC out; the first or the last there is, where the calendar of UTC has not begun or is over.
    A naive one is a mistake of the program."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: storage keeps aware moments only")
        try:
            return None if value is None else value.astimezone(UTC)
        except OverflowError:
            return FIRST if value is not None and value.year == 1 else LAST

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


def _id() -> Column[Any]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)  # SQLite counts only INTEGER by itself


def _to(column: str, **options: Any) -> Column[Any]:
    name = options.pop("name", column.replace(".", "_"))
    return Column(name, ForeignKey(column, ondelete=options.pop("ondelete", "CASCADE")), **options)


def _count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False, default=0)


def _flag(name: str, default: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=False, default=default)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


source = Table(
    "source",
    metadata,
    _id(),
    Column("name", AnyText, nullable=False, unique=True),
    Column("url", AnyText, nullable=False),
    Column("kind", AnyText, nullable=False),
    Column("found_kind", AnyText),
    Column("title", AnyText),
    _flag("enabled", default=True),
    Column("first_polled_at", UtcDateTime),
    Column("last_polled_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("last_new_at", UtcDateTime),
    Column("last_outcome", AnyText),
    Column("last_detail", AnyText),
    _count("fail_count"),
    Column("told_state", AnyText),  # the trouble that the operator was told of; null: none, or it is over
    Column("told_at", UtcDateTime),
    _count("polls"),
    _count("not_modified"),
    _count("articles"),
    Column("newest_at", UtcDateTime),
    Column("rhythm", JSON(none_as_null=True)),  # when its articles appear, see storage.queue.arrival_rate
    Column("habits", JSON(none_as_null=True)),  # what it is like when all is well, see storage.queue.baseline
    Column("moved_to", AnyText),  # where its address redirects to for good
    Column("subscription", JSON(none_as_null=True)),  # at its hub, see storage.queue.subscriptions
)

host = Table(
    "host",
    metadata,
    Column("name", AnyText, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    Column("reason", AnyText),
    # Not later than its first task may be claimed; null: it has none. This index is what makes a claim as quick at 100,000 hosts as at ten.
    Column("ready_at", UtcDateTime, index=True),
    Column("delay", Float),  # seconds that its robots.txt asks for
    Column("owner", AnyText),  # the worker that asks it …
    Column("held_until", UtcDateTime),  # … and until when nobody else may
)

robots = Table(
    "robots",  # what an origin's robots.txt says, for all workers
    metadata,
    Column("origin", AnyText, primary_key=True),
    Column("body", AnyText, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
)

task = Table(
    "task",
    metadata,
    _id(),
    Column("kind", AnyText, nullable=False),
    Column("key", AnyText, nullable=False, unique=True),
    _to("source.id", nullable=False, index=True),
    Column("url", AnyText, nullable=False),
    Column("host", AnyText, nullable=False),
    Column("hint", JSON(none_as_null=True)),  # the Link as its spider found it
    Column("state", AnyText, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("turn", UtcDateTime, nullable=False),  # its place in the queue: spreads one source's many links, see frontier
    _count("attempts"),
    Column("owner", AnyText),
    Column("lease_until", UtcDateTime),
    _count("fence"),
    Column("etag", AnyText),
    Column("last_modified", AnyText),
    Column("reason", AnyText),
    Column("detail", AnyText),
    _count("depth"),  # of a poll: 0 is the source's own address; of an article: how often it was read again
    _flag("baseline"),  # it was there before we watched
    Column("guid", AnyText),  # the source's own name for the article
    Column("full_at", UtcDateTime),  # of a poll: when its answer was last a whole one, not 304
    Column("listed_at", UtcDateTime),  # of a child sitemap: its last change, as its parent says
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    _one_of("kind", "poll", "article"),
    _one_of("state", "due", "leased", "done", "dead", "skipped", "paused"),
    Index(None, "host", "state", "turn"),
    Index(None, "source_id", "guid"),
    Index(None, "state", "kind"),
    Index("ix_task_host_due_at", "host", "due_at"),  # where the state is due, says its migration: here that needs both dialects
)

known_link = Table(
    "known_link",  # what is left of an article's task when it is done: its link is never new again, see storage.queue.known_links
    metadata,
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
article = Table(
    "article",
    metadata,
    _id(),
    Column("link_key", AnyText, nullable=False, unique=True),
    Column("title", AnyText, nullable=False),
    Column("link", AnyText, nullable=False),
    Column("text", PackedText, nullable=False),
    Column("summary", AnyText, nullable=False),
    Column("keywords", JSON, nullable=False),
    Column("ai_technologies", JSON, nullable=False),
    Column("industries", JSON, nullable=False),
    Column("events", PackedJson, nullable=False),
    Column("opening", AnyText, nullable=False),
    Column("published", UtcDateTime),
    Column("author", AnyText),
    Column("publisher", AnyText),
    Column("language", AnyText),
    Column("source", AnyText),
    Column("tags", JSON, nullable=False),
    Column("fetched", UtcDateTime),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("facts", PackedJson, nullable=False),
    Column("analysis", AnyText),  # what made them; null: someone else did
    Column("content_hash", AnyText, nullable=False),
    Column("story", BigInteger, index=True),
    Column("story_reason", AnyText),  # why it belongs to the story of another
    Column("proven", BigInteger),  # the first of those that surely tell one event with it; null: its story's
    _to("article.id", name="reprint_of", ondelete="SET NULL", index=True),
    Column("shown_at", UtcDateTime, nullable=False),  # published, or first_seen where no one says: what lists are sorted by
    Column("updated_at", UtcDateTime, nullable=False),
    Column("companies", JSON(none_as_null=True)),  # null: from before they were looked for
    # What is asked of many articles is in an index: a row takes several pages.
    Index(None, "shown_at", "id", "story", "source", "language", "reprint_of"),  # who told what when, without reading texts
    BY_SOURCE,
    BY_ID,
    Index(None, "first_seen"),
)

concept = Table(
    "concept",  # a technology, an industry, a company; a language; all
    metadata,
    _id(),
    Column("kind", AnyText, nullable=False),
    Column("key", AnyText, nullable=False),  # its id in the word lists, or the normal form of a name that is not there
    Column("zh", AnyText, nullable=False),
    Column("en", AnyText, nullable=False),
    UniqueConstraint("kind", "key"),
)

mention = Table(
    "mention",  # of a concept in an article
    metadata,
    _to("concept.id", primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),  # 20261124, in the operator's own zone
    Column("story", BigInteger, primary_key=True, autoincrement=False),
    _to("article.id", primary_key=True, index=True),
    _flag("acts"),  # a company that acts in the headline or an event, not only named
    sqlite_with_rowid=False,
)

volume = Table(
    "volume",  # of a concept on a day: so many mentions, of so many stories
    metadata,
    _to("concept.id", primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    _count("records"),
    _count("stories"),
    Index(None, "day"),
    sqlite_with_rowid=False,
)

outline = Table(
    "outline",  # of an article: its words in a byte each, see storage.rules.outline
    metadata,
    _to("article.id", primary_key=True),
    Column("words", LargeBinary, nullable=False),
)

backfill = Table(
    "backfill",  # how far what is worked out of articles reaches back
    metadata,
    Column("name", AnyText, primary_key=True),
    Column("label", AnyText, nullable=False),  # what made it; "": nothing is made yet
    Column("zone", AnyText, nullable=False),  # of its days
    Column("below", BigInteger, nullable=False),  # articles with a smaller id are still to be done
)

article_alias = Table(
    "article_alias",
    metadata,
    Column("link_key", AnyText, primary_key=True),
    _to("article.id", index=True),  # null: several different articles claim this address, so it proves nothing
)

revision = Table(
    "revision",
    metadata,
    _id(),
    _to("article.id", nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("title", AnyText, nullable=False),
    Column("text", PackedText, nullable=False),
    Column("content_hash", AnyText, nullable=False),
)


def _keys(name: str) -> Table:
    """Keys by which articles are found, see storage.stories.shared_keys. Without a reference: what is left of an article ages out."""
    number = BigInteger().with_variant(Integer, "sqlite")
    columns: tuple[tuple[str, Any], ...] = (("part", Integer), ("key", Integer), ("article_id", number))
    return Table(
        name, metadata, *(Column(c, t, primary_key=True, autoincrement=False) for c, t in columns), sqlite_with_rowid=False
    )


shingle = _keys("shingle")

story_key = _keys("story_key")

story_pair = Table(
    "story_pair",  # what a person said of two articles, the older one first: one event, or two
    metadata,
    _to("article.id", name="one", primary_key=True),
    _to("article.id", name="other", primary_key=True, index=True),
    Column("together", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    Column("dedup_key", AnyText, nullable=False, unique=True),
    Column("rule", AnyText, nullable=False, index=True),
    Column("rule_version", AnyText, nullable=False),
    _to("article.id", nullable=False, index=True),
    Column("story", BigInteger, nullable=False),
    Column("payload", PackedJson, nullable=False),  # frozen: a retry sends the same message
    _count("reprints"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # when it may leave at the earliest
    _to("alert.id", name="follows", index=True),  # told again, or corrected: what this one goes back to
    Index(None, "story", "id"),
    Index(None, "created_at", "id", "story"),  # what is unread, without reading payloads
)

duplicate = Table(
    "teller",  # an article that would have raised an alert again, and was counted on it instead
    metadata,
    _to("alert.id", primary_key=True),
    _to("article.id", primary_key=True, index=True),
    Column("how", AnyText, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("draft", JSON(none_as_null=True)),  # the alert that was not raised, see storage.alerts.withheld
    _one_of("how", "reprint", "event"),
)

tally = Table(
    "tally",
    metadata,
    Column("rule", AnyText, primary_key=True),
    Column("day", AnyText, primary_key=True),  # 2026-11-24, in UTC
    _count("matches"),
    _count("alerts"),
    Column("last_at", UtcDateTime, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    _to("alert.id", nullable=False),
    Column("channel", AnyText, nullable=False),
    Column("idem_key", AnyText, nullable=False, unique=True),
    Column("state", AnyText, nullable=False),
    _count("attempts"),
    Column("next_at", UtcDateTime, nullable=False),
    _count("fence"),
    Column("owner", AnyText),
    Column("lease_until", UtcDateTime),
    Column("last_error", AnyText),
    Column("vendor_answer", AnyText),
    Column("sent_at", UtcDateTime),
    _count("recoveries"),  # how often the program ended while this was being sent
    UniqueConstraint("alert_id", "channel"),
    _one_of("state", "pending", "sending", "sent", "dead", "held"),
    Index(None, "channel", "state", "next_at"),
)

attempt = Table(
    "attempt",
    metadata,
    _to("delivery.id", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # null: the program ended before the answer came
    Column("outcome", AnyText),
    Column("code", AnyText),
    Column("detail", AnyText),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", AnyText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", AnyText),
)

annotation = Table(
    "annotation",  # what became of asking a model about an article
    metadata,
    _to("article.id", primary_key=True),
    Column("content_hash", AnyText, nullable=False),  # of the text that was asked about: another one is asked about again
    Column("model", AnyText, nullable=False),
    Column("state", AnyText, nullable=False),
    _count("tries"),
    Column("next_at", UtcDateTime, nullable=False),  # while the state is waiting
    Column("at", UtcDateTime, nullable=False),
    _count("tokens"),
    Column("detail", AnyText, nullable=False),
    _one_of("state", "waiting", "done", "failed"),
)

model_usage = Table(
    "model_usage",
    metadata,
    Column("month", AnyText, primary_key=True),  # 2026-11, in the operator's own zone
    Column("tokens", BigInteger, nullable=False, default=0),
    _count("requests"),
)

usage = Table(
    "usage",  # in shards: one row a day would be waited for by all workers
    metadata,
    Column("day", AnyText, primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    _count("requests"),
    _count("polls"),  # among them
)

gap = Table(
    "gap",  # a time of which a source's list shows nothing: there may have been articles
    metadata,
    _id(),
    _to("source.id", nullable=False, index=True),
    Column("begins", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("found_at", UtcDateTime, nullable=False, index=True),
    Column("filled_at", UtcDateTime),  # older pages reached back to what was known
)

notice = Table(
    "notice",  # a message about Zhixun itself, to one channel; marked after it is sent
    metadata,
    _id(),
    Column("key", AnyText, nullable=False, unique=True),
    Column("channel", AnyText, nullable=False),
    Column("title", AnyText, nullable=False),
    Column("note", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    _count("attempts"),
    Column("last_error", AnyText),
    _count("fence"),
    _count("recoveries"),
    Column("state", AnyText, nullable=False, server_default="pending"),  # as of a delivery
    Column("owner", AnyText),
    Column("vendor_answer", AnyText),
    Column("lease_until", UtcDateTime),
    Index(None, "next_at"),
    Index(None, "channel", "state", "next_at"),
)

correction = Table(
    "correction",  # an article that corrects, denies or takes back what another told; or itself, after it was changed
    metadata,
    _to("article.id", primary_key=True),
    Column("of_id", BigInteger, nullable=False, index=True),
    Column("how", AnyText, nullable=False),
)

edited_week = Table(
    "week",  # as an editor left it
    metadata,
    Column("name", AnyText, primary_key=True),
    Column("edits", JSON, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

frozen = Table(
    "frozen",  # a week as it was, for whoever has the link
    metadata,
    Column("token_hash", AnyText, primary_key=True),
    Column("week", AnyText, nullable=False, index=True),
    Column("page", AnyText, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
)

NOBODY = 0  # whoever reads while there are no people; the schema brings the row along

person = Table(
    "person",  # the first, 0, is whoever reads on this machine while there are no people
    metadata,
    _id(),
    Column("name", AnyText, nullable=False),
    Column("key", AnyText, nullable=False, unique=True),  # its name without case and width
    Column("role", AnyText, nullable=False),
    Column("password_hash", AnyText),
    Column("language", AnyText),
    Column("theme", AnyText),
    Column("reads_from", UtcDateTime, nullable=False),  # what was told before does not wait to be read
    Column("made_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),  # taken off the list: what they wrote keeps its author
    _one_of("role", "viewer", "editor", "owner"),
)

sign_in = Table(
    "session",  # a browser that somebody signed in with
    metadata,
    Column("token_hash", AnyText, primary_key=True),
    _to("person.id", nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("agent", AnyText, nullable=False),
)

token = Table(
    "token",  # for programs
    metadata,
    _id(),
    Column("token_hash", AnyText, nullable=False, unique=True),
    _to("person.id", nullable=False, index=True),
    Column("name", AnyText, nullable=False),
    Column("scope", AnyText, nullable=False),  # read, write, feed:RULE
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

seen = Table(
    "seen",  # of a person and a story, whose id is that of its first article
    metadata,
    _to("person.id", primary_key=True),
    Column("story", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("read_to", UtcDateTime, nullable=False),  # what was told of it until then is read
    Column("starred_at", UtcDateTime),
    Index(None, "person_id", "starred_at"),
    sqlite_with_rowid=False,
)

label = Table(
    "label",
    metadata,
    Column("story", BigInteger, primary_key=True, autoincrement=False),
    Column("word", AnyText, primary_key=True, index=True),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

note = Table(
    "note",  # on a story, or on a passage of one of its articles
    metadata,
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

handed = Table(
    "task_of",  # a story that is somebody's to look at
    metadata,
    Column("story", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("by_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", AnyText, nullable=False),
    Column("done_at", UtcDateTime),
    sqlite_with_rowid=False,
)

verdict = Table(
    "verdict",  # somebody says that something is wrong; `sample` is what they saw, since articles change and go
    metadata,
    _id(),
    Column("about", AnyText, nullable=False),
    Column("record", BigInteger, nullable=False, index=True),
    Column("other", BigInteger),  # of a fold or split: the record that it is, or is not, one event with
    Column("rule", AnyText),
    Column("value", AnyText),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", AnyText, nullable=False),
    Column("sample", JSON, nullable=False),
    Column("settled", AnyText),  # what was done about it; null: nothing yet
    Column("settled_at", UtcDateTime),
    _one_of("about", "match", "fold", "split", "field"),
    _one_of("settled", "applied", "dismissed"),
)

change = Table(
    "change",  # of rules, sources, tokens, people: who, when, from what to what
    metadata,
    _id(),
    Column("at", UtcDateTime, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("what", AnyText, nullable=False),
    Column("object", AnyText, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
)

worker = Table(
    "worker",  # a running program
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("host", AnyText, nullable=False),
    Column("place", AnyText, nullable=False),  # machine and process name space: there a process number says something
    Column("pid", Integer, nullable=False),
    Column("roles", AnyText, nullable=False),
    Column("version", AnyText, nullable=False),
    Column("config", Integer),  # the published configuration that it works with
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("detail", AnyText, nullable=False),
)

lease = Table(
    "lease",  # what only one worker may do: to edit, to send to a channel
    metadata,
    Column("name", AnyText, primary_key=True),
    Column("holder", AnyText, nullable=False),
    Column("epoch", BigInteger, nullable=False),  # counts the holders
    Column("until", UtcDateTime, nullable=False),
)

inbox = Table(
    "inbox",  # a record that was read by one worker and is to be stored by another
    metadata,
    _id(),
    Column("task_id", BigInteger, nullable=False),
    Column("fence", Integer, nullable=False),  # of the task
    Column("config", Integer),  # by which it was matched
    Column("finished", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task_id", "fence"),
)

published = Table(
    "published",  # the configuration that all workers follow, as it was written
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", AnyText, nullable=False),
    Column("digest", AnyText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", AnyText, nullable=False),
)
