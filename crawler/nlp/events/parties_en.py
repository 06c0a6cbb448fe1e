"""The names of an English sentence that may act in its event, and the names that "the company" may mean, with what is weighed of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from crawler.nlp import clause_en
from crawler.nlp.clause_en import INSTITUTION, NO_NAME, PROPER, clean_name, forms, is_person, may_act, parts
from crawler.nlp.events import parties
from crawler.nlp.events.parties import Candidate, Place
from crawler.nlp.events.words import stem
from crawler.nlp.lexicon import is_called

_word = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[&’'.-][^\W_]+)*|[^\w\s]")
_preposition = frozenset("by with from to for of in at on into as between among under through against including like".split())
_vague = re.compile(r"(?:The|Its|Her|His|It|They|We|He|She|Our|That|This|These|Both)\b")
_means_one = re.compile(
    r"\b(?:[Tt]he|[Oo]ur) (?:company|firm|group|start-?up|lab|maker|developer|supplier|operator|bank|insurer|institute)\b(?! [A-Z]|['’]s)"
)
_days = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December".split()
)
_group = re.compile(  # who is called by what they are
    r"(?:[\w’'-]+ ){0,2}?(?:ministry|government|regulators?|watchdog|parliament|council|councillors|court|judges?|jury|police|senate|cabinet|commission|committee"
    r"|assembly|legislature|lawmakers|senators|supervisors|trustees|department|prosecutors|agency|authority|researchers|scientists|engineers|maintainers|developers"
    r"|consortium|union|workers|residents|plaintiffs|authors|publishers|hospitals?|universities)\b(?! of [A-Z])"
)
_NO_PART = _preposition | frozenset(
    "the a an its his her their our this that these those and or but so if when where while which who as over two".split()
)
_link = re.compile(r",? ?(?:and |& )?(?:the )?(?:[a-z-]+ ){0,3}")


class _Name(NamedTuple):
    text: str
    start: int
    end: int
    is_group: bool = False


def candidates(place: Place) -> list[Candidate]:
    sentence, text, name = place.sentence, place.text, place.name
    names: list[_Name] = []
    for one in sorted((*_groups(sentence), *_names(sentence, text)), key=lambda one: (one.start, -one.end)):
        if not names or one.start >= names[-1].end:
            names.append(one)
    words = [(match[0], match.start(), match.end()) for match in _word.finditer(sentence)]
    found = [Candidate(one.text, one.start, *_here(at, names, sentence, words, text, name)) for at, one in enumerate(names)]
    seen = [one.text for one in names]
    vague = _vague.match(sentence)
    begins = vague[0].lower() if vague else "-"
    told = (
        f"begins={begins}",
        f"means one={bool(_means_one.search(sentence))}",
        f"first={stem(words[0][0].lower()) if words else '-'}",
        f"institutions={min(3, sum(not is_person(one) for one in seen))}",
        f"named first={bool(names) and names[0].start < len('The ') + 1}",
    )

    def told_of(meant: str, rank: int) -> Iterable[str]:
        return (
            *told,
            f"person={is_person(meant)}",
            f"pronoun={begins} {is_person(meant)}",
            f"times={min(5, text.count(meant))}",
            f"rank={rank}",
            f"about={meant == name}",
            f"acts={may_act(meant, text)}",
        )

    return [*found, *parties.meant(seen, _meant(place), told_of)]


def _meant(place: Place) -> Iterator[tuple[str, str, int]]:
    """(where, name, its number there) of those who are not named in the sentence itself."""
    yield "main", place.name, 0
    for rank, one in enumerate(_names(place.before, place.text)[:4]):
        yield "earlier", one.text, rank


def _names(sentence: str, text: str) -> list[_Name]:
    """The names of a sentence: without days, titles and what only begins it."""
    found: list[_Name] = []
    for match in PROPER.finditer(sentence):
        at = match.start()
        for part in parts(match[0]):
            words = [word for word in clean_name(part, sentence).split() if word not in _days]
            name = " ".join(words)
            start = sentence.find(name, at) if name else -1
            is_first = match.start() == 0 and " " not in name
            if start < 0 or len(name) < 2 or name in NO_NAME or (is_first and not clause_en.is_proper(name, text)):
                continue
            found.append(_Name(name, start, start + len(name)))
            at = start + len(name)
    return found


def _groups(sentence: str) -> Iterator[_Name]:
    """Offices and others that are called by what they are: Norway's food authority, the city council of Harrow, researchers."""
    for match in chain(clause_en.OFFICE.finditer(sentence), _group.finditer(sentence)):
        words = match[0].split()
        while len(words) > 1 and not {words[0].lower(), words[1].lower()}.isdisjoint(_NO_PART) and words[1] != "of":
            words.pop(0)
        while len(words) > 1 and (words[0].lower() in _NO_PART or words[0] in _days or clause_en.is_finite(words[0])):
            words.pop(0)
        name = " ".join(words)
        yield _Name(name, match.end() - len(name), match.end(), is_group=True)


