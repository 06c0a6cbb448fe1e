"""`zhixun channels …`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from jobs import clock
from jobs.cli.console import Cli, Json, out, show
from jobs.deliver.address import redact
from jobs.deliver.message import test_message
from jobs.deliver.transport import channel_for, posting

app = typer.Typer(no_args_is_help=True, help="Where alerts go.")


@app.command("list")
def list_channels(context: typer.Context, as_json: Json = False) -> None:
    """The configured channels, secrets hidden."""
    cli: Cli = context.obj
    config = cli.config()
    rows = [
        {
            "name": channel.name,
            "kind": channel_for(channel.url).component.name,
            "address": redact(channel.url),
            "rules": ", ".join(rule.name for rule in config.rules if channel.name in rule.channels),
        }
        for channel in config.channels
    ]
    show(rows, {"name": "name", "kind": "kind", "address": "address", "rules": "rules"}, as_json)


@app.command("test")
def try_channel(context: typer.Context, name: Annotated[str, typer.Argument(help="The channel's name.")]) -> None:
    """Send a test message and show what the channel answered."""
    cli: Cli = context.obj
    config = cli.config()
    channel = next((c for c in config.channels if c.name == name), None)
    if channel is None:
        raise typer.BadParameter(f"no channel {name!r}; there are: {', '.join(c.name for c in config.channels) or 'none'}")

    async def send() -> bool:
        async with posting() as post:
            receipt = await channel_for(channel.url, zone=config.zone).send(test_message(clock.now()), post)
            out.print(("accepted" if receipt.accepted else "refused") + f": {receipt.detail}", markup=False)
            return receipt.accepted

    raise typer.Exit(0 if asyncio.run(send()) else 1)
