"""Six views of what the archive says over time. The unit is the story; each figure says of how many, and names what it can be recounted from.

Days are the operator's own. A share is of all stories told on that day, so that a grown set of sources moves no line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import TypeVar

from sqlalchemy.orm import Session

from crawler.i18n import language, tr
from crawler.nlp.lexicon import by_name
from crawler.text import normal
from jobs.services.archive.narrow import called, term
from jobs.services.lookup import Unknown
from storage.archive import concepts
from storage.queue import gaps
from storage.trends import counts, statistics
from storage.trends.counts import Concept, Telling

FEW = 5  # stories: below, a figure is shown without colour
RISE, USUAL = 7, 56  # days: what is new is held against eight weeks before
CHANCE = 0.05  # of what is named a riser, so much at most is chance
MATRIX = 40  # of each kind
RISER_STORIES, RISER_PUBLISHERS = 3, 2
BURST_CONCEPTS = 500
PANEL_MIN = 20  # stories: a share of less is not shown
KINDS = ("technology", "industry", "company")
View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Period:
    """Days, ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period ends before it begins: {self.first} … {self.last}")

    @property
    def numbers(self) -> tuple[int, int]:
        """The ends as numbers."""
        return concepts.number_of(self.first), concepts.number_of(self.last)

    def days(self) -> Iterator[date]:
        """Each day of it."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """When it begins, and when it is over."""
        begins, ends = (datetime.combine(day, time(), zone) for day in (self.first, self.last + timedelta(days=1)))
        return begins, ends

    def before(self) -> Period:
        """The period of the same length before it."""
        length = (self.last - self.first).days + 1
        return Period(self.first - timedelta(days=length), self.first - timedelta(days=1))


def last_days(n: int, now: datetime, zone: tzinfo) -> Period:
    """The last so many days, today included."""
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=n - 1), today)


@dataclass(frozen=True, slots=True)
class Named:
    """A concept as the reader calls it; `query` finds its records."""

    id: int
    kind: str
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Day:
    """Of so many stories of a day, so many have the concept. `gap`: something may have been missed on it."""

    day: date
    stories: int
    of: int
    low: float
    high: float
    gap: bool

    @property
    def share(self) -> float | None:
        """None where nothing was told."""
        return self.stories / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Line:
    """A concept over the days, and the runs of days on which it bursts."""

    concept: Named
    days: tuple[Day, ...]
    bursts: tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Riser:
    """A concept that is told of more than its past explains. `expected`: stories; `first`: the record that began it."""

    concept: Named
    stories: int
    expected: float
    chance: float
    publishers: int
    first: int


@dataclass(frozen=True, slots=True)
class Burst:
    """A run of days of a concept; `strength`: its share there, as a multiple of its usual one."""

    concept: Named
    first: date
    last: date
    stories: int
    strength: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Stories with both concepts. `lift`: times more often together than by chance; `change`: stories more than in the period before."""

    technology: Named
    industry: Named
    stories: int
    lift: float | None
    change: int


@dataclass(frozen=True, slots=True)
class Share:
    """Of the stories in which any company of the panel acts, those in which this one does. `share` is None where there are too few."""

    company: Named
    first: date
    last: date
    stories: int
    of: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Teller:
    """How often a source is the first of several to tell a story, how often it tells one, and its lead over the second, in seconds."""

    source: str
    first: int
    told: int
    lead: float | None


@dataclass(frozen=True, slots=True)
class Firsts:
    """Who tells first. `lag`: seconds from the first Chinese to the first English telling, the middle of `both` stories that have both."""

    tellers: tuple[Teller, ...]
    stories: int
    both: int
    zh_first: int
    lag: float | None


def attention(session: Session, names: Sequence[str], period: Period, zone: tzinfo, same_sources: bool = False) -> list[Line]:
    """How much of what is told is about each; without names, about the technologies that are told of most. `same_sources`: only of the
    sources that were watched all the time. Raises Unknown."""
    chosen = [concept_of(session, name) for name in names or most_told(session, period)]
    return attention_of(session, chosen, period, zone, same_sources)


def attention_of(
    session: Session, chosen: Sequence[Concept], period: Period, zone: tzinfo, same_sources: bool = False
) -> list[Line]:
    """The same of concepts that were found already."""
    first, last = period.numbers
    everything = counts.whole(session)
    if same_sources:
        among = counts.polled_since(session, period.moments(zone)[0])
        told = {n: counts.by_day_of(session, n, first, last, among) for n in (everything, *(one.id for one in chosen))}
    else:
        told = counts.by_day(session, (everything, *(one.id for one in chosen)), first, last)
    missing = _days_with_gaps(session, period, zone)
    return [_line(one, told[one.id], told[everything], period, missing) for one in chosen]


def most_told(session: Session, period: Period, n: int = 4) -> list[str]:
    """The technologies of most stories of a period."""
    known = counts.concepts(session, "technology")
    most = Counter(counts.in_period(session, ["technology"], *period.numbers)).most_common(n)
    return [f"technology:{named(known[number]).name}" for number, _ in most]


