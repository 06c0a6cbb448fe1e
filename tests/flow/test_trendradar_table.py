"""What users of the best-known monitor run into, and what happens here instead: row by row."""

import html
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.fetch.engine import Fetch, FetchResult
from crawler.record import Outcome, Page, Reason, Record
from crawler.sandbox.pool import Readers
from jobs.config.load import Config, ConfigError, load
from jobs.parts import watch_of
from jobs.pipeline import Pipeline
from storage.alerts import outbox
from storage.archive import queries
from storage.db.database import Database
from storage.queue import sources

ZONE = ZoneInfo("Asia/Shanghai")
CONFIG = """\
timezone: Asia/Shanghai
sources:
  - {{name: feed, url: 'https://news.example/feed.xml', kind: feed, every: 30m}}
rules:
{rules}
channels:
  - {{name: desk, url: 'console://'}}
"""


def config_of(folder: Path, *queries_: str, between: str = "", more: str = "") -> Config:
    """A configuration with a rule for each query; `between` stands between two rules."""
    rules = [f"  - {{name: rule{n}, query: '{query}', channels: [desk]{more}}}\n" for n, query in enumerate(queries_, 1)]
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(rules=between.join(rules)), "utf-8")
    return load(path, {})


def matching(folder: Path, title: str, *queries_: str, between: str = "") -> list[str]:
    """The rules that a headline meets."""
    rules = watch_of(config_of(folder, *queries_, between=between)).rules
    return [hit.rule for hit in rules.match(Record(title, "https://news.example/1", ""))]


def refusal(folder: Path, query: str, more: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        config_of(folder, query, more=more)
    return str(caught.value)


MATCHES = [
    ("a word that one group excludes does not silence another", ["苹果 NOT 水果", "农业"], "农业农村部:水果价格上涨", ["rule2"]),
    ("… and silences its own", ["苹果 NOT 水果", "农业"], "苹果等水果上市", []),
    ("a filter may be an expression", ["新闻 NOT /赌博|博彩/"], "博彩新闻", []),
    ("… and lets the rest through", ["新闻 NOT /赌博|博彩/"], "体育新闻", ["rule1"]),
    ("an expression minds capitals", ["/LLaMA/"], "llama", []),
    ("… as they are", ["/LLaMA/"], "LLaMA 4", ["rule1"]),
    ("… and with i it does not", ["/LLaMA/i"], "llama", ["rule1"]),
    ("a Latin word is a word", ["AI"], "He said the email failed", []),
    ("Han ends a word, also for an expression", [r"/\bAI\b/i"], "国产AI大模型发布", ["rule1"]),
    ("full width is no difference", ["OpenAI"], "ＯｐｅｎＡＩ发布", ["rule1"]),
    ("nor is a hyphen of another kind", ["GPT-5"], "GPT‑5 released", ["rule1"]),
    ("nor a blank for a hyphen", ["GPT-5"], "GPT 5", ["rule1"]),
    ("nor traditional characters (a short form is a term of its own)", ["大模型 OR 大语言模型"], "大語言模型", ["rule1"]),
]


@pytest.mark.parametrize(("rules", "title", "wanted"), [row[1:] for row in MATCHES], ids=[row[0] for row in MATCHES])
def test_a_headline_meets_the_rules_it_should(tmp_path: Path, rules: list[str], title: str, wanted: list[str]) -> None:
    assert matching(tmp_path, title, *rules) == wanted


@pytest.mark.parametrize("between", ["", "\n", " \n"], ids=["nothing", "an empty line", "a blank"])
def test_two_rules_stay_two_whatever_stands_between_them(tmp_path: Path, between: str) -> None:
    assert matching(tmp_path, "苹果与农业", "苹果", "农业", between=between) == ["rule1", "rule2"]


REFUSED = [
    ("only an exclusion", "NOT 广告", "", "rules[0].query: this only says what must not occur"),
    ("a broken expression", "/大模型(/", "", "rules[0].query:"),
    ("a number in words", "大模型 @ten", "", "no alias @ten"),
    ("… as the value of a key", "大模型", ", digest_size: ten", '"ten" should be a whole number'),
]


@pytest.mark.parametrize(("query", "more", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_mean_anything_is_refused_with_its_place(tmp_path: Path, query: str, more: str, said: str) -> None:
    refused = refusal(tmp_path, query, more)
    assert said in refused
    assert refused.startswith(f"{tmp_path}/config.yaml:5: ")


# ---- the same item, again and again


START = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
ITEM = ("江湾发布大模型新政", "https://news.example/2026/11/24/1.html", START - timedelta(minutes=20))
SEEN = [
    ("10:00", timedelta(0)),
    ("10:30", timedelta(minutes=30)),
    ("11:00", timedelta(hours=1)),
    ("00:00 the next day", timedelta(hours=14)),
    ("00:30 the next day", timedelta(hours=14, minutes=30)),
    ("10:30 a week later", timedelta(days=7, minutes=30)),
]


def _feed(now: datetime) -> bytes:
    """The item as the feed gives it each time, with a date that says when the feed was made."""
    title, link, published = ITEM
    return (
        f"<rss version='2.0'><channel><title>news</title><lastBuildDate>{format_datetime(now)}</lastBuildDate>"
        f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{format_datetime(published)}</pubDate></item>"
        "</channel></rss>"
    ).encode()


def _article() -> bytes:
    words = "".join(f"<p>第{n}段：江湾市今天公布大模型新政，写明补贴的条件、数额与申请的期限。</p>" for n in range(6))
    title = html.escape(ITEM[0])
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{words}</article></body></html>".encode()


async def _poll(pipeline: Pipeline, now: datetime) -> None:
    """Serve all that is due, the way the engine does."""
    while (fetch := await pipeline.claim()) is not None:
        await pipeline.answered(_answer(fetch, now))


def _answer(fetch: Fetch, now: datetime) -> FetchResult:
    body, kind = (_feed(now), "application/rss+xml") if fetch.url.endswith(".xml") else (_article(), "text/html; charset=utf-8")
    page = Page(fetch.url, body, now, kind)
    return FetchResult(
        fetch=fetch, outcome=Outcome(Reason.OK), page=page, etag=None, last_modified=None, moved_to=None,
        elapsed=0.1, bytes=len(body), max_age=None,
    )  # fmt: skip


async def _raised(db: Database, folder: Path) -> list[int]:
    """How many alerts each look at the feed raises."""
    now = START
    readers = Readers(workers=1)
    watch = watch_of(config_of(folder, "大模型"))
    pipeline = Pipeline(db, readers, watch, "me", lambda: now)
    made = []
    try:
        for _, after in SEEN:
            now = START + after
            wanted = [(watched.source, now) for watched in watch.sources.values()]
            await db.write(lambda s, wanted=wanted, now=now: sources.sync(s, wanted, now))  # type: ignore[misc]
            before = pipeline.counts["alerts"]
            for step in range(3):  # the poll, the article, and nothing more
                now = START + after + timedelta(seconds=10 * step)
                pipeline.look_now()
                await _poll(pipeline, now)
            made.append(pipeline.counts["alerts"] - before)
    finally:
        readers.close()
    assert pipeline.counts["polls"] == len(SEEN)
    return made


async def test_one_item_raises_one_alert_at_whatever_hour_it_is_seen_again(sqlite: Database, tmp_path: Path) -> None:
    assert await _raised(sqlite, tmp_path) == [1, 0, 0, 0, 0, 0]
    assert sqlite.read(queries.count_records) == 1
    assert sqlite.read(outbox.counts)["pending"] == 1
