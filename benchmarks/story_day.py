"""A day of news through the real store: how many alerts, how many articles folded rightly and wrongly, how many told twice.

    python benchmarks/story_day.py [--articles 2000] [--events 300] [--retold 0.4] [--continued 0.05] [--seed 1]

Houses, towns and figures are invented from a seed; what happens to them is worded by templates in Chinese and English, so that many articles
of other houses share all words but the names. A retelling is a reprint (with a credit, at times under another headline), another wording, or the
other language. A continuation is the next stage, a correction of the figure, or the same thing happening again. The rest are events told once.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select

from crawler.record import Record
from storage.archive import articles
from storage.archive.articles import AlertDraft, Stored
from storage.db.database import Database, open_database
from storage.db.models import alert, duplicate

MORNING = datetime(2026, 6, 16, 0, tzinfo=UTC)
ALERT = AlertDraft("all", "1", ("desk",), {"record": {}, "matched": []})
HEADS = {
    "云": "Yun", "岚": "Lan", "澄": "Cheng", "朔": "Shuo", "砺": "Li", "沐": "Mu", "衡": "Heng", "曜": "Yao", "禾": "He", "锦": "Jin", "棠": "Tang",
    "涵": "Han", "泽": "Ze", "珩": "Heng", "峤": "Qiao", "湛": "Zhan", "霁": "Ji", "骁": "Xiao", "鸿": "Hong", "蔚": "Wei", "岳": "Yue", "宁": "Ning",
}  # fmt: skip
TAILS = {
    "舟": "zhou",
    "图": "tu",
    "芯": "xin",
    "算": "suan",
    "途": "tu",
    "帆": "fan",
    "原": "yuan",
    "启": "qi",
    "石": "shi",
    "界": "jie",
    "川": "chuan",
}
HOUSES = {"智能": "AI", "科技": "Technology", "机器人": "Robotics", "半导体": "Semiconductor", "医疗": "Medical", "汽车": "Auto"}
TOWNS = {
    "杭州": "Hangzhou",
    "合肥": "Hefei",
    "成都": "Chengdu",
    "武汉": "Wuhan",
    "苏州": "Suzhou",
    "深圳": "Shenzhen",
    "青岛": "Qingdao",
    "长沙": "Changsha",
}
FIELDS = {
    "仓储": "warehouses",
    "矿山": "mines",
    "港口": "ports",
    "医院": "hospitals",
    "工厂": "factories",
    "学校": "schools",
    "银行": "banks",
}
DAYS = {"周一": "Monday", "周二": "Tuesday", "周三": "Wednesday", "周四": "Thursday"}
CREDITS = ("本报讯 ", "据财经快报消息，", "来源：新城日报 ", "【快讯】")
CREDITS_EN = ("HANGZHOU, June 16 - ", "(Newswire) ", "By staff - ")
VAGUE = ("刚刚，又一家出手了", "业内：这一步走得不小", "一纸公告背后", "Big move in the industry", "What it means for rivals")

# Of each act: (headline, text) in Chinese, twice or more, then in English; and how its next stage reads.
ACTS: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "fund": (
        (
            ("{zh}完成{sum}亿元B轮融资", "{zh}{day}宣布完成{sum}亿元B轮融资，由{zh2}领投，资金将用于{field}场景的研发。公司现有员工{count}人。"),
            ("{zh}拿到{sum}亿元，{zh2}领投", "由{zh2}领投，{zh}的B轮融资{day}落定，金额{sum}亿元。{count}名员工的{zh}主攻{field}。"),
            ("{zh2}押注{zh}，B轮投了{sum}亿元", "{day}，{zh}确认B轮募得{sum}亿元，领投方为{zh2}。钱将投向{field}。"),
        ),
        (
            ("{en} raises {sum} hundred million yuan in Series B",
             "{en} said on {day_en} it raised {yuan} million yuan in a Series B led by {en2} to develop products for {field_en}. It has {count} staff."),
            ("{en2} leads {yuan} million yuan round in {en}", "{en}, which serves {field_en}, has closed a Series B of {yuan} million yuan led by {en2}, it said on {day_en}."),
        ),
        (("传{zh}洽谈B轮融资，{zh2}或领投", "知情人士{day}透露，{zh}正洽谈B轮融资，{zh2}或领投，金额约{sum}亿元，条款仍可能变化。"),),
    ),
    "buy": (
        (
            ("{zh}以{sum}亿元收购{zh2}", "{zh}{day}宣布，以{sum}亿元现金收购{zh2}全部股权，{zh2}的{count}名员工将并入其{field}业务。"),
            ("{sum}亿元，{zh2}归入{zh}麾下", "{zh2}{day}证实已被{zh}收购，作价{sum}亿元，其{field}团队{count}人全部留任。"),
        ),
        (
            ("{en} to buy {en2} for {yuan} million yuan",
             "{en} said on {day_en} it agreed to buy {en2} for {yuan} million yuan in cash. The {count} staff of {en2} will join its unit for {field_en}."),
            ("{en2} sold to {en} in {yuan} million yuan deal", "{en2}, with {count} people working on {field_en}, was bought by {en} for {yuan} million yuan, both said on {day_en}."),
        ),
        (("{zh}收购{zh2}获监管批准", "市场监管部门{day}无条件批准{zh}收购{zh2}，交易金额{sum}亿元，预计下月交割。"),),
    ),
    "launch": (
        (
            ("{zh}发布{name} {version}大模型", "{zh}{day}发布{name} {version}大模型，参数{params}亿，面向{field}，调用价格下降{share}%。"),
            ("{name} {version}来了：价格降{share}%", "面向{field}的{name} {version}{day}上线，出自{zh}，参数{params}亿，价格比上一代低{share}%。"),
        ),
        (
            ("{en} launches {name} {version} model", "{en} on {day_en} launched {name} {version}, a model for {field_en}, and cut prices by {share}%."),
            ("{name} {version} from {en} costs {share}% less", "{en} released {name} {version} on {day_en}. The model for {field_en} is {share}% cheaper than the one before."),
        ),
        (("{zh}将于下周发布{name} {version}", "{zh}{day}预告，将于下周发布{name} {version}大模型，参数{params}亿，面向{field}。"),),
    ),
    "cut": (
        (
            ("{zh}裁员{count}人，占{share}%", "{zh}{day}在内部信中宣布裁员{count}人，约占员工的{share}%，主要涉及{field}业务。"),
            ("{zh}优化{count}个岗位", "{zh}的{field}部门成为此次调整重点，{day}的内部信显示，{count}个岗位被裁，占比{share}%。"),
        ),
        (
            ("{en} to cut {count} jobs", "{en} will cut {count} jobs, or {share}% of staff, mostly in its unit for {field_en}, a memo on {day_en} showed."),
            ("{en} lays off {share}% of staff", "{en} is laying off {count} people, {share}% of its workforce, according to a memo of {day_en}."),
        ),
        (("{zh}CEO为裁员致歉并提高补偿", "{zh}CEO{day}为裁员一事道歉，宣布向{count}名离职员工提高补偿标准。"),),
    ),
    "permit": (
        (
            ("{zh}获准在{town}开展无人配送", "{town}市{day}向{zh}发放无人配送车牌照，首批{count}辆车可在{share}平方公里内运营。"),
            ("{town}放行{zh}无人配送车", "{count}辆无人配送车{day}在{town}获准上路，运营方为{zh}，覆盖{share}平方公里。"),
        ),
        (
            ("{town_en} lets {en} run delivery robots",
             "{town_en} on {day_en} gave {en} a permit for {count} driverless delivery vans in an area of {share} square kilometres."),
            ("{en} wins permit for driverless vans in {town_en}", "{en} may run {count} driverless vans within {share} square kilometres of {town_en}, the city said on {day_en}."),
        ),
        (("{zh}申请在{town}开展无人配送", "{zh}{day}表示，已向{town}市申请无人配送车牌照，计划首批投放{count}辆。"),),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """An article and the event (with its phase) that it tells."""

    event: tuple[int, str]
    title: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Event:
    """What happened, to whom, with which figures."""

    number: int
    act: str
    facts: dict[str, str]


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--retold", type=float, default=0.4)
    parser.add_argument("--continued", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many of the articles folded wrongly")
    given = parser.parse_args()
    pieces = day(random.Random(given.seed), given.articles, given.events, given.retold, given.continued)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/day.db")
        database.upgrade()
        started = time.process_time()
        stored = [_store(database, number, piece) for number, piece in enumerate(pieces)]
        spent = time.process_time() - started
        _print(database, pieces, stored, spent, given.show)
        database.close()


def day(rng: random.Random, count: int, events: int, retold: float, continued: float) -> list[Piece]:
    """The articles of a day, in the order in which they appear."""
    told, again, later = count - round(count * retold) - round(count * continued), round(count * retold), round(count * continued)
    known = [_event(rng, number) for number in range(told)]
    pieces = []
    firsts: dict[int, Piece] = {}
    for event in known:
        firsts[event.number] = _tell(rng, event, "done", MORNING + timedelta(minutes=rng.randrange(18 * 60)))
    pieces += firsts.values()
    for _ in range(again):
        first = firsts[rng.randrange(events)]
        pieces.append(_retell(rng, known[first.event[0]], first))
    pieces += [_continue(rng, known[number], firsts[number]) for number in rng.sample(range(events), later)]
    return sorted(pieces, key=lambda piece: piece.at)


def _event(rng: random.Random, number: int) -> Event:
    (zh, en), (zh2, en2) = _house(rng), _house(rng)
    town, field, day_zh = rng.choice([*TOWNS]), rng.choice([*FIELDS]), rng.choice([*DAYS])
    total = rng.randrange(11, 98) / 10
    facts = {
        "zh": zh, "en": en, "zh2": zh2, "en2": en2, "town": town, "town_en": TOWNS[town], "field": field, "field_en": FIELDS[field],
        "day": day_zh, "day_en": DAYS[day_zh], "sum": f"{total:g}", "yuan": f"{total * 100:g}", "count": str(rng.randrange(41, 960)),
        "share": str(rng.randrange(11, 70)), "params": str(rng.randrange(70, 900)), "version": f"{rng.randrange(1, 6)}.{rng.randrange(1, 9)}",
        "name": en.split()[0][:4] + rng.choice(("Mind", "Core", "Lux", "Net")),
    }  # fmt: skip
    return Event(number, rng.choice([*ACTS]), facts)


def _house(rng: random.Random) -> tuple[str, str]:
    head, tail, kind = rng.choice([*HEADS]), rng.choice([*TAILS]), rng.choice([*HOUSES])
    return f"{head}{tail}{kind}", f"{HEADS[head]}{TAILS[tail]} {HOUSES[kind]}"


def _tell(rng: random.Random, event: Event, phase: str, at: datetime, *, chinese: bool | None = None) -> Piece:
    zh, en, next_stage = ACTS[event.act]
    wordings = next_stage if phase == "stage" else zh if (rng.random() < 0.6 if chinese is None else chinese) else en
    title, text = (part.format(**event.facts) for part in rng.choice(wordings))
    return Piece((event.number, phase), title, text, at)


def _retell(rng: random.Random, event: Event, first: Piece) -> Piece:
    at = first.at + timedelta(minutes=rng.randrange(1, 5 * 60))
    how = rng.random()
    if how < 0.45:
        han = first.title.isascii() is False
        credit = rng.choice(CREDITS if han else CREDITS_EN)
        title = rng.choice(VAGUE[:3] if han else VAGUE[3:]) if how < 0.1 else first.title
        return replace(first, title=title, text=credit + first.text, at=at)
    return _tell(rng, event, "done", at, chinese=None if how < 0.8 else first.title.isascii())


def _continue(rng: random.Random, event: Event, first: Piece) -> Piece:
    at = first.at + timedelta(minutes=rng.randrange(30, 6 * 60))
    how = rng.choice(("stage", "correction", "again"))
    if how == "stage":
        return _tell(rng, event, "stage", at)
    if how == "correction":
        figures = {"count": str(rng.randrange(41, 960)), "sum": "0.9", "yuan": "90", "share": "8"}
        other = replace(event, facts=event.facts | figures)
        told = _tell(rng, other, "correction", at)
        return replace(told, title=("更正：" if not told.title.isascii() else "Correction: ") + told.title)
    figures = {"count": str(rng.randrange(41, 960)), "sum": "9.9", "yuan": "990", "version": "7.1"}
    other = replace(event, facts=event.facts | figures)
    told = _tell(rng, other, "again", at, chinese=True)
    return replace(told, title=f"{told.title}，为本月第二次", text=f"{told.text}这是该公司本月第二次。")


def _store(database: Database, number: int, piece: Piece) -> Stored:
    record = Record(piece.title, f"https://site-{number}.example/", piece.text, source=f"s{number % 40}", published=piece.at)
    return database.write_now(lambda s: articles.store(s, record, key=record.link, alerts=(ALERT,), now=piece.at))


def _print(database: Database, pieces: list[Piece], stored: list[Stored], spent: float, show: int) -> None:
    event_of = {one.article_id: piece for one, piece in zip(stored, pieces, strict=True)}
    into = select(duplicate.c.article_id, alert.c.article_id).join(alert, alert.c.id == duplicate.c.alert_id)
    folded = dict(database.read(lambda s: [tuple(row) for row in s.execute(into)]))
    told: set[tuple[int, str]] = set()
    counts: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for piece, one in zip(pieces, stored, strict=True):
        if one.alerts_made:
            counts["told twice" if piece.event in told else "raised for the first time"] += 1
            told.add(piece.event)
        elif event_of[folded[one.article_id]].event == piece.event:
            counts["folded rightly"] += 1
        else:
            counts["folded wrongly"] += 1
            wrong[piece.event[1]] += 1
            if show:
                show -= 1
                print(f"wrong: {piece.title}\n   into {event_of[folded[one.article_id]].title}\n   {one.reason}")
    named = len(database.read(lambda s: s.scalars(select(alert.c.id).where(alert.c.follows.is_not(None))).all()))
    print(f"{len(pieces)} articles, {len({piece.event for piece in pieces})} events and phases, of seed and templates")
    print(f"alerts raised {counts['raised for the first time'] + counts['told twice']}", dict(counts), dict(wrong))
    print(f"corrections {sum(piece.event[1] == 'correction' for piece in pieces)}, alerts that name the one they correct {named}")
    print(f"{1e3 * spent / len(pieces):.1f} ms of processor an article")


if __name__ == "__main__":
    main()
