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
GROUP_SECONDS = (
    0.05  # of work; then no further call joins: those inside wait for the commit. Not by the clock: on a busy machine each
)
# call would have a commit of its own, and the machine be busier for it
_LATER, _KEPT = "later", "kept"


def later(session: Session, work: Callable[[Session, list[Any]], None], item: Any) -> None:
    """Once all calls of this transaction are done, and only if this one was not in vain: ``work(session, items)`` for all together.

    For what follows from a row and is not asked for before the commit: one statement for many rows costs a fraction.
    """
    session.info.setdefault(_LATER, []).append((work, item))


def kept(session: Session, what: str) -> dict[Any, Any]:
    """What the writer keeps in memory from one transaction to the next; it is emptied when one of them fails. Elsewhere it is empty."""
    own: dict[Any, Any] = session.info.setdefault(_KEPT, {}).setdefault(what, {})
    return own


@dataclass(slots=True)
class _Call:
    work: Callable[[Session], Any]
    future: Future[Any]
    value: Any = None
    error: BaseException | None = None


class Writer:
    """The thread, started at the first call."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._closed = False
        self._kept: dict[str, dict[Any, Any]] = {}

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Queue a call. Its future ends after COMMIT, with the call's value, its own exception, or a StorageError."""
        call = _Call(work, Future())
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
        more = True
        while more:
            call = self._calls.get()
            if call is None:
                return
            more = self._group(call)

    def _group(self, first: _Call) -> bool:
        """Do `first` and what else waits in one transaction. False when it is time to end."""
        done: list[_Call] = []
        more = True
        try:
            with self._engine.connect() as connection, Session(connection, autoflush=False, expire_on_commit=False) as session:
                session.info[_KEPT] = self._kept
                until = thread_time() + GROUP_SECONDS
                call: _Call | None = first
                while call is not None:
                    if call.future.set_running_or_notify_cancel():
                        done.append(call)
                        self._one(session, call)
                    if len(done) >= GROUP or thread_time() > until:
                        break
                    call, more = self._next()
                self._do_later(session)
                failpoint("before-commit")
                session.commit()
                failpoint("after-commit")
                committed(session)
        except Exception as error:  # noqa: BLE001  nobody may wait for ever: whatever ended the group is told to all in it
            self._kept.clear()
            self._engine.dispose()  # whatever state its connection is in, the next group begins with a fresh one
            own = (call.error for call in done if isinstance(call.error, StorageError))  # a full disk ends the whole transaction
            self._answer(done or [first], next(own, self._explained(error)))
            return more
        self._answer(done, None)
        return more

    def _next(self) -> tuple[_Call | None, bool]:
        try:
            call = self._calls.get_nowait()
        except queue.Empty:
            return None, True
        return call, call is not None

    def _one(self, session: Session, call: _Call) -> None:
        """Run one call. What it raises is its own; only a transaction that can't go on (connection gone, disk full) is raised."""
        session.connection().exec_driver_sql("SAVEPOINT call")  # a third of the cost of Session.begin_nested()
        before = len(session.info.get(_LATER, ()))
        try:
            call.value = call.work(session)
        except BaseException as error:  # noqa: BLE001  it belongs to whoever waits for the call, whatever it is
            call.error = self._explained(error)
            session.connection().exec_driver_sql("ROLLBACK TO SAVEPOINT call")
            del session.info.get(_LATER, [])[before:]
        session.connection().exec_driver_sql("RELEASE SAVEPOINT call")

    @staticmethod
    def _do_later(session: Session) -> None:
        items: dict[Callable[[Session, list[Any]], None], list[Any]] = {}
        for work, item in session.info.pop(_LATER, ()):
            items.setdefault(work, []).append(item)
        for work, together in items.items():
            work(session, together)

    def _explained(self, error: BaseException) -> BaseException:
        told = explain(error, self._name) if isinstance(error, DBAPIError) else None
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
