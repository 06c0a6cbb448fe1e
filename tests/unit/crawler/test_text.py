"""The normal form: what is one, what stays apart, and that every offset leads back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text import is_han, normal, normalize, word_ends, word_starts, words

# Characters that move offsets: wide, ligature, marks, zero width, surrogate pair, traditional, Hangul jamo, half-width kana.
TRICKY = "aA ＡＢﬁßİ\u0301\u200b\u00ad‑-–_\u3000\n\r大語模型發，。．.5４ ①½™²𠀀ｶﾞ\u1112\u1161\u11abé・'’"
tricky_text = st.text(alphabet=TRICKY, max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    "written", ["GPT-5", "GPT 5", "GPT‑5", "GPT–5", "GPT_5", "ＧＰＴ－５", "gpt  5", "G\u200bPT-5", "GPT\u00a05", "GPT™-5"]
)
def test_ways_to_write_a_model_are_one(written: str) -> None:
    assert normal(written) == "gpt 5"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("大語言模型", "大语言模型"),
        ("臺灣積體電路", "台湾积体电路"),
        ("OpenAI 发布 GPT-5 模型", "OpenAI发布GPT‑5模型"),
        ("萨姆·奥特曼", "萨姆・奥特曼"),
        ("萨姆·奥特曼", "萨姆-奥特曼"),
        ("萨姆·奥特曼", "萨姆奥特曼"),
        ("Straße", "STRASSE"),
        ("Ørsted, Łódź, Đà Nẵng, Işık, Mærsk, Œuvre", "orsted, lodz, da nang, isik, maersk, oeuvre"),
        ("e\u0301tude", "etude"),
        ("São Élysée, naïve; İzmir, pièce", "sao elysee, naive; izmir, piece"),
        ("й ば 각", "й ば 각"),
        ("ｶﾞ", "ガ"),
        ("don’t", "don't"),
        ("ｏｐｅｎａｉ，发布", "OpenAI，发布"),
    ],
)
def test_ways_to_write_a_term_are_one(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"), [("GPT-5.4", "GPT-54"), ("Kimi K2", "Kimi K3"), ("人工\n智能", "人工智能"), ("①AI", "1AI"), ("A。B", "AB")]
)
def test_different_things_stay_apart(one: str, other: str) -> None:
    assert normal(one) != normal(other)


# (term, text, whether a whole-word search finds it)
WORDS = [
    ("AI", "国产AI大模型发布", True),
    ("AI", "He said the email failed", False),
    ("AI", "OpenAI 发布", False),
    ("AI", "AI", True),
    ("AI", "the AI, finally", True),
    ("AI", "生成式AI。", True),
    ("GPT-5", "GPT-5 mini", True),
    ("GPT-5", "发布GPT-5。", True),
    ("GPT-5", "It is GPT-5. Then", True),
    ("GPT-5", "GPT-5.4 released", False),
    ("GPT-5", "GPT-50", False),
    ("GPT-5", "GPT-5o", False),
    ("GPT-5", "用GPT-5，100亿参数", True),
    ("4", "GPT-5.4", False),
    ("500", "4,500 people", False),
    ("4", "4,500 people", False),
    ("4", "teams 4,5 and 6", True),
    ("大模型", "国产大模型发布", True),
    ("AI", "カタカナAIを", True),
    ("AI", "오픈AI가", True),
]


@pytest.mark.parametrize(("term", "text", "found"), WORDS)
def test_a_latin_term_matches_whole_words_and_han_ends_a_word(term: str, text: str, found: bool) -> None:
    needle, hay = normal(term), normal(text)
    places = [i for i in range(len(hay)) if hay.startswith(needle, i)]
    assert any(word_starts(hay, i) and word_ends(hay, i + len(needle)) for i in places) is found


@pytest.mark.parametrize(
    ("text", "term", "original"),
    [
        ("今天ＯｐｅｎＡＩ 发布 GPT‑5。", "openai发布gpt 5", "ＯｐｅｎＡＩ 发布 GPT‑5"),
        ("ﬁne Straße 大語言模型", "strasse大语言模型", "Straße 大語言模型"),
        ("cafe\u0301 ５０％", "cafe 50%", "cafe\u0301 ５０％"),
        ("a\u200bb  -  c", "b c", "b  -  c"),
        ("x AI 大模型", "ai", "AI"),
    ],
)
def test_a_span_leads_back_to_the_original(text: str, term: str, original: str) -> None:
    form = normalize(text)
    at = form.text.index(term)
    start, end = form.span(at, at + len(term))
    assert text[start:end] == original


@settings(max_examples=300)
@given(tricky_text)
def test_twice_is_once(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@settings(max_examples=300)
@given(tricky_text)
def test_origins_stay_inside_and_in_order(text: str) -> None:
    form = normalize(text)
    origins = [form.origin(i) for i in range(len(form.text))]
    assert all(0 <= place < len(text) for place in origins)
    assert origins == sorted(origins)


@settings(max_examples=300)
@given(tricky_text)
def test_what_a_span_leads_back_to_has_the_same_form(text: str) -> None:
    form = normalize(text)
    for index, ch in enumerate(form.text):
        if ch not in " \n":
            start, end = form.span(index, index + 1)
            assert ch in normal(text[start:end])


MANY = "".join(map(chr, (*range(0x391, 0x3A2), *range(0x410, 0x430), *range(0x531, 0x557))))  # capitals: 87 of them change


@settings(max_examples=300)
@given(tricky_text)
def test_the_form_of_a_character_does_not_hang_on_how_many_others_change(text: str) -> None:
    assert normal(f"{text}|{MANY}") == normal(f"{text}|") + normal(MANY)


def test_each_common_han_has_the_same_form_alone_and_in_a_text() -> None:
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    assert normal("".join(han)) == "".join(map(normal, han))


@given(tricky_text, st.integers(0, 40))
def test_word_bounds_never_raise(text: str, index: int) -> None:
    form = normal(text)
    assert isinstance(word_starts(form, index), bool)
    assert isinstance(word_ends(form, index), bool)


@settings(max_examples=300)
@given(st.text("ab1 大。-é\u0301_", max_size=14), st.integers(0, 15), st.integers(0, 15))
def test_words_of_a_part_are_those_that_begin_in_it(text: str, start: int, end: int) -> None:
    assert list(words(text, start, end)) == [place for place in words(text) if start <= place < end]


@settings(max_examples=300)
@given(tricky_text)
def test_a_form_says_how_many_words_more_than_its_original_it_may_have(text: str) -> None:
    form = normalize(text)
    assert len(list(words(form.text))) <= len(list(words(text))) + form.more
    if form.more == 0:
        assert len(list(words(form.text))) == len(list(words(text)))


def test_han_is_han_alone() -> None:
    assert [ch for ch in "A大カ한。々１" if is_han(ch)] == ["大", "々"]


def test_a_word_has_the_same_normal_form_alone_and_in_a_long_text() -> None:
    """Short texts are looked up character by character, long ones by a list of what may change."""
    for word in (
        "大語言模型",
        "ＯｐｅｎＡＩ",
        "GPT‑5",
        "Straße",
        "e\u0301cole",
        "①推理",
        "हिन्दी",
        "ﾊﾟﾗﾒｰﾀ",
        "萨姆・奥特曼",
        "a\u200bb™",
    ):
        assert normal(word + "\n" + "无" * 600).split("\n")[0] == normal(word)
