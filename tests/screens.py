"""The first hour as somebody at a terminal sees it: ``python -m tests.screens [FOLDER]`` (``shots/terminal`` without it).

Plays a new user's commands in a pseudo-terminal, 80 and 120 columns wide, in Chinese and in English, against a small newsroom on the
loopback range, and keeps what stood on the screen, wrapped as the terminal wraps it, one file a command. They are there to be looked at.
"""

import argparse
import asyncio
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from jobs import clock
from jobs.demo.run import Newsroom

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "import sys; sys.argv[0] = 'zhixun'; from jobs.cli.main import main; main()"
CONFIG = """\
database: sqlite:///zhixun.db
web: 127.0.0.1:{port}
crawl:
  delay: 50ms
  allow_networks: ["127.0.0.0/8"]
sources:
{sources}
  - {{name: 港湾实验室博客, url: 'http://127.0.0.1:9/feed.xml', every: 2s}}
  - {{name: moved-away, url: '{first}/gone.xml', kind: feed, every: 2s}}
  - {{name: not-a-feed, url: '{first}/robots.txt', kind: feed, every: 2s}}
rules:
  - name: 大模型
    query: '大模型 OR "large language model" OR LLM'
    channels: [screen]
    should_match: [江湾市发布大模型新政]
  - name: 融资与芯片
    query: '(融资 OR funding OR AI芯片 OR "inference chips") NOT 招聘'
    channels: [screen, desk]
channels:
  - {{name: screen, url: 'file:///{folder}/alerts.jsonl'}}
  - {{name: desk, url: 'webhook+http://127.0.0.1:9/hook'}}
"""
MISTAKEN = """\
timezone: Asia/Shanghay
crawl: {delay: 1 minute and a bit, concurency: 4}
sources:
  - name：港湾
    url: https://harbour.example/feed
  - {name: weir, url: weir.example/news, every: 15, tags: 央视}
rules:
  - {name: 新政, query: '大模型 AND (上海', channels: [dask]}
  - {name: chips, keywords: [+芯片], quiet: 22-7}
channels:
  - {name: desk, url: 'feishuu://TOKEN'}
"""


class Screen:
    """What a terminal of this width shows of a stream: lines that wrap, and the few movements that a live block makes."""

    _token = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b.|[\r\n\b]|.", re.DOTALL)

    def __init__(self, width: int) -> None:
        self._width = width
        self._lines: list[list[str]] = [[]]
        self._row = 0
        self._column = 0

    def feed(self, text: str) -> None:
        """Show it."""
        for match in self._token.finditer(text):
            if match[2]:
                self._move(match[2], match[1])
            elif match[0] == "\n":
                self._down()
            elif match[0] == "\r":
                self._column = 0
            elif match[0] == "\b":
                self._column = max(0, self._column - 1)
            elif match[0][0] != "\x1b":
                self._put(match[0])

    def _down(self) -> None:
        self._row, self._column = self._row + 1, 0
        if self._row == len(self._lines):
            self._lines.append([])

    def _move(self, what: str, given: str) -> None:
        line = self._lines[self._row]
        if what == "A":
            self._row = max(0, self._row - int(given or 1))
        elif what == "K":
            del line[0 if given == "2" else self._column :]
        elif what == "J" and given in ("", "0"):
            del self._lines[self._row + 1 :]

    def _put(self, char: str) -> None:
        wide = cell_len(char)
        if self._column + wide > self._width:
            self._down()
        line = self._lines[self._row]
        line.extend(" " * (self._column - len(line)))
        line[self._column : self._column + wide] = [char, *[""] * (wide - 1)] if wide else []
        self._column += wide

    def text(self) -> str:
        """What it shows."""
        return "\n".join("".join(line).rstrip() for line in self._lines).rstrip() + "\n"


@dataclass(frozen=True)
class Step:
    """A command, what is typed at it, and after how many seconds it is interrupted."""

    name: str
    command: Sequence[str]
    typed: Sequence[str] = ()
    seconds: float = 90
    config: str = "config.yaml"


def play(step: Step, folder: Path, language: str, width: int) -> str:
    """The screen at the end of a step."""
    screen = Screen(width)
    shown = " ".join(part if re.fullmatch(r"[\w./:-]+", part) else f"'{part}'" for part in step.command)
    screen.feed(f"$ zhixun {shown}\r\n")
    child, terminal = pty.fork()
    if child == 0:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "ZHIXUN", "COLUMNS"))}
        locale = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[language]
        environ |= {"LANG": locale, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "NO_COLOR": "1"}
        environ["ZHIXUN_CONFIG"] = step.config
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, "-c", PROGRAM, *step.command], environ)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    try:
        for text in _read(terminal, child, step):
            screen.feed(text)
    finally:
        os.close(terminal)
        _, status = os.waitpid(child, 0)
    screen.feed(f"\r\n[{os.waitstatus_to_exitcode(status)}]")
    return screen.text()


