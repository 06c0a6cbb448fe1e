"""What somebody who named a thing that does not exist may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from crawler.i18n import tr

NEAR = 3  # names that are offered
LISTED = 10  # of a few names all are told


def near(word: str, known: Iterable[str], most: int = NEAR) -> list[str]:
    """The names most like a word, best first: in another case, one within the other, or spelled nearly so."""
    asked = word.strip().casefold()
    names = {name.casefold(): name for name in sorted(set(known))}
    within = [low for low in names if asked and (low in asked or asked in low) and min(len(low), len(asked)) > 1]
    close = difflib.get_close_matches(asked, names, most, cutoff=0.6 if len(asked) > 3 else 0.55)
    return [names[low] for low in dict.fromkeys([*close, *within])][:most]


def did_you_mean(word: str, known: Iterable[str], most: int = NEAR) -> str:
    """``did you mean "every"?``, ``did you mean "desk" or "desk-2"?``, or nothing."""
    *others, last = [f'"{name}"' for name in near(word, known, most)] or [""]
    names = tr("{names} or {last}", names=", ".join(others), last=last) if others else last
    return tr("did you mean {names}?", names=names) if last else ""


def instead(word: str, known: Iterable[str]) -> str:
    """Names like it; where there are none, or only a few at all, those that there are."""
    names = list(dict.fromkeys(known))
    if guess := did_you_mean(word, names):
        return guess
    more = tr(", … ({n} in all)", n=len(names)) if len(names) > LISTED else ""
    return tr("there are: {names}", names=", ".join(names[:LISTED]) + more) if names else tr("there is none yet")
