"""Which stories are we missing, what is each source worth, and where is coverage thin?

The estimate takes sources for independent witnesses: each tells a story with a chance of its own, whoever else tells it. Reprints
witness nothing and are left out. Where the sources' overlaps contradict that, only a lower bound is given, and said to be one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import chain, islice

from sqlalchemy.orm import Session

from crawler.i18n import tr
from jobs.services.insight.trends import Named, Period, concept_of, named, told_in
from jobs.services.sourcing.catalogue import Listed, catalogue
from storage.trends import counts, statistics
from storage.trends.counts import Telling
from storage.trends.statistics import Estimate

THIN_STORIES = 10  # of a topic in the period: fewer are not judged
THIN_SHARE = 0.5  # of a topic's stories told by one source alone
SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of a topic and a language, or all: the stories seen, and how many there may have been."""

    topic: Named | None
    language: str | None
    sources: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Worth:
    """What a source gave in the period: stories, those it told before others, those nobody else told, and reprints.

    `polls` and `articles` are of its whole life: what it costs.
    """

    source: str
    stories: int
    first: int
    only: int
    reprints: int
    polls: int
    articles: int

    @property
    def adds_nothing(self) -> bool:
        """Whether all that it told was told by others, and earlier."""
        return not self.first and not self.only


@dataclass(frozen=True, slots=True)
class Thin:
    """A topic that hangs on one source, and sources of the catalogue that are not watched and may tell of it."""

    topic: Named
    stories: int
    source: str
    share: float
    suggested: tuple[str, ...]


def coverage(
    session: Session, period: Period, told: Sequence[Telling], topic: str | None = None, language: str | None = None
) -> Completeness:
    """How much of what happened was seen; `told`: who told what in the period. Raises Unknown for a topic that nothing mentions."""
    one = concept_of(session, topic) if topic else None
    if one is not None:
        among = counts.articles(session, one.id, *period.numbers)
        told = [telling for telling in told if telling.article in among]
    witnesses = _witnesses(telling for telling in told if language in (None, telling.language))
    names = set().union(*witnesses.values())
    return Completeness(named(one) if one else None, language, len(names), statistics.untold(witnesses.values()))


def missing(
    session: Session, period: Period, zone: tzinfo, topic: str | None, language: str | None, *, watched: Collection[str]
) -> tuple[Completeness, list[Worth], list[Thin]]:
    """All of a page: who told what is read once."""
    told = told_in(session, period, zone)
    return coverage(session, period, told, topic, language), worth(session, told), thin(session, period, told, watched)


def _own(told: Iterable[Telling]) -> list[Telling]:
    """Those in words of a source's own."""
    return [telling for telling in told if not telling.reprint and telling.source]


def _witnesses(told: Iterable[Telling]) -> dict[int, set[str]]:
    """Story → who told it in words of their own."""
    found: dict[int, set[str]] = defaultdict(set)
    for telling in _own(told):
        found[telling.story].add(telling.source)
    return found


def worth(session: Session, told: Sequence[Telling]) -> list[Worth]:
    """Each source that is watched or told something, the most useful first."""
    witnesses = _witnesses(told)
    first = {telling.story: telling.source for telling in reversed(_own(told))}
    stories = Counter(chain.from_iterable(witnesses.values()))
    only = Counter(name for names in witnesses.values() if len(names) == 1 for name in names)
    ahead = Counter(name for story, name in first.items() if len(witnesses[story]) > 1)
    reprints = Counter(telling.source for telling in told if telling.reprint)
    costs = counts.costs(session)
    every = {*costs, *stories, *reprints}
    found = (Worth(n, stories[n], ahead[n], only[n], reprints[n], *costs.get(n, (0, 0))) for n in every)
    return sorted(found, key=lambda one: (-(one.first + one.only), -one.stories, one.source))


def thin(session: Session, period: Period, told: Sequence[Telling], watched: Collection[str]) -> list[Thin]:
    """Topics of which one source alone tells most, the most one-sided first."""
    own = {one.article: one for one in _own(told)}
    story_of, source_of = ({number: one[place] for number, one in own.items()} for place in (1, 2))
    known = counts.concepts(session, "technology", "industry")
    found = []
    for number, articles in counts.mentions(session, ("technology", "industry"), *period.numbers).items():
        most = max(Counter(filter(None, map(source_of.get, articles))).values(), default=0)
        if most < THIN_SHARE * THIN_STORIES:
            continue
        stories = len({*map(story_of.get, articles)} - {None})
        if stories < THIN_STORIES or most < THIN_SHARE * stories:
            continue  # no source tells so many, alone or not: most topics end here
        witnesses = _witnesses(own[article] for article in articles if article in own)
        alone = Counter(name for names in witnesses.values() if len(names) == 1 for name in names)
        for source, n in alone.most_common(1):
            if n >= THIN_SHARE * stories:
                one = known[number]
                found.append(Thin(named(one), stories, source, n / stories, tuple(_suggested((one.zh, one.en), watched))))
    return sorted(found, key=lambda one: (-one.share, -one.stories, one.topic.name))


def _suggested(names: Iterable[str], watched: Collection[str]) -> Iterator[str]:
    """Sources of the catalogue whose words say that they are about this, but those that are watched."""
    wanted = [name.casefold() for name in names if name]
    listed = (one for one in catalogue().values() if one.name not in watched)
    return islice((one.name for one in listed if any(name in _words(one) for name in wanted)), SUGGESTED)


def _words(one: Listed) -> str:
    return " ".join((one.title, one.note, *one.tags)).casefold()


def in_words(found: Completeness) -> list[str]:
    """The estimate, and what it rests on."""
    one = found.estimate
    lines = [tr("{n} stories seen, by {sources} sources.", n=one.seen, sources=found.sources)]
    if one.trusted:
        share = one.seen / one.total if one.total else 1.0
        lines.append(
            tr(
                "Some {total} happened ({low} to {high}, 95 %): {share} of them were seen.",
                total=round(one.total),
                low=round(one.low),
                high=round(one.high),
                share=f"{share:.0%}",
            )
        )
        lines.append(
            tr("This takes the sources for independent: each tells a story with a chance of its own. Reprints are left out.")
        )
        if found.sources == 2:
            lines.append(tr("Of two sources alone nothing says whether they are."))
    elif one.why == "dependent":
        lines.append(
            tr(
                "At least {total} happened. The sources follow each other, so that how many more cannot be said.",
                total=round(one.total),
            )
        )
    else:
        lines.append(tr("The sources overlap too little to say how many were missed."))
    return lines
