"""Reads config.yaml into plain data that remembers where each value stood, and fills in the environment. Knows no key.

Whatever the bytes, the answer is a `Document` or a `ConfigError` whose mistakes say line, fault and cure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, AnyStr

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from crawler.errors import ZhixunError
from crawler.i18n import language, retell, sentences, tr
from crawler.retold import retold
from jobs.redaction import MIN_SECRET, blank
from jobs.safe_text import brief, spaced

MAX_BYTES = 2 * 2**20  # a thousand sources are 300 KB
MAX_NODES = 200_000  # bounds what nested aliases can unfold to
MAX_DEPTH = 30
MAX_SECRET_FILE = 64 * 2**10
MAX_MISTYPED = 20  # lines that are read as they were meant
BEFORE = 3  # lines before the place that YAML complains of in which the cause may stand

Path_ = tuple[str | int, ...]
_VARIABLE = re.compile(r"\$\$\{|\$\{([^}:]*)(?::-([^}]*))?\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_half = re.compile("[\ud800-\udfff]")  # JSON and YAML can spell it
_INT = re.compile(r"[-+]?(?:0x[0-9a-fA-F]{1,16}|0o[0-7]{1,20}|[0-9_]{1,20})")
NO_COLON = "a key needs a colon and a blank after it (a Chinese ： does not count)"
_CURES = (
    ("'\\t'", "YAML indents with blanks: replace the tab"),
    ("cannot start any token", "put the value in quotes"),
    ("mapping values are not allowed", "put the value in quotes if it holds a colon, and check the indentation"),
    ("could not find expected ':'", NO_COLON),
    ("<block mapping start>", "check the indentation: the keys of one entry stand right below each other"),
    ("expected <block end>", "put the whole value in single quotes, and check the indentation"),
    ("undefined alias", "nothing above is marked with & and this name; put a value that begins with * in quotes"),
    ("unexpected end of stream", "a bracket or a quote is never closed"),
    ("<stream end>", "a bracket or a quote is never closed"),
    ("expected ',' or", "close the bracket, and put a value that holds a comma or a bracket in quotes"),
    ("another document", "remove the line ---"),
    ("expected the node content", "a value is missing before this sign, or a bracket is closed that was not opened"),
)
_MISTYPED = (  # what YAML takes for something else: the sign of it, the fault, the cure
    (r"[ \t]*[\u3000\u00a0\u2002-\u200a]+", "the line begins with a full-width or no-break blank", "indent with ASCII blanks"),
    (r"\s*-(?P<dash>[a-z_]{2,20}:)(?=\s)", "no blank stands between - and {dash}", "write - {dash}"),
    (r"\s*(?P<sign>[－—–•·*＊、])\s*(?=[a-z_]{2,20}\s*[:：])", "an entry begins with {sign}", "write - and a blank"),
    (r"\s*＃", "a comment begins with the full-width ＃", "write #"),
    (
        r"\s*(?:-\s+)?(?P<key>[a-z_]{2,20})\s*：",
        'after "{key}" stands a full-width colon ：',
        "write {key}: with an ASCII colon and a blank",
    ),
    (
        r".*?(?::\s+|-\s+|[\[{,]\s*)(?P<quote>[“”„‘’「『＂＇]).*",
        "the full-width quote {quote} does not quote anything in YAML",
        "write \" or '",
    ),
    (r"\s*(?:-\s+)?(?:[a-z_]{2,20}:\s+)?(?P<sign>[｛［]).*", "the full-width {sign} opens nothing in YAML", "write [ or {{"),
)
_mistyped = [(re.compile(sign), fault, cure) for sign, fault, cure in _MISTYPED]
_WIDE = {  # what an input method leaves behind, and what YAML knows
    "“”„「」『』＂": '"', "‘’＇": "'", "：": ": ", "，、": ", ", "［【〔": "[", "］】〕": "]", "｛": "{", "｝": "}", "－—–": "-", "＃": "#", "\u3000\u00a0": " ",
}  # fmt: skip
_NARROW = {sign: plain for signs, plain in _WIDE.items() for sign in signs}


def full_width(value: Any) -> str:
    """What a value, or a key, that was refused should say if its full-width signs were not meant; "" where it has none."""
    text = " ".join(value) if isinstance(value, dict) else value if isinstance(value, str) else ""
    signs = [sign for sign in dict.fromkeys(text) if sign in _NARROW or "\uff01" <= sign <= "\uff5e"]
    if not signs:
        return ""
    told = ", ".join(_sign(sign) for sign in signs[:3])
    return tr("YAML does not know the full-width {told}: type it with the input method off", told=told)


def _sign(sign: str) -> str:
    plain = _NARROW.get(sign, chr(ord(sign) - 0xFEE0) if "\uff01" <= sign <= "\uff5e" else sign).strip() or tr("blank")
    return tr("{sign} (write {plain})", sign=sign, plain=plain) if sign.strip() else tr("blank")


def _mistyped_at(text: str, line: int) -> tuple[int, str, str, str] | None:
    """The line, at the fault or the nearest before it, where a sign is not YAML's: (number, fault, cure, the line as it was meant)."""
    lines = text.splitlines()
    for number in range(min(line, len(lines) - 1), max(line - BEFORE, 0) - 1, -1):
        for sign, fault, cure in _mistyped:
            if found := sign.match(lines[number]):
                meant = "".join(_NARROW.get(ch, ch) for ch in found[0])
                if "- " in cure:
                    meant = re.sub(r"\S\s*", "- ", meant, count=1)
                fault, cure = (tr(sentence, **found.groupdict()) for sentence in (fault, cure))
                return number + 1, fault, cure, meant + lines[number][found.end() :]
    return None


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One fault of the file. `line` and `column` count from 1; 0 when it has no place. `cure` may be empty."""

    file: str
    line: int
    column: int
    message: str
    cure: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        told = f"{place}: {self.message}"
        return tr("{place}: {message}; {cure}", place=place, message=self.message, cure=self.cure) if self.cure else told


class ConfigError(ZhixunError):
    """The configuration cannot be used. `mistakes` are all of them, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


