"""What stands before the verb, and what a verb gets by it: the configuration and the open archive. Both are opened when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from crawler.i18n import tr
from crawler.retold import system_fault

if TYPE_CHECKING:  # each is imported by the verbs that need it
    from sqlalchemy.orm import Session

    from jobs.config.load import Config
    from storage.db.database import Database

T = TypeVar("T")


@dataclass
class Cli:
    """The options before the verb. Reads the configuration and opens the archive when a command needs them."""

    path: Path
    verbose: bool = False
    log_file: Path | None = None
    _read: Config | None = None

    def config(self) -> Config:
        """The configuration, read once, its secrets hidden from all output from now on."""
        from crawler.nlp import lexicon  # noqa: PLC0415
        from jobs import redaction  # noqa: PLC0415
        from jobs.config.load import load  # noqa: PLC0415

        if self._read is None:
            self._read = load(self.path, os.environ)
            redaction.hide(self._read.secrets())
            lexicon.use(self._read.analysis.terms.own())
            self.set_up_logs(self._read.log_zone)
        return self._read

    def config_or_defaults(self) -> Config:
        """For commands that can do without a configuration file, such as `parse`."""
        from jobs.config.load import Config  # noqa: PLC0415

        if self.path.exists() or "ZHIXUN_CONFIG" in os.environ:
            return self.config()
        self.set_up_logs(Config().log_zone)
        return Config()

    def set_up_logs(self, zone: tzinfo) -> None:
        """Send the logs where the options say, their times in this zone."""
        from jobs import log  # noqa: PLC0415

        level = "DEBUG" if self.verbose else os.environ.get("LOG_LEVEL", "INFO").upper()
        try:
            log.set_up(level, file=self.log_file, zone=zone)
        except OSError as error:
            wrong = tr("{path} cannot be written: {why}", path=self.log_file, why=system_fault(error))
            raise typer.BadParameter(wrong, param_hint="--log-file") from None
        except ValueError:
            wrong = tr("{level} is no level; there are DEBUG, INFO, WARNING and ERROR", level=level)
            raise typer.BadParameter(wrong, param_hint="LOG_LEVEL") from None

    @contextmanager
    def archive(self, new: bool = False) -> Iterator[Database]:
        """The database, at the newest schema. Safe beside a running daemon. Only with `new` is one made where there is none."""
        from storage.db.database import open_database  # noqa: PLC0415

        with closing(open_database((self._read or self.config()).database)) as db, asked():
            if not new:
                db.must_exist()
            db.upgrade()
            yield db

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A session to read from the archive."""
        with self.archive() as db, db.reader() as session:
            yield session

    def ask(self, question: Callable[[Session], T]) -> T:
        """The answer of one reading query."""
        with self.archive() as db:
            return db.read(question)


@contextmanager
def asked() -> Iterator[None]:
    """What a person asked for and does not exist is wrong usage."""
    from jobs.services.lookup import Unknown  # noqa: PLC0415

    try:
        yield
    except Unknown as error:
        raise typer.BadParameter(str(error)) from None
