"""`zhixun trends …`: what rises, who leads, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, say, show, table, write_json
from jobs.services.insight import completeness, trends
from jobs.services.insight.trends import Period

Days = Annotated[int, typer.Option("--days", min=1, max=3660, metavar="N", help="The last so many days, today included.")]
FEW = trends.FEW


def attention(
    cli: Cli,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME…", help="A technology, an industry or a company, in either language.")
    ],
    days: Days = 30,
    same_sources: Annotated[
        bool, typer.Option("--same-sources", help="Only of the sources that were watched all the time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The share of all stories of a day that is about something, with its interval; bursts are marked."""
    zone, period = _asked(cli, days)
    lines = cli.ask(lambda s: trends.attention(s, names, period, zone, same_sources))
    if as_json:
        write_json(asdict(line.concept) | asdict(day) | {"share": day.share} for line in lines for day in line.days)
    for line in () if as_json else lines:
        bursting = {day.day for day in line.days if any(first <= day.day <= last for first, last in line.bursts)}
        say(f"{line.concept.name}  {line.concept.query}")
        rows = [
            (day.day, day.stories, day.of, _percent(day.share), f"{_percent(day.low)}–{_percent(day.high)}",
             " ".join([tr("burst")] * (day.day in bursting) + [tr("gap")] * day.gap))
            for day in line.days
        ]  # fmt: skip
        table(["day", "stories", "of", "share", "95 %", ""], rows)


def emerging(cli: Cli, as_json: Json = False) -> None:
    """What rises in the last seven days, against the eight weeks before."""
    zone, period = _asked(cli, trends.RISE)
    found = cli.ask(lambda s: trends.emerging(s, period.last, zone))
    rows = [_named(one) | {"expected": round(one.expected, 1)} for one in found]
    columns = {"concept": "", "stories": "stories", "expected": "expected", "publishers": "publishers", "first": "first record"}
    _show(rows, columns, as_json, tr("nothing rises beyond chance"))


def bursts(cli: Cli, days: Days = 90, as_json: Json = False) -> None:
    """Runs of days on which something is told of at twice its usual share."""
    _, period = _asked(cli, days)
    found = cli.ask(lambda s: trends.bursting(s, period))
    rows = [_named(one) | {"strength": round(one.strength, 1)} for one in found]
    columns = {"concept": "", "first": "first day", "last": "last day", "stories": "stories", "strength": "times the usual"}
    _show(rows, columns, as_json, tr("no bursts in this period"))


def matrix(cli: Cli, days: Days = 30, as_json: Json = False) -> None:
    """Which technologies are told of with which industries, and how much more often than by chance."""
    _, period = _asked(cli, days)
    found = cli.ask(lambda s: trends.matrix(s, period))
    rows = [asdict(one) | {"technology": one.technology.name, "industry": one.industry.name} for one in found]
    for row in rows:
        row["lift"] = round(row["lift"], 2) if row["lift"] is not None and (as_json or row["stories"] >= FEW) else None
    columns = {"technology": "technology", "industry": "industry", "stories": "stories", "change": "change", "lift": "lift"}
    _show(rows, columns, as_json, tr("no story names both in this period"))


def share(
    cli: Cli,
    companies: Annotated[
        list[str] | None, typer.Argument(metavar="COMPANY…", help="The panel; default: those that act most.")
    ] = None,
    days: Days = 28,
    as_json: Json = False,
) -> None:
    """Of the stories in which a company of the panel acts, those of each, week by week."""
    _, period = _asked(cli, days)
    found = cli.ask(lambda s: trends.share(s, companies or (), period))
    rows = [asdict(one) | {"company": one.company.name, "share": _share(one.share, as_json)} for one in found]
    columns = {"company": "company", "first": "from", "last": "to", "stories": "stories", "of": "of", "share": "share"}
    _show(rows, columns, as_json, tr("no company acts in this period"))


def first(cli: Cli, days: Days = 30, as_json: Json = False) -> None:
    """Who tells first, of the stories that several sources tell; and how long one language waits for the other."""
    zone, period = _asked(cli, days)
    found = cli.ask(lambda s: trends.firsts(trends.told_in(s, period, zone)))
    if as_json:
        write_json([asdict(found)])
        return
    rows = [asdict(one) | {"lead": _span(one.lead)} for one in found.tellers]
    _show(rows, {"source": "source", "first": "first", "told": "stories", "lead": "lead"}, False, tr("no stories in this period"))
    if found.lag is not None:
        ahead = tr("Chinese to English: {lag} in the middle", lag=_span(found.lag))
        say(tr("{ahead}; Chinese first in {n} of {both} stories told in both.", ahead=ahead, n=found.zh_first, both=found.both))


def coverage(
    cli: Cli,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="NAME", help="Only of this technology, industry or company.")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", metavar="zh|en", help="Only in this language.")] = None,
    days: Days = 30,
    as_json: Json = False,
) -> None:
    """How many stories there may have been, by how the sources overlap."""
    zone, period = _asked(cli, days)
    found = cli.ask(lambda s: completeness.coverage(s, period, trends.told_in(s, period, zone), topic, language))
    if as_json:
        finite = {"high": found.estimate.high if found.estimate.high != float("inf") else None}
        write_json([asdict(found) | {"estimate": asdict(found.estimate) | finite}])
    else:
        for line in completeness.in_words(found):
            say(line)


def worth(cli: Cli, days: Days = 30, as_json: Json = False) -> None:
    """What each source gives: stories, those told first, those that nobody else told, reprints, and what it costs."""
    zone, period = _asked(cli, days)
    found = cli.ask(lambda s: completeness.worth(s, trends.told_in(s, period, zone)))
    columns = {key: key for key in ("source", "stories", "first", "only", "reprints", "polls")}
    _show([asdict(one) | {"adds_nothing": one.adds_nothing} for one in found], columns, as_json, tr("no source is watched"))


def thin(cli: Cli, days: Days = 30, as_json: Json = False) -> None:
    """Topics that hang on one source, and sources of the catalogue that may help."""
    zone, period = _asked(cli, days)
    watched = {source.name for source in cli.config().sources}
    found = cli.ask(lambda s: completeness.thin(s, period, trends.told_in(s, period, zone), watched))
    rows = [asdict(one) | {"topic": one.topic.name, "share": _share(one.share, as_json)} for one in found]
    if not as_json:
        rows = [row | {"suggested": ", ".join(row["suggested"])} for row in rows]
    columns = {"topic": "topic", "stories": "stories", "source": "source", "share": "alone", "suggested": "may help"}
    _show(rows, columns, as_json, tr("no topic hangs on one source"))


def _asked(cli: Cli, days: int) -> tuple[Any, Period]:
    zone = cli.config().zone
    return zone, trends.last_days(days, clock.now(), zone)


def _show(rows: Iterable[dict[str, Any]], columns: dict[str, str], as_json: bool, nothing: str) -> None:
    rows = list(rows)
    if rows or as_json:
        show(rows, columns, as_json)
    else:
        say(nothing)


def _named(one: trends.Riser | trends.Burst) -> dict[str, Any]:
    return asdict(one.concept) | asdict(one) | {"concept": one.concept.name}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _share(share: float | None, as_json: bool) -> float | str | None:
    return share if as_json else _percent(share)


def _span(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    minutes = round(abs(seconds) / 60)
    return f"{'-' if seconds < 0 else ''}{timedelta(minutes=minutes)}".removesuffix(":00")
