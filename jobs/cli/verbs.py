"""Which verbs there are, in the order of `--help`, and the function of each.

A verb's module is imported when the verb is called. Help and completion read no more of it than the first line of the function's text.
"""

from __future__ import annotations

import errno
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import typer
from typer._coercion import build_runtime_param  # exported nowhere
from typer.core import TyperCommand, TyperGroup

from crawler.i18n import speaking, tr
from jobs.cli.language import break_han, usage

VERBS: Mapping[str, str] = {  # module:function in this folder
    "check": "config:check",
    "parse": "parse:parse",
    "status": "health:status",
    "doctor": "doctor:doctor",
    "healthcheck": "healthcheck:healthcheck",
    "run": "run:run",
    "worker": "run:worker",
    "web": "web:web",
    "init": "first_hour.init:init",
    "migrate": "first_hour.migrate:migrate",
    "mcp": "mcp:mcp",
    "demo": "demo:demo",
}
GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sources": (
        "The watched sources.",
        {
            "list": "health:list_sources",
            "discover": "adding:discover_sources",
            "add": "adding:add_source",
            "catalogue": "first_hour.catalogue:show_catalogue",
            "import": "exchange:import_sources",
            "export": "exchange:export_sources",
            "test": "sources:try_source",
        },
    ),
    "records": (
        "The archive of records.",
        {
            "list": "record_list:list_records",
            "show": "records:show_record",
            "search": "records:search",
            "export": "record_export:export",
            "prune": "upkeep:prune",
            "annotate": "upkeep:annotate",
            "import": "upkeep:import_records",
        },
    ),
    "rules": (
        "Rules: list, try on the past, explain.",
        {"list": "rules:list_rules", "test": "trial:try_rule", "explain": "explain:explain"},
    ),
    "alerts": (
        "The ledger of alerts: what was raised, sent, refused.",
        {"list": "alerts:list_alerts", "show": "alerts:show_alert", "retry": "alerts:retry"},
    ),
    "stories": ("Stories: say that two records tell one event, or two.", {"split": "stories:split", "join": "stories:join"}),
    "channels": ("Where alerts go.", {"list": "channels:list_channels", "test": "channels:try_channel"}),
    "trends": (
        "What rises, who leads, what is missing. The unit is the story.",
        {
            "attention": "trends:attention",
            "emerging": "trends:emerging",
            "bursts": "trends:bursts",
            "matrix": "trends:matrix",
            "share": "trends:share",
            "first": "trends:first",
            "coverage": "trends:coverage",
            "worth": "trends:worth",
            "thin": "trends:thin",
        },
    ),
    "catalogue": ("The catalogue of sources that Zhixun knows.", {"check": "first_hour.catalogue:check"}),
    "users": (
        "People who read the pages: viewers, editors, owners.",
        {
            "add": "users:add",
            "list": "users:list_people",
            "remove": "users:remove",
            "password": "users:password",
            "role": "users:role",
        },
    ),
    "tokens": (
        "Tokens of programs that read the pages, the API and the feeds.",
        {"add": "users:add_token", "list": "users:list_tokens", "revoke": "users:revoke"},
    ),
    "verdicts": (
        "Matches, folds, splits and values that people called wrong.",
        {"list": "verdicts:list_verdicts", "export": "verdicts:export"},
    ),
    "config": ("The configuration file.", {"publish": "publish:publish", "schema": "config:print_schema"}),
    "db": (
        "The database: migrations, copy, upkeep.",
        {
            "upgrade": "db:upgrade",
            "backup": "db:backup",
            "move": "db:move_database",
            "check": "db:check",
            "export": "db:export_all",
            "import": "db:import_all",
            "vacuum": "db:vacuum",
        },
    ),
}


FOR_PROGRAMS = ("as_json", "json_lines", "batch")  # the options of verbs that ask for JSON Lines


