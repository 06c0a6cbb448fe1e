"""Records and queries made of the same pieces, so that they meet; the pieces lie where words end, or seem to."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from crawler.record import Company, Event, Record
from storage.rules.parser import QueryError, parse

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PIECES = [
    "大模型", "大語言模型", "大语言模型", "语言", "模", "上海", "云", "GPT-5", "gpt5", "GPT‑5.4", "gpt 50", "AI", "email", "OpenAI", "ＯｐｅｎＡＩ",
    "K2", "C++", "c", "5,000", "5", "000", "3.5", "R&D", "don’t", "naïve", "naive", "モデル", "カメラ", "한국어", "ภาษาไทย", "😀", "$", "™", "①", "x" * 70,
    "x" * 65, "·", "萨姆·奥特曼", "zhixun_bot", "Ärzte", "ß", "ﬁn", "\u200b", "\ud800", "每日 要闻", "每日", "en", "zh", "规划", "十五五规划", "“十五五”规划", "「AI」云",
    "着陆", "月球著陸器", "了解", "瞭解", "計畫", "5000", "５，０００", "１２，３４５，６７８", "12345678", "自动驾驶出租车", "无人驾驶出租车",
]  # fmt: skip
BLANKS = ["", "", " ", " ", "\n", "-", "”", "，", ".", "。", "/", ":"]
FIELDS = [
    "",
    "",
    "",
    "title:",
    "ｔｉｔｌｅ：",
    "text:",
    "keyword:",
    "tech:",
    "industry:",
    "company:",
    "event:",
    "author:",
    "publisher:",
    "source:",
    "tag:",
    "lang:",
    "link:",
]

some_text = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BLANKS)), max_size=9).map(
    lambda pairs: "".join(piece + blank for piece, blank in pairs)
)
few = st.lists(some_text, max_size=2).map(tuple)
moments = st.none() | st.integers(-400, 400).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def records(draw: st.DrawFn) -> tuple[Record, tuple[str, ...]]:
    """A record with its tags."""
    record = Record(
        draw(some_text), "https://news.example/" + draw(some_text), draw(some_text), keywords=draw(few), ai_technologies=draw(few),
        industries=draw(few), companies=tuple(Company(name, "named") for name in draw(few)), events=tuple(Event(text, text[::-1]) for text in draw(few)), author=draw(st.none() | some_text),
        publisher=draw(st.none() | some_text), language=draw(st.sampled_from([None, "zh", "zh-CN", "en"])),
        source=draw(st.none() | st.sampled_from(PIECES)), published=draw(moments), first_seen=NOW,
    )  # fmt: skip
    return record, draw(st.lists(st.sampled_from(PIECES), max_size=2).map(tuple))


def _leaf(piece: str, blank: str, other: str, field: str, star: str) -> str:
    return f'{field}"{(piece + blank + other).replace(chr(34), "")}"{star}'


leaf = st.one_of(
    st.builds(_leaf, st.sampled_from(PIECES), st.sampled_from(BLANKS), st.sampled_from(["", *PIECES]), st.sampled_from(FIELDS), st.sampled_from(["", "", "*"])),
    st.sampled_from(["/模.{0,3}/", "/ai/i", "published:>=2026-03-09", "published:<-1d", "published:2026-03", "@some", "@one"]),
)  # fmt: skip


def _inside(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    terms = st.lists(
        st.sampled_from([f'"{piece}"{star}' for piece in PIECES if piece not in ("\u200b",) for star in ("", "*")]),
        min_size=2,
        max_size=3,
    )
    two = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        two.map(lambda parts: "(" + " AND ".join(parts) + ")"),
        two.map(lambda parts: "(" + " OR ".join(parts) + ")"),
        inner.map(lambda part: f"(NOT {part})"),
        st.tuples(st.integers(1, 3), two).map(lambda both: f"atleast({min(both[0], len(both[1]))}, {', '.join(both[1])})"),
        st.tuples(terms, st.integers(0, 9)).map(lambda both: f"near({', '.join(both[0])}, {both[1]})"),
        st.tuples(terms, st.sampled_from([">= 1", "> 1", "< 2", "= 0", "= 2"])).map(lambda both: f"count({' OR '.join(both[0])}) {both[1]}"),
    )  # fmt: skip


ALIASES = {"some": ["大模型", "GPT-5*", "C++"], "one": ["上海"]}
MORE_ALIASES = {
    **ALIASES,
    "parks": ["云杉", "Maple", "Birch", "Alder", "New Elm", "Elm Street", "杉林"],
    "laughs": ["哈哈", "哈"],
}


def _parses(written: str) -> bool:
    with suppress(QueryError):
        return bool(parse(written, ALIASES))
    return False


queries = st.recursive(leaf, _inside, max_leaves=6).filter(_parses)
