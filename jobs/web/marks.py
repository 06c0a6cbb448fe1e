"""Marks the places of evidence in a text. Pure: cut at every border, so that places may nest and overlap; a template escapes each piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open place in a text, in code points, and whose evidence it is."""

    start: int
    end: int
    of: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is evidence of all of `of`, in the order of the spans; of none: plain text. `first`: of these it is the first piece."""

    text: str
    of: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The whole text in pieces. What lies outside of it is left out."""
    return _named([_cut(text, spans)])[0]


def _cut(text: str, spans: Iterable[Span]) -> list[Piece]:
    inside = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    borders = sorted({0, len(text), *(span.start for span in inside), *(span.end for span in inside)})
    return [_piece(text, start, end, inside) for start, end in pairwise(borders)]


def _piece(text: str, start: int, end: int, spans: Sequence[Span]) -> Piece:
    here = [span for span in spans if span.start <= start and end <= span.end]
    return Piece(text[start:end], tuple(dict.fromkeys(span.of for span in here)))


def _named(lines: Iterable[Iterable[Piece]]) -> tuple[tuple[Piece, ...], ...]:
    """The same, each piece with those whose first it is: a place that a link can lead to has one name, once."""
    known: set[str] = set()
    named = []
    for line in lines:
        row = []
        for piece in line:
            row.append(replace(piece, first=tuple(of for of in piece.of if of not in known)))
            known.update(piece.of)
        named.append(tuple(row))
    return tuple(named)


def found(quote: str, terms: Iterable[str]) -> tuple[Piece, ...]:
    """A quote with each place of these words, in whatever case."""
    low, spans = quote.lower(), []
    for term in {term.lower() for term in terms} - {""}:
        at = low.find(term) if len(low) == len(quote) else -1
        while at >= 0:
            spans.append(Span(at, at + len(term), "hit"))
            at = low.find(term, at + len(term))
    return pieces(quote, spans)


def paragraphs(text: str, spans: Iterable[Span]) -> tuple[tuple[Piece, ...], ...]:
    """The text's lines that say something, each in pieces. A place that goes on in the next line is marked in both."""
    known, found, start = list(spans), [], 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            clipped = [Span(max(span.start, start) - start, min(span.end, end) - start, span.of) for span in known if span.start < end and start < span.end]  # fmt: skip
            found.append(_cut(line, clipped))
        start = end + 1
    return _named(found)
