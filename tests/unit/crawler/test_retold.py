"""Reasons that are stored in English, in the reader's language."""

import ast
import re
from pathlib import Path

import pytest

from crawler.i18n import catalogue, speaking
from crawler.record import Reason
from crawler.retold import SAID, SYSTEM, retold
from storage.stories.verdict import Kind

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("stored", "chinese"),
    [
        ("connect: [Errno 111] Connect call failed ('10.3.4.5', 8080)", "连接失败：无人应答（10.3.4.5:8080）"),
        ("no connection to hook.harbour.example: Name or service not known", "连不上 hook.harbour.example：域名不存在"),
        ("timeout: no whole answer within 12 s", "超时：12 秒内没有收到完整的回答"),
        ("unreadable: this is no feed: it begins with '<!doctype html>'", "读不懂：这不是订阅源：开头是 '<!doctype html>'"),
        ("robots-unreachable: robots.txt: HTTP 503", "robots.txt 取不到：robots.txt：HTTP 503"),
        ("gone: HTTP 410", "已失效：HTTP 410"),
        (
            "the same event as record 31: actor, sum, copied text (8.25 points)",
            "与记录 31 是同一事件：主体、金额、照搬的正文（8.25 分）",
        ),
        ("71% of the shorter text stands in the other, record 6", "较短一篇有 71% 见于记录 6"),
        ("parser-fallback: no article in the known layout of pier.example", "改用通用解析：pier.example 的已知版式里没有文章"),
        ("older than 36h", "早于 36h"),
        ("gone", "已失效"),
        ("older than 3d", "早于 3d"),
        ("the same event as record 7: actor, act of the headline (8.5 points)", "与记录 7 是同一事件：主体、标题行为（8.5 分）"),
        ("71% of the shorter text stands in the other", "较短一篇的 71% 与另一篇相同"),
        ("no article: too-short (12 characters)", "不是文章：太短（12 characters）"),
        ("Address already in use", "地址已被占用"),
        ("/var/log/a.jsonl cannot be written: No space left on device", "/var/log/a.jsonl 不能写入：磁盘已满"),
    ],
)
def test_a_reason_of_ours_is_told_in_the_language_of_the_reader(stored: str, chinese: str) -> None:
    assert retold(stored) == re.sub(
        r"\[Errno 111\] Connect call failed \('10.3.4.5', 8080\)", "nobody answers (10.3.4.5:8080)", stored
    )
    with speaking("zh"):
        assert retold(stored) == chinese


@pytest.mark.parametrize(
    "answer", ['HTTP 400 {"errcode": 40035}', "gone fishing: back on Monday", "invalid token", "", "连接失败"]
)
def test_what_a_server_said_stays_as_it_is(answer: str) -> None:
    with speaking("zh"):
        assert retold(answer) == answer


def test_each_reason_has_its_chinese() -> None:
    assert [key for key in (*SAID, *SYSTEM, *Reason, *Kind) if key not in catalogue()] == []


def test_no_reason_of_a_spider_is_unknown_here() -> None:
    """Each sentence that a spider or a parser raises is among those that are retold."""
    raised = set()
    for file in [
        *(ROOT / "crawler/spiders").glob("*.py"),
        *(ROOT / "crawler/html").glob("*.py"),
        *(ROOT / "crawler/parsers").glob("*.py"),
    ]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("SpiderError", "ReadError") and node.args:
                given = node.args[0]
                if isinstance(given, ast.Constant):
                    raised.add(given.value)
                elif isinstance(given, ast.JoinedStr):
                    raised.add("".join(part.value if isinstance(part, ast.Constant) else "x" for part in given.values))
    with speaking("zh"):
        assert [sentence for sentence in sorted(raised) if retold(sentence) == sentence] == []


def test_each_mark_that_makes_a_story_has_its_chinese() -> None:
    tree = ast.parse((ROOT / "storage/stories/verdict.py").read_text("utf-8"))
    marks = [n.value.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Constant)]
    assert len(marks) > 50
    assert [mark for mark in marks if mark not in catalogue()] == []