class _AsGiven:
    """The value of an option: as it is where it is of its type already, or not given; only else pydantic is imported to convert it."""

    def __init__(self, descriptor: Any) -> None:
        self._descriptor = descriptor

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value."""
        kind = self._descriptor.annotation
        if value is None and param.nargs == 1 and not param.multiple:
            return None
        if isinstance(kind, type) and isinstance(value, kind):
            return value
        return build_runtime_param(self._descriptor).coerce(value, param=param, ctx=ctx)


class _Help:
    """Help in the language of who asks for it, with `--json`, not `--json <bool>`: a flag takes no value."""

    _english = ""

    @property
    def help(self) -> str:
        """What it does, a paragraph each translated."""
        return "\n\n".join(tr(" ".join(paragraph.split())) for paragraph in self._english.split("\n\n"))

    @help.setter
    def help(self, english: str | None) -> None:
        if english is not None:
            self._english = inspect.cleandoc(english)

    def get_params(self, context: Any) -> list[Any]:
        params: list[Any] = super().get_params(context)  # type: ignore[misc]
        for param in params:
            if text := getattr(param, "help", None):
                param.help = tr(text)
            if hasattr(param, "type_descriptor") and param._runtime_param is None:
                param._runtime_param = _AsGiven(param.type_descriptor)
            if param.param_type_name == "argument" and not param.metavar:
                param.metavar = param.name.upper()
            if getattr(param, "is_bool_flag", False):
                param.display_type_rich = lambda **_more: None
        return params

    def get_usage(self, context: Any) -> str:
        """How it is called."""
        text: str = super().get_usage(context)  # type: ignore[misc]
        for word in ("Usage: ", "[OPTIONS]", "COMMAND [ARGS]..."):
            text = text.replace(word, tr(word), 1)
        return text

    def format_help(self, context: Any, formatter: Any) -> None:
        """Chinese has no blanks to break a line at."""
        break_han()
        super().format_help(context, formatter)  # type: ignore[misc]


class Command(_Help, TyperCommand):  # type: ignore[misc]
    """A verb. What it gives to programs is in English, whoever asks."""

    def invoke(self, context: Any) -> Any:
        """Call it."""
        with speaking("en") if any(map(context.params.get, FOR_PROGRAMS)) else nullcontext():
            return super().invoke(context)


class Group(_Help, TyperGroup):  # type: ignore[misc]
    """Verbs of one thing."""


class Later(Command):
    """A verb by its name. Whoever calls it, or asks for its options, gets the real one."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name)
        self._module, _, self._function = place.partition(":")

    @cached_property
    def _english(self) -> str:  # type: ignore[override]
        """What the function says of itself, read from its module, which is not imported for it."""
        code = (Path(__file__).parent / f"{self._module.replace('.', '/')}.py").read_text("utf-8")
        return code.partition(f"def {self._function}(")[2].split('    """', 1)[1].partition("\n")[0].removesuffix('"""')

    @cached_property
    def real(self) -> TyperCommand:
        """The command, its module imported now."""
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        verb = getattr(importlib.import_module(f"jobs.cli.{self._module}"), self._function)
        alone.command(self.name, cls=Command)(_with_context(verb))
        command = typer.main.get_command(alone)
        assert isinstance(command, TyperCommand)
        return command

    def make_context(self, *given: Any, **more: Any) -> Any:
        """The context of the real command, which whoever goes on from here invokes, completes or explains."""
        return self.real.make_context(*given, **more)


class Verbs(Group):
    """The verbs of the tables above beside those that were given."""

    def __init__(self, *, commands: Mapping[str, Any] | None = None, **more: Any) -> None:
        groups = {
            name: Group(name=name, help=help_line, commands=_later(verbs), no_args_is_help=True)
            for name, (help_line, verbs) in GROUPS.items()
        }
        super().__init__(commands={**_later(VERBS), **groups, **(commands or {})}, **more)

    def make_context(self, *given: Any, **more: Any) -> Any:
        """Wrong usage is told in the language of the caller, here and where a verb finds it."""
        with usage(), _output():
            return super().make_context(*given, **more)

    def invoke(self, context: Any) -> Any:
        """Call the verb."""
        with usage(), _output():
            return super().invoke(context)


@contextmanager
def _output() -> Iterator[None]:
    """Output that nobody takes ends a verb: without a word behind `zhixun records list | head`, with a sentence where the disk is full."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.filename or error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be flushed
        if error.errno == errno.EPIPE:
            raise typer.Exit from None
        from crawler.errors import ZhixunError  # noqa: PLC0415 - not before something fails
        from crawler.retold import system_fault  # noqa: PLC0415

        raise ZhixunError(tr("standard output cannot be written: {why}", why=system_fault(error))) from error


def _with_context(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb as Typer calls it: what stands before the verb, its `cli`, comes in a context."""
    signature = inspect.signature(verb, eval_str=True)
    parameters = list(signature.parameters.values())
    if "cli" not in signature.parameters:
        return verb

    def call(context: typer.Context, **given: Any) -> None:
        verb(context.obj, **given)

    call.__doc__ = verb.__doc__
    call.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[parameters[0].replace(name="context", annotation=typer.Context), *parameters[1:]]
    )
    return call


def _later(verbs: Mapping[str, str]) -> dict[str, Any]:
    return {name: Later(name, place) for name, place in verbs.items()}
