"""Events as tables: of a story the events that the record tells which told it first, a row each; each cell with the words that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from crawler.analyzers.companies import named_in
from crawler.i18n import language
from crawler.nlp.events.frames import Cell, Known
from crawler.record import Event, Record
from crawler.text import normal
from jobs.config.models import MoneyConfig
from jobs.services.insight import trends
from storage.archive import changes, corrections, queries
from storage.archive.queries import Cursor
from storage.stories import evidence
from storage.trends.counts import Concept

ONCE = frozenset(("funding", "people"))  # tables in which an article names somebody in one row
MOST_READ, STEP = 4_000, 1_000  # records that are looked through for a page, and at once
TABLES: Mapping[str, tuple[str, ...]] = {
    "funding": ("actors", "round", "amount", "investors", "date"),
    "release": ("actors", "object", "version", "licence", "size", "price", "date"),
    "policy": ("actors", "object", "level", "stage", "date"),
    "chip": ("actors", "object", "process", "amount", "date"),
    "partnership": ("actors", "object", "amount", "date"),
    "people": ("actors", "object", "post", "date"),
    "acquisition": ("actors", "object", "amount", "stage", "date"),
}
CURRENCIES: Mapping[str, re.Pattern[str]] = {  # how an amount of each is written
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "CNY": r"人民币|(?<![美港欧日韩加澳台币])元(?!/)|\b(?:RMB|CNY|yuan|renminbi)\b|(?<![A-Z])[¥￥]",
        "USD": r"美元|美金|(?<![A-Z])(?:US)?\$|\bUSD\b|(?<!hong kong )(?<!canadian )(?<!australian )(?<!singapore )\bdollars\b",
        "HKD": r"港元|港币|\bHK\$|\bHKD\b|\bHong Kong dollars\b",
        "EUR": r"欧元|€|\bEUR\b|\beuros?\b",
        "GBP": r"英镑|£|\bGBP\b|\bpounds\b",
        "JPY": r"日元|日圆|\bJPY\b|\byen\b",
        "KRW": r"韩元|韩圆|₩|\bKRW\b|\bwon\b",
        "TWD": r"(?:新)?台币|\bNT\$|\bTWD\b",
        "INR": r"卢比|₹|\bINR\b|\brupees\b",
        "CAD": r"加元|\bC\$|\bCAD\b|\bCanadian dollars\b",
        "AUD": r"澳元|\bA\$|\bAUD\b|\bAustralian dollars\b",
        "SGD": r"新加坡元|新元|\bS\$|\bSGD\b|\bSingapore dollars\b",
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """An event of a story. `cells` has what the text says, by column. `worth`: its amount in the currency of the configuration, and
    whether it had to be converted (`foreign`).

    `state`: whether it was corrected, denied or withdrawn since, or is a denial itself; `by`: the record that says so.
    """

    record: int
    story: int
    headline: str
    source: str
    at: datetime
    cells: Mapping[str, Cell]
    worth: float | None = None
    foreign: bool = False
    state: str = ""
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, the newest first; `next`: where to go on. `currency`: of what each is worth."""

    type: str
    currency: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    next: str | None