def mistaken(file: Path | str, message: str, cure: str = "", at: tuple[int, int] = (0, 0)) -> ConfigError:
    """The error of a file with this one mistake, at a line and a column."""
    return ConfigError([Mistake(str(file), *at, message, cure)])


def show_path(path: Path_) -> str:
    """("sources", 2, "url") → ``sources[2].url``."""
    return spaced("".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip("."))


@dataclass(slots=True)
class Document:
    """Plain data, the place of each path in it, and what went wrong on the way. `secrets` came from the environment."""

    file: str
    data: Any = None
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    broken: set[Path_] = field(default_factory=set)  # paths whose value is already reported

    def entries(self, section: str) -> list[tuple[int, dict[str, Any]]]:
        """The entries of a section that are mappings, with their numbers."""
        entries = self.data.get(section)
        return [(n, entry) for n, entry in enumerate(entries) if isinstance(entry, dict)] if isinstance(entries, list) else []

    def mistake(self, path: Path_, message: str, cure: str = "") -> None:
        """Report a fault at a path; where the path does not exist, at its nearest parent."""
        line, column = next((self.places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.places), (0, 0))
        text = f"{show_path(path)}: {message}" if path else message
        self.mistakes.append(Mistake(self.file, line, column, blank(text, self.secrets), blank(cure, self.secrets)))

    def broke(self, path: Path_, message: str, cure: str = "") -> None:
        """Report a value that is none: nothing more is said of it."""
        self.mistake(path, message, cure)
        self.broken.add(path)


def read_document(file: str, body: bytes, environ: Mapping[str, str]) -> Document:
    """What stands in a file as a Document; raises ConfigError when it is no YAML mapping at all."""
    text = _decode(file, body)
    root, mistyped = _meant(file, text)
    document = Document(file, mistakes=mistyped)
    if not isinstance(root, MappingNode):
        if root is not None and (found := _mistyped_at(text, root.end_mark.line)):
            raise ConfigError([Mistake(file, found[0], 1, *found[1:3])])
        if root is None:
            raise mistaken(file, tr("the file is empty"), tr("`zhixun init` writes one"))
        raise mistaken(file, tr("the file is no mapping of keys such as `sources:`"), at=(1, 1))
    document.data = {key: value for key, value in _Builder(document, environ).build(root).items() if not key.startswith("x-")}
    return document


