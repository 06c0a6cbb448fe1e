"""How well the tables of events are filled: rows and cells against those that readers labelled.

`benchmarks/analysis.py --tables FILE…` calls it. A line of a file is an article: id, title, text, published, and `tables`, rows of
{table, cells: {column: words or list of names}, quotes}. The articles go through the stages into an archive, and the
tables are read from it as a page reads them.

A row meets the labelled row of its type with which it shares most names, or at least a sentence. A cell is right if its normal form is
that of the label, or one holds the other and is at least half as long; of lists, if all of its names are labelled and at least half of
the labelled are there. A date is right if it is the labelled day.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from crawler.record import Record
from crawler.stages import add as adding
from crawler.text import normal
from jobs.config.models import MoneyConfig
from jobs.services.insight import events
from storage.archive import articles
from storage.db.database import open_database

Found = Counter[tuple[str, str, str]]  # (table, column, said | right | due | right where a row met)
NAMES = frozenset(("actors", "investors"))
MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


def figures(paths: list[Path], misses: bool) -> None:
    found: Found = Counter()
    for path in paths:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        one = _measured(rows, misses)
        print(f"{path.name}, {len(rows)} articles: {_line(one, '')}")
        found += one
    print(f"all: {_line(found, '')}\n  cells of rows that meet a labelled one: {_line(found, 'met ')}")
    for table in events.TABLES:
        print(f"  {table:12} {_line(found, '', table)}")
        for column in ("row", *events.TABLES[table]):
            print(f"    {column:10} {_line(found, '', table, column)}")


def _line(found: Found, which: str, table: str = "", column: str = "") -> str:
    """Precision and recall of cells; of rows where the column is `row`."""
    counts: Counter[str] = Counter()
    for (of, name, what), number in found.items():
        if table in ("", of) and (name == column if column else name != "row"):
            counts[what] += number
    right, said, due = counts["right"], counts[f"{which}said"], counts[f"{which}due"]
    return f"P {right}/{said} = {right / max(1, said):.3f}  R {right}/{due} = {right / max(1, due):.3f}"


def _measured(rows: Sequence[dict[str, Any]], misses: bool) -> Found:
    found: Found = Counter()
    tables = _tables(rows)
    for row, told in zip(rows, tables, strict=True):
        due = [(one["table"], one["cells"], words_of(one.get("quotes", {}))) for one in row["tables"]]
        for kind, cells, quotes in due:
            met = max((one for one in told if one[0] == kind), key=lambda one: alike(one[1].cells, cells, quotes), default=None)
            if met is not None and not alike(met[1].cells, cells, quotes):
                met = None
            if met is not None:
                told.remove(met)
            _compare(found, row, kind, met[1].cells if met else {}, cells, misses)
        for kind, one in told:
            found.update((kind, name, "said") for name in ("row", *one.cells))
            if misses and one.cells:
                print(f"    {row['id']} {kind} in vain: { {name: cell.value for name, cell in one.cells.items()} }")
    return found


def _tables(rows: Sequence[dict[str, Any]]) -> list[list[tuple[str, events.Row]]]:
    """Of each article, the rows that it has in the tables of an archive of all of them."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{folder}/articles.db")
        try:
            db.upgrade()
            numbers = [db.write_now(partial(_store, row=row)) for row in rows]
            told: dict[int, list[tuple[str, events.Row]]] = {number: [] for number in numbers}
            for kind in events.TABLES:
                for one in db.read(partial(events.table, kind=kind, money=MoneyConfig(), limit=10 * len(rows))).rows:
                    told[one.record].append((kind, one))
            return [told[number] for number in numbers]
        finally:
            db.close()


def _store(session: Session, row: dict[str, Any]) -> int:
    published = datetime.fromisoformat(row["published"])
    record = adding.add(Record(row["title"], f"https://example.org/{row['id']}", row["text"], published=published))
    return articles.store(session, record, key=record.link, now=published).article_id


def words_of(quotes: dict[str, Any]) -> list[str]:
    return [normal(words) for one in quotes.values() for words in ([one] if isinstance(one, str) else one)]


