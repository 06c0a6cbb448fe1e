"""Which concepts a record mentions. Pure: children that read pages work it out."""

from __future__ import annotations

from typing import NamedTuple

from crawler.nlp.lexicon import by_name
from crawler.record import Record
from crawler.text import normal

KINDS = ("technology", "industry", "company")
ALL = ("all", "")


class Mentioned(NamedTuple):
    """A concept with its names, and whether it acts there."""

    kind: str
    key: str
    zh: str
    en: str
    acts: bool = False


def mentioned(record: Record) -> frozenset[Mentioned]:
    """The concepts of a record, each once."""
    found = [Mentioned(*ALL, "", "")]
    if record.language:
        language = record.language.split("-")[0].lower()
        found.append(Mentioned("language", language, language, language))
    found += [named("technology", value) for value in record.ai_technologies]
    found += [named("industry", value) for value in record.industries]
    found += [named("company", company.name, company.role == "actor") for company in record.companies]
    return frozenset({(one.kind, one.key): one for one in sorted(found, key=lambda one: one.acts)}.values())


def named(kind: str, value: str, acts: bool = False) -> Mentioned:
    """The concept that goes by this name, or that of the name itself."""
    form = normal(value).strip()
    known = by_name(kind).get(form)
    return Mentioned(kind, known.id, known.zh, known.en, acts) if known else Mentioned(kind, f"={form}", value, value, acts)
