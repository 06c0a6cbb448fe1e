"""`zhixun demo`: five small sites on the loopback range, published article by article, watched by the real daemon.

The daemon runs as a process of its own with a configuration file of its own in a temporary folder; half way through it is killed
with SIGKILL and started again. At the end the reader is told what was published, stored, alerted, and what the kill lost: nothing.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.text import Text
from ruamel.yaml import YAML

from crawler.i18n import tr
from jobs import clock
from jobs.demo.newsroom import Article, Site, World
from storage.alerts import outbox
from storage.archive import queries
from storage.db.database import Database, open_database

ZONE = ZoneInfo("Asia/Shanghai")
PACE = 1.0  # seconds between two articles: the whole of it takes half a minute, most of it the work of two starts of the daemon
PATIENCE = 60  # seconds for a busy machine to start the daemon
CONFIG = """\
database: sqlite:///{folder}/demo.db
timezone: Asia/Shanghai
web: {page}
crawl:
  delay: 50ms
  allow_networks: ["127.0.0.0/8"]
alerts: {{first_poll: all}}
sources:
{sources}
rules:
  - name: 大模型
    query: '大模型 OR "large language model" OR LLM'
    channels: [screen]
  - name: 融资与芯片
    query: '融资 OR (raises AND million) OR AI芯片 OR "inference chips"'
    channels: [screen]
channels:
  - name: screen
    url: webhook+{hook}
"""


@dataclass
class Newsroom:
    """The demo's world and what is still to be published in it."""

    world: World
    articles: list[tuple[Site, Article]]

    @classmethod
    def load(cls, now: datetime) -> Newsroom:
        """The newsroom of jobs/demo/newsroom.yaml, everything dated `now`."""
        data: dict[str, Any] = YAML(typ="safe").load(resources.files("jobs.demo").joinpath("newsroom.yaml").read_text("utf-8"))
        sites = {row["name"]: Site(**row) for row in data["sites"]}
        for name, rows in data["earlier"].items():
            for number, (title, text) in enumerate(rows):
                published = now.astimezone(ZONE) - timedelta(days=30 + number)
                sites[name].articles.append(Article(f"/{published:%Y/%m/%d}/{900 + number}.html", title, (text,), published))
        articles: list[tuple[Site, Article]] = []
        for number, row in enumerate(data["articles"]):
            text = row.get("text") or data["articles"][row["reprint_of"]]["text"]
            path = f"/{now.astimezone(ZONE):%Y/%m/%d}/{1000 + number}.html"
            keywords = tuple(row.get("keywords", ()))
            published = now.astimezone(ZONE) + timedelta(seconds=number)
            articles.append((sites[row["site"]], Article(path, row["title"], tuple(text), published, keywords=keywords)))
        return cls(World(list(sites.values())), articles)


class Daemon:
    """The real daemon as a child process."""

    def __init__(self, config: Path, log: Path) -> None:
        self._config = config
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; its log goes to a file."""
        with self._log.open("ab") as log:
            command = (sys.executable, "-m", "jobs", "-c", str(self._config), "run")
            self._process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)

    async def end(self, how: signal.Signals) -> int:
        """Send it a signal and wait until it is gone; the exit code."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await self._process.wait()


async def wait_until(true: Callable[[], bool], seconds: float, step: float = 0.1) -> bool:
    """Wait until `true()`, at most so many seconds; whether it became true."""
    for _ in range(int(seconds / step)):
        if true():
            return True
        await asyncio.sleep(step)
    return true()


class Show:
    """Prints what happens as it happens."""

    def __init__(self, console: Console, room: Newsroom, folder: Path, db: Database) -> None:
        self._console = console
        self.room = room
        self.folder = folder
        self._db = db
        self._told = 0
        self._seen: set[int | None] = set()
        self._began = clock.now() - timedelta(days=1)

    def say(self, text: str, indent: int = 0) -> None:
        """A sentence of the demo's own words; what a terminal cannot hold goes on below it."""
        told = Text.from_markup(text)
        narrow = self._console.is_terminal
        for line in told.wrap(self._console, max(self._console.width - indent, 20)) if narrow else [told]:
            self._console.print(Text(" " * indent) + line, highlight=False)

    def stored(self) -> int:
        """How many records the daemon's database holds."""
        return self._db.read(queries.count_records)

    def waits(self) -> int:
        """How many messages are still to be delivered, those that are on their way among them."""
        return self._db.read(lambda s: outbox.pending(s, clock.now() + timedelta(days=1)))

    def tell_records(self) -> None:
        """Print the records of new articles that were stored since the last call."""
        records = self._db.read(lambda s: list(queries.records(s, since=self._began)))
        for record in sorted(records, key=lambda one: one.id or 0):
            if record.id in self._seen:
                continue
            self._seen.add(record.id)
            folded = f" [dim]{tr('(reprint of record {record})', record=record.story)}[/]" if record.story != record.id else ""
            self.say(f"[green]{tr('record {n}', n=record.id)}[/] {escape(record.title)}{folded}", 2)
            fields = (("keywords", record.keywords), ("technologies", record.ai_technologies), ("industries", record.industries))
            said = "  ".join(f"{tr(label)}{tr(': ')}{tr(', ').join(values)}" for label, values in fields if values)
            self.say(f"[dim]{escape(said)}[/]", 8)

    def alerts(self) -> dict[str, dict[str, Any]]:
        """The alerts that arrived, by idempotency key."""
        return {key: body for key, body in self.room.world.sink.received}  # noqa: C416  (typed)

    def tell_alerts(self) -> None:
        """Print the alerts that arrived since the last call."""
        arrived = list(self.alerts().values())
        for body in arrived[self._told :]:
            record = body.get("record", {})
            alert, rule = (escape(str(body.get(key))) for key in ("alert", "rule"))
            self.say(f"[bold red]{tr('alert')}[/] {alert} [cyan]{rule}[/]  {escape(record['title'])}", 2)
            if detail := "；".join(event["headline"] for event in record.get("events", [])[:2]):
                self.say(escape(detail), 8)
        self._told = len(arrived)


