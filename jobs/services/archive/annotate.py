"""Goes over the archive again: with the built-in analysis where an older one made the facts, or with a model.

The work list is what storage says is outdated, and every batch is stored before the next is begun: killed and started again, it goes
on where it was. Nobody is alerted of anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from crawler.errors import ReadError
from crawler.record import Record
from crawler.sandbox.pool import Readers
from crawler.stages import add as adding
from jobs import log
from jobs.config.load import Config
from jobs.model.upgrade import WORKERS, Reanalyzer
from storage.archive import annotations as annotating
from storage.db.database import Database
from storage.db.failpoints import failpoint

BATCH = 50  # records of one transaction
LONGEST_REST = 60.0  # seconds that a server may ask us to wait; when it needs more, it is for another time
Progress = Callable[[int], None]  # is told how many more are done

_log = log.get("annotate")


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `why` says why it ended before its end; "" when it did not."""

    renewed: int
    failed: int
    why: str = ""


async def builtin(db: Database, config: Config, since: datetime | None, progress: Progress) -> Done:
    """Analyse again what another version of the built-in analysis made, or nobody did."""
    own = config.analysis.terms.own()
    label = adding.label(own)
    renewed, failed, before = 0, 0, None
    with closing(Readers(own=own)) as readers:
        while batch := await asyncio.to_thread(
            db.read, partial(annotating.outdated, label=label, since=since, before=before, limit=BATCH)
        ):
            made = await asyncio.gather(*(_again(readers, record) for record in batch))
            good = [record for record in made if record is not None]
            renewed += await db.write(lambda s, good=good: sum(annotating.replace_facts(s, record) for record in good))  # type: ignore[misc]
            failpoint("after-annotate-batch")
            failed += len(batch) - len(good)
            before = batch[-1].id
            progress(len(batch))
    return Done(renewed, failed)


async def _again(readers: Readers, record: Record) -> Record | None:
    """The record with facts found anew; None when its analysis failed."""
    if not record.facts and (record.keywords or record.ai_technologies or record.industries or record.events):
        return replace(record, analysis=annotating.GIVEN)
    try:
        added: Record = await readers.add(adding.bare(record))
        return added
    except ReadError as error:
        _log.warning("not analysed", record=record.id, reason=str(error))
        return None


async def by_model(db: Database, config: Config, since: datetime | None, now: Callable[[], datetime], progress: Progress) -> Done:
    """Ask the configured model about what it has not been asked about, and about what failed before."""
    model = config.analysis.model or ""
    await db.write(lambda s: annotating.try_again(s, model, now()))
    with closing(Readers(own=config.analysis.terms.own())) as readers:
        upgrader = Reanalyzer(db, readers, config.analysis, config.zone, now)

        async def work() -> None:
            while True:
                if await upgrader.step(since):
                    progress(1)
                elif 0 < upgrader.rest() <= LONGEST_REST:
                    await asyncio.sleep(upgrader.rest())
                else:
                    return

        try:
            await asyncio.gather(*(work() for _ in range(WORKERS)))
        finally:
            await upgrader.close()
    return Done(upgrader.counts["upgraded"], upgrader.counts["failed"], upgrader.stopped_by)


def how_many(db: Database, config: Config, engine: str, since: datetime | None) -> int:
    """How many records there are to do."""
    if engine == "openai":
        return db.read(lambda s: annotating.count_waiting(s, config.analysis.model or "", since=since))
    label = adding.label(config.analysis.terms.own())
    return db.read(lambda s: annotating.count_outdated(s, label, since=since))
