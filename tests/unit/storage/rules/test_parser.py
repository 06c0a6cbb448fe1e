"""The query language: what is read how, and what is refused, with the place."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.record import Record
from storage.rules.ast import Alias, And, AtLeast, Count, Near, Node, Not, Or, Published, Regex, Term
from storage.rules.parser import Query, QueryError, parse
from storage.rules.ruleset import is_true, search

EAST = timezone(timedelta(hours=8))
ALIASES = {"openai": ["OpenAI", "奥特曼的公司"], "models": ["Sam Altman", "GPT-5*", "/Llama[ -]?4/i"], "empty": []}


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=EAST)  # type: ignore[arg-type,misc]


def shape(node: Node) -> str:
    """The tree in one line, for tables."""
    if isinstance(node, Term):
        field = "" if len(node.scope) == 2 else f"{node.scope[0]}:"
        return f"{field}{node.written}{'*' * node.prefix}"
    if isinstance(node, Regex):
        return node.written
    if isinstance(node, Published):
        return node.written
    if isinstance(node, Not):
        return f"-{shape(node.part)}"
    if isinstance(node, Alias):
        return f"@{node.name}[{shape(node.part)}]"
    if isinstance(node, Count):
        return f"count({shape(node.part)}){node.low}..{node.high}"
    inner = " ".join(shape(part) for part in node.parts)
    name = {And: "&", Or: "|"}.get(type(node)) or (f"near{node.distance}" if isinstance(node, Near) else "")
    return f"{f'atleast{node.least}' if isinstance(node, AtLeast) else name}({inner})"


READ = [
    ("大模型", "大模型"),
    ("a b", "&(a b)"),
    ("a AND b", "&(a b)"),
    ("a OR b c", "|(a &(b c))"),
    ("(a OR b) c", "&(|(a b) c)"),
    ("(大模型 OR LLM) AND 上海 NOT 招聘", "&(|(大模型 LLM) 上海 -招聘)"),
    ("a -b", "&(a -b)"),
    ("a -(b OR c)", "&(a -|(b c))"),
    ("a AND NOT b", "&(a -b)"),
    ("NOT b a", "&(-b a)"),
    ("a NOT NOT b", "&(a --b)"),
    ('"Sam Altman"', "Sam Altman"),
    ('"Sam Alt"*', "Sam Alt*"),
    (r'"say \"hi\" now"', 'say "hi" now'),
    ("GPT-5*", "GPT-5*"),
    ("GPT-5.4", "GPT-5.4"),
    ("C++ OR C#", "|(C++ C#)"),
    ("10:30", "10:30"),
    ("/a.*b/", "/a.*b/"),
    (r"/a\/b/i", "/a/b/i"),
    ("title:a", "title:a"),
    ("title: a", "title:a"),
    ("title:(a OR b) c", "&(|(title:a title:b) c)"),
    ("标题:a 行业：金融", "&(title:a industry:金融)"),
    ("link:https://x.com/a-b_c?d=1,2", "link:https://x.com/a-b_c?d=1,2"),
    ("lang:zh source:cctv-tech tag:央视", "&(lang:zh source:cctv-tech tag:央视)"),
    ("title:@openai", "@openai[|(title:OpenAI title:奥特曼的公司)]"),
    ("@openai 融资", "&(@openai[|(OpenAI 奥特曼的公司)] 融资)"),
    ("@models", "@models[|(Sam Altman GPT-5* /Llama[ -]?4/i)]"),
    ("published:>=2026-01-01 a", "&(published:>=2026-01-01 a)"),
    ("published:>-7d a", "&(published:>-7d a)"),
    ("near(a, b, 20)", "near20(a b)"),
    ("near(a, b OR c, @openai, 3)", "near3(a |(b c) @openai[|(OpenAI 奥特曼的公司)])"),
    ("title:near(a, b, 3)", "near3(title:a title:b)"),
    ("atleast(2, a, b, c d)", "atleast2(a b &(c d))"),
    ("atleast(1, GPT, 4)", "atleast1(GPT 4)"),
    ("count(a) >= 3", "count(a)3..None"),
    ("count(a OR b)>2", "count(|(a b))3..None"),
    ("a count(b) < 2", "&(a count(b)0..1)"),
    ("count(a) = 2", "count(a)2..2"),
    ("（大模型 ＯＲ LLM） －招聘", "&(|(大模型 LLM) -招聘)"),
    ("“人工 智能” 上海", "&(人工 智能 上海)"),
    ("near（a，b，5）", "near5(a b)"),
    ("count(a) ≥ 2", "count(a)2..None"),
    ("＠openai", "@openai[|(OpenAI 奥特曼的公司)]"),
    ("＠ｏｐｅｎａｉ 融资", "&(@openai[|(OpenAI 奥特曼的公司)] 融资)"),
    ("ｔｉｔｌｅ：大模型", "title:大模型"),
    ("（ｔｉｔｌｅ：a OR -ｔａｇ：央视 b）", "|(title:a &(-tag:央视 b))"),
    ("a －ｔｉｔｌｅ：（b ＯＲ ＠ｏｐｅｎａｉ）", "&(a -|(title:b @openai[|(title:OpenAI title:奥特曼的公司)]))"),
    ("ｎｅａｒ（a，b，５）", "near5(a b)"),
    ("ａｔｌｅａｓｔ（２，a，b，c）", "atleast2(a b c)"),
    ("ｃｏｕｎｔ（a）＞＝３", "count(a)3..None"),
    ("ｐｕｂｌｉｓｈｅｄ：＞＝２０２６－０１－０１ a", "&(published:>=2026-01-01 a)"),
    ("published:>—7d a", "&(published:>-7d a)"),
    ("ｌｉｎｋ：x.com/ａ", "link:x.com/ａ"),
    ("a --b", "&(a -b)"),
    ("a ——b", "&(a -b)"),
    ("a ——（b OR c）", "&(a -|(b c))"),
    ("（——b a）", "&(-b a)"),
    ("大模型—上海", "大模型—上海"),
    ("a\n  b", "&(a b)"),
]


@pytest.mark.parametrize(("query", "tree"), READ)
def test_a_query_is_read_as(query: str, tree: str) -> None:
    assert shape(parse(query, ALIASES).root) == tree


@pytest.mark.parametrize("dash", "-－﹣﹘‐‑‒–—―⸺⸻−⁃─")
def test_any_dash_before_a_word_says_not(dash: str) -> None:
    assert shape(parse(f"大模型 {dash}招聘").root) == "&(大模型 -招聘)"


# query, a part of the message, the character it points at
REFUSED = [
    ("", "empty", 0),
    ("   ", "empty", 0),
    ("NOT 广告", "only says what must not occur", 0),
    ("-广告 -招聘", "only says what must not occur", 0),
    ("a OR NOT b", "only says what must not occur", 0),
    ("count(a) < 3", "only says what must not occur", 0),
    ("a AND NOT a", "a is required, and excluded here", 10),
    ("上海 NOT 海", "上海 cannot be without it", 7),
    ('"GPT Pro" NOT GPT', "can never match", 14),
    ("OpenAI -Open*", "can never match", 8),
    ("(a OR b) -a -b", "can never match", 10),
    ("a (NOT a OR b) -b", "can never match", 7),
    ("count(a) >= 2 NOT a", "can never match", 18),
    ("near(a, b, 3) NOT b", "can never match", 18),
    ("lang:zh lang:en", "an article has one lang", 13),
    ("published:>2026-02 published:<2026-01-01 a", "no time is", 19),
    ("titel:a", "did you mean title:?", 0),
    ("上海:大模型", "no field 上海:", 0),
    ("ｔｉｔｅｌ：a", "did you mean title:?", 0),
    ("ｆｏｏ：大模型", "no field foo:", 0),
    ("＠ｎｏｂｏｄｙ", "no alias @nobody", 0),
    ("a —— b", "directly before", 2),
    ("＋大模型", "leave the + away", 0),
    ("大模型～", "write near(a, b, 5)", 3),
    ("［大模型］ 上海", "grouped by ( and )", 0),
    ("title:—a", "title: needs a value", 6),
    ("https://x.com", "no field https:", 0),
    ("title:", "title: needs a value", 6),
    ("title:(text:a)", "cannot stand inside title:", 7),
    ("@openia", "did you mean @openai?", 0),
    ("@nobody", "no alias @nobody", 0),
    ("@empty", "has no terms", 0),
    ("@ a", "@ stands before the name", 0),
    ("(a", "this ( is never closed", 0),
    ("a)", "this ) closes nothing", 1),
    ("()", "nothing between", 0),
    ('a "b', "this quote is never closed", 2),
    ("a OR", "OR needs something on its right", 4),
    ("AND a", "AND needs something on its left", 0),
    ("a OR OR b", "OR needs something on its left", 5),
    ("a NOT", "NOT needs something on its right", 5),
    ("a - b", "directly before", 2),
    ("a or b", "write OR in capitals", 2),
    ("not(a)", "write NOT in capitals", 0),
    ("a Or b", "write OR in capitals", 2),
    ('"大模型 上海"~5', "write near(a, b, 5)", 8),
    ("robot~", "write near(a, b, 5)", 5),
    ("大模型^2.5", "no term weighs more", 3),
    ("[大模型] 上海", "grouped by ( and )", 0),
    ("上海 {大模型}", "grouped by ( and )", 3),
    ("【大模型】", "grouped by ( and )", 0),
    ("a ａｎｄ b", "write AND in capitals", 2),
    ("a && b", "write AND", 2),
    ("a | b", "write OR", 2),
    ("a|b", "write OR", 1),
    ("大模型｜芯片 c", "write OR", 3),
    ("a !b", "write NOT or -", 2),
    ("+a b", "leave the + away", 0),
    ("a # why", "no comments", 2),
    ("大模型、芯片", "write OR", 3),
    ("大模型，芯片", "for either of two terms write OR", 3),
    ("大模型；芯片", "write OR", 3),
    ("/大模型(/", "never closed; for the sign itself write", 0),
    ("/(?=a)b/", "ahead or behind", 0),
    (r"/(a)\1/", "back to a group", 0),
    ("/a++b/", "possessive", 0),
    (r"/a\Z/", r"write \z", 0),
    ("/a*/", "matches the empty text", 0),
    ("/a/x", "no flag 'x'", 3),
    ("/a", "never closed", 0),
    ("／a／", "ASCII slashes", 0),
    ("*", "match everything", 0),
    ("a*b", "at the end of a term only", 1),
    ('"。，"', "nothing of", 0),
    ("\u200b\u200b", "nothing of", 0),
    ("published:>=2026-13-01 a", "not in the calendar", 12),
    ("published:>=soon a", "is no date", 12),
    ("published:-7d a", "needs a date", 10),
    ("published:7d a", "compared with > or <", 10),
    ("near(a, b)", "ends with the number", 0),
    ("near(a, 3)", "two terms or more", 0),
    ("near(a, b, 99999999999999999999)", "so many words", 11),
    ("count(a) >= 10000000000", "so many words", 12),
    ("atleast(9999999999, a)", "so many words", 8),
    ("near(a, NOT b, 3)", "takes terms", 8),
    ("near(a, b, 3", "never closed", 0),
    ("naer(a, b, 3)", "did you mean near?", 0),
    ("atleast(a, b)", "begins with a number", 8),
    ("atleast(3, a, b)", "can never be true", 0),
    ("atleast(0, a)", "always true", 0),
    ("count(a)", "needs a comparison", 8),
    ("count(a) >= many", "needs a number", 12),
    ("count(a, b) >= 2", "takes one term", 0),
    ("a >= 3", "compares published or a count", 2),
]


@pytest.mark.parametrize(("query", "message", "place"), REFUSED)
def test_a_query_is_refused_with_the_place(query: str, message: str, place: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, ALIASES)
    assert message in caught.value.message
    assert caught.value.position == place


def test_the_caret_stands_under_the_place_even_behind_han() -> None:
    with pytest.raises(QueryError) as caught:
        parse("大模型 AND titel:上海")
    first, second = caught.value.render().split("\n")
    assert first == "大模型 AND titel:上海"
    assert second.startswith(" " * 11 + "^ no field titel:")


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("published:2026-02", moment(2026, 2, 1), moment(2026, 3, 1)),
        ("published:>2026-01-31", moment(2026, 2, 1), None),
        ("published:>=2026-01-31", moment(2026, 1, 31), None),
        ("published:<2026", None, moment(2026, 1, 1)),
        ("published:<=2026", None, moment(2027, 1, 1)),
        ("published:=2026-01-31T08:30", moment(2026, 1, 31, 8, 30), moment(2026, 1, 31, 8, 31)),
    ],
)
def test_a_date_is_a_day_of_the_zone(query: str, low: datetime | None, high: datetime | None) -> None:
    node = parse(query, zone=EAST).root
    assert isinstance(node, Published)
    assert (node.low, node.high) == (low, high)


def test_the_version_changes_with_the_text_and_with_an_alias_it_uses() -> None:
    query = parse("@a b", {"a": ["x"], "other": ["y"]})
    assert parse("@a b", {"a": ["x"], "other": ["z"]}).version == query.version
    assert parse("@a b", {"a": ["x", "y"]}).version != query.version
    assert parse("@a c", {"a": ["x"]}).version != query.version


@pytest.mark.parametrize("query", ["(" * 200 + "a" + ")" * 200, " OR ".join(["a"] * 3000), "a" * 20_000, "NOT " * 500 + "a"])
def test_an_endless_query_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


PIECES = st.sampled_from(
    'a 大模型 GPT-5 AND OR NOT - ( ) （ ） " “ ” title: 标题： link: published: >= -7d 2026-01-01 near( atleast( count( , ， 3 * /a/ / @o @ # : \\'.split()
)


@settings(max_examples=400)
@given(st.lists(PIECES | st.text(max_size=3), max_size=14).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_query_or_an_error_that_points_into_it(text: str) -> None:
    read = read_or_error(text)
    if isinstance(read, Query):
        assert read.text == text
        return
    assert 0 <= read.position <= len(text)
    assert "^ " + read.message in read.render()


def read_or_error(text: str) -> Query | QueryError:
    try:
        return parse(text, {"o": ["x"]})
    except QueryError as error:
        return error


@pytest.mark.parametrize("query", ["「上海」 AND 大模型", "『上海』 AND 大模型", '"上海" AND 大模型'])
def test_chinese_corner_quotes_are_quotes(query: str) -> None:
    assert parse(query).root == parse('"上海" AND 大模型').root


@pytest.mark.parametrize("query", ["‘a b’ c", "'a b' c", "«a b» c", "„a b“ c", "(‘a b’) c"])
def test_quotes_of_other_keyboards_are_quotes(query: str) -> None:
    assert parse(query).root == parse('"a b" c').root


@pytest.mark.parametrize(
    ("query", "tree"), [("it's OpenAI's", "&(it's OpenAI's)"), ("'90s rock", "&('90s rock)"), ("‘it’s on’", "it’s on")]
)
def test_an_apostrophe_is_no_quote(query: str, tree: str) -> None:
    assert shape(parse(query).root) == tree


@pytest.mark.parametrize("minus", "-－–−‐‑")
def test_any_dash_before_a_term_excludes_it(minus: str) -> None:
    assert parse(f"a {minus}b").root == parse("a -b").root


def test_initials_written_with_their_full_stops_are_found_without_unless_they_are_a_word_then() -> None:
    assert parse("A.I.").root.needles == ("a.i.", "ai")  # type: ignore[attr-defined]
    assert parse("U.S.").root.needles == ("u.s.",)  # type: ignore[attr-defined]


def test_a_star_in_the_quotes_stands_for_any_ending_unless_it_is_a_name() -> None:
    assert parse('"open weight*"').root == parse('"open weight"*').root
    assert parse('"Q*"').root.needles == ("q*",)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "needles"),
    [
        ("multi-modal", ("multi modal", "multimodal")),
        ("T-Mobile", ("t mobile", "tmobile")),
        ("12500", ("12500", "12,500", "12，500")),
        ('"12,500 chips"', ("12,500 chips", "12,500chips", "12500 chips", "12，500 chips")),
        ("1200亿元", ("1200亿元", "1,200亿元", "1，200亿元")),
        ('"超1,200亿"', ("超1,200亿", "超1200亿", "超1，200亿")),
        ('"１，２３４，５６７"', ("1，234，567", "1234567", "1,234,567")),
        ("着陆器", ("着陆器", "著陆器")),
        ("月球著陸器", ("月球著陆器", "月球着陆器")),
        ("著名", ("著名",)),
        ("顯著", ("显著",)),
        ("有着", ("有着",)),
        ("了解计划", ("了解计划", "瞭解计划", "了解计画", "瞭解计画")),
        ("瞭望", ("瞭望",)),
        ("2026", ("2026",)),
        ("2026年", ("2026年",)),
        ("AI芯片", ("ai芯片", "a.i.芯片")),
        ("生成式A.I.", ("生成式a.i.", "生成式ai")),
        ('"A.I.-powered"', ("a.i. powered", "ai powered")),
        ("U.S.企业", ("u.s.企业",)),
        ('"落实\\“十五五\\”规划"', ("落实十五五规划", "落实十五五规画")),
        ("3nm", ("3nm", "3 nm")),
        ("A100", ("a100",)),
        ('"Mate 70 Pro"', ("mate 70 pro", "mate 70pro", "mate70 pro", "mate70pro")),
        ("source:multi-modal", ("multi modal",)),
    ],
)
def test_other_ways_to_write_a_term_are_looked_for_too(query: str, needles: tuple[str, ...]) -> None:
    assert parse(query).root.needles == needles  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "text", "there"),
    [
        ("着陆器", "月球著陸器", "著陸器"),
        ("著陸器", "月球着陆器", "着陆器"),
        ("随着", "隨著大模型", "隨著"),
        ("了解", "瞭解更多", "瞭解"),
        ("瞭解", "了解更多", "了解"),
        ("五年计划", "五年計畫", "五年計畫"),
        ("答复 OR 回复", "官方回覆", "回覆"),
        ("凭借", "憑藉大模型", "憑藉"),
        ("卫星", "低軌衞星", "衞星"),
        ("10000", "超１０，０００家", "１０，０００"),
        ('"10,000"', "超１０，０００家", "１０，０００"),
        ('"１０，０００"', "超10,000家", "10,000"),
        ("93708580", "净利润93，708，580元", "93，708，580"),
        ("GPT-5", "用GPT-5，100亿参数", "GPT-5"),
    ],
)
def test_what_is_written_otherwise_is_found_where_it_stands(query: str, text: str, there: str) -> None:
    (found,) = search(parse(query), Record(text, "https://a.example/1", "")) or ()
    assert text[found.start : found.end] == there


@pytest.mark.parametrize(
    ("query", "text"), [("著名", "拿着名单"), ("有着", "享有著作权"), ("瞭望", "除了望远镜"), ("5100", "用GPT-5、100亿")]
)
def test_what_only_looks_alike_is_not_found(query: str, text: str) -> None:
    assert not is_true(parse(query), Record(text, "https://a.example/1", ""))


@pytest.mark.parametrize("text", ["Why A.I. matters", "the rise of A.I.", "A.I.’s cost", "A.I.-powered", "A.I.芯片", "AI"])
def test_initials_are_found_with_their_full_stops(text: str) -> None:
    assert is_true(parse("AI"), Record(text, "https://a.example/1", ""))
    assert not is_true(parse("AIGC"), Record(text, "https://a.example/1", ""))


@pytest.mark.parametrize("query", ["「上海", "上海」", "『上海」"])
def test_a_corner_quote_without_its_other_half_is_told(query: str) -> None:
    with pytest.raises(QueryError, match="never closed"):
        parse(query)
