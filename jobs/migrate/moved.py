"""The nouns of a move, and what its readers share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.errors import ZhixunError
from crawler.i18n import tr
from crawler.url import is_web
from jobs.config.yaml_file import ConfigError, Document, read_document
from jobs.deliver.transport import no_channel
from jobs.formats import opml
from jobs.formats.opml import plain_name

Entry = Mapping[str, Any]


class MoveError(ZhixunError):
    """The file is not what this system writes."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file of another system."""

    name: str
    body: bytes

    @property
    def text(self) -> str:
        """As text; what is no UTF-8 is taken for GB18030."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.body.decode("gb18030", "replace")

    def yaml(self, text: str | None = None, above: int = 0) -> Document:
        """Its data, or that of a part of its text with so many lines above it; `${` stands for itself. Raises MoveError."""
        body = "\n" * above + (self.text if text is None else text).replace("${", "$${")
        try:
            return read_document(self.name, body.encode(), {})
        except ConfigError as error:
            raise MoveError(str(error)) from None

    def line(self, *marks: str) -> int:
        """The line of the last of these texts, each looked for behind the one before; 0 where the first is nowhere."""
        text, at = self.text, -1
        for mark in marks:
            found = text.find(mark, at + 1)
            at = found if found >= 0 else at
        return text.count("\n", 0, at) + 1 if at >= 0 else 0


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file; 0: the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def mapping(value: Any) -> Mapping[str, Any]:
    """What should be a mapping; one with nothing in it where it is none."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """What should be a list of texts, or one text."""
    return [str(each) for each in value if isinstance(each, str | int | float)] if isinstance(value, list) else [value] if isinstance(value, str) else []  # fmt: skip


def free_name(name: str, taken: Collection[str], between: str = " ") -> str:
    """This name, or with the first number that makes it one that is not taken."""
    numbered = (name, *(f"{name[:75]}{between}{n}" for n in range(2, len(taken) + 3)))
    return next(each for each in numbered if each not in taken)


def always(place: Place) -> Callable[[str], Place]:
    """Where every key stands, in a file whose keys have no lines of their own."""
    return lambda _key: place


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """What was not carried over (`lost`), or was and means a little else: `what` it is, and why."""

    place: Place
    what: str
    why: str
    lost: bool = True


@dataclass(frozen=True, slots=True)
class MovedSource:
    """An entry of `sources`, under the name it had."""

    entry: Entry
    place: Place


@dataclass(frozen=True, slots=True)
class MovedRule:
    """A rule: what must be there (`keep`; nothing: all of its sources) and what must not. `sources` are names of moved ones, or tags."""

    name: str
    place: Place
    keep: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    options: Entry = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """All that a move brings."""

    sources: tuple[MovedSource, ...]
    rules: tuple[MovedRule, ...]
    aliases: Mapping[str, tuple[str, ...]]
    channels: tuple[Entry, ...]
    remarks: tuple[Remark, ...]


class Moving:
    """What a reader has found so far."""

    def __init__(self) -> None:
        self.sources: list[MovedSource] = []
        self.rules: list[MovedRule] = []
        self.aliases: dict[str, tuple[str, ...]] = {}
        self.channels: list[Entry] = []
        self.remarks: list[Remark] = []
        self._names: set[str] = set()

    def lose(self, place: Place, what: str, why: str) -> None:
        """This is not carried over."""
        self.remarks.append(Remark(place, what[:200], why))

    def note(self, place: Place, what: str, why: str) -> None:
        """This is carried over, and means a little else."""
        self.remarks.append(Remark(place, what[:200], why, lost=False))

    def none_of(self, at: Callable[[str], Place], given: Mapping[str, Any], reasons: Mapping[str, str], what: str) -> None:
        """Lose the keys that say something and have no counterpart, each with its reason. `at`: where a key stands."""
        for key, why in reasons.items():
            if given.get(key) not in (None, False, "", [], {}, 0):
                self.lose(at(key), f"{what}, {key}", why)

    def opml(self, file: Foreign) -> tuple[opml.Outline, ...]:
        """What a list holds; what of it cannot be taken, or stands in it twice, is told. Raises MoveError."""
        try:
            listed = opml.read(file.body)
        except opml.OpmlError as error:
            raise MoveError(f"{file.name}: {error}") from None
        self.remarks += [Remark(Place(file.name), "", why) for why in listed.left_out]
        self.remarks += [Remark(Place(file.name), "", why, lost=False) for why in listed.merged]
        return listed.outlines

    def source(self, place: Place, name: str, url: str, **more: Any) -> str | None:
        """Take a source; its name, made its own. None, and a remark, where its address is no web address."""
        if not is_web(url.strip()):
            self.lose(place, name or url, tr("its address {url} is none of the web", url=url[:100] or '""'))
            return None
        named = plain_name("" if is_web(name) else name)
        name = self.own_name(named or plain_name(url.partition("://")[2].partition("/")[0]) or "source")
        said = {key: value for key, value in more.items() if value not in (None, [], (), {}, "")}
        self.sources.append(MovedSource({"name": name, "url": url.strip(), **said}, place))
        return name

    def own_name(self, name: str) -> str:
        """This name, with a number where it is taken."""
        free = free_name(name, self._names)
        self._names.add(free)
        return free

    def rule(self, name: str, place: Place, keep: Sequence[str] = (), without: Sequence[str] = (), sources: Sequence[str] = (), **options: Any) -> None:  # fmt: skip
        """Take a rule."""
        sound = {key: value for key, value in options.items() if value}
        self.rules.append(MovedRule(plain_name(name) or "rule", place, tuple(keep), tuple(without), tuple(sources), sound))

    def rule_of_all(self, tag: str, places: Sequence[Place]) -> None:
        """The rule of the sources with a tag, all of whose articles are to be told: `places` are theirs."""
        if places:
            self.rule(tag, places[0], [f"tag:{tag}"], sources=[f"tag:{tag}"])

    def channel(self, place: Place, name: str, address: str, what: str, why: str = "") -> None:
        """Take a channel; a remark where its address is none, with what is wrong with it or a reason of the caller's."""
        if fault := no_channel(address):
            self.lose(place, what, why or fault)
        else:
            self.channels.append({"name": name, "url": address})

    def done(self) -> Moved:
        """All of it."""
        return Moved(tuple(self.sources), tuple(self.rules), self.aliases, tuple(self.channels), tuple(self.remarks))
