"""What goes to the engine and what comes back, in the words of our trade: an `FetchResult` holds an `Outcome`, not headers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Generic, TypeVar

from scrapy.exceptions import IgnoreRequest

from crawler import durations
from crawler.record import Outcome, Page, Reason

Work = TypeVar("Work")

SHORTEST_WAIT = 5.0  # seconds, of a Retry-After
LONGEST_WAIT = 86_400.0
USUAL_WAIT = 60.0  # after a 429 that does not say how long
AHEAD = timedelta(minutes=1)  # a site's clock may be ahead of ours
MAX_VALIDATOR = 1024  # characters of an ETag worth remembering

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_UNREAD = ("image/", "audio/", "video/", "font/")


@dataclass(frozen=True, slots=True)
class Fetch(Generic[Work]):
    """One request. `work` is what it is made for, and comes back with the answer; `delay` (seconds) may only lengthen the pace of the host.

    `wait`: so many seconds from now its host's turn comes, not before and, where others ask the host too, not much later (`latest`).
    `render`: in a browser. `any_type`: whatever it calls itself, the operator has said what it is. `call`: of an interface that is offered for just this, so that robots.txt has no say.
    """

    url: str
    work: Work = None  # type: ignore[assignment]  # most tests and one-off requests need none
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    method: str = "GET"
    body: bytes | None = None
    delay: float | None = None
    render: bool = False
    call: bool = False
    any_type: bool = False
    wait: float = 0.0
    latest: float | None = None


@dataclass(frozen=True, slots=True)
class FetchResult(Generic[Work]):
    """How one request ended. `page` is there when the outcome is OK.

    `moved_to` is the new address when every redirect on the way was a permanent one. `elapsed` is in seconds on the network,
    without the wait for the host's pace; `bytes` is what came over the wire; `max_age` (seconds) is how long the site says it is good.
    Of a rendered page, `also` is how many requests its scripts made, and `partly` that some of them failed in a way that may pass.
    """

    fetch: Fetch[Work]
    outcome: Outcome
    page: Page | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    elapsed: float = 0.0
    bytes: int = 0
    max_age: int | None = None
    also: int = 0
    partly: bool = False


class Ended(IgnoreRequest):
    """A request ended without a response, for a reason that we know. Scrapy passes it on quietly."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.reason}: {outcome.detail}")
        self.outcome = outcome


def ended(reason: Reason, detail: str = "", *, permanent: bool = False, retry_after: float | None = None) -> Ended:
    """An `Ended` to raise."""
    return Ended(Outcome(reason, detail, permanent, retry_after))


def outcome_of(status: int, retry_after_value: str | None, now: datetime, *, conditional: bool = True) -> Outcome:
    """What an HTTP status means to us. `conditional`: we had said what we know."""
    wait = retry_after(retry_after_value, now)
    detail = f"HTTP {status}"
    if 200 <= status < 300:
        return Outcome(Reason.OK)
    if status == 304:
        whole = Outcome(Reason.BAD_HTTP, "HTTP 304 to a request that asked for the whole")
        return Outcome(Reason.UNCHANGED) if conditional else whole
    if status == 429 or (status == 503 and wait is not None):
        return Outcome(Reason.RATE_LIMITED, detail, retry_after=wait or USUAL_WAIT)
    if status in (401, 403, 451):
        return Outcome(Reason.BLOCKED, detail, retry_after=wait)
    if status in (404, 410):
        return Outcome(Reason.GONE, detail, permanent=True)
    if 400 <= status < 500:
        return Outcome(Reason.CLIENT_ERROR, detail, permanent=status not in (408, 425), retry_after=wait)
    if 500 <= status < 600:
        return Outcome(Reason.SERVER_ERROR, detail, retry_after=wait)
    return Outcome(Reason.BAD_HTTP, f"{detail} is no answer")


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait for a Retry-After header (seconds or an HTTP date), between 5 s and 24 h; None when it says nothing usable.

    Never raises.
    """
    seconds = durations.retry_after(value, now)
    return None if seconds is None else min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def max_age(cache_control: str | None) -> int | None:
    """Seconds for which Cache-Control calls the answer fresh; None when it does not say, 0 for no-cache and no-store."""
    text = (cache_control or "")[:1024]
    if re.search(r"\bno-(?:cache|store)\b", text, re.IGNORECASE):
        return 0
    found = _MAX_AGE.search(text)
    return int(found.group(1)) if found else None


def last_modified(value: str | None, said_at: str | None, now: datetime) -> str | None:
    """A Last-Modified that can be sent back: not one later than the answer's own Date, or than our clock where it has none
    (RFC 9110 §8.8.2.1). What a server compares with the year 2041 never changes again."""
    known = validator(value)
    if known is None:
        return None
    at = durations.http_date(known)
    if at is None:  # in a form of its own, which only the server has to understand
        return None if any(int(year) > now.year for year in _YEAR.findall(known)) else known
    return known if at <= min(filter(None, (durations.http_date(said_at), now + AHEAD))) else None


def validator(value: str | None) -> str | None:
    """An ETag or Last-Modified that can be sent back as it is, or None."""
    if not value or len(value) > MAX_VALIDATOR or not value.isprintable() or not value.isascii():
        return None
    return value


def never_an_article(content_type: str) -> bool:
    """True for what is not worth downloading: a picture, a sound, a film, a PDF."""
    kind = content_type.partition(";")[0].strip().casefold()
    return kind.startswith(_UNREAD) or kind == "application/pdf"
