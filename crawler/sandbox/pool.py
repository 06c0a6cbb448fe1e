"""The killable children: everything that parses what strangers wrote runs here, with a deadline and a memory bound.

A page that hangs, eats memory or crashes a C library costs its own child and nothing else; `Killed` says which it was. Children
end with their parent, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from multiprocessing import forkserver
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess
from time import process_time
from types import ModuleType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast
from weakref import WeakSet

from pebble import ProcessExpired, ProcessPool

from crawler.errors import NoReaders, ReadError, SpiderError, ZhixunError
from crawler.i18n import tr
from crawler.nlp import lexicon
from crawler.nlp.lexicon import UserTerm
from crawler.record import Fact, Found, Grounded, Link, Page, Record, Source
from crawler.retold import system_fault
from crawler.sandbox import memory as heap
from crawler.sandbox.fair_queue import FairQueue
from crawler.sandbox.precheck import hostile
from crawler.url import host_of

WORKERS = 2
DEADLINE = 8.0  # seconds a call
STUCK = 60.0  # seconds more, until children that have not begun are given up: pebble watches only those that have
MEMORY = 128 * 2**20  # bytes of address space that a page may cost, beyond what a child needs for itself
GREW = 16 * 2**20  # bytes after which a child gives memory back
OUTGROWN = 75  # exit code of a child that could not give enough back: it makes room for a new one, and the page is read there
TASKS = 5_000  # calls until a child is replaced whatever its size; one that has grown is replaced before, see `in_bounds`
SELDOM = 10_000  # objects more than were given up, until garbage is looked for
START_WITHIN = 30.0  # seconds until a child has begun to work, which costs one to two: as long as a stop takes at most
CLOSE_WITHIN = 5.0  # seconds
LOOK = 0.02  # seconds between two looks at whether one has
PDEATHSIG = 1  # PR_SET_PDEATHSIG, linux/prctl.h
WARM = "crawler.sandbox.warm"  # a module that has done once, when it is imported, what children do

T = TypeVar("T")
P = ParamSpec("P")
_log = logging.getLogger("zhixun.pool")
_main_swap = threading.Lock()
_loaded_by = os.getpid()  # in a forked child: the process that it is forked from


def _without_main(start: Callable[[Any], Any]) -> Any:
    """Start a child that does not load our main program: the engine, the store and the command line would cost it a second and 60 MB."""

    def started(process_obj: Any) -> Any:
        with _main_swap:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return start(process_obj)
            finally:
                sys.modules["__main__"] = main

    return staticmethod(started)


class _SpawnedChild(SpawnProcess):
    _Popen = _without_main(SpawnProcess._Popen)


class _Spawned(SpawnContext):
    """Children that load all by themselves."""

    Process = _SpawnedChild


if sys.platform == "linux":
    from multiprocessing.context import ForkServerContext, ForkServerProcess

    class _ForkedChild(ForkServerProcess):
        _Popen = _without_main(ForkServerProcess._Popen)

    class _Forked(ForkServerContext):
        """Children forked from a process that has loaded what they need and does nothing else. Ours must not be forked: the locks of its
        threads would be copied in whatever state they are."""

        Process = _ForkedChild


def _context(own: tuple[UserTerm, ...], warm: Sequence[str]) -> BaseContext:
    """How children are started. Names of the user's own are not known to the process that others are forked from."""
    if sys.platform != "linux" or own:
        return _Spawned()
    context = _Forked()
    context.set_forkserver_preload(list(warm))
    forkserver.ensure_running()
    return context


class Killed(ReadError):
    """Reading was ended from outside. The text begins with timeout, memory or crash."""


