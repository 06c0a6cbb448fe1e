"""How well labelled news are told: fields, event sentences, what is known of each event, the summary, and headlines that are none.

`benchmarks/analysis.py --news FILE…` calls it. A line of a file is an article: id, title, text, published, main_event, technologies and
industries (ids of the taxonomy), and events with sentence, headline, type, actors, amount and date.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from crawler.nlp import lexicon
from crawler.nlp.languages import language_of
from crawler.record import Record
from crawler.stages import add as adding
from crawler.text import normal

LONG_ENGLISH = 600  # characters of English news from which a summary has to choose
TOLD = 0.6  # of the main event's sentence that stand in a summary which tells it
ENDS_OPEN = re.compile(
    r"(?:[的和与及或在为对将并把被向从等]|[，、：；,:;—-]"
    r"|\b(?:an?|the|of|to|in|on|at|by|for|with|from|as|and|or|but|that|which|who|whose|its|their|his|her|new|first|more|most|than|is|are|was|were|has|have|had|will|be|been))$",
    re.IGNORECASE,
)
MARKS = ("《》", "“”", "「」", "（）", "()", "[]")


def figures(paths: list[Path], misses: bool) -> None:
    for path in paths:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        print(f"{path.name}, {len(rows)} articles")
        _print(_measured(rows, misses))


def _print(found: Counter[str]) -> None:
    for kind in ("technologies", "industries", "events"):
        precision, recall = (found[f"{kind} hits"] / max(1, found[f"{kind} {name}"]) for name in ("said", "due"))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"  {kind:22} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}")
    for kind in ("type", "amount", "date"):
        print(f"  {kind + ' exact':22} {_share(found[kind], found['matched'])}")
    print(f"  {'amount, where there':22} {_share(found['amounts right'], found['amounts'])}")
    print(f"  {'actors exact':22} {_share(found['actors'], found['matched'])}")
    precision, recall = found["actor hits"] / max(1, found["actors said"]), found["actor hits"] / max(1, found["actors due"])
    print(
        f"  {'actors, each':22} P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"
    )
    print(
        f"  {'summary has main event':22} {_share(found['told'], found['articles'])}, long ones {_share(found['told long'], found['long'])}"
    )
    print(
        f"  {'headlines that end open':22} {_share(found['open'], found['events said'])}, cut “…” {found['cut']}, broken marks {found['marks']}"
    )
    print(f"  {'headline as labelled':22} {found['alike'] / 100 / max(1, found['matched']):.3f} (share of characters in common)")


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / max(1, whole):.1f} %"


def _measured(rows: list[dict[str, Any]], misses: bool) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        published = datetime.fromisoformat(row["published"]) if row.get("published") else None
        record = adding.add(Record(row["title"], "https://example.org/", row["text"], published=published))
        found += _fields(row, record, misses) + _events(row, record, misses) + _summary(row, record, misses)
    return found


def _fields(row: dict[str, Any], record: Record, misses: bool) -> Counter[str]:
    found: Counter[str] = Counter()
    language = language_of(row["title"] + "\n" + row["text"])
    for kind, known, values in (
        ("technologies", "technology", record.ai_technologies),
        ("industries", "industry", record.industries),
    ):
        said, due = set(values), {lexicon.names(known)[ident].in_language(language) for ident in row[kind]}
        found += Counter({f"{kind} hits": len(said & due), f"{kind} said": len(said), f"{kind} due": len(due)})
        if misses and said != due:
            print(f"    {row['id']} {kind}: in vain {said - due or '-'} missed {due - said or '-'}")
    return found


def _events(row: dict[str, Any], record: Record, misses: bool) -> Counter[str]:
    """Each labelled event is met by the first of ours that stands in its sentence."""
    found: Counter[str] = Counter({"events due": len(row["events"])})
    facts = [fact for fact in record.facts if fact.kind == "event"]
    free = list(zip(record.events, facts, strict=True))
    found["events said"] = len(free)
    for event in record.events:
        found["open"] += bool(ENDS_OPEN.search(event.headline))
        found["cut"] += event.headline.endswith("…")
        found["marks"] += any(event.headline.count(a) != event.headline.count(b) for a, b in MARKS)
    for due in row["events"]:
        place = row["text"].find(due["sentence"])
        stands = range(place, place + len(due["sentence"]))
        met = next(
            ((event, fact) for event, fact in free if fact.start in stands or (fact.start or 0) <= place < (fact.end or 0)), None
        )
        if met is None:
            if misses:
                print(f"    {row['id']} event missed: {due['sentence'][:90]}")
            continue
        free.remove(met)
        found += _met(row["id"], due, met[0], misses) + Counter({"events hits": 1, "matched": 1})
    for event, _ in free if misses else ():
        print(f"    {row['id']} event in vain: {event.headline} | {event.detail[:60]}")
    return found


def _met(ident: str, due: dict[str, Any], event: Any, misses: bool) -> Counter[str]:
    found: Counter[str] = Counter()
    said = {name: getattr(event, name, None) for name in ("type", "amount", "date")}
    for name, value in said.items():
        form = amount_form if name == "amount" else _form
        right = form(value) == form(due.get(name))
        found[name] += right
        if misses and not right:
            print(f"    {ident} {name}: {value!r}, due {due.get(name)!r}: {event.headline}")
    if due.get("amount"):
        found["amounts"] += 1
        found["amounts right"] += amount_form(said["amount"]) == amount_form(due["amount"])
    actors, wanted = ({normal(one) for one in names} for names in (getattr(event, "actors", None) or (), due.get("actors") or ()))
    found["actors"] += actors == wanted
    found += Counter({"actor hits": len(actors & wanted), "actors said": len(actors), "actors due": len(wanted)})
    if misses and actors != wanted:
        print(f"    {ident} actors: {sorted(actors)}, due {sorted(wanted)}: {event.headline}")
    found["alike"] += round(100 * SequenceMatcher(None, normal(event.headline), normal(due["headline"]), autojunk=False).ratio())
    return found


def amount_form(value: str | None) -> str:
    """Without what only rounds it: readers leave it out as often as not."""
    return _rounded.sub("", _form(value))


_rounded = re.compile(
    "^(?:近|约|約|逾|超过|超|至少|高达|不低于|不少于|about|approximately|nearly|almost|around|roughly|morethan|over|upto|atleast|some|just(?:under|over)|(?:fewer|less)than)"
)


def _form(value: Any) -> str:
    return re.sub(r"[\s,]", "", normal(str(value))) if value else ""


def _summary(row: dict[str, Any], record: Record, misses: bool) -> Counter[str]:
    main = normal(row["main_event"])
    match = SequenceMatcher(None, normal(record.summary), main, autojunk=False).find_longest_match()
    told = match.size >= TOLD * len(main)
    is_long = len(row["text"]) > LONG_ENGLISH
    if misses and not told:
        print(f"    {row['id']} summary without: {row['main_event'][:80]} | {record.summary[:120]}")
    return Counter({"articles": 1, "told": int(told), "long": int(is_long), "told long": int(told and is_long)})
