"""What does not fit together in a configuration: names, references, queries, addresses, and the keys of a model.

It reads the plain data, not the models: an entry that is broken in one key is still checked in the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from crawler.i18n import tr
from jobs.config.database_key import placed
from jobs.config.models import Config, WebSubConfig, any_of, flatten
from jobs.config.times import parse_cron
from jobs.config.values import browser_lacks
from jobs.config.yaml_file import Document, Path_, full_width, show_path
from jobs.deliver.address import component_of, parse_address
from jobs.deliver.rendering import TEMPLATE_NAMES
from jobs.deliver.transport import no_channel
from jobs.near import did_you_mean, instead
from jobs.safe_text import brief
from storage.db import address
from storage.rules.lexer import DASHES, alias_in, narrow
from storage.rules.parser import QueryError, parse


def meaning(document: Document) -> None:
    """Report all of it."""
    for section in ("sources", "rules", "channels"):
        _twice(document, section)
    _database(document)
    _listeners(document)
    _model(document)
    _browser(document)
    _cadences(document)
    _idle(document)
    _queries(document, _aliases(document))
    _references(document)
    _addresses(document)
    _templates(document)


def _section(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    given = data.get(key)
    return given if isinstance(given, dict) else {}


def _texts(entry: Mapping[str, Any], key: str) -> list[tuple[int, str]]:
    """The texts of a list, with their numbers."""
    given = entry.get(key)
    return [(n, text) for n, text in enumerate(given) if isinstance(text, str)] if isinstance(given, list) else []


def _names(document: Document, section: str) -> list[str]:
    return [entry["name"] for _, entry in document.entries(section) if isinstance(entry.get("name"), str)]


def _twice(document: Document, section: str) -> None:
    first: dict[str, int] = {}
    for number, entry in document.entries(section):
        name = entry.get("name")
        if not isinstance(name, str):
            continue
        if name in first:
            line = document.places.get((section, first[name], "name"), (0, 0))[0]
            fault = tr("{name} is already the name in line {line}", name=brief(name), line=line)
            document.mistake((section, number, "name"), fault, tr("give each its own"))
        first.setdefault(name, number)


def _database(document: Document) -> None:
    """The options of its address, which the driver would refuse only at work."""
    given = document.data.get("database")
    unknown, known = address.options(given) if isinstance(given, str) else ([], ())
    for name in unknown:
        document.mistake(("database",), tr("PostgreSQL knows no option {name}", name=brief(name)), did_you_mean(name, known))


def _listeners(document: Document) -> None:
    """What is listened at, each at an address of its own."""
    hubs: Any = _section(_section(document.data, "crawl"), "websub")
    given: dict[Path_, Any] = {
        ("web",): document.data.get("web", Config.model_fields["web"].default),
        ("metrics",): document.data.get("metrics"),
        ("crawl", "websub", "listen"): hubs.get("listen") or WebSubConfig.model_fields["listen"].default if hubs else None,
    }
    first: dict[str, Path_] = {}
    for path, listen in given.items():
        if isinstance(listen, str) and (other := first.setdefault(listen, path)) != path:
            fault = tr("{other} listens at {listen} already", other=show_path(other), listen=brief(listen))
            document.mistake(path, fault, tr("take another port"))


def _model(document: Document) -> None:
    """The keys of the model: all or none."""
    analysis = _section(document.data, "analysis")
    if analysis.get("engine") != "openai":
        for key in ("base_url", "model", "api_key", "monthly_tokens", "timeout", "max_age", "extra"):
            if analysis.get(key) is not None:
                document.mistake(("analysis", key), tr("has no meaning without engine: openai"))
        return
    if analysis.get("model") is None:
        document.mistake(("analysis", "engine"), tr("openai needs a model"), tr("write model: and its name, see docs/models.md"))
    if analysis.get("base_url") is None and analysis.get("api_key") is None:
        document.mistake(("analysis", "engine"), tr("openai needs a base_url or an api_key"), tr("see docs/models.md"))
    if find_spec("openai") is None:
        document.mistake(("analysis", "engine"), tr("the openai library is not installed"), "pip install 'zhixun[openai]'")


def _browser(document: Document) -> None:
    """What a source that is rendered needs: the library and the browser."""
    lacks = browser_lacks()
    if lacks is None:
        return
    for number, source in document.entries("sources"):
        if source.get("render") in (True, "list") and source.get("enabled", True):
            document.mistake(("sources", number, "render"), tr("{what} is not installed", what=lacks[0]), lacks[1])


def _cadences(document: Document) -> None:
    for number, source in document.entries("sources"):
        if source.get("weight") is not None and source.get("every") != "adaptive":
            document.mistake(("sources", number, "weight"), tr("has no meaning without every: adaptive"))
        cron = source.get("cron")
        if cron is None:
            continue
        if source.get("every") is not None:
            document.mistake(("sources", number, "cron"), tr("both every and cron say when to poll"), tr("keep one of them"))
        try:
            parse_cron(str(cron), ZoneInfo("UTC"))
        except ValueError as error:
            document.mistake(("sources", number, "cron"), str(error))


def _idle(document: Document) -> None:
    """Keys that do nothing beside what else the entry says."""
    for number, rule in document.entries("rules"):
        if rule.get("again_when") is not None and rule.get("stories") == "off":
            document.mistake(("rules", number, "again_when"), tr("has no meaning with stories: off, which tells each article"))
    for number, channel in document.entries("channels"):
        url = channel.get("url")
        if channel.get("template") is None or not isinstance(url, str) or no_channel(url):
            continue
        component = component_of(parse_address(url))
        if not getattr(component.module, "WORDED", True):
            fault = tr("has no meaning: {kind} sends JSON, which is not worded", kind=component.name)
            document.mistake(("channels", number, "template"), fault)


def _aliases(document: Document) -> dict[str, tuple[str, ...]]:
    """The sound aliases, flat. One that names itself, by whatever detour, or one that does not exist is reported."""
    given = _section(document.data, "aliases")
    known = {
        name: tuple(words)
        for name, words in given.items()
        if isinstance(words, list) and all(isinstance(word, str) for word in words)
    }
    for name, words in known.items():
        for place, word in enumerate(words):
            if (other := alias_in(word, given)) is not None and other not in given:
                document.mistake(("aliases", name, place), tr("there is no alias {word}", word=word), instead(other, given))
        if name in _called(name, known):
            document.mistake(("aliases", name), tr("@{name} stands for itself", name=name), tr("take it out of the circle"))
    sound = {name for name in known if name not in _called(name, known) and _called(name, known) <= set(known)}
    return flatten({name: known[name] for name in sound if _called(name, known) <= sound})


def _called(name: str, aliases: Mapping[str, Sequence[str]]) -> set[str]:
    """The names that an alias leads to, directly or not."""
    found: set[str] = set()
    todo = [name]
    while todo:
        called = {other for word in aliases.get(todo.pop(), ()) if (other := alias_in(word, aliases)) is not None} - found
        found |= called
        todo += called
    return found


_SIGNS = {"/": "/an expression/"}  # what other monitors write before a word of their lists
_SIGNS |= dict.fromkeys("+", "a AND b, for a word that must be there too") | dict.fromkeys("=#", "a word alone")
_SIGNS |= dict.fromkeys("!" + DASHES, "NOT a, for a word that must not be there")
_SIGNED = re.compile(r"\s*([" + re.escape("".join(_SIGNS)) + r"])\1*\s*(?:[^\W\d_]|@)")


def _queries(document: Document, aliases: Mapping[str, tuple[str, ...]]) -> None:
    known = _section(document.data, "aliases")
    broken = set(known) - set(aliases)
    for number, rule in document.entries("rules"):
        query, keywords = rule.get("query"), rule.get("keywords")
        if (query is None) == (not keywords):
            document.mistake(("rules", number, "query"), tr("a rule needs query or keywords, one of the two"))
        if isinstance(query, str) and query:
            _query(document, ("rules", number, "query"), query, aliases, broken)
        for place, word in _texts(rule, "keywords"):
            path = ("rules", number, "keywords", place)
            if found := _SIGNED.match(narrow(word)):
                meant = {"example": tr(_SIGNS[found[1]]), "sign": found[1]}
                cure = tr("write query: with {example}, or the word without its {sign}", **meant)
                document.mistake(path, tr("{word} is not a word to look for", word=brief(word)), cure)
            elif (other := alias_in(word, known)) is not None and other not in known:
                cure = did_you_mean(other, known) or tr(
                    "for these letters themselves write {example}", example=f"'\"{word.strip()}\"'"
                )
                document.mistake(path, tr("there is no alias {word}", word=brief(word)), cure)
            else:
                _query(document, path, any_of([word]), aliases, broken)


def _query(document: Document, path: Path_, query: str, aliases: Mapping[str, tuple[str, ...]], broken: set[str]) -> None:
    if path in document.broken or any(f"@{name}" in query for name in broken):
        return  # the variable or the alias is reported
    try:
        parse(query, aliases)
    except QueryError as error:
        document.mistake(path, tr("{text} (at character {position})", text=error.message, position=error.position + 1))


def _references(document: Document) -> None:
    names, channels = _names(document, "sources"), _names(document, "channels")
    tags = {f"tag:{tag}" for _, source in document.entries("sources") for _, tag in _texts(source, "tags")}
    for number, rule in document.entries("rules"):
        if rule.get("sources") == []:
            cure = tr("leave the key out for all sources, or name some; enabled: false rests the rule")
            document.mistake(("rules", number, "sources"), tr("must not be empty"), cure)
        _channels_exist(document, ("rules", number, "channels"), _texts(rule, "channels"), channels)
        for place, wanted in _texts(rule, "sources"):
            if wanted in tags or wanted in names:
                continue
            fault, there = tr("there is no source {wanted}", wanted=brief(wanted)), [*names, *sorted(tags)]
            if wanted.startswith("tag:"):
                fault, there = tr("no source has the tag {wanted}", wanted=brief(wanted[4:])), sorted(tags)
            document.mistake(("rules", number, "sources", place), fault, full_width(wanted) or instead(wanted, there))
    for section, key in (("alerts", "health_channels"), ("week", "channels")):
        _channels_exist(document, (section, key), _texts(_section(document.data, section), key), channels)


def _channels_exist(document: Document, path: Path_, wanted: Iterable[tuple[int, str]], known: Sequence[str]) -> None:
    for place, name in wanted:
        if name not in known:
            cure = full_width(name) or instead(name, known)
            document.mistake((*path, place), tr("there is no channel {name}", name=brief(name)), cure)


def _addresses(document: Document) -> None:
    folder = Path(document.file).absolute().parent
    for number, channel in document.entries("channels"):
        path, url = ("channels", number, "url"), channel.get("url")
        if not isinstance(url, str) or not url or path in document.broken:
            continue
        if why := no_channel(placed(url, "file://", folder)):
            document.mistake(path, why, full_width(url))


def _templates(document: Document) -> None:
    """A `$` that names nothing would be sent as it stands."""
    for number, channel in document.entries("channels"):
        path, text = ("channels", number, "template"), channel.get("template")
        if not isinstance(text, str) or path in document.broken:
            continue
        for match in Template.pattern.finditer(text):
            name = match["named"] or match["braced"]
            if match["invalid"] is not None:
                document.mistake(path, tr("a $ stands before a name; for a $ itself write $$"))
            elif name and name not in TEMPLATE_NAMES:
                cure = did_you_mean(name, TEMPLATE_NAMES) or tr("there are {known}", known=", ".join(TEMPLATE_NAMES))
                document.mistake(path, tr("${name} is nothing that a message has", name=name), cure)
