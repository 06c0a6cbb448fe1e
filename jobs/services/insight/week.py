"""A week in one page: what was told by most, what rises, which events, what each rule raised, and how much of it all was seen."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import MAXYEAR, date, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from crawler.i18n import plural, tr
from jobs.config.load import Config
from jobs.config.models import MoneyConfig
from jobs.services.insight import completeness, events, trends
from jobs.services.insight.completeness import Completeness
from jobs.services.insight.events import Row
from jobs.services.insight.trends import Period, Riser
from jobs.services.lookup import Unknown
from storage.alerts import notices
from storage.archive import queries
from storage.people import weeks
from storage.trends import counts

FIRST_YEAR = 1970
UNTOUCHED = "0"  # the version of a week that no editor had
TOP = 15  # stories
TOLD = 10  # of them in a message
LATE = timedelta(days=2)  # after its time a week is not told any more
PER_TYPE = 8  # events of a type
PER_RULE = 20
MOST_ALERTS = 2_000
_markdown = re.compile(r"([\\`*_\[\]<>#|])")


@dataclass(frozen=True, slots=True)
class Story:
    """A story of the week, as the source told it that told it first; `sources` told it in words of their own.

    `comment`: what an editor says of it; `dropped`: an editor left it out.
    """

    record: int
    title: str
    link: str
    source: str
    summary: str
    sources: int
    articles: int
    comment: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """What a rule raised: (alert, record, title), the first of them, and how many there were."""

    rule: str
    count: int
    alerts: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """All of it. `articles` and `stories` were stored of these days; `before` and `after` are the weeks beside it.

    `version` of what an editor made of it.
    """

    name: str
    first: date
    last: date
    articles: int
    stories: int
    coverage: Completeness
    top: tuple[Story, ...]
    risers: tuple[Riser, ...]
    events: tuple[tuple[str, tuple[Row, ...]], ...]
    rules: tuple[Raised, ...]
    before: str
    after: str | None
    intro: str = ""
    version: str = UNTOUCHED


@dataclass(frozen=True, slots=True)
class Edits:
    """What an editor makes of a week: words before it, its stories in this order, what is said of them, and which are left out."""

    intro: str = ""
    order: tuple[int, ...] = ()
    comments: Mapping[int, str] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()

    @property
    def version(self) -> str:
        """Another one for other words, another order."""
        if self == Edits():
            return UNTOUCHED
        said = repr((self.intro, self.order, sorted(self.comments.items()), self.dropped))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def name_of(day: date) -> str:
    """The week that a day lies in, by ISO 8601: ``2026-W48``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def days_of(name: str) -> Period:
    """Monday to Sunday of a week. Raises Unknown for what is no week."""
    try:
        first = date.fromisoformat(name)
        if name != name_of(first) or not FIRST_YEAR <= first.isocalendar().year < MAXYEAR:  # its neighbours are asked for, too
            raise ValueError
    except ValueError:
        raise Unknown(tr("{name} is no week; they look like 2026-W48", name=repr(name))) from None
    return Period(first, first + timedelta(days=6))


def edits_of(session: Session, name: str) -> Edits:
    """What an editor made of a week."""
    kept = weeks.edits(session, name)
    comments = {int(number): text for number, text in kept.get("comments", {}).items()}
    return Edits(kept.get("intro", ""), tuple(kept.get("order", ())), comments, tuple(kept.get("dropped", ())))


def edit(session: Session, name: str, given: Edits, person: int, now: datetime, *, seen: str | None = None) -> Edits | None:
    """Make this of a week; or nothing, and what another editor made of it since it was of the version `seen`. Raises Unknown for what is none."""
    days_of(name)
    kept = edits_of(session, name)
    if seen is not None and seen != kept.version:
        return kept
    weeks.edit(session, name, asdict(given), person, now)
    return None


freeze, frozen, thaw = weeks.freeze, weeks.page, weeks.thaw


def edited(found: Week, made: Edits, all_of_it: bool = False) -> Week:
    """A week as an editor left it; `all_of_it`: with what was left out, to think again. Pure."""
    places = {record: place for place, record in enumerate(made.order)}
    top = sorted(found.top, key=lambda one: places.get(one.record, len(places)))
    told = (replace(one, comment=made.comments.get(one.record, ""), dropped=one.record in made.dropped) for one in top)
    kept = ((kind, tuple(row for row in rows if row.story not in made.dropped)) for kind, rows in found.events)
    return replace(
        found,
        intro=made.intro,
        version=made.version,
        top=tuple(one for one in told if all_of_it or not one.dropped),
        events=tuple((kind, rows) for kind, rows in kept if rows),
    )


def due(config: Config, now: datetime) -> str | None:
    """The week that is to be told now: that of the day before the last time to send; None where nobody wants it, or that is long over."""
    last = config.week.send.before(now.astimezone(config.zone))
    if not config.week.channels or now - last > LATE:
        return None
    return name_of(last.date() - timedelta(days=1))


def tell(session: Session, config: Config, name: str, text: str, now: datetime) -> bool:
    """Tell the channels of a week, once."""
    title, _, note = text.partition("\n")
    return notices.add(session, f"week-{name}", config.week.channels, title=title, note=note.strip(), now=now)


