"""The nouns. Each is frozen and named by its stage; no dict travels between files.

Source ──FIND──▶ Link ──fetch──▶ Page ──READ──▶ Record ──ADD──▶ Record with Facts
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Literal, TypeVar

MAX_TITLE = 500  # code points; a longer "title" is a page gone wrong
EVENT_TYPES = tuple(
    "funding release policy partnership acquisition research chip product people legal safety earnings other".split()
)
MAX_TEXT = 200_000  # code points; bounds what one article can cost storage and rules
MAX_LINKS = 2000  # of one poll
MAX_SUMMARY, MAX_GUID = 1000, 400  # code points of what a source says of an article, and calls it
T = TypeVar("T")


def travels(kind: type[T]) -> type[T]:
    """Of a dataclass whose values go to a child or come from it by the hundred: a value is pickled as a call. Asked for its fields, each costs three times as much."""
    values = attrgetter(*(one.name for one in fields(kind)))  # type: ignore[arg-type]
    kind.__reduce__ = lambda self: (kind, values(self))  # type: ignore[method-assign]
    return kind


@dataclass(frozen=True, slots=True)
class Source:
    """One watched source, as config.yaml names it.

    `kind` is ``auto`` or the name of a spider; `options` hold that spider's own keys, already validated by its `Options`.
    `match` (a regular expression, RE2) keeps only the links whose address it finds.
    """

    name: str
    url: str
    kind: str = "auto"
    tags: tuple[str, ...] = ()
    match: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@travels
@dataclass(frozen=True, slots=True)
class Link:
    """An article's address as a spider found it, with what the source itself said about the article.

    `url` is absolute and as found. `text` is the whole text where the source carries it (plain, paragraphs by "\\n").
    `guid` is the source's own name for the article. `entry` is set where several articles stand on one page: which of them it is.
    """

    url: str
    title: str | None = None
    published: datetime | None = None
    summary: str | None = None
    text: str | None = None
    author: str | None = None
    publisher: str | None = None
    keywords: tuple[str, ...] = ()
    guid: str | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one poll of one address gave.

    `more` are further addresses of the same source to poll (children of a sitemap index, the next page of a list), each with
    the time it was last changed where the source says so. `kind` is the spider that recognised the answer.
    `older` is the next page, where the list goes on; it is asked for only where the list may have a gap.
    `newest` is the newest publication date seen, `ttl` the pause in seconds that a feed asks for,
    `skip_hours` the hours of the day (UTC, 0 to 23) in which it wants no polls.
    `hub` is where a feed can be subscribed to, and its topic there. `whole` is False for an answer that ends before its end.
    """

    links: tuple[Link, ...]
    kind: str
    more: tuple[tuple[str, datetime | None], ...] = ()
    title: str | None = None
    newest: datetime | None = None
    ttl: int | None = None
    notes: tuple[str, ...] = ()
    skip_hours: tuple[int, ...] = ()
    older: tuple[str, ...] = ()
    hub: tuple[str, str] | None = None
    whole: bool = True


@travels
@dataclass(frozen=True, slots=True)
class Page:
    """Bytes as they were served, and where they stood after redirects. `fetched` is aware."""

    url: str
    body: bytes
    fetched: datetime
    content_type: str = ""
    status: int = 200


@travels
@dataclass(frozen=True, slots=True)
class Fact:
    """One value and the place that proves it.

    `kind` is keyword, technology, industry, company, event (its value is the headline), or ``reading`` for what a parser has to say about its own work.
    `start` and `end` are code-point offsets into the record's text; they are None when the proof stands elsewhere, and `quote`
    then begins with the place: ``title: …``, ``meta keywords: …``. `concept` is the value's id in the word lists, which is the same
    in all languages.
    """

    kind: str
    value: str
    quote: str
    by: str
    start: int | None = None
    end: int | None = None
    score: float = 1.0
    concept: str | None = None


@travels
@dataclass(frozen=True, slots=True)
class Event:
    """One entry of 重大事件摘要: a clause with the actor and the act, and what the text says of it.

    `type` is one of EVENT_TYPES. The other fields are in the text's own words (`date` is an ISO date), and None where it does not say.
    """

    headline: str
    detail: str
    type: str = "other"
    actors: tuple[str, ...] | None = None
    object: str | None = None
    amount: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A company or lab that an article names; an `actor` acts in its headline or an event."""

    name: str
    role: Literal["actor", "named"] = "named"


@travels
@dataclass(frozen=True, slots=True)
class Record:
    """An article as analysts read it: the seven fields, and what goes with them.

    `opening` is the sentence that opens the digest of events. `id`, `story` and `first_seen` are given by storage. `analysis` says
    what made the facts: ``builtin 1``, or ``model:NAME, builtin 1``.
    """

    title: str
    link: str
    text: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    ai_technologies: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    opening: str = ""
    published: datetime | None = None
    author: str | None = None
    publisher: str | None = None
    language: str | None = None
    source: str | None = None
    fetched: datetime | None = None
    first_seen: datetime | None = None
    id: int | None = None
    story: int | None = None
    facts: tuple[Fact, ...] = ()
    analysis: str | None = None
    companies: tuple[Company, ...] = ()

    def with_facts(self, *facts: Fact) -> Record:
        """The same record with these facts after its own."""
        return replace(self, facts=self.facts + facts)


@dataclass(frozen=True, slots=True)
class Grounded:
    """A record with what a model's answer added to it: how many values have their proof in the text, how many were dropped.

    `how` says what had to be done to read the answer ("" when it was as asked for).
    """

    record: Record
    kept: int
    dropped: int
    how: str = ""


class Reason(StrEnum):
    """Why a request, a page or a task ended as it did. One word that the log, the page and the test can show."""

    OK = "ok"
    UNCHANGED = "unchanged"  # 304, or the same bytes
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    BAD_HTTP = "bad-http"
    REDIRECTS = "redirects"
    REFUSED_ADDRESS = "refused-address"  # private or special-purpose address, not allowed by the configuration
    ROBOTS = "robots"  # robots.txt says no
    ROBOTS_UNREACHABLE = "robots-unreachable"  # RFC 9309 §2.3.1.4: assume complete disallow, ask again later
    RATE_LIMITED = "rate-limited"  # 429, or 503 with Retry-After
    BLOCKED = "blocked"  # 401, 403, 451
    GONE = "gone"  # 404, 410
    CLIENT_ERROR = "client-error"
    SERVER_ERROR = "server-error"
    UNREADABLE = "unreadable"  # no spider or parser understood it
    NOT_AN_ARTICLE = "not-an-article"
    KILLED = "killed"  # reading it took too long or too much memory
    BROWSER = "browser"  # the browser that was to show it cannot be had
    OVERLOADED = "crowded"  # too many stood before it: given back
    STOPPED = "stopped"  # we were asked to stop


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one piece of work: a value, not an exception, stored where the user looks."""

    reason: Reason
    detail: str = ""
    permanent: bool = False
    retry_after: float | None = None  # seconds

    @property
    def ok(self) -> bool:
        """True when the work is done and there is nothing to report."""
        return self.reason in (Reason.OK, Reason.UNCHANGED)


_PARTS = (Event, Company, Fact)  # flat: a tenth of the time of dataclasses.asdict


def plain(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """These fields of a record as plain data: lists for tuples, mappings for events and facts; moments stay."""
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return [{name: getattr(one, name) for name in type(one).__slots__} if isinstance(one, _PARTS) else one for one in value]
