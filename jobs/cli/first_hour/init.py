"""`zhixun init`: a guide to the first configuration. What flags do not say is asked; `--yes` asks nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, TypeVar

import typer
from rich.cells import cell_len

from crawler.i18n import Language, language, preferred, speak, tr
from jobs import clock
from jobs.cli.console import Cli, asked, err, fail, out, say, table
from jobs.config.load import ConfigError
from jobs.deliver.transport import no_channel
from jobs.services import channels
from jobs.services.configuration import Refused
from jobs.services.first_hour import first_steps
from jobs.services.first_hour.first_steps import Choices, Proposal, Topic
from jobs.services.lookup import Unknown, named
from jobs.services.sourcing.catalogue import catalogue

T = TypeVar("T")
_SEPARATORS = str.maketrans("，、;；", ",,,,")


def init(
    cli: Cli,
    spoken: Annotated[str | None, typer.Option("--language", help="Of the comments in the file, and of the sources that are ticked: zh or en.")] = None,
    topics: Annotated[list[str] | None, typer.Option("--topic", help="A technology or an industry, such as 大语言模型 or healthcare; may be repeated.")] = None,
    words: Annotated[list[str] | None, typer.Option("--word", help="A word or a phrase of your own; may be repeated.")] = None,
    chosen: Annotated[list[str] | None, typer.Option("--source", help="A source of the catalogue; may be repeated. Without it those that are ticked.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Where alerts go: an address as in docs/channels.md.")] = None,
    test: Annotated[bool, typer.Option("--test/--no-test", help="Whether a test message is sent to that address.")] = True,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is proposed.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:  # fmt: skip
    """Make a first config.yaml by answering questions. With --yes it takes what the flags and the proposals say."""
    with asked():
        tongue = _language(spoken, yes)
        speak(tongue)
        _may_write(cli, yes, force)
        picked = tuple(map(first_steps.topic, topics or ())) if topics or yes else _ask_topics()
        own = tr("Words of your own, a comma between two (empty: none)")
        free = tuple(words or ()) if words or yes else _list_of(_ask(own, ""))
        proposed = first_steps.proposals(tongue, picked, free)
        known = catalogue()
        given = known if "all" in (chosen or ()) else [named("source", name, known.values()).name for name in chosen or ()]
        sources = tuple(given) or (_ticked(proposed) if yes else _ask_sources(proposed))
        address = channel or ("console://" if yes else _ask_channel())
        _sound_channel(address)
    choices = Choices(tongue, picked, free, sources, address)
    written = first_steps.write(cli.path, choices, os.environ)
    if isinstance(written, Refused):
        raise typer.Exit(fail(written.reason, 3 if written.mistakes else 1))
    say(tr("{path} is written: {sources} sources, rules: {rules}.", path=written.path, sources=written.sources, rules=tr(", ").join(written.rules)))  # fmt: skip
    asks = not address.startswith("console")  # that one is seen here anyway
    wanted = test and (yes or (asks and typer.confirm(tr("Send a test message there now?"), default=True, err=True)))
    failed = _test(cli) if wanted and (channel or asks) else 0
    _next(cli, tongue)
    raise typer.Exit(failed)


# ---- what is asked


def _ask(question: str, default: str) -> str:
    answer: str = typer.prompt(question, default=default, show_default=bool(default), err=True)
    return answer.strip()


def _again(question: str, default: str, understand: Callable[[str], T]) -> T:
    """Ask until the answer can be understood."""
    while True:
        try:
            return understand(_ask(question, default))
        except (Unknown, typer.BadParameter) as error:
            err.print(str(error), style="red")


def _list_of(answer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in answer.translate(_SEPARATORS).split(",") if part.strip())


def _language(given: str | None, yes: bool) -> Language:
    def understand(answer: str) -> Language:
        if answer.strip().lower() not in ("zh", "en", "中文", "english"):
            raise typer.BadParameter(tr("{answer} is neither zh nor en", answer=answer))
        return preferred("zh" if answer.strip() == "中文" else answer)

    if given is not None or yes:
        return understand(given or language())
    return _again("Language 语言 (zh, en)", language(), understand)


def _may_write(cli: Cli, yes: bool, force: bool) -> None:
    if not cli.path.exists() or force:
        return
    if yes or not typer.confirm(tr("{path} is there already. Replace it?", path=cli.path), default=False, err=True):
        raise typer.Exit(fail(tr("{path} is there already and stays as it is; `--force` replaces it, `-c FILE` writes another.", path=cli.path), 1))  # fmt: skip


def _ask_topics() -> tuple[Topic, ...]:
    offered = first_steps.suggested()
    for number, each in enumerate(offered, 1):
        say(f"{number:3}  {each.name.zh}  {each.name.en}")

    def understand(answer: str) -> tuple[Topic, ...]:
        return tuple(offered[int(one) - 1] if one.isdecimal() and 0 < int(one) <= len(offered) else first_steps.topic(one) for one in _list_of(answer))  # fmt: skip

    return _again(tr("Topics: numbers, or any name of the taxonomy, a comma between two (empty: all AI news)"), "", understand)


def _ticked(proposed: Sequence[Proposal]) -> tuple[str, ...]:
    return tuple(each.listed.name for each in proposed if each.ticked)


def _ask_sources(proposed: Sequence[Proposal]) -> tuple[str, ...]:
    rows = [
        (f"{n}", "x" if p.ticked else "", p.listed.name, p.listed.title, p.rhythm, tr(", ").join(p.fits))
        for n, p in enumerate(proposed, 1)
    ]
    headings = ("", "✓", "name in the catalogue", "called", "polled every", "fits")
    most = len(headings) if any(p.fits for p in proposed) else -1
    table(headings[:most], [row[:most] for row in rows])

    def understand(answer: str) -> tuple[str, ...]:
        turned = set()
        for one in _list_of(answer.replace(" ", ",")):
            first, _, last = one.partition("-")
            numbers = first.isdecimal() and (last or first).isdecimal()
            if not numbers or not 0 < int(first) <= int(last or first) <= len(proposed):
                raise typer.BadParameter(tr("{answer} is no number of the list", answer=one))
            turned |= set(range(int(first), int(last or first) + 1))
        return _ticked([replace(p, ticked=p.ticked != (n in turned)) for n, p in enumerate(proposed, 1)])

    return _again(tr("Numbers to tick or untick, such as 3 7-9 (empty: as it stands)"), "", understand)


def _ask_channel() -> str:
    say(tr("Where do alerts go? The address of a webhook of 飞书, 钉钉, 企业微信, Slack, Discord or your own server, as its vendor shows it, or another of docs/channels.md."))  # fmt: skip

    def understand(answer: str) -> str:
        _sound_channel(answer)
        return answer

    return _again(tr("Address (console:// prints them here)"), "console://", understand)


def _sound_channel(address: str) -> None:
    if why := no_channel(address):
        raise typer.BadParameter(why)


# ---- afterwards


def _test(cli: Cli) -> int:
    """Send a test message; 1 when it was refused."""
    try:
        config = cli.config()
    except ConfigError as error:  # the environment changed meanwhile
        return fail(str(error), 3)
    receipt = asyncio.run(channels.test(config, config.channels[0].name, clock.now()))
    if not receipt.accepted:
        return fail(tr("The test message was refused: {answer}", answer=receipt.detail), 1)
    say(tr("The test message was accepted: {answer}", answer=receipt.detail))
    return 0


def _next(cli: Cli, tongue: Language) -> None:
    say("\n" + tr("What to do next:"))
    steps = first_steps.next_steps(cli.path, tongue)
    width = max(len(command) for command, _ in steps)
    beside = max(cell_len(why) for _, why in steps) + width + 4 <= out.width
    for command, why in steps:
        say(f"  {command:{width}}  {why}" if beside else f"  {command}\n      {why}")
