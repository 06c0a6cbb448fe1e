"""The archive: search, a rule's trial, status and storing, beside SQL's LIKE and a scan, in one run.

    python benchmarks/archive.py TEXTS… [--records 20000] [--database URL] [--stored 200] [--held]
    python benchmarks/archive.py TEXTS… --imports 30000

TEXTS are files of any kind with news texts in them (JSON Lines, .xz too, TSV, plain); their sentences are recombined and names are
invented as the archive grows, so that the vocabulary grows as in news. The records lie over a year. Times are milliseconds by the wall
and, in brackets, of CPU, a PostgreSQL's on this machine included: on a busy machine only the latter can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import lzma
import random
import re
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import Text, cast, func, insert, or_, select, text

from crawler.nlp.lexicon import Name, names
from crawler.record import EVENT_TYPES, Company, Event, Fact, Record
from jobs.config.load import Config
from jobs.deliver.message import payload
from jobs.services.status import status
from storage.archive import articles, derived, facets, queries, search
from storage.archive.prepared import prepare
from storage.archive.search import Bounds
from storage.db.database import Database, open_database
from storage.db.mapping import record_to_row
from storage.db.models import alert, article, delivery, known_link, source
from storage.db.texts import number_of, unpacked
from storage.rules.match import Evidence
from storage.rules.parser import Query, parse
from storage.rules.ruleset import Hit
from storage.rules.ruleset import search as verify

NOW = datetime(2026, 11, 24, tzinfo=UTC)
YEAR = timedelta(days=365)
HAN = "星河云栈北原深蓝江湾滨青禾远岸南屏西岭白塔长渚东浦天枢海角明德启元数聚智擎光年微澜拓界知行"
ENDS = ("科技", "智能", "机器人", "半导体")
MARKS = {2_000, 5_000, 10_000, 20_000, 30_000, 50_000, 75_000, *range(100_000, 500_001, 50_000)}
ALIASES = {"twenty": [*(f"{a}{b}科技" for a in "星云北江" for b in "河原湾滨"), "芯片", "Nvidia", "大模型", "算力"]}
QUERIES = {
    "common": "公司",
    "common, Latin": "the",
    "rare": "星河科技",
    "absent": "zzqqxx",
    "two Han characters": "芯片",
    "phrase": '"人工智能技术"',
    "near": "near(公司, 技术, 10)",
    "AND, NOT": "(大模型 OR 芯片) AND 上海 NOT 招聘",
    "alias of 20": "@twenty AND 上海",
    "field and date": "tech:大语言模型 published:>=2026-10-01",
    "company": "company:英伟达",
}
# A second set, of the same kinds and their neighbours: nothing is tuned on it. It is asked before a change and after.
HELD_ALIASES = {
    "cities": "北京 上海 广州 深圳 杭州 南京 武汉 成都 重庆 天津 苏州 西安 长沙 青岛 郑州 大连 宁波 厦门 合肥 福州".split(),
    "firms": "Apple Google Microsoft Facebook Amazon Intel Samsung Sony Nokia IBM Oracle Cisco Dell HP Twitter Yahoo eBay Netflix Tesla Uber".split(),
    "invented": [f"{a}{b}智能" for a in "渚枢擎拓" for b in "岸塔屏禾漪"],
    "science": ["神经网络", "图像处理", "深度学习", "算法", "仿真", "数值模拟", "有限元", "遗传", "小波", "聚类", "回归", "优化",
                "控制系统", "传感器", "信号", "识别", "检测", "特征提取", "分类器", "鲁棒"],
}  # fmt: skip
HELD = {
    "near": ["near(银行, 贷款, 8)", "near(学生, 教育, 5)", "near(oil, prices, 6)", "near(game, season, 4)", "near(企业, 上市, 20)",
             "near(系统, 设计, 3)", "near(police, man OR woman, 10)", "near(市场, 投资, 资金, 15)", "near(the, government, 2)",
             "near(温度, 压力, 12)", "near(new, york, 0)", "near(北辰, 发布, 10)"],
    "alias of 20": ["@firms AND market", "@cities AND 公司", "@invented", "@science AND @cities", "near(@cities, 火灾, 15)",
                    "@firms NOT @cities", "@science title:研究", "@cities AND @firms", "@cities published:>=2026-06-01", "title:@firms"],
    "words": ["研究", "year", "地震 OR 台风", "climate policy", "中国 经济 增长", "football NOT season"],
    "rare": ["渚塔半导体", "antidisestablishment", "量子计算", "quarterback", "塞尔维亚"],
    "phrase": ['"有限公司"', '"last year"', '"首席执行官"', '"the white house"', '"支持向量机"', '"in the first half of the"'],
    "other": ["title:公司", "event:收购", "industry:机器人产业 source:source-7", "lang:en technology", "electr*", "count(数据) >= 3",
              "atleast(3, 模型, 算法, 数据, 实验)", "tech:大语言模型 NOT company:百度", "tag:none", "company:腾讯 OR company:阿里巴巴", "data /20[12]\\d/"],
}  # fmt: skip

# A third set, near to what is slow in the second, written before anything was changed for it: nothing is tuned on it either.
FURTHER_ALIASES = {
    "provinces": "河北 山西 辽宁 吉林 江苏 浙江 安徽 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海".split(),
    "sports": "football basketball tennis baseball hockey golf boxing swimming cycling rugby soccer cricket".split(),
}
FURTHER = {
    "near, further": ["near(@firms, lawsuit, 10)", "near(@provinces, 地铁, 12)", "near(爆炸, @cities, 6)", "near(机器人, 医院, 5)",
                      "near(climate, change, 0)", "near(投资, @science, 4)", "near(prime, minister, elections, 8)", "near(公司, 大学, 成立, 20)"],
    "alias, further": ["@provinces 疫情", "@provinces title:发展", "@firms NOT title:new", "atleast(2, @cities, @science, @sports)",
                       "title:@cities", "@sports AND @firms", "@science lang:en"],
    "phrase, further": ['"on the other side of the year"', '"电子商务平台建设发展"', '"as a result of this is"', '"中国人民大学出版社"',
                        '"two of the most"', '"to be or not to be"', "区块链金融", "自动驾驶汽车芯片"],
    "rare, further": ["光量子芯片", "蛋白质折叠", "blockchain wallet", "无人驾驶出租车"],
    "other, further": ["count(the) >= 12", "title:the", "event:发布 title:公司", r"/\d+亿元/ 投资", "keyword:深度学习 title:基于"],
}  # fmt: skip

# A fourth set, what one might ask who follows news of AI; written before the index knew what follows on what.
ANALYST_ALIASES = {
    "labs": "OpenAI Anthropic DeepMind Mistral xAI Cohere 智谱 月之暗面 百川智能 零一万物 MiniMax 阶跃星辰 商汤 旷视 依图 云从 科大讯飞 百度 阿里巴巴 腾讯".split(),
    "chips": "英伟达 Nvidia AMD Intel 高通 博通 台积电 TSMC 华为海思 寒武纪 燧原 摩尔线程 壁仞 海光 ASML 三星 SK海力士 美光 中芯国际 地平线".split(),
    "money": "融资 领投 跟投 募资 估值 IPO 上市 轮融资 funding raised valuation investors".split(),
    "regulators": "网信办 工信部 发改委 欧盟委员会 FTC SEC Congress Senate 国务院 市场监管总局".split(),
}
ANALYST = {
    "words, analyst": ["人工智能 监管", "deep learning", "专利 OR 论文", "robot factory", "数据中心 电力", "software NOT hardware"],
    "rare, analyst": ["具身智能", "图神经网络", "diffusion model", "脑机接口 临床", "homomorphic", "多模态大模型"],
    "phrase, analyst": ['"智能制造技术"', '"machine learning model"', '"中国科学院院士"', '"at the end of the day"', '"战略合作协议"', '"according to the report"', "信息安全管理体系"],
    "near, analyst": ["near(芯片, 出口, 8)", "near(数据, 隐私, 5)", "near(@labs, 发布, 6)", "near(market, share, 3)", "near(@chips, 价格, 10)",
             "near(汽车, 智能, 6)", "near(@regulators, 安全, 12)", "near(研究, 结果, 4)"],
    "alias, analyst": ["@labs 模型", "@chips AND (出口 OR 制裁)", "@money title:公司", "@labs AND @money", "title:@chips NOT 手机", "@regulators published:>=2026-03-01"],
    "others, analyst": ["title:智能 event:合作", "tech:计算机视觉 lang:en", "company:华为 芯片", "count(model) >= 4", "industry:医疗健康 AND 诊断",
               "atleast(2, 融资, 上市, 收购, 合并)", r"/\d+(\.\d+)?%/ 增长"],
}  # fmt: skip


def sentences(paths: list[str]) -> list[str]:
    """All sentences of some length in the files."""
    found: dict[str, None] = {}
    for path in map(Path, paths):
        raw = (lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()).decode("utf-8", "replace")
        for line in raw.splitlines():
            text = " ".join(_strings(json.loads(line))) if line.startswith("{") else line
            parts = re.split(r"(?<=[。！？])|(?<=[.!?]) |\n|\t", text)
            found.update(dict.fromkeys(s.strip() for s in parts if 12 < len(s) < 300 and "<" not in s))
    return list(found)


def _strings(value: object) -> Iterator[str]:
    """What is written in a row of JSON; ids are no words, and nothing makes them smaller."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str) and not re.fullmatch("[0-9a-f]{32}", value):
        yield value


