"""TrendRadar: config.yaml and frequency_words.txt.

A group of words becomes a rule with the meaning that TrendRadar gives it: any of the plain words, every `+word`, in titles, inside words
too; `!word` of any group and the words of `[GLOBAL_FILTER]` silence all groups, so they become one alias that every rule excludes. Hot
lists are read where TrendRadar reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.i18n import tr
from jobs.config.trendradar_env import channels_from_environment
from jobs.config.yaml_file import Document
from jobs.migrate.moved import Foreign, Moved, MoveError, Moving, Place, always, mapping
from jobs.migrate.queries import contains, either, enclosed, expression, sound

FILTER = "trendradar-filter"
SECTIONS = ("GLOBAL_FILTER", "WORD_GROUPS")
HOT_LISTS = "https://newsnow.busiyi.world/api/s?id={id}&latest"
SHORT = 3  # letters; so short a Latin word stands inside many others
_latin = re.compile(r"[A-Za-z0-9]+")
_display = re.compile(r"\s*=>\s*")
_WEBHOOKS = {  # before version 4: flat keys
    "feishu_url": "FEISHU_WEBHOOK_URL", "dingtalk_url": "DINGTALK_WEBHOOK_URL", "wework_url": "WEWORK_WEBHOOK_URL",
    "slack_webhook_url": "SLACK_WEBHOOK_URL", "generic_webhook_url": "GENERIC_WEBHOOK_URL",
}  # fmt: skip
_NAMES = {"GENERIC_WEBHOOK_WEBHOOK_URL": "GENERIC_WEBHOOK_URL"}


@dataclass
class _Group:
    """The words of a group with the line of each, as queries have them."""

    line: int
    name: str = ""
    plain: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    most: int = 0
    lacks: str = ""  # a word that it requires and that cannot be looked for


def read(files: Sequence[Foreign]) -> Moved:
    """What these files hold: YAML is the configuration, everything else is lists of words. Raises MoveError."""
    moving = Moving()
    manner: dict[str, Any] = {}
    for file in files:
        if file.name.lower().endswith((".yaml", ".yml")):
            manner |= _configuration(moving, file)
    for file in files:
        if not file.name.lower().endswith((".yaml", ".yml")):
            _words(moving, file, manner)
    return moving.done()


# ---- words


def _words(moving: Moving, file: Foreign, manner: Mapping[str, Any]) -> None:
    groups: list[_Group] = []
    excluded: list[str] = list(moving.aliases.get(FILTER, ()))
    section = "WORD_GROUPS"
    for block in _blocks(file.text):
        if block[0][1][1:-1].upper() in SECTIONS and block[0][1][0] + block[0][1][-1] == "[]":
            section = block[0][1][1:-1].upper()
            block = block[1:]
        if section == "GLOBAL_FILTER":
            excluded += _filters(moving, file, block)
        elif block:
            groups.append(_group(moving, file, block, excluded))
    if excluded:
        moving.aliases[FILTER] = tuple(dict.fromkeys(excluded))
    for group in groups:
        _rule(moving, file, group, manner, bool(excluded))
    if not groups:
        why = tr("TrendRadar then shows every title; a rule must say what it looks for")
        moving.lose(Place(file.name), tr("no group of words"), why)


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Groups are parted by empty lines; a line of blanks parts nothing. Comments and blanks are left out, lines numbered."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        word = line.strip()
        if word and not word.startswith("#"):
            block.append((number, word))
        if not line and block:
            yield block
            block = []


def _filters(moving: Moving, file: Foreign, block: Iterable[tuple[int, str]]) -> Iterator[str]:
    for number, word in block:
        place = Place(file.name, number)
        if word.startswith(("!", "+", "@")):
            moving.lose(place, word, tr("TrendRadar does not read this sign among the words of [GLOBAL_FILTER]"))
        elif term := _term(moving, place, word):
            yield _alias_word(term)


def _group(moving: Moving, file: Foreign, block: Sequence[tuple[int, str]], excluded: list[str]) -> _Group:
    group = _Group(block[0][0])
    if block[0][1].startswith("[") and block[0][1].endswith("]"):
        group.name, block = block[0][1][1:-1].strip(), block[1:]
    for number, word in block:
        place = Place(file.name, number)
        if word.startswith("@"):
            group.most = int(word[1:]) if word[1:].strip().isdecimal() else 0
            if not group.most:
                moving.lose(place, word, tr("there is no number behind the @"))
        elif word.startswith("!"):
            excluded += [_alias_word(term) for term in [_term(moving, place, word[1:])] if term]
        else:
            term = _term(moving, place, word.removeprefix("+"))
            if term:
                (group.required if word.startswith("+") else group.plain).append(term)
                group.shown.append(_shown(word.removeprefix("+")))
            elif word.startswith("+"):
                group.lacks = word
    return group


def _rule(moving: Moving, file: Foreign, group: _Group, manner: Mapping[str, Any], filtered: bool) -> None:
    if not group.plain and not group.required:
        return  # words to exclude, and nothing to look for
    place = Place(file.name, group.line)
    if group.lacks:
        why = tr("without {word} it would match more than it is to", word=group.lacks)
        moving.lose(place, group.name or " / ".join(group.shown), why)
        return
    keep = [either(group.plain, "title")] if group.plain else []
    keep += [f"title:{term}" for term in dict.fromkeys(group.required)]
    if group.most:
        moving.note(place, f"@{group.most}", tr("digests of the rule spell out so many (`digest_size`); every match is alerted"))
    name = group.name or " / ".join(dict.fromkeys(group.shown))[:60]
    options = dict(manner) | ({"digest_size": min(group.most, 100)} if group.most else {})
    moving.rule(name, place, keep, [f"title:@{FILTER}"] if filtered else (), **options)


def _term(moving: Moving, place: Place, written: str) -> str:
    """The term for a word or an expression; "" where it is none, which is said."""
    word = _display.split(written, maxsplit=1)[0].strip()
    if not word:
        moving.lose(place, written, tr("there is no word"))
        return ""
    cut = enclosed(word)
    term = expression(cut[0], "i") if cut else contains(word)
    if why := sound(term):
        moving.lose(place, written, why)
        return ""
    if not cut and _latin.fullmatch(word) and len(word) <= SHORT:
        why = tr("found inside longer words too, as TrendRadar does; for the whole word write title:{word}", word=word)
        moving.note(place, written, why)
    return term


def _alias_word(term: str) -> str:
    """A term as an alias has it: phrases stand without quotes."""
    return re.sub(r"\\(.)", r"\1", term[1:-1]) if term.startswith('"') else term


def _shown(written: str) -> str:
    """What a word is called: behind =>, else itself."""
    word, *name = _display.split(written, maxsplit=1)
    return (name[0].strip() if name else "") or (cut[0] if (cut := enclosed(word.strip())) else word.strip())


# ---- the configuration


def _configuration(moving: Moving, file: Foreign) -> dict[str, Any]:
    """Sources and channels; how rules are told."""
    doc = file.yaml()
    data = doc.data
    if not {"platforms", "rss", "notification", "report", "crawler"} & set(data):
        fault = tr("{file} is no config.yaml of TrendRadar: it has neither platforms nor rss nor notification", file=file.name)
        raise MoveError(fault)
    for section in ("platforms", "rss"):
        _lists(moving, doc, section)
    _channels(moving, doc)
    manner = _manner(moving, doc)
    _left(moving, doc)
    return manner


def _at(doc: Document, *path: str | int) -> Place:
    return Place(doc.file, doc.places.get(path, (0, 0))[0])


def _lists(moving: Moving, doc: Document, section: str) -> None:
    given, inside = doc.data.get(section) or {}, "sources" if section == "platforms" else "feeds"
    on = not isinstance(given, dict) or given.get("enabled") is not False
    path: tuple[str | int, ...] = (section, inside) if isinstance(given, dict) else (section,)
    rows = given.get(inside) if isinstance(given, dict) else given
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        place = _at(doc, *path, number)
        if not isinstance(row, dict) or not row.get("id" if section == "platforms" else "url"):
            moving.lose(place, str(row), tr("it names no list"))
            continue
        enabled = None if on and row.get("enabled") is not False else False
        name = str(row.get("name") or row.get("id") or "")
        if section == "rss":
            moving.source(place, name, str(row["url"]), kind="feed", enabled=enabled)
            moving.none_of(always(place), row, {"max_age_days": tr("an age is a rule's own: write `max_age` there")}, name)
        else:
            options = {"items": "items[*]", "link": "url", "title": "title", "text": "title"}  # titles are all that it compares
            moving.source(place, name, HOT_LISTS.format(id=row["id"]), kind="api", **options, every="30m", enabled=enabled)


def _channels(moving: Moving, doc: Document) -> None:
    given = mapping(doc.data.get("notification"))
    environ: dict[str, str] = {}
    for section in ("webhooks", "channels"):
        rows = given.get(section)
        for key, value in rows.items() if isinstance(rows, dict) else ():
            for name, text in _variables(key, value):
                environ |= {name: str(text)} if text not in (None, "") else {}
    by_hand = tr("its value does not look as its vendor writes it; write the channel by hand")
    for name, address in channels_from_environment(environ).items():
        moving.channel(_at(doc, "notification"), name, address, name, by_hand)
    for name, text in environ.items():
        if name.endswith("_URL") and name != "NTFY_SERVER_URL" and not channels_from_environment({name: text}):
            moving.lose(_at(doc, "notification"), name, by_hand)


def _variables(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A setting of a channel under the name of its environment variable."""
    if isinstance(value, dict):
        names = {name: f"{key}_{name}".upper() for name in value}
        yield from ((_NAMES.get(names[name], names[name]), text) for name, text in value.items())
    else:
        yield _WEBHOOKS.get(key, key.upper()), value


