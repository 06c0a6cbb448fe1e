"""From the outbox into a channel and back into the ledger: nothing lost, nothing marked that was not accepted."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from sqlalchemy import select, update

from crawler.plugins import Component, Options
from crawler.record import Record
from jobs import clock
from jobs.deliver.channel_worker import ChannelWorker
from jobs.deliver.dispatcher import Deliverer
from jobs.deliver.message import Message, payload
from jobs.deliver.transport import OpenChannel, Post, Receipt, accepted, channel_for, refused
from storage.alerts import outbox
from storage.archive import articles
from storage.db import models
from storage.db.database import Database, open_database
from storage.db.errors import Busy, Unreachable
from storage.rules.ruleset import Hit
from tests.vendors import VENDORS, FetchResult, Vendor

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
POISON = refused("cannot read that", 400, permanent=True, poison=True)
DOWN = refused("503 busy", 503)


class Clock:
    """A clock that moves a little whenever somebody looks at it, so that short pauses pass."""

    def __init__(self, start: datetime = START, step: float = 0.05) -> None:
        self.moment = start
        self.step = timedelta(seconds=step)

    def __call__(self) -> datetime:
        self.moment += self.step
        return self.moment


class Scripted:
    """A channel that answers by script, the last answer again and again, and keeps what it was given."""

    def __init__(self, *script: Receipt | Exception, rate: float | None = None) -> None:
        self.script = list(script) or [accepted("ok")]
        self.given: list[Message] = []
        self.rate = rate
        self.gate: asyncio.Event | None = None  # holds every message until it is set
        self.entered = asyncio.Event()

    async def send(self, message: Message, _options: Options, _post: Post) -> Receipt:
        self.given.append(message)
        self.entered.set()
        if self.gate:
            await self.gate.wait()
        turn = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(turn, Exception):
            raise turn
        return turn

    def open(self, name: str = "scripted") -> OpenChannel:
        module = SimpleNamespace(send=self.send)
        return OpenChannel(name, name, f"{name}://", Options(), self.rate, cast(Component, SimpleNamespace(module=module)))

    @property
    def ids(self) -> list[int]:
        return [message.alert_id for message in self.given]


def raise_alerts(db: Database, channels: Sequence[str], count: int = 1, *, rule: str = "r", at: datetime = START) -> None:
    for number in range(count):
        rng = random.Random(f"{rule} {number}")
        text = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(200))
        record = Record(f"{rule} 第{number}条新闻", f"https://example.org/{rule}/{number}", text, language="zh")
        draft = articles.AlertDraft(rule, "v1", tuple(channels), payload(record, Hit(rule, "v1", ())))
        db.write_now(
            partial(articles.store, record=record, key=f"{rule}/{number}", aliases=[], tags=(), task=None, alerts=[draft], now=at)
        )


@dataclass(frozen=True)
class Row:
    state: str
    attempts: int
    answer: str | None
    error: str | None


def ledger(db: Database, channel: str) -> list[Row]:
    d = models.delivery.c
    query = select(d.state, d.attempts, d.vendor_answer, d.last_error).where(d.channel == channel).order_by(d.id)
    return [Row(*row) for row in db.read(lambda s: s.execute(query).all())]


@asynccontextmanager
async def delivering(
    db: Database, channels: dict[str, OpenChannel], now: Callable[[], datetime], **more: Any
) -> AsyncIterator[Deliverer]:
    deliverer = Deliverer(db, channels, "me", now, **more)
    running = asyncio.create_task(deliverer.run())
    try:
        yield deliverer
    finally:
        await deliverer.stop(5)
        await running


def deliver(
    db: Database, channels: dict[str, OpenChannel], now: Callable[[], datetime] | None = None, **more: Any
) -> tuple[int, Mapping[str, str]]:
    """How many were sent, and which channels are in trouble."""

    async def main() -> tuple[int, Mapping[str, str]]:
        async with delivering(db, channels, now or Clock(), **more) as deliverer:
            await deliverer.drain()
            return deliverer.sent, deliverer.troubles

    return asyncio.run(main())


def test_an_accepted_alert_is_sent_once_on_either_database(db: Database) -> None:
    channel = Scripted()
    raise_alerts(db, ["desk"], 3)
    assert deliver(db, {"desk": channel.open()}) == (3, {})
    assert deliver(db, {"desk": channel.open()}) == (0, {})
    assert channel.ids == [1, 2, 3]
    assert ledger(db, "desk") == [Row("sent", 1, "ok", None)] * 3


def test_a_failure_that_may_pass_is_tried_again_with_the_same_key(db: Database) -> None:
    channel = Scripted(DOWN, DOWN, accepted("finally"))
    raise_alerts(db, ["desk"])
    deliver(db, {"desk": channel.open()})
    assert len({message.idem_key for message in channel.given}) == 1
    assert ledger(db, "desk") == [Row("sent", 3, "finally", None)]


def test_a_final_refusal_is_a_dead_letter_that_another_channel_tells_of(sqlite: Database) -> None:
    dead, other = Scripted(refused("310000 keywords not in content", 310000, permanent=True)), Scripted()
    raise_alerts(sqlite, ["desk"])
    deliver(sqlite, {"desk": dead.open(), "other": other.open()})
    assert ledger(sqlite, "desk") == [Row("dead", 1, "310000 keywords not in content", "310000 keywords not in content")]
    (told,) = other.given
    assert told.kind == "notice"
    assert "#0001 → desk: 310000 keywords not in content" in told.note


def test_health_channels_are_told_instead_of_others(sqlite: Database) -> None:
    dead, other, health = Scripted(refused("no", permanent=True)), Scripted(), Scripted()
    raise_alerts(sqlite, ["desk"], 9)
    deliver(sqlite, {"desk": dead.open(), "other": other.open(), "health": health.open()}, health=("desk", "health"))
    assert other.given == []
    assert health.given[0].title.startswith("9 条告警未能送达")
    assert "另有 4 条" in health.given[0].note


def test_a_dead_letter_can_be_sent_again(sqlite: Database) -> None:
    channel = Scripted(refused("no such bot", permanent=True), accepted("ok"))
    raise_alerts(sqlite, ["desk"])
    deliver(sqlite, {"desk": channel.open()})
    assert sqlite.write_now(lambda s: outbox.retry(s, None, START)) == 1
    deliver(sqlite, {"desk": channel.open()})
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent"]


@pytest.mark.parametrize(
    ("script", "state", "plain"),
    [
        ((POISON, accepted("plain works")), "sent", [False, True]),
        ((POISON, POISON), "dead", [False, True]),
        ((POISON, DOWN, POISON, accepted("plain works")), "sent", [False, True, False, True]),
        ((ZeroDivisionError("in the wording"), accepted("plain works")), "sent", [False, True]),
        ((ZeroDivisionError("always"),), "dead", [False, True]),
        ((refused("no such bot", permanent=True),), "dead", [False]),
    ],
    ids=[
        "plain passes",
        "nothing passes",
        "plain passes later",
        "a bug in the wording",
        "a bug everywhere",
        "not about the message",
    ],
)
def test_a_message_that_cannot_be_read_goes_as_plain_text_once(
    sqlite: Database, script: Sequence[Receipt | Exception], state: str, plain: list[bool]
) -> None:
    channel = Scripted(*script)
    raise_alerts(sqlite, ["desk"])
    deliver(sqlite, {"desk": channel.open()})
    assert [message.plain for message in channel.given] == plain
    assert [row.state for row in ledger(sqlite, "desk")] == [state]


def test_a_poison_message_does_not_stop_the_others(sqlite: Database) -> None:
    channel = Scripted(accepted("1"), POISON, POISON, accepted("3"))
    raise_alerts(sqlite, ["desk"], 3)
    deliver(sqlite, {"desk": channel.open()})
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent", "dead", "sent"]


def test_a_payload_that_cannot_be_read_is_announced_bare(sqlite: Database) -> None:
    channel = Scripted()
    raise_alerts(sqlite, ["desk"])
    sqlite.write_now(lambda s: s.execute(update(models.alert).values(payload={"rule": "r"})))
    deliver(sqlite, {"desk": channel.open()})
    assert channel.given[0].id == "#0001"
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent"]


def test_what_was_tried_too_often_or_too_long_ago_is_a_dead_letter(sqlite: Database) -> None:
    raise_alerts(sqlite, ["desk"], at=START - timedelta(hours=49))
    sqlite.write_now(lambda s: s.execute(update(models.delivery).values(attempts=10)))
    deliver(sqlite, {"desk": Scripted(DOWN).open()})
    assert [row.state for row in ledger(sqlite, "desk")] == ["dead"]
    raise_alerts(sqlite, ["often"], rule="often")
    sqlite.write_now(lambda s: s.execute(update(models.delivery).values(attempts=60).where(models.delivery.c.channel == "often")))
    deliver(sqlite, {"often": Scripted(DOWN).open()})
    assert ledger(sqlite, "often") == [Row("dead", 61, "503 busy", "503 busy")]


def test_a_weekly_alert_has_its_chances_from_when_it_was_due(sqlite: Database) -> None:
    raise_alerts(sqlite, ["desk"], at=START - timedelta(days=6))
    sqlite.write_now(lambda s: s.execute(update(models.alert).values(due_at=START)))
    sqlite.write_now(lambda s: s.execute(update(models.delivery).values(attempts=15)))
    deliver(sqlite, {"desk": Scripted(DOWN).open()})
    assert [row.state for row in ledger(sqlite, "desk")] == ["pending"]


def test_one_that_cannot_be_read_takes_no_other_of_its_digest_along(sqlite: Database) -> None:
    channel = Scripted(rate=600.0)
    raise_alerts(sqlite, ["desk"], 3, at=START - timedelta(hours=1))
    sqlite.write_now(lambda s: s.execute(update(models.alert).values(payload={"rule": "r"}).where(models.alert.c.id == 2)))
    deliver(sqlite, {"desk": channel.open()})
    (digest,) = channel.given
    assert [(item.id, "第" in item.title) for item in digest.items] == [("#0001", True), ("#0002", False), ("#0003", True)]


async def test_a_slow_channel_delays_no_other(sqlite: Database) -> None:
    slow, quick = Scripted(), Scripted()
    raise_alerts(sqlite, ["slow", "quick"], 4)
    slow.gate = asyncio.Event()
    async with delivering(sqlite, {"slow": slow.open(), "quick": quick.open()}, Clock()) as deliverer:
        await slow.entered.wait()
        while len(quick.given) < 4:
            await asyncio.sleep(0.01)
        assert len(slow.given) == 1
        slow.gate.set()
        await deliverer.drain()
    assert slow.ids == quick.ids == [1, 2, 3, 4]


def test_a_channel_that_is_down_costs_a_few_attempts_and_no_alert_its_chances(sqlite: Database) -> None:
    channel = Scripted(DOWN)
    raise_alerts(sqlite, ["desk"], 40)
    assert deliver(sqlite, {"desk": channel.open()}) == (0, {"desk": DOWN.detail})
    assert len(channel.given) == 5
    rows = ledger(sqlite, "desk")
    assert [row.state for row in rows] == ["pending"] * 40
    assert sum(row.attempts for row in rows) == 5


async def test_after_a_rest_one_message_tries_the_channel_first(sqlite: Database) -> None:
    channel = Scripted(DOWN)
    raise_alerts(sqlite, ["desk"], 8)
    clock = Clock()
    async with delivering(sqlite, {"desk": channel.open()}, clock) as deliverer:
        await deliverer.drain()
        channel_worker = deliverer._channel_workers["desk"]
        assert channel_worker.breaker.trying
        for answer, expected in ((DOWN, 6), (accepted("up"), 14)):
            channel.script = [answer]
            channel_worker.breaker = replace(channel_worker.breaker, open_until=0.0)  # the rest is over
            clock.moment += timedelta(hours=1)
            await deliverer.drain()
            assert len(channel.given) == expected
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent"] * 8


def test_retry_after_holds_the_whole_channel(sqlite: Database) -> None:
    channel = Scripted(refused("slow down", 429, retry_after=600.0))
    raise_alerts(sqlite, ["desk"], 3)
    deliver(sqlite, {"desk": channel.open()}, Clock(step=0.001))
    assert len(channel.given) == 1
    d = models.delivery.c
    due = sqlite.read(lambda s: s.scalars(select(d.next_at)).all())
    assert min(due) >= START + timedelta(seconds=599)


def test_alerts_that_waited_travel_together_on_a_channel_that_takes_only_so_many(sqlite: Database) -> None:
    chat, program = Scripted(rate=20.0), Scripted()
    raise_alerts(sqlite, ["chat", "program"], 57, at=START - timedelta(hours=8))
    deliver(sqlite, {"chat": chat.open(), "program": program.open()})
    (digest,) = chat.given
    assert (digest.kind, len(digest.items), digest.more) == ("digest", 30, 27)
    assert [message.kind for message in program.given] == ["alert"] * 57
    assert {row.state for row in ledger(sqlite, "chat")} == {"sent"}


async def test_channels_with_one_target_share_its_pace_and_go_to_one_program(sqlite: Database) -> None:
    class Asked:
        names: ClassVar[set[str]] = set()

        async def may_send(self, channel: str) -> bool:
            self.names.add(channel)
            return True

        def sends(self, _channel: str) -> bool:
            return True

    chat = Scripted(rate=20.0)
    raise_alerts(sqlite, ["desk", "chief", "other"], 1)
    opened = {name: replace(chat.open(), target=("bot", "one")) for name in ("desk", "chief")}
    opened["other"] = replace(chat.open(), target=("bot", "two"))
    async with delivering(sqlite, opened, Clock(), rights=Asked()):
        await asyncio.sleep(1.0)
        sent = sorted(row.state for name in ("desk", "chief") for row in ledger(sqlite, name))
        assert (len(chat.given), sent) == (2, ["sending", "sent"])
    assert Asked.names == {"chief", "other"}


def test_the_target_is_what_the_vendor_counts_by() -> None:
    same = "feishu://TOKEN", "feishu://TOKEN?keyword=news", "https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN"
    assert len({channel_for(address).target for address in same}) == 1
    assert channel_for("feishu://OTHER").target != channel_for("feishu://TOKEN").target


async def test_a_digest_that_was_refused_is_sent_again_with_the_same_members(sqlite: Database) -> None:
    chat = Scripted(DOWN, accepted("ok"), rate=400.0)
    raise_alerts(sqlite, ["chat"], 3, at=START - timedelta(hours=1))
    clock = Clock()
    async with delivering(sqlite, {"chat": chat.open()}, clock) as deliverer:
        while not chat.given:
            await asyncio.sleep(0.01)
        raise_alerts(sqlite, ["chat"], 1, rule="late", at=START)
        await deliverer.drain()
    digests = [message for message in chat.given if message.kind == "digest"]
    assert len(digests) == 2
    assert digests[0].idem_key == digests[1].idem_key
    assert {row.state for row in ledger(sqlite, "chat")} == {"sent"}


def test_what_waits_for_a_channel_that_is_gone_is_a_dead_letter(sqlite: Database) -> None:
    here = Scripted()
    raise_alerts(sqlite, ["gone", "here"], 2)
    deliver(sqlite, {"here": here.open()})
    assert [row.state for row in ledger(sqlite, "gone")] == ["dead"] * 2
    assert [message.kind for message in here.given].count("notice") == 1


async def test_a_channel_that_is_taken_away_gets_nothing_more(sqlite: Database) -> None:
    gone, here = Scripted(), Scripted()
    raise_alerts(sqlite, ["desk"], 5)
    gone.gate = asyncio.Event()
    async with delivering(sqlite, {"desk": gone.open(), "here": here.open()}, Clock()) as deliverer:
        await gone.entered.wait()
        deliverer.channels = {"here": here.open()}
        gone.gate.set()
        await deliverer.drain()
    assert gone.ids == [1]
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent", *["dead"] * 4]
    assert here.given[0].title.startswith("4 条告警未能送达")


async def test_a_mended_address_is_used_at_once_and_holds_nothing_that_a_rule_holds(sqlite: Database) -> None:
    old, new = Scripted(refused("slow down", 429, retry_after=86_400.0)), Scripted()
    raise_alerts(sqlite, ["desk"], 3)
    held = models.delivery.c.id == 3
    sqlite.write_now(lambda s: s.execute(update(models.delivery).values(next_at=START + timedelta(hours=9)).where(held)))
    async with delivering(sqlite, {"desk": old.open()}, Clock(step=0.001)) as deliverer:
        while [row.state for row in ledger(sqlite, "desk")] != ["pending"] * 3 or ledger(sqlite, "desk")[1].error is None:
            await asyncio.sleep(0.01)
        deliverer.channels = {"desk": replace(new.open(), scheme="mended")}
        await deliverer.drain()
    assert (old.ids, new.ids) == ([1], [1, 2])


def test_a_report_of_dead_letters_goes_through_whoever_takes_it_in_the_end(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.deliver.dispatcher.REPORT_EVERY", 0.1)
    monkeypatch.setattr("jobs.deliver.dispatcher.COLLECT", 0.0)
    raise_alerts(sqlite, ["desk"])
    no = refused("no such bot", permanent=True)
    dead, gone, busy = Scripted(no), Scripted(no), Scripted(DOWN, accepted("ok"))

    async def main() -> None:
        channels = {"desk": dead.open(), "gone": gone.open(), "busy": busy.open()}
        async with delivering(sqlite, channels, Clock()) as deliverer:
            async with asyncio.timeout(10):
                while len(busy.given) < 2:
                    deliverer.wake()
                    await asyncio.sleep(0.02)

    asyncio.run(main())
    assert [len(gone.given), len(busy.given)] == [2, 2]


async def test_a_reload_replaces_the_channel_between_two_messages(sqlite: Database) -> None:
    old, new = Scripted(), Scripted()
    raise_alerts(sqlite, ["desk"], 3)
    old.gate = asyncio.Event()
    async with delivering(sqlite, {"desk": old.open()}, Clock()) as deliverer:
        await old.entered.wait()
        deliverer.channels = {"desk": new.open()}
        old.gate.set()
        await deliverer.drain()
    assert (old.ids, new.ids) == ([1], [2, 3])


async def test_a_stop_lets_the_message_under_way_end_and_gives_back_the_rest(sqlite: Database) -> None:
    channel = Scripted()
    raise_alerts(sqlite, ["desk"], 5)
    channel.gate = asyncio.Event()
    async with delivering(sqlite, {"desk": channel.open()}, Clock()):
        await channel.entered.wait()
        asyncio.get_running_loop().call_later(0.05, channel.gate.set)
    rows = ledger(sqlite, "desk")
    assert [row.state for row in rows] == ["sent"] + ["pending"] * 4
    assert [row.attempts for row in rows] == [1, 0, 0, 0, 0]


async def test_a_stop_does_not_wait_longer_than_its_deadline(sqlite: Database) -> None:
    channel = Scripted()
    raise_alerts(sqlite, ["desk"])
    channel.gate = asyncio.Event()  # never set
    deliverer = Deliverer(sqlite, {"desk": channel.open()}, "me", Clock())
    running = asyncio.create_task(deliverer.run())
    await channel.entered.wait()
    await deliverer.stop(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [row.state for row in ledger(sqlite, "desk")] == ["sending"]
    assert sqlite.write_now(lambda s: outbox.recover(s, START)) == 1


async def test_a_claim_whose_commit_had_no_answer_is_made_again_at_once(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.deliver.channel_worker.STORE_PAUSE", 0.01)
    committed, asked = sqlite.write, 0

    async def write(work: Callable[[Any], Any]) -> Any:
        nonlocal asked
        asked += 1
        done = await committed(work)
        if asked == 1:
            raise Unreachable("the connection was lost in COMMIT")
        return done

    channel = Scripted()
    raise_alerts(sqlite, ["desk"])
    monkeypatch.setattr(sqlite, "write", write)
    async with delivering(sqlite, {"desk": channel.open()}, Clock()):
        await asyncio.wait_for(channel.entered.wait(), 10)
    assert ledger(sqlite, "desk") == [Row("sent", 1, "ok", None)]


def test_a_store_in_trouble_gets_the_acknowledgement_later(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = Scripted()
    raise_alerts(sqlite, ["desk"])
    monkeypatch.setattr("jobs.deliver.channel_worker.STORE_PAUSE", 0.01)
    real, failures = outbox.sent, iter([Busy("locked"), Busy("locked")])

    def sent(*args: Any, **more: Any) -> bool:
        failure = next(failures, None)
        if failure:
            raise failure
        return real(*args, **more)

    monkeypatch.setattr("storage.alerts.outbox.sent", sent)
    deliver(sqlite, {"desk": channel.open()})
    assert channel.ids == [1]
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent"]


def test_an_error_of_ours_ends_the_loop_loudly(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    raise_alerts(sqlite, ["desk"])

    async def broken(_channel_worker: ChannelWorker) -> bool:
        raise AssertionError("a bug")

    monkeypatch.setattr(ChannelWorker, "_round", broken)

    async def main() -> None:
        await Deliverer(sqlite, {"desk": Scripted().open()}, "me", Clock()).run()

    with pytest.raises(AssertionError, match="a bug"):
        asyncio.run(main())


@pytest.mark.parametrize("known", VENDORS, ids=[known.name for known in VENDORS])
def test_a_vendors_own_words_stand_in_the_ledger(sqlite: Database, known: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.deliver.channel_worker.LONG_PAUSE", 0.2)  # a drain then leaves what has to wait

    async def main(name: str, answer: FetchResult) -> None:
        async with Vendor(answer) as vendor, delivering(sqlite, {name: channel_for(known.address(vendor))}, Clock()) as deliverer:
            await deliverer.drain()

    for number, refusal in enumerate(known.refuses):
        name = f"desk-{number}"
        raise_alerts(sqlite, [name], rule=name)
        asyncio.run(main(name, refusal.answer))
        (row,) = ledger(sqlite, name)
        assert row.state == ("dead" if refusal.permanent else "pending")
        assert row.answer is not None
        assert refusal.code in row.answer
        sqlite.write_now(lambda s: s.execute(update(models.delivery).values(state="held")))  # the next is looked at alone


@pytest.mark.parametrize("known", VENDORS, ids=[known.name for known in VENDORS])
async def test_a_lost_reply_is_repeated_under_the_same_visible_id(sqlite: Database, known: Any) -> None:
    raise_alerts(sqlite, ["desk"])
    async with Vendor("lost", known.accepts) as vendor:
        channel = replace(channel_for(known.address(vendor)), rate=None)
        async with delivering(sqlite, {"desk": channel}, Clock()) as deliverer:
            await deliverer.drain()
        (first, second) = [asked.said for asked in vendor.asked]
    assert "#0001" in known.text(first)
    assert known.text(first) == known.text(second)
    assert [(row.state, row.attempts) for row in ledger(sqlite, "desk")] == [("sent", 2)]


async def test_four_alerts_reach_a_webhook_once_each(sqlite: Database) -> None:
    raise_alerts(sqlite, ["hook"], 4)
    async with Vendor(FetchResult("", 503), FetchResult("", 204)) as vendor:
        channel = channel_for(f"webhook+http://{vendor.host}/in")
        async with delivering(sqlite, {"hook": channel}, Clock()) as deliverer:
            await deliverer.drain()
        keys = [asked.headers["Idempotency-Key"] for asked in vendor.asked]
    assert (len(keys), len(set(keys))) == (5, 4)


async def test_dead_letters_are_told_before_the_end(sqlite: Database) -> None:
    dead, other = Scripted(refused("no", permanent=True)), Scripted()
    raise_alerts(sqlite, ["desk"])
    async with delivering(sqlite, {"desk": dead.open(), "other": other.open()}, Clock()):
        while not dead.given:
            await asyncio.sleep(0.01)
    assert [message.kind for message in other.given] == ["notice"]


def crash(db: Database, times: int) -> list[list[int]]:
    """Let the program end so often between claim and answer; the alerts that it was sending each time."""
    claims = []
    for _ in range(times):
        claimed = db.write_now(
            lambda s: outbox.claim(s, channel="desk", owner="me", now=START, limit=9, lease=timedelta(minutes=1))
        )
        claims.append([one.alert_id for one in claimed])
        db.write_now(lambda s: outbox.recover(s, START))
    return claims


def test_being_killed_costs_no_alert_its_chances(sqlite: Database) -> None:
    raise_alerts(sqlite, ["desk"], 2)
    crash(sqlite, 8)
    deliver(sqlite, {"desk": Scripted(DOWN, accepted("ok")).open()})
    assert sorted((row.state, row.attempts) for row in ledger(sqlite, "desk")) == [("sent", 1), ("sent", 2)]


def test_what_the_program_ended_over_three_times_goes_alone_and_after_all_others(sqlite: Database) -> None:
    raise_alerts(sqlite, ["desk"], 2)
    assert crash(sqlite, 5) == [[1, 2], [1, 2], [1, 2], [1], [2]]
    raise_alerts(sqlite, ["desk"], 1, rule="later")
    channel = Scripted()
    deliver(sqlite, {"desk": channel.open()})
    assert channel.ids == [3, 1, 2]


@pytest.mark.parametrize(("crashes", "plain"), [(4, [False]), (5, [True]), (9, [True]), (10, [])])
def test_a_message_that_ends_the_program_goes_plain_and_then_no_more(sqlite: Database, crashes: int, plain: list[bool]) -> None:
    raise_alerts(sqlite, ["desk"], 1)
    crash(sqlite, crashes)
    channel, other = Scripted(), Scripted()
    deliver(sqlite, {"desk": channel.open(), "other": other.open("other")})
    assert [message.plain for message in channel.given] == plain
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent" if plain else "dead"]
    assert [message.kind for message in other.given] == ([] if plain else ["notice"])


def test_a_replay_forgets_the_crashes(sqlite: Database) -> None:
    raise_alerts(sqlite, ["desk"], 1)
    crash(sqlite, 10)
    deliver(sqlite, {"desk": Scripted().open()})
    sqlite.write_now(lambda s: outbox.retry(s, None, START))
    deliver(sqlite, {"desk": Scripted().open()})
    assert [row.state for row in ledger(sqlite, "desk")] == ["sent"]


KILLS = (
    "before-delivery-claim-commit:1",
    "after-delivery-claim:1",
    "before-send:2",
    "after-send:1",
    "after-send:3",
    "before-ack-commit:2",
    "after-ack-commit:2",
)


@pytest.mark.slow
async def test_a_kill_at_any_step_loses_nothing_and_repeats_one_message_at_most(database_url: str) -> None:
    """Each round raises alerts and kills the sender at the next place; then it runs in peace."""
    async with Vendor(FetchResult("", 204)) as vendor:
        killed = 0
        for number, place in enumerate(KILLS):
            await asyncio.to_thread(_more_alerts, database_url, f"round {number}")
            killed += await _deliver_in_child(database_url, vendor, place) == -signal.SIGKILL
        assert await _deliver_in_child(database_url, vendor, "") == 0
        keys = [asked.headers["Idempotency-Key"] for asked in vendor.asked]
    assert killed == len(KILLS)
    assert len(set(keys)) == 3 * len(KILLS)
    assert len(keys) - len(set(keys)) <= killed
    db = open_database(database_url)
    assert {row.state for row in ledger(db, "hook")} == {"sent"}
    db.close()


def _more_alerts(url: str, rule: str) -> None:
    db = open_database(url)
    raise_alerts(db, ["hook"], 3, rule=rule, at=clock.now())
    db.close()


async def _deliver_in_child(url: str, vendor: Vendor, place: str) -> int:
    environ = {**os.environ, "ZHIXUN_FAILPOINT": place}
    script = Path(__file__).with_name("deliver_once.py")
    address = f"webhook+http://{vendor.host}/in"
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(script), url, address, env=environ, stdout=asyncio.subprocess.DEVNULL
    )
    return await child.wait()