def _meant(file: str, text: str) -> tuple[Node | None, list[Mistake]]:
    """The tree, after mistyped signs were told and read as they were meant, so that all other mistakes are told too."""
    told: list[Mistake] = []
    while True:
        try:
            return _compose(file, text), told
        except ConfigError as error:
            (mistake,) = error.mistakes
            found = _mistyped_at(text, mistake.line - 1) if mistake.line else None
            if found is None or len(told) == MAX_MISTYPED:
                raise ConfigError([*told, *([] if told else [mistake])]) from None
            told.append(Mistake(file, found[0], 1, *found[1:3]))
            lines = text.splitlines()
            text = "\n".join([*lines[: found[0] - 1], found[3], *lines[found[0] :]]) + "\n"


def read_file(path: Path) -> bytes:
    """The bytes of the file; raises ConfigError when it cannot be read."""
    try:
        if not path.is_file():
            missing = tr("does not exist; `zhixun init` makes one, `-c FILE` names another")
            raise OSError(tr("is no file") if path.exists() else missing)
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = retold(getattr(error, "strerror", None) or str(error))
        raise mistaken(path, tr("cannot be read: {reason}", reason=reason)) from None
    if len(body) > MAX_BYTES:
        raise mistaken(path, tr("is larger than {size} MB; is this the right file?", size=MAX_BYTES >> 20))
    return body


