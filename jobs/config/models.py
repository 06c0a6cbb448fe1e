"""What config.yaml may say: one frozen model a section. The text below a key is its documentation, everywhere it is shown."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator, model_validator
from pydantic import PlainSerializer as Shown
from pydantic import WithJsonSchema as Schema

from crawler import durations
from crawler.i18n import tr
from crawler.nlp.lexicon import UserTerm
from crawler.plugins import Component, family
from crawler.record import Source
from jobs.config import times, values
from jobs.config.database_key import DATABASE
from jobs.deliver.address import parse_address, secrets
from jobs.safe_text import brief
from storage.rules.lexer import alias_in, quoted
from storage.rules.parser import MAX_NODES, MAX_WORDS, Query, parse
from storage.rules.ruleset import Rule

_DURATION = r"^([0-9.]+(ms|s|m|h|d|w))+$"
Duration = Annotated[
    timedelta,
    BeforeValidator(times.parse_duration),
    Shown(durations.show_duration),
    Schema({"type": "string", "pattern": _DURATION}),
]
Every = Annotated[
    timedelta | str,
    BeforeValidator(times.parse_every),
    Shown(lambda every: every if isinstance(every, str) else durations.show_duration(every)),
    Schema({"type": "string", "pattern": f"{_DURATION}|^adaptive$"}),
]
Size = Annotated[
    int, BeforeValidator(values.parse_size), Schema({"type": ["string", "integer"], "pattern": r"^[0-9]+ *([kKmMgG]?[bB]?)$"})
]
_TIMES = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
_WEEKLY = f"weekly (mon|tue|wed|thu|fri|sat|sun) {_TIMES}"
QuietHours = Annotated[
    times.Quiet, BeforeValidator(times.parse_quiet), Shown(str), Schema({"type": "string", "pattern": f"^{_TIMES}-{_TIMES}$"})
]
SendTime = Annotated[
    times.Send,
    BeforeValidator(times.parse_send),
    Shown(str),
    Schema({"type": "string", "pattern": f"^(instant|hourly|daily {_TIMES}|{_WEEKLY})$"}),
]
Weekly = Annotated[
    times.Send, BeforeValidator(times.parse_weekly), Shown(str), Schema({"type": "string", "pattern": f"^{_WEEKLY}$"})
]
FirstPoll = Annotated[
    int | None,
    BeforeValidator(times.parse_first_poll),
    Shown(times.show_first_poll),
    Schema({"type": "string", "pattern": "^(silent|newest [1-9][0-9]{0,3}|all)$"}),
]
Name = Annotated[str, AfterValidator(values.check_name)]
AliasName = Annotated[str, AfterValidator(values.check_alias)]
Currency = Annotated[str, AfterValidator(values.check_currency)]
WebUrl = Annotated[str, AfterValidator(values.check_web_url)]
Body = Annotated[str | dict[str, Any], BeforeValidator(values.check_body), Schema({"type": ["string", "object"]})]
HostName = Annotated[str, AfterValidator(values.check_host)]
Network = Annotated[str, AfterValidator(values.check_network)]
Pattern = Annotated[str, AfterValidator(values.check_pattern)]
Zone = Annotated[str, AfterValidator(values.check_zone)]
Term = Annotated[str, AfterValidator(values.check_term)]
Words = Annotated[str, Field(min_length=1)]
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token")
ALIAS_CIRCLE = "an alias stands for itself"
NO_ALIAS = "an alias names one that does not exist"
_MEANT = {
    "feed": "rss rss2 atom xml rdf 订阅 订阅源",
    "listing": "html web page list css 网页 列表",
    "api": "json jsonp rest 接口",
    "sitemap": "google-news 站点地图",
}
_KINDS_MEANT = {word: kind for kind, words in _MEANT.items() for word in words.split()}


def kinds() -> Mapping[str, Component]:
    """The kinds of sources there are, by name."""
    return family("crawler.spiders", "find")


_ALIAS = re.compile(r"[@＠][\w\-.]+")
_QUOTED = re.compile(r"""(["“＂「『])([^"“”＂「」『』]+)["”＂」』]$""")


