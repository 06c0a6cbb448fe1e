"""APScheduler for intervals that pass evenly, whatever happens to the wall clock.

It wakes by the event loop's timer, which never goes back, but asks the wall clock which job is due. A job that is due further away than
its interval, in the past or to come, was told so before the clock was set: it is due now, once.
"""

from __future__ import annotations

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs import clock


class Ticker(AsyncIOScheduler):  # type: ignore[misc]  # APScheduler 3 has no types
    """Interval jobs, kept in memory: late ones run once, and never two of one at a time."""

    def __init__(self) -> None:
        super().__init__(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})

    def _process_jobs(self) -> float | None:
        now = clock.now()
        for job in self.get_jobs():
            if isinstance(job.trigger, IntervalTrigger) and abs(job.next_run_time - now) > job.trigger.interval:
                job._modify(next_run_time=now)
                self._lookup_jobstore("default").update_job(job)
        wait: float | None = super()._process_jobs()
        return wait
