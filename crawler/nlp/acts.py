"""The words of acts: what tells a sentence about an event, with how surely it does."""

from __future__ import annotations

from functools import cache

from crawler.nlp.lexicon import rows, table


@cache
def verbs() -> tuple[dict[str, float], dict[str, float]]:
    """Weights of the words of acts in both languages, and of English verbs in their bare form."""
    found: dict[str, float] = {}
    bare: dict[str, float] = {}
    for _, (weight, words) in rows(table("events.yaml")["verbs_zh"]):
        found.update((word, float(weight)) for word in words.split() if word not in found)
    for _, (weight, words) in rows(table("events.yaml")["verbs_en"]):
        for verb in words.split():
            base, *irregular = verb.split("/")
            if base.startswith("="):
                found.setdefault(base[1:], float(weight))
                continue
            bare.setdefault(base, float(weight))
            found.update((form, float(weight)) for form in (*_inflected(base), *irregular) if form not in found)
    return found, bare


def bases(more: str) -> dict[str, str]:
    """The base form of each form of the English verbs, and of `more` ones."""
    found: dict[str, str] = {}
    for words in (*(words for _, (_, words) in rows(table("events.yaml")["verbs_en"])), more):
        for base, *irregular in (verb.split("/") for verb in words.split() if verb[0] != "="):
            found.update((form, base) for form in (base, *_inflected(base), *irregular) if form not in found)
    return found


@cache
def acts_of(language: str) -> frozenset[str]:
    """The words of acts of one language, in every form."""
    if language == "zh":
        return frozenset(word for _, (_, words) in rows(table("events.yaml")["verbs_zh"]) for word in words.split())
    found, bare = verbs()
    return (frozenset(found) | frozenset(bare)) - acts_of("zh")


def _inflected(verb: str) -> tuple[str, ...]:
    """raise → raises, raised, raising · cut → cuts … (what is no English word meets no text)."""
    stem = verb[:-1] if verb.endswith("e") else verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    ending = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
    return verb + ending, stem + "ed", stem + "ing", stem + stem[-1] + "ed", stem + stem[-1] + "ing"
