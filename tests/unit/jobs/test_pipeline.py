"""The pipeline's decisions, with readers that say what they are told and a real store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.errors import NotAnArticle
from crawler.fetch.engine import Fetch, FetchResult
from crawler.record import Fact, Found, Link, Outcome, Page, Reason, Record, Source
from crawler.sandbox.pool import Killed
from jobs.pipeline import Pipeline
from jobs.watch import Hooks, RulePolicy, Watch, WatchedSource
from storage.alerts import outbox
from storage.archive import queries
from storage.db.database import Database
from storage.queue import frontier, sources, usage
from storage.rules.parser import parse
from storage.rules.ruleset import Rule, Ruleset

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIST = "https://news.example.org/list"
PAGE = "https://news.example.org/2026/1.html"
LONG = "江湾市今天发布了新的大模型，参数规模为两千亿，推理成本下降七成，权重以开源许可发布，首批用户包括两家医院。"


class Readers:
    """Finds `links`; reads what `answers` say, in turn: a record, or the error to raise."""

    def __init__(self, links: tuple[Link, ...], *answers: Record | Exception) -> None:
        self.links = links
        self.kind = "feed"
        self.answers = list(answers)
        self.read_pages: list[str] = []

    async def find(self, page: Page, source: Source, now: datetime, zone: Any) -> Found:
        return Found(self.links, self.kind)

    async def read(self, page: Page, link: Link, source_name: str | None, zone: Any) -> Record:
        self.read_pages.append(page.url)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def add(self, record: Record) -> Record:
        return record


class Bench:
    """A pipeline over one source and one rule, driven by hand."""

    def __init__(self, db: Database, readers: Readers, options: dict[str, Any] | None = None) -> None:
        source = Source("s", LIST, "feed", options=options or {})
        rule = Rule("r", parse("大模型", {}), sources=(), channels=("c",))
        watch = Watch(
            sources={"s": WatchedSource(source, lambda now: now + timedelta(minutes=15))},
            rules=Ruleset([rule]),
            routing={"r": RulePolicy(("c",), timedelta(days=3), lambda _now: None)},
            zone=UTC,
            delay=timedelta(milliseconds=1),
        )
        self.db = db
        self.now = NOW
        self.pipeline = Pipeline(db, readers, watch, "test", lambda: self.now)  # type: ignore[arg-type]
        db.write_now(lambda s: sources.sync(s, [(source, NOW)], NOW))

    async def read(self, outcome: Outcome | None = None, url: str | None = None) -> None:
        """Ask for what is due next, and be answered."""
        fetch = await self.claimed()
        assert fetch is not None
        assert url in (None, fetch.url)
        await self.pipeline.answered(answer(fetch, outcome))

    async def poll(self) -> None:
        await self.read(url=LIST)

    async def claimed(self) -> Fetch | None:
        """What is due next; whoever waits for a retry or for the host's pace need not wait here."""
        self.now += timedelta(seconds=5)
        self.pipeline.look_now()
        return await self.pipeline.claim()

    def records(self) -> list[Record]:
        return self.db.read(lambda s: list(queries.records(s)))

    def alerts(self) -> int:
        return len(self.db.read(queries.alerts))


def answer(fetch: Fetch, outcome: Outcome | None = None) -> FetchResult:
    page = Page(fetch.url, b"<html>", NOW) if outcome is None else None
    return FetchResult(fetch=fetch, outcome=outcome or Outcome(Reason.OK), page=page)


def record(**values: Any) -> Record:
    return replace(Record("江湾发布大模型", PAGE, LONG, published=NOW - timedelta(hours=1), source="s"), **values)


async def test_an_article_is_read_stored_and_alerted(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record()))
    await bench.poll()
    await bench.read()
    assert await bench.claimed() is None
    assert [r.title for r in bench.records()] == ["江湾发布大模型"]
    assert bench.alerts() == 1


