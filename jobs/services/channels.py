"""The channels: where they go, secrets hidden, and what one answers to a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs.config.load import Config
from jobs.deliver.address import redact
from jobs.deliver.message import test_message
from jobs.deliver.transport import Receipt, channel_for, posting
from jobs.services.lookup import named


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel and the rules that alert it."""

    name: str
    kind: str
    address: str
    rules: tuple[str, ...]


def channels(config: Config) -> tuple[ChannelView, ...]:
    """Those of the configuration."""
    rules = {row.name: tuple(rule.name for rule in config.rules if row.name in rule.channels) for row in config.channels}
    return tuple(ChannelView(row.name, channel_for(row.url).name, redact(row.url), rules[row.name]) for row in config.channels)


async def test(config: Config, name: str, now: datetime) -> Receipt:
    """Send a test message; what the channel answered. Raises Unknown."""
    channel = named("channel", name, config.channels)
    async with posting() as post:
        return await channel_for(channel.url, zone=config.zone).send(test_message(now), post)
