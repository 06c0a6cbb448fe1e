"""Sites that make articles hard to find, polled four times by the real program: what is told, how often, and what is kept."""

import asyncio
import itertools
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from crawler.record import Record
from jobs.monitor import source_monitor
from storage.archive import queries
from storage.db.database import open_database
from tests.flow.harness import run_once
from tests.unit.crawler.fetch.local_site import Seen, http, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

RUNS = 4
SOURCES = (
    "changes changes-without-names single guid renumbered reused buster session random cut-open cut-close future always-304 home consent "
    "stub loop private xml flash"
).split()
SUBJECTS = "白塔码头 南屏医院 西岭电网 东浦机场 长渚影院 云岭矿区 北原农场 海角灯塔".split()


def story(number: int, more: str = "") -> str:
    """A text of its own for each number."""
    who = SUBJECTS[number % len(SUBJECTS)]
    return f"{who}第{number}号工程今天完成验收，负责人说共用去{number * 37 + 11}天，比去年同类项目少{number + 3}成人力。{more}"


def page(title: str, text: str) -> bytes:
    body = f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    return http(200, body.encode(), Content_Type="text/html; charset=utf-8")


def item(title: str, link: str = "", guid: str = "", text: str = "", age: int = 60) -> str:
    date = format_datetime(START - timedelta(minutes=age))
    link = f"<link>{link}</link>" if link else ""
    guid = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return f"<item><title>{title}</title>{link}{guid}<pubDate>{date}</pubDate><description>{text}</description></item>"


