"""Chinese words and their parts of speech."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from crawler.nlp.lexicon import all_terms, table
from crawler.text import HAN, is_han, normal


@cache
def segmenter() -> Any:
    """jieba, which also knows our own names: 智能体, 端到端, 开源 are one word each."""
    import rjieba  # noqa: PLC0415  30 MB and a seventh of a second: for who has a text to read

    plain = re.compile(f"[{HAN}]{{2,5}}")
    ours = "\n".join([term.alias for term in all_terms() if term.kind in ("technology", "entity")])
    for word in {*normal(ours).split("\n"), *str(table("events.yaml")["words"]).split()}:
        if plain.fullmatch(word) and not rjieba.has_word(word):
            rjieba.add_word(word, max(20, rjieba.suggest_freq(word)), "nz")
    return rjieba


def tagged(text: str) -> list[tuple[str, str]]:
    """(word, part of speech). Tags are looked up word by word: jieba's own model for words it does not know costs 8 MB."""
    return [(word, _tag(word)) for word in segmenter().cut(text, True)]


@lru_cache(maxsize=20_000)
def _tag(word: str) -> str:
    jieba = segmenter()
    if jieba.has_word(word):
        return str(jieba.tag(word, False)[0][1])
    if is_han(word[0]):
        return "nz"  # a word that jieba put together by itself is mostly a name
    return "eng" if word[0].isalpha() else "m" if word[0].isdigit() else "x"
