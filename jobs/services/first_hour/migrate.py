"""Brings what another system keeps into the configuration: decide what can come, then write it, all or none.

files → jobs/migrate: a Moved → decide: edits and remarks → jobs/services/configuration, or a new file
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crawler.i18n import language, tr
from crawler.url import link_key
from jobs.config.edit import Add, Edit, SetAlias, edited
from jobs.config.load import Config, RuleConfig, SourceConfig
from jobs.config.models import kinds
from jobs.config.values import browser_lacks
from jobs.migrate import changedetection, freshrss, miniflux, trendradar, urlwatch
from jobs.migrate.moved import Entry, Foreign, Moved, MovedRule, MovedSource, Remark, free_name
from jobs.migrate.queries import fault
from jobs.services.configuration import Conflict, Edited, Refused, edit, preview
from jobs.services.first_hour import first_steps
from jobs.services.sourcing.discover import name_for
from storage.rules.lexer import quoted
from storage.rules.parser import parse
from storage.rules.ruleset import Rule, shadowed

_PARTS = (trendradar, miniflux, freshrss, urlwatch, changedetection)
SYSTEMS: Mapping[str, Callable[[Sequence[Foreign]], Moved]] = {part.__name__.rpartition(".")[2]: part.read for part in _PARTS}


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written, and what not, each with its line and reason."""

    sources: tuple[Entry, ...]
    rules: tuple[Entry, ...]
    channels: tuple[Entry, ...]
    aliases: Mapping[str, tuple[str, ...]]
    remarks: tuple[Remark, ...]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """As changes of a configuration, what others name first."""
        aliases = tuple(SetAlias(name, words) for name, words in self.aliases.items())
        added = (Add("channels", self.channels), Add("sources", self.sources), Add("rules", self.rules))
        return (*aliases, *(one for one in added if one.entries))

    @property
    def lost(self) -> int:
        """How much has no counterpart."""
        return sum(remark.lost for remark in self.remarks)


@dataclass
class _Deciding:
    """The state of one decision."""

    config: Config
    remarks: list[Remark]

    def lose(self, moved: MovedSource | MovedRule, what: str, why: str, lost: bool = True) -> None:
        self.remarks.append(Remark(moved.place, what, why, lost))


def plan(moved: Moved, config: Config, channels: Sequence[str] = ()) -> Plan:
    """Decide what can come into a configuration. `channels`: where its rules alert; else those that came along, or the first there is."""
    deciding = _Deciding(config, list(moved.remarks))
    sources, names = _sources(deciding, moved.sources)
    fresh, told = _channels(config, moved.channels, channels)
    known = {name: tuple(words) for name, words in config.aliases.items()}
    aliases = {name: tuple(dict.fromkeys((*known.get(name, ()), *words))) for name, words in moved.aliases.items()}
    rules = _rules(deciding, moved.rules, names, known | aliases, told)
    called = {name for name in aliases for rule in rules if f"@{name}" in str(rule["query"])}
    used = {name: words for name, words in aliases.items() if known.get(name) != words and name in called}
    return Plan(tuple(sources), tuple(rules), fresh if rules else (), used, tuple(sorted(set(deciding.remarks))))


def write(path: Path, decided: Plan, environ: Mapping[str, str], *, dry: bool = False) -> Edited | Refused | Conflict:
    """Write it into the configuration at `path`, or into a new one; with `dry` only say what would change."""
    if not decided.edits:
        return Refused(tr("There is nothing to write."))
    if path.exists():
        return preview(path, decided.edits, environ) if dry else edit(path, decided.edits, environ)
    text = first_steps.frame(language())
    for one in decided.edits:
        text = edited(text, one)
    if refused := first_steps.prove(path, text, environ):
        return refused
    if not dry and (refused := first_steps.put(path, text)):
        return refused
    return Edited((), tuple(text.splitlines()) if dry else ())


# ---- sources


def _sources(deciding: _Deciding, moved: Sequence[MovedSource]) -> tuple[list[Entry], dict[str, str]]:
    """The new entries; and what each moved source is called here."""
    taken = {row.name for row in deciding.config.sources}
    watched = {(link_key(row.url), str(row.body)): row.name for row in deciding.config.sources}
    entries: list[Entry] = []
    names: dict[str, str] = {}
    for one in moved:
        entry = _without_browser(deciding, one)
        theirs, key = str(entry["name"]), (link_key(str(entry["url"])), str(entry.get("body")))
        if there := watched.get(key):
            names[theirs] = there
            deciding.lose(one, theirs, tr("its address is watched already, as {name}", name=there), lost=False)
            continue
        if why := _unsound(entry):
            deciding.lose(one, theirs, why)
            continue
        names[theirs] = theirs if theirs not in taken else name_for(str(entry["url"]), taken)
        taken.add(names[theirs])
        watched[key] = names[theirs]
        entries.append({**entry, "name": names[theirs]})
    return entries, names


