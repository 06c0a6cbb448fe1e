"""Finds what a person has named, or says what there is instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from crawler.errors import ZhixunError
from crawler.i18n import tr
from jobs.near import instead


class Named(Protocol):
    """An entry of the configuration."""

    @property
    def name(self) -> str:
        """What it is called."""


Entry = TypeVar("Entry", bound=Named)


class Unknown(ZhixunError):
    """What was asked about does not exist."""


def named(what: str, name: str, entries: Iterable[Entry]) -> Entry:
    """The entry of this name. Raises Unknown, which names those that are like it, or that there are."""
    known = {entry.name: entry for entry in entries}
    if name not in known:
        raise Unknown(tr("no {what} {name!r}; {instead}", what=tr(what), name=name, instead=instead(name, known)))
    return known[name]
