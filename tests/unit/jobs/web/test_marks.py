"""Evidence in a text: every character once, in order, and each place under its names."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.web.marks import Piece, Span, found, paragraphs, pieces

TEXTS = st.text(alphabet="甲乙 a\nb", max_size=40)
SPANS = st.lists(st.builds(Span, st.integers(-3, 45), st.integers(-3, 45), st.sampled_from(["k1", "t2", "e3"])), max_size=8)


@given(TEXTS, SPANS)
def test_the_pieces_are_the_text(text: str, spans: list[Span]) -> None:
    assert "".join(piece.text for piece in pieces(text, spans)) == text


@given(TEXTS, SPANS)
def test_each_character_is_evidence_of_the_spans_around_it(text: str, spans: list[Span]) -> None:
    at = 0
    for piece in pieces(text, spans):
        around = {s.of for s in spans if 0 <= s.start <= at and at + len(piece.text) <= s.end <= len(text)}
        assert set(piece.of) == around
        at += len(piece.text)


@given(TEXTS, SPANS)
def test_a_name_that_a_link_leads_to_is_given_once(text: str, spans: list[Span]) -> None:
    given = [name for line in paragraphs(text, spans) for piece in line for name in piece.first]
    assert len(given) == len(set(given))


@given(TEXTS, SPANS)
def test_paragraphs_are_the_lines_that_say_something(text: str, spans: list[Span]) -> None:
    lines = ["".join(piece.text for piece in line) for line in paragraphs(text, spans)]
    assert lines == [line for line in text.split("\n") if line.strip()]


def test_nested_and_overlapping_places_are_cut_at_every_border() -> None:
    cut = pieces("abcdef", [Span(0, 4, "event"), Span(1, 2, "word"), Span(3, 6, "other")])
    assert [(one.text, one.of) for one in cut] == [
        ("a", ("event",)),
        ("b", ("event", "word")),
        ("c", ("event",)),
        ("d", ("event", "other")),
        ("ef", ("other",)),
    ]


def test_a_place_over_two_lines_is_marked_in_both() -> None:
    assert paragraphs("ab\ncd", [Span(1, 4, "e1")]) == (
        (Piece("a"), Piece("b", ("e1",), ("e1",))),
        (Piece("c", ("e1",)), Piece("d")),
    )


def test_words_are_found_in_a_quote_in_whatever_case() -> None:
    assert [one.text for one in found("An LLM, the llm of 云港", ["LLM", "云港"]) if one.of] == ["LLM", "llm", "云港"]
    assert found("nothing", ["", "x"]) == (Piece("nothing"),)
