"""One thread that owns all writing: calls queue up, and those that wait together share one transaction.

A commit waits for the disk (synchronous=FULL), so grouping is what makes hundreds of small durable writes a second cheap. Each call
has its own SAVEPOINT: one that fails, fails alone. No caller hears of success before COMMIT has returned.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import thread_time
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.db.errors import StorageError, explain
from storage.db.failpoints import committed, failpoint

T = TypeVar("T")

GROUP = 200  # calls in one transaction
# Seconds of work; then no further call joins: those inside wait for the commit. Not by the clock: on a busy machine each call would have a
# commit of its own, and the machine be busier for it.
GROUP_SECONDS = 0.1
FEW = 4  # calls between two looks at it: who asks a busy machine for his own time gives up his turn, some milliseconds in which all here wait
TRIES = 5  # of a group that waited for another process in a circle
_CIRCLES = ("40P01", "40001")  # PostgreSQL: deadlock detected, could not serialize
_LATER, _KEPT = "later", "kept"


def later(session: Session, work: Callable[[Session, list[Any]], None], item: Any) -> None:
    """Once all calls of this transaction are done, and only if this one was not in vain: ``work(session, items)`` for all together.

    For what follows from a row and is not asked for before the commit: one statement for many rows costs a fraction. And for rows that
    other processes write, too: `work` locks them in the order of their keys, and all works stand in one order, so nobody waits in a circle.
    """
    session.info.setdefault(_LATER, []).append((work, item))


def kept(session: Session, what: str) -> dict[Any, Any]:
    """What the writer keeps in memory from one transaction to the next; it is emptied when one of them fails. Elsewhere it is empty."""
    own: dict[Any, Any] = session.info.setdefault(_KEPT, {}).setdefault(what, {})
    return own


def _is_circle(error: BaseException) -> bool:
    """Two processes waited for each other, and this one was picked to give way: nothing of its transaction has happened."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _CIRCLES


@dataclass(slots=True)
class _Call:
    work: Callable[[Session], Any]
    future: Future[Any]
    alone: bool = False
    value: Any = None
    error: BaseException | None = None


class Writer:
    """The thread, started at the first call."""

    def __init__(self, engine: Engine, name: str, *, shared: bool = False) -> None:
        self._engine = engine
        self._name = name
        self._shared = shared
        self._held: _Call | None = None  # taken from the queue, and not for the group that was under way
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._closed = False
        self._kept: dict[str, dict[Any, Any]] = {}

    def submit(self, work: Callable[[Session], T], *, alone: bool = False) -> Future[T]:
        """Queue a call. Its future ends after COMMIT, with the call's value, its own exception, or a StorageError.

        `alone`: in a transaction of its own, where others write too: it locks what they wait for, and must itself wait for nothing.
        """
        call = _Call(work, Future(), alone and self._shared)
        with self._guard:
            if self._closed:
                raise StorageError(f"{self._name} is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
                self._thread.start()
            self._calls.put(call)
        return call.future

    def close(self) -> None:
        """Let the queued calls end, then the thread."""
        with self._guard:
            self._closed = True
            self._calls.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            call, self._held = self._held or self._calls.get(), None
            if call is None:
                return
            self._group(call)

    def _group(self, first: _Call) -> None:
        """Do `first` and what else waits in one transaction; again, if another process and this one waited for each other."""
        calls = [first] if first.future.set_running_or_notify_cancel() else []
        for left in reversed(range(TRIES)):
            try:
                self._transaction(calls, joinable=left == TRIES - 1 and not first.alone)
            except Exception as error:  # noqa: BLE001  nobody may wait for ever: whatever ended the group is told to all in it
                self._kept.clear()
                self._engine.dispose()  # whatever state its connection is in, the next group begins with a fresh one
                if left and _is_circle(error):
                    continue
                # a full disk ends the whole transaction
                own = (call.error for call in calls if isinstance(call.error, StorageError))
                self._answer(calls, next(own, self._explained(error)))
                return
            self._answer(calls, None)
            return

    def _transaction(self, calls: list[_Call], *, joinable: bool) -> None:
        with self._engine.connect() as connection, Session(connection, autoflush=False, expire_on_commit=False) as session:
            session.info[_KEPT] = self._kept
            until = thread_time() + GROUP_SECONDS
            for call in calls:
                self._one(session, call)
            while joinable and len(calls) < GROUP and (len(calls) % FEW or thread_time() <= until) and (more := self._next()):
                if more.future.set_running_or_notify_cancel():
                    calls.append(more)
                    self._one(session, more)
            self._do_later(session)
            failpoint("before-commit")
            session.commit()
            failpoint("after-commit")
            committed(session)

    def _next(self) -> _Call | None:
        """The call that waits, if it may join others. One that may not begins the next group."""
        if self._held is not None:
            return None
        try:
            call = self._calls.get_nowait()
        except queue.Empty:
            return None
        if call is None:
            self._calls.put(None)  # the end, once this group is done
            return None
        if call.alone:
            self._held = call
            return None
        return call

    def _one(self, session: Session, call: _Call) -> None:
        """Run one call. What it raises is its own; only a transaction that can't go on (connection gone, disk full) is raised."""
        session.connection().exec_driver_sql("SAVEPOINT call")  # a third of the cost of Session.begin_nested()
        before = len(session.info.get(_LATER, ()))
        call.value = call.error = None
        try:
            call.value = call.work(session)
        except BaseException as error:
            if _is_circle(error):
                raise
            call.error = self._explained(error)
            session.connection().exec_driver_sql("ROLLBACK TO SAVEPOINT call")
            del session.info.get(_LATER, [])[before:]
        session.connection().exec_driver_sql("RELEASE SAVEPOINT call")

    @staticmethod
    def _do_later(session: Session) -> None:
        items: dict[Callable[[Session, list[Any]], None], list[Any]] = {}
        for work, item in session.info.pop(_LATER, ()):
            items.setdefault(work, []).append(item)
        for work in sorted(items, key=lambda work: (work.__module__, work.__qualname__)):
            work(session, items[work])

    def _explained(self, error: BaseException) -> BaseException:
        told = explain(error, self._name) if isinstance(error, DBAPIError | OverflowError) else None
        if told is None:
            return error
        told.__cause__ = error
        return told

    @staticmethod
    def _answer(calls: list[_Call], failure: BaseException | None) -> None:
        for call in calls:
            error = call.error or failure
            if error is not None:
                call.future.set_exception(error)
            else:
                call.future.set_result(call.value)
