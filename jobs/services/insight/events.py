"""Events as tables: one row a story, as the record told it that told it first; each cell with the words that it rests on.

Who, what, how much and when are the event's own fields; the rest (round, investors, licence, size, price, level, stage, process) is looked
for in the sentence of the event, and in the title where the sentence does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from crawler.analyzers.companies import named_in
from crawler.i18n import language
from crawler.record import Event, Record
from crawler.text import normal
from jobs.config.models import MoneyConfig
from jobs.services.insight import trends
from storage.archive import changes, corrections, queries
from storage.archive.queries import Cursor
from storage.stories import evidence
from storage.trends.counts import Concept

MOST_READ = 4_000  # records of one page
TABLES: Mapping[str, tuple[str, ...]] = {
    "funding": ("actors", "round", "amount", "investors", "date"),
    "release": ("actors", "object", "version", "licence", "size", "price", "date"),
    "policy": ("actors", "object", "level", "stage", "date"),
    "chip": ("actors", "object", "process", "amount", "date"),
    "partnership": ("actors", "object", "amount", "date"),
    "people": ("actors", "object", "post", "date"),
    "acquisition": ("actors", "object", "amount", "stage", "date"),
}
_NUMBER = r"\d[\d,.]*"
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "round": r"(?:种子|天使|Pre-?[A-D]|[A-H])\+*轮|战略(?:融资|投资)|\b(?:pre-)?seed(?= round| funding|\b)|\bSeries [A-H]\d?\b|\bIPO\b|首次公开募股",
        "investors": r"(?:由)?([^，。；,;]{2,40}?)(?:联合)?(?:领投|跟投)|\bled by ([^,.;]{2,60}?)(?=,| with| and existing|\.|;|$)",
        "version": r"(?<![A-Za-z\d.])(?<!Apache )(?<!Apache-)(?<!GPL-)[vV]?\d+\.\d+(?:\.\d+)?(?![\d.%]|\s*[亿万元%])",
        "licence": r"Apache[- ]2\.0|\bMIT\b(?= licen[cs]e|许可|协议)|(?:CC BY|GPL|BSD)[-\w. ]{0,8}|开源|open[- ](?:source|weights?)",
        "size": rf"{_NUMBER}\s?(?:[BT]|billion|trillion|million)(?= parameters|参数|\b)(?![a-z])|{_NUMBER}[亿万]参数|参数[^，。]{{0,6}}?{_NUMBER}[亿万]",
        "price": rf"(?:每百万|每千)[^，。]{{0,8}}?{_NUMBER}\s?(?:元|美元)|{_NUMBER}\s?(?:元|美元)/[^，。\s]{{1,10}}|\${_NUMBER} (?:per|a|for) [^,.]{{3,25}}",
        "level": r"国务院|国家(?:发展改革委|网信办|数据局|级)?|工业和信息化部|工信部|全国人大|(?:省|市|区|县)(?:政府|委|级)?|\b(?:federal|state|EU|European Commission|national)\b",
        "stage": r"征求意见|印发|发布实施|实施|施行|通过|审议|立法|草案|试点|完成|签署|拟|计划|\b(?:draft|proposed|passed|signed|approved|takes effect|in talks|completed|agreed)\b",
        "process": rf"{_NUMBER}\s?(?:nm|纳米)",
        "post": r"(?:首席[^，。\s]{2,6}官|总裁|董事长|总经理|副总裁|CEO|CTO|CFO|COO|创始人|负责人|chief \w+ officer|president|chair(?:man|woman)?)",
    }.items()
}  # fmt: skip


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
class Cell:
    """A value, and the words of the record that it rests on."""

    value: str
    quote: str


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
    place: Cursor | None = None
    start = Cursor.parse(after) if after else None
    read = queries.tagged(session, since=since, until=until, concept=company, after=start, limit=MOST_READ, fields=("event",))
    for number, candidate in enumerate(read, 1):
        if len(rows) == limit or number == MOST_READ:
            return Table(kind, money.currency, columns, tuple(told_since(session, rows, money)), str(place))
        place = candidate.at
        if about is not None or candidate.record.story in (None, candidate.record.id):
            rows.extend(row for row in rows_of(candidate.record, kind, candidate.at.shown_at, about) if len(rows) < limit)
    return Table(kind, money.currency, columns, tuple(told_since(session, rows, money)), None)


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
    """The first event of a type that a record tells, if it tells one; of a company, the first that it stands in."""
    event = next((one for one in record.events if one.type == kind and (company is None or is_about(one, company))), None)
    if event is not None:
        cells = {name: cell for name in TABLES.get(kind, ()) if (cell := _cell(event, record, name)) is not None}
        story, source = record.story or record.id or 0, record.publisher or record.source or ""
        state = changes.how(event.headline)
        yield Row(record.id or 0, story, event.headline, source, at, cells, state=state, by=record.id if state else None)


def is_about(event: Event, company: Concept) -> bool:
    """Whether a company stands in an event: in its headline, as who acts, or as what is acted upon."""
    words = "\n".join((event.headline, *(event.actors or ()), event.object or ""))
    if not company.key.startswith("="):
        return company.key in named_in(words)
    form = re.escape(company.key[1:])  # a name that no word list has
    return re.search(rf"(?<![a-z\d]){form}(?![a-z\d])" if form.isascii() else form, normal(words)) is not None


def _cell(event: Event, record: Record, name: str) -> Cell | None:
    sentence = event.detail or event.headline
    if name == "actors":
        return (
            Cell("、".join(event.actors) if _is_chinese(record) else ", ".join(event.actors), sentence) if event.actors else None
        )
    if name in ("object", "amount", "date"):
        value = getattr(event, name)
        return Cell(value, sentence) if value else None
    for text in (sentence, record.title):
        if found := _PATTERNS[name].search(text):
            value = next((group for group in found.groups() if group), found[0]).strip()
            return Cell(value, text)
    return None


def split(actors: Cell) -> list[str]:
    """The names in a cell of actors."""
    return actors.value.replace("、", ", ").split(", ")


def _is_chinese(record: Record) -> bool:
    return (record.language or "").startswith("zh")


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
