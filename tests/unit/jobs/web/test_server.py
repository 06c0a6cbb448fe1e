"""The server is a guest in a loop: it takes no signals, tells a taken port, ends in time; and nothing of it ends its host."""

import asyncio
import gc
import json
import signal
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from jinja2 import Environment

from crawler import text
from jobs import serve
from jobs.app import App
from jobs.config.load import ConfigError, load
from jobs.daemon import Daemon
from jobs.services import doctor
from jobs.services.readers import people
from jobs.web.app import create
from jobs.web.events import Live
from jobs.web.metrics import Health, Metric
from jobs.web.render import TEMPLATES
from jobs.web.server import Listener, host_and_port
from storage.db.database import Database
from storage.rules.parser import MAX_LENGTH
from tests import press

PASSWORD = "four quiet boats at noon"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:8480", ("127.0.0.1", 8480)),
        ("localhost:1", ("127.0.0.1", 1)),
        ("[::1]:80", ("::1", 80)),
        ("0.0.0.0:9", ("0.0.0.0", 9)),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, parts: tuple[str, int]) -> None:
    assert host_and_port(address) == parts


def test_a_taken_port_is_a_sentence(sqlite: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(serve.Refused, match=f"{address} cannot be listened at"):
            serve.pages(press.parts(sqlite), address)


def test_others_reach_the_pages_only_when_there_is_an_owner_to_ask_them_who_they_are(sqlite: Database) -> None:
    with pytest.raises(serve.Refused, match="no owner yet"):
        serve.pages(press.parts(sqlite), "0.0.0.0:1")
    sqlite.write_now(lambda s: people.add(s, 0, "lin", password=PASSWORD, role="owner", now=press.NOW))
    with pytest.raises(
        serve.Refused, match="cannot be listened at"
    ):  # now it is tried, and port 1 of another machine is not ours
        serve.pages(press.parts(sqlite), "192.0.2.1:1")


async def test_signals_belong_to_the_loop_and_open_answers_do_not_hold_up_the_end(sqlite: Database) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    listener = Listener(create(press.parts(sqlite)), "127.0.0.1:0")
    listener.open()
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{listener.port}/api/v1/events") as answer:
        assert await answer.content.readline() == b"retry: 5000\n"
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
        began = asyncio.get_running_loop().time()
        await listener.close()
        assert asyncio.get_running_loop().time() - began < 5


def test_who_asks_first_waits_for_nothing_that_could_be_made_before(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    text._direct.cache_clear()
    compiled: set[str] = set()
    monkeypatch.setattr(Environment, "get_template", lambda _, name: compiled.add(name))

    async def go() -> None:
        app = create(press.parts(sqlite))
        listener = Listener(app, "127.0.0.1:0", warm=lambda: serve.warm(app))
        listener.open()
        await asyncio.sleep(0)  # its task begins
        await listener.close()

    asyncio.run(go())
    assert text._direct.cache_info().misses == 1
    assert compiled == {file.name for file in TEMPLATES.glob("*.html")}


async def test_who_listens_hears_what_is_there_and_what_comes(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.web.events.EVERY", 0.05)
    listener = Listener(create(press.parts(sqlite)), "127.0.0.1:0")
    listener.open()
    events = f"http://127.0.0.1:{listener.port}/api/v1/events"
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session, session.get(events) as answer:
            await answer.content.readuntil(b"\n\n")
            await asyncio.sleep(0.3)
            await asyncio.to_thread(press.fill, sqlite)
            said = {"records": 0}
            while said["records"] < 10:
                assert (await answer.content.readline()) == b"event: news\n"
                said = json.loads((await answer.content.readuntil(b"\n\n")).removeprefix(b"data: "))
    finally:
        await listener.close()
    assert said == {"records": 10, "alerts": 8}


async def test_an_address_with_the_longest_query_is_read(sqlite: Database) -> None:
    listener = Listener(create(press.parts(sqlite)), "127.0.0.1:0")
    listener.open()
    try:
        records, query = f"http://127.0.0.1:{listener.port}/api/v1/records", {"q": "模" * MAX_LENGTH}
        async with aiohttp.ClientSession() as session, session.get(records, params=query) as answer:
            assert (answer.status, (await answer.json())["hits"]) == (200, [])
    finally:
        await listener.close()


async def test_the_pages_tell_health_and_what_a_daemon_measures(sqlite: Database) -> None:
    async def measure() -> list[Metric]:
        return [Metric("zhixun_records", "gauge", "Records.", {(): 3})]

    parts = replace(press.parts(sqlite), health=lambda: Health(False, {"state": "full"}), measure=measure)
    listener = Listener(create(parts), "127.0.0.1:0")
    listener.open()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{listener.port}") as session:
            async with session.get("/healthz") as health:
                assert await health.json() == {"ok": False, "state": "full"}
            async with session.get("/metrics") as metrics:
                assert "zhixun_records 3" in await metrics.text()
    finally:
        await listener.close()
    assert health.status == 503


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nHost: ", b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"]
)
async def test_a_request_that_does_not_end_holds_no_connection(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr("jobs.web.server.REQUEST_WITHIN", 0.2)
    listener = Listener(create(press.parts(sqlite)), "127.0.0.1:0")
    listener.open()
    try:
        async with asyncio.timeout(10):
            events = await asyncio.open_connection("127.0.0.1", listener.port)
            events[1].write(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            writer.write(sent)
            await asyncio.gather(reader.read(), return_exceptions=True)  # to its end, with or without a word
            writer.close()
            assert b"200 OK" in await events[0].read(1000)
            assert not events[0].at_eof(), "who listens to what comes in stays"
            events[1].close()
            await asyncio.gather(writer.wait_closed(), events[1].wait_closed(), return_exceptions=True)
    finally:
        await listener.close()


async def test_so_many_connections_and_no_more(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.web.server.MOST_CONNECTIONS", 2)
    listener = Listener(create(press.parts(sqlite)), "127.0.0.1:0")
    listener.open()
    try:
        async with asyncio.timeout(10), aiohttp.ClientSession(f"http://127.0.0.1:{listener.port}") as session:
            held = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(2)]
            await asyncio.sleep(0.1)
            with pytest.raises(aiohttp.ClientError):
                await session.get("/healthz")
            held[0][1].close()
            await held[0][1].wait_closed()
            await asyncio.sleep(0.1)
            async with session.get("/healthz") as answer:
                assert answer.status == 200
            held[1][1].close()
            await held[1][1].wait_closed()
    finally:
        await listener.close()


async def test_who_listens_comes_again_after_a_while(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.web.events.LASTS", 0.0)
    live = Live(press.parts(sqlite))
    assert [one async for one in live.events()] == ["retry: 5000\n\n"]


def test_a_taken_port_does_not_keep_the_daemon_from_its_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        path = tmp_path / "config.yaml"
        path.write_text(f"database: sqlite:///{tmp_path}/zhixun.db\nweb: 127.0.0.1:{taken.getsockname()[1]}\n", "utf-8")
        built = App(load(path, {}))
        try:
            daemon = Daemon(built, path)
            daemon._open_web()
            assert not daemon._served
        finally:
            built.close()


async def test_pages_that_others_reach_come_when_there_is_an_owner_and_until_then_it_is_said_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("0.0.0.0", 0)) as free:
        address = f"0.0.0.0:{free.getsockname()[1]}"
    path = tmp_path / "config.yaml"
    path.write_text(f"database: sqlite:///{tmp_path}/zhixun.db\nweb: {address}\n", "utf-8")
    said: list[str] = []
    monkeypatch.setattr(
        "jobs.daemon._log", type("Log", (), {"error": lambda _, *__, error: said.append(error), "info": lambda *_, **__: 0})()
    )
    with closing(App(load(path, {}))) as built:
        daemon = Daemon(built, path)
        daemon._open_web()
        built.db.upgrade()
        again = daemon._ticks().get_job("pages").func
        await again()
        assert not daemon._served
        assert [f"others can reach {address}, and there is no owner yet" in one for one in said] == [True], "once"
        assert [one.says for one in doctor.examine(built.config, path, press.NOW) if one.what == "pages"] == said
        await built.db.write(lambda s: people.add(s, 0, "lin", password=PASSWORD, role="owner", now=press.NOW))
        assert "pages" not in [one.what for one in doctor.examine(built.config, path, press.NOW)]
        await again()
        await again()
        (listener,) = daemon._served
        await listener.close()


@pytest.mark.parametrize("pages", [True, False])
def test_beside_pages_collections_go_through_what_is_new_alone(tmp_path: Path, pages: bool) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"database: sqlite:///{tmp_path}/zhixun.db\n", "utf-8")
    with closing(App(load(path, {}))) as built:
        job = Daemon(built, path, pages=pages)._ticks().get_job("freeze")
    assert (job is not None) is pages
    if job is not None:
        job.func()
        left = len(gc.get_objects())
        there = gc.get_freeze_count()
        gc.unfreeze()
        assert left < there / 10


def test_null_switches_the_pages_off(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("web: null\n", "utf-8")
    assert load(path, {}).web is None
    path.write_text("timezone: UTC\n", "utf-8")
    assert load(path, {}).web == serve.DEFAULT == "127.0.0.1:8480"


@pytest.mark.parametrize("address", ["8480", "example.org:80", "127.0.0.1", "127.0.0.1:0", ":8480"])
def test_what_is_no_address_is_a_mistake_of_the_configuration(tmp_path: Path, address: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"web: '{address}'\n", "utf-8")
    with pytest.raises(ConfigError, match="no address to listen at"):
        load(path, {})