async def run(console: Console, pace: float = PACE, keep: Path | None = None, opener: Callable[[str], None] | None = None) -> int:
    """Play the demo; 0 when nothing was lost and nothing was told twice.

    `keep` is a new folder that stays, with the configuration and the database; without it nothing stays. `opener` is given the
    address of the page; the page then stays until Enter is pressed.
    """
    room = Newsroom.load(clock.now())
    await room.world.start()
    try:
        with tempfile.TemporaryDirectory(prefix="zhixun-demo-") as place:
            folder = keep or Path(place)
            with closing(open_database(f"sqlite:///{folder}/demo.db")) as db:
                return await _play(Show(console, room, folder, db), pace, keep is not None, opener)
    finally:
        await room.world.stop()


async def _play(show: Show, pace: float, keep: bool, opener: Callable[[str], None] | None) -> int:
    room, folder, page = show.room, show.folder, _free_address()
    config = _write_config(room, folder, page)
    daemon = Daemon(config, folder / "daemon.log")
    show.say(f"[bold]{tr('A newsroom on this machine, watched by the real daemon; nothing leaves the loopback range.')}[/]")
    for site in room.world.sites:
        show.say(f"  {site.kind:8} {site.url}  {site.name}" + ("  (GB18030)" if site.encoding != "utf-8" else ""))
    show.say(tr("page      {address}", address=f"http://{page}/"))
    await daemon.start()
    try:
        if opener is not None:
            opener(f"http://{page}/")
        if not await wait_until(lambda: all(site.requests for site in room.world.sites), PATIENCE):
            log = (folder / "daemon.log").read_text("utf-8", "replace")
            show.say(f"[red]{tr('The daemon did not start. Its log:')}[/]\n" + escape(log))
            return 1
        await _publish(room, show, daemon, pace)
        failed = await _count(room, show)
        if opener is not None:
            show.say(tr("The page stays until you press Enter."))
            await asyncio.to_thread(sys.stdin.readline)
    finally:
        code = await daemon.end(signal.SIGTERM)
        show.say(tr("The daemon was stopped by SIGTERM; its exit code is {code}.", code=code))
    _next(show, folder / "config.yaml" if keep else None)
    return failed


def _next(show: Show, kept: Path | None) -> None:
    """What to do now."""
    show.say(f"\n[bold]{tr('What to do next:')}[/]")
    steps = [("zhixun init", tr("a configuration of your own, by answering questions"))]
    look = [(f"zhixun -c {kept} records list", tr("what was read"))]
    look += [(f"zhixun -c {kept} rules test 大模型", tr("what a rule would have raised, and why"))]
    steps += look if kept else [("zhixun demo --keep newsroom", tr("the same, kept in a folder to look around in"))]
    for command, why in steps:
        show.say(escape(command), 2)
        show.say(f"[dim]{escape(why)}[/]", 6)


async def _publish(room: Newsroom, show: Show, daemon: Daemon, pace: float) -> None:
    middle = len(room.articles) // 2 + 1
    for number, (site, article) in enumerate(room.articles):
        site.articles.append(article)
        show.say(f"[dim]{tr('{site} publishes', site=site.name)}[/] {escape(article.title)}")
        if number == middle:
            await asyncio.sleep(0.9)
            await daemon.end(signal.SIGKILL)
            show.say(f"[bold yellow]{tr('kill -9 of the daemon, in the middle of its work … and it is started again')}[/]")
            await daemon.start()
        await asyncio.sleep(pace)
        show.tell_records()
        show.tell_alerts()


async def _count(room: Newsroom, show: Show) -> int:
    expected = sum(len(site.articles) for site in room.world.sites)
    everything = await wait_until(lambda: show.stored() >= expected, PATIENCE, 0.2)
    await wait_until(lambda: not show.waits(), PATIENCE)
    show.tell_records()
    show.tell_alerts()
    received = room.world.sink.received
    told = {(body["rule"], body["record"]["title"]) for body in show.alerts().values()}
    repeated = len(received) - len(show.alerts())
    show.say("\n" + tr("{published} articles published ({now} of them now), {stored} records stored.", published=expected, now=len(room.articles), stored=show.stored()))  # fmt: skip
    show.say(tr("{n} alerts arrived ({repeated} repeated by the kill under the same key); the reprint was folded into the first.", n=len(show.alerts()), repeated=repeated))  # fmt: skip
    return 0 if everything and len(told) == len(show.alerts()) else 1


def _free_address() -> str:
    """Where the demo's page can be served, beside that of a daemon that runs already."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def _write_config(room: Newsroom, folder: Path, page: str) -> Path:
    entries = ({"name": site.name, "url": site.url, "every": "2s"} for site in room.world.sites)
    sources = "".join(f"  - {json.dumps(entry, ensure_ascii=False)}\n" for entry in entries)
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(folder=folder, page=page, sources=sources, hook=room.world.hook), "utf-8")
    return path