@pytest.mark.parametrize(
    ("published", "alerts"),
    [(NOW - timedelta(days=2), 1), (NOW - timedelta(days=4), 0), (None, 0)],
    ids=["younger than max_age", "older than max_age", "undated on the first poll"],
)
async def test_a_first_poll_is_a_baseline(db: Database, published: datetime | None, alerts: int) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record(published=published)))
    await bench.poll()
    await bench.read()
    assert len(bench.records()) == 1
    assert bench.alerts() == alerts


@pytest.mark.parametrize(("bound", "told"), [(0, [0, 0]), (1, [0, 1]), (None, [1, 2])], ids=["silent", "newest 1", "all"])
async def test_what_a_first_poll_raises_is_bounded_and_leaves_when_it_is_read(
    db: Database, bound: int | None, told: list[int]
) -> None:
    links = (Link(PAGE), Link(PAGE + "2"))
    titles = ("江湾发布大模型", "北原汽车开源另一个大模型")
    readers = Readers(
        links, *(record(title=title, text=title * 9, link=link.url) for title, link in zip(titles, links, strict=True))
    )
    bench = Bench(db, readers)
    bench.pipeline.watch = replace(
        bench.pipeline.watch, routing={"r": RulePolicy(("c",), timedelta(days=3), lambda _now: None, first_poll=bound)}
    )
    due: list[int] = []
    await bench.poll()
    for _ in links:
        await bench.read()
        await bench.pipeline.editor.settle()
        due.append(db.read(lambda s: outbox.pending(s, bench.now)))
    assert len(bench.records()) == 2
    assert due == told
    assert bench.pipeline.counts["beyond first poll"] == (1 if bound == 1 else 0)
    assert bench.pipeline.counts["too old"] == (2 if bound == 0 else 0)


@pytest.mark.parametrize(
    "failure",
    [Outcome(Reason.ROBOTS, permanent=True), Outcome(Reason.BLOCKED, permanent=True), NotAnArticle("paywall-stub")],
    ids=["robots", "blocked", "paywall"],
)
async def test_what_the_source_says_itself_is_kept_when_the_page_cannot_be_read(
    db: Database, failure: Outcome | NotAnArticle
) -> None:
    link = Link(PAGE, title="江湾发布大模型", published=NOW, summary=LONG)
    readers = Readers((link,), *([failure] if isinstance(failure, Exception) else []))
    bench = Bench(db, readers)
    await bench.poll()
    await bench.read(failure if isinstance(failure, Outcome) else None)
    assert [(r.title, r.text) for r in bench.records()] == [("江湾发布大模型", LONG)]
    assert bench.alerts() == 1


async def test_a_source_that_gives_the_whole_text_is_not_asked_for_the_page(db: Database) -> None:
    readers = Readers((Link(PAGE, title="江湾发布大模型", published=NOW, text=LONG),))
    bench = Bench(db, readers, options={"text": "content"})
    await bench.poll()
    assert await bench.claimed() is None
    assert [r.text for r in bench.records()] == [LONG]
    assert readers.read_pages == []


async def test_a_page_that_kills_its_reader_twice_is_left_alone(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),), Killed("timeout"), Killed("timeout"), record()))
    await bench.poll()
    for _ in range(2):
        bench.now += timedelta(hours=1)
        fetch = await bench.claimed()
        while fetch is not None and fetch.url == LIST:  # the list is due again meanwhile
            await bench.pipeline.answered(answer(fetch, Outcome(Reason.UNCHANGED)))
            fetch = await bench.claimed()
        assert fetch is not None
        await bench.pipeline.answered(answer(fetch))
    bench.now += timedelta(hours=10)
    while (fetch := await bench.claimed()) is not None:
        assert fetch.url == LIST
        await bench.pipeline.answered(answer(fetch, Outcome(Reason.UNCHANGED)))
    assert bench.records() == []


async def test_a_rate_limit_rests_the_whole_host(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),)))
    await bench.poll()
    await bench.read(Outcome(Reason.RATE_LIMITED, retry_after=3600))
    bench.now += timedelta(minutes=30)
    assert await bench.claimed() is None
    bench.now += timedelta(minutes=40)
    assert await bench.claimed() is not None


