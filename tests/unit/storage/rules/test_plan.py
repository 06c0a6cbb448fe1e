"""The index leaves out only what no query would find: wherever the rules say yes, the plan says maybe."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings

from crawler.record import Record
from storage.rules import plan as planning
from storage.rules.match import View
from storage.rules.parser import parse
from storage.rules.plan import ANY_QUERY, All, Any, Expression, Has, period, plan, tokens
from storage.rules.ruleset import search
from tests.queries import ALIASES, NOW, queries, records


def holds(expression: Expression | None, found: frozenset[str]) -> bool:
    """The expression's value, as an index works it out."""
    if expression is None or ANY_QUERY in found:
        return True
    if isinstance(expression, Has):
        return any(token.startswith(expression.token) for token in found) if expression.prefix else expression.token in found
    return (all if isinstance(expression, All) else any)(holds(part, found) for part in expression.parts)


@settings(max_examples=600, deadline=None)
@given(records(), queries)
@example((Record("", "", "he said 5,000 x"), ()), '"5"* OR "000"')
def test_wherever_the_rules_say_yes_the_plan_says_maybe(subject: tuple[Record, tuple[str, ...]], written: str) -> None:
    record, tags = subject
    query = parse(written, ALIASES)
    if search(query, record, tags, NOW) is None:
        return
    assert holds(plan(query.root), tokens(View(record, tags, NOW)))
    low, high = period(query.root, NOW)
    if low or high:
        assert record.published is not None or period(query.root, NOW) == (None, None)
        assert low is None or low <= (record.published or NOW)
        assert high is None or (record.published or NOW) < high


def one_after_another(*sequences: str) -> tuple[Has, ...]:
    return tuple(Has(planning._number(sequence)) for sequence in sequences)


PLANS = [
    (
        "大模型",
        Any(
            (
                All((Has("大模"), Has("模型"), *one_after_another("大模型"))),
                All((Has("大语"), Has("语言"), Has("言模"), Has("模型"), *one_after_another("大语言", "语言模", "言模型"))),
            )
        ),
    ),
    ("云", Has("云")),
    ("title:云杉", Has("title:云杉")),
    ("text:云杉", Has("云杉")),
    ("keyword:云杉公园", All((Has("keyword:云杉"), Has("keyword:杉公"), Has("keyword:公园")))),
    ('title:"red maple"', All((Has("title:red"), Has("title:maple"), *one_after_another("red maple")))),
    ('"red maple"*', All((Has("red"), Has("maple", prefix=True)))),
    ("OpenAI NOT 招聘", Has("openai")),
    ("GPT-5*", Any((All((Has("gpt"), Has("5", prefix=True))), Has("gpt5", prefix=True)))),
    ("near(融资, OpenAI, 9)", All((Has("融资"), Has("openai")))),
    ("atleast(2, 上海, /x/, 北京)", Any((Has("上海"), Has("北京")))),
    ("count(上海) >= 2", Has("上海")),
    ("atleast(1, 上海, /x/)", None),
    ("上海 OR /x/", None),
    ("/x/", None),
    ("link:example.org", None),
    ("C++ 上海", All((Has("c"), Has("上海")))),
    ('"$"', None),
    ("published:>=2026-01-01", None),
]


@pytest.mark.parametrize(("written", "right"), PLANS)
def test_a_plan_asks_for_what_has_to_be_there(written: str, right: Expression | None) -> None:
    assert plan(parse(written).root) == right


def test_a_value_of_a_source_is_one_token() -> None:
    assert plan(parse("source:cctv-tech").root) == Has(
        next(t for t in tokens(View(Record("", "", "", source="cctv-tech"))) if ":" in t)
    )
    assert plan(parse("source:cctv*").root) is None


def test_a_long_phrase_asks_for_some_of_its_words() -> None:
    found = plan(parse(f'"{" ".join(chr(97 + n % 26) * (3 + n // 26) for n in range(200))}"').root)
    assert isinstance(found, All)
    assert 2 <= len(found.parts) <= 2 * planning.ENOUGH


@pytest.mark.parametrize(
    ("query", "record"),
    [
        ("云杉林", Record("", "", "云杉成林，另有杉林")),
        ('"the red maple"', Record("", "", "A maple, the tallest; red leaves")),
        ('"云杉 2 号"', Record("", "", "2 棵云杉，6 号门")),
        ('title:"red maple"', Record("Maple red", "", "red and maple")),
        ("title:云杉", Record("枫树", "", "云杉")),
        ("云杉", Record("枫树", "", "", keywords=("云杉",))),
        ("keyword:云杉", Record("云杉", "", "云杉")),
    ],
)
def test_words_in_another_order_or_field_are_no_candidate(query: str, record: Record) -> None:
    assert not holds(plan(parse(query).root), tokens(View(record)))


def test_a_record_of_too_many_tokens_is_a_candidate_of_every_query() -> None:
    wild = Record("", "", " ".join(f"{n:032x}" for n in range(30_000)))
    assert tokens(View(wild)) == {ANY_QUERY}
    assert holds(plan(parse("上海").root), tokens(View(wild)))


PERIODS = [
    ("published:2026-03 AI", (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))),
    ("published:>=2026-03-02 published:<2026-03-05", (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))),
    ("published:>=2026-03-02 OR published:>=2026-01-05", (datetime(2026, 1, 5, tzinfo=UTC), None)),
    ("published:>=2026-03-02 OR AI", (None, None)),
    ("NOT published:>=2026-03-02 AI", (None, None)),
    ("published:>=-2d AI", (NOW - timedelta(days=2), None)),
]


@pytest.mark.parametrize(("written", "right"), PERIODS)
def test_a_query_says_in_which_time_to_look(written: str, right: tuple[datetime | None, datetime | None]) -> None:
    assert period(parse(written).root, NOW) == right


def test_a_time_ago_is_no_bound_where_each_record_is_judged_as_of_its_own_day() -> None:
    assert period(parse("published:>=-2d").root, None) == (None, None)