def corpus(pool: list[str], count: int, first: int = 0) -> Iterator[Record]:
    """Records from a seed, from a year ago until now."""
    rng = random.Random(first + 5)
    han = [s for s in pool if re.search("[\u4e00-\u9fff]", s)]
    latin = [s for s in pool if s.isascii()]
    known = {kind: list(names(kind).values()) for kind in ("technology", "industry", "company")}
    for number in range(first, first + count):
        zh = rng.random() < 0.6
        chosen = rng.choices(han if zh else latin, k=rng.randint(5, 25))
        new = "".join(rng.choices(HAN, k=2)) + rng.choice(ENDS)
        own = f"{new}{number % 7919}" if rng.random() < 0.3 else new
        text = "\n".join(f"{own}{s}" if rng.random() < 0.1 else s for s in chosen)
        drawn = (("technology", 8), ("industry", 3), ("company", 6))
        technologies, industries, companies = (_some(rng, known[kind], most, zh) for kind, most in drawn)
        values = {"technology": technologies, "industry": industries, "company": companies}
        at = len(chosen[0]) // 2
        facts = tuple(Fact(kind, value, text[:at], "builtin", 0, at, 0.8) for kind, some in values.items() for value in some)
        event = Event(chosen[0][:60], chosen[0], rng.choice(EVENT_TYPES), companies[:1] or None)
        yield Record(
            f"{own}{rng.choice(chosen)[:30]}", f"https://news{number % 211}.example/{number}", text, summary=text[:200],
            keywords=(own, *technologies[:5]), ai_technologies=technologies, industries=industries,
            companies=tuple(Company(name, "named" if number else "actor") for number, name in enumerate(companies)), events=(event,),
            facts=(*facts, Fact("event", event.headline, text[:60], "builtin", 0, 60)),
            language="zh" if zh else "en", source=f"source-{number % 40}", published=NOW - YEAR * (1 - number / count) if not first else NOW,
        )  # fmt: skip