async def test_a_source_taken_out_of_the_configuration_is_not_asked_any_more(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),)))
    await bench.poll()
    bench.pipeline.watch = replace(bench.pipeline.watch, sources={})
    assert await bench.claimed() is None


@pytest.mark.parametrize("outcome", [None, Outcome(Reason.UNCHANGED), Outcome(Reason.DNS)], ids=str)
async def test_a_poll_whose_place_another_took_counts_for_nothing(db: Database, outcome: Outcome | None) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record()))
    fetch = await bench.claimed()
    assert fetch is not None
    db.write_now(lambda s: frontier.recover(s, bench.now))
    again = await bench.claimed()
    assert again is not None
    await bench.pipeline.answered(answer(fetch, outcome))
    assert (bench.pipeline.counts["polls"], bench.pipeline.counts["failed polls"], dict(bench.pipeline.outcomes)) == (0, 0, {})
    await bench.pipeline.answered(answer(again))
    assert (bench.pipeline.counts["polls"], bench.pipeline.outcomes) == (1, {"s": Reason.OK})


async def test_a_stopped_request_keeps_its_place(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record()))
    await bench.read(Outcome(Reason.STOPPED))
    await bench.pipeline.release()
    again = await bench.claimed()
    assert again is not None
    assert again.url == LIST


def part(number: int, following: str | None) -> Record:
    made = record(text=f"第{number}页：{LONG}")
    return made.with_facts(Fact("reading", "next-page", following, "generic")) if following else made


async def test_the_pages_of_an_article_are_joined(db: Database) -> None:
    second, third = PAGE.replace("1.html", "1_2.html"), PAGE.replace("1.html", "1_3.html")
    bench = Bench(db, Readers((Link(PAGE),), part(1, second), part(2, third), part(3, second)))
    await bench.poll()
    asked = []
    while (fetch := await bench.pipeline.claim()) is not None:
        asked.append(fetch.url)
        await bench.pipeline.answered(answer(fetch))
    assert asked == [PAGE, second, third]  # the third names the second again: enough
    assert [r.text.count("页：") for r in bench.records()] == [3]
    assert bench.alerts() == 1


@pytest.mark.parametrize("following", ["https://other.example.com/2.html", PAGE], ids=["another site", "unreadable"])
async def test_an_article_whose_next_page_cannot_be_had_is_stored_as_far_as_it_goes(db: Database, following: str) -> None:
    bench = Bench(db, Readers((Link(PAGE),), part(1, following), NotAnArticle("soft-404")))
    await bench.poll()
    while (fetch := await bench.pipeline.claim()) is not None:
        await bench.pipeline.answered(answer(fetch))
    assert [r.text for r in bench.records()] == [f"第1页：{LONG}"]


@pytest.mark.parametrize(("render", "rendered"), [(False, [False, False]), ("list", [True, False]), (True, [True, True])])
async def test_what_is_rendered_is_asked_for_whole(db: Database, render: Any, rendered: list[bool]) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record()))
    watched = replace(bench.pipeline.watch.sources["s"], render=render)
    bench.pipeline.watch = replace(bench.pipeline.watch, sources={"s": watched})
    asked = []
    for _ in range(2):
        fetch = await bench.claimed()
        assert fetch is not None
        asked.append(fetch)
        await bench.pipeline.answered(replace(answer(fetch), etag='"1"'))
    assert [fetch.render for fetch in asked] == rendered
    bench.now += timedelta(minutes=15)
    again = await bench.claimed()
    assert again is not None
    assert again.etag == (None if render else '"1"')


async def test_a_page_that_too_many_stood_before_is_given_back_and_has_lost_no_attempt(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record()))
    await bench.poll()
    await bench.read(Outcome(Reason.OVERLOADED))
    bench.now += timedelta(minutes=1)
    again = await bench.claimed()
    assert again is not None
    assert (again.url, again.work.attempts) == (PAGE, 1)


