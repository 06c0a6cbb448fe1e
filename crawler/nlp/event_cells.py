"""What an event's sentence says beside its headline: who raised, bought or took a post, by which round, with whom, at which price. Pure.

    cells(kind, the words of the event, title, text) → {column: Cell(value, quote)}

A sentence is read by frames ("… 完成 … 轮融资", "… joins … as …"), each a pattern whose groups are named after columns. Where none of the
frames of a kind fits, nothing is said: an empty cell is better than a doubtful one. What stands in the sentences right behind it counts
where it can be said of nothing else (who led the round, the licence, the price).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from crawler.nlp.event_frames import LONGEST, Cell, Said, placed
from crawler.nlp.frames_en import acquisition_en, chip_en, funding_en, partnership_en, people_en, policy_en, release_en
from crawler.nlp.frames_zh import acquisition_zh, chip_zh, funding_zh, partnership_zh, people_zh, policy_zh, release_zh
from crawler.text import is_han, simplified


def cells(
    kind: str, detail: str, title: str, text: str, *, actors: tuple[str, ...] = (), date: str | None = None
) -> dict[str, Cell]:
    """The columns that the text fills, of an event that is told by these words, of a kind that has a table; `actors` and `date` as they are
    known of it. Traditional characters are read as simplified ones."""
    if (plain := simplified(text)) != text:
        found = cells(kind, simplified(detail), simplified(title), plain, actors=actors, date=date)
        return {name: Cell(*(_back(words, plain, text) for words in cell)) for name, cell in found.items()}
    said = placed(detail, title, text)._replace(actors=actors, date=Cell(date, detail) if date else None)
    read = _frames(said.sentence).get(kind)
    found = read(said) if read else {}
    return found if found.keys() & _OWN.get(kind, {"actors", "object"}) else {}


def _frames(sentence: str) -> Mapping[str, _Reader]:
    return _READ_ZH if sum(map(is_han, sentence)) > len(sentence) / 5 else _READ_EN


def _back(words: str, plain: str, text: str) -> str:
    """Words of the simplified text, or names of a list of them, as the text writes them."""
    parts = ((part, plain.find(part)) for part in words.split("、"))
    return "、".join(text[at : at + len(part)] if at >= 0 else part for part, at in parts)


def kind_of(sentence: str, title: str, text: str) -> str:
    """The kind whose frame a sentence fits with what makes such an event; "" where it fits none for sure."""
    if not SHORTEST <= len(sentence) <= LONGEST:
        return ""
    frames, title = _frames(sentence), title[:LONGEST]
    for kind, words in _WORDS.items():
        if words.search(sentence) and any(frames[kind](Said(title, text, sentence)).keys() >= needed for needed in _NEEDED[kind]):
            return kind
    return ""


# columns that say something of an event even where nobody is named; of the other kinds it is who and what
_OWN: Mapping[str, set[str]] = {
    "funding": {"actors", "round", "amount"},
    "release": {"actors", "object", "licence", "size"},
    "policy": {"actors", "object"},
    "chip": {"actors", "object", "process"},
}
SHORTEST = 12  # characters of a sentence that can tell an event: less is a heading
_NEEDED: Mapping[str, tuple[set[str], ...]] = {  # columns that are filled where it is surely one
    "funding": ({"actors", "round"}, {"actors", "investors", "amount"}),
    "acquisition": ({"actors"},),
    "people": ({"actors", "post"},),
    "policy": ({"actors", "object", "stage"},),
    "partnership": ({"actors", "object"},),
    "chip": ({"actors", "process"},),
    "release": ({"object", "licence"}, {"object", "size"}, {"object", "version"}, {"object", "price"}),
}
_WORDS: Mapping[str, re.Pattern[str]] = {
    "funding": re.compile(r"融资|轮|募|债券|IPO|投资方|[Rr]ound|[Ff]unding|Series [A-K]|awarded|seed|offering"),
    "acquisition": re.compile(r"收购|并购|股权|股份|买下|\b(?:buy|acqui|purchas|bought|take over|taken over)"),
    "people": re.compile(r"任|职|加盟|加入|离开|\b(?:join|appoint|name|hire|step|resign|leav|left|depart|promot|successor|quit)"),
    "policy": re.compile(
        r"印发|发布|公布|出台|通过|征求意见|批准|《|议会|\b(?:law|Act|Bill|rules?|banned|regulat|parliament|government|ministry|scheme|authority|Commission)\b"
    ),
    "partnership": re.compile(
        r"合作|签署|签约|共建|中标|合资|共同|联合|\b(?:partner|agreement|joint|alliance|contract|team(?:ed|s) up)"
    ),
    "chip": re.compile(r"nm|纳米|nanomet|芯片|chip|accelerator|processor"),
    "release": re.compile(r"开源|发布|推出|上线|参数|下调|\b(?:releas|open|publish|launch|parameter|licen[cs]e|availab)"),
}
_Reader = Callable[[Said], dict[str, Cell]]
_READ_ZH: Mapping[str, _Reader] = {
    "funding": funding_zh,
    "release": release_zh,
    "policy": policy_zh,
    "chip": chip_zh,
    "partnership": partnership_zh,
    "people": people_zh,
    "acquisition": acquisition_zh,
}
_READ_EN: Mapping[str, _Reader] = {
    "funding": funding_en,
    "release": release_en,
    "policy": policy_en,
    "chip": chip_en,
    "partnership": partnership_en,
    "people": people_en,
    "acquisition": acquisition_en,
}
