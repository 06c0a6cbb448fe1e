"""Changes the configuration: the new text is proved whole, then takes the place of the file in one step. Nothing else of it changes.

decide    jobs/config/edit.py: the new text
prove     it loads, it says the old configuration with just these edits, and no rule's example fails that did not fail before
do        replace the file, if it still is what was read
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from crawler.i18n import tr
from crawler.retold import system_fault
from jobs import files
from jobs.config.edit import Edit, EditError, applied, edited, same
from jobs.config.load import Config, ConfigError, Mistake, changes, examples, parsed
from jobs.config.yaml_file import read_document, read_file
from jobs.redaction import blank

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Edited:
    """What the edits of a file change, or would change: a sentence each, and the lines of the difference."""

    changes: tuple[str, ...]
    difference: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The file is as it was. `mistakes` are those of a text that is no configuration."""

    reason: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """The file is no longer what was seen: `theirs` stands there now, `mine` would be the edits on top of it. Secrets are hidden."""

    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class _Proof:
    before: bytes
    after: bytes
    old: Config
    new: Config

    def shown(self, body: bytes) -> str:
        return blank(body.decode("utf-8-sig"), self.old.secrets() | self.new.secrets())

    def answer(self) -> Edited:
        before, after = (self.shown(body).splitlines() for body in (self.before, self.after))
        difference = difflib.unified_diff(before, after, lineterm="", n=2)
        return Edited(tuple(changes(self.old, self.new)), tuple(difference))


def text(path: Path, environ: Mapping[str, str]) -> str:
    """The file as it is, secrets hidden. Raises ConfigError where it is broken: then nothing says what in it is a secret."""
    return _shown(path.absolute(), read_file(path), frozenset(environ.items()))


@lru_cache(maxsize=1)  # to read a file of some hundred sources takes longer than all else of a page
def _shown(path: Path, body: bytes, environ: frozenset[tuple[str, str]]) -> str:
    return _prove(path, body, (), dict(environ)).shown(body)


def version(path: Path) -> str:
    """The version of the file as it is, which may be broken; "" where there is none."""
    return _version(read_file(path)) if path.exists() else ""


def preview(path: Path, edits: Sequence[Edit], environ: Mapping[str, str]) -> Edited | Refused:
    """What the edits would change. Nothing is written."""
    try:
        return _prove(path, read_file(path), edits, environ).answer()
    except (ConfigError, EditError) as error:
        return _refused(error)


def edit(path: Path, edits: Sequence[Edit], environ: Mapping[str, str], seen: str | None = None) -> Edited | Refused | Conflict:
    """Make the edits, all or none. `seen` is the version that whoever asks for them had before his eyes."""
    path = path.resolve()  # a link to the file stays a link
    try:
        with files.alone(path.parent):
            body = read_file(path)
            proof = _prove(path, body, edits, environ)
            if seen not in (None, _version(body)) or read_file(path) != body:
                return Conflict(proof.shown(proof.after), proof.shown(read_file(path)))
            files.replace(path, proof.after, path.stat().st_mode & 0o7777)
            return proof.answer()
    except (ConfigError, EditError) as error:
        return _refused(error)
    except OSError as error:
        return Refused(tr("{path} cannot be written: {why}", path=path, why=system_fault(error)))


def _prove(path: Path, body: bytes, edits: Sequence[Edit], environ: Mapping[str, str]) -> _Proof:
    """Raises EditError, or ConfigError as if the new text stood in the file."""
    old = parsed(read_document(str(path), body, environ), environ)
    if not edits:
        return _Proof(body, body, old, old)
    wanted, new_text = read_document(str(path), body, environ).data, body.decode("utf-8-sig")
    for one in edits:
        wanted, new_text = applied(wanted, one), edited(new_text, one)
    after = _BOM * body.startswith(_BOM) + new_text.encode()
    written = read_document(str(path), after, environ)
    meant, new = same(written.data, wanted), parsed(written, environ)
    if not meant:
        raise EditError(tr("the way in which this file is written is not foreseen; make the change by hand"))
    failing = set(examples(old))
    if worse := [failure for failure in examples(new) if failure not in failing]:
        raise EditError("; ".join(worse))
    return _Proof(body, after, old, new)


def _refused(error: ConfigError | EditError) -> Refused:
    return Refused(str(error), tuple(getattr(error, "mistakes", ())))


def _version(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
