"""The children that read: what they raise, how they are killed, and that they never outlive or outlast anything."""

import asyncio
import json
import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.discover.candidates import title_of
from crawler.errors import NotAnArticle, ReadError, SpiderError, UnknownKind
from crawler.record import Found, Link, Page, Record, Source
from crawler.sandbox import pool
from crawler.sandbox.pool import Killed, Readers

ROOT = str(Path(__file__).parents[4])
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PAGE = Page("https://x.example/", b"<p>hi</p>", NOW)
HOSTILE = Page("https://x.example/", b"<a " + b"b " * 5_000 + b">", NOW)


# ---- what the children are given to do; they find these functions by name


def own_pid() -> int:
    return os.getpid()


def raise_it(error: Exception) -> None:
    raise error


def raise_unforeseen() -> None:
    pool._safely(ReadError, json.loads, "{")


def eat(size: int) -> int:
    return len(bytearray(size))


def sleep(seconds: float) -> None:
    """As long as on a machine that has other work to do."""
    time.sleep(seconds)


def toil(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        sum(range(1_000))


def toil_in_vain(seconds: float) -> None:
    toil(seconds)
    raise ReadError("no text")


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(3)


def deaf() -> None:
    """Hang where no other Python code runs, neither a thread nor a signal's handler, as a parser in C does."""
    re.match("(a+)+$", "a" * 60 + "b")


_hoard: list[bytearray] = []


def hoard(size: int) -> int:
    """Keep memory, as a cache that grows does."""
    _hoard.append(bytearray(size))
    return os.getpid()


def loaded() -> set[str]:
    return set(sys.modules)


def forked_from() -> tuple[int, bool]:
    """Who loaded us, and whether the words were there before the first page."""
    return pool._loaded_by, sys.modules["crawler.nlp.lexicon"].terms.cache_info().currsize > 0


def deaf_to() -> tuple[bool, bool]:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN, signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    made = Readers(workers=2, deadline=20.0)
    yield made
    made.close()


def call(readers: Readers, work: Callable[..., Any], *args: Any) -> Any:
    return asyncio.run(readers._call(work, *args))


class TestInTheChild:
    def test_work_is_done_in_another_process(self, readers: Readers) -> None:
        assert call(readers, own_pid) != os.getpid()

    @pytest.mark.parametrize(
        "error", [ReadError("no text"), NotAnArticle("index", "40 links"), SpiderError("no feed"), UnknownKind("what is it?")]
    )
    def test_errors_of_the_tree_arrive_as_they_are(self, readers: Readers, error: Exception) -> None:
        with pytest.raises(type(error)) as caught:
            call(readers, raise_it, error)
        assert str(caught.value) == str(error)
        assert vars(error).items() <= vars(caught.value).items()

    def test_an_unforeseen_error_is_a_reading_error_that_says_where(self, readers: Readers) -> None:
        with pytest.raises(ReadError, match=r"unexpected JSONDecodeError at decoder\.py:\d+: Expecting"):
            call(readers, raise_unforeseen)

    def test_it_tells_the_processor_time_of_a_page_and_not_how_long_a_busy_machine_took(self, readers: Readers) -> None:
        waited, worked = (asyncio.run(readers._done(work, 0.3)).spent for work in (sleep, toil))
        assert waited < 0.1 < 0.3 <= worked

    def test_it_tells_the_processor_time_also_of_a_page_that_cannot_be_read(self, readers: Readers) -> None:
        done = asyncio.run(readers._done(toil_in_vain, 0.3))
        assert (type(done.error), done.spent >= 0.3) == (ReadError, True)

    def test_it_carries_nothing_of_the_engine_and_the_store(self, readers: Readers) -> None:
        assert call(readers, loaded) & {"scrapy", "twisted", "aiohttp", "sqlalchemy", "typer"} == set()

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each child loads by itself")
    def test_it_is_forked_from_a_process_that_has_loaded_what_it_needs(self, readers: Readers) -> None:
        assert call(readers, forked_from) == (call(readers, os.getppid), True)
        assert call(readers, os.getppid) != os.getpid()

    def test_ctrl_c_is_left_to_the_parent_and_its_word_counts_at_once(self, readers: Readers) -> None:
        assert call(readers, deaf_to) == (True, True)

    def test_it_does_not_run_our_main_program(self, tmp_path: Path) -> None:
        program = tmp_path / "program.py"
        program.write_text(
            "import asyncio, os\n"
            "from crawler.sandbox.pool import Readers\n"
            "print('run', flush=True)\n"
            "if __name__ == '__main__':\n"
            "    readers = Readers()\n"
            "    asyncio.run(readers._call(os.getpid))\n"
            "    readers.close()\n",
            "utf-8",
        )
        path = os.environ | {"PYTHONPATH": ROOT}
        done = subprocess.run([sys.executable, program], env=path, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("run\n", "")


class TestWork:
    """find, read and add, in this process, with small fakes in the place of the modules that others write."""

    def fake(self, monkeypatch: pytest.MonkeyPatch, **modules: Any) -> None:
        for name, verbs in modules.items():
            monkeypatch.setitem(sys.modules, f"crawler.stages.{name}", SimpleNamespace(**verbs))

    def test_reading_is_followed_by_adding(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def read(page: Page, link: Link, source: str, zone: Any) -> Record:
            return Record(title=f"{source} {zone}", link=link.url, text=page.body.decode())

        self.fake(
            monkeypatch, read={"read": read}, add={"add": lambda record: Record(record.title + "!", record.link, record.text)}
        )
        record = pool.read_in_child(PAGE, Link("https://x.example/a"), "src", UTC)
        assert (record.title, record.text) == ("src UTC!", "<p>hi</p>")
        assert pool.add_in_child(record).title == "src UTC!!"

    def test_finding(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake(monkeypatch, find={"find": lambda page, source, now, zone: Found((Link(page.url),), source.kind)})
        assert pool.find_in_child(PAGE, Source("s", "u", "feed"), NOW, UTC) == Found((Link(PAGE.url),), "feed")

    def test_a_hostile_page_meets_no_parser(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake(monkeypatch, read={}, find={})
        with pytest.raises(ReadError, match="5,000 attributes"):
            pool.read_in_child(HOSTILE, Link("u"), None, UTC)
        with pytest.raises(SpiderError, match="5,000 attributes"):
            pool.find_in_child(HOSTILE, Source("s", "u"), NOW, UTC)

    def test_a_page_too_deep_for_python_is_a_reading_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def deep(*given: Any) -> Record:
            return deep(*given)

        self.fake(monkeypatch, read={"read": deep})
        with pytest.raises(ReadError, match="RecursionError"):
            pool.read_in_child(PAGE, Link("u"), None, UTC)

    def test_a_fault_of_an_analyzer_costs_the_fields_and_not_the_article(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(record: Record) -> Record:
            raise IndexError("string index out of range")

        self.fake(monkeypatch, add={"add": broken})
        record = pool.add_in_child(Record("t", "l", "x"))
        assert (record.title, record.text, record.analysis) == ("t", "x", None)
        assert [fact.value for fact in record.facts] == ["not-analysed"]
        assert "IndexError at test_pool.py" in record.facts[0].quote

    def test_killed_can_travel(self) -> None:
        assert str(pickle.loads(pickle.dumps(Killed("timeout: x")))) == "timeout: x"


class TestKilling:
    async def test_each_kind_of_death_is_named_and_costs_only_itself(self) -> None:
        readers = Readers(workers=1, deadline=1.0, memory=512 * 2**20)
        try:
            for work, args, says in (
                (deaf, (), "timeout: not done within 1 s"),
                (crash, (), "crash: the child ended with SIGSEGV"),
                (leave, (), "crash: the child ended with code 3"),
                (eat, (2**31,), "memory: more than 512 MiB"),
            ):
                with pytest.raises(Killed) as caught:
                    await readers._call(work, *args)
                assert str(caught.value) == says
                assert await readers._call(own_pid) > 0
        finally:
            readers.close()

    async def test_a_child_that_has_outgrown_its_bound_makes_room_for_another_and_no_page_is_lost(self) -> None:
        readers = Readers(workers=1, deadline=20.0, memory=200 * 2**20)
        try:
            first = await readers._call(hoard, 150 * 2**20)
            second = await readers._call(own_pid)
            assert second != first
            assert await readers._call(own_pid) == second
        finally:
            readers.close()

    async def test_a_hanging_child_does_not_hold_the_other(self) -> None:
        readers = Readers(workers=2, deadline=2.0)
        try:
            await asyncio.gather(readers._call(own_pid), readers._call(own_pid))
            hanging = asyncio.create_task(readers._call(deaf))
            done = [await readers._call(own_pid) for _ in range(50)]
            assert not hanging.done()
            assert len(done) == 50
            with pytest.raises(Killed):
                await hanging
        finally:
            readers.close()

    async def test_children_that_die_idle_are_replaced(self) -> None:
        others = _children()
        readers = Readers(workers=2, deadline=10.0)
        try:
            before = await readers._call(own_pid)
            for child in _children(others):
                child.kill()
                child.join()
            pids = await asyncio.gather(*(readers._call(own_pid) for _ in range(8)))
            assert before not in pids
        finally:
            readers.close()

    async def test_children_that_stand_still_are_replaced(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool, "STUCK", 0.5)
        others = _children()
        readers = Readers(workers=2, deadline=1.0)
        try:
            await readers._call(own_pid)
            stopped = _children(others)
            for child in stopped:
                os.kill(child.pid, signal.SIGSTOP)
            assert await readers._call(own_pid) not in {child.pid for child in stopped}
            for child in stopped:
                child.join(10)
            assert not any(child.is_alive() for child in stopped)
        finally:
            readers.close()

    async def test_a_caller_that_gives_up_frees_the_child(self) -> None:
        readers = Readers(workers=1, deadline=60.0)
        try:
            await readers._call(own_pid)
            hanging = asyncio.create_task(readers._call(deaf))
            await asyncio.sleep(0.3)
            hanging.cancel()
            with pytest.raises(asyncio.CancelledError):
                await hanging
            assert await asyncio.wait_for(readers._call(own_pid), 30) > 0
        finally:
            readers.close()


class TestClosing:
    async def test_whoever_still_waits_is_told_and_no_child_is_left(self) -> None:
        others = _children()
        readers = Readers(workers=2, deadline=60.0)
        await readers._call(own_pid)
        waiting = [asyncio.create_task(readers._call(deaf)) for _ in range(5)]
        await asyncio.sleep(0.3)
        mine = _children(others)
        readers.close()
        readers.close()
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(error) for error in told] == [Killed] * 5
        with pytest.raises(Killed, match="closed"):
            await readers._call(own_pid)
        assert [child for child in mine if child.is_alive()] == []

    def test_closing_what_has_hardly_begun(self) -> None:
        Readers().close()

    def test_a_program_that_ends_before_its_children_are_born_ends_without_a_word(self) -> None:
        program = "from crawler.sandbox.pool import Readers\nReaders().close()"
        path = os.environ | {"PYTHONPATH": ROOT}
        done = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("", "")

    def test_where_no_child_can_live_no_page_is_blamed_and_nobody_waits(self, tmp_path: Path) -> None:
        (tmp_path / "deadly.py").write_text("import os\nos._exit(3)\n", "utf-8")
        program = (
            "import asyncio, os\nfrom crawler.errors import NoReaders\nfrom crawler.sandbox.pool import Readers\n"
            "readers = Readers(warm='deadly')\n"
            "try: asyncio.run(readers._call(os.getpid))\n"
            "except NoReaders as error: print(error)\n"
            "readers.close()\n"
        )
        path = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
        done = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, text=True, check=True, timeout=60)
        assert "no process that reads pages can be started" in done.stdout

    @pytest.mark.parametrize("within", [0.5, 3600])
    @pytest.mark.parametrize("where", ["True", "_loaded_by != os.getpid()"])
    def test_what_hangs_as_it_starts_is_given_up_and_holds_nobody_who_closes(
        self, tmp_path: Path, where: str, within: float
    ) -> None:
        """The process that children are forked from, or each of them."""
        (tmp_path / "hangs.py").write_text(
            "import os, threading\nfrom crawler.sandbox.pool import _loaded_by\n"
            f"if not {where}: raise ImportError\n"
            "open('hangs', 'w').close()\nthreading.Event().wait()\n",
            "utf-8",
        )
        program = (
            "import asyncio, multiprocessing, os\nfrom crawler.errors import NoReaders\nfrom crawler.sandbox import pool\n"
            f"pool.START_WITHIN = {within}\n"
            "async def go():\n"
            "    readers = pool.Readers(warm='hangs')\n"
            "    while not os.path.exists('hangs'): await asyncio.sleep(0.05)\n"
            "    asking = asyncio.create_task(readers._call(os.getpid))\n"
            "    await asyncio.wait([asking], timeout=None if pool.START_WITHIN < 1 else 0.5)\n"
            "    readers.close()\n"
            "    try: await asking\n"
            "    except (NoReaders, pool.Killed) as error: print(error)\n"
            "asyncio.run(go())\n"
            "print(multiprocessing.active_children())\n"
        )
        path = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=path, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
        )
        why, left = done.stdout.splitlines()
        assert ("none has begun within 0.5 s" if within == 0.5 else "crash: the readers are closed") in why
        assert (left, done.stderr) == ("[]", "")

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_children_end_with_their_parent_however_it_ends(self, how: signal.Signals) -> None:
        program = (
            "import asyncio, os, re, sys\n"
            "from crawler.sandbox.pool import Readers\n"
            "readers = Readers()\n"
            "async def go():\n"
            "    hanging = asyncio.create_task(readers._call(re.match, '(a+)+$', 'a' * 60 + 'b'))\n"
            "    print(await readers._call(os.getpid), *[c.pid for c in __import__('multiprocessing').active_children()], flush=True)\n"
            "    await hanging\n"
            "asyncio.run(go())\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": ROOT}
        ) as parent:
            assert parent.stdout is not None
            children = {int(pid) for pid in parent.stdout.readline().split()}
            assert len(children) == 2
            parent.send_signal(how)
            parent.wait()
        for _ in range(200):
            if not any(map(_lives, children)):
                break
            time.sleep(0.05)
        assert [pid for pid in children if _lives(pid)] == []


def _children(others: Sequence[Any] = ()) -> list[Any]:
    return [one for one in multiprocessing.active_children() if one.name == "pebble_pool_worker" and one not in others]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"  # dead, but nobody has asked yet
    except FileNotFoundError:
        return sys.platform != "linux"


class TestAnyQuestion:
    def test_it_is_answered_by_a_function_of_crawler(self, readers: Readers) -> None:
        page = Page("https://a.example/", b"<title>Here</title>", datetime(2026, 1, 1, tzinfo=UTC))
        assert asyncio.run(readers.ask(title_of, page)) == "Here"

    def test_a_hostile_page_is_refused_unread(self, readers: Readers) -> None:
        page = Page("https://a.example/", b"<a " + b"b " * 5000 + b">", datetime(2026, 1, 1, tzinfo=UTC))
        with pytest.raises(SpiderError, match="refused unread"):
            asyncio.run(readers.ask(title_of, page))
