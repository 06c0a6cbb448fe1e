"""The configuration as each part of the program works with it."""

from __future__ import annotations

from datetime import tzinfo

from crawler.fetch.engine import FetchRules
from jobs import clock
from jobs.config.load import Config, RuleConfig
from jobs.deliver.transport import OpenChannel, channel_for
from jobs.watch import RulePolicy, Watch, WatchedSource
from storage.rules.ruleset import Ruleset


def fetch_rules(config: Config) -> FetchRules:
    """What the configuration says of fetching."""
    crawl = config.crawl
    return FetchRules(
        user_agent=crawl.user_agent,
        concurrency=crawl.concurrency,
        per_host=crawl.per_host,
        delay=crawl.delay.total_seconds(),
        timeout=crawl.timeout.total_seconds(),
        max_page_size=crawl.max_page_size,
        obey_robots=crawl.obey_robots,
        allow_networks=crawl.allow_networks,
        browser=config.browser,
        sandbox=crawl.sandbox,
    )


def watch_of(config: Config) -> Watch:
    """The configuration as the pipeline works with it."""
    return Watch(
        sources={
            row.name: WatchedSource(row.source(), row.cadence(), row.headers, row.body_bytes(), row.weight, row.render)
            for row in config.sources
            if row.enabled
        },
        rules=Ruleset(config.compiled_rules()),
        routing={rule.name: policy_of(rule, config.zone, config.alerts.first_poll) for rule in config.rules},
        zone=config.zone,
        delay=config.crawl.delay,
        budget=config.crawl.budget,
        timed_polls=config.timed_polls(clock.now()),
    )


def policy_of(rule: RuleConfig, zone: tzinfo, first_poll: int | None = None) -> RulePolicy:
    """Where the alerts of a rule go, and when."""
    return RulePolicy(
        channels=rule.channels,
        max_age=rule.max_age,
        due=rule.due,
        fold=rule.stories,
        again_when=rule.again_when,
        on_update=rule.on_update and rule.enabled,
        cooldown=rule.cooldown,
        digest_size=rule.digest_size,
        zone=zone,
        first_poll=first_poll,
    )


def channels_of(config: Config) -> dict[str, OpenChannel]:
    """The channels that rules may name, each opened from its address."""
    return {row.name: channel_for(row.url, row.template or "", config.zone) for row in config.channels}
