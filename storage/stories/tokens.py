"""The known words of a headline, where they stand, and what they mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.record import travels
from crawler.text import Normal, word_ends, word_starts
from storage.stories.quantities import GAP, TIERS
from storage.stories.vocabulary import ACTORS, Sense, groups_of_acts, lexicon

_NESTED = ("stages", "turns", "acts", "roles", "cities")  # kinds that count even inside a longer known word
_PLAIN_TIERS = ("medium", "large", "plus")  # words of everyday headlines
_latin_word = re.compile(r"[a-z][a-z'.]*")
_TIERS_IN_HAN = {"思考模型": "thinking", "思考版": "thinking"}
_tier = re.compile(f"(?<![a-z])(?:{'|'.join(TIERS)})(?![a-z])|{'|'.join(_TIERS_IN_HAN)}")
_stop = re.compile('完成|宣布|获|将|与|在|用|拟|登陆|向|对|[，,：:;；!！?？、《“"]')


@travels
@dataclass(frozen=True, slots=True)
class Known:
    """A known word where it stands in the normal form."""

    start: int
    end: int
    word: str
    senses: tuple[Sense, ...]

    def ids(self, *kinds: str) -> Iterator[str]:
        return (sense.id for sense in self.senses if sense.kind in kinds)


@travels
@dataclass(frozen=True, slots=True)
class Words:
    """What a headline names. ``words["acts"]`` are ids by kind; besides the lexicon's kinds there are

    ``entities`` all actors and the makers of products, ``roots`` the same with the makers in place of their products, ``companies``
    those that are companies, ``subjects`` the actors before the first act, ``act_groups`` what the acts may also be told by, ``tiers``.
    `stops` are the places at which an unknown name before them ends.
    """

    known: tuple[Known, ...]
    by_kind: Mapping[str, frozenset[str]]
    act_at: int
    stops: tuple[int, ...]

    def __getitem__(self, kind: str) -> frozenset[str]:
        return self.by_kind.get(kind, frozenset())

    def places(self, *kinds: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, id) of the words of these kinds."""
        return ((known.start, known.end, ident) for known in self.known for ident in known.ids(*kinds))

    @property
    def written(self) -> tuple[str, ...]:
        """The actors as they stand."""
        return tuple(known.word for known in self.known if any(known.ids(*ACTORS)))

    def mask(self, text: str) -> str:
        """A text of the same length without what is known, and without the words that are in every headline."""
        for known in self.known:
            text = f"{text[: known.start]}{GAP * (known.end - known.start)}{text[known.end :]}"
        text = _latin_word.sub(lambda match: GAP * len(match.group()) if match.group() in lexicon().glue else match.group(), text)
        return lexicon().glue_han.sub(GAP, text)


def is_glue(word: str) -> bool:
    """True for a Latin word that is in many headlines and tells nothing of this one."""
    return word in lexicon().glue


def is_known(word: str) -> bool:
    """True for a Latin word that is part of something known, or glue."""
    return is_glue(word) or word in lexicon().latin or word in TIERS


def stands(word: str, text: str) -> bool:
    """True when a Latin word stands in a text with no letter at either end of it. Words are too many to have a pattern each."""
    at = text.find(word)
    while at >= 0:
        if not ("a" <= text[at - 1 : at] <= "z" or "a" <= text[at + len(word) : at + len(word) + 1] <= "z"):
            return True
        at = text.find(word, at + 1)
    return False


def words_of(form: Normal) -> Words:
    """The known words of a headline: leftmost, longest, none inside another (but see `_NESTED`)."""
    chosen: list[Known] = []
    by_kind: dict[str, set[str]] = defaultdict(set)
    reached = 0
    for known in sorted(_standing(form), key=lambda known: (known.start, -known.end)):
        nested = known.start < reached
        for sense in known.senses:
            if not nested or sense.kind in _NESTED:
                by_kind[sense.kind].add(sense.id)
        if not nested:
            chosen.append(known)
            reached = known.end
    act_at = min((known.start for known in chosen if any(known.ids("acts"))), default=0)
    _derive(by_kind)
    by_kind["subjects"] = {ident for known in chosen if known.start < act_at for ident in known.ids(*ACTORS)}
    by_kind["tiers"] = {_TIERS_IN_HAN.get(tier, tier) for tier in _tier.findall(form.text)}.difference(_PLAIN_TIERS)
    stops = {known.start for known in chosen if not any(known.ids(*ACTORS, "things"))}  # names are made of things: 银行, 机器人
    stops |= {match.start() for match in _stop.finditer(form.text)}
    return Words(tuple(chosen), {kind: frozenset(ids) for kind, ids in by_kind.items() if ids}, act_at, tuple(sorted(stops)))


def _standing(form: Normal) -> Iterator[Known]:
    for last, (word, senses) in lexicon().automaton.iter(form.text):
        start, end = last + 1 - len(word), last + 1
        if not (word_starts(form.text, start) and word_ends(form.text, end)):
            continue
        if any(sense.exact for sense in senses):
            first, after = form.span(start, end)
            senses = tuple(sense for sense in senses if sense.exact in ("", form.original[first:after]))
        if senses:
            yield Known(start, end, word, senses)


def _derive(by_kind: dict[str, set[str]]) -> None:
    makers, alike = lexicon().makers, groups_of_acts()
    actors = {ident for kind in ACTORS for ident in by_kind[kind]}
    by_kind["countries"] |= {home for office in by_kind["institution"] if (home := lexicon().homes.get(office))}
    by_kind["roots"] = {makers.get(ident, ident) for ident in actors}
    by_kind["entities"] = actors | by_kind["roots"]
    by_kind["companies"] = {makers.get(ident, ident) for ident in by_kind["company"] | by_kind["product"]}
    by_kind["act_groups"] = {group for act in by_kind["acts"] for group in (act, *alike.get(act, ()))}
