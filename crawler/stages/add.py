"""ADD: runs the analyzers over a record, in the order in which they build on each other."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

from crawler.errors import PluginError
from crawler.nlp import lexicon
from crawler.plugins import Component, family
from crawler.record import Record

# Raise it when the analyzers or their word lists find something else: `zhixun records annotate` then goes over the archive.
VERSION = 6


@cache
def analyzers() -> tuple[Component, ...]:
    """The files of `crawler/analyzers/`, each behind those that its AFTER names; one without AFTER comes behind all that have one."""
    found = family("crawler.analyzers", "add")
    placed = {name for name, one in found.items() if hasattr(one.module, "AFTER")}
    after = {name: sorted(one.module.AFTER if name in placed else placed) for name, one in sorted(found.items())}
    if unknown := {name for names in after.values() for name in names} - found.keys():
        raise PluginError(f"crawler/analyzers: AFTER names {', '.join(sorted(unknown))}, which is no file there")
    try:
        return tuple(found[name] for name in TopologicalSorter(after).static_order())
    except CycleError as error:
        raise PluginError(f"crawler/analyzers: each waits for another: {' → '.join(error.args[1])}") from None


@cache
def added() -> frozenset[str]:
    """The kinds of facts that analyzers say they make."""
    for one in analyzers():
        if not isinstance(getattr(one.module, "KINDS", None), tuple):
            why = 'say which facts it makes, as KINDS = ("keyword",), or KINDS = ()'
            raise PluginError(f"crawler/analyzers/{one.name}.py: {why}")
    return frozenset(kind for one in analyzers() for kind in one.module.KINDS)


def label(own: tuple[lexicon.UserTerm, ...]) -> str:
    """What records carry as `analysis`: the version of the analyzers, and which names of the user's own they knew."""
    return f"builtin {VERSION}" + (f"+{hashlib.blake2b(repr(own).encode(), digest_size=3).hexdigest()}" if own else "")


def add(record: Record) -> Record:
    """The record with all that the analyzers find. Pure; the word lists are loaded on the first call."""
    for analyzer in analyzers():
        record = analyzer.add(record)
    return replace(record, analysis=label(lexicon.own()))


def bare(record: Record) -> Record:
    """The record as its parser gave it, without what analyzers or a model added: what `add` takes to begin anew."""
    facts = tuple(fact for fact in record.facts if fact.kind not in added() or fact.by == "page")
    own = tuple(fact.value for fact in facts if fact.kind == "keyword")
    nothing: dict[str, Any] = dict.fromkeys(("ai_technologies", "industries", "events", "companies"), ())
    return replace(record, facts=facts, keywords=own, **nothing, opening="", summary="", analysis=None)
