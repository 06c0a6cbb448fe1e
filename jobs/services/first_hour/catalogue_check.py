"""Does each source of the catalogue still answer? Asked once each, by the daemon's engine: its pace for a host, its robots.txt.

ask     a poll, and what its spider finds in it
judge   answers, stale, moved, empty, blocked, gone, unreachable
write   `seen:` of each entry, every other byte of the file as it was
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.errors import ReadError, SpiderError
from crawler.fetch.engine import FetchResult
from crawler.i18n import tr
from crawler.record import Reason
from crawler.sandbox.pool import Readers
from jobs import files
from jobs.config.load import Config, SourceConfig
from jobs.parts import fetch_rules
from jobs.services.sourcing import catalogue
from jobs.services.sourcing.catalogue import Listed
from jobs.services.sourcing.fetch_one import Fetcher, fetching, why_not

STALE = timedelta(days=60)  # since the newest article
FEWEST = 4  # entries from which on it is told that the network is down
_BLOCKS = (Reason.BLOCKED, Reason.RATE_LIMITED, Reason.ROBOTS, Reason.ROBOTS_UNREACHABLE, Reason.REFUSED_ADDRESS)
_name = re.compile(r"""- name: ['"]?([^\s'"]+)['"]?\s*(?:#.*)?$""")


class State(StrEnum):
    """How an entry answered."""

    ANSWERS = "answers"
    STALE = "stale"
    MOVED = "moved"
    EMPTY = "empty"
    BLOCKED = "blocked"
    GONE = "gone"
    UNREACHABLE = "unreachable"


WELL = (State.ANSWERS, State.MOVED)


@dataclass(frozen=True, slots=True)
class Seen:
    """How one entry answered: as what, with how many links, the newest of which day, where it moved, and what was said."""

    name: str
    url: str
    state: State
    at: datetime
    kind: str = ""
    links: int = 0
    newest: str = ""
    to: str = ""
    detail: str = ""

    def row(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"at": self.at.isoformat()}

    def mark(self) -> str:
        """As its entry carries it."""
        said = {"at": f"{self.at:%Y-%m-%d}", "state": self.state.value}
        said |= {key: getattr(self, key) for key in ("kind", "links", "newest", "to")}
        return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in said.items() if value) + "}"


async def check(entries: Sequence[Listed], config: Config, now: datetime, tell: Callable[[Seen], None] = lambda _seen: None) -> list[Seen]:  # fmt: skip
    """Ask each entry once. `tell` hears of each as it is known."""
    with closing(Readers(workers=1)) as readers:
        async with fetching(fetch_rules(config)) as fetcher:

            async def ask(listed: Listed) -> Seen:
                seen = await _ask(listed, fetcher, readers, config, now)
                tell(seen)
                return seen

            return list(await asyncio.gather(*map(ask, entries)))


async def _ask(listed: Listed, fetcher: Fetcher, readers: Readers, config: Config, now: datetime) -> Seen:
    row = SourceConfig.model_validate({"name": listed.name, **listed.entry})
    answer = await fetcher.get(row.url, row.headers, row.body_bytes())
    if answer.page is None:
        return Seen(row.name, row.url, _state(answer), now, detail=why_not(answer))
    to = answer.moved_to or ""
    try:
        found = await readers.find(answer.page, row.source(), now, config.zone)
    except (SpiderError, ReadError) as error:
        return Seen(row.name, row.url, State.EMPTY, now, to=to, detail=str(error))
    days = [link.published for link in found.links if link.published and link.published <= now + timedelta(days=1)]
    newest = max(days, default=None)
    state = State.STALE if newest and now - newest > STALE else State.ANSWERS
    state = State.EMPTY if not found.links else State.MOVED if to else state
    day = f"{newest.astimezone(UTC):%Y-%m-%d}" if newest else ""
    return Seen(row.name, row.url, state, now, found.kind, len(found.links), day, to)


def _state(answer: FetchResult[None]) -> State:
    reason = answer.outcome.reason
    return State.BLOCKED if reason in _BLOCKS else State.GONE if reason is Reason.GONE else State.UNREACHABLE


def cut_off(seen: Sequence[Seen]) -> bool:
    """Nearly none can be reached: that says nothing of them."""
    return sum(one.state is State.UNREACHABLE for one in seen) >= max(FEWEST, 0.8 * len(seen))


# ---- written back


def marked(text: str, seen: Iterable[Seen]) -> str:
    """A catalogue whose entries say how they were seen; every other line is as it was. Raises ValueError where that has no sure place."""
    known = {one.name: one for one in seen}
    lines: list[str] = []
    one: Seen | None = None
    for line in text.splitlines(keepends=True):
        if match := _name.match(line):
            one = known.get(match[1])
        if one and line.startswith("  seen:"):
            continue
        if one and line.startswith("  entry:"):
            lines.append(f"  seen: {one.mark()}\n")
            one = None
        lines.append(line)
    made = "".join(lines)
    before, after = catalogue.read(text), catalogue.read(made)
    old, new = ({name: (row.entry, row.title, row.note) for name, row in rows.items()} for rows in (before, after))
    if old != new:
        raise ValueError(tr("the way in which the catalogue is written is not foreseen"))
    if missing := [name for name in known if not (after.get(name) and after[name].seen)]:
        raise ValueError(tr("{names}: no place for `seen` in the catalogue", names=", ".join(missing)))
    return made


def write(path: Path, seen: Iterable[Seen]) -> None:
    """Write `seen` into the catalogue. Raises ValueError, OSError."""
    text = path.read_text("utf-8")
    files.replace(path, marked(text, seen).encode(), path.stat().st_mode & 0o7777)


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and not re.fullmatch(r"[\w-]+", value) else str(value)


# ---- the report


def report(seen: Sequence[Seen], now: datetime) -> str:
    """The report for people, in Markdown: what does not answer first."""
    counts = Counter(one.state.value for one in seen)
    order = list(State)
    rows = sorted(seen, key=lambda one: (one.state in WELL, order.index(one.state), one.name))
    told = [(one.name, one.state, one.kind, one.links or "", one.newest, one.to or one.detail) for one in rows]
    head = ("name", "state", "kind", "links", "newest", "what was said")
    by_state = ", ".join(f"{state} {count}" for state, count in counts.most_common())
    about = tr("{n} entries: {counts}. Made by `zhixun catalogue check`.", n=len(seen), counts=by_state)
    table = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(map(_cell, cells))} |" for cells in told)]
    return "\n".join([f"# {tr('The catalogue, as it answered on {day}', day=f'{now:%Y-%m-%d}')}", "", about, "", *table, ""])


def _cell(value: object) -> str:
    """Foreign words in a table: on one line, and nothing in them is markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", " ".join(str(value).split())[:200])


def put_report(folder: Path, seen: Sequence[Seen], now: datetime) -> tuple[Path, Path]:
    """Write the report into a folder, for people and for programs. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    people, programs = folder / "catalogue.md", folder / "catalogue.json"
    rows: list[Mapping[str, Any]] = [one.row() for one in sorted(seen, key=lambda one: one.name)]
    files.replace(people, report(seen, now).encode(), 0o644)
    files.replace(programs, (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode(), 0o644)
    return people, programs