def _some(rng: random.Random, known: list[Name], most: int, zh: bool) -> tuple[str, ...]:
    return tuple({one.in_language("zh" if zh else "en") for one in rng.choices(known, k=rng.randint(0, most))})


def fill(db: Database, pool: list[str], count: int) -> None:
    """Put the records in without looking for reprints and stories, which would take hours: these are drawn, as are alerts."""
    db.write_now(lambda s: s.execute(insert(source), [_source(number) for number in range(40)]))
    records = corpus(pool, count)
    while batch := list(islice(records, 500)):
        db.write_now(lambda s, batch=batch: _insert(s, batch))
    if not db.path:  # PostgreSQL has not counted the ids that were given
        count_on = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}))"
        db.write_now(lambda s: [s.execute(text(count_on.format(name))) for name in ("article", "source", "alert", "delivery")])
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _source(number: int) -> dict[str, Any]:
    return {"id": number + 1, "name": f"source-{number}", "url": f"https://news{number}.example/", "kind": "feed"}


def _insert(session, batch: list[Record]) -> None:
    first = (session.scalar(select(article.c.id).order_by(article.c.id.desc()).limit(1)) or 0) + 1
    rng = random.Random(first)
    rows, links, alerts = [], [], []
    stories: list[int] = []
    for number, record in enumerate(batch, first):
        seen = record.published + timedelta(minutes=7)
        stories.append(rng.choice(stories[-200:]) if stories and rng.random() < 0.3 else number)
        place = {"id": number, "story": stories[-1], "first_seen": seen, "updated_at": seen, "shown_at": record.published}
        rows.append(record_to_row(record) | place | {"link_key": record.link, "tags": []})
        derived.put(session, replace(record, id=number, story=stories[-1]), (), record.published)
        keys = {"key": number_of(record.link), "guid": number_of(f"{number}")}
        links.append(keys | {"source_id": number % 40 + 1, "article_id": number})
        if stories[-1] == number and rng.random() < 0.14:
            alerts.append((number, record, f"rule-{rng.randrange(8)}", seen))
    session.execute(insert(article), rows)
    session.execute(insert(known_link), links)
    if alerts:
        session.execute(insert(alert), [_alert(*one) for one in alerts])
        session.execute(insert(delivery), [_delivery(*one) for one in alerts])


