"""Every figure of the trends is a plain recount of the records."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from sqlalchemy import select

from crawler.i18n import speaking
from crawler.record import Company, Event, Record
from jobs.config.models import MoneyConfig
from jobs.services.archive import stories
from jobs.services.insight import company, completeness, events, trends, week
from jobs.services.insight.trends import Period
from jobs.services.lookup import Unknown
from storage.archive import articles, queries
from storage.db.database import Database
from storage.db.models import article

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PERIOD = Period(date(2026, 11, 1), date(2026, 11, 24))
TECHNOLOGIES = (("大语言模型", "large language model"), ("AI智能体", "AI agent"), ("语音识别", "speech recognition"))
INDUSTRIES = (("制造业", "Manufacturing"), ("医疗健康", "Healthcare"))
COMPANIES = (("英伟达", "Nvidia"), ("阿里巴巴", "Alibaba"), ("百度", "Baidu"))
MONEY = MoneyConfig()
OWN = Company("潮汐智能", "actor")  # no word list knows it
TYPES = ("funding", "release", "research")


def _event(n: int, name: str) -> Event:
    """One that says who acts in its headline, in a field, or in both."""
    headline = f"{name} 有新动作 {n}" if n % 2 else f"新动作 {n}"
    return Event(headline, f"{headline}。", TYPES[n % 3], actors=None if n % 4 == 1 else (name,))


def _archive(db: Database, n: int = 160) -> None:
    """Records of seventy days, some told by several sources, in two languages."""
    rng = random.Random(5)
    rows = []
    for i in range(n):
        tongue = rng.choice((0, 0, 1))
        companies = tuple(Company(pair[tongue], rng.choice(("actor", "named"))) for pair in COMPANIES if rng.random() < 0.4)
        companies += (OWN,) * (i % 4 == 0)
        rows.append(Record(
            f"第{i}号 {'甲乙丙丁戊己庚辛'[i % 8]}{i * 37}", f"http://news.example/{i}", " ".join(f"word{i}x{k}" for k in range(60)),
            ai_technologies=tuple(pair[tongue] for pair in TECHNOLOGIES if rng.random() < 0.4),
            industries=tuple(pair[tongue] for pair in INDUSTRIES if rng.random() < 0.4),
            companies=companies, events=tuple(_event(i + k, one.name) for k, one in enumerate(companies)), language=("zh-CN", "en")[tongue], source=rng.choice(("one", "two", "three")),
            published=NOW - timedelta(hours=rng.randrange(70 * 24)),
        ))  # fmt: skip
    numbers = db.write_now(lambda s: [articles.store(s, row, key=row.link, now=NOW).article_id for row in rows])
    for older, newer in zip(numbers[::5], numbers[3::5], strict=False):
        db.write_now(lambda s, a=older, b=newer: stories.join(s, a, b, NOW))


def _rows(db: Database, period: Period) -> list[tuple[Record, int, date]]:
    """The records of a period with their story and day."""
    of = dict(db.read(lambda s: s.execute(select(article.c.link, article.c.story)).all()))
    found = [(row, of[row.link], row.published.astimezone(UTC).date()) for row in db.read(lambda s: list(queries.records(s)))]
    return [one for one in found if period.first <= one[2] <= period.last]


def _count(rows: list[tuple[Record, int, date]], names: tuple[str, ...], field: str) -> int:
    return len({story for row, story, _ in rows if set(names) & set(getattr(row, field))})


def _shown(db: Database, name: str) -> str:
    return db.read(lambda s: trends.attention(s, [name], PERIOD, UTC))[0].concept.name


def test_attention_is_stories_of_a_day_over_all_of_that_day(db: Database) -> None:
    _archive(db)
    [line] = db.read(lambda s: trends.attention(s, ["大语言模型"], PERIOD, UTC))
    rows = _rows(db, PERIOD)
    for day in line.days:
        of_day = [one for one in rows if one[2] == day.day]
        assert (day.stories, day.of) == (
            _count(of_day, TECHNOLOGIES[0], "ai_technologies"),
            len({story for _, story, _ in of_day}),
        )
        assert day.share is None or day.low <= day.share <= day.high
    assert sum(day.stories for day in line.days) > 10


def test_a_share_of_the_same_sources_counts_those_alone(db: Database) -> None:
    _archive(db)
    [line] = db.read(lambda s: trends.attention(s, ["英伟达"], PERIOD, UTC, same_sources=True))
    assert not any(day.of for day in line.days), "no source of this archive was ever polled"


def test_pairs_are_stories_with_both(db: Database) -> None:
    _archive(db)
    cells = db.read(lambda s: trends.matrix(s, PERIOD))
    rows, earlier = _rows(db, PERIOD), _rows(db, PERIOD.before())
    whole = len({story for _, story, _ in rows})
    found = {(cell.technology.name, cell.industry.name): cell for cell in cells}
    for technology, industry in product(TECHNOLOGIES, INDUSTRIES):

        def both(among: list[tuple[Record, int, date]], t: tuple[str, ...] = technology, i: tuple[str, ...] = industry) -> int:
            return _count([one for one in among if set(i) & set(one[0].industries)], t, "ai_technologies")

        cell = found[_shown(db, technology[0]), _shown(db, industry[0])]
        one, other = _count(rows, technology, "ai_technologies"), _count(rows, industry, "industries")
        assert (cell.stories, cell.change) == (both(rows), both(rows) - both(earlier))
        assert cell.lift == pytest.approx(both(rows) * whole / one / other)


def test_share_of_voice_is_of_the_stories_in_which_the_panel_acts(db: Database) -> None:
    _archive(db)
    shares = db.read(lambda s: trends.share(s, ["英伟达", "Baidu"], Period(date(2026, 10, 1), date(2026, 11, 24)), step=55))
    rows = _rows(db, Period(date(2026, 10, 1), date(2026, 11, 24)))

    def acts(names: tuple[str, ...]) -> set[int]:
        return {story for row, story, _ in rows if any(c.name in names and c.role == "actor" for c in row.companies)}

    panel = acts(COMPANIES[0]) | acts(COMPANIES[2])
    assert [(one.stories, one.of) for one in shares] == [(len(acts(COMPANIES[n])), len(panel)) for n in (0, 2)]
    assert shares[0].share == pytest.approx(len(acts(COMPANIES[0])) / len(panel))


def test_a_share_of_few_is_not_shown(db: Database) -> None:
    _archive(db, 12)
    assert {one.share for one in db.read(lambda s: trends.share(s, ["Nvidia"], PERIOD))} == {None}


def test_the_first_teller_is_the_earliest_of_several(db: Database) -> None:
    _archive(db)
    found = db.read(lambda s: trends.firsts(trends.told_in(s, PERIOD, UTC)))
    told: dict[int, list[Record]] = {}
    for row, story, _ in sorted(_rows(db, PERIOD), key=lambda one: one[0].published):
        told.setdefault(story, []).append(row)
    expected = Counter(rows[0].source for rows in told.values() if len({row.source for row in rows}) > 1)
    assert {one.source: one.first for one in found.tellers if one.first} == dict(expected)
    assert found.stories == len(told)
    assert found.both == sum({row.language[:2] for row in rows} == {"zh", "en"} for rows in told.values())


@pytest.mark.parametrize("name", ["英伟达", "Baidu", OWN.name])
def test_each_figure_of_a_company_is_a_recount(db: Database, name: str) -> None:
    _archive(db)
    names = next((pair for pair in COMPANIES if name in pair), (name, name))
    number = db.read(lambda s: trends.companies(s, [name]))[name]
    found = db.read(lambda s: company.company(s, number, PERIOD, UTC, MONEY))
    rows = [one for one in _rows(db, PERIOD) if {each.name for each in one[0].companies} & set(names)]
    stories = {story for _, story, _ in rows}
    acts = {story for row, story, _ in rows if any(each.name in names and each.role == "actor" for each in row.companies)}
    assert (found.stories, found.acting) == (len(stories), len(acts))
    assert [(day.stories, day.of) for day in found.line.days] == [
        (
            len({story for _, story, on in rows if on == day.day}),
            len({story for _, story, on in _rows(db, PERIOD) if on == day.day}),
        )
        for day in found.line.days
    ]
    assert {one.name: n for one, n in found.technologies} == {
        _shown(db, pair[0]): n for pair in TECHNOLOGIES if (n := _count(rows, pair, "ai_technologies"))
    }
    begins, ends = PERIOD.moments(UTC)
    for kind in TYPES:
        told = {story for row, story, _ in rows for event in row.events if event.type == kind and _names(event, names)}
        assert sum(one.stories for one in found.events if one.type == kind) == len(told)
        if kind in events.TABLES:  # to which the page leads
            ask = partial(events.table, kind=kind, money=MONEY, company=number, since=begins, until=ends, limit=1_000)
            assert {row.story for row in db.read(ask).rows} == told
    told_by = {one.source: one.told for one in found.firsts.tellers}
    assert told_by == dict(Counter(source for source, _ in {(row.source, story) for row, story, _ in rows}))
    begun = {story: min(row.published for row, of, _ in rows if of == story) for story in stories}
    assert [one.at for one in found.told] == sorted(begun.values(), reverse=True)[:20]


def _names(event: Event, names: tuple[str, ...]) -> bool:
    return any(name in event.headline for name in names) or bool(set(names) & set(event.actors or ()))


def test_what_is_no_company_has_no_page(db: Database) -> None:
    _archive(db, 20)
    number = db.read(lambda s: trends.concept_of(s, "制造业")).id
    for wrong in (number, 10**9):
        with pytest.raises(Unknown, match="no company"):
            db.read(lambda s, n=wrong: company.company(s, n, PERIOD, UTC, MONEY))


def test_a_riser_is_named_with_the_record_that_began_it(db: Database) -> None:
    _archive(db, 60)
    rows = [
        Record(f"语音 {n}", f"http://rise.example/{n}", " ".join(f"up{n}x{k}" for k in range(60)), ai_technologies=("具身智能",),
               source=("one", "two")[n % 2], language="zh", published=NOW - timedelta(hours=n))
        for n in range(14)
    ]  # fmt: skip
    numbers = db.write_now(lambda s: [articles.store(s, row, key=row.link, now=NOW).article_id for row in rows])
    [riser] = [one for one in db.read(lambda s: trends.emerging(s, NOW.date(), UTC)) if one.concept.kind == "technology"]
    assert (riser.stories, riser.publishers, riser.first) == (14, 2, numbers[-1])
    bursts = [one for one in db.read(lambda s: trends.bursting(s, Period(date(2026, 9, 20), NOW.date()))) if one.stories == 14]
    assert bursts
    assert bursts[0].strength > 2


def test_a_name_is_found_in_either_language_and_shown_in_the_readers(db: Database) -> None:
    _archive(db, 20)
    with speaking("zh"):
        assert db.read(lambda s: trends.attention(s, ["company:nvidia"], PERIOD, UTC))[0].concept.name == "英伟达"
    assert db.read(lambda s: trends.attention(s, ["英伟达"], PERIOD, UTC))[0].concept.query == 'company:"Nvidia"'
    with pytest.raises(Unknown):
        db.read(lambda s: trends.attention(s, ["nothing of the kind"], PERIOD, UTC))


def test_a_view_is_worked_out_again_when_the_archive_has_grown(db: Database) -> None:
    _archive(db, 10)
    kept, asked = trends.Kept(), []

    def look() -> int:
        return db.read(lambda s: kept.get(queries.edition(s), "question", lambda: asked.append(1) or len(asked)))

    assert (look(), look()) == (1, 1)
    db.write_now(lambda s: articles.store(s, Record("new", "http://new.example/", "new words"), key="new", now=NOW))
    assert look() == 2


def test_a_view_is_worked_out_again_when_a_person_split_or_joined_stories(db: Database) -> None:
    _archive(db, 10)
    seen = [db.read(queries.edition)]

    def is_another() -> bool:
        seen.append(db.read(queries.edition))
        return seen[-1] not in seen[:-1]

    assert not is_another()
    one, other = 1, 2
    db.write_now(lambda s: stories.join(s, one, other, NOW))
    assert is_another()
    db.write_now(lambda s: stories.split_record(s, other, NOW + timedelta(seconds=1)))
    assert is_another()
    db.write_now(lambda s: stories.join(s, one, other, NOW + timedelta(seconds=2)))
    assert is_another()


def test_each_figure_of_what_is_missing_and_of_a_week_is_a_recount(db: Database) -> None:
    _archive(db)
    rows = _rows(db, PERIOD)
    told = {(row.source, story) for row, story, _ in rows}
    found, worth, _ = db.read(lambda s: completeness.missing(s, PERIOD, UTC, None, None, watched=()))
    assert (found.estimate.seen, found.sources) == (len({story for _, story in told}), len({source for source, _ in told}))
    assert {one.source: one.stories for one in worth} == Counter(source for source, _ in told)
    alone = Counter(source for source, story in told if sum(of == story for _, of in told) == 1)
    assert {one.source: one.only for one in worth} == {one.source: alone[one.source] for one in worth}
    name = week.name_of(date(2026, 11, 18))
    rows = _rows(db, week.days_of(name))
    page = db.read(lambda s: week.week(s, name, NOW, UTC, MONEY))
    assert (page.articles, page.stories) == (len(rows), len({story for _, story, _ in rows}))
    assert page.coverage.estimate.seen == page.stories
    for one in page.top:
        mine = [row for row, story, _ in rows if story == one.record]
        assert (one.sources, one.articles) == (len({row.source for row in mine}), len(mine))


@pytest.mark.parametrize("kind", sorted(set(TYPES) & events.TABLES.keys()))
def test_each_row_of_a_table_of_events_is_a_story_that_tells_one(db: Database, kind: str) -> None:
    _archive(db)
    told: list[int] = []
    page = db.read(lambda s: events.table(s, kind, MONEY, limit=7))
    while True:
        told += [row.record for row in page.rows]
        if page.next is None:
            break
        page = db.read(lambda s, after=page.next: events.table(s, kind, MONEY, after=after, limit=7))
    every = db.read(lambda s: list(queries.records(s)))
    assert told == [row.id for row in every if row.story == row.id and any(event.type == kind for event in row.events)]
