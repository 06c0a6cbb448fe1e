"""Changes to the text of config.yaml. Every other byte stays as its owner wrote it: comments, order, quotes, line ends. Pure.

An edit is a value; `edited` says what the text then is, `applied` what its data is then to be. Whoever writes the file compares the two:
a way of writing that is not foreseen here (an anchor that others share) is thereby refused, never guessed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from crawler.errors import ZhixunError
from crawler.i18n import tr

Entry = Mapping[str, Any]
Section = Literal["sources", "rules", "channels"]
Pair = tuple[Node, Node]
Splice = tuple[int, int, str]
_FLOW = ("tags", "headers", "body", "keywords", "sources", "channels")  # keys whose values stand in one line
_alias = re.compile(r"[ \t]*\*[^\s,\[\]{}]+")
_colon = re.compile(r"[ \t]*:")
_blank_above = re.compile(r"(?:^|\n)([ \t]*\r?\n)\Z")
_blank_below = re.compile(r"[ \t]*\r?(?:\n|\Z)")
_QUOTES = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString}


class EditError(ZhixunError):
    """The configuration was not changed."""


@dataclass(frozen=True, slots=True)
class Add:
    """New entries at the end of a section."""

    section: Section
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Other values for some keys of an entry; None takes the key away. `{"enabled": False}` rests it."""

    section: Section
    name: str
    values: Entry


@dataclass(frozen=True, slots=True)
class Remove:
    """An entry goes, with the comments inside it; those above it stay."""

    section: Section
    name: str


@dataclass(frozen=True, slots=True)
class SetAlias:
    """What an alias stands for; nothing takes it away."""

    name: str
    words: tuple[str, ...] = ()


Edit = Add | Change | Remove | SetAlias