class Readers:
    """The pool. Raises what the child raises (ReadError, SpiderError), or Killed; NoReaders where there can be no child.

    `then`, a function at the top of a module, is what a child does last with a record: what it gives is what `read` and `add` give;
    `warm` names a module that has done it once when it is imported.
    """

    def __init__(
        self,
        workers: int = WORKERS,
        deadline: float = DEADLINE,
        memory: int = MEMORY,
        *,
        own: tuple[UserTerm, ...] = (),
        then: Callable[[Record], Any] | None = None,
        warm: str | None = None,
    ) -> None:
        self._workers = workers
        self._deadline = deadline
        self._memory = memory
        self._own = own
        self._then = then
        self._warm = [WARM, *([warm] if warm else [])]
        self._closed = False
        self._pending: set[Future[Any]] = set()
        self._turns = FairQueue(workers)
        self._began: Future[int] | None = None  # done as soon as a child works
        self._opening, self._pool = self._open()
        _in_use.add(self)

    async def find(self, page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:
        """FIND in a child: what `crawler.stages.find.find` gives."""
        return await self._in_turn(page.url, len(page.body), find_in_child, page, source, now, zone)

    async def read(self, page: Page, link: Link, source_name: str | None, zone: tzinfo) -> Any:
        """READ and ADD in a child: a whole record, or what `then` makes of it."""
        return await self._in_turn(page.url, len(page.body), read_in_child, page, link, source_name, zone, self._then)

    async def add(self, record: Record) -> Any:
        """ADD in a child, for a record that needs no reading; or what `then` makes of it."""
        return await self._in_turn(record.link, len(record.text), add_in_child, record, self._then)

    async def ground(self, record: Record, answer: str, model: str) -> Grounded:
        """What a model's answer adds to a record, in a child: what `crawler.grounding.ground.ground` gives."""
        return await self._in_turn(record.link, len(record.text), ground_in_child, record, answer, model)

    def use(self, own: tuple[UserTerm, ...]) -> None:
        """From now on know these names of the user's own. Children that are at work end it with the names they have."""
        if own == self._own or self._closed:
            return
        self._own = own
        _end(self._pool, self._opening, self._pool.close)
        self._opening, self._pool = self._open()

    async def ask(self, question: Callable[Concatenate[Page, P], T], page: Page, *args: P.args, **kwargs: P.kwargs) -> T:
        """Any other pure question to a page, answered by a function at the top of a module: `ask(judge, page, …)`."""
        return await self._call(partial(ask_in_child, question, page, *args, **kwargs))

    def close(self) -> None:
        """End the children. Takes at most a few seconds, and may be repeated."""
        if self._closed:
            return
        self._closed = True
        while self._pending:
            self._pending.pop().cancel()
        children = multiprocessing.active_children()
        _in_use.discard(self)
        if self._opening.is_alive() and not _in_use and (server := forkserver._forkserver._forkserver_pid):  # type: ignore[attr-defined]
            os.kill(server, signal.SIGKILL)  # still loading: it would fork for a program that is gone
        ending = _end(self._pool, self._opening, self._pool.stop)
        ending.join(CLOSE_WITHIN)
        if ending.is_alive():
            for child in children:
                child.kill()

    # ---- the pool

    def _open(self) -> tuple[threading.Thread, ProcessPool]:
        """A pool whose children start at once, in the background: in a thread, since the first of a program wait for what they are forked
        from. It ends before they are there: who asks to end with its parent ends with the thread that made it."""
        try:
            pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=TASKS,
                initializer=prepare_child,
                initargs=(os.getpid(), self._memory, self._warm, self._own),
                context=_context(self._own, self._warm),
            )
        except OSError as error:
            raise _none(system_fault(error)) from error

        def start() -> None:
            with contextlib.suppress(EOFError, OSError, RuntimeError):  # closed or broken before there was a child
                self._began = pool.schedule(os.getpid)
                self._pending.add(self._began)

        self._began = None
        opening = threading.Thread(target=start, name="open-readers", daemon=True)
        opening.start()
        return opening, pool

    async def _in_turn(self, address: str, size: int, work: Callable[..., T], *args: Any) -> T:
        """What a child makes of so many bytes of this address, when it is their turn."""
        async with self._turns.turn(host_of(address), size) as turn:
            done = await self._done(work, *args)
            turn.spent = done.spent
        return done.outcome()

    async def _call(self, work: Callable[..., T], *args: Any) -> T:
        return (await self._done(work, *args)).outcome()

    async def _done(self, work: Callable[..., T], *args: Any) -> Done[T]:
        await self._opened()
        pool = self._pool
        try:
            return await self._once(pool, work, *args)
        except BrokenProcessPool:
            if self._pool is pool and not self._closed:  # pebble gives up when a child dies while it has nothing to do
                _log.warning("the pool of readers broke; starting another")
                _end(pool, self._opening, pool.stop)
                self._opening, self._pool = self._open()
                await self._opened()
        try:
            return await self._once(self._pool, work, *args)
        except BrokenProcessPool as error:
            raise _none(tr("each ends before it takes work")) from error

    async def _opened(self) -> None:
        """Wait for the first child. What hangs before it takes work would hang in another pool, too."""
        loop = asyncio.get_running_loop()
        until = loop.time() + START_WITHIN
        while not self._closed and (self._opening.is_alive() or (self._began and not self._began.done() and self._pool.active)):
            if loop.time() > until:
                raise _none(tr("none has begun within {seconds} s", seconds=f"{START_WITHIN:g}"))
            await asyncio.sleep(LOOK)

    async def _once(self, pool: ProcessPool, work: Callable[..., T], *args: Any) -> Done[T]:
        if self._closed:
            raise Killed("crash: the readers are closed")
        if not pool.active:
            raise BrokenProcessPool
        future: Future[Done[T]] = pool.schedule(in_bounds, args=(work, *args), timeout=self._deadline)
        self._pending.add(future)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._deadline + STUCK)
        except TimeoutError as error:
            if future.cancelled():
                raise BrokenProcessPool("nobody has begun with it") from error
            raise Killed(f"timeout: not done within {self._deadline:g} s") from error
        except MemoryError as error:
            raise Killed(f"memory: more than {self._memory / 2**20:,.0f} MiB") from error
        except ProcessExpired as error:
            if error.exitcode == OUTGROWN:
                return await self._once(pool, work, *args)
            raise Killed(f"crash: {_how(error.exitcode)}") from error
        except asyncio.CancelledError:
            if future not in self._pending:  # close() has taken it out: it is not our caller that gives up
                raise Killed("crash: the readers are closed") from None
            raise
        finally:
            self._pending.discard(future)


