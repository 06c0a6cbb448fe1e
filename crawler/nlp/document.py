"""A text read once for all analyzers: its normal form, known terms, words and sentences, each worked out on first use."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from operator import itemgetter
from string import ascii_lowercase, digits
from typing import NamedTuple

from crawler.nlp.lexicon import Term, terms
from crawler.nlp.segmenter import tagged
from crawler.text import HAN, Normal, is_word, normalize, word_ends, word_starts


class Match(NamedTuple):
    """A term where it stands: offsets into the normal form."""

    start: int
    end: int
    term: Term


class Sentence(NamedTuple):
    """Offsets into the original text, and its words as a slice of the reading's; `paragraph` counts from 0."""

    start: int
    end: int
    paragraph: int
    text: str
    form: str
    first_word: int
    last_word: int


class Reading:
    """One text, read once. Offsets are into `form` (the normal form) unless a method says otherwise."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.normal: Normal = normalize(text)
        self.form = self.normal.text
        self._longest: dict[tuple[str, ...], list[Match]] = {}

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text."""
        return self.normal.span(start, end)

    def original(self, start: int, end: int) -> str:
        first, last = self.span(start, end)
        return self.text[first:last]

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Every known term that stands as a word, longest first at each place; nested ones are still there."""
        form, new = self.form, tuple.__new__  # there are hundreds: Match(…) takes twice as long
        edged = f" {form} "  # most begin or end at a blank, or within a word: of these no more need be asked
        found: list[Match] = []
        for last, ((length, open_start, open_end, plain), *listed) in terms().iter(form):
            start, end = last - length + 1, last + 1
            if open_start and (before := edged[start]) != " " and (before in _LETTERS or not word_starts(form, start)):
                continue
            if open_end and (after := edged[end + 1]) != " " and (after in _LETTERS or not word_ends(form, end)):
                end += 1
                if after != "s" or not word_ends(form, end):  # robot also stands for robots
                    continue
            for term in listed:
                if plain or self._is_meant(term, start, end):
                    found.append(new(Match, (start, end, term)))
        found.reverse()  # they came by their ends: of those with one start, the longest is first now
        found.sort(key=itemgetter(0))
        return tuple(found)

    def _is_meant(self, term: Term, start: int, end: int) -> bool:
        if term.exact and self.original(start, end).removesuffix("s") != term.alias.removesuffix("s"):
            return False
        return not (term.unless and term.unless.search(self.form, max(0, start - 40), end + 40))

    @cached_property
    def _by_kind(self) -> defaultdict[str, list[Match]]:
        sorted_out: defaultdict[str, list[Match]] = defaultdict(list)
        for match in self.matches:
            sorted_out[match[2][0]].append(match)
        return sorted_out

    def longest(self, *kinds: str) -> list[Match]:
        """The terms of these kinds that stand inside no longer one. Latin ones may overlap (edge AI accelerator); Han ones don't,
        or 人工智能体验 would hold 智能体. Several may be the same words."""
        if kinds not in self._longest:
            self._longest[kinds] = self._find_longest(kinds)
        return self._longest[kinds]

    def _find_longest(self, kinds: tuple[str, ...]) -> list[Match]:
        chosen: list[Match] = []
        start = end = 0
        wanted = (
            self._by_kind[kinds[0]]
            if len(kinds) == 1
            else sorted(chain.from_iterable(map(self._by_kind.__getitem__, kinds)), key=_place)
        )
        for match in wanted:
            first, last, _ = match
            if first >= end or (last > end and is_word(self.form[first])) or (first == start and last == end):
                chosen.append(match)
                start, end = first, last
        return chosen

    @cached_property
    def words(self) -> list[tuple[str, str]]:
        """(word, part of speech) of the whole normal form, blanks and marks too; of Chinese by jieba, else only words and marks."""
        if self.is_spaced:
            return [(word, "") for word in _spaced.findall(self.form)]
        return tagged(self.form)

    @cached_property
    def edges(self) -> frozenset[int]:
        """Where words start and end in the normal form."""
        return frozenset(self.starts)

    def cuts_a_word(self, start: int, end: int) -> bool:
        """True for Han that goes from one word into another: 师范 in 分析师范晓; a single character must be a word of its own."""
        edges = self.edges
        if start in edges and end in edges:
            return False
        return end - start == 1 or any(at in edges for at in range(start + 1, end))

    @cached_property
    def name_tails(self) -> frozenset[int]:
        """Where words stand that make a name of what precedes them: 数据 in 麦田数据."""
        return frozenset(found.start() for found in _of_name_zh.finditer(self.form))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words without their parts of speech."""
        return tuple(map(itemgetter(0), self.words))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Their parts of speech."""
        return tuple(map(itemgetter(1), self.words))

    @cached_property
    def starts(self) -> list[int]:
        """Where each word starts in the normal form, and where the last one ends."""
        return list(accumulate(map(len, self.tokens), initial=0))

    @cached_property
    def placed(self) -> list[tuple[str, str, int, int]]:
        """(word, part of speech, start, end) of the whole text, with offsets into the original."""
        return [(*word, *self.span(at, at + len(word[0]))) for word, at in zip(self.words, self.starts, strict=False)]

    @cached_property
    def is_spaced(self) -> bool:
        """True when the text is not Chinese enough to be segmented."""
        return sum(map(len, _han.findall(self.form))) * 8 < len(self.form)

    @cached_property
    def is_title_case(self) -> bool:
        """True when Most Words Have a Capital."""
        words = re.findall(r"[A-Za-z]{4,}", self.text[:200])
        return bool(sum(word[0].isupper() for word in words) > 0.6 * len(words))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(_sentences(self))


_LETTERS = frozenset(ascii_lowercase + digits)
_of_name_zh = re.compile(
    r"(?:科技|数据|智能|集团|股份|资本|网络|动力|数科|电子|控股|创投|智造|智联|传媒|时代|未来|星辰)(?!的|和|、|化|设备|平台|中心|产业|领域)"
)
_word_before = re.compile(r"(?:^|(?<=\s))([A-Z][\w&’'-]*) $")
_word_behind = re.compile(r"(?:'s)? ?([A-Z][\w&-]*)")


def in_name(place: Reading, start: int, end: int) -> bool:
    """True for words of the normal form that are part of a longer name: 麦田 of 麦田数据, Robotics of Horizon Robotics."""
    if place.form[start] >= "\u3400":
        return end - start <= 3 and end in place.name_tails
    first, last = place.span(start, end)
    text = place.text
    if not text[first].isupper() or " " in text[first:last] or place.is_title_case:
        return False
    before = _word_before.search(text, max(0, first - 24), first)
    if before and before[1] not in ("The", "A", "An", "This", "Its", "Our", "In", "For", "On", "New", "AI"):
        return True
    behind = _word_behind.match(text, last)
    return bool(behind and text[last : last + 1] == " " and first > 1 and text[first - 2] not in ".!?\n")


def _place(match: Match) -> tuple[int, int]:
    return match[0], -match[1]


@lru_cache(maxsize=4)
def reading(text: str) -> Reading:
    """The reading of a text; analyzers ask for the same two (title and text) one after the other."""
    return Reading(text)


_han = re.compile(f"[{HAN}]+")
_spaced = re.compile(r"[^\W_]+(?:['.&/+][^\W_]+)*|[\W_]")
_ends = re.compile(r"[。!?…]+|\.(?=[\"')]* )|\n|$")
_following = re.compile(r"[\"') ]*(.)")
_abbreviated = re.compile(
    r"(?:^|[\W_])(?:[a-z](?<! on x)(?<!series [a-z])|mr|mrs|ms|dr|prof|st|gen|sen|rep|gov|hon|rev|lt|capt|sgt|messrs|jr|sr|inc|ltd|co|corp|pte|pvt|pty|sdn|vs|no|approx"
    r"|u\.s|u\.k|a\.m|p\.m|jan|feb|aug|sept|oct|nov|dec)$"
)


def _sentences(read: Reading) -> Iterator[Sentence]:
    """Sentences by 。！？… and line ends, and by full stops that end no abbreviation and precede no small letter."""
    form, start, paragraph = read.form, 0, 0
    for match in _ends.finditer(form):
        end, mark = match.end(), match.group()[:1]
        if end < start or (mark == "." and _goes_on(read, match.start())):
            continue
        if mark not in ("\n", ""):
            quoted = form.count('"', start, end) % 2
            while end < len(form) and (form[end] in "」』)" or (form[end] == '"' and quoted)):
                quoted -= form[end] == '"'
                end += 1
            if quoted and end - start < 300:  # a quotation belongs to the sentence that tells who said it
                continue
        if sentence := _sentence(read, start, match.start() if mark == "\n" else end, paragraph):
            yield sentence
        start = end
        paragraph += mark == "\n"


def _goes_on(read: Reading, stop: int) -> bool:
    """True when the full stop there ends an abbreviation, or a small letter follows."""
    if _abbreviated.search(read.form, max(0, stop - 12), stop):
        return True
    following = _following.match(read.form, stop + 1)
    return bool(following and read.text[read.normal.origin(following.start(1))].islower())


def _sentence(read: Reading, start: int, end: int, paragraph: int) -> Sentence | None:
    form = read.form[start:end].strip()
    if not form:
        return None
    start = read.form.index(form, start)
    first, last = read.span(start, start + len(form))
    starts = read.starts
    words = bisect_left(starts, start), bisect_left(starts, start + len(form))
    return Sentence(first, last, paragraph, read.text[first:last], form, *words)