def applied(data: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """The data of a configuration after an edit."""
    if isinstance(edit, SetAlias):
        aliases = {**(data.get("aliases") or {}), edit.name: list(edit.words)}
        return {**data, "aliases": {name: words for name, words in aliases.items() if words}}
    entries = list(data.get(edit.section) or ())
    if isinstance(edit, Add):
        return {**data, edit.section: [*entries, *_plain(edit.entries)]}
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get("name") == edit.name:
            changed = [{**entry, **_plain(edit.values)}] if isinstance(edit, Change) else []
            entries[number : number + 1] = [{key: value for key, value in one.items() if value is not None} for one in changed]
            break
    return {**data, edit.section: entries}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two configurations say the same; a key without a value, and a section with nothing in it, says nothing."""
    return _bare(one) == _bare(other)


def _bare(data: Mapping[str, Any]) -> dict[str, Any]:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items() if each is not None}
        return [without(each) for each in value] if isinstance(value, list) else value

    return {key: without(value) for key, value in data.items() if value not in (None, [], {})}


def edited(text: str, edit: Edit) -> str:
    """The text of a configuration after an edit. Raises EditError where that has no sure place."""
    doc = _Text(text)
    if isinstance(edit, SetAlias):
        splices = doc.alias(edit.name, edit.words)
    elif isinstance(edit, Add):
        splices = doc.new_entries(edit.section, edit.entries)
    else:
        listed, number = doc.place_of(edit.section, edit.name)
        splices = doc.without(listed, {number}) if isinstance(edit, Remove) else doc.changed(listed.value[number], edit.values)
    parts, at = [], 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        parts += [text[at:start], new]
        at = max(end, at)
    return "".join([*parts, text[at:]])


class _Text:
    """A text with its nodes. Its methods answer with splices: from, to, and what stands there instead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        try:
            root = YAML(typ="safe", pure=True).compose(text)
        except YAMLError as error:
            raise EditError(tr("the file is no YAML: {why}", why=error)) from None
        if not isinstance(root, MappingNode) or root.flow_style:
            raise EditError(tr("the file is not a list of keys, one a line"))
        self.root = root

    # ---- where things stand

    def place_of(self, section: Section, name: str) -> tuple[SequenceNode, int]:
        """The list and the number of the entry of this name."""
        _, listed = _pair(self.root, section) or (None, None)
        for number, item in enumerate(listed.value if isinstance(listed, SequenceNode) else ()):
            _, own = (_pair(item, "name") if isinstance(item, MappingNode) else None) or (None, None)
            if isinstance(listed, SequenceNode) and own is not None and own.value == name:
                return listed, number
        raise EditError(tr("there is no {section} {name}", section=section[:-1], name=name))

    def colon(self, key: Node) -> int:
        """The index after the colon of a key."""
        found = _colon.match(self.text, int(key.end_mark.index))
        if found is None:
            raise EditError(tr("the way in which {value} is written is not foreseen; change it by hand", value=key.value))
        return found.end()

    def end_of(self, node: Node) -> int:
        """The index after the last character of a node. The end mark of a block stands where the next thing begins."""
        if isinstance(node, MappingNode) and node.value and not node.flow_style:
            return self.end_of_pair(node.value[-1])
        if isinstance(node, SequenceNode) and node.value and not node.flow_style:
            return self.end_of(node.value[-1])
        # ends before the next thing, comments between them included
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return int(node.start_mark.index) + len(self.text[node.start_mark.index : node.end_mark.index].rstrip())
        return int(node.end_mark.index)

    def end_of_pair(self, pair: Pair) -> int:
        """The index after a key and its value, which may be nothing, or an alias of what stands elsewhere."""
        key, value = pair
        if alias := _alias.match(self.text, self.colon(key)):
            return alias.end()
        return self.colon(key) if _is_nothing(value) else self.end_of(value)

    def line_after(self, index: int) -> int:
        """Where the next line begins."""
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def line_of(self, index: int) -> int | None:
        """Where the line of an index begins; None when more than blanks stands before it."""
        start = self.text.rfind("\n", 0, index) + 1
        return None if self.text[start:index].strip() else start

    # ---- lists

    def new_entries(self, section: Section, entries: Sequence[Entry]) -> list[Splice]:
        """Entries more in a section."""
        found = _pair(self.root, section)
        block = "".join(_block(entry, 2, 2, self.newline) for entry in entries)
        if found is None:
            return self.new_section(f"{section}:{self.newline}{block}")
        key, value = found
        if isinstance(value, SequenceNode) and value.value:
            return self.appended(value, entries)
        if isinstance(value, SequenceNode):
            start = len(self.text[: value.start_mark.index].rstrip(" "))
            return [(start, int(value.end_mark.index), self.newline + block.rstrip())]
        if _is_null(value):
            return self.new_lines(self.line_after(self.end_of_pair((key, value))), block)
        raise EditError(tr("`{section}` is no list", section=section))

    def appended(self, listed: SequenceNode, more: Sequence[Any]) -> list[Splice]:
        """Items after the last, with its indentation, and set apart by a blank line if that one is."""
        items: list[Node] = list(listed.value)
        end = self.end_of(items[-1])
        if listed.flow_style:
            return [(end, end, "".join(f", {_flow(value)}" for value in more))]
        dash, inner = listed.start_mark.column, items[-1].start_mark.column
        between = self.text[self.end_of(items[-2]) : items[-1].start_mark.index] if len(items) > 1 else ""
        gap = self.newline if any(not line.strip() for line in between.split("\n")[1:-1]) else ""
        blocks = [gap + _block(value, dash, max(inner - dash, 2), self.newline) for value in more]
        return self.new_lines(self.line_after(end), "".join(blocks))

    def without(self, listed: SequenceNode, gone: Set[int]) -> list[Splice]:
        """A list without some of its items. A blank line that set one apart goes with it."""
        spans = [(int(item.start_mark.index), self.end_of(item)) for item in listed.value]
        return _cuts(spans, gone) if listed.flow_style else [self.without_lines(*spans[number]) for number in gone]

    def without_lines(self, start: int, end: int) -> Splice:
        dash = self.text.rfind("-", 0, start)
        begin, after = self.line_of(dash), self.line_after(end)
        if begin is None or self.text[dash + 1 : start].strip():
            raise EditError(tr("the way in which this list is written is not foreseen; change it by hand"))
        above = _blank_above.search(self.text, 0, begin)
        return (above.start(1) if above and _blank_below.match(self.text, after) else begin), after, ""

    def listed(self, old: SequenceNode, new: Sequence[Any]) -> list[Splice] | None:
        """What makes one list of words of another: items that stay keep their lines and comments. None where that is no matter of items."""
        words = [item.value for item in old.value if isinstance(item, ScalarNode)]
        kept = [word for word in words if word in new]
        more = [word for word in new if word not in words]
        if old.flow_style or not kept or len(words) != len(old.value) or list(new) != kept + more:
            return None
        cut = self.without(old, {number for number, word in enumerate(words) if word not in new})
        return cut + (self.appended(old, more) if more else [])

    # ---- mappings

    def changed(self, entry: Node, values: Entry) -> list[Splice]:
        """An entry with other values for some keys, with more keys, or without some."""
        if not isinstance(entry, MappingNode):
            raise EditError(tr("the entry is no list of keys"))
        pairs: list[Pair] = entry.value
        own = {str(key.value): (key, value) for key, value in pairs}
        gone = {number for number, (key, _) in enumerate(pairs) if key.value in values and values[str(key.value)] is None}
        splices = self.without_keys(entry, gone)
        for key, value in values.items():
            if value is not None:
                splices += self.new_value(own[key], value) if key in own else self.new_key(entry, key, value)
        return splices

    def new_key(self, mapping: MappingNode, key: str, value: Any) -> list[Splice]:
        """A key after the last."""
        pairs: list[Pair] = mapping.value
        line = f"{_flow(key)}: {_flow(value)}"
        if mapping.flow_style:
            at = self.end_of_pair(pairs[-1]) if pairs else int(mapping.start_mark.index) + 1
            return [(at, at, f", {line}" if pairs else line)]
        return self.new_lines(self.line_after(self.end_of(mapping)), " " * pairs[0][0].start_mark.column + line + self.newline)

    def new_value(self, pair: Pair, value: Any) -> list[Splice]:
        """Another value for a key."""
        key, old = pair
        start, end = self.colon(key), self.end_of_pair(pair)
        new = _flow(value, getattr(old, "style", None))
        if _is_nothing(old) or _alias.match(self.text, start):
            return [(start, end, f" {new}")]
        if not isinstance(old, MappingNode | SequenceNode) or old.flow_style:
            return [(int(old.start_mark.index), end, new)]
        if isinstance(old, SequenceNode) and isinstance(value, list | tuple) and (splices := self.listed(old, value)) is not None:
            return splices
        line = len(self.text[: self.line_after(start)].rstrip())  # a comment beside the key stays there
        return [(start, start, f" {new}"), (line, end, "")]

    def without_keys(self, mapping: MappingNode, gone: Set[int]) -> list[Splice]:
        """A mapping without some of its keys."""
        spans = [(int(pair[0].start_mark.index), self.end_of_pair(pair)) for pair in mapping.value]
        if mapping.flow_style:
            return _cuts(spans, gone)
        splices = []
        for number in gone:
            start, end = spans[number]
            begin = self.line_of(start)
            if begin is None and number + 1 < len(spans):  # it stands beside the dash, where now the next one stands
                splices.append((start, spans[number + 1][0], ""))
            else:
                splices.append((start if begin is None else begin, self.line_after(end), ""))
        return splices

    def alias(self, name: str, words: Sequence[str]) -> list[Splice]:
        """Another meaning for an alias, or none."""
        found = _pair(self.root, "aliases")
        if found is not None and isinstance(found[1], MappingNode) and found[1].value:
            return self.changed(found[1], {name: list(words) or None})
        if found is not None and isinstance(found[1], MappingNode):
            return self.new_key(found[1], name, list(words))
        line = f"  {_flow(name)}: {_flow(list(words))}{self.newline}"
        if found is None:
            return self.new_section(f"aliases:{self.newline}{line}")
        if not _is_null(found[1]):
            raise EditError(tr("`aliases` is no list of keys"))
        return self.new_lines(self.line_after(self.end_of_pair(found)), line)

    # ---- lines

    def new_section(self, lines: str) -> list[Splice]:
        """A section at the end of the file, set apart."""
        return self.new_lines(len(self.text), self.newline + lines)

    def new_lines(self, at: int, lines: str) -> list[Splice]:
        """Lines before the one that begins at an index."""
        ended = not at or self.text[at - 1] == "\n"
        return [(at, at, lines if ended else self.newline + lines)]


def _cuts(spans: Sequence[tuple[int, int]], gone: Set[int]) -> list[Splice]:
    """What to cut so that some items of a list in one line go, each with a comma."""
    cuts, kept = [], [number for number in range(len(spans)) if number not in gone]
    for number in sorted(gone):
        after = next((other for other in kept if other > number), None)
        if after is not None:
            cuts.append((spans[number][0], spans[number + 1][0], ""))
        else:
            cuts.append((spans[number - 1][1] if kept or number else spans[0][0], spans[number][1], ""))
    return cuts


def _pair(mapping: MappingNode, key: str) -> Pair | None:
    return next(((own, value) for own, value in mapping.value if own.value == key), None)


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and str(node.tag).endswith(":null")


def _is_nothing(node: Node) -> bool:
    return _is_null(node) and not node.value


# ---- writing


def _block(value: Any, dash: int, offset: int, newline: str) -> str:
    """An item of a list whose dashes stand in column `dash`, its keys `offset` columns further."""
    return " " * dash + "-" + " " * (offset - 1) + _dumped(value, dash + offset, newline)


def _dumped(value: Any, column: int, newline: str) -> str:
    """A value whose first line stands in that column already."""
    if not isinstance(value, Mapping):
        return _flow(value) + newline
    return (newline + " " * column).join(_yaml(_styled(value)).rstrip("\n").split("\n")) + newline


def _flow(value: Any, style: str | None = None) -> str:
    """A value in one line; a text in the quotes that the old one had."""
    plain = _escaped(_plain(value))
    quoted = _QUOTES.get(style or "") if isinstance(plain, str) and plain.isprintable() else None
    return _yaml([quoted(plain) if quoted else plain], flow=True).strip()[1:-1]


def _yaml(value: Any, flow: bool = False) -> str:
    yaml, written = YAML(), io.StringIO()
    yaml.width, yaml.default_flow_style = 100_000, flow
    yaml.dump(value, written)
    return written.getvalue()


def _styled(entry: Entry) -> CommentedMap:
    made = CommentedMap()
    for key, value in _escaped(_plain(entry)).items():
        if key in _FLOW and isinstance(value, dict | list):
            value = CommentedMap(value) if isinstance(value, dict) else CommentedSeq(value)
            value.fa.set_flow_style()
        made[key] = value
    return made


def _plain(value: Any) -> Any:
    """Plain data: lists for tuples, text for keys."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _escaped(value: Any) -> Any:
    """Data in which nothing stands for a variable: an address that a page gave must not fetch a secret out of the environment."""
    if isinstance(value, dict):
        return {_escaped(key): _escaped(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    return value.replace("${", "$${") if isinstance(value, str) else value
