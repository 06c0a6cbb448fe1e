"""Topics: what is counted of their signs, and the weights that are shipped."""

import pytest

from crawler.nlp import lexicon, topic_words
from crawler.nlp.document import Match, Reading
from crawler.nlp.topics import BEGINNING, Topics, certainty, weights

TERM = lexicon.Term("technology", "llm", "大模型")


def topics(*signs: tuple[str, str, int, bool, str]) -> dict[str, dict[str, tuple[float, ...]]]:
    """What is measured of (topic, kind, start, in the title, word)."""
    found = Topics("technology", Reading(""), Reading("字" * 600))
    for ident, kind, start, in_title, word in signs:
        found.sign(ident, kind, Match(start, start + 2, TERM), in_title, word)
    return {ident: dict(made) for ident, made in found.measures()}


def test_signs_are_counted_with_their_words_and_where_they_stand() -> None:
    made = topics(
        ("llm", "named", 3, True, "大模型"), ("llm", "named", 9, False, "LLM"), ("llm", "named", BEGINNING, False, "LLM")
    )
    count, words, titled, early, share = made["llm"]["named"]
    assert (2**count, round(2**words), titled, early, share) == (4, 3, 1, 1, 1.0)


def test_a_topic_that_is_only_hinted_at_is_weighed_by_rows_of_its_own() -> None:
    made = topics(("llm", "named", 3, False, "大模型"), ("cv", "hint", 9, False, "相机"))
    assert {"text", "named"} <= made["llm"].keys()
    assert {"only text", "only hint"} <= made["cv"].keys()


def test_certainty_is_even_where_the_odds_are() -> None:
    assert (certainty(0.0), certainty(2.0) + certainty(-2.0)) == (0.5, 1.0)


@pytest.mark.parametrize(("what", "kind"), [("technologies", "technology"), ("industries", "industry")])
def test_weights_are_of_topics_and_signs_that_there_are(what: str, kind: str) -> None:
    known = lexicon.names(kind)
    for row, values in weights(what).items():
        ident, _, other = row.removeprefix("of ").partition(" with ")
        if row.startswith("of "):
            assert ident in known or ident.endswith(":")
            assert not other or other in lexicon.names("technology")
        assert len(values) <= 9


def test_words_of_an_article_are_told_without_endings_numbers_and_marks() -> None:
    said = topic_words.words(Reading("Robots lifted 40 crates"), Reading("A robot lifts a crate."))
    assert said.keys() == {topic_words.stem(word) for word in ("robots", "lifted", "lifts", "crates", "crate")} | {"robot"}
    assert said[topic_words.stem("lifted")] > 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_words_have_a_weight_for_each_topic_that_they_speak_of(language: str) -> None:
    places, topics = topic_words.model(language)
    for name, (step, kept) in topics.items():
        kind, _, ident = name.partition(" ")
        assert ident in lexicon.names(kind)
        assert step > 0
        assert len(kept) == len(places)
        assert max(abs(weight - topic_words.ZERO) for weight in kept) == topic_words.LEVELS


@pytest.mark.parametrize(
    "text",
    ["The nurses read the scan of each patient before the radiologists do.", "护士先看每位患者的影像, 放射科医生再写诊断报告."],
)
def test_words_tell_a_topic_that_they_go_with_from_one_that_they_do_not(text: str) -> None:
    points = topic_words.Points("industry", Reading(""), Reading(text))
    health, finance = points.of("healthcare"), points.of("finance")
    assert health is not None
    assert finance is not None
    assert health > 0
    assert health > finance


def test_words_say_nothing_of_a_topic_that_few_articles_are_about() -> None:
    assert topic_words.Points("technology", Reading(""), Reading("A robot lifts a crate.")).of("own:箱") is None
    assert topic_words.Points("industry", Reading(""), Reading("…")).of("finance") is None
