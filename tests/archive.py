"""An archive to ask questions of, and the proof that an answer survives JSON."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from crawler.record import Record
from jobs.config.load import Config
from jobs.deliver.message import payload
from storage.alerts import outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database
from storage.rules.ruleset import Hit, search

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIG = Config.model_validate(
    {
        "timezone": "UTC",
        "sources": [
            {"name": "江湾晚报", "url": "https://jw.example/", "tags": ["本地"], "every": "1h"},
            {"name": "ledger", "url": "https://ledger.example/feed", "enabled": False},
        ],
        "aliases": {"car": ["汽车", "轿车"]},
        "rules": [
            {"name": "models", "query": "大模型 NOT 招聘", "channels": ["desk"], "max_age": "2d", "quiet": "22:00-07:00"},
            {"name": "local", "query": "@car OR 大模型", "sources": ["tag:本地"], "channels": ["desk", "file"], "enabled": False},
        ],
        "channels": [
            {"name": "desk", "url": "feishu://0123456789abcdef0123?secret=hunter22hunter22"},
            {"name": "file", "url": "file:///tmp/a.jsonl"},
        ],
    }
)
TITLES = (
    "云港发布大模型", "云港招聘大模型工程师", "北原汽车开始路测", "天气转冷", "江湾大模型进工厂", "An LLM for the depot", "大模型价格又降",
)  # fmt: skip


def fill(db: Database) -> Database:
    """Seven records, one an hour, 1 the oldest, 7 without a date; the odd ones are the local paper's. `models` is alerted of its matches."""
    query = CONFIG.query_of(CONFIG.rules[0])
    for number, title in enumerate(TITLES):
        published = NOW - (7 - number) * HOUR if number < 6 else None
        source, tags = ("江湾晚报", ["本地"]) if number % 2 == 0 else ("ledger", [])
        text = f"{'甲乙丙丁戊己庚'[number] * 60}。"
        record = Record(title, f"https://a.example/{number}", text, published=published, source=source, first_seen=NOW - HOUR)
        evidence = search(query, record, tags, NOW)
        frozen = payload(record, Hit("models", query.version, evidence)) if evidence is not None else {}
        drafts = [AlertDraft("models", query.version, ("desk",), frozen)] if evidence is not None else []
        db.write_now(lambda s, r=record, t=tags, d=drafts, n=number: articles.store(s, r, key=str(n), tags=t, alerts=d, now=NOW))  # type: ignore[misc]
    return db


def deliver(db: Database, error: str = "") -> None:
    """Everything due at `desk` is sent, or dead for that reason."""

    def work(session: Any) -> None:
        for claimed in outbox.claim(session, channel="desk", owner="t", now=NOW, limit=99, lease=HOUR):
            if error:
                outbox.failed(session, claimed, error=error, next_at=None, now=NOW, code="9499")
            else:
                outbox.sent(session, claimed, now=NOW, detail="ok")

    db.write_now(work)


def survives_json(answer: Any) -> bool:
    """Whether pydantic brings the answer back out of its JSON as it was."""
    adapter: TypeAdapter[Any] = TypeAdapter(type(answer))
    back = adapter.validate_json(adapter.dump_json(answer))
    assert back == answer
    return True
