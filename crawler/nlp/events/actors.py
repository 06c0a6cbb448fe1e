"""Who acts in an event, in the words of the text, and whom an article is about.

A name is what institutions and persons are called; a product, a rule or a place is none. Where a sentence names nobody ("the
company", 公司), the article's own company acts.
"""

from __future__ import annotations

import re

from crawler.nlp import clause_en, clause_zh
from crawler.nlp.events import parties, parties_en, parties_zh
from crawler.nlp.events.frames import Said
from crawler.nlp.events.frames_zh import partners
from crawler.nlp.events.parties import LONGEST, Candidate, Place
from crawler.nlp.headlines_zh import Told

MAX_ACTORS = 6


def actors_of(sentence: str, made: Told, text: str, over: str, language: str | None, kind: str) -> tuple[str, ...]:  # noqa: PLR0917
    """The names of those who act in an event of that type, in the order of the sentence; `text` is the article, in which names recur,
    `over` what stands over the event."""
    is_chinese = language == "zh"
    name = main_name(over, text, language)
    known = parties.weights("parties_zh.txt" if is_chinese else "parties_en.txt")
    likely = parties.likeliest(candidates(sentence, made, text, over, name, is_chinese=is_chinese), kind, known)
    said = (one.name for one in sorted(likely, key=lambda one: one.start))
    full = clause_zh.in_full if is_chinese else clause_en.in_full
    names = list(dict.fromkeys([full(one, text or sentence) for one in said] or ([name] if name else [])))
    return tuple(one for one in names if not any(one != other and _is_part(one, other) for other in names))[:MAX_ACTORS]


def candidates(sentence: str, made: Told, text: str, over: str, name: str, *, is_chinese: bool) -> list[Candidate]:
    """All who may act; `name` is whom the article is about."""
    place = Place(sentence[:LONGEST], over, text or sentence, name)
    return (
        parties_zh.candidates(place, _told_zh(sentence, made, text, over, name)) if is_chinese else parties_en.candidates(place)
    )


def _is_part(name: str, of: str) -> bool:
    """True for 昊衍 of 昊衍能源, and a surname of a whole name."""
    return of.startswith(name) or of.endswith(f" {name}")


def main_name(title: str, text: str, language: str | None) -> str:
    """The one whom an article is about; "" if there is none."""
    return clause_zh.main_name(title, text) if language == "zh" else clause_en.main_name(title, text)


def _told_zh(sentence: str, made: Told, text: str, over: str, name: str) -> list[str]:
    """Who stands before the verb, or tells it, and those whom the verb goes to."""
    found = clause_zh.subjects(sentence, made.subject, over, text)
    others = sorted(partners(Said(over, text, sentence)), key=sentence.find)
    if others and _is_founded.match(made.predicate):  # who founds it acts, not what is founded
        found = []
    for match in _bought_or_next.finditer(sentence):
        others += clause_zh.names(match["bought"] or match["next"], text)[-1:]
    found += [one for one in others if one not in found]
    is_own = (
        not found
        or re.search("(?:该|确认|宣布)公司", sentence)
        or (len(found) < 2 and _post_changes.search(sentence) and _of_company.search(sentence))
    )
    return [*found, name] if name and is_own else found


_bought_or_next = re.compile(  # of whom shares are bought, and who follows
    r"(?:收购|购买|受让|并购|买下|转让)(?:了|其所?持有?的?)?(?P<bought>[^，。（的]{2,24}?)(?:（[^）]*）)?的?(?:约|全部|剩余)?(?:[\d.]+%|全部股|股[权份])"
    r"|由(?:[^，。]{0,14}的)?(?P<next>[^，。的]{2,20}?)(?:接棒|接手|接替|接任)"
)
_is_founded = re.compile("(?:正式|日前|近日|揭牌)*成立")
_post_changes = re.compile("出任|担任|任命|接任|加入|加盟|离职|辞职|卸任|辞去|升任|受聘|聘任|跳槽")
_of_company = re.compile("公司|主管|负责人|总裁|总监|首席")
