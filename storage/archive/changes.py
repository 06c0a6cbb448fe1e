"""Did an article change so that a reader of the old one should know? Pure.

Pages are edited all the time: a typo, a photo credit, a "read also". What is told: another figure, another headline, a notice of
correction or withdrawal, or a fifth of the text rewritten.
"""

from __future__ import annotations

import re

from crawler.text import CJK, normal

REWRITTEN = 0.2  # of the old text's pieces that are gone
FEW = 30  # pieces; of a shorter text a share says little
DENIED, WITHDRAWN, CORRECTED = "denied", "withdrawn", "corrected"
NOTICE = "a notice of correction"
NOTICES = {WITHDRAWN: WITHDRAWN, NOTICE: CORRECTED}  # what an article says of itself
_HOW = {
    DENIED: re.compile(r"否认|辟谣|不实|失实|误传|毫无根据|没有离职|\bden(?:y|ies|ied|ying)\b|\buntrue\b|\bnot true\b|\bnot leaving\b|\bno truth\b"),
    WITHDRAWN: re.compile(r"撤稿|撤回|\bretract(?:s|ed|ion)?\b|\bwithdr(?:ew|aws|awn)\b"),
    CORRECTED: re.compile(r"更正|勘误|澄清|修正公告|\bcorrection\b|\bcorrected\b|\bclarif(?:ies|ied|ication)\b"),
}  # fmt: skip
_UNIT = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_NOTICE = re.compile(r"更正|勘误|澄清|编者按|撤稿|撤回|correction|corrected|clarification|retract|withdrawn|editor's note")
_GONE = re.compile(
    r"(?:本文|该文|文章|稿件|内容)?已?(?:被)?(?:撤稿|撤回|删除|下架)|(?:this )?(?:article|story) (?:has been|was) (?:removed|withdrawn)"
)


def substantial(old: tuple[str, str], new: tuple[str, str]) -> str:
    """What changed between two (title, text), in a few words; "" when it is nothing to speak of."""
    (old_title, old_text), (new_title, new_text) = (tuple(map(normal, one)) for one in (old, new))
    if _GONE.match(new_text[:40]) or _GONE.match(new_title):
        return "" if _GONE.match(old_text[:40]) else WITHDRAWN
    if notices(old, new):
        return NOTICE
    other_figures = _figures(old_title) != _figures(new_title)
    if _pieces(old_title) != _pieces(new_title) and (other_figures or _gone(old_title, new_title) > 0.5):
        return "another headline"
    lost, came = _figures(old_text) - _figures(new_text), _figures(new_text) - _figures(old_text)
    if lost and came:
        return f"figures: {', '.join(sorted(lost)[:3])} → {', '.join(sorted(came)[:3])}"
    if len(_UNIT.findall(old_text)) >= FEW and (share := _gone(old_text, new_text)) >= REWRITTEN:
        return f"{share:.0%} of the text rewritten"
    return ""


def notices(old: tuple[str, str], new: tuple[str, str]) -> bool:
    """Whether the new (title, text) tells of a correction or withdrawal that the old one does not know of."""
    before, after = (len(_NOTICE.findall(normal("\n".join(one)))) for one in (old, new))
    return after > before


def how(words: str) -> str:
    """What a headline says it does to what was told: denied, withdrawn, corrected, or "" for nothing."""
    form = normal(words)
    return next((name for name, pattern in _HOW.items() if pattern.search(form)), "")


def _figures(text: str) -> frozenset[str]:
    return frozenset(_FIGURE.findall(text))


def _pieces(text: str) -> frozenset[tuple[str, ...]]:
    """Threes of words or Han characters; shorter texts as they are."""
    units = _UNIT.findall(text)
    return frozenset(zip(units, units[1:], units[2:], strict=False)) if len(units) > 2 else frozenset([tuple(units)])


def _gone(old: str, new: str) -> float:
    before = _pieces(old)
    return len(before - _pieces(new)) / len(before)
