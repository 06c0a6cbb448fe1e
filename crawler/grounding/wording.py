"""Whether words that a model chose for an event say no more than the sentence that it quotes."""

from __future__ import annotations

import re

from crawler.nlp.document import Reading
from crawler.nlp.languages import language_of
from crawler.nlp.segmenter import tagged
from crawler.text import HAN, has_han, is_han, normal

_figure = re.compile(r"\d+(?:[.,]\d+)*|[一二三四五六七八九十百千两]+(?=[年月日号亿万个家名台款项所人次倍成])")
_day = re.compile(
    r"今天|昨天|明天|今日|昨日|周[一二三四五六日天]|今年|去年|明年|年底|年初|上半年|下半年"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|march|april|june|july|august|september|october|"
    r"november|december)\b|\b(?:today|yesterday|tomorrow)\b"
)
_name = re.compile(r"\S*(?:://|\w\.[a-z]{2,})\S*|(?<![\w])[A-Z][\w&.-]*|\b[a-z]+[A-Z]\w*|\b[A-Za-z]+[-\d][\w.-]*")
_word = re.compile(r"[a-z]{2,}")
_quoted = re.compile(r"[“《「\"]([^”》」\"]{2,})[”》」\"]")
_NAME_TAGS = ("nr", "ns", "nt", "nz", "nrt", "nrfg")
# What turns a statement into something else: it must not be lost on the way into a headline.
_turns = re.compile(
    r"否认|拟|计划|将|预计|力争|考虑|有望|要求|建议|呼吁|未|没有|不|终止|取消|暂停|传闻|洽谈"
    r"|\b(?:den(?:y|ies|ied)|not|never|no|plans?|planned|will|would|could|may|might|expects?|expected|aims?|considers?|"
    r"considering|weighs?|talks|seeks?|proposes?|proposed|"
    r"asked|urged|calls?|cancel\w*|halt\w*|suspend\w*|to)\b|n't\b"
)
# … and what makes of a statement its contrary, or a mere plan: it must not come in on that way either.
_CONTRARY = (
    re.compile(r"否认|未(?!来)|没有|不(?![断仅只同少])|终止|取消|暂停|\b(?:den(?:y|ies|ied)|not|never|no|cancel\w*|halt\w*|suspend\w*)\b|n't\b"),
    re.compile(r"拟|计划|将|预计|考虑|有望|传闻|洽谈|\b(?:plans?|planned|will|would|could|may|might|expect\w*|aims?|consider\w*|weighs?|talks|seeks?)\b"),
)  # fmt: skip


def says_no_more(value: str, sentence: str, builtin: str) -> bool:
    """True when the value is in the sentence's language, every figure, day and name of it stands there, and a plan or denial of the
    built-in wording stays one, and no other becomes one."""
    form, there = normal(value), normal(sentence)
    if not value.isprintable() or not _in_one_language(form, there):
        return False
    if not set(_figure.findall(form)) <= set(_figure.findall(there)) or not set(_day.findall(form)) <= set(_day.findall(there)):
        return False
    if _turns.search(normal(builtin)) and not _turns.search(form):
        return False
    if any(turn.search(form) and not turn.search(there) for turn in _CONTRARY):
        return False
    return all(normal(name) in there for name in _names(value))


def _in_one_language(form: str, there: str) -> bool:
    """Whether a sentence in Han is worded in Han, with no foreign word of its own, and another with no Han of its own."""
    if language_of(there) == "zh":
        return has_han(form) and all(word in there for word in _word.findall(form))
    return {ch for ch in form if is_han(ch)} <= set(there)


def _names(value: str) -> set[str]:
    """What the value names: known things, words in capitals behind its first one, what stands in quotation marks, Chinese
    names."""
    found = {match[1] for match in _quoted.finditer(value)}
    known = Reading(value)
    found |= {known.original(match.start, match.end) for match in known.longest("entity")}
    latin = [match for match in _name.finditer(value) if match.start() or not _begins_only(match[0])]
    found |= {match[0].strip(".") for match in latin}
    if has_han(value):
        found |= {word for word, tag in tagged(value) if tag in _NAME_TAGS and len(word) > 1 and re.fullmatch(f"[{HAN}]+", word)}
    return found


def _begins_only(word: str) -> bool:
    """True for a plain word that has its capital from beginning the line."""
    return word[1:].islower() and word.isalpha()