def _alert(number: int, record: Record, rule: str, seen: datetime) -> dict[str, Any]:
    hit = Hit(rule, "1", (Evidence(record.title[:3], "title", 0, 3, record.title),))
    return {"id": number, "dedup_key": f"{rule}|{number}", "rule": rule, "rule_version": "1", "article_id": number, "story": number,
            "payload": payload(replace(record, first_seen=seen), hit), "created_at": seen, "due_at": seen}  # fmt: skip


def _delivery(number: int, record: Record, rule: str, seen: datetime) -> dict[str, Any]:
    state = "dead" if number % 997 == 0 else "pending" if seen > NOW - timedelta(minutes=30) else "sent"
    return {"id": number, "alert_id": number, "channel": "desk", "idem_key": f"{rule}|{number}", "state": state, "attempts": 1,
            "next_at": seen, "sent_at": seen if state == "sent" else None}  # fmt: skip


SERVERS: set[int] = set()  # processes of PostgreSQL that work for this one


def cpu_seconds() -> float:
    """Of this process and of its servers."""
    worked = (Path(f"/proc/{pid}/schedstat").read_text().split()[0] for pid in SERVERS)
    return time.process_time() + sum(map(int, worked)) / 1e9


def rounds_of(work: Callable[[], object], rounds: int = 7) -> list[tuple[float, float]]:
    """Milliseconds of some rounds, each by the wall and of CPU."""
    found = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), cpu_seconds()
        work()
        found.append(((time.perf_counter() - wall) * 1000, (cpu_seconds() - cpu) * 1000))
    return found


def told(rounds: list[tuple[float, float]]) -> str:
    """p50 and p95: wall (CPU)."""
    p95 = lambda values: sorted(values)[min(len(values) - 1, round(len(values) * 0.95))]  # noqa: E731
    (wall, cpu) = ((statistics.median(values), p95(values)) for values in zip(*rounds, strict=True))
    return f"{wall[0]:8.1f} / {wall[1]:8.1f}   ({cpu[0]:7.1f} / {cpu[1]:7.1f})"


def timed(work: Callable[[], object], rounds: int = 7) -> str:
    """p50 and p95 of some rounds: wall (CPU)."""
    return told(rounds_of(work, rounds))


def by_scan(session, query: Query, limit: int) -> None:
    """As it was before there was an index."""
    found = 0
    for one in queries.tagged(session):
        found += verify(query, one.record, one.tags, NOW) is not None
        if found == limit:
            return


def by_like(session, word: str) -> None:
    """SQLite has texts deflated, which LIKE cannot read by itself."""
    body = cast(article.c.text, Text)
    if session.get_bind().dialect.name == "sqlite":
        session.connection().connection.driver_connection.create_function("unpacked", 1, unpacked)
        body = func.unpacked(article.c.text, type_=Text)
    like = or_(article.c.title.contains(word), body.contains(word))
    session.execute(select(article.c.id).where(like).order_by(article.c.shown_at.desc(), article.c.id.desc()).limit(20)).all()


