"""A model that never answers holds back no alert; after a kill in the midst of it, the records are asked about again."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.record import Record
from crawler.stages import add as adding
from storage.archive import annotations as annotating
from storage.archive import queries
from storage.db.database import Database, open_database
from tests import world as worlds
from tests.flow.harness import start, write_config
from tests.model_server import MODEL, completion, said
from tests.vendors import Vendor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
EACH = 4
ANSWER = completion(said(keywords=[*worlds.PLACES, *worlds.ACTS, "nowhere"]), tokens=700)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.1)


def records(db: Database) -> list[Record]:
    return db.read(lambda s: list(queries.records(s)))


async def _story(folder: Path) -> None:
    world = worlds.build(datetime.now(UTC), sites=1, each=EACH)
    await world.start()
    try:
        async with Vendor("hang", "hang", ANSWER) as server:
            config = write_config(folder, world)
            analysis = f"analysis: {{engine: openai, base_url: '{server.url}/v1', model: {MODEL}}}\n"
            config.write_text(config.read_text("utf-8") + analysis, "utf-8")
            daemon = await start(config)
            await until(lambda: len(world.sink.received) == EACH and len(server.asked) == 2)
            daemon.kill()
            await daemon.wait()
            with closing(open_database(f"sqlite:///{folder}/zhixun.db")) as db:
                assert {one.analysis for one in records(db)} == {adding.label(())}
                reserved = db.read(lambda s: annotating.spent(s, f"{datetime.now(worlds.ZONE):%Y-%m}"))
                assert reserved > 0  # what the two calls may have cost
                daemon = await start(config)
                await until(lambda: all((one.analysis or "").startswith(f"model:{MODEL}") for one in records(db)))
                daemon.terminate()
                assert await daemon.wait() == 0
                assert len(server.asked) == 2 + EACH
                assert db.read(lambda s: annotating.spent(s, f"{datetime.now(worlds.ZONE):%Y-%m}")) == reserved + EACH * 700
                for one in records(db):
                    words = [fact for fact in one.facts if fact.by == f"model:{MODEL}"]
                    assert words
                    assert all(fact.start is None or one.text[fact.start : fact.end] == fact.quote for fact in words)
        assert len(world.sink.received) == EACH
    finally:
        await world.stop()


def test_alerts_do_not_wait_for_a_model_and_a_kill_loses_no_question(tmp_path: Path) -> None:
    asyncio.run(_story(tmp_path))
