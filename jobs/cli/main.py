"""The command line: `zhixun [-c FILE] VERB`.

Exit codes: 0 all well · 1 something failed · 2 usage · 3 configuration invalid. Logs and progress go to standard error.
"""

from __future__ import annotations

import atexit
import gc
import io
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from crawler.i18n import Language, speak, tr
from jobs.cli import language
from jobs.cli.given import Cli
from jobs.cli.verbs import Verbs

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Zhixun (智讯): watches AI-industry news in Chinese and English, writes structured records, and alerts once.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
EXIT = {"ConfigError": 3, "QueryError": 2, "ZhixunError": 1, "StorageError": 1}  # by name: verbs that can raise them import them


def _version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata  # noqa: PLC0415 - only here

        sys.stdout.write(f"zhixun {importlib.metadata.version('zhixun')}\n")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config_file: Annotated[
        str, typer.Option("--config", "-c", envvar="ZHIXUN_CONFIG", metavar="FILE", help="The configuration.")
    ] = "config.yaml",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
    log_file: Annotated[
        str | None,
        typer.Option(
            "--log-file", envvar="ZHIXUN_LOG_FILE", metavar="FILE", help="Log there, five files of 10 MB, not to standard error."
        ),
    ] = None,
    _lang: Annotated[Language | None, typer.Option("--lang", help="Answer in Chinese or in English (also ZHIXUN_LANG).")] = None,
    _v: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Options that come before the verb."""
    context.obj = Cli(Path(config_file), verbose, Path(log_file) if log_file else None)


def main() -> None:
    """Run the command line and turn what went wrong into a sentence and an exit code."""
    # what is imported is no garbage: looking through it again and again took a third of a command's time, half of it at the end
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)
    _fill_streams()
    speak(language.chosen(sys.argv[1:], os.environ))
    language.of_typer()
    warnings.simplefilter("ignore", DeprecationWarning)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them reads the metadata of all that is installed
    for stream in (sys.stdout, sys.stderr):  # a terminal that knows no Chinese gets escapes, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if _interrupted(error):
            sys.exit(130)
        code = next((EXIT[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in EXIT), None)
        if code in (None, 1) and _nowhere():
            error, code = FileNotFoundError(0, tr("this folder is gone; call it from another"), os.curdir), 1
        if code is None and not (isinstance(error, OSError) and error.filename):
            raise
        sys.exit(_failed(error, code or 1))


def _nowhere() -> bool:
    """Whether the folder that we were called in has been deleted: much fails then that has another cause in its words."""
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _interrupted(error: BaseException | None) -> bool:
    """Whether it is what became of a ctrl-C in the midst of a library's import: some take any error for one of their own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _fill_streams() -> None:
    """A stream that the caller has closed (`>&-`) takes what it is given to nowhere; no file gets its number."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for as long as we run


def _failed(error: Exception, code: int) -> int:
    """Say why on standard error; the exit code."""
    from crawler.retold import system_fault  # noqa: PLC0415 - not before something fails
    from jobs.cli.console import fail  # noqa: PLC0415

    logging.getLogger("cli").debug("failed", exc_info=True)
    if isinstance(error, OSError):
        return fail(f"{error.filename}: {system_fault(error)}", code)
    return fail(error.render() if hasattr(error, "render") else str(error), code)