def _line(one: Concept, hits: dict[int, int], of: dict[int, int], period: Period, missing: set[date]) -> Line:
    numbers = [(day, hits.get(concepts.number_of(day), 0), of.get(concepts.number_of(day), 0)) for day in period.days()]
    days = tuple(Day(day, n, m, *statistics.wilson(n, m), day in missing) for day, n, m in numbers)
    runs = statistics.bursts([n for _, n, _ in numbers], [m for _, _, m in numbers])
    return Line(named(one), days, tuple((numbers[a][0], numbers[b][0]) for a, b in runs))


def emerging(session: Session, until: date, zone: tzinfo, told: Sequence[Telling] | None = None) -> list[Riser]:
    """What rises in the last week: more stories than the eight weeks before explain, by two publishers at least; the surest first.
    `told`: who told what in the week, where that is known."""
    week = Period(until - timedelta(days=RISE - 1), until)
    before = Period(week.first - timedelta(days=USUAL), week.first - timedelta(days=1))
    everything = counts.whole(session)
    all_now, all_before = (counts.stories(session, everything, *part.numbers) for part in (week, before))
    if not all_before:
        return []
    ratio = all_now / all_before
    known = counts.concepts(session, *KINDS)
    now, earlier = (Counter(counts.in_period(session, KINDS, *part.numbers)) for part in (week, before))
    chances = dict.fromkeys(known, 1.0)
    chances |= {number: statistics.surprise(n, earlier[number], ratio) for number, n in now.items() if n >= RISER_STORIES}
    risers = statistics.discoveries({str(n): p for n, p in chances.items()}, CHANCE)
    if risers and told is None:
        told = told_in(session, week, zone)
    by_article = {telling.article: telling for telling in told or ()}
    found = []
    for number in sorted(map(int, risers), key=lambda n: (chances[n], n)):
        tellings = [by_article[a] for a in counts.articles(session, number, *week.numbers) if a in by_article]
        publishers = len({telling.source for telling in tellings if not telling.reprint})
        if publishers >= RISER_PUBLISHERS:
            begun = min(tellings, key=lambda telling: (telling.at, telling.article))
            riser = Riser(named(known[number]), now[number], earlier[number] * ratio, chances[number], publishers, begun.article)
            found.append(riser)
    return found


def bursting(session: Session, period: Period) -> list[Burst]:
    """Runs of days on which a concept is told of at twice its usual share, the newest first; of the concepts with most stories."""
    known = counts.concepts(session, *KINDS)
    everything = counts.whole(session)
    days = [concepts.number_of(day) for day in period.days()]
    told = counts.by_day(session, (everything,), *period.numbers)[everything]
    of = [told.get(day, 0) for day in days]
    most = counts.most_by_day(session, KINDS, *period.numbers, BURST_CONCEPTS)
    found = [burst for number, hits in most for burst in _bursts(known[number], [hits.get(day, 0) for day in days], of, period)]
    return sorted(found, key=lambda burst: (burst.last, burst.stories), reverse=True)


def _bursts(one: Concept, hits: Sequence[int], whole: Sequence[int], period: Period) -> Iterator[Burst]:
    usual = sum(hits) / sum(whole) if sum(whole) else 0.0
    for a, b in statistics.bursts(hits, whole):
        stories, among = sum(hits[a : b + 1]), sum(whole[a : b + 1])
        if stories >= FEW and among:
            first, last = (period.first + timedelta(days=n) for n in (a, b))
            yield Burst(named(one), first, last, stories, stories / among / usual)


def matrix(session: Session, period: Period) -> list[Cell]:
    """Which technologies are told of with which industries; of the most told, only pairs that occur, most stories first."""
    first, last = period.numbers
    whole = counts.stories(session, counts.whole(session), first, last)
    kinds = KINDS[:2]
    known = [counts.concepts(session, kind) for kind in kinds]
    single = [counts.in_period(session, [kind], first, last) for kind in kinds]
    most = [[number for number, _ in Counter(told).most_common(MATRIX)] for told in single]
    now, earlier = (counts.pairs(session, most[0], most[1], *part.numbers) for part in (period, period.before()))
    cells = [
        Cell(
            named(known[0][a]),
            named(known[1][b]),
            n,
            statistics.lift(n, single[0][a], single[1][b], whole),
            n - earlier.get((a, b), 0),
        )
        for (a, b), n in now.items()
    ]
    return sorted(cells, key=lambda cell: (-cell.stories, cell.technology.name, cell.industry.name))


def share(session: Session, panel: Sequence[str], period: Period, step: int = 7) -> list[Share]:
    """Share of voice of each company of the panel, every `step` days; without a panel, of those that act most. Raises Unknown."""
    chosen = [concept_of(session, name, ("company",)) for name in panel or leading(session, period)]
    acts = counts.acting(session, [one.id for one in chosen], *period.numbers)
    found = []
    for start in range(0, (period.last - period.first).days + 1, step):
        first = period.first + timedelta(days=start)
        part = Period(first, min(first + timedelta(days=step - 1), period.last))
        within = [(number, story) for number, day, story in acts if part.numbers[0] <= day <= part.numbers[1]]
        of = len({story for _, story in within})
        for one in chosen:
            n = len({story for number, story in within if number == one.id})
            found.append(Share(named(one), part.first, part.last, n, of, n / of if of >= PANEL_MIN else None))
    return found


