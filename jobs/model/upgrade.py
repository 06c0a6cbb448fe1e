"""Lets a model go over stored records, the newest first, a few at a time, when alerts are long out.

    annotating.waiting | reserve tokens | client.ask | grounding (in a child) | annotating.upgraded

An answer that cannot be read is asked for once more. What fails is tried again after a pause, five times in all; a server in trouble
is left alone for a while by a breaker. Whatever happens, the record keeps at least its built-in facts, and a note says why.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from crawler.errors import ReadError
from crawler.record import Grounded, Record
from crawler.sandbox.pool import Killed, Readers
from jobs import log, redaction
from jobs.config.models import AnalysisConfig
from jobs.deliver.backoff import Breaker
from jobs.model import prompt
from jobs.model.client import Client, ModelError, Said
from jobs.safe_text import escaped
from storage.archive import annotations as annotating
from storage.archive.annotations import Annotation
from storage.db.database import Database
from storage.db.errors import StorageError

WORKERS = 2  # calls at once
IDLE = 5.0  # seconds between two looks at an empty work list
AFTER_SURPRISE = 60.0  # seconds
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))  # before the second try and the following ones
SPENT_REST = timedelta(minutes=5)  # after the month's tokens are used up
SETTING_REST = timedelta(minutes=10)  # after a refusal that only the operator can mend

_log = log.get("model")


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer that was read, with what it took."""

    grounded: Grounded
    said: Said
    repaired: bool


