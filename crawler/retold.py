"""Why something failed, in the reader's language: the store keeps such reasons in English, as the log and programs know them.

What we say ourselves is a closed list with its places, data/zh/reasons.json; an answer of somebody else's server stays as it is.
"""

from __future__ import annotations

import re

from crawler.i18n import catalogue, language, patterns, sentences, tr
from crawler.record import Reason

SAID = sentences("reasons")  # the longer before the shorter that it holds
SYSTEM = sentences("system")  # what an operating system says, behind its number and before the address
_system = re.compile(rf"(?:\[Errno -?\d+\] )?({'|'.join(map(re.escape, SYSTEM))})(?: \('([^']*)', (\d+)(?:, \d+, \d+)?\))?")
_reason = re.compile(rf"({'|'.join(re.escape(str(reason)) for reason in sorted(Reason, key=len, reverse=True))})(?=: |$)")


def retold(reason: str) -> str:
    """A reason in the language of the caller, and the reason within it; as it is where it is nobody's but a server's."""
    if language() == "en":
        return _system.sub(_told_by_system, reason)
    if (named := _reason.match(reason)) and (rest := reason[named.end() :]):
        return f"{tr(named[1])}{tr(': ')}{retold(rest[2:])}"
    for key, pattern in patterns(SAID):
        if found := pattern.fullmatch(reason):
            return tr(key, **{name: _part(name, said) for name, said in found.groupdict().items()})
    told = tr(reason)
    return _system.sub(_told_by_system, _marks(reason) if told == reason else told)


def system_fault(error: OSError) -> str:
    """What the operating system says, in the language of the caller."""
    return retold(error.strerror or str(error) or type(error).__name__)


def _marks(said: str) -> str:
    """The marks that two articles share, each by its name; anything else as it is."""
    marks = said.split(", ")
    return tr(", ").join(map(tr, marks)) if all(mark in catalogue() for mark in marks) else said


def _part(name: str, said: str) -> str:
    """A reason within a reason, or the marks that two articles share, each by its name."""
    if name == "marks":
        return _marks(said)
    return retold(said) if name == "why" else said


def _told_by_system(found: re.Match[str]) -> str:
    place = tr(" ({host}:{port})", host=found[2], port=found[3]) if found[2] else ""
    return (tr("nobody answers") if found[1] == "Connect call failed" else tr(found[1])) + place
