"""An archive with something to read: the demo's newsroom, analysed, matched by two rules and stored, at a fixed time."""

import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from crawler.record import Outcome, Reason, Record, Source
from crawler.stages import add
from jobs.config.load import Config
from jobs.deliver.message import payload
from jobs.demo.newsroom import Article, Site
from jobs.demo.run import Newsroom
from jobs.web.access import Parts
from storage.alerts import outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database, open_database
from storage.queue import sources
from storage.rules.ruleset import Hit, search

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CONFIG = Config.model_validate(
    {
        "timezone": "Asia/Shanghai",
        "sources": [{"name": name, "url": f"https://{number}.example/feed"} for number, name in enumerate(
            ("江湾科技网", "滨江智能报", "The Model Ledger", "算力快讯", "Daily Inference"), 1)],
        "rules": [
            {"name": "大模型", "query": '大模型 OR "large language model" OR LLM', "channels": ["desk"]},
            {"name": "融资与芯片", "query": '融资 OR (raises AND million) OR AI芯片 OR "inference chips"', "channels": ["desk"]},
        ],
        "channels": [{"name": "desk", "url": "console://"}],
    }
)  # fmt: skip


def newsroom() -> list[tuple[Site, Article]]:
    """What was published, the oldest first: three quarters of an hour apart, the last one at NOW."""
    published = Newsroom.load(NOW).articles
    return [(site, replace(article, published=NOW - timedelta(minutes=45 * (len(published) - number - 1)))) for number, (site, article) in enumerate(published)]  # fmt: skip


def fill(db: Database) -> Database:
    """The newsroom in the archive; its alerts are sent, and one source does not answer."""
    watched = [(Source(row.name, row.url, "feed"), NOW - timedelta(days=1)) for row in CONFIG.sources]
    db.write_now(lambda s: sources.sync(s, watched, NOW - timedelta(days=1)))
    for number, (site, article) in enumerate(newsroom(), 1):
        keep(db, add.add(record_of(number, site, article)), str(number))
    db.write_now(_deliver)
    db.write_now(_poll)
    return db


def opened(file: Path) -> Database:
    """The newsroom's archive, filled, as this file; it is worked out once in a process."""
    file.write_bytes(_printed())
    return open_database(f"sqlite:///{file}")


@cache
def _printed() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "zhixun.db"
        with closing(open_database(f"sqlite:///{file}")) as db:
            db.upgrade()
            fill(db)
        return file.read_bytes()


def record_of(number: int, site: Site, article: Article) -> Record:
    """An article as its parser gives it."""
    return Record(
        article.title, f"https://{number}.example/{number}", article.text, keywords=article.keywords, published=article.published,
        publisher=site.name, source=site.name, language="en" if article.title.isascii() else "zh", first_seen=article.published,
    )  # fmt: skip


def keep(db: Database, record: Record, key: str) -> articles.Stored:
    """Store a record with the alerts that it raises."""
    now = record.first_seen or NOW
    drafts = []
    for rule in CONFIG.rules:
        query = CONFIG.query_of(rule)
        evidence = search(query, record, (), now)
        if evidence is not None:
            drafts.append(
                AlertDraft(rule.name, query.version, rule.channels, payload(record, Hit(rule.name, query.version, evidence)))
            )
    return db.write_now(lambda s: articles.store(s, record, key=key, alerts=drafts, now=now))


def _deliver(session: Any) -> None:
    due = outbox.claim(session, channel="desk", owner="t", now=NOW, limit=99, lease=timedelta(hours=1))
    for number, claimed in enumerate(due):
        if number == 1:
            outbox.failed(session, claimed, error="the token is not known", next_at=None, now=NOW, code="9499")
        else:
            outbox.sent(session, claimed, now=NOW, detail="ok")


def _poll(session: Any) -> None:
    for number in range(1, len(CONFIG.sources) + 1):
        outcome = Outcome(Reason.DNS, "name not found") if number == 2 else Outcome(Reason.UNCHANGED)
        sources.polled(session, number, NOW, outcome, root=True)


def parts(db: Database, config: Config = CONFIG, **more: Any) -> Parts:
    """What the pages are built of."""
    return Parts(db, lambda: config, Path("config.yaml"), lambda: NOW, **more)