def _manner(moving: Moving, doc: Document) -> dict[str, Any]:
    """How the rules send: TrendRadar gathers what is new and pushes once an hour, unless it is told otherwise."""
    report, notification, rss = (mapping(doc.data.get(key)) for key in ("report", "notification", "rss"))
    manner: dict[str, Any] = {"send": "hourly"} if report.get("mode") in ("daily", "current") else {}
    most = report.get("max_news_per_keyword")
    if isinstance(most, int) and most > 0:
        manner["digest_size"] = min(most, 100)
    window = mapping(notification.get("push_window"))
    span = mapping(window.get("time_range"))
    if window.get("enabled") and span.get("start") and span.get("end"):
        once = {"send": f"daily {span['start']}"}
        manner |= once if window.get("once_per_day") else {"quiet": f"{span['end']}-{span['start']}"}
    days = mapping(rss.get("freshness_filter")).get("max_age_days")
    if mapping(rss.get("freshness_filter")).get("enabled", True) and isinstance(days, int) and days > 0:
        manner["max_age"] = f"{days}d"
    if report.get("mode") in ("daily", "current"):
        why = tr("alerts are gathered and sent once an hour (`send: hourly`), each story once")
        moving.note(_at(doc, "report", "mode"), f"mode: {report['mode']}", why)
    return manner


def _left(moving: Moving, doc: Document) -> None:
    """The sections that have no counterpart here."""
    reasons = {
        "weight": tr("hot lists are not ranked here: every article is looked at by itself"),
        "display": tr("how a report is laid out; alerts have a `template` of their channel"),
        **dict.fromkeys(("ai", "ai_analysis"), tr("write analysis: engine: openai, see docs/models.md")),
        "ai_translation": tr("nothing is translated here"),
        "ai_filter": tr("rules decide here, no model does"),
        "schedule": tr("write `send` and `quiet` of the rules"),
        "storage": tr("records are kept in one database, see docs/operations.md"),
    }
    for key, why in reasons.items():
        if key in doc.data:
            moving.lose(_at(doc, key), key, why)
    crawler = mapping(doc.data.get("crawler") or mapping(doc.data.get("advanced")).get("crawler"))
    if crawler.get("use_proxy"):
        moving.lose(_at(doc, "crawler"), "use_proxy", tr("Zhixun goes by no proxy"))
    handled = {"app", "crawler", "advanced", "report", "notification", "platforms", "rss", "filter", *reasons}
    for key in doc.data:
        if key not in handled:
            moving.lose(_at(doc, key), key, tr("this section is not known here"))
