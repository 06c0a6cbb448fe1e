"""Which verbs there are, in the order of `--help`: the function of each, and what it does.

A verb's module is imported when the verb is called: help, completion and `--version` know them from here alone.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property
from typing import Any

import typer
from typer._coercion import build_runtime_param  # exported nowhere
from typer.core import TyperCommand, TyperGroup

from crawler.i18n import speaking, tr
from jobs.cli.language import break_han, usage

Verb = tuple[str, str]  # module:function in this folder, and the first line of its docstring
VERBS: Mapping[str, Verb] = {
    "check": ("config:check", "Validate the configuration, the rules with their examples, the channels. Sends nothing."),
    "parse": ("parse:parse", "Print the record of a page."),
    "status": ("health:status", "What runs, what is late, what fails."),
    "doctor": (
        "doctor:doctor",
        "Examine configuration, database, disk, clock and channels. Sends nothing. Exit code 1 when something must be mended.",
    ),
    "healthcheck": ("healthcheck:healthcheck", "0 when the daemon's heart beats, 1 when not: for containers and supervisors."),
    "run": ("run:run", "Watch the sources: the daemon, in the foreground."),
    "worker": ("worker:worker", "One of several programs on one PostgreSQL, on as many machines as wanted."),
    "web": ("web:web", "Serve the pages of an archive without watching the sources, at the address of the key `web`."),
    "init": (
        "first_hour.init:init",
        "Make a first config.yaml by answering questions. With --yes it takes what the flags and the proposals say.",
    ),
    "migrate": (
        "first_hour.migrate:migrate",
        "Bring sources and rules of another system into the configuration. What cannot come is listed by line; then the exit code is 1.",
    ),
    "mcp": (
        "mcp:mcp",
        "Answer assistants about the archive, over standard input and output. Nothing is changed, sent or fetched.",
    ),
    "demo": ("demo:demo", "A small newsroom on this machine, published article by article and watched by the real daemon."),
}
GROUPS: Mapping[str, tuple[str, Mapping[str, Verb]]] = {
    "sources": (
        "The watched sources.",
        {
            "list": ("health:list_sources", "Each source with its health and its next poll."),
            "discover": (
                "adding:discover_sources",
                "Find what of a site could be watched: feeds, sitemaps, list pages, JSON; best first. Asks at most a dozen times.",
            ),
            "add": (
                "adding:add_source",
                "Write a source into the configuration. Comments and order stay; a running daemon watches it within seconds.",
            ),
            "catalogue": (
                "first_hour.catalogue:show_catalogue",
                "Real sources that are known to Zhixun. `sources add NAME` takes one.",
            ),
            "import": (
                "exchange:import_sources",
                "Write the feeds of an OPML file into the configuration; its folders become tags. What is there already is left out.",
            ),
            "export": (
                "exchange:export_sources",
                "The configured sources as OPML, to standard output. Those that hold a secret are left out.",
            ),
            "test": ("sources:try_source", "Poll one source now and show what would be found and read. Stores nothing."),
        },
    ),
    "records": (
        "The archive of records.",
        {
            "list": ("record_list:list_records", "The newest records."),
            "show": ("records:show_record", "One record, whole."),
            "search": ("records:search", "Records that a rule with this query would match."),
            "export": (
                "record_export:export",
                "Records, newest first, to standard output or a file: all, or those that a query or a rule matches.",
            ),
            "prune": (
                "upkeep:prune",
                "Delete old records with their alerts. Their links stay known. `zhixun db vacuum` then gives the space back.",
            ),
            "annotate": (
                "upkeep:annotate",
                "Analyse the archive again after an upgrade, or by a model. Raises no alerts; interrupted, it goes on where it was.",
            ),
            "import": (
                "upkeep:import_records",
                "Read records into the archive. Known links are left as they are; no alerts are raised.",
            ),
        },
    ),
    "rules": (
        "Rules: list, try on the past, explain.",
        {
            "list": ("rules:list_rules", "The rules, with their last match and how much they matched and raised."),
            "test": (
                "trial:try_rule",
                "What the rule would have alerted on, from the archive, and how many messages that had been. Nothing is sent.",
            ),
            "explain": (
                "explain:explain",
                "Why a text matches a rule, or not: each term, where it stood, which NOT stopped it. Exit code 1: no match.",
            ),
        },
    ),
    "alerts": (
        "The ledger of alerts: what was raised, sent, refused.",
        {
            "list": ("alerts:list_alerts", "Alerts and their deliveries, newest first."),
            "show": (
                "alerts:show_alert",
                "One alert: why it was raised, where it went, each attempt and what the channel answered.",
            ),
            "retry": ("alerts:retry", "Send dead letters again; the running daemon picks them up."),
        },
    ),
    "stories": (
        "Stories: say that two records tell one event, or two.",
        {
            "split": (
                "stories:split",
                "Undo a fold: the record (or all that was folded into the alert) gets a story of its own, and the alert that was "
                "withheld is raised.",
            ),
            "join": (
                "stories:join",
                "Make one story of two records' stories; what is told of it later is folded into the older one's alert.",
            ),
        },
    ),
    "channels": (
        "Where alerts go.",
        {
            "list": ("channels:list_channels", "The configured channels, secrets hidden."),
            "test": ("channels:try_channel", "Send a test message and show what the channel answered."),
        },
    ),
    "trends": (
        "What rises, who leads, what is missing. The unit is the story.",
        {
            "attention": (
                "trends:attention",
                "The share of all stories of a day that is about something, with its interval; bursts are marked.",
            ),
            "emerging": ("trends:emerging", "What rises in the last seven days, against the eight weeks before."),
            "bursts": ("trends:bursts", "Runs of days on which something is told of at twice its usual share."),
            "matrix": (
                "trends:matrix",
                "Which technologies are told of with which industries, and how much more often than by chance.",
            ),
            "share": ("trends:share", "Of the stories in which a company of the panel acts, those of each, week by week."),
            "first": (
                "trends:first",
                "Who tells first, of the stories that several sources tell; and how long one language waits for the other.",
            ),
            "coverage": ("trends:coverage", "How many stories there may have been, by how the sources overlap."),
            "worth": (
                "trends:worth",
                "What each source gives: stories, those told first, those that nobody else told, reprints, and what it costs.",
            ),
            "thin": ("trends:thin", "Topics that hang on one source, and sources of the catalogue that may help."),
        },
    ),
    "catalogue": (
        "The catalogue of sources that Zhixun knows.",
        {
            "check": (
                "first_hour.catalogue:check",
                "Ask each source of the catalogue once, politely: which answer, have moved, are stale, empty, blocked or gone.",
            ),
        },
    ),
    "users": (
        "People who read the pages: viewers, editors, owners.",
        {
            "add": (
                "users:add",
                "Add a person. The first is an owner, and takes over what was read and starred on this machine until then.",
            ),
            "list": ("users:list_people", "Who there is."),
            "remove": (
                "users:remove",
                "Take a person off the list: neither password nor token lets in any more. Notes and labels stay.",
            ),
            "password": ("users:password", "Give a person another password; who is signed in has to sign in again."),
            "role": ("users:role", "Let a person do more, or less."),
        },
    ),
    "tokens": (
        "Tokens of programs that read the pages, the API and the feeds.",
        {
            "add": ("users:add_token", "Make a token, and print it: it is shown this once."),
            "list": ("users:list_tokens", "Which there are, and when each was last used."),
            "revoke": ("users:revoke", "A token lets nobody in from now on."),
        },
    ),
    "verdicts": (
        "Matches, folds, splits and values that people called wrong.",
        {
            "list": ("verdicts:list_verdicts", "What was called wrong, and what became of it."),
            "export": ("verdicts:export", "JSON Lines, one a verdict: what was seen, and what would have been right."),
        },
    ),
    "config": (
        "The configuration file.",
        {
            "publish": ("publish:publish", "Let all workers on a PostgreSQL follow this file from now on."),
            "schema": ("config:print_schema", "JSON Schema of the configuration file, for editors."),
        },
    ),
    "db": (
        "The database: migrations, copy, upkeep.",
        {
            "upgrade": (
                "db:upgrade",
                "Bring the schema to this version, and give old records what it keeps beside them. A daemon may run meanwhile.",
            ),
            "backup": ("db:backup", "Copy the database while it is in use."),
            "move": (
                "db:move_database",
                "Copy all there is to another database, SQLite to PostgreSQL or back. Stop the daemon first; the old one stays as it is.",
            ),
            "check": (
                "db:check",
                "Look for damage, and whether index, mentions and records agree. The daemon may run meanwhile.",
            ),
            "export": (
                "db:export_all",
                "Everything as one file, alerts and what is still to be sent among it, for `db import` into SQLite or PostgreSQL. The daemon must rest.",
            ),
            "import": (
                "db:import_all",
                "Take an export over into the configured database, which must be new. What was delivered stays so, what waits is sent once.",
            ),
            "vacuum": ("db:vacuum", "Check the database, write old rows as short as new ones, and give unused space back."),
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
        self._english = inspect.cleandoc(english or "")

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
    """A verb by its name and its help. Whoever calls it, or asks for its options, gets the real one."""

    def __init__(self, name: str, place: str, help_line: str) -> None:
        super().__init__(name, help=help_line)
        self._place = place

    @cached_property
    def real(self) -> TyperCommand:
        """The command, its module imported now."""
        module, _, function = self._place.partition(":")
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(self.name, cls=Command)(getattr(importlib.import_module(f"jobs.cli.{module}"), function))
        command = typer.main.get_command(alone)
        assert isinstance(command, TyperCommand)
        return command

    def make_context(self, *given: Any, **more: Any) -> Any:
        """The context of the real command, which whoever goes on from here invokes, completes or explains."""
        return self.real.make_context(*given, **more)


class Verbs(Group):
    """The verbs of the tables above beside those that were given."""

    def __init__(self, *, commands: Mapping[str, Any] | None = None, **more: Any) -> None:
        groups = {name: _group(name, *group) for name, group in GROUPS.items()}
        super().__init__(commands={**_later(VERBS), **groups, **(commands or {})}, **more)

    def make_context(self, *given: Any, **more: Any) -> Any:
        """Wrong usage is told in the language of the caller, here and where a verb finds it."""
        with usage():
            return super().make_context(*given, **more)

    def invoke(self, context: Any) -> Any:
        """Call the verb."""
        with usage():
            return super().invoke(context)


def _later(verbs: Mapping[str, Verb]) -> dict[str, Any]:
    return {name: Later(name, *verb) for name, verb in verbs.items()}


def _group(name: str, help_line: str, verbs: Mapping[str, Verb]) -> Group:
    return Group(name=name, help=help_line, commands=_later(verbs), no_args_is_help=True)
