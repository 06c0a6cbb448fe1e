"""Loops that stand still are found out; a store in trouble is told once."""

import os
import socket
import threading
from pathlib import Path

import pytest

from jobs.monitor.liveness import EXIT_HUNG, LastResort, Pulse, StoreHealth
from jobs.monitor.systemd import notify
from storage.db.errors import Busy, DiskFull, Unreachable


def test_a_loop_is_late_after_three_of_its_intervals() -> None:
    pulse = Pulse({"crawl": 10.0, "delivery": 1.0})
    pulse.tick("crawl", 100.0)
    assert pulse.late(130.0) == {}
    assert pulse.late(131.0) == {"crawl": 31.0}
    pulse.tick("crawl", 131.0)
    assert pulse.late(132.0) == {}


def test_a_loop_that_has_not_begun_is_not_late() -> None:
    assert Pulse({"crawl": 1.0}).late(1e9) == {}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (DiskFull("x"), "degraded: disk full"),
        (Busy("x"), "degraded: database locked"),
        (Unreachable("x"), "degraded: database out of reach"),
    ],
)
def test_an_episode_of_trouble_is_news_once_and_so_is_its_end(error: DiskFull, state: str) -> None:
    store = StoreHealth()
    assert store.works(0.0) is None
    assert [store.failed(error, at) for at in (10.0, 11.0, 12.0)] == [True, False, False]
    assert (store.state, store.episodes) == (state, 1)
    assert store.works(40.0) == 30.0
    assert (store.state, store.works(41.0)) == ("ok", None)
    assert store.failed(error, 50.0)


def test_a_loop_that_stands_still_ends_the_process_with_its_stacks(capfd: pytest.CaptureFixture[str]) -> None:
    ended: list[int] = []
    last = LastResort(patience=3, end=ended.append, second=0.01)
    last.start()
    last.join(5)
    assert ended == [EXIT_HUNG]
    assert "last-resort" in capfd.readouterr().err or not last.is_alive()


def test_a_loop_that_lives_is_left_alone() -> None:
    ended: list[int] = []
    last = LastResort(patience=3, end=ended.append, second=0.02)
    last.start()
    for _ in range(20):
        last.feed()
        threading.Event().wait(0.01)
    last.stop()
    last.join(5)
    assert (ended, last.is_alive()) == ([], False)


def test_an_end_that_does_not_come_is_made_though_the_loop_lives(capfd: pytest.CaptureFixture[str]) -> None:
    ended: list[int] = []
    last = LastResort(patience=10_000, end=ended.append, second=0.01)
    last.start()
    last.ending(patience=3)
    while last.is_alive():
        last.feed()
        threading.Event().wait(0.002)
    assert ended == [EXIT_HUNG]
    assert "the end has taken 3 seconds" in capfd.readouterr().err


@pytest.mark.parametrize("abstract", [False, True])
def test_the_supervisor_hears_what_it_is_told(tmp_path: Path, abstract: bool) -> None:
    name = f"@zx-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind("\0" + name[1:] if abstract else name)
        assert notify("READY=1", "STATUS=x", environ={"NOTIFY_SOCKET": name})
        assert supervisor.recv(100) == b"READY=1\nSTATUS=x"


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all"])
def test_without_a_supervisor_nothing_happens(address: str) -> None:
    assert not notify("READY=1", environ={"NOTIFY_SOCKET": address})
