"""Events as tables: a row a story, each cell with the words that it rests on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.i18n import speaking
from crawler.record import Company, Event, Record
from crawler.stages.add import add
from jobs.config.models import MoneyConfig
from jobs.services.insight import events, trends
from storage.archive import articles
from storage.db.database import Database

MONEY = MoneyConfig(currency="CNY", rates={"USD": 7.0, "JPY": 0.05})
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def row(kind: str, detail: str, title: str = "", **more: object) -> dict[str, str]:
    event = Event(title or detail[:20], detail, kind, **more)  # type: ignore[arg-type]
    record = Record(title, "http://e.example/", detail, events=(event,), language="zh" if not detail.isascii() else "en", id=1)
    [found] = events.rows_of(record, kind, NOW)
    for name, cell in found.cells.items():
        assert name == "date" or all(one in cell.quote for one in cell.names), cell
    return {name: cell.value for name, cell in found.cells.items()}


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("funding", "潮汐智能完成3亿元B轮融资，由远帆资本领投，老股东跟投。", {"actors": "潮汐智能", "amount": "3亿元", "round": "B轮", "investors": "远帆资本"}),
        ("funding", "Saltmarsh raised $40 million in a Series C round led by Pier Capital.",
         {"actors": "Saltmarsh", "amount": "$40 million", "round": "Series C", "investors": "Pier Capital"}),
        ("funding", "这家公司宣布获得天使轮融资。", {"round": "天使轮"}),
        ("funding", "该公司三年来营收增长40%。", {}),
        ("release", "海图实验室发布海图2.5，参数规模720亿，以Apache 2.0许可开源。", {"actors": "海图实验室", "object": "海图", "version": "2.5", "licence": "Apache 2.0", "size": "720亿"}),
        ("release", "Dune Labs released a 70B model under an MIT license.", {"actors": "Dune Labs", "object": "70B model", "size": "70B", "licence": "MIT"}),
        ("policy", "工信部就人工智能标准公开征求意见。", {"actors": "工信部", "stage": "公开征求意见"}),
        ("chip", "The firm taped out its 3 nm accelerator.", {"object": "3 nm accelerator", "process": "3 nm"}),
        ("people", "李未名出任该公司首席科学官。", {"actors": "李未名", "post": "首席科学官"}),
    ],
)  # fmt: skip
def test_cells_are_what_the_sentence_says(kind: str, detail: str, expected: dict[str, str]) -> None:
    who = (expected["actors"],) if "actors" in expected else ()  # as the analyzers tell it
    assert row(kind, detail, detail, actors=who) == expected


def test_a_cell_is_read_of_the_sentence_and_the_day_is_the_event_s_own() -> None:
    found = row(
        "acquisition",
        "远帆集团拟以3亿元收购海图实验室。",
        actors=("远帆集团",),
        object="海图实验室",
        amount="3亿元",
        date="2026-11-20",
    )
    assert found == {
        "actors": "远帆集团",  # who buys
        "object": "海图实验室",
        "amount": "3亿元",
        "stage": "拟",
        "date": "2026-11-20",
    }


def test_what_only_goes_on_about_the_partners_of_a_row_fills_it() -> None:
    told = ("远帆集团与海图科技近日正式签约。", "根据协议，双方将共同出资2亿元设立合资公司，远帆集团持股51%。")
    record = add(Record("远帆与海图合作", "http://e.example/", "\n".join(told), published=NOW))
    assert [one.type for one in record.events] == ["partnership"] * 2
    [found] = events.rows_of(record, "partnership", NOW)
    values = {name: cell.value for name, cell in found.cells.items()}
    assert values == {"actors": "远帆集团、海图科技", "amount": "2亿元"}


def test_a_sentence_of_two_persons_is_two_rows() -> None:
    detail = "远帆集团总裁李望因年龄原因卸任总裁，其职务由副总裁周见川接任。"
    record = Record("", "http://e.example/", detail, events=(Event("李望卸任", detail, "people"),), language="zh", id=1)
    found = [{name: cell.value for name, cell in one.cells.items()} for one in events.rows_of(record, "people", NOW)]
    assert [one["actors"] for one in found] == ["李望", "周见川"]
    assert {one["object"] for one in found} == {"远帆集团"}
    assert {one["post"] for one in found} == {"总裁"}


def test_a_record_that_tells_several_events_of_a_type_has_a_row_for_each(db: Database) -> None:
    told = [
        f"{name}完成{n}亿元{letter}轮融资。"
        for n, (name, letter) in enumerate((("潮汐智能", "A"), ("海图科技", "B"), ("远帆机器人", "C")), 2)
    ]
    record = Record(
        "一周融资",
        "http://w.example/1",
        "\n".join(told),
        events=tuple(Event(one[:-1], one, "funding", actors=(one.partition("完成")[0],)) for one in told),
        published=NOW,
    )
    other = Record("沙丘科技完成A轮融资", "http://w.example/2", "沙丘科技完成A轮融资。", events=(Event("A轮", "沙丘科技完成A轮融资。", "funding"),),
                   published=NOW - timedelta(days=1))  # fmt: skip
    db.write_now(lambda s: [articles.store(s, one, key=one.link, now=NOW) for one in (record, other)])
    names, after = [], None
    for _ in range(9):
        found = db.read(lambda s, after=after: events.table(s, "funding", MONEY, limit=2, after=after))
        names.append([one.cells["actors"].value for one in found.rows])
        if (after := found.next) is None:
            break
    assert names == [["潮汐智能", "海图科技", "远帆机器人"], ["沙丘科技"]]  # those of a record stay together


def test_a_story_has_one_row_and_lists_go_on(db: Database) -> None:
    rows = [
        Record(f"第{n}号", f"http://e.example/{n}", " ".join(f"w{n}x{k}" for k in range(50)), published=NOW - timedelta(hours=n),
               events=(Event(f"第{n}号", f"公司{n}完成A轮融资。", ("funding", "release")[n % 2]),))
        for n in range(10)
    ]  # fmt: skip
    rows.append(Record(rows[0].title, "http://copy.example/", rows[0].text, events=rows[0].events, published=NOW))
    db.write_now(lambda s: [articles.store(s, one, key=one.link, now=NOW) for one in rows])
    first = db.read(lambda s: events.table(s, "funding", MONEY, limit=3))
    assert first.next is not None
    rest = db.read(lambda s: events.table(s, "funding", MONEY, after=first.next, limit=9))
    assert [one.headline for one in (*first.rows, *rest.rows)] == [f"第{n}号" for n in (0, 2, 4, 6, 8)]
    assert rest.next is None
    heading, *told = events.lines(first, UTC)
    assert heading[:4] == ("day", "headline", "actors", "round")
    assert told[0][3] == "A轮"


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ("4000万美元", 280e6), ("$40 million", 280e6), ("US$1.5bn", 10.5e9), ("两亿美元", 1.4e9), ("超10亿美元", 7e9), ("500亿日元", 2.5e9),
        ("3亿元", 3e8), ("人民币15亿元", 1.5e9), ("5万元", 5e4), ("10 billion yuan", 1e10), ("¥20 million", 2e7), ("five million dollars", 35e6),
        ("€20m", None), ("30亿港元", None), ("HK$3 billion", None), ("5亿欧元", None),  # no rate is given
        ("数千万美元", None), ("近亿元", None), ("$1.2-1.5 billion", None), ("3亿至5亿元", None), ("60台", None), ("12%", None), ("3亿元（约4200万美元）", None),
    ],
)  # fmt: skip
def test_an_amount_is_converted_where_a_rate_is_given_and_it_is_one(db: Database, said: str, worth: float | None) -> None:
    told = events.Row(1, 1, "", "", NOW, {"amount": events.Cell(said, said)})
    [row] = db.read(lambda s: list(events.told_since(s, [told], MONEY)))
    assert row.worth == (pytest.approx(worth) if worth else None)
    assert worth is None or row.foreign == (worth is not None and any(word in said for word in ("$", "美元", "日元", "dollars")))


@pytest.mark.parametrize(("amount", "zh", "en"),
    [(2.8e8, "2.8亿 CNY", "CNY 280m"), (999.6e6, "10亿 CNY", "CNY 1,000m"), (56_000, "5.6万 CNY", "CNY 56k"),
     (2.5e12, "2.5万亿 CNY", "CNY 2.5tn")],
)  # fmt: skip
def test_an_amount_is_rounded_as_the_reader_does(amount: float, zh: str, en: str) -> None:
    with speaking("zh"):
        assert events.short(amount, "CNY") == zh
    with speaking("en"):
        assert events.short(amount, "CNY") == en


DENIALS = [
    ("远帆集团将以30亿元收购海图智能", "据悉，远帆集团将以30亿元收购海图智能，交易最快下月完成。", "远帆集团否认以30亿元收购海图智能：消息不实",
     "远帆集团今日回应，以30亿元收购海图智能的消息不实。", "denied"),
    ("Dunmore raises $85 million for its chip lab", "Dunmore raised $85 million on Monday in a round led by Pier Capital, it said.",
     "Correction: Dunmore raises $58 million for its chip lab, not $85 million",
     "Correction: Dunmore raised $58 million on Monday in a round led by Pier Capital, not $85 million.", "corrected"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "text", "later", "says", "state"), DENIALS)
def test_a_row_says_what_became_of_its_news_and_who_says_so(
    db: Database, title: str, text: str, later: str, says: str, state: str
) -> None:
    kind = "acquisition" if "收购" in title else "funding"
    told = Record(title, "http://a.example/1", text, events=(Event(title, text, kind),), published=NOW)
    then = Record(later, "http://b.example/2", says, published=NOW + timedelta(hours=5))
    first, second = (
        db.write_now(lambda s, r=r: articles.store(s, r, key=r.link, now=r.published).article_id) for r in (told, then)
    )
    [row] = db.read(lambda s: events.table(s, kind, MONEY)).rows
    assert (row.record, row.state, row.by) == (first, state, second)
    assert [cells[-3] for cells in events.lines(db.read(lambda s: events.table(s, kind, MONEY)), UTC)] == ["state", state]


@pytest.mark.parametrize(
    ("title", "text", "denied"),
    [
        ("远帆集团否认以30亿元收购海图智能：消息不实", "远帆集团今日回应，以30亿元收购海图智能的消息不实。", "海图智能"),
        ("远帆集团否认以30亿元收购他人：消息不实", "远帆集团今日回应，以30亿元收购他人的消息不实。", None),
    ],
)
def test_a_denial_that_fits_two_stories_as_well_marks_neither(db: Database, title: str, text: str, denied: str | None) -> None:
    for name in ("海图智能", "潮汐智能"):
        told = f"远帆集团将以30亿元收购{name}"
        row = Record(
            told,
            f"http://a.example/{name}",
            f"据悉，{told}，交易最快下月完成。",
            events=(Event(told, told, "acquisition"),),
            published=NOW,
        )
        db.write_now(lambda s, r=row: articles.store(s, r, key=r.link, now=NOW))
    then = Record(title, "http://b.example/2", text, published=NOW + timedelta(hours=5))
    db.write_now(lambda s: articles.store(s, then, key=then.link, now=then.published))
    rows = db.read(lambda s: events.table(s, "acquisition", MONEY)).rows
    assert [one.headline for one in rows if one.state] == ([f"远帆集团将以30亿元收购{denied}"] if denied else [])


def test_a_record_that_corrects_itself_says_so_and_a_plain_change_does_not(db: Database) -> None:
    rows = [Record(f"甲{n}完成A轮融资", f"http://c.example/{n}", f"甲{n}公司完成A轮融资，金额为{n + 3}亿元。", published=NOW,
                   events=(Event(f"甲{n}完成A轮融资", f"甲{n}公司完成A轮融资。", "funding"),)) for n in range(2)]  # fmt: skip
    for row in (
        *rows,
        replace(rows[0], text=f"更正：{rows[0].text}此前金额有误。"),
        replace(rows[1], text=rows[1].text + "图片来自公司。"),
    ):
        db.write_now(lambda s, r=row: articles.store(s, r, key=r.link, now=NOW))
    found = {one.headline: (one.state, one.by == one.record) for one in db.read(lambda s: events.table(s, "funding", MONEY)).rows}
    assert found == {"甲0完成A轮融资": ("corrected", True), "甲1完成A轮融资": ("", False)}


def test_a_table_can_be_that_of_one_company(db: Database) -> None:
    names = ("潮汐智能", "远帆机器人")
    rows = [
        Record(f"{name}发布新品{n}", f"http://d.example/{name}{n}", f"{name}发布新品{n}。", published=NOW - timedelta(hours=n),
               companies=(Company(name, "actor"), Company(names[0])), events=(Event(f"{name}发布新品{n}", f"{name}发布新品{n}。", "release", actors=(name,)),))
        for n in range(3)
        for name in names
    ]  # fmt: skip
    db.write_now(lambda s: [articles.store(s, one, key=one.link, now=NOW) for one in rows])
    number = db.read(lambda s: trends.companies(s, names))[names[0]]
    found = db.read(lambda s: events.table(s, "release", MONEY, company=number, since=NOW - timedelta(hours=1)))
    assert [one.headline for one in found.rows] == ["潮汐智能发布新品0", "潮汐智能发布新品1"]