def alike(told: Mapping[str, events.Cell], cells: dict[str, Any], quotes: Sequence[str]) -> float:
    """Names that both have, and a little for each word-for-word sentence."""
    mine = [normal(one) for name in ("actors", "object") for one in _list(told.get(name))]
    due = [normal(one) for name in ("actors", "object") for one in _list(cells.get(name))]
    shared = sum(any(a in b or b in a for b in due) for a in mine if a)
    quoted = {normal(cell.quote) for cell in told.values()}
    return shared + 0.1 * any(len(a) > 8 and (a in b or b in a) for a in quotes for b in quoted)


def _list(cell: Any) -> list[str]:
    if isinstance(cell, events.Cell):
        return cell.names
    return [cell] if isinstance(cell, str) else list(cell or ())


def _compare(
    found: Found, row: dict[str, Any], kind: str, told: dict[str, events.Cell] | Any, due: dict[str, Any], misses: bool
) -> None:
    found[kind, "row", "due"] += 1
    if told:
        found.update([(kind, "row", "said"), (kind, "row", "right")])
    elif misses:
        print(f"    {row['id']} {kind} missed: {due}")
    for name in events.TABLES[kind]:
        is_due, is_said = bool(due.get(name)), name in told
        right = is_due and is_said and is_right(name, told[name], due[name], row)
        sides = [("due", is_due), ("said", is_said), ("right", right), ("met due", is_due and bool(told)), ("met said", is_said)]
        found.update((kind, name, what) for what, there in sides if there)
        if misses and told and (is_due or is_said) and not right:
            print(f"    {row['id']} {kind} {name}: {told[name].value if is_said else None!r}, due {due.get(name)!r}")


def is_right(name: str, told: events.Cell, due: Any, row: dict[str, Any]) -> bool:
    if name == "date":
        return told.value in set(_days(due, row))
    if name in NAMES or not isinstance(due, str):
        mine, wanted = told.names, re.split("[、,]", due) if isinstance(due, str) else due
        matched = {b for a in mine for b in wanted if same(a, b)}
        return all(any(same(a, b) for b in wanted) for a in mine) and 2 * len(matched) >= len(wanted)
    return same(told.value, due)


def same(one: str, other: str) -> bool:
    a, b = (re.sub(r"[\s,“”\"'《》「」]", "", normal(words)) for words in (one, other))
    return bool(a and b) and (a == b or (a in b and 2 * len(a) >= len(b)) or (b in a and 2 * len(b) >= len(a)))


def _days(words: str, row: dict[str, Any]) -> Iterator[str]:
    """The days that words of a label can mean, as ISO dates; of "yesterday" and its like, those that the article's events were given."""
    published = datetime.fromisoformat(row["published"]).date()
    form = normal(words)
    number = re.search(r"(?:(\d{4})[年-])?(\d{1,2})[月-](?:(\d{1,2})[日号]?)?", form)
    month, day = (int(number[2]), int(number[3] or 0)) if number else (0, 0)
    if english := re.search(r"\b(" + "|".join(MONTHS) + r")[a-z]*\.?\b", form):
        figures = [int(one) for one in re.findall(r"\d+", form)]
        month, day = MONTHS[english[1]], next((one for one in figures if one <= 31), 0)
    if month and day:
        years = [int(one) for one in re.findall(r"\d{4}", form)] or range(published.year - 1, published.year + 2)
        yield from (f"{year}-{month:02}-{day:02}" for year in years)
    elif not month:
        yield from (one["date"] for one in row["events"] if one.get("date"))
        back = {"今": 0, "today": 0, "昨": 1, "yesterday": 1}
        yield from ((published - timedelta(days=days)).isoformat() for name, days in back.items() if name in form)
        yield from (one.isoformat() for one in _weekday(form, published))
    else:
        yield from (f"{published.year + back}-{month:02}" for back in (-1, 0, 1))


def _weekday(form: str, published: date) -> Iterator[date]:
    for at, names in enumerate(
        ("monday 周一", "tuesday 周二", "wednesday 周三", "thursday 周四", "friday 周五", "saturday 周六", "sunday 周日")
    ):
        if any(name in form for name in names.split()):
            yield published - timedelta(days=(published.weekday() - at) % 7)
