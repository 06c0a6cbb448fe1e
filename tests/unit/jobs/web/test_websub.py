"""The subscriber against a hub of our own: nothing is believed but what was asked for and is signed."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from crawler.fetch.engine import Engine, Fetch, FetchResult
from crawler.record import Outcome, Source
from jobs.web.websub import WebSub, answer_to, is_signed
from storage.db.database import Database
from storage.queue import frontier, sources, subscriptions
from storage.queue.subscriptions import Subscription
from tests.polling import claim
from tests.unit.crawler.fetch.local_site import Seen, http, rules, serving

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = "https://news.example.org/feed.xml"
HOUR = timedelta(hours=1)
KNOWN = Subscription("s", "https://hub.example/", FEED, "token", "secret", NOW + HOUR, asked=True)
PUSH = b"<rss><channel><item><title>anything at all</title></item></channel></rss>"


def sign(secret: str, body: bytes = PUSH, method: str = "sha256") -> dict[str, str]:
    return {"X-Hub-Signature": f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"}


class Hub:
    """A hub: it notes who subscribes, and verifies and tells when the test says so."""

    def __init__(self, status: int = 202) -> None:
        self.status = status
        self.asked: list[dict[str, str]] = []
        self.url = ""

    def reply(self, seen: Seen) -> bytes:
        if seen.path == "/robots.txt":
            return http(200, b"User-agent: *\nDisallow: /")
        self.asked.append(dict(parse_qsl(seen.body.decode())))
        return http(self.status)


class Bench:
    """A source with a feed, the subscriber and an engine that carries its requests."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self.db, self.hub, self.now = db, hub, NOW
        self.waiting: list[Fetch] = []
        self.websub = WebSub(db, lambda: self.now, self.waiting.append, lambda: None)
        self.answers: list[FetchResult] = []
        self.session = aiohttp.ClientSession()
        db.write_now(lambda s: sources.sync(s, [(Source("s", FEED), NOW)], NOW))
        self.finish()

    def finish(self) -> None:
        """The source's poll is done, and next due in an hour."""
        self.db.write_now(lambda s: frontier.force_due(s, self.now))
        [poll] = claim(self.db, self.now)
        self.db.write_now(lambda s: frontier.unchanged(s, poll, now=self.now, next_due=self.now + HOUR))

    async def subscribe(self) -> dict[str, str]:
        """What the hub was asked for."""
        await self.websub.polled("s", (self.hub.url, FEED), 0)
        return await self.tick()

    async def tick(self) -> dict[str, str]:
        await self.websub.tick({"s"})
        count = len(self.hub.asked)

        async def answered(answer: FetchResult) -> None:
            self.websub.answered(answer, answer.fetch.work)
            self.answers.append(answer)

        async def claim() -> Fetch | None:
            return self.waiting.pop(0) if self.waiting else None

        if self.waiting:
            engine, before = Engine(rules(), claim, answered, lambda: self.now), len(self.answers)
            running = asyncio.create_task(engine.run())
            while len(self.answers) == before:
                await asyncio.sleep(0.01)
            await engine.stop(1)
            await running
        return self.hub.asked[-1] if len(self.hub.asked) > count else {}

    def address(self, callback: str) -> str:
        """Where the proxy before us would lead to."""
        return f"http://127.0.0.1:{self.websub.port}/{callback.rpartition('/')[2]}"

    async def verify(self, asked: Mapping[str, str], **changed: str) -> tuple[int, str]:
        query = {"mode": "subscribe", "topic": asked["hub.topic"], "challenge": "c h&a", "lease_seconds": "86400"} | changed
        url = self.address(asked["hub.callback"]) + "?" + urlencode({f"hub.{name}": value for name, value in query.items()})
        async with self.session.get(url) as answer:
            return answer.status, await answer.text()

    async def push(self, asked: Mapping[str, str], headers: Mapping[str, str], body: bytes = PUSH) -> int:
        async with self.session.post(self.address(asked["hub.callback"]), data=body, headers=headers) as answer:
            return answer.status

    def due(self) -> datetime | None:
        return self.db.read(sources.states)[0].next_due

    def kept(self) -> Subscription | None:
        return self.db.read(subscriptions.of_all).get("s")


@asynccontextmanager
async def bench(db: Database, status: int = 202) -> AsyncIterator[Bench]:
    hub = Hub(status)
    async with serving(hub.reply) as site:
        hub.url = site.url("/hub")
        made = Bench(db, hub)
        await made.websub.open("https://public.example/websub/", "127.0.0.1:0")
        try:
            yield made
        finally:
            await made.session.close()
            await made.websub.close()


