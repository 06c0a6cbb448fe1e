"""Articles on several pages: a part says where the next is, who fetches it joins them. Apart from the parsers, which only children load."""

from __future__ import annotations

from dataclasses import replace

from crawler.record import MAX_TEXT, Record

UNTITLED = 60  # code points of the first line that name an article without a title, as flashes are
MAX_PAGES = 8  # parts of one article that are worth fetching


def next_page(record: Record) -> str | None:
    """The address of the article's next part, when its page offered one."""
    return next((fact.quote for fact in record.facts if (fact.kind, fact.value) == ("reading", "next-page")), None)


def joined(record: Record, further: Record) -> Record:
    """An article and its next part as one; the part's own next page is the whole's. Nothing is said twice."""
    known = set(record.text.split("\n"))
    text = "\n".join((record.text, *(line for line in further.text.split("\n") if line not in known)))
    facts = [fact for fact in record.facts if fact.value != "next-page"]
    return replace(record, text=text[:MAX_TEXT], facts=(*facts, *(fact for fact in further.facts if fact.value == "next-page")))