_in_use: WeakSet[Readers] = WeakSet()


def _end(pool: ProcessPool, opening: threading.Thread, how: Callable[[], Any]) -> threading.Thread:
    """End a pool by one of its two ways, in a thread of its own: whatever hangs in it must not hang us."""

    def end() -> None:
        opening.join()
        how()
        pool.join()

    thread = threading.Thread(target=end, name="close-readers", daemon=True)
    thread.start()
    return thread


def _none(why: str) -> NoReaders:
    return NoReaders(tr("no process that reads pages can be started ({why}); see whether memory, the number of processes (`ulimit -a`) and /dev/shm suffice", why=why))  # fmt: skip


def _how(code: int) -> str:
    if code >= 0:
        return f"the child ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"the child ended with {signal.Signals(-code).name}"
    return f"the child ended with signal {-code}"


# ---- in the child


def prepare_child(parent: int, memory: int, warm: Sequence[str] = (WARM,), own: tuple[UserTerm, ...] = ()) -> None:
    """Bind the child to its parent and its bound, and load what it was not born with, before any deadline runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the parent, which then ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a handler in Python would wait until C code returns
    heap.thrifty(1)
    _end_with(parent)
    lexicon.use(own)
    for name in warm:
        importlib.import_module(name)
    gc.freeze()  # the word lists stay; what a page leaves in circles is little, and looked for seldom
    gc.set_threshold(SELDOM, 5, 10)
    _Bounds.own = heap.address_space()
    _Bounds.memory = memory


def _end_with(parent: int) -> None:
    """End when the parent does; a forked child with what it is forked from, which ends with the parent."""
    if _loaded_by != os.getpid():
        parent = _loaded_by
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above
        os._exit(1)
    if (alive := forkserver._forkserver._forkserver_alive_fd) is not None:  # type: ignore[attr-defined]
        os.close(alive)  # it would keep alive what we are forked from

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(1.0)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


class _Bounds:
    """Of this child: bytes of address space that it needs itself, and that a page may cost."""

    own = 0
    memory = MEMORY


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What became of work, and the seconds of processor time that it took."""

    spent: float
    value: T | None = None
    error: ZhixunError | None = None

    def outcome(self) -> T:
        """What it gave. Raises what it raised."""
        if self.error is not None:
            raise self.error
        return cast(T, self.value)