def rss(*items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def feed(*items: str, **headers: str) -> bytes:
    return http(200, rss(*items), Content_Type="application/rss+xml", **headers)


START = datetime.now(UTC)


class World:
    """Every source is a path on one server; `run` says which poll this is."""

    def __init__(self) -> None:
        self.run = 0
        self.seen: list[Seen] = []

    def reply(self, seen: Seen) -> bytes:
        self.seen.append(seen)
        place = seen.path.partition("?")[0]
        if place.startswith("/list/"):
            name = place.removeprefix("/list/").replace("-", "_")
            given = getattr(self, name)(seen)
            assert isinstance(given, bytes)
            return given
        return self.article(seen, place.partition(";")[0])

    def article(self, seen: Seen, place: str) -> bytes:
        special = {
            "/gone": http(302, Location="/"),
            "/": page("河湾晚报", "河湾晚报是一份记录河湾市生活的报纸，每天早上出版，晚上更新。"),
            "/walled": http(302, Location="/cookie-consent?back=/walled"),
            "/cookie-consent": page("Before you continue", "We and our 12 partners store data. " * 8),
            "/stub": http(200, b"<html><script>var to='/real';location.href = to;</script></html>", Content_Type="text/html"),
            "/real": page("跳板之后的文章在这里", story(70)),
            "/loop": http(200, b'<meta http-equiv="refresh" content="0;url=/loop2">', Content_Type="text/html"),
            "/loop2": http(200, b'<meta http-equiv="refresh" content="0;url=/loop">', Content_Type="text/html"),
            "/private": http(200, b'<script>location.replace("http://10.0.0.1/")</script>', Content_Type="text/html"),
            "/feed-instead": feed(item("别的文章", "/other")),
            "/flash": page("Harborlight names Ida Brook its finance chief", "Ida Brook starts on Monday."),
            "/robots.txt": http(404),
        }
        if place in special:
            return special[place]
        number = int("".join(filter(str.isdigit, place)) or "0")
        longer = "" if not place.startswith("/moved") else "补充：验收报告已经公布，附有全部检测数据和三份专家意见。"
        return page(f"第{number}号工程完成验收" + (f"，报告公布（{place.strip('/')}）" if longer else ""), story(number, longer))

    # ---- one page, many entries

    def changes(self, _seen: Seen) -> bytes:
        count = min(self.run, 3) + 1
        return feed(
            *(item(f"版本 {n}", f"/changelog#v{n}", f"v{n}", f"第{n}版加入了新的接口，编号{n}。") for n in range(count, 0, -1))
        )

    def changes_without_names(self, _seen: Seen) -> bytes:
        return feed(
            *(
                item(f"状态更新之{n}", "/status", text=f"第{n}次更新：服务在第{n}区恢复。", age=600 - n)
                for n in range(self.run + 2, 0, -1)
            )
        )

    def single(self, _seen: Seen) -> bytes:
        return feed(
            item(f"第{self.run}次放行说明", f"/releases#r{self.run}", f"r{self.run}", f"第{self.run}次放行改了{self.run + 2}处。")
        )

    # ---- names

    def guid(self, _seen: Seen) -> bytes:
        if self.run == 0:
            return feed(item("第21号工程完成验收", "/n21", "story-21"))
        return feed(item("第21号工程完成验收，报告公布", "/moved21", "story-21"))

    def renumbered(self, _seen: Seen) -> bytes:
        numbers = range(30 + self.run, 27 + self.run, -1)
        return feed(*(item(f"第{n}号工程完成验收", f"/n{n}", str(place)) for place, n in enumerate(numbers, 1)))

    def reused(self, _seen: Seen) -> bytes:
        return feed(item(f"第{41 + self.run}号工程完成验收", f"/n{41 + self.run}", "latest"))

    # ---- addresses that change

    def buster(self, _seen: Seen) -> bytes:
        return feed(item("第51号工程完成验收", f"/n51?_t={1795580000000 + self.run}"))

    def session(self, _seen: Seen) -> bytes:
        links = "".join(
            f'<li><a href="/n{n}.do;jsessionid=AB{self.run}C{n}99">第{n}号工程今天完成全部验收</a></li>' for n in (52, 53, 54, 55)
        )
        return http(200, f"<html><body><ul>{links}</ul></body></html>".encode(), Content_Type="text/html; charset=utf-8")

    def random(self, _seen: Seen) -> bytes:
        new = (59,) if self.run > 1 else ()
        links = (item(f"第{n}号工程完成验收", f"/n{n}?visit=q{self.run}zx{n * 7}f{self.run * 31}") for n in (56, 57, 58, *new))
        return feed(*links)

    # ---- answers

    def cut_open(self, seen: Seen) -> bytes:
        whole = rss(item("第61号工程完成验收", "/n61"), item("第62号工程完成验收", "/n62"))
        if "if-none-match" in seen.headers:
            return http(304, ETag='"c1"')
        if self.run:
            return http(200, whole, Content_Type="application/rss+xml", ETag='"c1"')
        return (
            b'HTTP/1.1 200 x\r\nContent-Type: application/rss+xml\r\nETag: "c1"\r\nConnection: close\r\n\r\n'
            + whole[: whole.index(b"/n62")]
        )

    def cut_close(self, seen: Seen) -> bytes:
        whole = rss(item("第63号工程完成验收", "/n63"), item("第64号工程完成验收", "/n64"))
        if "if-none-match" in seen.headers:
            return http(304, ETag='"c2"')
        return http(
            200, whole if self.run else whole[: whole.index(b"/n64") + 4], Content_Type="application/rss+xml", ETag='"c2"'
        )

    def future(self, seen: Seen) -> bytes:
        if "if-modified-since" in seen.headers:
            return http(304)
        items = [item(f"第{n}号工程完成验收", f"/n{n}") for n in ((66, 65) if self.run else (65,))]
        return feed(*items, Last_Modified="Sat, 16 Nov 2041 18:11:00 GMT")

    def always_304(self, _seen: Seen) -> bytes:
        return http(304)

    # ---- what is no article

    def home(self, _seen: Seen) -> bytes:
        return feed(item("被撤下的工程报道标题在这里", "/gone", text="这一段是来源自己写的摘要，说工程已经停工。"))

    def consent(self, _seen: Seen) -> bytes:
        return feed(
            item("Quillstone opens a second yard in Eastmere", "/walled", text="The yard builds barges and hires forty people.")
        )

    def stub(self, _seen: Seen) -> bytes:
        return feed(item("跳板之后的文章在这里", "/stub"))

    def loop(self, _seen: Seen) -> bytes:
        return feed(item("两页互相跳转的文章", "/loop"))

    def private(self, _seen: Seen) -> bytes:
        return feed(item("跳到内网去的文章", "/private"))

    def xml(self, _seen: Seen) -> bytes:
        return feed(item("地址其实是一个订阅源", "/feed-instead"))

    def flash(self, _seen: Seen) -> bytes:
        return feed(item("Harborlight names Ida Brook its finance chief", "/flash"))


class Result:
    """What the archive holds after all runs, and what the server saw."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        with closing(open_database(f"sqlite:///{folder}/zhixun.db")) as db:
            records = db.read(lambda s: list(queries.records(s)))
            self.alerts = db.read(queries.alerts)
            self.states = {
                name: state for name, (_, state) in db.read(lambda s: source_monitor.judged(s, datetime.now(UTC))).items()
            }
        self.of: dict[str, list[Record]] = {name: [] for name in SOURCES}
        for record in sorted(records, key=lambda record: record.id or 0):
            self.of[record.source or ""].append(record)

    def titles(self, source: str) -> set[str]:
        return {record.title for record in self.of[source]}

    def told(self, source: str) -> int:
        ids = {record.id for record in self.of[source]}
        return sum(alert.article_id in ids for alert in self.alerts)

    def asked(self, path: str) -> int:
        return sum(seen.path.startswith(path) for seen in self.world.seen)


async def _runs(folder: Path) -> Result:
    world = World()
    async with serving(world.reply) as site:
        hosts = (f"127.0.1.{number}" for number in itertools.count(1))
        sources = "".join(
            f"  - {{name: {name}, url: 'http://{host}:{site.port}/list/{name}', kind: {'auto' if name == 'session' else 'feed'}, every: 1h}}\n"
            for name, host in zip(SOURCES, hosts, strict=False)
        )
        config = folder / "config.yaml"
        config.write_text(
            f"database: sqlite:///{folder}/zhixun.db\n"
            "crawl: {delay: 50ms, allow_networks: ['127.0.0.0/8'], timeout: 5s}\n"
            f"sources:\n{sources}"
            "alerts: {first_poll: all}\nrules:\n  - {name: all, query: 'published:>=2020-01-01', stories: off, channels: [sink]}\n"
            "channels:\n  - {name: sink, url: 'file://" + str(folder / "sink.jsonl") + "'}\n",
            "utf-8",
        )
        for world.run in range(RUNS):
            await run_once(config)
    return Result(world, folder)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return asyncio.run(_runs(tmp_path_factory.mktemp("finding")))


def test_entries_of_one_page_are_articles_with_the_words_of_the_feed(result: Result) -> None:
    assert result.titles("changes") == {"版本 1", "版本 2", "版本 3", "版本 4"}
    assert {record.text for record in result.of["changes"]} >= {"第2版加入了新的接口，编号2。", "第4版加入了新的接口，编号4。"}
    assert len({record.link for record in result.of["changes"]}) == len(result.of["changes"])


def test_entries_without_names_are_told_by_their_titles(result: Result) -> None:
    assert result.titles("changes-without-names") == {f"状态更新之{n}" for n in range(1, RUNS + 2)}


def test_an_entry_alone_on_its_page_is_an_article_at_each_poll(result: Result) -> None:
    assert len(result.of["single"]) == RUNS
    assert result.told("single") == RUNS


def test_a_name_keeps_the_record_when_the_address_changes(result: Result) -> None:
    [record] = result.of["guid"]
    assert (record.title, record.link.rpartition("/")[2]) == ("第21号工程完成验收，报告公布（moved21）", "moved21")
    assert result.told("guid") == 1
    assert result.asked("/moved21") == 1


def test_names_that_are_places_in_the_list_name_nothing(result: Result) -> None:
    assert len(result.of["renumbered"]) == RUNS + 2
    assert result.told("renumbered") == RUNS + 2


def test_a_name_that_is_used_again_for_another_article_hides_none(result: Result) -> None:
    assert len(result.of["reused"]) == RUNS
    assert result.told("reused") == RUNS


def test_cache_busters_and_sessions_are_no_part_of_a_link(result: Result) -> None:
    assert (len(result.of["buster"]), result.asked("/n51")) == (1, 1)
    assert len(result.of["session"]) == 4
    assert all(result.asked(f"/n{n}.do") == 1 for n in (52, 53, 54, 55))


def test_links_that_change_at_every_poll_are_told_and_do_not_fill_the_archive(result: Result) -> None:
    assert result.titles("random") == {f"第{n}号工程完成验收" for n in (56, 57, 58, 59)}
    assert [result.asked(f"/n{n}?") for n in (56, 57, 58, 59)] == [1, 1, 1, 1]
    assert (result.states["random"].state, "visit" in result.states["random"].reason) == ("unstable links", True)


def test_what_stood_behind_a_cut_is_found_at_the_next_poll(result: Result) -> None:
    assert len(result.of["cut-open"]) == 2
    assert len(result.of["cut-close"]) == 2


def test_a_date_of_the_future_is_not_sent_back(result: Result) -> None:
    assert len(result.of["future"]) == 2


def test_304_to_who_asked_for_the_whole_is_a_failure(result: Result) -> None:
    assert result.states["always-304"].state == "never worked"


def test_a_way_to_the_home_page_or_to_a_wall_gives_the_words_of_the_source(result: Result) -> None:
    assert [(r.title, r.text) for r in result.of["home"]] == [
        ("被撤下的工程报道标题在这里", "这一段是来源自己写的摘要，说工程已经停工。")
    ]
    assert [r.title for r in result.of["consent"]] == ["Quillstone opens a second yard in Eastmere"]
    assert "partners" not in result.of["consent"][0].text


def test_stubs_are_followed_within_bounds(result: Result) -> None:
    assert [r.text for r in result.of["stub"]] == [story(70)]
    assert result.of["loop"] == result.of["private"] == []


def test_a_feed_at_an_articles_address_is_no_article(result: Result) -> None:
    assert result.of["xml"] == []


def test_one_sentence_that_is_announced_is_an_article(result: Result) -> None:
    assert [r.text for r in result.of["flash"]] == ["Ida Brook starts on Monday."]