def trial(db: Database, query: Query, now: datetime) -> int:
    """The matches of 30 days, each judged as of its own day."""
    month = Bounds(since=now - timedelta(days=30))
    found = db.read(lambda s: list(search.candidates(s, query, month)))
    return sum(verify(query, c.record, c.tags, c.record.first_seen) is not None for c in found)


def held(db: Database) -> None:
    """The sets that nothing is tuned on: of each query its own p50 and p95, of each kind those of all its rounds; then the facets beside."""
    now = db.read(lambda s: s.scalar(select(func.max(article.c.shown_at))))
    for kind, some in (ANALYST | HELD | FURTHER).items():
        asked, sided = [], []
        for written in some:
            query = parse(written, ANALYST_ALIASES | HELD_ALIASES | FURTHER_ALIASES)
            found = db.read(lambda s, q=query: search.search(s, q, now=now))
            asked.append(rounds_of(lambda q=query: db.read(lambda s: search.search(s, q, now=now))))
            sided.append(rounds_of(lambda q=query: db.read(lambda s: facets.facets(s, q, now=now))))
            says = f"{found.about}, {found.examined}, hits {len(found.records)}"
            print(f"  {written:38} {told(asked[-1])}   facets {told(sided[-1])}   {says}", flush=True)
        print(f"{kind:40} {told(list(chain(*asked)))}   facets {told(list(chain(*sided)))}", flush=True)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)


def measure(db: Database, scans: bool) -> None:
    now = db.read(lambda s: s.scalar(select(func.max(article.c.shown_at))))
    print(f"{'search for 20 hits':24} wall p50 / p95       (CPU p50 / p95)      about, examined")
    for name, written in QUERIES.items():
        query = parse(written, ALIASES)
        found = db.read(lambda s, q=query: search.search(s, q, now=now))
        ways = timed(lambda q=query: db.read(lambda s: search.search(s, q, now=now)))
        print(f"{name:24} {ways}   {found.about}, {found.examined}, hits {len(found.records)}", flush=True)
    for name in ("", "common", "near", "alias of 20"):
        query = parse(QUERIES[name], ALIASES) if name else None
        print(f"{'facets: ' + name:24} {timed(lambda q=query: db.read(lambda s: facets.facets(s, q, now=now)))}", flush=True)
    for written in ("大模型 AND 上海", "公司"):
        query = parse(written)
        print(f"{'trial of 30 days: ' + written:24} {timed(partial(trial, db, query, now), 3)}", flush=True)
    print(f"{'status':24} {timed(lambda: db.read(lambda s: status(s, Config(), now)))}", flush=True)
    print(f"{'/metrics, loop stalls':24} {asyncio.run(stalls(db, now)):8.1f} at most", flush=True)
    for word in ("星河科技", "zzqqxx", "芯片") if scans else ():
        print(f"{'LIKE ' + word:24} {timed(lambda w=word: db.read(lambda s: by_like(s, w)), 2)}", flush=True)
    if scans:
        print(f"{'scan zzqqxx':24} {timed(lambda: db.read(lambda s: by_scan(s, parse('zzqqxx'), 20)), 1)}", flush=True)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)


async def stalls(db: Database, now: datetime) -> float:
    """How long the event loop stands still, at most, while /metrics asks for its counts."""
    longest, last = 0.0, time.perf_counter()
    asked = asyncio.create_task(asyncio.to_thread(lambda: [db.ask(lambda s: queries.status(s, now)) for _ in range(5)]))  # noqa: RUF006  it is awaited below
    while not asked.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last - 0.001), time.perf_counter()
    await asked
    return longest * 1000


def store(db: Database, pool: list[str], count: int, what: str) -> None:
    """How fast new articles are stored, with everything that belongs to it, so many waiting at a time."""
    if not count:
        return
    records = list(corpus(pool, count, first=random.Random(what).randrange(10**7, 10**9)))
    wall, cpu = time.perf_counter(), time.process_time()
    calls = [db.writer.submit(lambda s, r=record: articles.insert_record(s, r, key=r.link, now=NOW)) for record in records]
    for call in calls:
        call.result()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"stored {what:17} {count / wall:6.0f} records/s, {cpu / count * 1000:.1f} ms CPU a record", flush=True)


