"""What analyzers share: the known terms, and a text read once for all of them.

`terms()` is one Aho–Corasick automaton over the normal forms of all names (technologies, industries, named things), built when
it is first needed. `reading(text)` gives a text's normal form, known terms, words and sentences, each worked out on first use.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick
import rjieba
from ruamel.yaml import YAML

from crawler.text import Normal, is_word, normal, normalize, word_ends, word_starts

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Term:
    """One name or cue. `kind` is technology, entity, or also/strong/weak (an industry's); `alias` is as written in the data."""

    kind: str
    id: str
    alias: str
    exact: bool = False  # upper and lower case as written
    unsure: bool = False  # counts only beside another of its kind
    unless: re.Pattern[str] | None = None  # found within 40 characters: something else is meant


@dataclass(frozen=True, slots=True)
class Name:
    """A technology, an industry or a named thing: its names in both languages; `group` is its category."""

    id: str
    zh: str
    en: str
    group: str = ""

    def in_language(self, language: str | None) -> str:
        return self.zh if language == "zh" else self.en


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


@cache
def table(file: str) -> dict[str, Any]:
    """A data file. Its tables are block scalars, which the YAML reader takes in one piece: 20 times faster than nested lists."""
    data: dict[str, Any] = YAML(typ="safe", pure=True).load((DATA / file).read_text("utf-8"))
    return data


def rows(block: str) -> Iterator[tuple[str, list[str]]]:
    """(group, fields) of each row of a table; ``[group]`` lines name the group of those that follow."""
    group = ""
    for line in block.splitlines():
        if line.startswith("["):
            group = line.strip("[] ")
        elif line.strip():
            yield group, [field.strip() for field in line.split("|")]


def split(field: str) -> list[str]:
    return [part for part in (piece.strip() for piece in field.split(";")) if part]


@cache
def names(kind: str) -> dict[str, Name]:
    """All names of a kind (technology, industry, entity) by id, in the order of the data."""
    file, block = {"entity": ("entities.yaml", "entities")}.get(kind, ("taxonomy.yaml", "technologies"))
    if kind == "industry":
        block = "industries"
    found = {}
    for group, fields in rows(table(file)[block]):
        if len(fields) > 2:
            found[fields[0]] = Name(fields[0], fields[1], fields[2], group)
    return found


def _terms_of(kind: str, fields: list[str], unless: dict[str, re.Pattern[str]]) -> Iterator[Term]:
    """The terms of one row: its marked aliases, and its names where no alias speaks of them."""
    ident, *both = fields[:3]
    marked = split(fields[3]) if len(fields) > 3 else []
    bare = {alias.lstrip("=-").rstrip("?") for alias in marked}
    for alias in [*(name for name in dict.fromkeys(both) if name not in bare), *marked]:
        if not alias.startswith("-"):
            plain = alias.lstrip("=").rstrip("?")
            yield Term(kind, ident, plain, alias.startswith("="), alias.endswith("?"), unless.get(plain))


def _cues() -> Iterator[Term]:
    for ident, strength, listed in _industry_lines():
        if strength != "technologies":
            yield from (Term(strength, ident, cue) for cue in listed)


def _industry_lines() -> Iterator[tuple[str, str, list[str]]]:
    """(industry, also | strong | weak | technologies, what is listed)."""
    ident = ""
    for _, fields in rows(table("taxonomy.yaml")["industries"]):
        if len(fields) > 2:
            ident = fields[0]
            yield ident, "also", fields[1:3]
        else:
            strength, _, listed = fields[0].partition(":")
            yield ident, strength, split(listed)


@cache
def no_context() -> frozenset[str]:
    """Technologies beside which a doubtful alias stays doubtful: a story of drones is not yet one of AI."""
    return frozenset(split(table("taxonomy.yaml")["no_context"]))


@cache
def industry_of_technology() -> dict[str, str]:
    """Technology id → the id of the industry that it speaks of."""
    return {tech: ident for ident, strength, listed in _industry_lines() if strength == "technologies" for tech in listed}


def _all_terms() -> Iterator[Term]:
    data = table("taxonomy.yaml")
    unless = {
        fields[0]: re.compile("|".join(re.escape(normal(word)) for word in split(fields[1])))
        for _, fields in rows(data["unless"])
    }
    for _, fields in rows(data["technologies"]):
        yield from _terms_of("technology", fields, unless)
    yield from _cues()
    for _, fields in rows(table("entities.yaml")["entities"]):
        yield from _terms_of("entity", fields, unless)


@cache
def terms() -> Any:
    """The automaton: normal form → (length, whether each end must be a word's end, its terms)."""
    found: dict[str, list[Term]] = {}
    for term in _all_terms():
        key = normal(term.alias)
        if term not in found.setdefault(key, []):
            found[key].append(term)
    automaton = ahocorasick.Automaton()
    for key, listed in found.items():
        automaton.add_word(key, (len(key), is_word(key[0]), is_word(key[-1]), tuple(listed)))
    automaton.make_automaton()
    return automaton


@cache
def segmenter() -> Any:
    """jieba, which also knows our own names: 智能体, 端到端, 开源 are one word each."""
    plain = re.compile("[\u4e00-\u9fff]{2,5}")
    words = {normal(term.alias) for term in _all_terms() if term.kind in ("technology", "entity")}
    for word in {*words, *str(table("events.yaml")["words"]).split()}:
        if plain.fullmatch(word) and not rjieba.has_word(word):
            rjieba.add_word(word, max(20, rjieba.suggest_freq(word)), "nz")
    return rjieba


def tagged(text: str) -> list[tuple[str, str]]:
    """(word, part of speech). Tags are looked up word by word: jieba's own model for words it does not know costs 8 MB."""
    return [(word, _tag(word)) for word in segmenter().cut(text, True)]


@lru_cache(maxsize=20_000)
def _tag(word: str) -> str:
    if rjieba.has_word(word):
        return str(rjieba.tag(word, False)[0][1])
    if _han.match(word):
        return "nz"  # a word that jieba put together by itself is mostly a name
    return "eng" if word[0].isalpha() else "m" if word[0].isdigit() else "x"


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
        form, found = self.form, []
        for last, (length, open_start, open_end, listed) in terms().iter(form):
            start, end = last - length + 1, last + 1
            if (open_start and not word_starts(form, start)) or (open_end and not word_ends(form, end)):
                continue
            for term in listed:
                if term.exact and self.original(start, end) != term.alias:
                    continue
                if term.unless and term.unless.search(form, max(0, start - 40), end + 40):
                    continue
                found.append(Match(start, end, term))
        found.sort(key=lambda match: (match.start, -match.end))
        return tuple(found)

    def longest(self, *kinds: str) -> list[Match]:
        """The terms of these kinds that stand inside no longer one. Latin ones may overlap (edge AI accelerator); Han ones don't,
        or 人工智能体验 would hold 智能体. Several may be the same words."""
        if kinds not in self._longest:
            self._longest[kinds] = self._find_longest(kinds)
        return self._longest[kinds]

    def _find_longest(self, kinds: tuple[str, ...]) -> list[Match]:
        chosen: list[Match] = []
        start = end = 0
        for match in self.matches:
            if match.term.kind not in kinds:
                continue
            same = match.start == start and match.end == end
            if match.start >= end or same or (match.end > end and is_word(self.form[match.start])):
                chosen.append(match)
                start, end = match.start, match.end
        return chosen

    @cached_property
    def words(self) -> list[tuple[str, str]]:
        """(word, part of speech) of the whole normal form, blanks and marks too; of Chinese by jieba, else only words and marks."""
        if self.is_spaced:
            return [(word, "") for word in _spaced.findall(self.form)]
        return tagged(self.form)

    @cached_property
    def starts(self) -> list[int]:
        """Where each word starts in the normal form, and where the last one ends."""
        return list(accumulate((len(word) for word, _ in self.words), initial=0))

    @cached_property
    def is_spaced(self) -> bool:
        """True when the text is not Chinese enough to be segmented."""
        return len(_han.findall(self.form)) * 8 < len(self.form)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(_sentences(self))


@lru_cache(maxsize=4)
def reading(text: str) -> Reading:
    """The reading of a text; analyzers ask for the same two (title and text) one after the other."""
    return Reading(text)


_han = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_spaced = re.compile(r"[^\W_]+(?:['.&/+][^\W_]+)*|[\W_]")
_ends = re.compile(r"[。!?…]+|\.(?=[\"')]* )|\n|$")
_abbreviated = re.compile(
    r"(?:^|[\W_])(?:[a-z]|mr|mrs|ms|dr|prof|st|gen|sen|rep|gov|vs|no|inc|ltd|co|corp|jr|sr|u\.s|u\.k|a\.m|p\.m|jan|feb|aug|sept|oct|nov|dec)$"
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
    following = re.compile(r"[\"') ]*(.)").match(read.form, stop + 1)
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


_SCRIPTS = (
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_other_script = re.compile(r"[\u0370-\u04ff\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af]")
# The most common short words of each language, those no other of the list has among its own.
_COMMON = {
    "en": "the of and to in is that for it with was on are be this by from at has have will its an",
    "de": "der die und den das von zu mit sich des auf für ist im dem nicht ein eine als auch wird",
    "fr": "le la les des et du une est dans que pour qui sur par au avec pas ce plus sont ses",
    "es": "el los las del que en una por con para se su como más pero sus ha al este",
    "pt": "o os da do das dos em um uma para com não se na no ao mais foi são pelo",
    "it": "il di che della per un una sono con del alla nel dei le più gli anche ha si",
    "nl": "de het een van en op te dat zijn voor met niet aan er ook bij door worden naar",
    "pl": "w i na z do się nie jest to że o przez dla od po jak oraz są",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi ama kadar",
    "vi": "và của là có các được trong cho một không những với người đã này",
    "id": "yang dan di dengan untuk ini dari dalam tidak akan pada itu juga adalah",
}
_common = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_latin = re.compile(r"(?:(?![\u3400-\u4dbf\u4e00-\u9fff])[^\W\d_])+")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language: ``zh`` in both scripts, ``en``, else the best guess; None without letters."""
    sample = text[:1500]
    han = len(_han.findall(sample))
    words = _latin.findall(sample)
    for code, script in _SCRIPTS if _other_script.search(sample) else ():
        letters = len(script.findall(sample))
        if letters > 2 and letters > (0.12 * han if code in ("ja", "ko") else han) and letters > len(words) * 2:
            return "uk" if code == "ru" and re.search("[іїєґ]", sample) else code
    if han and han * 2 > len(words):
        return "zh"
    if not words:
        return None
    lower = [word.lower() for word in words]
    votes = {code: sum(word in common for word in lower) for code, common in _common.items()}
    best = max(votes, key=lambda code: votes[code])
    if votes[best] * 12 >= len(lower):
        return best
    return "en" if sample.isascii() and len(words) > 1 else None
