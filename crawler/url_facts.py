"""What data/urls.yaml knows about addresses, read once and asked by host name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """A set of parameter names, some of them by their beginning (the empty beginning is every name's)."""

    names: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, words: str) -> Names:
        """From blank-separated names, ``utm_*`` for a beginning, ``all`` for all."""
        each = ["*"] if words == "all" else words.split()
        return cls(frozenset(w for w in each if w[-1] != "*"), tuple(w[:-1] for w in each if w[-1] == "*"))

    def __contains__(self, name: str) -> bool:
        return name in self.names or name.startswith(self.beginnings)


@dataclass(frozen=True, slots=True)
class Tracking:
    """The parameters that one site uses for tracking, on paths where `path` is found."""

    path: re.Pattern[str] | None
    drop: Names
    keep: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passing:
    """Parameters with these names are no part of an address while their value is one of these."""

    names: re.Pattern[str]
    values: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Wrapper:
    """An address that carries another one: in one of `parameters`, or in the groups http/https of `path`."""

    host: re.Pattern[str]
    path: re.Pattern[str]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """How a site's addresses name their article: by the groups of `find`, or by `parameters`."""

    site: str
    find: re.Pattern[str] | None
    parameters: tuple[str, ...]
    fold: bool
    inner: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Facts:
    """data/urls.yaml, ready for use."""

    tracking: Names
    passing: tuple[Passing, ...]
    site_tracking: Mapping[str, tuple[Tracking, ...]]
    wrappers: tuple[Wrapper, ...]
    one_site: frozenset[str]
    mobile: frozenset[str]
    same_host: Mapping[str, str]
    keys: Mapping[str, tuple[Key, ...]]
    moved: tuple[tuple[re.Pattern[str], str], ...]
    desktop: tuple[tuple[re.Pattern[str], str], ...]
    suffixes: frozenset[str]


@cache
def facts() -> Facts:
    """All of it."""
    data: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("data") / "urls.yaml")
    return Facts(
        tracking=Names.of(data["tracking"]),
        passing=tuple(Passing(re.compile(entry["names"]), re.compile(entry["values"])) for entry in data["passing"]),
        site_tracking=_by_host(data["site_tracking"], _tracking),
        wrappers=tuple(_wrapper(entry) for entry in data["wrappers"]),
        one_site=frozenset(data["one_site"].split()),
        mobile=frozenset(data["mobile_labels"].split()),
        same_host=data["same_host"],
        keys=_by_host(data["keys"], _key),
        moved=tuple((re.compile(entry["find"]), entry["to"]) for entry in data["moved"]),
        desktop=tuple((re.compile(entry["find"]), entry["to"]) for entry in data["desktop"]),
        suffixes=frozenset(data["suffixes"].split()),
    )


@lru_cache(4096)
def tracking_of(host: str) -> tuple[Tracking, ...]:
    """The rules of this host's site."""
    return tuple(rule for name in _ancestors(host) for rule in facts().site_tracking.get(name, ()))


@lru_cache(4096)
def keys_of(host: str) -> tuple[Key, ...]:
    """The rules of this host's site, in their order."""
    return tuple(rule for name in _ancestors(host) for rule in facts().keys.get(name, ()))


@lru_cache(4096)
def wrappers_of(host: str) -> tuple[Wrapper, ...]:
    """What this host may wrap addresses in; usually nothing."""
    return tuple(wrapper for wrapper in facts().wrappers if wrapper.host.fullmatch(host))


def _ancestors(host: str) -> Iterator[str]:
    """The host and the domains above it; at most six labels, which is more than any rule has."""
    labels = host.rstrip(".").split(".")
    for first in range(max(0, len(labels) - 6), len(labels) - 1):
        yield ".".join(labels[first:])


def _by_host(entries: list[dict[str, Any]], make: Callable[[dict[str, Any]], T]) -> dict[str, tuple[T, ...]]:
    table: dict[str, tuple[T, ...]] = {}
    for entry in entries:
        for host in entry["hosts"].split():
            table[host] = (*table.get(host, ()), make(entry))
    return table


def _tracking(entry: dict[str, Any]) -> Tracking:
    return Tracking(_pattern(entry.get("path")), Names.of(entry["drop"]), frozenset(entry.get("keep", "").split()))


def _wrapper(entry: dict[str, Any]) -> Wrapper:
    return Wrapper(re.compile(entry["host"]), re.compile(entry["path"]), tuple(entry.get("parameters", "").split()))


def _key(entry: dict[str, Any]) -> Key:
    parameters = tuple(entry.get("parameters", "").split())
    return Key(entry["site"], _pattern(entry.get("find")), parameters, entry.get("fold", False), _pattern(entry.get("base64")))


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None