def in_bounds(work: Callable[..., T], *args: Any) -> Done[T]:
    """Do the work within the bound on memory. Between two pages there is none: receiving a page must not end the child."""
    before = heap.address_space()
    if before > _Bounds.own + _Bounds.memory // 2:
        os._exit(OUTGROWN)
    _bound_memory(_Bounds.own + _Bounds.memory)
    began = process_time()
    try:
        value = work(*args)
        return Done(process_time() - began, value)
    except ZhixunError as error:
        return Done(process_time() - began, error=error)
    finally:
        _bound_memory(None)
        if heap.address_space() > before + GREW:
            gc.collect()
            heap.trim()


def _bound_memory(most: int | None) -> None:
    if sys.platform in ("darwin", "win32"):  # macOS ignores RLIMIT_AS, Windows has none
        return
    resource = importlib.import_module("resource")
    with contextlib.suppress(ValueError, OSError):  # a lower bound is already set
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard if most is None else most, hard))


def find_in_child(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:
    """FIND."""
    if why := hostile(page.body):
        raise SpiderError(f"refused unread: {why}")
    from crawler.stages.find import find  # noqa: PLC0415 - see prepare_child

    return _safely(SpiderError, find, page, source, now, zone)


def read_in_child(
    page: Page, link: Link, source_name: str | None, zone: tzinfo, then: Callable[[Record], Any] | None = None
) -> Any:
    """READ, then ADD."""
    if why := hostile(page.body):
        raise ReadError(f"refused unread: {why}")
    from crawler.stages.read import read  # noqa: PLC0415 - see prepare_child

    return add_in_child(_safely(ReadError, read, page, link, source_name, zone), then)


def ask_in_child(question: Callable[Concatenate[Page, P], T], page: Page, *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function says of a page."""
    if why := hostile(page.body):
        raise SpiderError(f"refused unread: {why}")
    return _safely(SpiderError, question, page, *args, **kwargs)


def add_in_child(record: Record, then: Callable[[Record], Any] | None = None) -> Any:
    """ADD, and what is done last. A fault of ours there costs an article its fields, not itself."""
    from crawler.stages.add import add  # noqa: PLC0415 - see prepare_child

    try:
        record = _safely(ReadError, add, record)
    except ReadError as error:
        record = record.with_facts(Fact("reading", "not-analysed", str(error)[:200], "builtin"))
    return record if then is None else _safely(ReadError, then, record)


def ground_in_child(record: Record, answer: str, model: str) -> Grounded:
    """A model's answer, held against the text."""
    from crawler.grounding.ground import ground  # noqa: PLC0415 - see prepare_child

    return _safely(ReadError, ground, record, answer, model)


def _safely(kind: type[ZhixunError], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the work. The tree's own errors pass; any other is a fault of ours that one page brought out, and must not cost more."""
    try:
        return work(*args, **kwargs)
    except (ZhixunError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - see above
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else "?"
        raise kind(f"unexpected {type(error).__name__} at {where}: {error}"[:500]) from None