def any_of(words: Iterable[str]) -> str:
    """A query for any of these words, phrases or aliases; quotes around one make letters of its @, and * at its end stands for every ending."""
    return " OR ".join(word if _ALIAS.fullmatch(word) else _phrase(_QUOTED.sub(r"\2", word)) for word in map(str.strip, words))


def _phrase(word: str) -> str:
    return quoted(word.rstrip("*")) + "*" * word.endswith("*")


def flatten(aliases: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The aliases with each `@other` in them replaced by what it stands for. ValueError for a circle or an unknown name."""
    flat: dict[str, tuple[str, ...]] = {}

    def words_of(name: str, inside: tuple[str, ...]) -> tuple[str, ...]:
        if name in inside:
            raise ValueError(ALIAS_CIRCLE)
        if name not in aliases:
            raise ValueError(NO_ALIAS)
        if name not in flat:
            called = ((word, alias_in(word, aliases)) for word in aliases[name])
            parts = ((word,) if other is None else words_of(other, (*inside, name)) for word, other in called)
            flat[name] = tuple(dict.fromkeys(word for part in parts for word in part))
        return flat[name]

    return {name: words_of(name, ()) for name in aliases}


class Section(BaseModel):
    """Base of all sections: unknown keys are mistakes, nothing changes later, a key without a value counts as left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    SWITCHES: ClassVar[tuple[str, ...]] = ()  # keys that are switched off by `null`

    @model_validator(mode="before")
    @classmethod
    def _empty_is_default(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        left_out = {key for key, value in data.items() if value is None and key in cls.model_fields and key not in cls.SWITCHES}
        return {key: value for key, value in data.items() if key not in left_out}


class WebSubConfig(Section):
    """Hubs that tell us of news (WebSub), for the feeds that offer one."""

    callback: WebUrl
    """The public address under which hubs reach us; a secret part is added for each source"""
    listen: Annotated[str, AfterValidator(values.check_listen)] = "127.0.0.1:8402"
    """The address of this machine to which a web server of yours passes on what comes to `callback`"""


class CrawlConfig(Section):
    """How pages are fetched, for all sources together."""

    user_agent: Annotated[str, AfterValidator(values.check_agent)] = "Zhixun/1.0"
    """What Zhixun calls itself; add an address where a site's owner reaches you"""
    concurrency: Annotated[int, Field(ge=1, le=256)] = 16
    """Requests at work on the network, all hosts together; up to four times as many are claimed and wait for the turn of their host"""
    per_host: Annotated[int, Field(ge=1, le=32)] = 2
    """Requests in flight to one host"""
    delay: Duration = timedelta(seconds=1)
    """The pause between two requests to one host, whichever sources they serve"""
    timeout: Annotated[Duration, AfterValidator(times.check_timeout)] = timedelta(seconds=30)
    """How long one request may take, everything included"""
    max_page_size: Annotated[Size, Field(ge=1024, le=2**28)] = 10 * 2**20
    """A larger answer is given up"""
    obey_robots: bool = True
    """Whether robots.txt is followed"""
    budget: Annotated[int | None, Field(ge=1)] = None
    """Requests a day over all sources; without it there is no bound"""
    allow_networks: tuple[Network, ...] = ()
    """Private networks that sources may be in, such as `127.0.0.0/8` or `10.1.2.3:8080`; all others are refused"""
    sandbox: bool = True
    """Whether the browser keeps pages in its own sandbox; off only where the system has none for it, as in many containers"""
    websub: WebSubConfig | None = None
    """Be told of news by hubs, where a feed offers one; without it feeds are polled only"""


class TermConfig(Section):
    """A name of your own. A text alone is its Chinese and English name."""

    zh: Term | None = None
    """Its Chinese name"""
    en: Term | None = None
    """Its English name; where one of the two is missing, the other stands for it"""
    also: tuple[Term, ...] = ()
    """Further names; `"=CASE"` counts only as it is written, `word?` only beside another AI technology"""

    @model_validator(mode="before")
    @classmethod
    def _text_is_name(cls, data: Any) -> Any:
        return {"zh": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _named(self) -> TermConfig:
        if not self.zh and not self.en:
            raise ValueError(tr("a name needs zh or en"))
        return self


class TermsConfig(Section):
    """Names of your own beside those of the taxonomy. One that is known already gets further names."""

    technologies: tuple[TermConfig, ...] = ()
    """AI technologies"""
    companies: tuple[TermConfig, ...] = ()
    """Companies, for the keywords"""
    products: tuple[TermConfig, ...] = ()
    """Products and models, for the keywords"""
    institutions: tuple[TermConfig, ...] = ()
    """Institutions, for the keywords"""
    people: tuple[TermConfig, ...] = ()
    """People, for the keywords"""

    def own(self) -> tuple[UserTerm, ...]:
        """The names as the analyzers take them."""
        terms = {
            "technology": self.technologies,
            "company": self.companies,
            "product": self.products,
            "institution": self.institutions,
            "person": self.people,
        }
        return tuple(UserTerm(kind, one.zh or "", one.en or "", one.also) for kind, some in terms.items() for one in some)


class AnalysisConfig(Section):
    """Who finds technologies, industries and events in a text."""

    engine: Literal["builtin", "openai"] = "builtin"
    """`builtin` needs no network; `openai` asks any server that speaks its protocol"""
    base_url: WebUrl | None = None
    """openai: the server's address; without it OpenAI's own"""
    model: Words | None = None
    """openai: the model's name"""
    api_key: Annotated[Words | None, Field(repr=False)] = None
    """openai: the key, best as `${OPENAI_API_KEY}`"""
    monthly_tokens: Annotated[int | None, Field(ge=0)] = None
    """openai: after so many tokens in a month the built-in analysis takes over"""
    timeout: Annotated[Duration, AfterValidator(times.check_patience)] = timedelta(minutes=1)
    """openai: how long one answer may take"""
    max_age: Annotated[Duration, AfterValidator(times.check_age)] = timedelta(days=3)
    """openai: an article published longer ago is not asked about"""
    extra: Annotated[Mapping[str, Any], Field(repr=False)] = {}
    """openai: further fields of each request, such as `{enable_thinking: false}`"""
    terms: Annotated[TermsConfig, Field(repr=False)] = TermsConfig()
    """Names of your own beside those of the taxonomy"""


class SourceConfig(Section):
    """A site, a feed, a list page or an interface that is watched. Further keys are the options of its kind."""

    model_config = ConfigDict(extra="allow")

    name: Name
    """What records and rules call it"""
    url: WebUrl
    """Its address"""
    kind: str = "auto"
    """How its answer is read; `auto` finds out"""
    every: Every | None = None
    """The pause between two polls, or `adaptive`; 15m where neither this nor `cron` is given"""
    cron: Words | None = None
    """Instead of `every`: five crontab fields in the configured time zone, such as `*/10 8-22 * * *`"""
    weight: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """adaptive: how much its articles' delay counts against that of others"""
    match: Pattern | None = None
    """Only articles whose address this regular expression (RE2) finds"""
    tags: tuple[Name, ...] = ()
    """Groups that rules can name as `tag:NAME`"""
    headers: Annotated[Mapping[str, str], Field(repr=False)] = {}
    """Request headers of the poll, such as `Referer`"""
    body: Body | None = None
    """What is posted: text as a form, a mapping as JSON; without it the poll is a GET"""
    render: Literal[False, True, "list"] = False
    """Whether its pages are opened in a browser, so that their scripts run: `true` all of them, `list` only what is polled"""
    enabled: bool = True
    """Whether it is watched"""

    _zone: ZoneInfo = PrivateAttr(ZoneInfo("UTC"))

    @model_validator(mode="before")
    @classmethod
    def _as_sent(cls, data: Any) -> Any:
        """Options without a value are left out; what is posted gets a type where the headers do not say it."""
        if not isinstance(data, dict):
            return data
        kept = {key: value for key, value in data.items() if value is not None}
        headers, body = kept.get("headers", {}), kept.get("body")
        if body is None or not isinstance(headers, dict) or any(str(name).lower() == "content-type" for name in headers):
            return kept
        kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
        return kept | {"headers": {**headers, "Content-Type": kind}}

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind != "auto" and kind not in kinds():
            fault = tr("{kind} is no kind of source; there are {known}", kind=brief(kind), known=", ".join(["auto", *kinds()]))
            meant = _KINDS_MEANT.get(kind.casefold())
            raise ValueError(fault + (tr("; write {example}", example=meant) if meant else ""))
        return kind

    @field_validator("headers")
    @classmethod
    def _sound_headers(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in headers.items():
            values.check_header(name, value)
        return headers

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to its kind."""
        return dict(self.model_extra or {})

    def source(self) -> Source:
        """The noun that spiders take."""
        return Source(self.name, self.url, self.kind, self.tags, self.match, self.options)

    def cadence(self) -> Callable[[datetime], datetime] | None:
        """A moment → the next poll after it; None where that is planned for all adaptive sources together."""
        if self.every == "adaptive":
            return None
        if self.cron is None:
            every = self.every if isinstance(self.every, timedelta) else timedelta(minutes=15)
            return lambda now: now + every
        trigger = times.parse_cron(self.cron, self._zone)

        def next_fire(now: datetime) -> datetime:
            found: datetime | None = trigger.get_next_fire_time(None, now + timedelta(seconds=1))
            return found or now + timedelta(days=1)

        return next_fire

    def polls_a_day(self, now: datetime) -> float:
        """How many polls its cadence brings in the day after `now`; none where it has no cadence."""
        cadence = self.cadence()
        if cadence is None:
            return 0.0
        if self.cron is None:
            return timedelta(days=1) / (cadence(now) - now)
        ends, count = now + timedelta(days=1), 0
        while (now := cadence(now)) < ends:
            count += 1
        return float(count)

    def body_bytes(self) -> bytes | None:
        """What is posted, or None for a GET."""
        if isinstance(self.body, dict):
            return json.dumps(self.body, ensure_ascii=False).encode()
        return None if self.body is None else self.body.encode()


class RuleConfig(Section):
    """What raises an alert, and where it goes."""

    name: Name
    """What alerts call it"""
    query: Words | None = None
    """In the language of rules: `(大模型 OR LLM) AND 上海 NOT 招聘`"""
    keywords: tuple[Words, ...] = ()
    """Instead of `query`: any of these words, phrases or aliases (`@labs`); `GPT-5*` stands for every ending"""
    sources: tuple[Words, ...] = ()
    """Only articles of these sources, by name or as `tag:NAME`; without it all"""
    channels: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The names of the channels it alerts"""
    send: SendTime = times.Send()
    """`instant`, `hourly`, `daily 08:30` or `weekly mon 08:30`"""
    quiet: QuietHours | None = None
    """Hours in which its alerts are held, such as `22:00-07:00`; they leave at their end"""
    max_age: Annotated[Duration, AfterValidator(times.check_age)] = timedelta(days=3)
    """An article published longer ago raises no alert"""
    stories: Literal["likely", "events", "reprints", "off"] = "events"
    """What is told once: one of the `events`, whoever writes of it, where that is proven, or `likely`; a text with its `reprints`; `off`: nothing, each article is told"""
    again_when: Annotated[int | None, Field(ge=2, le=1000)] = None
    """Tell a story once more when so many publishers carry it"""
    on_update: bool = False
    """Whether those who were alerted are told when the article is corrected or withdrawn"""
    cooldown: Duration | None = None
    """The pause after an alert of the rule; what comes meanwhile waits for its end, and leaves together"""
    digest_size: Annotated[int | None, Field(ge=1, le=100)] = None
    """How many entries a digest of the rule spells out (30 without it); the others are counted, with where to see them"""
    should_match: tuple[Words, ...] = ()
    """Examples that `zhixun check` tries: the query must match each of them"""
    should_not_match: tuple[Words, ...] = ()
    """Examples that the query must not match"""
    enabled: bool = True
    """Whether it raises alerts"""

    _zone: ZoneInfo = PrivateAttr(ZoneInfo("UTC"))

    def query_text(self) -> str:
        """The query, also of a rule that lists keywords."""
        return any_of(self.keywords) if self.query is None else self.query

    def due(self, now: datetime) -> datetime | None:
        """When an alert raised `now` may leave; None: at once. A `cooldown` comes on top, see storage/alerts/raise_alerts.py."""
        local = now.astimezone(self._zone)
        at = self.send.after(local)
        held = self.quiet.until(at or local) if self.quiet else None
        return held or at


class ChannelConfig(Section):
    """Where alerts go."""

    name: Name
    """What rules call it"""
    url: Annotated[Words, Field(repr=False)]
    """Its address, such as `console://` or `feishu://TOKEN?secret=${FEISHU_SECRET}`"""
    template: Words | None = None
    """How its alerts are worded, with `$title`, `$linked` … in it; without it the usual way"""


class FeedsConfig(Section):
    """The alerts of each rule as an Atom and a JSON feed, written when they change."""

    folder: Words | None = None
    """Where the files are written, as `RULE.xml` and `RULE.json`; without it none are"""
    address: WebUrl | None = None
    """Where a web server shows that folder, for the links in the feeds to themselves"""
    entries: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many alerts a feed holds, the newest"""


class AlertsConfig(Section):
    """Alerts about Zhixun itself."""

    health_channels: tuple[Words, ...] = ()
    """The channels that are told when a source falls silent, breaks or recovers"""
    coverage: bool = True
    """Whether they also get a line a day on what was watched the day before"""
    first_poll: FirstPoll = 5
    """What a source's first poll may send of the articles younger than `max_age`: `newest 5` a rule, `silent`, or `all`"""


class WeekConfig(Section):
    """The week in one message: what was told by most, what rises, which events."""

    channels: tuple[Words, ...] = ()
    """The channels that it goes to"""
    send: Weekly = times.parse_weekly("weekly mon 08:30")
    """When: `weekly mon 08:30` tells of the week that ended the day before, a later day of the week so far"""


class MoneyConfig(Section):
    """How amounts of other currencies are shown beside their own in the tables of events."""

    currency: Currency = "CNY"
    """The currency they are shown in, by ISO 4217"""
    rates: Mapping[Currency, Annotated[float, Field(gt=0)]] = {}
    """What one of another is worth in it: `{USD: 7.1, EUR: 7.8}`; an amount without a rate is not converted"""

    def worth(self, amount: float, currency: str) -> float | None:
        """An amount of that currency in ours; None where no rate is given."""
        rate = 1.0 if currency == self.currency else self.rates.get(currency)
        return amount * rate if rate else None


class LogConfig(Section):
    """What the program writes of its own doings."""

    timezone: Zone | None = None
    """The zone of the times in the log, such as `UTC`; without it that of the whole file"""


class BackupConfig(Section):
    """Copies of the database, made while the daemon runs."""

    every: Duration | None = timedelta(days=1)
    """The pause between two copies; `0s` makes none. A PostgreSQL database is copied only if `folder` is given"""
    keep: Annotated[int, Field(ge=1, le=1000)] = 7
    """How many are kept, the newest"""
    folder: Words | None = None
    """Where they go; without it `backups` beside the SQLite file"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where copies of the database go, how often, and how many are kept."""

    folder: Path
    every: timedelta
    keep: int


class Config(Section):
    """The whole file."""

    SWITCHES: ClassVar[tuple[str, ...]] = ("web",)

    database: Annotated[str, Field(repr=False)] = DATABASE
    """Where records are kept: `sqlite:///FILE` or `postgresql+psycopg://user@host/name`"""
    timezone: Zone = "Asia/Shanghai"
    """How dates without a zone are read and times are shown, in messages and feeds too; a zone that a page names is heard (below)"""
    crawl: CrawlConfig = CrawlConfig()
    """How pages are fetched"""
    analysis: AnalysisConfig = AnalysisConfig()
    """How texts are analysed"""
    alerts: AlertsConfig = AlertsConfig()
    """Alerts about Zhixun itself"""
    feeds: FeedsConfig = FeedsConfig()
    """Alerts as files for a feed reader"""
    week: WeekConfig = WeekConfig()
    """The week as a message"""
    money: MoneyConfig = MoneyConfig()
    """Rates, for amounts in the tables of events"""
    log: LogConfig = LogConfig()
    """The log"""
    backup: BackupConfig = BackupConfig()
    """Copies of the database"""
    metrics: Annotated[str, AfterValidator(values.check_listen)] | None = None
    """Serve `/metrics` for Prometheus and `/healthz` at this address of this machine, such as `127.0.0.1:9464`; without it neither"""
    web: Annotated[str, AfterValidator(values.check_address)] | None = "127.0.0.1:8480"
    """Serve the pages and the API at this address; `null`: nowhere. One that others can reach needs an owner first"""
    web_names: tuple[HostName, ...] = ()
    """Host names under which the pages are reached beside `localhost` and addresses, such as `news.example.org` behind a proxy"""
    sources: tuple[SourceConfig, ...] = ()
    """What is watched"""
    aliases: Mapping[AliasName, Annotated[tuple[Words, ...], Field(min_length=1)]] = {}
    """Names for groups of words: `openai: [OpenAI, 奥特曼的公司]` is `@openai` in a query; one alias may name others"""
    rules: tuple[RuleConfig, ...] = ()
    """What raises an alert"""
    channels: tuple[ChannelConfig, ...] = ()
    """Where alerts go"""

    _secrets: frozenset[str] = PrivateAttr(frozenset())
    _file: str = PrivateAttr("")
    _lines: Mapping[tuple[str | int, ...], int] = PrivateAttr({})

    @field_validator("database")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url.startswith(("sqlite:////", "sqlite:///")) and len(url) > len("sqlite:///") and ":memory:" not in url:
            return url
        if url.startswith(("postgresql+psycopg://", "postgresql://")):  # the short form is what servers print
            return values.check_port(url)
        raise ValueError(
            tr(
                "is neither an SQLite file nor a PostgreSQL server; write sqlite:///data/zhixun.db or postgresql+psycopg://user@host/name"
            )
        )

    @field_validator("aliases")
    @classmethod
    def _flat(cls, aliases: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        return flatten(aliases)

    @model_validator(mode="after")
    def _share_zone(self) -> Config:
        entries: tuple[SourceConfig | RuleConfig, ...] = (*self.sources, *self.rules)
        for entry in entries:
            entry._zone = self.zone
        return self

    def place_of(self, path: tuple[str | int, ...]) -> str:
        """``config.yaml:12: `` in front of what is said of a key; "" where the configuration was read from no file."""
        line = next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), 0)
        return f"{self._file}:{line}: " if line else ""

    @property
    def zone(self) -> ZoneInfo:
        """The configured time zone."""
        return ZoneInfo(self.timezone)

    @property
    def log_zone(self) -> ZoneInfo:
        """The zone of the times in the log."""
        return ZoneInfo(self.log.timezone or self.timezone)

    @property
    def database_file(self) -> str | None:
        """The file of an SQLite database."""
        return self.database.removeprefix("sqlite:///").partition("?")[0] if self.database.startswith("sqlite") else None

    @property
    def shown_database(self) -> str:
        """The file, or the address of the server without its password."""
        parts = urlsplit(self.database)
        return self.database_file or f"postgresql://{parts.netloc.replace(f':{parts.password}@', ':***@')}{parts.path}"

    @property
    def browser(self) -> str | None:
        """Where the browser is, if a watched source needs one."""
        return values.chromium() if any(row.render for row in self.sources if row.enabled) else None

    def timed_polls(self, now: datetime) -> float:
        """Polls a day of the sources that are not adaptive; 0 where no budget asks for it."""
        if self.crawl.budget is None:
            return 0.0
        return sum(row.polls_a_day(now) for row in self.sources if row.enabled)

    def backup_plan(self) -> Plan | None:
        """Where and how often copies are made; None when they are not."""
        file = self.database_file
        folder = self.backup.folder or (str(Path(file).parent / "backups") if file else None)
        if not self.backup.every or folder is None:
            return None
        return Plan(Path(folder), self.backup.every, self.backup.keep)

    def parsed(self, query: str) -> Query:
        """What somebody asks, with the aliases and the days of this file. Raises QueryError."""
        return parse(query, self.aliases, self.zone)

    def query_of(self, rule: RuleConfig) -> Query:
        """A rule's query, parsed. Raises QueryError."""
        return parse(rule.query_text(), self.aliases, self.zone, most=MAX_WORDS if rule.keywords else MAX_NODES)

    def compiled_rules(self) -> list[Rule]:
        """The enabled rules as storage matches them."""
        return [Rule(rule.name, self.query_of(rule), rule.sources, rule.channels) for rule in self.rules if rule.enabled]

    def manners(self) -> dict[str, object]:
        """How each rule tells what it matched."""
        said = {"name", "query", "keywords", "sources", "channels", "should_match", "should_not_match", "enabled"}
        return {rule.name: tuple(rule.model_dump(exclude=said).values()) for rule in self.rules}

    @cached_property
    def watched(self) -> frozenset[str]:
        """The names of its sources."""
        return frozenset(row.name for row in self.sources)

    def midnight(self, day: date, after: bool = False) -> datetime:
        """When a day begins in the configured zone, or when it is over; the last day of the calendar, at its last moment."""
        begins = datetime.combine(day, time(), self.zone)
        return datetime.max.replace(tzinfo=self.zone) if after and day == date.max else begins + timedelta(days=after)

    def secrets(self) -> frozenset[str]:
        """What must never be shown: values from the environment, keys, the secret parts of addresses and headers."""
        found = set(self._secrets) | {self.analysis.api_key or "", urlsplit(self.database).password or ""}
        for channel in self.channels:
            found |= secrets(parse_address(channel.url))
        for source in self.sources:
            found |= {urlsplit(source.url).password or ""}
            found |= {value for name, value in source.headers.items() if name.lower() in _SECRET_HEADERS}
        return frozenset(found - {""})


@cache
def described() -> type[Config]:
    """`Config`, with the text below each key as its description. Reading it takes a tenth of a second, which only who shows it pays."""
    for section in ast.parse(Path(__file__).read_text("utf-8")).body:
        if not isinstance(section, ast.ClassDef) or not issubclass(model := globals()[section.name], Section):
            continue
        for key, text in pairwise(section.body):
            if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name) and isinstance(text, ast.Expr):
                assert isinstance(text.value, ast.Constant)
                model.model_fields[key.target.id].description = str(text.value.value)
        model.model_rebuild(force=True)
    return Config
