"""Adds sources to config.yaml. Every other byte of the file stays as its owner wrote it: comments, order, quotes, line ends.

    decide    where the `sources:` list ends, and the text of the new entries in the style of the others
    prove     the new text loads, and means the old configuration with these entries at the end of its sources
    do        replace the file in one step

A file that cannot be edited so (an anchor that is merged, a style not foreseen) is left alone, and the entry is shown.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from crawler.errors import ZhixunError
from crawler.url import link_key
from jobs.config.load import Config, ConfigError, Mistake, load

Entry = Mapping[str, Any]
_FLOW = ("tags", "headers", "body")  # keys whose values stand in one line


class EditError(ZhixunError):
    """The configuration was not changed."""


def known(config: Config, entry: Entry) -> str | None:
    """Why an entry is no addition: its name or its address is there already (a POST to one address is another source)."""
    for row in config.sources:
        if row.name == entry.get("name"):
            return f"there is a source {row.name} already"
        if link_key(row.url) == link_key(str(entry.get("url"))) and row.body == entry.get("body"):
            return f"{row.name} watches this address already"
    return None


def add_sources(path: Path, entries: Sequence[Entry], environ: Mapping[str, str]) -> Config:
    """Append these to the `sources` of the file. Raises EditError or ConfigError, and the file is then as it was."""
    before = load(path, environ)
    for entry in entries:
        if why := known(before, entry):
            raise EditError(why)
    path = path.resolve()  # a link to the file stays a link
    raw = path.read_bytes()
    old = raw.decode("utf-8-sig")
    new = with_sources(old, entries)
    bom = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    after = _loaded(path, bom + new.encode(), environ)
    _check(before, after, entries)
    _replace(path, raw, bom + new.encode())
    return after


def with_sources(text: str, entries: Sequence[Entry]) -> str:
    """The text of a configuration with these entries after its last source. Raises EditError where that has no sure place."""
    newline = "\r\n" if "\r\n" in text else "\n"
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise EditError(f"the file is no YAML: {error}") from None
    if not isinstance(root, MappingNode) or root.flow_style:
        raise EditError("the file is not a list of keys, one a line")
    found = next(((key, value) for key, value in root.value if key.value == "sources"), None)
    if found is None:
        gap = "" if not text or text.endswith("\n") else newline
        return f"{text}{gap}{newline}sources:{newline}{_block(entries, 2, 2, newline)}"
    key, value = found
    if isinstance(value, SequenceNode) and value.value and not value.flow_style:
        return _after_last(text, value, entries, newline)
    if isinstance(value, SequenceNode) and value.value:
        at = _end_of(text, value.value[-1])
        return text[:at] + "".join(f", {_flow(entry)}" for entry in entries) + text[at:]
    if isinstance(value, SequenceNode):
        start, end = value.start_mark.index, value.end_mark.index
        return text[:start].rstrip(" ") + newline + _block(entries, 2, 2, newline).rstrip() + text[end:]
    if isinstance(value, ScalarNode) and str(value.tag).endswith(":null"):
        at = _line_after(text, int(value.end_mark.index if value.value else key.end_mark.index))
        return _spliced(text, at, _block(entries, 2, 2, newline), newline)
    raise EditError("`sources` is no list")


def _after_last(text: str, listed: SequenceNode, entries: Sequence[Entry], newline: str) -> str:
    """Below the last entry, with its indentation, and set apart by a blank line if that one is."""
    items: list[Node] = list(listed.value)
    last = items[-1]
    dash, inner = listed.start_mark.column, last.start_mark.column
    between = text[_end_of(text, items[-2]) : last.start_mark.index] if len(items) > 1 else ""
    gap = newline if any(not line.strip() for line in between.split("\n")[1:-1]) else ""
    block = _block(entries, dash, max(inner - dash, 2), newline, gap)
    return _spliced(text, _line_after(text, _end_of(text, last)), gap + block, newline)


def _end_of(text: str, node: Node) -> int:
    """The index after the last character of a node. The end mark of a block stands where the next thing begins."""
    if isinstance(node, MappingNode) and node.value and not node.flow_style:
        key, value = node.value[-1]
        return max(_end_of(text, value), int(key.end_mark.index)) if value.value else int(key.end_mark.index)
    if isinstance(node, SequenceNode) and node.value and not node.flow_style:
        return _end_of(text, node.value[-1])
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):  # ends before the next thing, comments between them included
        return int(node.start_mark.index) + len(text[node.start_mark.index : node.end_mark.index].rstrip())
    return int(node.end_mark.index)


def _line_after(text: str, index: int) -> int:
    """Where the next line begins."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _spliced(text: str, at: int, new: str, newline: str) -> str:
    before = text[:at]
    return before + ("" if not before or before.endswith("\n") else newline) + new + text[at:]