async def test_it_asks_confirms_and_a_signed_push_makes_the_source_due(db: Database) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        assert asked["hub.mode"] == "subscribe"
        assert asked["hub.topic"] == FEED
        assert asked["hub.callback"].startswith("https://public.example/websub/")
        assert len(asked["hub.secret"]) == 64
        assert len(asked["hub.callback"].rpartition("/")[2]) == 32
        assert await at.verify(asked) == (200, "c h&a")
        assert await at.push(asked, sign(asked["hub.secret"])) == 202
        assert at.due() == NOW + HOUR, "not before the tick"
        await at.tick()
        assert at.due() == NOW


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"topic": "https://other.example/feed"}, "another topic"),
        ({"mode": "unsubscribe"}, "we never asked to end it"),
        ({"challenge": ""}, "nothing to repeat"),
        ({"lease_seconds": "for ever"}, "no lease"),
    ],
)
async def test_nothing_is_confirmed_but_what_was_asked_for(db: Database, changed: dict[str, str], why: str) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        assert (await at.verify(asked, **changed))[0] == 404, why
        assert await at.push(asked, sign(asked["hub.secret"])) == 410
        stranger = asked | {"hub.callback": "https://public.example/websub/guessed"}
        assert (await at.verify(stranger))[0] == 404
        assert await at.push(stranger, sign(asked["hub.secret"])) == 410
        assert (await at.verify(asked))[0] == 200
        assert (await at.verify(asked))[0] == 404, "confirmed is confirmed: a second question was not asked for"


@pytest.mark.parametrize(
    "headers",
    [{}, sign("another secret"), {"X-Hub-Signature": "md5=" + hashlib.md5(PUSH).hexdigest()}, {"X-Hub-Signature": "sha256=ü"}],
)
async def test_a_push_without_a_right_signature_changes_nothing_and_the_sender_does_not_learn_so(
    db: Database, headers: dict[str, str]
) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked)
        assert await at.push(asked, headers) == 202
        await at.tick()
        assert at.due() == NOW + HOUR


async def test_a_push_that_is_too_large_is_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.web.websub.MAX_PUSH", 1000)
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked)
        assert await at.push(asked, sign(asked["hub.secret"], b"x" * 2000), b"x" * 2000) == 413


@pytest.mark.parametrize(
    "sent", ["", "POST /", "GET / HTTP/1.1\r\nHost: ", "POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\na"]
)
async def test_a_stranger_who_does_not_end_holds_no_connection(db: Database, monkeypatch: pytest.MonkeyPatch, sent: str) -> None:
    monkeypatch.setattr("jobs.web.server.REQUEST_WITHIN", 0.2)
    async with bench(db) as at, asyncio.timeout(10):
        asked = await at.subscribe()
        await at.verify(asked)
        reader, writer = await asyncio.open_connection("127.0.0.1", at.websub.port)
        writer.write(sent.format(urlsplit(at.address(asked["hub.callback"])).path).encode())
        await asyncio.gather(reader.read(), return_exceptions=True)  # to its end, with or without a word
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        assert await at.push(asked, sign(asked["hub.secret"])) == 202


async def test_so_many_strangers_and_no_more(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.web.server.MOST_CONNECTIONS", 2)
    async with bench(db) as at, asyncio.timeout(10):
        held = [await asyncio.open_connection("127.0.0.1", at.websub.port) for _ in range(3)]
        ends = [asyncio.ensure_future(reader.read()) for reader, _ in held]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        assert [end.done() for end in ends] == [False, False, True]
        for _, writer in held:
            writer.close()
        await asyncio.gather(*ends, *(writer.wait_closed() for _, writer in held), return_exceptions=True)


async def test_a_hub_that_pushes_without_end_causes_a_poll_in_thirty_seconds(db: Database) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked)
        await at.push(asked, sign(asked["hub.secret"]))
        await at.tick()
        at.finish()
        for _ in range(3):
            await at.push(asked, sign(asked["hub.secret"]))
        await at.tick()
        assert at.due() == NOW + timedelta(seconds=30)


async def test_a_push_during_a_poll_causes_another_and_a_source_in_trouble_keeps_its_pause(db: Database) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked)
        db.write_now(lambda s: frontier.force_due(s, NOW))
        [poll] = claim(db, NOW)
        await at.push(asked, sign(asked["hub.secret"]))
        await at.tick()
        db.write_now(lambda s: frontier.unchanged(s, poll, now=NOW, next_due=NOW + HOUR))
        await at.tick()
        assert at.due() == NOW
        [poll] = claim(db, NOW)
        db.write_now(lambda s: frontier.failed(s, poll, Outcome(frontier.Reason.BLOCKED), now=NOW, next_due=NOW + HOUR))
        at.now += timedelta(minutes=2)
        await at.push(asked, sign(asked["hub.secret"]))
        await at.tick()
        assert at.due() == NOW + HOUR


