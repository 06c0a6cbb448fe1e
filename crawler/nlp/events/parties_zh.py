"""The names of a Chinese sentence that may act in its event, and the names that 公司 may mean, with what is weighed of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from crawler.nlp.clause_zh import INSTITUTION, spans
from crawler.nlp.document import Reading, reading
from crawler.nlp.events import parties
from crawler.nlp.events.parties import Candidate, Place
from crawler.nlp.lexicon import is_called
from crawler.text import HAN

_PREPOSITIONS = "与和向由对被为从让给获在将"
_vague = re.compile(r"(?:此外，|同时，|另外，)?(公司|该公司|本公司|双方|两家公司|其|该|会议|项目|本轮|这|他|她|团队|交易)")


_company = re.compile(
    f"(?:^|(?<=[，。；：、由与和向对被为“告]))[{HAN}A-Za-z]{{2,16}}(?:（[{HAN}]{{2,4}}）[{HAN}]{{0,12}})?(?:有限(?:责任)?公司|公司|集团)"
)
_after = re.compile(  # who stands before a colon, and behind a post or a part in court
    f"(?:^|[，。；：】])(?P<label>[{HAN}·A-Za-z]{{2,14}})(?=：)|(?:董事长|总裁|总经理|C[ETOF]O|首席[{HAN}]{{2,5}}官|总监|院长|主任|创始人|教授"
    f"|被告|原告|主犯|工程师|科学家|负责人|顾问)(?P<person>[{HAN}]{{2,3}})"
)
_joined = re.compile("会同|联合|携手|[和与同及]")
_LONGEST_SUBJECT = 16


def _spans(sentence: str, text: str, read: Reading) -> list[tuple[int, int]]:
    """Where names may stand: runs of nouns and those that are joined, and what the segmenter does not know but its place tells."""
    found = {*spans(sentence, text, read), *_subjects(read), *(match.span() for match in _company.finditer(sentence))}
    found |= {match.span(match.lastgroup or 0) for match in _after.finditer(sentence)}
    for start, end in list(found):
        for match in _joined.finditer(sentence, start + 2, end - 2):
            found |= {(start, match.start()), (match.end(), end)}
    return sorted(found)


def _subjects(read: Reading) -> Iterator[tuple[int, int]]:
    """What stands between the beginning of a clause and its first word that is in no name."""
    begins: int | None = 0
    for word, tag, start, end in read.placed:
        if word in "，。；：、“”（）《》！？":
            begins = end
        elif begins is not None and tag[:1] in "vdpucrtmq":
            if 2 <= start - begins <= _LONGEST_SUBJECT:
                yield begins, start
            begins = None


def candidates(place: Place, surely: Sequence[str] = ()) -> list[Candidate]:
    """`surely`: the names of those who act as clauses tell it; their borders are surer than those of nouns."""
    sentence, text = place.sentence, place.text
    read = reading(sentence)
    sure = [(sentence.find(name), sentence.find(name) + len(name)) for name in surely if name in sentence]
    others = [one for one in _spans(sentence, text, read) if not any(one[0] < end and start < one[1] for start, end in sure)]
    found = sorted({*sure, *others})
    verbs = [(start, word) for word, tag, start, _ in read.placed if tag[:1] == "v"]
    tags = {start: tag for _, tag, start, _ in read.placed}
    made = [Candidate(sentence[a:b], a, *_here(at, found, place, verbs, tags)) for at, (a, b) in enumerate(found)]
    made = [one._replace(by_type=[*one.by_type, f"told={one.name in surely}"]) for one in made]
    seen = [one.name for one in made]
    vague = _vague.match(sentence)
    told = (
        f"told={min(2, len(surely))}",
        f"begins={vague[1] if vague else '-'}",
        f"company={'公司' in sentence}",
        f"institutions={min(3, sum(bool(INSTITUTION.search(one)) for one in seen))}",
        f"first={sentence[:2]}",
    )

    def told_of(meant: str, rank: int) -> Iterable[str]:
        return (
            *told,
            f"rank={rank}",
            f"about={meant == place.name}",
            f"times={min(5, text.count(meant))}",
            f"title={meant in place.title}",
            f"title first={place.title.startswith(meant)}",
            f"institution={bool(INSTITUTION.search(meant))}",
        )

    elsewhere = chain(
        (("told", name, 0) for name in surely),
        (("main", place.name, 0),),
        (("title", name, rank) for rank, name in enumerate(_named(place.title, text, 4))),
        (("earlier", name, rank) for rank, name in enumerate(_named(place.before, text, 6))),
    )
    return [*made, *parties.meant(seen, elsewhere, told_of)]


@lru_cache(maxsize=32)
def _named(sentence: str, text: str, most: int) -> list[str]:
    return [sentence[start:end] for start, end in spans(sentence, text, reading(sentence))[:most]] if sentence else []


def _here(
    at: int, found: list[tuple[int, int]], place: Place, verbs: list[tuple[int, str]], tags: dict[int, str]
) -> tuple[list[str], list[str]]:
    sentence, (start, end) = place.sentence, found[at]
    name = sentence[start:end]
    sign = [_sign(sentence[one]) if 0 <= one < len(sentence) else "#" for one in range(start - 2, start)]
    signs_behind = [_sign(sentence[one]) if one < len(sentence) else "#" for one in range(end, end + 3)]
    clause = max(sentence.rfind(mark, 0, start) for mark in "，。；：！？") + 1
    stop = min((one for one in (sentence.find(mark, end) for mark in "，。；") if one >= 0), default=len(sentence))
    before = [word for one, word in verbs if one < start]
    behind = [word for one, word in verbs if one >= end]
    signs = {
        "latin": name.isascii(),
        "title": name in place.title,
        "title first": place.title.startswith(name),
        "main": bool(place.name) and (name in place.name or place.name in name),
        "alone": len(found) == 1,
        "quoted": sentence.rfind("“", 0, start) > sentence.rfind("”", 0, start),
        "in a title": sentence.rfind("《", 0, start) > sentence.rfind("》", 0, start),
    }
    signs_by_type = {
        "institution": bool(INSTITUTION.search(name)),
        "company": is_called("company", name),
        "person": tags.get(start) == "nr" and len(name) < 4,
        "start": start < 3,
    }
    return [
        "always",
        f"l2={sign[0]}{sign[1]}",
        f"r2={signs_behind[0]}{signs_behind[1]}",
        f"r3={''.join(signs_behind)}",
        f"between={sign[1]}{signs_behind[0]}",
        f"ends={_sign(name[-1])}",
        f"ends2={_sign(name[-2])}{_sign(name[-1])}",
        f"begins={_sign(name[0])}",
        f"length={min(8, len(name))}",
        f"times={min(5, place.text.count(name))}",
        f"in clause={min(3, start - clause)}",
        f"clause={min(3, sentence.count('，', 0, start))}",
        f"number={min(3, sum(one[1] <= start for one in found))}",
        f"verb={before[-1] if before else '-'}",
        f"next verb={behind[0] if behind else '-'}",
        f"verb here={next((word for one, word in reversed(verbs) if clause <= one < start), '-')}",
        f"next verb here={next((word for one, word in verbs if end <= one < stop), '-')}",
        *(one for one, is_so in signs.items() if is_so),
    ], [
        f"l={sign[1]}",
        f"r={signs_behind[0]}",
        *_behind(sentence, clause, start),
        *(one for one, is_so in signs_by_type.items() if is_so),
    ]


def _behind(sentence: str, clause: int, start: int) -> Iterator[str]:
    """The prepositions before a name in its clause."""
    for word in _PREPOSITIONS:
        at = sentence.rfind(word, clause, start)
        if at >= 0 and start - at < 10:
            yield f"of={word}{'' if start - at == 1 else '…'}"


def _sign(one: str) -> str:
    if one.isascii():
        return "0" if one.isdigit() else "A" if one.isupper() else "a" if one.isalpha() else "," if one in ";|" else one
    return one