def _here(  # noqa: PLR0917 (what a name stands in)
    at: int, names: list[_Name], sentence: str, words: list[tuple[str, int, int]], text: str, name: str
) -> tuple[list[str], list[str]]:
    one = names[at]
    before = [word for word, _, end in words if end <= one.start][-12:]
    behind = [word for word, start, _ in words if start >= one.end][:12]
    previous, following = before[-1] if before else "<", behind[0] if behind else ">"
    known = forms()
    verbs = [next((known[word] for word in side if word in known), "-") for side in (before[::-1], behind)]
    linked = [
        bool(at and _link.fullmatch(sentence, names[at - 1].end, one.start)),
        bool(at + 1 < len(names) and _link.fullmatch(sentence, one.end, names[at + 1].start)),
    ]
    signs = {
        "group": one.is_group,
        "company": is_called("company", one.text),
        "one word": " " not in one.text,
        "capitals": one.text.isupper(),
        "figure": any(sign.isdigit() for sign in one.text),
        "whose": sentence.startswith(("'s", "’s"), one.end),
        "no party": not may_act(one.text, text, is_first=one.start == 0),
        "quoted": (sentence.count('"', 0, one.start) + sentence.count("“", 0, one.start) - sentence.count("”", 0, one.start)) % 2
        == 1,
        "linked": linked[0],
        "links": linked[1],
        "no verb before": verbs[0] == "-",
    }
    signs_by_type = {
        "person": is_person(one.text),
        "institution": bool(INSTITUTION.search(one.text)),
        "start": one.start < len("The ") + 1,
        "main": bool(name) and (one.text in name or name in one.text),
        "passive": bool(_passive.match(sentence, one.end)),
    }
    return [
        "always",
        f"verb={verbs[0]}",
        f"ends={one.text.split()[-1].lower()}",
        f"number={min(3, at)}",
        f"names={min(4, len(names))}",
        f"times={min(5, text.count(one.text))}",
        *([f"aside={behind[1].lower()}"] if following == "," and len(behind) > 1 else []),
        *(sign for sign, is_so in signs.items() if is_so),
    ], [
        f"p={_form(previous)}",
        f"n={_form(following)}",
        f"of={next((word.lower() for word in reversed(before) if word.lower() in _preposition), '-')}",
        f"next verb={verbs[1]}",
        *(sign for sign, is_so in signs_by_type.items() if is_so),
    ]


_passive = re.compile(  # Kestrel will be sold, was fined: done to it, not by it
    r"(?:,[^,]{1,60},)?(?: (?:will|can|could|may|might|must|should|would|to|not|now|also|soon|has|have|had)){0,3} (?:be|been|being|is|was|are|were)"
    r"(?: being)?(?: \w+ly)? \w+(?:ed|en|ought|old|lt|ade|ut|own|one|un)\b"
)


def _form(word: str) -> str:
    if word[0].isdigit():
        return "0"
    return "," if word == ";" else forms().get(word.lower()) or stem(word.lower())
