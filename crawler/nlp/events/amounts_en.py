"""How much an English event is about: every sum, share and count of its sentence, each weighed for it.

    sentence → candidates → features → chances → the likeliest number, in the likeliest of the ways to say it; or none

The weights are those of one logistic regression, fitted by benchmarks/fit_amounts.py. In Chinese, where a sum or a count with its unit is one
word, such a weighing was no better than the rules of fields.py.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from crawler.nlp.events.parties import LONGEST, Candidate, weights
from crawler.text import normal

LEAST = 0.4  # chance that an amount needs
MOST_NOUNS = 4  # behind a number: 60 robotic picking arms
DIGITS = r"\d[\d,.]{0,24}"  # bounded: a line of nothing else is read in its length, not its square
_SCALE = r"(?: ?(?:thousand|million|billion|trillion|lakh crore|crore|lakh|bn|tn|m\b|k\b)|-(?:million|billion|crore)(?=[ -])|(?:[TGM]W|[TGM]B|B)\b)?"
_SIGN = r"(?:(?:[KUT]?Sh|SEK|NOK|DKK|CHF|AUD|PLN|SAR|AED|GBP|EUR|USD|RMB|RM|Rs\.?|[DSN]Kr) ?|(?:US|HK|NZ|NT|A|C|S|R|T)?[$]A?\s?|[€£¥₹₩]\s?|R(?=\d))"
_amount = re.compile(
    r"(?<![\w$€£₹.,])(?:(?:about|approximately|nearly|almost|around|roughly|more than|over|up to|at least|just under|just over|some|fewer than|less than) )?(?:between )?"
    rf"(?:(?P<sign>{_SIGN})?{DIGITS}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|a dozen|half|a quarter|a third)\b)"
    rf"{_SCALE}(?:(?: to |-|–| and ){_SIGN}?{DIGITS}{_SCALE})?"
    r"(?: (?P<money>(?:dollars?|euros?|pounds?|yuan|yen|won|rupees|(?:Swiss )?francs|(?:[A-Z][a-z]+ )?(?:crowns|kronor|krone|kroner)|rand|cents|shillings|ringgit|rupiah|pesos|reais)\b)"
    r"|(?P<share> ?%| per ?cent\b| percent\b))?",
    re.IGNORECASE,
)
_moves = re.compile(" to ")
_tokens = re.compile(" per (?:million|thousand) (?:input |output )?tokens")
_times = re.compile(r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|quarters?)\b")
_year = re.compile(r"(?:19|20)\d\d")
_noun = re.compile(r"[ -](?P<noun>[A-Za-z][\w’'-]*)")
_NO_NOUN = frozenset(
    "of in on at by for with from to and or but the a an its his her their that which who as is are was were has have had will would when while than into over under per each between"
    " this last next more about after before during since until if it he she they we january february march april may june july august september october november december"
    " monday tuesday wednesday thursday friday saturday sunday".split()
)
_word = re.compile(r"[A-Za-z$€£][\w’'&-]*|\d[\d,.]*|[^\w\s]")
_AROUND = 3  # words on either side that are looked at


class _Amount(NamedTuple):
    text: str
    start: int
    unit: str
    kind: str  # money, share, time, count; bare: a number without what it counts

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def amount_of(sentence: str, headline: str, title: str, kind: str) -> str | None:
    """The amount of an event of that type; None where nothing is likely enough."""
    return likeliest(candidates(sentence, headline, title), kind, weights("amounts_en.txt"))


def likeliest(found: Iterable[Candidate], kind: str, known: Mapping[str, int]) -> str | None:
    """Of several numbers that are as likely the first."""
    chances: defaultdict[int, list[tuple[float, int, str]]] = defaultdict(list)
    for one in found:
        chance = 1 / (1 + math.exp(-one.points(kind, known)))
        chances[one.start].append((chance, len(one.name), one.name))
    best, start = max(((sum(chance for chance, _, _ in some), -start) for start, some in chances.items()), default=(0.0, 0))
    return max(chances[-start])[2] if best >= LEAST else None


def candidates(sentence: str, headline: str, title: str) -> list[Candidate]:
    """All amounts of a sentence; `headline` is that of the event, `title` that of the article."""
    sentence = sentence[:LONGEST]
    found = list(_amounts(sentence))
    starts, sums = sorted({one.start for one in found}), min(2, sum(one.kind == "money" for one in found))
    made = []
    for one in found:
        digits = re.sub(r"[^\d.]", "", one.text).strip(".") or one.text
        before = _words(sentence[max(0, one.start - 60) : one.start])[::-1][:_AROUND] or ["<"]
        behind = _words(sentence[one.end : one.end + 40])[:_AROUND] or [">"]
        sooner = sum(other.kind == one.kind and other.start < one.start for other in found)
        signs = {"year": bool(_year.fullmatch(one.text)), "about": not one.text[0].isdigit()}
        features = [
            "always",
            f"number={min(4, starts.index(one.start))}",
            f"numbers={min(4, len(starts))}",
            f"money={sums}",
            f"words={min(4, one.text.count(' '))}",
            f"length={len(digits)}",
            *(f"p{at}={word}" for at, word in enumerate((*before, " ".join(before[1::-1])))),
            *(f"n{at}={word}" for at, word in enumerate((*behind, " ".join(behind[:2])))),
            f"between={before[0]} {behind[0]}",
            *(sign for sign, is_so in signs.items() if is_so),
        ]
        by_type = [
            f"kind={one.kind}",
            f"unit={one.unit}",
            f"kind={one.kind} {min(3, sooner)}",
            f"kind={one.kind} with money={sums}",
            f"headline={digits in headline} {one.kind}",
            f"title={digits in title} {one.kind}",
            f"p={before[0]}",
        ]
        made.append(Candidate(one.text, one.start, features, by_type))
    return made


def _amounts(sentence: str) -> Iterator[_Amount]:
    """Sums and shares, and numbers: each bare, and with every length of what it counts."""
    for match in _each(sentence):
        text = match[0].rstrip(".,- ")
        start, end = match.start(), match.start() + len(text)
        if currency := match["sign"] or match["money"]:
            unit = normal(currency.strip())
            yield _Amount(text, start, unit, "money")
            if each := _tokens.match(sentence, end):
                yield _Amount(text + each[0], start, f"{unit} a token", "money")
            continue
        if match["share"]:
            yield _Amount(text, start, "%", "share")
            continue
        yield _Amount(text, start, "", "bare")
        for _ in range(MOST_NOUNS):
            noun = _noun.match(sentence, end)
            if noun is None or noun["noun"].lower() in _NO_NOUN:
                break
            end, last = noun.end(), noun["noun"].lower()
            yield _Amount(sentence[start:end], start, last.rstrip("s"), "time" if _times.match(last) else "count")


def _each(sentence: str) -> Iterator[re.Match[str]]:
    """All amounts; of "from one to another" also the other by itself."""
    for match in _amount.finditer(sentence):
        yield match
        if moved := _moves.search(match[0]):
            yield from _amount.finditer(sentence, match.start() + moved.end(), match.end())


def _words(text: str) -> list[str]:
    return ["0" if word[0].isdigit() else word.lower() for word in _word.findall(text)]