def _block(entries: Iterable[Entry], dash: int, offset: int, newline: str, gap: str = "") -> str:
    """The entries as items of a list whose dashes stand in column `dash`, their keys `offset` columns further."""
    yaml = YAML()
    yaml.width = 10_000
    items = []
    for entry in entries:
        written = io.StringIO()
        yaml.dump(_styled(entry), written)
        first, *rest = written.getvalue().rstrip("\n").split("\n")
        pad = newline + " " * (dash + offset)
        items.append(" " * dash + "-" + " " * (offset - 1) + pad.join([first, *rest]) + newline)
    return gap.join(items)


def _flow(entry: Entry) -> str:
    yaml = YAML()
    yaml.width = 100_000
    yaml.default_flow_style = True
    written = io.StringIO()
    yaml.dump(_plain(entry), written)
    return written.getvalue().strip()


def _styled(entry: Entry) -> CommentedMap:
    made = CommentedMap()
    for key, value in _plain(entry).items():
        if key in _FLOW and isinstance(value, dict):
            value = CommentedMap(value)
            value.fa.set_flow_style()
        elif key in _FLOW and isinstance(value, list):
            value = CommentedSeq(value)
            value.fa.set_flow_style()
        made[key] = value
    return made


def _plain(value: Any) -> Any:
    """Plain data in which nothing stands for a variable: an address that a page gave must not fetch a secret out of the environment."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, str):
        return value.replace("${", "$${")
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _loaded(path: Path, new: bytes, environ: Mapping[str, str]) -> Config:
    """What the new text would mean. Raises ConfigError as if it stood in the file."""
    with tempfile.TemporaryDirectory(prefix="zhixun-") as folder:
        beside = Path(folder) / path.name
        beside.touch(0o600)
        beside.write_bytes(new)
        try:
            return load(beside, environ, Path(os.path.abspath(path)).parent)
        except ConfigError as error:
            raise ConfigError(Mistake(str(path), *_rest(mistake)) for mistake in error.mistakes) from None


def _replace(path: Path, old: bytes, new: bytes) -> None:
    """Take the place of the file in one step, if it still is what was read."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if path.read_bytes() != old:
            raise EditError(f"{path} was changed meanwhile; try again")
        beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _rest(mistake: Mistake) -> tuple[int, int, str, str]:
    return mistake.line, mistake.column, mistake.message, mistake.cure


def _check(before: Config, after: Config, entries: Sequence[Entry]) -> None:
    """The new configuration is the old one and the entries, word for word."""
    old, new = before.model_dump(), after.model_dump()
    count = len(before.sources)
    added = new["sources"][count:]
    is_kept = new["sources"][:count] == old["sources"] and {**new, "sources": ()} == {**old, "sources": ()}
    is_added = [row["name"] for row in added] == [entry["name"] for entry in entries] and [row["url"] for row in added] == [
        entry["url"] for entry in entries
    ]
    if not (is_kept and is_added):
        raise EditError("this file's way of writing `sources` is not foreseen; add the entry by hand")
