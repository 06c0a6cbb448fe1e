"""The sites of tests/sites/discovery: a text file each, filled with articles of our own and served on the loopback range.

A file says what the site is like, which page is asked about (`ask`), what should come out first (`best`: kind, address, and
`inside=NAME` where it stands in a script), and its answers: `=== PATH TYPE`, `=== PATH STATUS`, `=== PATH 301 TARGET`; `*` is any other.
`[[8 en step=3 age=0 from=0 at=0: …]]` repeats its inside for eight articles: `step` hours apart, the newest `age` days old, from number
`from` on, the first at the place `at` in time; a comma after the number joins them with commas.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from email.utils import format_datetime
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parents[1] / "sites" / "discovery"
_repeat = re.compile(r"\[\[(\d+)(,?)([^:\]]*):\s(.*?)\]\](?!>)", re.DOTALL)
_WHO = "江湾市 岚图公司 深蓝实验室 潮汐大学 北堤集团 海鸥机器人 芦苇芯片".split()
_DOES = "发布 开源 升级 试用 扩建".split()
_WHAT = "千亿参数大模型 人工智能算力中心 具身智能机器人 多模态助手 自动驾驶系统 智能客服平台 推理芯片 语音合成模型 医疗影像模型 代码助手 科学计算平台".split()
_EN_WHO = ("Larkspur", "Gull Labs", "The Harbour City", "Fulmar", "North Quay University", "Tern Robotics", "Reed Systems")
_EN_DOES = ("launches", "open-sources", "tests", "expands", "rewrites")
_EN_WHAT = (
    "a reasoning model", "its chip plant", "a warehouse robot", "an agent for lawyers", "a weather model", "its data centre",
    "a speech model", "a code assistant", "an imaging model", "a tutor for schools", "its safety rules",
)  # fmt: skip


@dataclass(frozen=True)
class FetchResult:
    """What a path answers."""

    body: bytes
    type: str = "text/html"
    status: int = 200
    location: str = ""


@dataclass(frozen=True)
class LocalSite:
    """One site: answers by (host, path), and what is expected of it."""

    name: str
    host: str
    ask: str
    kind: str
    best: str
    inside: str
    answers: dict[tuple[str, str], FetchResult]

    def answer(self, host: str, path: str) -> FetchResult:
        """What a request gets."""
        usual = FetchResult(b"not here", "text/plain", 404)
        other = usual if path == "/robots.txt" else self.answers.get((host, "*"), usual)
        return self.answers.get((host, path), other)


def load(number: int, path: Path, port: int, now: datetime, zone: tzinfo) -> LocalSite:
    """A site of the folder, at 127.0.1.`number`; its second host is 127.0.2.`number`."""
    hosts = {"site": f"127.0.1.{number}", "other": f"127.0.2.{number}"}
    origins = {name: f"http://{host}:{port}" for name, host in hosts.items()} | {"now": now.isoformat()}
    head, *parts = re.split(r"^=== ", path.read_text("utf-8"), flags=re.MULTILINE)
    _, ask, best = head.strip().split("\n")
    kind, address, inside = (*best.removeprefix("best ").split(" "), "")[:3]
    answers = {}
    for part in parts:
        first, _, body = part.partition("\n")
        where, how, *more = first.split(" ", 2)
        filled = Template(_repeat.sub(lambda found: _articles(found, now.astimezone(zone), origins), body)).safe_substitute(
            origins
        )
        place = (hosts["other"], where.removeprefix("$other")) if where.startswith("$other") else (hosts["site"], where)
        answers[place] = _answer(how, more[0] if more else "", filled, origins["site"])
    site = origins["site"]
    where = Template(address).safe_substitute(origins)
    best_url = where if where.startswith("http") else site + where
    ask_url = site + ask.removeprefix("ask ")
    return LocalSite(path.stem, hosts["site"], ask_url, kind, best_url, inside.removeprefix("inside="), answers)


def _answer(how: str, more: str, body: str, site: str) -> FetchResult:
    if how.isdigit():
        return FetchResult(body.encode(), "text/html", int(how), site + more if more else "")
    charset = more.partition("charset=")[2] or "utf-8"
    return FetchResult(body.strip().encode(charset if charset != "gbk" else "gb18030"), how.rstrip(";"))


def _articles(found: re.Match[str], now: datetime, origins: dict[str, str]) -> str:
    count, comma, words, inside = found.groups()
    options = dict(word.split("=") for word in words.split() if "=" in word)
    first, at = int(options.get("from", 0)), int(options.get("at", 0))
    newest = now - timedelta(days=float(options.get("age", 0)), minutes=20)
    made = []
    for number in range(int(count)):
        when = newest - timedelta(hours=float(options.get("step", 3)) * (number + at))
        made.append(Template(inside).safe_substitute(_fields(number, first + number, when, now, "en" in words.split()) | origins))
    return (comma or "").join(made)


def _fields(number: int, article: int, when: datetime, now: datetime, english: bool) -> dict[str, object]:
    title = (
        f"{_EN_WHO[article % 7]} {_EN_DOES[article % 5]} {_EN_WHAT[article % 11]}"
        if english
        else _WHO[article % 7] + _DOES[article % 5] + _WHAT[article % 11]
    )
    today = when.date() == now.date()
    return {
        "n": number + 1, "id": 730_000 + article, "title": title,
        "slug": re.sub(r"[^a-z]+", "-", title.lower()) if english else f"post-{730_000 + article}",
        "rfc": format_datetime(when), "iso": when.isoformat(timespec="seconds"), "day": f"{when:%Y-%m-%d}", "ymd": f"{when:%Y%m%d}",
        "y": f"{when:%Y}", "m": f"{when:%m}", "d": f"{when:%d}", "stamp": f"{when:%Y-%m-%d %H:%M:%S}",
        "cn": f"{when.year}年{when:%m}月{when:%d}日", "cnshort": f"{when:%m}月{when:%d}日{when:%H:%M}", "en": f"{when:%b} {when.day}, {when.year}",
        "short": f"{when:%m-%d %H:%M}", "hm": f"{when:%H:%M}" if today else f"{when:%m-%d %H:%M}",
        "longday": f"{now:%a}, {now.day} {now:%b} {now.year}", "ago": max(1, int((now - when).total_seconds() // 3600)),
        "epoch": int(when.timestamp()), "ms": int(when.timestamp() * 1000),
    }  # fmt: skip