async def test_a_source_whose_hub_tells_of_its_news_is_polled_later_and_its_own_polls_are_told(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),), record()))
    heard: list[tuple[str, int]] = []

    async def listen(source: str, hub: tuple[str, str] | None, new: int) -> None:
        heard.append((source, new))

    bench.pipeline.hooks = Hooks(polled=listen, pause=lambda source, own: own * 4 if source == "s" else own)
    await bench.poll()
    assert heard == [("s", 1)]
    assert db.read(sources.states)[0].next_due == bench.now + timedelta(hours=1)


async def test_an_article_whose_scripts_got_only_a_part_is_rendered_again(db: Database) -> None:
    bench = Bench(db, Readers((Link(PAGE),), NotAnArticle("empty"), record()))
    await bench.poll()
    for partly in (True, False):
        fetch = await bench.claimed()
        assert fetch is not None
        await bench.pipeline.answered(replace(answer(fetch), partly=partly, also=3))
        bench.now += timedelta(minutes=1)
    assert len(bench.records()) == 1
    requests = db.read(lambda s: usage.of_day(s, bench.pipeline.watch.day(bench.now)))
    assert requests == 1 + 2 * (1 + 3), "what scripts ask for is on the account of the day"


async def test_a_page_of_links_where_a_feed_was_is_a_failure_and_brings_no_news(db: Database) -> None:
    readers = Readers((Link(PAGE),), record())
    bench = Bench(db, readers)
    bench.pipeline.hooks = Hooks()
    await bench.poll()
    await bench.pipeline.answered(answer(await bench.claimed()))  # type: ignore[arg-type]
    bench.now += timedelta(hours=1)
    readers.kind, readers.links = "listing", (Link("https://news.example.org/help/1.html"),)
    await bench.poll()
    assert bench.pipeline.outcomes["s"] is Reason.UNREADABLE
    assert await bench.claimed() is None
    bench.now += timedelta(hours=1)
    readers.kind, readers.links = "feed", (Link("https://news.example.org/2026/2.html"),)
    await bench.poll()
    assert bench.pipeline.outcomes["s"] is Reason.OK


NEXT = Link("https://news.example.org/2026/2.html", title="江湾发布大模型")


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (Outcome(Reason.GONE, "HTTP 404", permanent=True), True),
        (Outcome(Reason.GONE, "HTTP 410", permanent=True), False),
        (NotAnArticle("captcha", "Just a moment"), True),
        (NotAnArticle("other-page", "系统维护"), True),
        (NotAnArticle("soft-404", "页面不存在"), True),
        (NotAnArticle("listing", "30 cards"), False),
    ],
)
async def test_a_new_article_whose_page_is_none_yet_is_looked_at_again(db: Database, failure: Any, again: bool) -> None:
    readers = Readers((Link(PAGE),), NotAnArticle("soft-404"))
    bench = Bench(db, readers)

    async def read(outcome: Outcome | None = None) -> Fetch | None:
        if fetch := await bench.claimed():
            await bench.pipeline.answered(answer(fetch, outcome))
        return fetch

    await bench.poll()
    assert await read() is not None  # what was there before us is believed at once
    bench.now += timedelta(minutes=14)
    assert await read() is None
    readers.links = (*readers.links, NEXT)
    bench.now += timedelta(minutes=1)
    await bench.poll()
    readers.answers += [failure] if isinstance(failure, Exception) else []
    assert await read(failure if isinstance(failure, Outcome) else None) is not None
    readers.answers += [record(link=NEXT.url)]
    bench.now += timedelta(minutes=3)
    assert (await read() is not None) is again
    assert [one.link for one in bench.records()] == [NEXT.url] * again


async def test_a_page_that_stays_under_another_headline_is_taken_in_the_end(db: Database) -> None:
    readers = Readers((NEXT,), *[NotAnArticle("other-page", "系统维护")] * 6, record(link=NEXT.url))
    bench = Bench(db, readers)
    await bench.poll()
    for _ in range(6):
        assert not bench.records()
        while (fetch := await bench.claimed()) is None or fetch.url == LIST:
            bench.now += timedelta(minutes=1)
        await bench.pipeline.answered(answer(fetch))
    assert [one.link for one in bench.records()] == [NEXT.url]
