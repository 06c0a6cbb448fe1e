"""The verdict on two articles, as data: which marks speak, with how many points, and what separates. The sentence is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mark is about; the value is how a sentence calls it."""

    # of headlines: what separates, and what joins
    TIME = "time"
    VERSION = "version"
    TIER = "tier"
    ROUND = "round"
    PERIOD = "period"
    YEAR = "year"
    DATE = "date"
    ORDINAL = "ordinal"
    SUM = "sum"
    VALUATION = "valuation"
    SHARE = "share"
    COUNT = "count"
    CITY = "city"
    COUNTRY = "country"
    ROLE = "role"
    STAGE = "stage"
    TURN = "turn"
    TRANSLATED = "another language"
    SUBJECT = "subject"
    PLAINTIFF = "plaintiff"
    DIRECTION = "direction"
    CAUSE = "cause"
    PRODUCT = "product"
    NAME = "name"
    ACT = "act"
    ACTOR = "actor"
    SIZE = "size"
    WORDING = "wording"
    THING = "thing"
    NOTHING_ELSE = "nothing else"
    TEXT_FIGURES = "figures of the text"
    OWN_MATTER = "each with a matter of its own"
    CORRECTION = "correction"
    NAME_QUOTED = "quoted name"
    # of headline and first lines together
    AMOUNT = "amount"
    TITLE_AMOUNT = "amount of the headline"
    OBJECT = "object"
    OBJECT_NAME = "two names"
    SMALL_NUMBER = "small number"
    OTHER_AMOUNT = "other amounts"
    OTHER_TITLE_AMOUNT = "other amounts in the headline"
    TITLE_AMOUNT_MISSING = "an amount that the other lacks"
    OTHER_ACTOR = "an actor of its own each"
    ACTOR_MISSING = "an actor that the other lacks"
    HEAD_MISSING = "a name at the head that the other lacks"
    OTHER_HEAD = "another name at the head"
    SOUND = "name by its sound"
    OTHER_NAME = "a name of its own each"
    ANCHOR = "anything by name"
    TITLE_ACT = "act of the headline"
    OTHER_ACT = "an act that the other lacks"
    ACT_MISSING = "an act that the other does not know"
    NAME_MISSING = "a name that the other lacks"
    WEEKDAY = "weekday"
    PLACE = "place"
    OTHER_PLACE = "other places"
    AGAIN = "again"
    TALKS = "talks"
    PLANNED = "plan"
    ASKED = "application"
    DONE = "completion"
    OFF = "suspension"
    SAME_TITLE = "headline"
    TITLE_WORDING = "words of the headline"
    TEMPLATE = "headlines of one make"
    SWAPPED = "words in place of others"
    EDITED = "a word put in or left out"
    COPY = "copied text"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark and its points: what it speaks for (above 0) or against (below)."""

    kind: Kind
    points: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Same or not: the marks, strongest first, or what separates (`apart`, with `where` it was read).

    `sure`: sure enough to leave an alert out for it. One alert too many costs a glance, one too few an event. `likely`: told so that a
    reader would take it for the same, though it is not proven.
    """

    same: bool
    marks: tuple[Mark, ...] = ()
    apart: Kind | None = None
    sure: bool = False
    likely: bool = False
    where: str = ""

    @property
    def score(self) -> float:
        """The points of all marks; 0 where something separates."""
        return 0.0 if self.apart else round(sum(mark.points for mark in self.marks), 2)

    @property
    def kinds(self) -> frozenset[Kind]:
        """What the marks are about."""
        return frozenset(mark.kind for mark in self.marks)

    @property
    def reason(self) -> str:
        """In a few words."""
        shared = ", ".join(mark.kind.value for mark in self.marks) or "nothing in common"
        what = f"other {self.apart.value}" if self.apart else shared
        return f"{what} {self.where}".strip()