def leading(session: Session, period: Period, n: int = 12) -> list[str]:
    """The companies that act in most stories of the period."""
    known = counts.concepts(session, "company")
    acts = counts.acting(session, list(known), *period.numbers)
    most = Counter(number for number, _ in {(number, story) for number, _, story in acts})
    return [f"company:{named(known[number]).name}" for number, _ in sorted(most.items(), key=lambda one: (-one[1], one[0]))[:n]]


def told_in(session: Session, period: Period, zone: tzinfo) -> list[Telling]:
    """Who told what in a period, oldest first."""
    return counts.tellings(session, *period.moments(zone))


def firsts(every: Iterable[Telling]) -> Firsts:
    """Who is first, of the stories that several sources tell in words of their own; and how long one language waits for the other. Pure."""
    told: dict[int, list[Telling]] = defaultdict(list)
    for telling in every:
        if not telling.reprint:
            told[telling.story].append(telling)
    tells = Counter(source for _, source in {(one.story, one.source) for tellings in told.values() for one in tellings})
    first = Counter[str]()
    leads: dict[str, list[float]] = defaultdict(list)
    several = [tellings for tellings in told.values() if len(tellings) > 1]
    for tellings in several:
        others = [one for one in tellings if one.source != tellings[0].source]
        if others:
            first[tellings[0].source] += 1
            leads[tellings[0].source].append((others[0].at - tellings[0].at).total_seconds())
    lags = [lag for tellings in several if (lag := _lag(tellings)) is not None]
    ranked = sorted(tells, key=lambda name: (-first[name], -tells[name], name))
    tellers = (Teller(name, first[name], tells[name], median(leads[name]) if leads[name] else None) for name in ranked)
    return Firsts(tuple(tellers), len(told), len(lags), sum(lag > 0 for lag in lags), median(lags) if lags else None)


def _lag(tellings: Sequence[Telling]) -> float | None:
    moments = {tongue: next((one.at for one in tellings if one.language == tongue), None) for tongue in ("zh", "en")}
    return (moments["en"] - moments["zh"]).total_seconds() if moments["zh"] and moments["en"] else None


# ---- names


def named(one: Concept) -> Named:
    """The concept in the language of the reader."""
    name = called(one.zh, one.en)
    return Named(one.id, one.kind, name, term(one.kind, name))


def is_listed(kind: str, name: str) -> bool:
    """True for a name of the word lists, or of the operator's own terms: any other may be a stranger's words, and what does not print
    may hide some in it."""
    return kind in KINDS and name.isprintable() and normal(name).strip() in by_name(kind)


def concept_of(session: Session, name: str, kinds: Iterable[str] = KINDS) -> Concept:
    """The concept that goes by this name, `KIND:NAME` where one kind is meant."""
    kind, colon, rest = name.partition(":")
    if colon and kind in KINDS:
        kinds, name = (kind,), rest
    for kind in kinds:
        number = concepts.find(session, kind, name)
        if number is not None and (one := counts.concept_of(session, number)):
            return one
    raise Unknown(
        tr(
            "no article mentions {name!r} as a {kinds}",
            name=name,
            kinds=" / ".join(kinds) if language() == "zh" else " or ".join(kinds),
        )
    )


def company_of(session: Session, number: int) -> Concept:
    """The company of this number. Raises Unknown."""
    one = counts.concept_of(session, number)
    if one is None or one.kind != "company":
        raise Unknown(tr("there is no company {number}", number=number))
    return one


def companies(session: Session, names: Collection[str]) -> dict[str, int]:
    """The numbers of those of these names that are companies."""
    return concepts.find_all(session, "company", names)


def _days_with_gaps(session: Session, period: Period, zone: tzinfo) -> set[date]:
    begins, ends = period.moments(zone)
    missing: set[date] = set()
    for gap in gaps.since(session, begins):
        if gap.filled_at is None and gap.ends >= begins and gap.begins < ends:
            part = Period(*(max(period.first, moment.astimezone(zone).date()) for moment in (gap.begins, gap.ends)))
            missing.update(day for day in part.days() if day <= period.last)
    return missing


# ---- what was worked out already


class Kept:
    """Views of the archive, each with the edition that it is of: the same question is answered once for each."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._views: dict[object, tuple[object, object]] = {}

    def get(self, edition: object, question: object, work: Callable[[], View]) -> View:
        """The view of this question, worked out where the one that is kept is of another edition."""
        kept = self._views.get((language(), question))
        if kept is None or kept[0] != edition:
            kept = (edition, work())
            if len(self._views) >= self._most:
                self._views.pop(next(iter(self._views)))
            self._views[language(), question] = kept
        return kept[1]  # type: ignore[return-value]  # what this question's work returned
