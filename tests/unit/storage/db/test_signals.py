"""Programs on one PostgreSQL wake each other; where nothing is passed on they find out and look by themselves."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, closing

import psycopg
import pytest

from storage.db import signals
from storage.db.database import Database, open_database
from storage.db.errors import StorageError


@pytest.fixture
def server(postgres_template: str, postgres_url) -> Iterator[Database]:
    with closing(open_database(postgres_url(postgres_template))) as db:
        yield db


@pytest.mark.postgres
async def test_what_is_committed_is_heard_once_and_what_is_not_never(server: Database) -> None:
    def twice(session) -> None:
        signals.tell(session, signals.LETTERS)
        signals.tell(session, signals.LETTERS)

    def in_vain(session) -> None:
        signals.tell(session, "nothing has happened")
        raise ValueError

    found: list[str] = []
    async with asyncio.timeout(60), aclosing(signals.heard(server)) as topics:  # type: ignore[type-var]
        async for topic in topics:
            found.append(topic)
            if topic == signals.HEARS:
                with pytest.raises(ValueError):
                    await server.write(in_vain)
                await server.write(twice)
                await server.write(lambda s: signals.tell(s, signals.MESSAGES))
            if topic == signals.MESSAGES:
                break
    assert found == [signals.HEARS, signals.LETTERS, signals.MESSAGES]


@pytest.mark.postgres
async def test_a_connection_that_is_lost_is_a_passing_trouble(server: Database) -> None:
    async def listen() -> None:
        async for _ in signals.heard(server):
            with psycopg.connect(server.url.set(drivername="postgresql").render_as_string(), autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")

    with pytest.raises(StorageError) as caught:
        await asyncio.wait_for(listen(), 60)
    assert caught.value.transient


def test_on_a_file_nobody_is_told(tmp_path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/z.db")) as db:
        db.upgrade()
        db.write_now(lambda s: signals.tell(s, signals.LETTERS))
