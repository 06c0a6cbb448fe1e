"""The configuration: `load` reads config.yaml and answers with a `Config`, or with all its mistakes at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from crawler.durations import show_duration
from crawler.i18n import tr
from crawler.record import Record
from crawler.url import link_key
from jobs.config.checks import meaning
from jobs.config.database_key import placed, placed_database, whole
from jobs.config.models import ChannelConfig, Config, RuleConfig, Section, SourceConfig, described, kinds
from jobs.config.schema_errors import shape
from jobs.config.trendradar_env import channels_from_environment
from jobs.config.yaml_file import ConfigError, Document, Mistake, Path_, read_document, read_file
from jobs.deliver.transport import channel_for, no_channel
from jobs.near import instead
from storage.rules.ast import Published, leaves
from storage.rules.dates import ends
from storage.rules.lint import missing
from storage.rules.ruleset import is_true, shadowed, unheard

__all__ = ["ChannelConfig", "Config", "ConfigError", "Mistake", "RuleConfig", "SourceConfig"]

RESTART = ("database", "metrics", "crawl.websub", "web")  # opened once, when the daemon starts


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration of a file, variables filled in from `environ`. Raises ConfigError, never anything else."""
    return parsed(read_document(str(path), read_file(path), environ), environ)


def parsed(document: Document, environ: Mapping[str, str]) -> Config:
    """The configuration that a document means; relative paths begin at the folder of its file. Raises ConfigError."""
    _add_channels(document, environ)
    shape(document)
    meaning(document)
    if document.mistakes:
        raise ConfigError(document.mistakes)
    config = Config.model_validate(_placed(document.data, Path(os.path.abspath(document.file)).parent))
    config._secrets = frozenset(document.secrets)
    config._file, config._lines = document.file, {path: line for path, (line, _) in document.places.items()}
    place = {rule.name: number for number, rule in enumerate(config.rules)}
    rules, sources = config.compiled_rules(), {row.name: row.tags for row in config.sources}
    dark = shadowed(rules, config.manners())
    named = {name for name, _ in dark}
    for name, why in dark:
        document.mistake(("rules", place[name], "name"), f"{name} {why}")
    for name, leaf in unheard((rule for rule in rules if rule.name not in named), sources).items():
        term = f"{leaf.scope[0]}:{leaf.written}"
        fault = tr("this can never match: of the sources that the rule listens to none fits {term}", term=term)
        known = sources if leaf.scope[0] == "source" else dict.fromkeys(tag for tags in sources.values() for tag in tags)
        document.mistake(("rules", place[name], "query"), fault, "" if leaf.written in known else instead(leaf.written, known))
    if document.mistakes:
        raise ConfigError(document.mistakes)
    return config


