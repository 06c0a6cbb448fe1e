"""Trends: what rises, who leads, who is first, what is missing. Each figure leads to its records; each chart has a table of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query

from crawler.i18n import tr
from jobs.services.insight import company as service
from jobs.services.insight import completeness, events, trends
from jobs.services.insight.company import Company
from jobs.services.insight.completeness import Completeness, Thin, Worth
from jobs.services.insight.events import Table
from jobs.services.insight.trends import Burst, Cell, Firsts, Line, Named, Period, Riser, Share
from jobs.web import charts
from jobs.web.access import Asked
from jobs.web.charts import Shares
from jobs.web.screens import After, Day, Limit, Number, Screen

screen = Screen("trends")
Days = Annotated[int, Query(ge=1, le=3660, description="the last so many days, today included")]
Names = Annotated[list[str], Query(description="technologies, industries or companies, in either language", max_length=8)]
Topic = Annotated[str | None, Query(max_length=200, description="only of this technology, industry or company")]


@dataclass(frozen=True, slots=True)
class Attention:
    """Lines, each with its drawing."""

    names: tuple[str, ...]
    days: int
    same_sources: bool
    lines: tuple[Line, ...]
    drawings: tuple[Shares, ...]


@dataclass(frozen=True, slots=True)
class Emerging:
    """What rises in the week until today."""

    until: date
    chance: float
    risers: tuple[Riser, ...]


@dataclass(frozen=True, slots=True)
class Bursts:
    """Runs of days far above the usual."""

    days: int
    bursts: tuple[Burst, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Technologies in lines, industries in columns; `most`: the lift that is darkest, twice chance at least."""

    days: int
    since: date
    until: date
    technologies: tuple[Named, ...]
    industries: tuple[Named, ...]
    cells: Mapping[str, Cell]
    most: float


@dataclass(frozen=True, slots=True)
class Voices:
    """Share of voice of a panel, week by week."""

    days: int
    panel: tuple[str, ...]
    weeks: tuple[tuple[date, date], ...]
    companies: tuple[tuple[Named, tuple[Share, ...]], ...]


@dataclass(frozen=True, slots=True)
class First:
    """Who tells first."""

    days: int
    firsts: Firsts