def _read(terminal: int, child: int, step: Step) -> Iterator[str]:
    """What the child writes. It is typed at whenever it has been waiting for a second, and interrupted when its time is over."""
    typed, end, quiet = list(step.typed), time.monotonic() + step.seconds, time.monotonic()
    rest = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        now = time.monotonic()
        if ready:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                return
            if not data:
                return
            text = (rest + data).decode("utf-8", "ignore")
            rest = (rest + data)[len(text.encode()) :]
            quiet = now
            yield text
        elif typed and now - quiet > 1.5:
            os.write(terminal, (typed.pop(0) + "\n").encode())
            quiet = now
        if now > end:
            os.kill(child, signal.SIGINT)
            end = now + 20


@contextmanager
def newsroom(many: int) -> Iterator[Newsroom]:
    """The newsroom, served by a thread, with the first articles published."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    room = Newsroom.load(clock.now())
    asyncio.run_coroutine_threadsafe(room.world.start(), loop).result()
    for site, article in room.articles[:many]:
        site.articles.append(article)
    try:
        yield room
    finally:
        asyncio.run_coroutine_threadsafe(room.world.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def steps(language: str) -> list[Step]:
    """A first hour."""
    answers = {"zh": ["", "1", "星河智算", "1", "1", ""], "en": ["", "1", "Lumen Lab", "1", "1", ""]}[language]
    return [
        Step("help", ["--help"]),
        Step("init", ["init"], answers, 60, "mine.yaml"),
        Step("empty-records", ["records", "list"]),
        Step("empty-alerts", ["alerts", "list"]),
        Step("empty-sources", ["sources", "list"]),
        Step("check", ["check"]),
        Step("run", ["run"], (), 45),
        Step("status", ["status"]),
        Step("sources", ["sources", "list"]),
        Step("records", ["records", "list", "--limit", "8"]),
        Step("rules", ["rules", "list"]),
        Step("alerts", ["alerts", "list"]),
        Step("alerts-wide", ["alerts", "list", "--wide"]),
        Step("alert", ["alerts", "show", "1"]),
        Step("channels", ["channels", "list"]),
        Step("channel-test", ["channels", "test", "desk"]),
        Step("explain", ["rules", "explain", "大模型", "2"]),
        Step("explain-query", ["rules", "explain", "--query", "(大模型 OR LLM) AND 江湾 NOT 招聘", "--text", "江湾市招聘大模型人才"]),
        Step("rules-test", ["rules", "test", "大模型"]),
        Step("sources-test", ["sources", "test", "江湾科技网"]),
        Step("sources-test-fails", ["sources", "test", "not-a-feed"]),
        Step("doctor", ["doctor"]),
        Step("healthcheck", ["healthcheck"]),
        Step("catalogue", ["sources", "catalogue"]),
        Step("unknown-verb", ["recrods", "list"]),
        Step("unknown-name", ["rules", "test", "大模形"]),
        Step("mistakes", ["check"], (), 60, "mistaken.yaml"),
        Step("no-config", ["status"], (), 60, "nowhere.yaml"),
        Step("demo", ["demo", "--pace", "0.5"], (), 120),
    ]  # fmt: skip


def main() -> None:
    """Play it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "shots" / "terminal")
    parser.add_argument("--language", choices=("zh", "en"), nargs="*", default=("zh", "en"))
    parser.add_argument("--width", type=int, nargs="*", default=(80, 120))
    parser.add_argument("--only", nargs="*", help="names of steps")
    given = parser.parse_args()
    for language in given.language:
        for width in given.width:
            kept = given.folder / f"{language}-{width}"
            kept.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory() as place, newsroom(5) as room:
                prepare(Path(place), room)
                for number, step in enumerate(steps(language), 1):
                    if not given.only or step.name in given.only:
                        (kept / f"{number:02}-{step.name}.txt").write_text(play(step, Path(place), language, width), "utf-8")
                        print(language, width, step.name, flush=True)


def prepare(folder: Path, room: Newsroom) -> None:
    """The configurations."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    rows = ({"name": site.name, "url": site.url, "every": "2s"} for site in room.world.sites)
    sources = "\n".join(f"  - {json.dumps(row, ensure_ascii=False)}" for row in rows)
    text = CONFIG.format(port=port, sources=sources, first=room.world.sites[0].address, folder=str(folder).lstrip("/"))
    (folder / "config.yaml").write_text(text, "utf-8")
    (folder / "mistaken.yaml").write_text(MISTAKEN, "utf-8")


if __name__ == "__main__":
    main()
