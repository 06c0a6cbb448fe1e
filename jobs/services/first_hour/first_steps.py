"""The first configuration: what somebody wants to watch, made into a commented config.yaml. The guide and the first page ask this.

topics and words → rules        the catalogue → sources, some of them ticked        an address → the channel
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.i18n import Language, speaking, tr
from crawler.nlp.lexicon import Name, by_name, names
from crawler.retold import system_fault
from crawler.text import normal
from jobs import files
from jobs.config.edit import Add, Section, edited
from jobs.config.load import ConfigError, parsed
from jobs.config.models import any_of
from jobs.config.yaml_file import read_document
from jobs.services.configuration import Refused
from jobs.services.lookup import Unknown
from jobs.services.sourcing.catalogue import Listed, catalogue
from storage.rules.lexer import alias_in

SUGGESTED = {
    "technology": "llm agent reasoningmodel multimodal codegen opensource chip computing embodied ad".split(),
    "industry": "healthcare finance education manufacturing semiconductor government".split(),
}
FIELDS = {"technology": "tech", "industry": "industry"}
DEFAULT_RHYTHM = "15m"
ALL_NEWS = 'title:(AI OR 人工智能 OR 大模型 OR 智能体 OR LLM OR LLMs OR "artificial intelligence")'
MODE = 0o600
WIDTH = 110  # columns of a comment
HAN = "\u2e80"  # from here on a character takes two


@dataclass(frozen=True, slots=True)
class Topic:
    """A technology or an industry of the taxonomy."""

    kind: str
    name: Name

    def query(self, language: Language) -> str:
        """What finds it, by each of its names."""
        return f'{FIELDS[self.kind]}:"{self.name.in_language(language)}"'


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source of the catalogue that may be watched: whether it is ticked, its rhythm, and which of the words speak for it."""

    listed: Listed
    ticked: bool
    rhythm: str
    fits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen. Without topics and words all news of the trade is watched; `channel` is an address."""

    language: Language = "en"
    topics: tuple[Topic, ...] = ()
    words: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    channel: str = "console://"


@dataclass(frozen=True, slots=True)
class Written:
    """The file that was written, and how much stands in it."""

    path: Path
    sources: int
    rules: tuple[str, ...]


def suggested() -> tuple[Topic, ...]:
    """Topics to begin with; every other name of the taxonomy does as well."""
    return tuple(Topic(kind, names(kind)[ident]) for kind, idents in SUGGESTED.items() for ident in idents)


def topic(name: str) -> Topic:
    """The topic of this name, in either language, or of this id. Raises Unknown, which tells names that are near."""
    for kind in FIELDS:
        known, form = by_name(kind), normal(name)
        if found := names(kind).get(name) or known.get(form) or known.get(form.removesuffix("s")):
            return Topic(kind, found)
    written = {normal(text): text for kind in FIELDS for each in names(kind).values() for text in (each.zh, each.en)}
    near = [written[each] for each in difflib.get_close_matches(normal(name), written, 3)]
    if not near:
        raise Unknown(tr("The taxonomy has no topic {name}. Any word can be given as a word.", name=name))
    told = {"name": name, "near": ", ".join(near)}
    raise Unknown(tr("The taxonomy has no topic {name}; near it are: {near}. Any word can be given as a word.", **told))


def proposals(language: Language, topics: Sequence[Topic], words: Sequence[str]) -> tuple[Proposal, ...]:
    """The catalogue, what fits best first. Ticked are the default sources of the language, and whatever a topic or word names."""
    wanted = {text: normal(text) for each in topics for text in (each.name.zh, each.name.en)} | {w: normal(w) for w in words}
    found = [_proposal(listed, language, wanted) for listed in catalogue().values()]
    return tuple(sorted(found, key=lambda each: (not each.fits, not each.ticked, each.listed.language != language)))


def _proposal(listed: Listed, language: Language, wanted: Mapping[str, str]) -> Proposal:
    said = normal(" \n".join((listed.title, listed.note, *listed.tags)))
    fits = tuple(text for text, form in wanted.items() if form and form in said)
    ticked = not listed.needs_js and (bool(fits) or (listed.default and listed.language == language))
    return Proposal(listed, ticked, str(listed.entry.get("every") or listed.entry.get("cron") or DEFAULT_RHYTHM), fits)


def text_of(choices: Choices) -> str:
    """The file, commented in the chosen language."""
    with speaking(choices.language):
        made = frame(choices.language)
        for section, entries in _sections(choices).items():
            made = edited(made, Add(section, tuple(entries)))
    for listed in catalogue().values():
        made = made.replace(f"  - name: {listed.name}\n", f"  - name: {listed.name}  # {listed.title}\n")
    return made


def _sections(choices: Choices) -> dict[Section, list[Mapping[str, Any]]]:
    channel = {"name": _channel_name(choices.channel), "url": choices.channel}
    return {
        "sources": [{"name": name, **catalogue()[name].entry} for name in choices.sources],
        "rules": list(_rules(choices, [channel["name"]])),
        "channels": [channel],
    }


def _rules(choices: Choices, channels: Sequence[str]) -> Iterable[Mapping[str, Any]]:
    queries = {each.name.in_language(choices.language): each.query(choices.language) for each in choices.topics}
    words = [word if alias_in(word, ()) is None else f'"{word.strip()}"' for word in choices.words]  # a new file has no aliases
    queries |= {tr("my words"): any_of(words)} if words else {}
    for name, query in (queries or {tr("AI news"): ALL_NEWS}).items():
        yield {"name": name, "query": query, "channels": channels}


def _channel_name(address: str) -> str:
    scheme = address.partition("://")[0].lower()
    return "mail" if scheme in ("smtp", "smtps") else scheme.partition("+")[0] or "console"


def frame(spoken: Language) -> str:
    """A file without entries. What a key means stands above it."""
    with speaking(spoken):
        parts = _parts()
    return "\n".join("".join(map(_comment, comments)) + code for *comments, code in parts)


def _parts() -> tuple[tuple[str, ...], ...]:
    """Comments, and the key below them."""
    return (
        (
            tr(
                "What Zhixun watches, what raises an alert, and where alerts go. A running Zhixun takes a saved change within seconds."
            ),
            tr("`zhixun check` tells every mistake with its line; all keys stand in docs/configuration.md."),
            "",
        ),
        (tr("How dates without a zone are read, and times are shown."), "timezone: Asia/Shanghai\n"),
        (
            tr("What the first poll of a source may send: `newest 5` a rule, `silent`, or `all` that is younger than `max_age`."),
            "alerts:\n  first_poll: newest 5\n",
        ),
        (
            tr(
                "Sources: a feed, a list page, a sitemap or a JSON interface each. `every` is the pause between two polls (15m without it)."
            ),
            tr(
                "`zhixun sources discover ADDRESS` finds what of a site can be watched, `zhixun sources add ADDRESS` writes it here."
            ),
            "sources: []\n",
        ),
        (
            tr(
                "Rules: one alert a story. `zhixun rules test NAME` shows what a rule would have raised; the language stands in docs/rules.md."
            ),
            "rules: []\n",
        ),
        (
            tr(
                "Channels: where alerts go. `zhixun channels test NAME` sends a test message; the addresses stand in docs/channels.md."
            ),
            "channels: []\n",
        ),
    )


def _comment(text: str) -> str:
    lines, width = [""], 0
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        columns = sum(1 + (ch >= HAN) for ch in word)
        if width + columns > WIDTH and not word.startswith(tuple("，。；：、）")):
            lines, width = [*lines, ""], 0
        lines[-1], width = lines[-1] + word, width + columns
    return "".join(f"# {line.rstrip()}\n" for line in lines)


def prove(path: Path, text: str, environ: Mapping[str, str]) -> Refused | None:
    """Why a text is no configuration; None when it is one."""
    try:
        parsed(read_document(str(path), text.encode(), environ), environ)
    except ConfigError as error:
        return Refused(str(error), tuple(error.mistakes))
    return None


def write(path: Path, choices: Choices, environ: Mapping[str, str]) -> Written | Refused:
    """Write the file, if it is a configuration; one that is there is replaced."""
    text = text_of(choices)
    if refused := prove(path, text, environ) or put(path, text):
        return refused
    made = _sections(choices)
    return Written(path, len(made["sources"]), tuple(str(rule["name"]) for rule in made["rules"]))


def put(path: Path, text: str) -> Refused | None:
    """Put the text in place, for its owner alone: the address of a channel is a secret."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path.resolve(), text.encode(), MODE)
    except OSError as error:
        return Refused(tr("{path} cannot be written: {why}", path=path, why=system_fault(error)))
    return None


def next_steps(path: Path, language: Language) -> tuple[tuple[str, str], ...]:
    """What to do now: a command each, and what it does."""
    start = "zhixun" if path == Path("config.yaml") else f"zhixun -c {path}"
    with speaking(language):
        return (
            (f"{start} check", tr("is the file right?")),
            (f"{start} run --once", tr("poll every source once, and see what comes")),
            (f"{start} run", tr("watch; Ctrl-C ends it")),
            (f"{start} sources catalogue", tr("further sources; `sources add NAME` takes one, `sources add ADDRESS` any other")),
            (f"{start} records search 'published:>=-1d'", tr("what was read today")),
        )