def imports(db: Database, pool: list[str], count: int) -> None:
    """How fast records are imported as the archive grows, the preparing included: CPU of the last 1,500 at each mark. Beside it, right
    after, the same into a copy of the archive as it was at 5,000: a busy machine is as slow for both."""
    records, small = corpus(pool, count), db.path and db.path.with_name("small.db")
    last: deque[tuple[list[Record], float, float]] = deque(maxlen=4)
    for done in range(500, count + 500, 500):
        last.append(_imported(db, list(islice(records, 500))))
        if done == 5_000 and db.path and small:
            with closing(sqlite3.connect(db.path)) as whole, closing(sqlite3.connect(small)) as copy:
                whole.backup(copy)
        if done not in MARKS and done < count:
            continue
        some = list(last)[-3:]
        wall, cpu = (sum(one[which] for one in some) / len(some) / 500 for which in (1, 2))
        size = f", {db.path.stat().st_size / done / 1024:.2f} KB a record" if db.path else ""
        print(f"imported {done:9,}  {1 / wall:6.0f} records/s, {cpu * 1000:5.1f} ms CPU a record{size}", flush=True)
        if done > 5_000 and small:
            beside = _beside(small, last[0][0], [batch for batch, _, _ in some])
            print(f"  {cpu / beside:.2f} × of the {beside * 1000:.1f} ms that they take beside 5,000", flush=True)


def _imported(db: Database, batch: list[Record]) -> tuple[list[Record], float, float]:
    """The records, and the seconds that they took by the wall and of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    calls = [db.writer.submit(partial(articles.insert_record, record=prepare(r), key=r.link, now=NOW)) for r in batch]
    for call in calls:
        call.result()
    return batch, time.perf_counter() - wall, time.process_time() - cpu


def _beside(small: Path, before: list[Record], batches: list[list[Record]]) -> float:
    """Seconds of CPU for a record of these batches in a copy of the small archive whose caches `before` has warmed."""
    copy = small.with_name("copy.db")
    for ending in ("", "-wal", "-shm"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
    shutil.copy(small, copy)
    with closing(open_database(f"sqlite:///{copy}")) as db:
        _imported(db, before)
        return sum(_imported(db, batch)[2] for batch in batches) / sum(map(len, batches))


def sizes(db: Database) -> None:
    """What each table and index of an SQLite archive takes, in bytes a record."""
    count = db.read(queries.count_records)
    query = text("SELECT name, sum(pgsize), sum(payload) FROM dbstat GROUP BY name ORDER BY 2 DESC")
    for name, pages, payload_bytes in db.read(lambda s: s.execute(query).all()):
        if pages / count >= 10:
            print(f"{name:60} {pages / count:7.0f} {payload_bytes / count:7.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--database")
    parser.add_argument("--stored", type=int, default=200, help="articles stored one by one, at the beginning and at the end")
    parser.add_argument(
        "--imports",
        type=int,
        default=0,
        help="import so many records one by one, say how that goes and what takes the room, and end",
    )
    parser.add_argument("--no-scans", action="store_true")
    parser.add_argument("--build", action="store_true", help="fill the database and end; it is measured when it is given again")
    parser.add_argument("--held", action="store_true", help="ask the other sets of queries instead, and their facets")
    given = parser.parse_args()
    pool = sentences(given.texts)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_database(given.database or f"sqlite:///{folder}/archive.db")) as db,
    ):
        db.upgrade()
        if given.imports:
            imports(db, pool, given.imports)
            sizes(db)
            return
        had = db.read(queries.count_records)
        print(f"{len(pool):,} sentences, {had or given.records:,} records, {db.name.partition(':')[0]}", flush=True)
        if not had:
            store(db, pool, given.stored, "empty")
            wall, cpu = time.perf_counter(), time.process_time()
            fill(db, pool, given.records)
            cost = (time.process_time() - cpu) / given.records * 1000
            print(f"filled in {time.perf_counter() - wall:.0f} s ({cost:.1f} ms CPU a record)", flush=True)
            store(db, pool, given.stored, "full")
        if db.path:
            print(f"{db.path.stat().st_size / (had or given.records) / 1024:.1f} KB a record", flush=True)
        if not db.path:
            SERVERS.add(db.read(lambda s: s.scalar(text("SELECT pg_backend_pid()"))))
        if given.held:
            held(db)
        elif not given.build:
            measure(db, not given.no_scans)


if __name__ == "__main__":
    main()