def _decode(file: str, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = body[:2] in (b"\xff\xfe", b"\xfe\xff")
        fault = tr("the file is UTF-16") if wide else tr("byte {byte} is no UTF-8", byte=f"0x{body[error.start]:02X}")
        raise mistaken(file, fault, tr("save the file as UTF-8"), _after(body[: error.start], b"\n")) from None


def _after(before: AnyStr, line_end: AnyStr) -> tuple[int, int]:
    """Line and column of what comes behind this part of a text."""
    return before.count(line_end) + 1, len(before) - before.rfind(line_end)


def _compose(file: str, text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    try:
        return yaml.compose(text)  # type: ignore[no-any-return]
    except MarkedYAMLError as error:
        # what is never closed is to be looked for where it was opened
        opened = re.search("end of stream|<stream end>|could not find expected ':'", error.problem or "")
        mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
        raise mistaken(file, *_yaml_words(error), at=(mark.line + 1, mark.column + 1) if mark else (0, 0)) from None
    except ReaderError as error:
        fault = tr("the control character {sign} is not allowed", sign=f"U+{ord(text[error.position]):04X}")
        raise mistaken(file, fault, at=_after(text[: error.position], "\n")) from None
    except RecursionError:
        raise mistaken(file, tr("is nested too deep")) from None
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError, NotImplementedError) as error:
        raise mistaken(file, tr("is no YAML: {name} {why}", name=type(error).__name__, why=brief(str(error)))) from None


def _yaml_words(error: MarkedYAMLError) -> tuple[str, str]:
    words = [spaced(part) for part in (error.context, error.problem) if part]
    cure = next((tr(cure) for sign, cure in _CURES if sign in " ".join(words)), "")
    told = [retell(part, sentences("yaml")) for part in words]
    return tr("no valid YAML: {why}", why=(" " if language() == "en" else "").join(told)), cure


class _Builder:
    """Nodes → plain data. Text stays text, dates too; only null, true/false and numbers are turned into values."""

    def __init__(self, document: Document, environ: Mapping[str, str]) -> None:
        self._doc = document
        self._environ = environ
        self._nodes = 0
        self._open: set[int] = set()  # the nodes that are being built

    def build(self, node: Node, path: Path_ = ()) -> Any:
        """The value of a node; faults go to the document."""
        self._doc.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        self._nodes += 1
        if self._nodes > MAX_NODES or len(path) > MAX_DEPTH:
            fault = tr("the file is nested too deep") if len(path) > MAX_DEPTH else tr("the file unfolds to too many values")
            raise mistaken(self._doc.file, fault, at=(node.start_mark.line + 1, 0))
        if (tag := str(node.tag)).startswith("!") or "python/" in tag:
            cure = tr("write the value itself; {example} takes one from the environment", example="${NAME}")
            self._doc.broke(path, tr("the tag {tag} has no meaning here", tag=brief(tag)), cure)
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            fault = tr("{name} holds itself, by *{name}", name=node.anchor)
            raise mistaken(self._doc.file, fault, tr("write out what is meant"), (self._doc.places[path][0], 0))
        self._open.add(id(node))
        items = enumerate(node.value if isinstance(node, SequenceNode) else ())
        listed = [self.build(item, (*path, number)) for number, item in items]
        built = self._mapping(node, path) if isinstance(node, MappingNode) else listed
        self._open.discard(id(node))
        return built

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        first_line: dict[str, int] = {}
        for key, value in node.value:
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            if key.tag.endswith(":merge"):
                merged |= self._merge(value, path)
                continue
            if not isinstance(key, ScalarNode):
                self._doc.mistakes.append(Mistake(self._doc.file, *place, tr("a key must be a word")))
                continue
            name = _half.sub("\ufffd", str(key.value))
            if name in first_line:
                known = {"show_path": show_path((*path, name)), "first_line": first_line[name]}
                fault = tr("{show_path}: the key is here twice, first in line {first_line}", **known)
                self._doc.places.setdefault((*path, name), place)
                self._doc.mistakes.append(Mistake(self._doc.file, *place, fault, tr("remove one of them")))
                continue
            first_line[name] = place[0]
            self._doc.places[(*path, name)] = place
            result[name] = self.build(value, (*path, name))
        return merged | result

    def _merge(self, node: Node, path: Path_) -> dict[str, Any]:
        """``<<: *other`` or ``<<: [*one, *two]``; of two the first wins."""
        parts = node.value if isinstance(node, SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for part in parts:
            value = self.build(part, (*path, "<<"))
            if isinstance(value, dict):
                merged = value | merged
            else:
                self._doc.mistake((*path, "<<"), tr("only mappings can be merged"))
        return merged

    def _scalar(self, node: Node, path: Path_) -> Any:
        kind = str(node.tag).rpartition(":")[2]
        text = str(node.value)
        if _half.search(text):
            cure = tr("write the character itself, or \\U and eight digits")
            self._doc.mistake(path, tr("half a character (\\ud800 to \\udfff) is no text"), cure)
            return ""
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int" and _INT.fullmatch(text):
            return int(text.replace("_", "") or "0", 0 if text.lstrip("+-")[:2] in ("0x", "0o") else 10)
        if kind == "float":
            with suppress(ValueError):  # .inf, .nan: no key of ours takes them
                return float(text.replace("_", ""))
            return text
        return self._substitute(text, path) if "${" in text else text

    def _substitute(self, text: str, path: Path_) -> str:
        def value(match: re.Match[str]) -> str:
            return "${" if match[0] == "$${" else self._variable(match[1].strip(), match[2], path)

        if "${" in _VARIABLE.sub("", text):
            self._doc.broke(path, tr("this {sign} is never closed", sign="${"), tr("write {example}", example="${NAME}"))
        return _VARIABLE.sub(value, text)

    def _variable(self, name: str, default: str | None, path: Path_) -> str:
        if not _NAME.fullmatch(name):
            forms = {"form": "${NAME}", "default": "${NAME:-default}", "twice": "$${", "sign": "${"}
            cure = tr("write {form} or {default}; {twice} stands for {sign}", **forms)
            self._doc.broke(path, tr("{name} is no name of a variable", name=brief(name)), cure)
            return ""
        found = self._environ.get(name) or self._from_file(name, path)
        if found:
            self._doc.secrets.update({found} if len(found) >= MIN_SECRET else ())
            return found
        if default is None and path not in self._doc.broken:
            cure = tr("set {name} or {name}_FILE, or write ${{{name}:-default}}", name=name)
            self._doc.broke(path, tr("the variable {name} is not set", name=name), cure)
        return default or ""

    def _from_file(self, name: str, path: Path_) -> str | None:
        file = self._environ.get(f"{name}_FILE")
        if not file:
            return None
        try:
            with Path(file).open("rb") as opened:
                return opened.read(MAX_SECRET_FILE).decode("utf-8").strip()
        except (OSError, ValueError) as error:
            reason = retold(getattr(error, "strerror", None) or tr("is no UTF-8 text"))
            told = {"name": name, "file": brief(file), "reason": reason}
            self._doc.broke(path, tr("{name}_FILE names {file}, which cannot be read: {reason}", **told))
            return None
