"""When is a source next due? Pure: values in, a time out.

A source that answers is due again after its own interval, never sooner than the site asks (`ttl` of a feed, Cache-Control max-age
up to an hour, Retry-After). One that fails waits longer each time: 2, 4, 8 … intervals, at most a day.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.record import Outcome, Reason

Cadence = Callable[[datetime], datetime]  # a moment → when the configuration wants the next poll

MAX_PAUSE = timedelta(days=1)
MAX_SITE_WISH = timedelta(hours=1)  # a feed may ask for a pause, not for being forgotten
ARTICLE_ATTEMPTS = 8  # over 15 hours: a night without the site, or without a network of our own
FEWER_ATTEMPTS = 5  # over a quarter of an hour, where the source itself has said enough to tell
LOOKS = 4  # over an hour, at a page that is not there, or no article, when its source has just announced it
FEWER_LOOKS = 3  # over a minute, where the source itself has said enough to tell
_HOURS_PAUSE = (Reason.BLOCKED, Reason.GONE, Reason.ROBOTS)


def next_poll(cadence: Cadence, now: datetime, *, site_wish: float | None = None) -> datetime:
    """When to poll again after a good answer. `site_wish` is the pause in seconds that the site asked for."""
    due = cadence(now)
    if site_wish:
        due = max(due, now + min(timedelta(seconds=site_wish), MAX_SITE_WISH))
    return due


def next_poll_after_failure(cadence: Cadence, now: datetime, outcome: Outcome, failures: int) -> datetime:
    """When to poll again after the `failures`-th failure in a row (from 1)."""
    interval = max(cadence(now) - now, timedelta(seconds=1))
    floor = timedelta(hours=1) if outcome.reason in _HOURS_PAUSE else timedelta(0)
    pause: timedelta = max(interval * 2 ** min(failures - 1, 10), floor)
    if outcome.retry_after is not None:
        pause = max(pause, timedelta(seconds=outcome.retry_after))
    return now + min(pause, max(MAX_PAUSE, interval))


def next_read(
    now: datetime, outcome: Outcome, attempts: int, rng: random.Random, most: int = ARTICLE_ATTEMPTS, *, first: float = 10.0
) -> datetime | None:
    """When to try an article again after its `attempts`-th failure; None when it is time to give up.

    Waiting for a robots.txt that cannot be reached costs no attempt: the site, not the article, is in trouble.
    """
    if outcome.permanent:
        return None
    if outcome.reason is Reason.ROBOTS_UNREACHABLE:
        return now + timedelta(seconds=max(outcome.retry_after or 0, 600))
    if attempts >= most:
        return None
    pause = first * 4 ** (attempts - 1) * rng.uniform(0.75, 1.25)  # from 10 s: 40 s, 3 min, 11 min, 43 min, 3 h, 11 h
    return now + timedelta(seconds=max(pause, outcome.retry_after or 0))


def next_look(now: datetime, outcome: Outcome, attempts: int, rng: random.Random, *, told: bool) -> datetime | None:
    """When to look again at a new article whose page says that it is none; None when it is to be believed.

    A link may be announced before its page is everywhere, and for a while a site may show a check of browsers, a login or a notice of
    maintenance in its place. `told`: what the source says itself could be told meanwhile.
    """
    most, first = (FEWER_LOOKS, 10.0) if told else (LOOKS, 120.0)
    return next_read(now, replace(outcome, permanent=False), attempts, rng, most, first=first)
