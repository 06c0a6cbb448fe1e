"""A headline for an event: the clause of its sentence that names the act, with its actor."""

from __future__ import annotations

import re

from crawler.text import normal

LONGEST = 30  # Han
LONGEST_WORDS = 12

_lead = re.compile(
    r"^(?:[^，。\s]{2,8}[网社报]?(?:消息|讯|电)[ 　]+|(?:此外|同时|另外|其中|例如|比如|据悉|据了解|据介绍|据报道|记者获悉|另悉|而且|并且|不过|但是|然而)[，,])+"
)
_when = re.compile(
    r"^(?:北京时间|当地时间)?(?:(?:\d{4}年|今年|去年|明年|本周|上周|下周)?(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:晚间?|早间?|凌晨|上午|下午|晚上|深夜)?|近日|日前|今天|今日|昨天|昨日|同日|当天|当日)[，,]?"
)


def clean(sentence: str) -> str:
    """The sentence without source marks and connectives at its start."""
    return _lead.sub("", sentence.strip(" 　")).strip() or sentence.strip()


def headline(detail: str, act: str, language: str | None) -> str:
    """At most 30 Han or 12 words that say who did what. `act` is the word of the act in its normal form."""
    return _chinese(detail, act) if language == "zh" else _english(detail, act)


def _chinese(detail: str, act: str) -> str:
    clauses = [clause.strip() for clause in re.split(r"[，。；：！？,;]", detail) if clause.strip()]
    clauses = [clause for clause in clauses if _when.sub("", clause)] or clauses
    best = next((clause for clause in clauses if act and act in normal(clause)), clauses[0] if clauses else detail)
    return best[:LONGEST]


def _english(detail: str, _act: str) -> str:
    words = detail.rstrip(".").split()
    return " ".join(words[:LONGEST_WORDS])