@dataclass(frozen=True, slots=True)
class Missing:
    """How much there may have been, what each source is worth, which topics hang on one."""

    days: int
    topic: str | None
    language: str | None
    coverage: Completeness
    words: tuple[str, ...]
    worth: tuple[Worth, ...]
    thin: tuple[Thin, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """Events of a type as a table, perhaps `about` one company; `companies` of its cells have pages of these numbers."""

    types: tuple[str, ...]
    table: Table
    about: Named | None
    since: date | None
    until: date | None
    companies: Mapping[str, int]


def _period(ask: Asked, days: int) -> Period:
    return trends.last_days(days, ask.now, ask.zone)


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """A company over the last days, with the drawing of its share."""

    days: int
    since: date
    until: date
    company: Company
    drawing: Shares
    tables: tuple[str, ...]


@screen.page("/trends", "attention.html", twin="/trends/attention")
def attention(ask: Asked, name: Names = [], days: Days = 30, same_sources: bool = False) -> Attention:  # noqa: B006
    """The share of all stories of a day that is about something."""
    period = _period(ask, days)
    wanted = tuple(one for one in name if one.strip())
    question = "attention", wanted, days, same_sources
    lines = ask.view(question, lambda s: trends.attention(s, wanted, period, ask.zone, same_sources))
    return Attention(wanted, days, same_sources, tuple(lines), tuple(map(_drawn, lines)))


def _drawn(line: Line) -> Shares:
    values = [
        charts.Value(
            day.day, day.share, day.low, day.high,
            tr("{day}: {n} of {of} stories", day=day.day, n=day.stories, of=day.of),
            records_of(line.concept, day.day, day.day), day.stories < trends.FEW, day.gap,
        )
        for day in line.days
    ]  # fmt: skip
    return charts.shares(values, line.bursts)


def records_of(one: Named, since: date, until: date) -> str:
    """Where the records behind a figure are."""
    return "/search?" + urlencode({"q": one.query, "since": since, "until": until})


@screen.page("/companies/{number}", "company.html")
def company(ask: Asked, number: Number, days: Days = 90) -> CompanyPage:
    """What is told of a company, what it does, beside which technologies, and who tells it first."""
    period = _period(ask, days)
    found = ask.view(("company", number, days), lambda s: service.company(s, number, period, ask.zone, ask.config.money))
    return CompanyPage(days, period.first, period.last, found, _drawn(found.line), tuple(events.TABLES))


@screen.page("/trends/emerging", "emerging.html")
def emerging(ask: Asked) -> Emerging:
    """What rises in the last seven days beyond what the eight weeks before explain."""
    until = _period(ask, 1).last
    risers = ask.view("emerging", lambda s: trends.emerging(s, until, ask.zone))
    return Emerging(until, trends.CHANCE, tuple(risers))


@screen.page("/trends/bursts", "bursts.html")
def bursts(ask: Asked, days: Days = 90) -> Bursts:
    """Runs of days on which something is told of at twice its usual share."""
    return Bursts(days, tuple(ask.view(("bursts", days), lambda s: trends.bursting(s, _period(ask, days)))))


@screen.page("/trends/matrix", "matrix.html")
def matrix(ask: Asked, days: Days = 30) -> Matrix:
    """Which technologies are told of with which industries."""
    period = _period(ask, days)
    cells = ask.view(("matrix", days), lambda s: trends.matrix(s, period))
    technologies = tuple(dict.fromkeys(cell.technology for cell in cells))[:25]
    industries = tuple(dict.fromkeys(cell.industry for cell in cells))[:15]
    shown = {f"{cell.technology.id} {cell.industry.id}": cell for cell in cells}
    most = max((cell.lift or 0.0 for cell in cells if cell.stories >= trends.FEW), default=0.0)
    return Matrix(days, period.first, period.last, technologies, industries, shown, min(max(most, 2.0), 5.0))


@screen.page("/trends/share", "share.html")
def share(ask: Asked, name: Names = [], days: Days = 28) -> Voices:  # noqa: B006
    """Of the stories in which a company of the panel acts, those of each."""
    period = _period(ask, days)
    panel = tuple(one for one in name if one.strip())
    found = ask.view(("share", panel, days), lambda s: trends.share(s, panel, period))
    weeks = tuple(dict.fromkeys((one.first, one.last) for one in found))
    companies = dict.fromkeys(one.company for one in found)
    rows = tuple((company, tuple(one for one in found if one.company == company)) for company in companies)
    return Voices(days, panel, weeks, rows)


@screen.page("/trends/first", "first.html")
def first(ask: Asked, days: Days = 30) -> First:
    """Who is first, of the stories that several tell; and how long one language waits for the other."""
    return First(days, ask.view(("first", days), lambda s: trends.firsts(trends.told_in(s, _period(ask, days), ask.zone))))


@screen.page("/trends/coverage", "missing.html")
def coverage(ask: Asked, days: Days = 30, topic: Topic = None, lang: Literal["zh", "en", ""] = "") -> Missing:
    """How many stories there may have been; what each source is worth; which topics hang on one source."""
    period, about = _period(ask, days), (topic or "").strip() or None
    watched = {row.name for row in ask.config.sources}

    def work(session: Any) -> tuple[Completeness, list[Worth], list[Thin]]:
        return completeness.missing(session, period, ask.zone, about, lang or None, watched=watched)

    found, worth, thin = ask.view(("coverage", days, about, lang, tuple(sorted(watched))), work)
    return Missing(days, about, lang or None, found, tuple(completeness.in_words(found)), tuple(worth), tuple(thin))


Kind = Annotated[
    Literal["funding", "release", "policy", "chip", "partnership", "people", "acquisition"], Query(description="of events")
]
About = Annotated[int | None, Query(ge=1, description="only those in which this company stands")]


@screen.page("/trends/events", "events.html", sheet=lambda page, zone: events.lines(page.table, zone))
def event_table(
    ask: Asked,
    type: Kind = "funding",
    company: About = None,
    since: Day = None,
    until: Day = None,
    after: After = None,
    limit: Limit = 50,
) -> Events:
    """Events of a type, one row a story."""

    def work(session: Any) -> Events:
        begins, ends = ask.midnight(since), ask.midnight(until, after=True)
        found = events.table(session, type, ask.config.money, company=company, since=begins, until=ends, after=after, limit=limit)
        acting = {name for row in found.rows if "actors" in row.cells for name in row.cells["actors"].names}
        about = trends.named(trends.company_of(session, company)) if company else None
        return Events(tuple(events.TABLES), found, about, since, until, trends.companies(session, acting))

    return ask.view(("events", type, company, since, until, after, limit), work)