def _placed(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The same data with paths that are relative to the file's folder made whole: what works must not depend on where one stands."""
    made = dict(data)
    made["database"] = placed_database(made.get("database"), folder)
    for section in ("feeds", "backup"):
        if name := (made.get(section) or {}).get("folder"):
            made[section] = made[section] | {"folder": whole(name, folder)}
    if channels := made.get("channels"):
        made["channels"] = [channel | {"url": placed(channel["url"], "file://", folder)} for channel in channels]
    return made


def _add_channels(document: Document, environ: Mapping[str, str]) -> None:
    """Append the channels that the environment names, unless the file has one of that name. An address that is none is left out."""
    listed = document.data.get("channels") or []
    if not isinstance(listed, list):
        return
    known = [entry.get("name") for entry in listed if isinstance(entry, dict)]
    for name, address in channels_from_environment(environ).items():
        if name not in known and not no_channel(address):
            listed = [*listed, {"name": name, "url": address}]
            document.data["channels"] = listed


def examples(config: Config) -> list[str]:
    """What the rules' own examples complain of; empty when all is well."""
    return [failure for _, failure in failures(config)]


def failures(config: Config) -> Iterator[tuple[Path_, str]]:
    """The same, each with its place."""
    for number, rule in enumerate(config.rules):
        query = config.query_of(rule)
        for key, wanted in (("should_match", True), ("should_not_match", False)):
            for n, text in enumerate(getattr(rule, key)):
                if any(is_true(query, record) for record in readings(text)) != wanted:
                    told = {"name": rule.name, "text": text}
                    told["fault"] = tr("should match and does not") if wanted else tr("should not match and does")
                    failure = tr("rule {name}: {text!r} {fault}; `zhixun rules explain --rule {name}` shows why", **told)
                    yield ("rules", number, key, n), failure


_UNFILLED = re.compile(  # what other programs fill in
    r"(?<=[/:=@])\$(?P<shell>[A-Z][A-Z0-9_]{2,})(?=$|[/:@?&])|%(?P<windows>[A-Z][A-Z0-9_]{2,})%|\$\((?P<run>[^)]*)\)"
    r"|\{\{ *(?P<template>[\w.]+) *\}\}|<(?P<blank>[A-Za-z][\w -]{2,30})>"
)
_NOTHING = (Record("无关", "https://a.example/", "一句什么也没说的话。"), Record("Qzx", "https://b.example/", "Vwk jyb."))


def warnings(config: Config, now: datetime) -> list[str]:
    """What is allowed and seldom meant: a rule that is true of any text, or of what is too old by now; an address that stands twice."""
    said: list[str] = []
    for number, rule in enumerate(config.rules):
        query = config.query_of(rule)
        young = now - rule.max_age - timedelta(days=1)  # what tells only its day is as young as the end of it
        old = [leaf for leaf in leaves(query.root) if isinstance(leaf, Published) and ends(leaf, now) <= young]
        if rule.enabled and all(is_true(query, record) for record in _NOTHING):
            said.append(tr("rule {name} matches everything, whatever an article says; name what must be in it", name=rule.name))
        if rule.enabled and (leaf := missing(query.root, old)):
            told = {"name": rule.name, "term": leaf.written, "age": show_duration(rule.max_age)}
            said.append(tr("rule {name} raises no alert: what is {term} is older than its max_age of {age}", **told))
        if not rule.sources and ("rules", number, "sources") in config._lines:
            said.append(tr("rule {name} listens to all sources: nothing stands behind its key sources", name=rule.name))
    for name, word in ((rule.name, word) for rule in config.rules for word in rule.keywords):
        if any(sign in word for sign in "，、；"):
            said.append(
                tr(
                    "rule {name} looks for {word!r} as one phrase; if several words are meant, part them with an ASCII comma and a blank",
                    name=name,
                    word=word,
                )
            )
    for channel in config.channels:
        if found := _UNFILLED.search(channel.url):
            meant = found[found.lastgroup or 0]
            told = {"name": channel.name, "given": found[0], "form": f"${{{meant if meant.isidentifier() else 'NAME'}}}"}
            said.append(tr("channel {name}: {given} is sent as it stands; a variable is written {form}", **told))
        if why := channel_for(channel.url).obstacle():
            said.append(tr("channel {name}: {why}", name=channel.name, why=why))
    first: dict[tuple[str, object], str] = {}
    for source in config.sources:
        key = link_key(source.url), str(source.body)
        if source.enabled and first.setdefault(key, source.name) != source.name:
            both = {"one": first[key], "other": source.name}
            said.append(tr("sources {one} and {other} are one address; it is asked twice and tells each article once", **both))
    return said


def readings(text: str) -> tuple[Record, ...]:
    """The ways in which an example is tried: as title, as text and as both."""
    return Record(text, "", ""), Record("", "", text), Record(text, "", text)


def changes(old: Config, new: Config) -> list[str]:
    """What a reload changes, a sentence each; values that may be secret are not told. `RESTART` names what it cannot change."""
    told: list[str] = []
    for key in Config.model_fields:
        before, after = getattr(old, key), getattr(new, key)
        if before == after:
            continue
        if key in ("sources", "rules", "channels"):
            told += _changed_entries(key[:-1], before, after)
        elif isinstance(after, Section):
            told += [f"{key}.{name}: {_told(before, name)} → {_told(after, name)}" for name in _changed_keys(before, after)]
        elif key in ("timezone", "metrics"):
            told.append(f"{key}: {before} → {after}")
        else:
            told.append(tr("{key} changed", key=key))
    return told


def needs_restart(old: Config, new: Config) -> list[str]:
    """The changed keys that hold only after a restart."""
    pairs = {key: (reduce(getattr, key.split("."), old), reduce(getattr, key.split("."), new)) for key in RESTART}
    return [key for key, (before, after) in pairs.items() if before != after]


def _changed_entries(noun: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> list[str]:
    before, after = {entry.name: entry for entry in old}, {entry.name: entry for entry in new}
    told = [tr("{noun} {name} added", noun=tr(noun), name=name) for name in after if name not in before]
    told += [tr("{noun} {name} removed", noun=tr(noun), name=name) for name in before if name not in after]
    for name, entry in after.items():
        keys = _changed_keys(before[name], entry) if name in before else []
        told += [tr("{noun} {name} changed: {keys}", noun=tr(noun), name=name, keys=", ".join(keys))] if keys else []
    return told


def _changed_keys(old: BaseModel, new: BaseModel) -> list[str]:
    before, after = old.model_dump(), new.model_dump()
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _told(model: BaseModel, key: str) -> str:
    field = type(model).model_fields[key]
    return str(model.model_dump()[key]) if field.repr else "…"


def schema() -> dict[str, Any]:
    """JSON Schema of the file, the options of every kind of source included."""
    made = described().model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Zhixun configuration"
    made["patternProperties"] = {"^x-": {"description": "Yours: what is marked with & here is used below by *"}}
    source = made["$defs"]["SourceConfig"]
    source["additionalProperties"] = False
    source["properties"]["kind"]["enum"] = ["auto", *kinds()]
    for name, component in kinds().items():
        for key, what in component.options.model_json_schema().get("properties", {}).items():
            what.setdefault("description", f"an option of kind {name}")
            source["properties"].setdefault(key, what)
    return made