class Reanalyzer:
    """Asks the model of `analysis` about records; does nothing while that names none."""

    def __init__(
        self, db: Database, readers: Readers, analysis: AnalysisConfig, zone: tzinfo, now: Callable[[], datetime]
    ) -> None:
        self.may: Callable[[], bool] = lambda: True  # … ask now: one worker does
        self.counts: Counter[str] = Counter()
        self.stopped_by = ""  # why nothing is asked at the moment
        self._db = db
        self._readers = readers
        self._analysis = analysis
        self._zone = zone
        self._now = now
        self._client: Client | None = None
        self._breaker = Breaker()
        self._at_work: set[int] = set()

    async def use(self, analysis: AnalysisConfig, zone: tzinfo) -> None:
        """From now on ask as this says."""
        self._zone = zone
        if analysis != self._analysis:
            old, self._client, self._analysis, self._breaker = self._client, None, analysis, Breaker()
            if old is not None:
                await old.close()

    async def run(self) -> None:
        """Go on for ever."""
        try:
            await asyncio.gather(*(self._work() for _ in range(WORKERS)))
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.close()

    async def _work(self) -> None:
        while True:
            pause = IDLE
            try:
                pause = 0.0 if self.may() and await self.step(self._now() - self._analysis.max_age) else IDLE
            except StorageError as error:  # the keeper looks after a store in trouble
                _log.debug("the store is in trouble", error=str(error))
            except Exception:  # noqa: BLE001 - what goes wrong with a model must not stop the news
                _log.exception("asking the model failed in a way that nobody foresaw")
                pause = AFTER_SURPRISE
            await asyncio.sleep(pause)

    async def step(self, since: datetime | None) -> bool:
        """Ask about one record that was shown since then; False when none is due, or nothing may be asked now (see `stopped_by`)."""
        model, now = self._analysis.model, self._now()
        if self._analysis.engine != "openai" or model is None or self._rests(now):
            return False
        asked = frozenset(self._at_work)
        look = partial(annotating.waiting, model=model, now=now, since=since, limit=1 + len(asked), without=asked)
        found = await asyncio.to_thread(self._db.read, look)
        record = next((one for one in found if one.id not in self._at_work), None)
        if record is None or record.id is None:
            return False
        self._at_work.add(record.id)
        try:
            return await self._upgrade(record, model)
        finally:
            self._at_work.discard(record.id)

    def rest(self) -> float:
        """Seconds that the model is still left alone."""
        return max(self._breaker.open_until - self._now().timestamp(), 0.0)

    def _rests(self, now: datetime) -> bool:
        is_open = self._breaker.is_open(now.timestamp())
        if not is_open:
            self.stopped_by = ""
        return is_open

    # ---- one record

    async def _upgrade(self, record: Record, model: str) -> bool:
        messages = prompt.question(record, secrets.token_hex(12))
        month = f"{self._now().astimezone(self._zone):%Y-%m}"
        spent: list[int] = []
        try:
            answered = await self._answer(record, model, messages, month, spent)
        except _OverBudget:
            self._stop(f"the {self._analysis.monthly_tokens} tokens of {month} are used up")
            self._breaker = replace(self._breaker, open_until=(self._now() + SPENT_REST).timestamp())
            return False
        except (ModelError, ReadError) as error:
            failure = error if isinstance(error, ModelError) else ModelError(str(error), "record")
            await self._failed(record, model, failure, sum(spent))
            return True
        self._breaker = self._breaker.succeeded()
        await self._keep(record, model, answered, sum(spent))
        return True

    async def _answer(self, record: Record, model: str, messages: prompt.Messages, month: str, spent: list[int]) -> _Answered:
        """The answer, held against the text; the second one if the first cannot be read. Raises ModelError, ReadError, _OverBudget."""
        said = await self._ask(messages, month, spent)
        try:
            return _Answered(await self._readers.ground(record, said.text, model), said, repaired=False)
        except Killed:
            raise
        except ReadError:
            said = await self._ask(prompt.again(messages, said.text), month, spent)
        return _Answered(await self._readers.ground(record, said.text, model), said, repaired=True)

    async def _ask(self, messages: prompt.Messages, month: str, spent: list[int]) -> Said:
        """One call, on the account of the month: a guess before it, the truth after it."""
        guess = prompt.tokens(messages)
        if not await self._db.write(lambda s: annotating.reserve(s, month, guess, self._analysis.monthly_tokens)):
            raise _OverBudget
        if self._client is None:
            self._client = Client(self._analysis)
        cost = 0
        try:
            said = await self._client.ask(messages)
            cost = guess if said.tokens is None else said.tokens
            return said
        except ModelError as error:
            cost = guess if error.counts else 0
            raise
        finally:  # also when we are told to end in the midst of it
            spent.append(cost)
            if cost != guess:
                await self._db.write(lambda s: annotating.spend(s, month, cost - guess, requests=0))

    async def _keep(self, record: Record, model: str, answered: _Answered, tokens: int) -> None:
        note = self._note(model, "done", 0, tokens, _told(answered))
        kept = await self._db.write(lambda s: annotating.upgraded(s, answered.grounded.record, note))
        self.counts["upgraded" if kept else "changed meanwhile"] += 1
        found = answered.grounded
        _log.info("asked the model", record=record.id, kept=found.kept, dropped=found.dropped, tokens=tokens)

    async def _failed(self, record: Record, model: str, error: ModelError, tokens: int) -> None:
        """Note why, and when it is tried again; leave a server in trouble alone. A wrong setting is no fault of the record."""
        now = self._now()
        if error.whose != "record":
            self._stop(str(error))
            self._breaker = self._breaker.failed(now.timestamp())
            rest = SETTING_REST if error.whose == "setting" else timedelta(seconds=error.retry_after or 0)
            self._breaker = replace(self._breaker, open_until=max(self._breaker.open_until, (now + rest).timestamp()))
        numbers = [record.id or 0]
        tries = self._db.read(lambda s: annotating.previous_tries(s, numbers, model)).get(record.id or 0, 0)
        tries += error.whose != "setting"
        state = "failed" if tries > len(PAUSES) else "waiting"
        pause = max(PAUSES[min(max(tries, 1), len(PAUSES)) - 1], timedelta(seconds=error.retry_after or 0))
        note = replace(self._note(model, state, tries, tokens, f"built-in analysis stays: {error}"), next_at=now + pause)
        await self._db.write(lambda s: annotating.noted(s, record, note))
        self.counts["failed"] += 1
        _log.warning("the model gave no answer", record=record.id, reason=str(error), tries=tries, state=state)

    def _note(self, model: str, state: str, tries: int, tokens: int, detail: str) -> Annotation:
        now, told = self._now(), escaped(redaction.redacted(detail))[:500]
        return Annotation(model, state, tries, next_at=now, at=now, tokens=tokens, detail=told)

    def _stop(self, why: str) -> None:
        if why != self.stopped_by:
            _log.warning("the model is left alone", reason=why)
        self.stopped_by = why


class _OverBudget(Exception):
    """The month's tokens do not suffice for the call."""


def _told(answered: _Answered) -> str:
    """How the facts came about, in a sentence."""
    grounded = answered.grounded
    parts: list[Any] = [answered.said.form, "asked twice" if answered.repaired else "", grounded.how]
    how = ", ".join(part for part in parts if part)
    dropped = f", {grounded.dropped} dropped: the text does not prove them" if grounded.dropped else ""
    stays = "" if grounded.kept else "; the built-in analysis stays"
    return f"{grounded.kept} values by the model ({how}){dropped}{stays}"