def table(
    session: Session,
    kind: str,
    money: MoneyConfig,
    *,
    company: int | None = None,
    after: str | None = None,
    limit: int = 50,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Table:
    """The events of a type, or those of them in which a company stands. Raises KeyError for a type without a table, ValueError for a
    cursor that is none, Unknown for what is no company."""
    columns = TABLES[kind]
    about = trends.company_of(session, company) if company is not None else None
    rows: list[Row] = []
    place = Cursor.parse(after) if after else None
    for _ in range(MOST_READ // STEP):
        told, beyond = queries.telling(session, {kind}, STEP, since=since, until=until, concept=company, after=place)
        for candidate in queries.tagged_of(session, list(told), fields=("event",)):
            more = list(rows_of(candidate.record, kind, candidate.at.shown_at, about))
            if len(rows) >= limit or (rows and len(rows) + len(more) > limit):  # those of a record stay together
                return Table(kind, money.currency, columns, tuple(told_since(session, rows, money)), str(place))
            place = candidate.at
            rows += more
        if (place := beyond) is None:
            break
    return Table(kind, money.currency, columns, tuple(told_since(session, rows, money)), str(place) if place else None)


def told_since(session: Session, rows: Iterable[Row], money: MoneyConfig) -> Iterator[Row]:
    """The rows with what became of their stories, and what their amounts are worth."""
    rows = list(rows)
    known = corrections.of_stories(session, {row.story for row in rows})
    for row in rows:
        state, by = known.get(row.story, (row.state, row.by))
        worth, foreign = _worth(row.cells.get("amount"), money)
        yield replace(row, worth=worth, foreign=foreign, state=state, by=by)


def _worth(cell: Cell | None, money: MoneyConfig) -> tuple[float | None, bool]:
    """An amount of one currency, if it is just one, and whether it had to be converted."""
    said = cell.value if cell else ""
    found = [(name, pattern) for name, pattern in CURRENCIES.items() if pattern.search(said)]
    if len(found) != 1:
        return None, False
    [(currency, pattern)] = found
    amounts = {one.value for one in evidence.amounts_in(pattern.sub(" ", said)) if one.kind != "%"}
    return money.worth(amounts.pop(), currency) if len(amounts) == 1 else None, currency != money.currency


def rows_of(record: Record, kind: str, at: datetime, company: Concept | None = None) -> Iterator[Row]:
    """The events of a type that a record tells, those of a company where one is named; of those whose cells stay empty the first alone."""
    told = [one for one in record.events if one.type == kind and (company is None or is_about(one, company))]
    known: dict[str, tuple[Event, dict[str, Cell]]] = {}
    facts = [facts_of(one) for one in told]
    for before, event in enumerate(told):
        for cells in _rows(facts[before], record, facts[:before]):
            names = ("actors",) if kind in ONCE and "actors" in cells else ("actors", "object")
            more = next((row for _, row in known.values() if kind == "partnership" and _is_same(row, cells)), None)
            if more is None:
                known.setdefault("|".join(cells[name].value for name in names if name in cells), (event, cells))
            else:
                more |= cells | more
    for event, cells in list(known.values()) or [(event, {}) for event in told[:1]]:
        story, source = record.story or record.id or 0, record.publisher or record.source or ""
        state = changes.how(event.headline)
        yield Row(record.id or 0, story, event.headline, source, at, cells, state=state, by=record.id if state else None)


def _is_same(row: Mapping[str, Cell], other: Mapping[str, Cell]) -> bool:
    """True for what only goes on about a row: of those who stand in it, with what the row does not tell."""
    of = set(other["actors"].names) if "actors" in other else set()
    return "object" not in row and "actors" in row and of <= set(row["actors"].names)


def _rows(event: Known, record: Record, earlier: Sequence[Known]) -> list[dict[str, Cell]]:
    from crawler.nlp.events import columns  # noqa: PLC0415  a fifth of a second of patterns: for who asks for a table

    return columns.rows(event, record.title, record.text, record.published, earlier)


def facts_of(event: Event) -> Known:
    """What is known of an event, for its row."""
    return Known(event.type, event.detail or event.headline, event.actors or (), event.object, event.amount, event.date)


def is_about(event: Event, company: Concept) -> bool:
    """Whether a company stands in an event: in its headline, as who acts, or as what is acted upon."""
    words = "\n".join((event.headline, *(event.actors or ()), event.object or ""))
    if not company.key.startswith("="):
        return company.key in named_in(words)
    form = re.escape(company.key[1:])  # a name that no word list has
    return re.search(rf"(?<![a-z\d]){form}(?![a-z\d])" if form.isascii() else form, normal(words)) is not None


def lines(found: Table, zone: tzinfo) -> Iterator[tuple[str | float | int | None, ...]]:
    """A table as a spreadsheet has it: a heading, then the rows."""
    money = ("amount",) * ("amount" in found.columns)
    yield ("day", "headline", *found.columns, *(f"amount in {found.currency}" for _ in money), "state", "source", "record")
    for row in found.rows:
        cells = (row.cells[name].value if name in row.cells else "" for name in found.columns)
        day = f"{row.at.astimezone(zone):%Y-%m-%d}"
        yield (day, row.headline, *cells, *(row.worth for _ in money), row.state, row.source, row.record)


def short(amount: float, currency: str) -> str:
    """An amount as the reader's language rounds it."""
    zh = language() == "zh"
    steps = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")) if zh else ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
    unit, name = next((step for step in steps if amount >= step[0]), (1.0, ""))
    shown = f"{amount / unit:,.3g}" if amount / unit < 999.5 else f"{amount / unit:,.0f}"
    return f"{shown}{name} {currency}" if zh else f"{currency} {shown}{name}"