async def test_it_is_renewed_before_the_lease_ends_and_over_when_it_ends(db: Database) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked, lease_seconds="1000")
        at.now = NOW + timedelta(seconds=790)
        assert await at.tick() == {}
        at.now = NOW + timedelta(seconds=810)
        assert await at.tick() == asked, "under the same address and secret"
        assert await at.push(asked, sign(asked["hub.secret"])) == 202
        at.now = NOW + timedelta(seconds=1001)
        assert await at.push(asked, sign(asked["hub.secret"])) == 410
        assert (await at.verify(asked))[0] == 200
        assert await at.push(asked, sign(asked["hub.secret"])) == 202


@pytest.mark.parametrize("status", [500, 404])
async def test_a_hub_that_is_down_is_asked_again_an_hour_later(db: Database, status: int) -> None:
    async with bench(db, status) as at:
        first = await at.subscribe()
        assert first
        assert await at.tick() == {}
        at.now += HOUR
        at.hub.status = 202
        assert await at.tick() == first


async def test_a_hub_that_says_no_is_asked_again_a_day_later(db: Database) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        assert (await at.verify(asked, mode="denied", reason="not you"))[0] == 200
        assert await at.push(asked, sign(asked["hub.secret"])) == 410
        kept = at.kept()
        assert kept
        assert (kept.note, kept.ask_at, kept.until) == ("not you", NOW + timedelta(days=1), None)


async def test_a_hub_in_a_private_network_is_not_asked(db: Database) -> None:
    async with bench(db) as at:
        at.hub.url = "http://10.0.0.1/hub"
        await at.subscribe()
        assert [answer.outcome.reason.value for answer in at.answers] == ["refused-address"]


async def test_a_restart_goes_on_with_what_the_hub_knows(db: Database) -> None:
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked)
        await at.websub.close()
        at.websub = WebSub(db, lambda: at.now, at.waiting.append, lambda: None)
        await at.websub.open("https://public.example/websub", "127.0.0.1:0")
        assert await at.subscribe() == {}
        assert await at.push(asked, sign(asked["hub.secret"])) == 202
        await at.websub.polled("s", ("https://new.example/hub", FEED), 0)
        assert await at.push(asked, sign(asked["hub.secret"])) == 410


async def test_polling_slows_only_while_the_news_come_by_push(db: Database) -> None:
    quarter = timedelta(minutes=15)
    async with bench(db) as at:
        asked = await at.subscribe()
        await at.verify(asked)
        await at.websub.polled("s", (at.hub.url, FEED), 3)
        assert at.websub.pause("s", quarter) == quarter, "it has not told us yet"
        await at.push(asked, sign(asked["hub.secret"]))
        await at.websub.polled("s", (at.hub.url, FEED), 1)
        assert at.websub.pause("s", quarter) == HOUR
        assert at.websub.pause("s", timedelta(hours=4)) == timedelta(hours=6)
        assert at.websub.pause("s", timedelta(days=1)) == timedelta(days=1)
        at.now += timedelta(minutes=10)
        await at.websub.polled("s", (at.hub.url, FEED), 1)
        assert at.websub.pause("s", quarter) == quarter, "news that it did not tell"


async def test_without_a_callback_nothing_is_asked(db: Database) -> None:
    waiting: list[Fetch] = []
    websub = WebSub(db, lambda: NOW, waiting.append, lambda: None)
    await websub.polled("s", ("https://hub.example/", FEED), 1)
    await websub.tick({"s"})
    assert waiting == []


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures(method: str) -> None:
    header = sign("secret", method=method)["X-Hub-Signature"]
    assert is_signed("secret", header, PUSH)
    assert not is_signed("secret", header, PUSH + b" ")
    assert not is_signed("secret", header[:-1], PUSH)
    assert not is_signed("secret", f"{method}=\udcff", PUSH), "bytes that are no text"
    assert not is_signed("secret", header.removeprefix(method), PUSH)


def test_a_lease_beyond_all_measure_is_cut() -> None:
    query = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "x", "hub.lease_seconds": "9" * 5000}
    changed, challenge = answer_to(KNOWN, query, NOW)
    assert challenge == "x"
    assert changed == replace(KNOWN, asked=False, until=NOW + timedelta(days=30), ask_at=NOW + timedelta(days=24))
