"""`zhixun channels …`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from crawler.i18n import tr
from crawler.retold import retold
from jobs import clock
from jobs.cli.console import Cli, Json, asked, out, show
from jobs.services import channels


def list_channels(cli: Cli, as_json: Json = False) -> None:
    """The configured channels, secrets hidden."""
    rows = [asdict(channel) | {"rules": tr(", ").join(channel.rules)} for channel in channels.channels(cli.config())]
    none = tr("no channels yet; write one under `channels:` in the configuration, docs/channels.md lists them")
    show(rows, {"name": "name", "kind": "kind", "address": "address", "rules": "rules"}, as_json, none)


def try_channel(cli: Cli, name: Annotated[str, typer.Argument(help="The channel's name.")]) -> None:
    """Send a test message and show what the channel answered."""
    with asked():
        receipt = asyncio.run(channels.test(cli.config(), name, clock.now()))
    said = retold(receipt.detail)
    out.print(tr("accepted: {answer}", answer=said) if receipt.accepted else tr("refused: {answer}", answer=said))
    raise typer.Exit(0 if receipt.accepted else 1)