def week(session: Session, name: str, now: datetime, zone: tzinfo, money: MoneyConfig) -> Week:
    """One week. Raises Unknown for what is none, or has not begun."""
    period = days_of(name)
    begins, ends = period.moments(zone)
    if begins > now:
        raise Unknown(tr("the week {name} has not begun", name=name))
    told = counts.tellings(session, begins, ends)
    today = now.astimezone(zone).date()
    return Week(
        name=name,
        first=period.first,
        last=period.last,
        articles=len(told),
        stories=len({one.story for one in told}),
        coverage=completeness.coverage(session, period, told),
        top=_top(session, told),
        risers=tuple(trends.emerging(session, min(period.last, today), zone, told if period.last <= today else None)),
        events=tuple((kind, tuple(events.told_since(session, rows, money))) for kind, rows in _events(session, begins, ends)),
        rules=_raised(session, begins, ends),
        before=name_of(period.first - timedelta(days=1)),
        after=name_of(period.last + timedelta(days=1)) if period.last < today else None,
    )


def _top(session: Session, told: list[counts.Telling]) -> tuple[Story, ...]:
    sources: dict[int, set[str]] = defaultdict(set)
    articles: dict[int, int] = defaultdict(int)
    for one in told:
        articles[one.story] += 1
        if not one.reprint:
            sources[one.story].add(one.source)
    most = sorted(sources, key=lambda story: (-len(sources[story]), -articles[story], story))[:TOP]
    known = {record.id: record for record in queries.records(session, ids=most)}
    return tuple(
        Story(
            story,
            found.title,
            found.link,
            found.publisher or found.source or "",
            found.summary,
            len(sources[story]),
            articles[story],
        )
        for story in most
        if (found := known.get(story)) is not None
    )


def _events(session: Session, begins: datetime, ends: datetime) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """By type; one look at the records of the week serves all."""
    found: dict[str, list[Row]] = {kind: [] for kind in events.TABLES}
    place: queries.Cursor | None = None
    for _ in range(events.MOST_READ // events.STEP):
        wanted = Counter({kind: PER_TYPE - len(rows) for kind, rows in found.items() if len(rows) < PER_TYPE})
        if not wanted:
            break
        told, place = queries.telling(session, wanted, events.STEP, since=begins, until=ends, after=place)
        chosen = []  # each has a row for each of its types at least
        for number, kinds in told.items():
            if any(wanted[kind] > 0 for kind in kinds):
                chosen.append(number)
                wanted.subtract(kinds)
        for candidate in queries.tagged_of(session, chosen, fields=("event",)):
            for kind in told[candidate.record.id or 0]:
                found[kind].extend(events.rows_of(candidate.record, kind, candidate.at.shown_at))
        if place is None:
            break
    return ((kind, tuple(rows[:PER_TYPE])) for kind, rows in found.items() if rows)


def _raised(session: Session, begins: datetime, ends: datetime) -> tuple[Raised, ...]:
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for rule, *told in queries.raised(session, begins, ends, MOST_ALERTS):
        found[rule].append((told[0], told[1], told[2]))
    return tuple(
        Raised(rule, len(alerts), tuple(alerts[:PER_RULE]))
        for rule, alerts in sorted(found.items(), key=lambda one: -len(one[1]))
    )


def digest(found: Week) -> str:
    """The week in a message: a title, then plain lines."""
    lines = [tr("Week {name}", name=found.name), f"{found.first} – {found.last} · {_counted(found)}"]
    lines += [found.intro] if found.intro else []
    lines += [
        f"{n}. {one.title} ({one.sources})" + (f" — {one.comment}" if one.comment else "")
        for n, one in enumerate(found.top[:TOLD], 1)
    ]
    if found.risers:
        lines.append(f"{tr('What rises')}: {', '.join(one.concept.name for one in found.risers[:TOLD])}")
    lines += [f"{tr(kind)}: {'; '.join(row.headline for row in rows[:3])}" for kind, rows in found.events]
    return "\n".join(lines)


def _counted(found: Week) -> str:
    return plural("{n} article", "{n} articles", found.articles) + " · " + plural("{n} story", "{n} stories", found.stories)


def _escaped(words: str) -> str:
    return _markdown.sub(r"\\\1", " ".join(words.split()))


def markdown(found: Week) -> str:
    """The week as Markdown, for mail and chat."""
    lines = [f"# {tr('Week {name}', name=found.name)} ({found.first} – {found.last})", "", _counted(found), ""]
    lines += [*completeness.in_words(found.coverage), ""]
    if found.intro:
        lines += [_escaped(found.intro), ""]
    if found.top:
        lines += [
            f"## {tr('Told by most')}",
            *(
                f"{n}. {_escaped(one.title)} — {_escaped(one.source)} ({one.sources})"
                + (f"\n   {_escaped(one.comment)}" if one.comment else "")
                for n, one in enumerate(found.top, 1)
            ),
            "",
        ]
    if found.risers:
        lines += [
            f"## {tr('What rises')}",
            *(f"- {_escaped(one.concept.name)}: {one.stories} ({one.expected:.1f})" for one in found.risers),
            "",
        ]
    for kind, rows in found.events:
        lines += [f"## {tr(kind)}", *(f"- {_escaped(row.headline)}" for row in rows), ""]
    for raised in found.rules:
        lines += [f"## {_escaped(raised.rule)} ({raised.count})", *(f"- {_escaped(title)}" for *_, title in raised.alerts), ""]
    return "\n".join(lines)