def _without_browser(deciding: _Deciding, one: MovedSource) -> Entry:
    """Where no browser is, its page is read as it comes."""
    if not one.entry.get("render") or browser_lacks() is None:
        return one.entry
    why = tr("no browser is installed here: its page is read without running its scripts")
    deciding.lose(one, f"{one.entry['name']}, render", why)
    return {key: value for key, value in one.entry.items() if key != "render"}


def _unsound(entry: Entry) -> str:
    """Why the configuration would not take an entry; "" when it does."""
    try:
        row = SourceConfig.model_validate(entry)
        if row.kind in kinds():
            kinds()[row.kind].options.model_validate(row.options)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}"
    return ""


# ---- channels


def _channels(config: Config, moved: Sequence[Entry], wanted: Sequence[str]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The new channels, and the names of those that the rules alert."""
    there = {row.name: row.url for row in config.channels}
    if wanted:
        return (), tuple(wanted)
    fresh = [row for row in moved if row["url"] not in there.values()]
    named = [next((name for name, url in there.items() if url == row["url"]), "") for row in moved]
    made: list[Entry] = []
    for row in fresh:
        made.append({**row, "name": free_name(row["name"], {*there, *(one["name"] for one in made)}, "-")})
    told = [*filter(None, named), *(str(row["name"]) for row in made)]
    if told:
        return tuple(made), tuple(told)
    return ((), (next(iter(there)),)) if there else (({"name": "console", "url": "console://"},), ("console",))


# ---- rules


def _rules(deciding: _Deciding, moved: Sequence[MovedRule], names: Mapping[str, str], aliases: Mapping[str, tuple[str, ...]], told: Sequence[str]) -> list[Entry]:  # fmt: skip
    """The rules that say something, each under a name of its own, and none that adds nothing to another."""
    taken = {rule.name: rule.query_text() for rule in deciding.config.rules}
    found: list[tuple[MovedRule, Entry]] = []
    for one in moved:
        sources = [name if name.startswith("tag:") else names.get(name, "") for name in one.sources]
        if not all(sources):
            deciding.lose(one, one.name, tr("its source is not carried over"))
            continue
        query = _query(one, sources)
        if query in taken.values():
            deciding.lose(one, one.name, tr("a rule with this query is there already"), lost=False)
            continue
        if why := fault(query, aliases):
            deciding.lose(one, one.name, why)
            continue
        name = free_name(one.name, taken)
        taken[name] = query
        heard = {"sources": sources} if sources else {}
        entry: dict[str, Any] = {"name": name, "query": query, **heard, "channels": list(told)}
        found.append((one, {**entry, **_options(deciding, one, entry)}))
    return _that_add(deciding, found, aliases)


def _query(rule: MovedRule, sources: Sequence[str]) -> str:
    keep = list(rule.keep) or [f"source:{quoted(name)}" for name in sources]
    return " ".join([" AND ".join(keep), *(f"NOT {term}" for term in rule.without)])


def _options(deciding: _Deciding, one: MovedRule, entry: Entry) -> Entry:
    """How the rule is told, as far as the configuration takes it."""
    try:
        RuleConfig.model_validate({**entry, **one.options})
    except ValidationError as error:
        deciding.lose(one, f"{one.name}, {', '.join(one.options)}", error.errors()[0]["msg"].removeprefix("Value error, "))
        return {}
    return one.options


def _that_add(
    deciding: _Deciding, found: Sequence[tuple[MovedRule, Entry]], aliases: Mapping[str, tuple[str, ...]]
) -> list[Entry]:
    """Without those in the shadow of a wider one; and where a rule of ours would stand in the shadow, the new one does not come."""
    new = {str(entry["name"]): RuleConfig.model_validate(entry) for _, entry in found}
    old = deciding.config.compiled_rules()
    compiled = [Rule(name, parse(str(row.query), aliases), row.sources, row.channels) for name, row in new.items()]
    manners = deciding.config.manners() | Config.model_construct(rules=tuple(new.values())).manners()
    dark = dict(shadowed([*old, *compiled], manners))
    pairs = [(rule, one) for rule in old if rule.name in dark for one in compiled if shadowed([rule, one], manners)]
    wide = {
        one.name: tr("the rule {name} of the configuration would add nothing to it: remove that one first", name=rule.name)
        for rule, one in pairs
    }
    kept: list[Entry] = []
    for one, entry in found:
        name = str(entry["name"])
        if name in dark or name in wide:
            deciding.lose(one, name, dark.get(name) or wide[name], lost=name not in dark)
        else:
            kept.append(entry)
    return kept


def of_one_system(system: str, files: Sequence[Path]) -> Moved:
    """Read the files of a system. Raises MoveError, OSError."""
    return SYSTEMS[system]([Foreign(str(path), path.read_bytes()) for path in files])


def lines(remarks: Sequence[Remark]) -> list[Mapping[str, Any]]:
    """The remarks as rows."""
    return [{"file": r.place.file, "line": r.place.line, "what": r.what, "why": r.why, "lost": r.lost} for r in remarks]
