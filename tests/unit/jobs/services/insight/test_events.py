"""Events as tables: a row a story, each cell with the words that it rests on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.record import Event, Record
from jobs.services.insight import events
from storage.archive import articles
from storage.db.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def row(kind: str, detail: str, title: str = "", **more: object) -> dict[str, str]:
    event = Event(title or detail[:20], detail, kind, **more)  # type: ignore[arg-type]
    record = Record(title, "http://e.example/", detail, events=(event,), language="zh" if not detail.isascii() else "en", id=1)
    [found] = events.rows_of(record, kind, NOW)
    for cell in found.cells.values():
        assert cell.value in cell.quote or "、" in cell.value or ", " in cell.value, cell
    return {name: cell.value for name, cell in found.cells.items()}


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("funding", "潮汐智能完成3亿元B轮融资，由远帆资本领投，老股东跟投。", {"round": "B轮", "investors": "远帆资本"}),
        ("funding", "Saltmarsh raised $40 million in a Series C round led by Pier Capital.", {"round": "Series C", "investors": "Pier Capital"}),
        ("funding", "这家公司宣布获得天使轮融资。", {"round": "天使轮"}),
        ("funding", "该公司三年来营收增长40%。", {}),
        ("release", "海图实验室发布海图2.5，参数规模720亿，以Apache 2.0许可开源。", {"version": "2.5", "licence": "Apache 2.0", "size": "参数规模720亿"}),
        ("release", "Dune Labs released a 70B model under an MIT license.", {"size": "70B", "licence": "MIT"}),
        ("policy", "工信部就人工智能标准公开征求意见。", {"level": "工信部", "stage": "征求意见"}),
        ("chip", "The firm taped out its 3 nm accelerator.", {"process": "3 nm"}),
        ("people", "李未名出任该公司首席科学官。", {"post": "首席科学官"}),
    ],
)  # fmt: skip
def test_cells_are_what_the_sentence_says(kind: str, detail: str, expected: dict[str, str]) -> None:
    assert row(kind, detail) == expected


def test_the_fields_of_the_event_come_first() -> None:
    found = row("acquisition", "远帆集团拟以3亿元收购海图实验室。", actors=("远帆集团",), object="海图实验室", amount="3亿元")
    assert found == {"actors": "远帆集团", "object": "海图实验室", "amount": "3亿元", "stage": "拟"}


def test_a_story_has_one_row_and_lists_go_on(db: Database) -> None:
    rows = [
        Record(f"第{n}号", f"http://e.example/{n}", " ".join(f"w{n}x{k}" for k in range(50)), published=NOW - timedelta(hours=n),
               events=(Event(f"第{n}号", f"公司{n}完成A轮融资。", ("funding", "release")[n % 2]),))
        for n in range(10)
    ]  # fmt: skip
    rows.append(Record(rows[0].title, "http://copy.example/", rows[0].text, events=rows[0].events, published=NOW))
    db.write_now(lambda s: [articles.store(s, one, key=one.link, now=NOW) for one in rows])
    first = db.read(lambda s: events.table(s, "funding", limit=3))
    assert first.next is not None
    rest = db.read(lambda s: events.table(s, "funding", after=first.next, limit=9))
    assert [one.headline for one in (*first.rows, *rest.rows)] == [f"第{n}号" for n in (0, 2, 4, 6, 8)]
    assert rest.next is None
    heading, *told = events.lines(first, UTC)
    assert heading[:4] == ("day", "headline", "actors", "round")
    assert told[0][3] == "A轮"
