"""Rules over records: what matches, what does not, with which evidence; and that many rules at once say what each says alone."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.nlp.lexicon import all_by_name
from crawler.record import Event, Record
from storage.rules.explain import explain
from storage.rules.match import quote
from storage.rules.parser import QueryError, parse
from storage.rules.ruleset import Rule, Ruleset, judge, search, shadowed

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OTHERS = {"others": "某某甲 某某乙 某某丙 某某丁 某某戊 某某己 某某庚 某某辛 某某壬 某某癸".split()}  # which no record has


def record(title: str = "", text: str = "", **fields: object) -> Record:
    return replace(Record(title, "https://example.com/news/gpt-5.html", text, first_seen=NOW), **fields)  # type: ignore[arg-type]


def matches(query: str, found: Record, *, tags: tuple[str, ...] = ()) -> bool:
    """The answer of the one-query search, of the ruleset, and of those who judge many records, which must agree."""
    parsed = parse(query)
    alone = search(parsed, found, tags) is not None
    together = bool(Ruleset([Rule("r", parsed), Rule("other", parse("某某某"))]).match(found, tags))
    assert alone is together
    assert explain(parsed, found, tags).matched is alone
    for written in (query, f"({query}) OR @others"):
        assert judge(parse(written, OTHERS))(found, tags, None) is alone
    return alone


def test_a_name_that_technologies_share_finds_each_of_them() -> None:
    shared = {name: called for name, called in all_by_name("technology").items() if len(called) > 1}
    assert shared
    for name, called in shared.items():
        for one in called:
            assert matches(f'tech:"{name}"', record(ai_technologies=(one.zh,))), (name, one)


@pytest.mark.parametrize(
    ("name", "found"), [("Robotaxi", True), ("self-driving taxi", True), ("自动驾驶出租车", True), ("自动驾驶", False)]
)
def test_the_own_name_of_a_technology_finds_that_one(name: str, found: bool) -> None:
    assert matches(f'tech:"{name}"', record(ai_technologies=("无人驾驶出租车",))) is found
    assert not matches("tech:Robotaxi", record(ai_technologies=("自动驾驶",)))


# Inputs on which the keyword lists people use today go wrong: (query, title, right answer).
KEYWORD_LISTS = [
    ("农业", "农业农村部:水果价格上涨", True),  # another rule's NOT 水果 stays with that rule
    ("新闻 NOT /赌博|博彩/", "博彩新闻", False),
    ("/LLaMA/", "llama 4 released", False),
    ("/llama/i", "LLaMA 4 released", True),
    ("AI", "He said the email failed", False),
    (r"/\bAI\b/i", "国产AI大模型发布", True),
    ("AI", "国产AI大模型发布", True),
    ("OpenAI", "ＯｐｅｎＡＩ发布", True),
    ("GPT-5", "GPT‑5 released", True),
    ("GPT-5", "GPT 5 released", True),
    ("GPT-5", "GPT5 released", True),
    ("GPT5", "GPT-5 released", True),
    ("大模型", "大語言模型", True),
    ("大语言模型", "国产大模型", False),
    ("大语言模型", "大語言模型", True),
    ("大語言模型", "大语言模型", True),
]


@pytest.mark.parametrize(("query", "title", "right"), KEYWORD_LISTS)
def test_where_keyword_lists_go_wrong(query: str, title: str, right: bool) -> None:
    assert matches(query, record(title)) is right


@settings(max_examples=200)
@given(st.text("ab甲乙 ，.\n‑ﬁ\u200b①℃㍿", max_size=40), st.integers(0, 6))
def test_near_is_true_where_the_closest_are_near_enough(text: str, distance: int) -> None:
    told = explain(parse(f"near(a, 甲, {distance})"), record("", text))
    said = told.tree.note.removeprefix("closest: ").split()[0]
    assert told.matched is (said.isdigit() and int(said) <= distance)


def test_a_not_stays_with_its_rule() -> None:
    rules = Ruleset([Rule("苹果", parse("苹果 NOT 水果")), Rule("农业", parse("农业"))])
    assert [hit.rule for hit in rules.match(record("农业农村部:水果价格上涨"))] == ["农业"]


@pytest.mark.parametrize("query", ["NOT 广告", "/大模型(/", "@ten", "农业 #注释"])
def test_what_keyword_lists_pass_over_in_silence_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


TITLE = "OpenAI 发布 GPT-5，国产AI大模型跟进"
TEXT = (
    "2026年3月9日，OpenAI 在旧金山发布 GPT-5。奥特曼说，推理成本下降七成。\n"
    "The company's API is open. GPT-5.4 follows later. Kimi K2 responds.\n"
    "上海的工程师在招聘会上谈论大模型、大模型芯片和大模型安全。"
)
ARTICLE = record(
    TITLE,
    TEXT,
    keywords=("大模型", "GPT-5"),
    ai_technologies=("大语言模型",),
    industries=("金融科技",),
    events=(Event("OpenAI发布GPT-5", "成本下降七成"),),
    author="王芳",
    publisher="新华社",
    source="cctv-tech",
    language="zh-CN",
    published=datetime(2026, 3, 9, 2, tzinfo=UTC),
)
TAGS = ("央视", "每日 要闻")
ANSWERS = [
    ("OpenAI 上海", True),
    ("OpenAI 北京", False),
    ("北京 OR 上海", True),
    ("上海 NOT 北京", True),
    ("上海 NOT 招聘", False),
    ('"GPT-5 released"', False),
    ('"openai 在旧金山"', True),
    ('"旧金山 openai"', False),
    ('"GPT-5.4 follows"', True),
    ("GPT-5.4", True),
    ("GPT-5.3", False),
    ("GPT-5*", True),
    ("Kimi*", True),
    ("Kim", False),
    ("Kim*", True),
    ("K2", True),
    ("K", False),
    ("api", True),
    ("title:上海", False),
    ("text:上海", True),
    ("title:(上海 OR 大模型)", True),
    ("title:(OpenAI GPT-5)", True),
    ("keyword:大模型", True),
    ("keyword:芯片", False),
    ("tech:大语言模型", True),
    ("industry:金融", True),
    ("event:成本", True),
    ("author:王芳", True),
    ("publisher:新华社", True),
    ("source:cctv-tech", True),
    ("source:cctv", False),
    ("source:cctv*", True),
    ("tag:央视", True),
    ('tag:"每日 要闻"', True),
    ("tag:要闻", False),
    ("lang:zh", True),
    ("lang:zh-cn", True),
    ("lang:en", False),
    ("link:example.com/news", True),
    ("link:example.org", False),
    ("published:2026-03-09", True),
    ("published:>=2026-03-10", False),
    ("published:>=-2d", True),
    ("published:>-1d", False),
    ("published:<-1d", True),
    ("near(OpenAI, GPT-5, 6)", True),
    ("near(奥特曼, 七成, 7)", True),
    ("near(奥特曼, 七成, 6)", False),
    ("near(api, open, 1)", True),
    ("near(api, open, 0)", False),
    ("near(open, api, 1)", True),
    ("near(旧金山, 招聘, 300)", True),
    ("near(跟进, 奥特曼, 300)", False),  # one is in the title, one in the text
    ("near(OpenAI, 旧金山, GPT-5, 3)", True),
    ("near(奥特曼 OR 马斯克, 成本, 5)", True),
    ("atleast(2, 上海, 北京, OpenAI)", True),
    ("atleast(3, 上海, 北京, OpenAI)", False),
    ("atleast(2, 北京, NOT 广州, OpenAI)", True),
    ("count(大模型) >= 4", True),
    ("count(大模型) > 4", False),
    ("text:count(大模型) = 3", True),
    ("title:near(OpenAI, 跟进, 3)", False),
    ("OpenAI count(招聘) <= 1", True),
    ("OpenAI count(招聘) < 1", False),
    ("count(大模型 OR 芯片) >= 5", True),
    ("/20\\d\\d年/", True),
    ("/openai/", False),
    ("title:/^OpenAI/", True),
    ("NOT 北京 /GPT-\\d/", True),
]


@pytest.mark.parametrize(("query", "right"), ANSWERS)
def test_a_query_answers(query: str, right: bool) -> None:
    assert matches(query, ARTICLE, tags=TAGS) is right


def test_a_time_ago_needs_to_know_now() -> None:
    undated = replace(ARTICLE, first_seen=None, fetched=None)
    query = parse("published:>=-2d")
    assert search(query, undated) is None
    assert search(query, undated, now=NOW) is not None
    assert search(query, undated, now=NOW + timedelta(days=3)) is None


def test_evidence_points_into_the_original_and_quotes_the_sentence() -> None:
    found = record("快讯", "今天很好。ＯｐｅｎＡＩ 发布 GPT‑5。大語言模型。")
    hits = Ruleset([Rule("r", parse('"OpenAI发布" 大语言模型'))]).match(found)
    assert [(e.term, e.field, found.text[e.start : e.end], e.quote) for e in hits[0].evidence] == [
        ("OpenAI发布", "text", "ＯｐｅｎＡＩ 发布", "ＯｐｅｎＡＩ 发布 GPT‑5。"),
        ("大语言模型", "text", "大語言模型", "大語言模型。"),
    ]
    assert hits[0].version == parse('"OpenAI发布" 大语言模型').version


def test_a_quote_that_is_cut_has_no_half_words() -> None:
    text = (
        "The harbour office said again and again that every quay crane in the eastern basin will be run by one model from spring on, "
        * 3
    )
    for word in re.finditer("every quay|basin|model", text):
        assert set(quote(text, *word.span()).split()) <= set(text.split())


def test_evidence_is_bounded_and_quotes_are_short() -> None:
    found = record("AI", "AI" + "很长没有句号的一段话" * 50 + "AI" + "，还没有完" * 50 + " AI AI AI AI")
    evidence = search(parse("AI"), found)
    assert evidence
    assert len(evidence) == 4  # one in the title, three in the text
    assert all(len(e.quote) <= 120 and "AI" in e.quote for e in evidence)


def test_no_evidence_comes_from_inside_a_not() -> None:
    evidence = search(parse("上海 NOT 北京 (OpenAI OR 马斯克)"), ARTICLE)
    assert evidence
    assert {e.term for e in evidence} == {"上海", "OpenAI"}


def test_a_rule_listens_to_its_sources_alone() -> None:
    query = parse("OpenAI")
    rules = Ruleset(
        [Rule("all", query), Rule("name", query, ("cctv-tech",)), Rule("tag", query, ("tag:央视",)), Rule("no", query, ("x",))]
    )
    assert [hit.rule for hit in rules.match(ARTICLE, TAGS)] == ["all", "name", "tag"]


def test_explain_says_what_stood_where_and_which_not_stopped_it() -> None:
    found = explain(parse("(大模型 OR LLM) AND 上海 NOT 招聘"), ARTICLE)
    assert not found.matched
    assert [(e.term, e.field, TEXT[e.start : e.end]) for e in found.stopped] == [("招聘", "text", "招聘")]
    assert "stopped by NOT: 招聘 in text" in found.render()
    assert "✓ 上海" in found.render()
    assert "✗ LLM" in found.render()


def test_explain_says_what_is_missing_and_how_near_it_was() -> None:
    found = explain(parse("OpenAI 北京"), ARTICLE)
    assert (found.missing, found.stopped) == (("北京",), ())
    assert "closest: 7 words between" in explain(parse("near(奥特曼, 七成, 2)"), ARTICLE).render()
    assert "found 4 times" in explain(parse("count(大模型) >= 9"), ARTICLE).render()
    assert "2 of 3 true" in explain(parse("atleast(3, 上海, 北京, OpenAI)"), ARTICLE).render()
    assert "the article has no date" in explain(parse("published:>=2026"), record("a")).render()


@pytest.mark.parametrize(
    ("wide", "narrow", "shadow"),
    [
        ("大模型 (OpenAI OR 谷歌)", "(谷歌 OR OpenAI) AND 大模型", True),
        ("大模型", "大模型 AND 上海", True),
        ("大模型 OR LLM", "LLM 上海 NOT 招聘", True),
        ("GPT*", "GPT-5 AND OpenAI", True),
        ("模型", "大模型", True),
        ("AI", "OpenAI", False),
        ("/GPT-\\d/", "/GPT-\\d/ OpenAI", True),
        ("大模型 NOT 招聘", "大模型 上海 NOT 招聘", True),
        ("大模型 NOT 招聘", "大模型 上海", False),
        ("title:大模型", "大模型 上海", False),
        ("大模型", "大模型 OR 上海", False),
        ("大模型 AND 上海", "大模型", False),
        ("大模型", "near(大模型, 上海, 5)", True),
    ],
)
def test_a_rule_in_the_shadow_of_another_is_named(wide: str, narrow: str, shadow: bool) -> None:
    rules = [Rule("narrow", parse(narrow), channels=("desk",)), Rule("wide", parse(wide), channels=("desk", "other"))]
    assert [name for name, _ in shadowed(rules)] == ["narrow"] * shadow
    assert shadowed(rules, {"narrow": "instant", "wide": "daily"}) == ()


def test_rules_of_other_channels_or_more_sources_stand_in_no_shadow() -> None:
    rules = [
        Rule("a", parse("大模型"), channels=("desk",), sources=("x", "y")),
        Rule("b", parse("大模型 上海"), channels=("other",)),
        Rule("c", parse("大模型 北京"), channels=("desk",)),
        Rule("d", parse("大模型 广州"), channels=("desk",), sources=("x",)),
    ]
    assert [name for name, _ in shadowed(rules)] == ["d"]


def test_a_rule_that_says_the_same_or_rules_itself_out_is_named() -> None:
    rules = [
        Rule("a", parse("大模型 OpenAI"), channels=("desk",)),
        Rule("b", parse("OpenAI 大模型"), channels=("desk",)),
        Rule("c", parse("大模型 source:cctv"), sources=("xinhua",)),
    ]
    assert [(name, why.split(":")[0]) for name, why in shadowed(rules)] == [
        ("b", "adds nothing to a, which tells the same articles to the same channels"),
        ("c", "can never match"),
    ]


WORDS = [
    "AI",
    "OpenAI",
    "GPT-5",
    "GPT-5.4",
    "大模型",
    "模型",
    "上海",
    "GPT*",
    '"AI 大模型"',
    "/GPT-\\d/",
    "lang:zh",
    "title:AI",
    "source:x",
]
leaf = st.sampled_from(WORDS)
queries = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} NOT {two[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: f"atleast(2, {', '.join(three)})"),
        st.tuples(st.sampled_from(WORDS[:6]), st.sampled_from(WORDS[:6]), st.integers(0, 5)).map(
            lambda t: f"near({t[0]}, {t[1]}, {t[2]})"
        ),
        st.tuples(st.sampled_from(WORDS[:6]), st.integers(1, 3)).map(lambda t: f"count({t[0]}) >= {t[1]}"),
    ),
    max_leaves=6,
)
texts = st.lists(
    st.sampled_from(["AI", "Open", "GPT-5", "GPT 5.4", "大模型", "模型", "上海", " ", ".", "，", "email", "\n"]), max_size=14
).map("".join)


@settings(max_examples=400)
@given(st.lists(queries, min_size=1, max_size=6), texts, texts, st.sampled_from(["zh", "en", None]))
def test_many_rules_at_once_say_what_each_says_alone(written: list[str], title: str, text: str, language: str | None) -> None:
    parsed = []
    for number, query in enumerate(written):
        try:
            parsed.append(Rule(f"r{number}", parse(query)))
        except QueryError:
            continue
    found = record(title, text, language=language, source="x")
    alone = {rule.name: search(rule.query, found) for rule in parsed}
    together = {hit.rule: hit.evidence for hit in Ruleset(parsed).match(found)}
    assert together == {name: evidence for name, evidence in alone.items() if evidence is not None}


@pytest.mark.parametrize("query", ["GPT NOT (AI NOT AI)", "(GPT NOT AI) NOT (AI NOT AI)", "GPT NOT (NOT GPT)"])
def test_what_can_never_be_true_may_be_excluded(query: str) -> None:
    assert search(parse(query), record("GPT", "GPT", language="en", source="x")) is not None


@settings(max_examples=300)
@given(queries, texts, texts)
def test_a_query_that_is_called_impossible_matches_nothing(query: str, title: str, text: str) -> None:
    """The check must never refuse a query that some article answers."""
    try:
        parse(query)
    except QueryError as error:
        if "can never match" not in error.message:
            return
        unchecked = _parse_unchecked(query)
        assert search(unchecked, record(title, text, language="zh", source="x")) is None


def _parse_unchecked(query: str):  # type: ignore[no-untyped-def]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.rules.parser.flaw", lambda root: None)
        return parse(query)
