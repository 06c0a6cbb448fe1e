"""What an event's sentence says beside its headline: who raised, bought or took a post, by which round, with whom, at which price. Pure.

    rows(kind, the words of the event, title, text) → [{column: Cell(value, quote)}]

The clauses of a sentence are read by frames, which ask for verbs of their kind ("… 完成 … 轮融资", "… joins … as …"), and take the columns
from what stands before and behind. Where none of a kind fits, only who acts in the event is told, if all of them stand there: an empty
cell is better than a doubtful one. What stands in the sentences right behind it counts
where it can be said of nothing else (who led the round, the licence, the price).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.nlp.clause_en import is_person, is_proper
from crawler.nlp.events import frames_en, frames_zh
from crawler.nlp.events.frames import EARLIER, LONGEST, Cell, Said, joined, placed
from crawler.text import is_han, simplified


def rows(
    kind: str, detail: str, title: str, text: str, *, actors: tuple[str, ...] = (), date: str | None = None
) -> list[dict[str, Cell]]:
    """The rows that the text fills, of an event that is told by these words, of a kind that has a table: one, of people one each; `actors`
    and `date` as they are known of it. Traditional characters are read as simplified ones."""
    if kind not in _WORDS:
        return []
    if (plain := simplified(text)) != text:
        found = rows(kind, simplified(detail), simplified(title), plain, actors=actors, date=date)
        return [{name: Cell(*(_back(words, plain, text) for words in cell)) for name, cell in row.items()} for row in found]
    said = placed(detail, title, text)._replace(actors=actors, date=Cell(date, detail) if date else None)
    found = [_with_actors(kind, said, row) for row in _read(kind, said) or [{}]]
    if kind == "people" and found[0]:
        of = {name: found[0][name] for name in ("object", "post") if name in found[0]}
        for place in (one for one in said.below()[:2] if _succeeds.search(one)):
            found += [of | row for row in _read(kind, said._replace(sentence=place, behind=(), date=None))]
    whole = (_sound(kind, row, said) for row in found)
    return [row for row in whole if is_one(kind, row)]


def is_one(kind: str, row: Mapping[str, Cell]) -> bool:
    """True where the filled cells tell an event of that kind."""
    return bool(row.keys() & _OWN.get(kind, {"actors", "object"}))


def _sound(kind: str, row: dict[str, Cell], said: Said) -> dict[str, Cell]:
    """The row without what names nobody and nothing."""
    kept = dict(row)
    for column in row.keys() & {"actors", "investors"}:
        names = [name for name in row[column].names if is_proper(name, said.text)]
        kept[column] = joined(names, row[column].quote) or Cell("", "")
    if "object" in row and (_nothing.search(row["object"].value) or (kind == "policy" and _bare.fullmatch(row["object"].value))):
        del kept["object"]
    return {column: cell for column, cell in kept.items() if cell.value}


_nothing = re.compile(  # a piece of a sentence, not what it is about
    r"^(?:by|in|on|from|to|and|with|for|of|that|at|today|yesterday|early|terms)\b|\b(?:today|yesterday|early)$|[₹$€£]\d+$|^[A-Za-z]$"
    "|^(?:[向由被从把]|针对|同时|团队已)|[的将了]$"
)
_bare = re.compile("(?:a |the |its )?[a-z-]+")  # measure: of what?


_nobody = re.compile(".{0,2}(?:公司|企业)")
_succeeds = re.compile(r"接替|接任|继任|接手|\b(?:succeed|replace|serve as|take over|fill in)")


def _read(kind: str, said: Said) -> list[dict[str, Cell]]:
    found = (frames_zh.READ if _is_chinese(said.sentence) else frames_en.READ)[kind](said)
    return found if isinstance(found, list) else [found]


def _with_actors(kind: str, said: Said, row: dict[str, Cell]) -> dict[str, Cell]:
    """The same, with those who are known to act where the frame leaves that open."""
    if not row or "actors" in row or kind == "people" or EARLIER.search(said.sentence):
        return row
    others = {name for name in ("investors", "object") if name in row}
    known = [name for name in said.actors if not any(name in row[column].value for column in others)]
    known = [name for name in known if not (is_person(name) or _nobody.fullmatch(name))]
    if not known or any(name not in said.sentence for name in known) or len(known) > _MOST_ACTORS.get(kind, 1):
        return row
    return said.filled(actors=joined(known, said.sentence)) | row


def _is_chinese(sentence: str) -> bool:
    return sum(map(is_han, sentence)) > len(sentence) / 5


def _back(words: str, plain: str, text: str) -> str:
    """Words of the simplified text, or names of a list of them, as the text writes them."""
    parts = ((part, plain.find(part)) for part in words.split("、"))
    return "、".join(text[at : at + len(part)] if at >= 0 else part for part, at in parts)


def kind_of(sentence: str, title: str, text: str) -> str:
    """The kind whose frame a sentence fits with what makes such an event; "" where it fits none for sure."""
    if not SHORTEST <= len(sentence) <= LONGEST:
        return ""
    said = Said(title[:LONGEST], text, sentence)
    for kind, words in _WORDS.items():
        if words.search(sentence) and any(row.keys() >= needed for row in _read(kind, said) for needed in _NEEDED[kind]):
            return kind
    return ""


# columns that say something of an event even where nobody is named; of the other kinds it is who and what
_OWN: Mapping[str, set[str]] = {
    "funding": {"round", "amount"},
    "release": {"object", "licence", "size"},
    "policy": {"object", "stage"},
    "chip": {"object", "process", "amount"},
}
SHORTEST = 12  # characters of a sentence that can tell an event: less is a heading
_MOST_ACTORS = {"partnership": 6, "acquisition": 2, "release": 2}  # of kinds that take more than one
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
    "people": re.compile(
        r"任|职|加盟|加入|离开|逝世|去世|裁员|\b(?:join|died|dies|jobs|workforce|appoint|name|hire|step|resign|leav|left|depart|promot|successor|quit)"
    ),
    "policy": re.compile(
        r"印发|发布|公布|出台|通过|征求意见|批准|《|议会|\b(?:law|Act|Bill|rules?|banned|regulat|parliament|government|ministry|scheme|authority|Commission)\b"
    ),
    "partnership": re.compile(
        r"合作|签署|签约|共建|中标|合资|共同|联合|\b(?:partner|agreement|joint|alliance|contract|team(?:ed|s) up)"
    ),
    "chip": re.compile(r"nm|纳米|nanomet|芯片|chip|accelerator|processor"),
    "release": re.compile(r"开源|发布|推出|上线|参数|下调|\b(?:releas|open|publish|launch|parameter|licen[cs]e|availab)"),
}
