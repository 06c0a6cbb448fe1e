"""A small database of this version's schema as SQL, kept under tests/data/schemas: `python -m tests.schemas` adds the newest.

A released schema is frozen. Its file is made once, when a migration is added, and never again: it is what people have on their disks.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler import url
from crawler.record import Event, Fact, Found, Link, Record, Source
from storage.alerts import outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database, open_database
from storage.queue import sources
from tests.polling import claim, found

FOLDER = Path(__file__).parent / "data" / "schemas"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def fill(db: Database) -> None:
    """Two sources, a poll, three articles with an edit, two alerts, one of them sent."""
    db.write_now(
        lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), NOW), (Source("b", "https://b.example/"), NOW)], NOW)
    )
    lease, later = timedelta(minutes=3), NOW + timedelta(hours=1)
    [poll] = claim(db, NOW, owner="w", limit=1)
    found(db, poll, Found((Link("https://a.example/1", "青禾发布大模型"),), "feed"), NOW, etag='"1"', keys=url.link_key)
    text = "青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。"
    fact = Fact("technology", "大模型", "大模型", "taxonomy", 13, 16)
    event = Event("青禾实验室发布大模型青禾二号", text)
    known = {"keywords": ("大模型",), "ai_technologies": ("大模型",), "events": (event,), "facts": (fact,), "language": "zh"}
    alerts = {1: [AlertDraft("llm", "v1", ("desk",), {"title": "青禾"})], 2: [], 3: [AlertDraft("chips", "v1", ("desk",), {})]}
    for number, drafts in alerts.items():
        link, body = f"https://a.example/{number}", f"{text}第{number}篇。"
        record = Record(f"青禾发布大模型 {number}", link, body, source="ab"[number % 2], published=NOW, **known)  # type: ignore[arg-type]
        key = f"//a.example/{number}"
        db.write_now(lambda s, r=record, k=key, d=drafts: articles.store(s, r, key=k, tags=["t"], alerts=d, now=NOW))
    changed = Record("青禾发布大模型（更正）", "https://a.example/2", f"更正：{text}此前所载参数有误，应为九百亿。", source="a")
    db.write_now(lambda s: articles.store(s, changed, key="//a.example/2", tags=["t"], alerts=[], now=later))
    claimed = db.write_now(lambda s: outbox.claim(s, channel="desk", owner="w", now=NOW, limit=1, lease=lease))
    db.write_now(lambda s: outbox.sent(s, claimed[0], now=NOW, detail="ok"))


def dump() -> tuple[str, str]:
    """The revision and the SQL of a filled database of this version."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        db = open_database(f"sqlite:///{path}")
        db.upgrade()
        fill(db)
        db.close()
        with sqlite3.connect(path) as raw:
            (revision,) = raw.execute("select version_num from alembic_version").fetchone()
            return revision, "\n".join(statements(raw)) + "\n"


def statements(raw: sqlite3.Connection) -> Iterator[str]:
    """What makes this database again. `iterdump` cannot read an index of words that keeps no texts; its shadow tables can be."""
    made = "select name, sql from sqlite_master where type = ? and sql is not null and name not like 'sqlite%' order by rowid"
    tables = dict(raw.execute(made, ("table",)))
    words = [name for name, sql in tables.items() if sql.startswith("CREATE VIRTUAL")]
    yield "BEGIN;"
    for name, sql in tables.items():
        shadow = name not in words and any(name.startswith(f"{word}_") for word in words)
        yield f'DELETE FROM "{name}";' if shadow else f"{sql};"
        if name not in words:
            columns = ", ".join(f'quote("{row[1]}")' for row in raw.execute(f'pragma table_info("{name}")'))
            yield from (
                f'INSERT INTO "{name}" VALUES({", ".join(row)});' for row in raw.execute(f'select {columns} from "{name}"')
            )
    yield from (f"{sql};" for _, sql in raw.execute(made, ("index",)))
    yield "COMMIT;"


if __name__ == "__main__":
    revision, sql = dump()
    target = FOLDER / f"{revision}.sql"
    if target.exists():
        raise SystemExit(f"{target} is there; a schema that was released does not change")
    target.write_text(sql, "utf-8")
