"""The configuration is right, or all its mistakes are told at once, each with its line and its cure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawler.record import Record, Source
from jobs.config.load import Config, ConfigError, changes, examples, load, schema
from storage.rules.ruleset import Ruleset, is_true

GOOD = """\
database: sqlite:///data/x.db
timezone: Europe/London
sources:
  - name: one
    url: https://one.example.cn/list
    kind: listing
    links: "div.list a"
    every: 10m
    match: '/\\d+\\.html'
    tags: [央视]
  - {name: two, url: "https://two.example.cn/api", body: {channel: 1}, cron: "0 8 * * 1-5"}
aliases:
  openai: [OpenAI, 奥特曼的公司]
  labs: ["@openai", DeepSeek]
rules:
  - name: labs
    query: '@labs AND 上海'
    sources: [tag:央视]
    channels: [desk]
    quiet: 22:00-07:00
    should_match: [OpenAI在上海, DeepSeek 落户上海]
    should_not_match: [上海]
  - {name: words, keywords: [大模型, GPT-5*], channels: [desk], send: daily 08:30, enabled: false}
channels:
  - {name: desk, url: "feishu://${TOKEN}?secret=${SECRET:-none-at-all}"}
"""
TOKEN = {"TOKEN": "t0k3n-t0k3n-t0k3n"}


def read(tmp_path: Path, text: str | bytes, environ: Mapping[str, str] = TOKEN) -> Config:
    file = tmp_path / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, environ)


def mistakes(tmp_path: Path, text: str | bytes, environ: Mapping[str, str] = TOKEN) -> list[str]:
    """The mistakes as they are printed, without the folder."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, environ)
    assert str(caught.value) == "\n".join(map(str, caught.value.mistakes))
    return [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]


# ---- what it gives


def test_a_source_says_what_to_fetch_how_and_when(tmp_path: Path) -> None:
    one, two = read(tmp_path, GOOD).sources
    assert one.source() == Source(
        "one", "https://one.example.cn/list", "listing", ("央视",), r"/\d+\.html", {"links": "div.list a"}
    )
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert one.cadence()(noon) == noon + timedelta(minutes=10)
    assert two.cadence()(noon) == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert one.body_bytes() is None
    assert two.body_bytes() == b'{"channel": 1}'
    assert two.headers == {"Content-Type": "application/json"}


def test_rules_are_compiled_with_flat_aliases_and_without_disabled_ones(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.aliases["labs"] == ("OpenAI", "奥特曼的公司", "DeepSeek")
    (rule,) = config.compiled_rules()
    assert (rule.name, rule.sources, rule.channels) == ("labs", ("tag:央视",), ("desk",))
    hits = Ruleset([rule]).match(Record("奥特曼的公司在上海", "", "", source="one"), ("央视",))
    assert [hit.rule for hit in hits] == ["labs"]


def test_keywords_are_any_of_them(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.rules[1].query_text() == '"大模型" OR "GPT-5"*'


@pytest.mark.parametrize(
    ("word", "text", "true"),
    [("@labs", "Acme", True), ("＠labs", "Borealis", True), (" @ｌａｂｓ", "Acme", True), ("@all", "Zed", True), ("@all", "Acme", True),
     ("@wide", "Acme", True), ("@ｗｉｄｅ", "Acme", True), ("@labs", "@labs", False), ('"@labs"', "@labs", True), ('"@labs"', "Acme", False)],
)  # fmt: skip
def test_an_alias_stands_for_its_words_in_every_list_of_words(tmp_path: Path, word: str, text: str, true: bool) -> None:
    aliases = "aliases: {labs: [Acme, Borealis], all: ['＠ｌａｂｓ', Zed], wide: [' @labs', x], ｗｉｄｅ: ['@wide']}\n"
    rule = f"rules: [{{name: r, keywords: ['{word}', other], channels: [desk]}}]\n"
    config = read(tmp_path, aliases + rule + "channels: [{name: desk, url: 'console://'}]")
    assert is_true(config.query_of(config.rules[0]), Record(text, "https://a.example/1", "")) is true


@pytest.mark.parametrize(
    ("rule", "now", "due"), [(0, "12:00", None), (0, "23:00", "07:00"), (1, "08:29", "08:30"), (1, "08:31", "08:30")]
)
def test_an_alert_waits_for_quiet_hours_and_digests_in_the_configured_zone(
    tmp_path: Path, rule: int, now: str, due: str | None
) -> None:
    config = read(tmp_path, GOOD)
    moment = datetime.fromisoformat(f"2026-11-24T{now}").replace(tzinfo=config.zone)
    found = config.rules[rule].due(moment.astimezone(UTC))
    assert (found and f"{found:%H:%M}") == due
    assert found is None or moment < found <= moment + timedelta(days=1)


def test_the_defaults_need_no_file() -> None:
    assert Config().crawl.delay == timedelta(seconds=1)
    assert Config().compiled_rules() == []


def test_examples_tell_which_text_a_rule_gets_wrong(tmp_path: Path) -> None:
    assert examples(read(tmp_path, GOOD)) == []
    wrong = GOOD.replace("should_not_match: [上海]", "should_not_match: [上海的OpenAI]").replace("OpenAI在上海,", "北京,")
    assert [failure.partition(";")[0] for failure in examples(read(tmp_path, wrong))] == [
        "rule labs: '北京' should match and does not",
        "rule labs: '上海的OpenAI' should not match and does",
    ]


def test_changes_are_told_in_sentences_without_secrets(tmp_path: Path) -> None:
    old = read(tmp_path, GOOD)
    text = GOOD.replace("10m", "20m").replace("name: two", "name: three").replace("none-at-all", "another-secret")
    told = changes(old, read(tmp_path, text + "crawl: {delay: 2s}\n"))
    assert told == [
        "crawl.delay: 1s → 2s",
        "source three added",
        "source two removed",
        "source one changed: every",
        "channel desk changed: url",
    ]
    assert changes(old, read(tmp_path, GOOD)) == []


# ---- variables and secrets


def test_variables_come_from_the_environment_a_file_or_their_default(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" s3cr3t-from-file\n")
    environ = {"TOKEN_FILE": str(tmp_path / "secret"), "SECRET": "s3cr3t-from-env"}
    config = read(tmp_path, GOOD + "crawl: {concurrency: '${N:-7}', user_agent: 'Zhixun $${N}'}\n", environ)
    assert config.channels[0].url == "feishu://s3cr3t-from-file?secret=s3cr3t-from-env"
    assert (config.crawl.concurrency, config.crawl.user_agent) == (7, "Zhixun ${N}")
    assert {"s3cr3t-from-file", "s3cr3t-from-env"} <= config.secrets()


def test_passwords_written_in_the_file_are_secrets_too(tmp_path: Path) -> None:
    text = GOOD.replace("sqlite:///data/x.db", "postgresql+psycopg://me:p4ssword@db/x")
    text = text.replace("https://two.", "https://me:s3same@two.").replace("body:", "headers: {Authorization: Bearer abc}, body:")
    config = read(tmp_path, text)
    assert {"p4ssword", "none-at-all", "s3same", "Bearer abc"} <= config.secrets()
    assert "p4ssword" not in repr(config)
    assert "none-at-all" not in repr(config)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "config.yaml:25: channels[0].url: the variable TOKEN is not set; set TOKEN or TOKEN_FILE, or write ${TOKEN:-default}"),
        ({"TOKEN_FILE": "/nowhere"}, 'config.yaml:25: channels[0].url: TOKEN_FILE names "/nowhere", which cannot be read: No such file or directory'),
    ],
)  # fmt: skip
def test_a_missing_variable_is_named_once(tmp_path: Path, environ: dict[str, str], said: str) -> None:
    assert mistakes(tmp_path, GOOD, environ) == [said]


@pytest.mark.parametrize("size", [5, 70])
def test_a_mistake_never_shows_a_secret(tmp_path: Path, size: int) -> None:
    secret = "Zq9" * size
    told = mistakes(
        tmp_path,
        "crawl: {delay: '${TOKEN}', obey_robots: 'x ${TOKEN}'}\nchannels: [{name: x, url: '${TOKEN}'}]",
        {"TOKEN": secret},
    )
    assert len(told) == 3
    assert "Zq9Zq9" not in "".join(told)


# ---- mistakes

ONE_LINE = [
    ("evry: 1", "config.yaml:1: evry: unknown key; there are database, timezone, crawl, analysis, alerts, feeds, week, money, log, backup, metrics, web, web_names,"
     " sources, aliases, rules, channels, x-… for what * repeats"),
    ("timezon: UTC", 'config.yaml:1: timezon: unknown key; did you mean "timezone"?'),
    ("timezone: Asia/Shanghia", 'config.yaml:1: timezone: "Asia/Shanghia" is no time zone; did you mean "Asia/Shanghai"?'),
    ("timezone: 8", "config.yaml:1: timezone: 8 should be a text; put it in quotes"),
    ("database: mysql://me:pw@h/x", "config.yaml:1: database: is neither an SQLite file nor a PostgreSQL server; write sqlite:///data/zhixun.db or postgresql+psycopg://user@host/name"),
    ("database: 'sqlite://'", "config.yaml:1: database: is neither an SQLite file nor a PostgreSQL server; write sqlite:///data/zhixun.db or postgresql+psycopg://user@host/name"),
    ("crawl: {delay: 5}", 'config.yaml:1: crawl.delay: 5 has no unit; write for example "5s" or "5m"'),
    ("crawl: {concurrency: lots}", 'config.yaml:1: crawl.concurrency: "lots" should be a whole number'),
    ("crawl: {concurrency: 0}", "config.yaml:1: crawl.concurrency: 0 is too small; the smallest is 1"),
    ("crawl: {timeout: 1h}", 'config.yaml:1: crawl.timeout: 1h is out of bounds; a request may take 1s to 2m'),
    ("crawl: {obey_robots: maybe}", 'config.yaml:1: crawl.obey_robots: "maybe" should be true or false'),
    ("crawl: [a]", "config.yaml:1: crawl: ['a'] should be a mapping of keys; write {key: value}"),
    ("crawl: {allow_networks: 127.0.0.0/8}", 'config.yaml:1: crawl.allow_networks: "127.0.0.0/8" should be a list such as [one, two]; write [127.0.0.0/8]'),
    ("analysis: {engine: opnai}", "config.yaml:1: analysis.engine: \"opnai\" is none of builtin, openai; did you mean \"openai\"?"),
    ("analysis: {model: x}", "config.yaml:1: analysis.model: has no meaning without engine: openai"),
    ("analysis: {max_age: 1d}", "config.yaml:1: analysis.max_age: has no meaning without engine: openai"),
    ("analysis: {engine: openai, base_url: 'http://127.0.0.1:1/v1'}", "config.yaml:1: analysis.engine: openai needs a model; write model: and its name, see docs/models.md"),
    ("analysis: {engine: openai, model: m}", "config.yaml:1: analysis.engine: openai needs a base_url or an api_key; see docs/models.md"),
    ("analysis: {engine: openai, model: m, api_key: k, timeout: 2h}", "config.yaml:1: analysis.timeout: 2h is out of bounds; an answer may take 1s to 30m"),
    ("analysis:\n terms:\n  companies: [x]", 'config.yaml:3: analysis.terms.companies[0]: "x" is no name; it begins with a letter, has 2 to 60 characters, and no | or ; in it'),
    ("analysis:\n terms:\n  people:\n  - {zh: 林一, alos: [x]}", 'config.yaml:4: analysis.terms.people[0].alos: unknown key; did you mean "also"?'),
    ("analysis: {terms: {peple: [林一]}}", 'config.yaml:1: analysis.terms.peple: unknown key; did you mean "people"?'),
    ("analysis: {terms: {people: [{also: [林一]}]}}", "config.yaml:1: analysis.terms.people[0]: a name needs zh or en"),
    ("sources: ['name：x']", 'config.yaml:1: sources[0]: "name：x" should be a mapping of keys; '
        "a key needs a colon and a blank after it (a Chinese ： does not count)"),
    ("database: 'postgresql+psycopg://h:99999/x'", "config.yaml:1: database: is no address: Port out of range 0-65535"),
    ("sources: {a: b}", "config.yaml:1: sources: {'a': 'b'} should be a list such as [one, two]; begin each entry with a - and a blank"),
    ("sources: [x]", 'config.yaml:1: sources[0]: "x" should be a mapping of keys; write each as an entry with keys, such as - {name: …, url: x}'),
    ("aliases: {'a b': [x]}", 'config.yaml:1: aliases.a b: "a b" is no name for an alias; use letters, digits, _ . and -'),
    ("crawl: {concurrency: .inf}", 'config.yaml:1: crawl.concurrency: ".inf" should be a whole number'),
    ("crawl: {user_agent: true}", 'config.yaml:1: crawl.user_agent: true should be a text; put it in quotes'),
    ("aliases: {a: [x, '@a']}", "config.yaml:1: aliases.a: @a stands for itself; take it out of the circle"),
    ("aliases: {abc: [x], b: ['@abd']}", 'config.yaml:1: aliases.b[0]: there is no alias @abd; did you mean "abc"?'),
    ("aliases: {abc: [x], b: ['＠ａｂｄ']}", 'config.yaml:1: aliases.b[0]: there is no alias ＠ａｂｄ; did you mean "abc"?'),
    ("aliases: {abc: [x, '＠ａｂｃ']}", "config.yaml:1: aliases.abc: @abc stands for itself; take it out of the circle"),
    ("channels: [{name: x, url: nonsense}]", "config.yaml:1: channels[0].url: a channel address begins with its scheme, for example console:// or feishu://TOKEN"),
    ("channels: [{name: x}]", "config.yaml:1: channels[0].url: is missing"),
    ("crawl: {websub: {calback: 'https://a.example/'}}", "config.yaml:1: crawl.websub.calback: unknown key; did you mean \"callback\"?"),
    ("crawl: {websub: {callback: 'https://a.example/', listen: '0.0.0.0:1'}}", 'config.yaml:1: crawl.websub.listen: "0.0.0.0:1" is no address of this machine; write 127.0.0.1:9464'),
    ("crawl: 1\ncrawl: 2", "config.yaml:2: crawl: the key is here twice, first in line 1; remove one of them"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), ONE_LINE)
def test_a_mistake_is_a_sentence_with_place_fault_and_cure(tmp_path: Path, text: str, said: str) -> None:
    assert said in mistakes(tmp_path, text)


SOURCE = [
    ("kind: feeed", 'kind: "feeed" is no kind of source; there are auto, api, feed, listing, sitemap'),
    ("evry: 15m", 'evry: unknown key; did you mean "every"?'),
    ("links: a, kind: feed", "links: is a key of kind listing, and this source is of kind feed"),
    ("link: b, links: a, kind: listing", "link: is a key of kind api, and this source is of kind listing"),
    ("lnks: a", 'lnks: unknown key; did you mean "links"?'),
    ("every: 5m, cron: '* * * * *'", "cron: both every and cron say when to poll; keep one of them"),
    ("cron: '0 8 30 2 *'", 'cron: "0 8 30 2 *" never comes'),
    ("match: '('", 'match: "(" is no regular expression: a ( is never closed; for the sign itself write \\('),
    ("headers: {Host: x}", 'headers: "Host" is set by Zhixun itself'),
    ("render: maybe", """render: "maybe" is none of true, false, list"""),
    ("tags: AI", 'tags: "AI" should be a list such as [one, two]; write [AI]'),
    ("body: [1]", "body: [1] should be text or a mapping of keys"),
]


@pytest.mark.parametrize(("keys", "said"), SOURCE)
def test_each_key_of_a_source_is_checked(tmp_path: Path, keys: str, said: str) -> None:
    told = mistakes(tmp_path, f"sources:\n - {{name: a, url: 'https://a.cn/', {keys}}}\n")
    assert told == [f"config.yaml:2: sources[0].{said}"]


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("library", "the browser library is not installed; pip install 'zhixun[render]'"),
        ("browser", "Chromium is not installed; on Debian: apt-get install chromium"),
    ],
)
def test_what_a_browser_needs_is_named_with_its_cure(
    tmp_path: Path, lacks: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.config.values.find_spec", lambda _name: None if lacks == "library" else 1)
    monkeypatch.setattr("shutil.which", lambda name: None if lacks == "browser" else f"/usr/bin/{name}")
    keys = ["render: list", "render: true, enabled: false", "render: false"]
    sources = "".join(f" - {{name: s{number}, url: 'https://a.cn/', {key}}}\n" for number, key in enumerate(keys))
    assert mistakes(tmp_path, f"sources:\n{sources}") == [f"config.yaml:2: sources[0].render: {said}"]


@pytest.mark.parametrize(
    ("keys", "path"), [("kind: listing, links: 'a['", "links"), ("kind: api, items: 'a['", "items"), ("links: 'a >> b'", "links")]
)
def test_selectors_are_compiled(tmp_path: Path, keys: str, path: str) -> None:
    (told,) = mistakes(tmp_path, f"sources:\n - {{name: a, url: 'https://a.cn/', {keys}}}\n")
    assert told.startswith(f"config.yaml:2: sources[0].{path}: ")


RULE = [
    ("query: '(a'", "query: this ( is never closed (at character 1)"),
    ("query: a, keywords: [b]", "query: a rule needs query or keywords, one of the two"),
    ("channels: [desk]", "query: a rule needs query or keywords, one of the two"),
    ("keywords: [a, '、']", "keywords[1]: nothing of '、' is left to look for: it has no letter, digit or sign (at character 1)"),
    ("keywords: [a, '@abc']", "keywords[1]: there is no alias \"@abc\"; for these letters themselves write '\"@abc\"'"),
    ("keywords: ['＠ａｂｃ']", "keywords[0]: there is no alias \"＠ａｂｃ\"; for these letters themselves write '\"＠ａｂｃ\"'"),
    ("keywords: ['@abc 上海']", 'keywords[0]: there is no alias "@abc 上海"; for these letters'),
    ("keywords: ['-@abc']", 'keywords[0]: "-@abc" is not a word to look for; write query: with NOT a'),
    ("keywords: [＋技术]", 'keywords[0]: "＋技术" is not a word to look for; write query: with a AND b'),
    ("keywords: [＃技术]", 'keywords[0]: "＃技术" is not a word to look for; write query: with a word alone'),
    ("keywords: [——广告]", 'keywords[0]: "——广告" is not a word to look for; write query: with NOT a'),
    ("query: a, channels: [dsk]", 'channels[0]: there is no channel "dsk"; did you mean "desk"?'),
    ("query: a, channels: []", "channels: must not be empty"),
    ("query: a, sources: [tag:b]", 'sources[0]: no source has the tag "b"; did you mean "tag:bb"?'),
    ("query: a, sources: [alfa]", 'sources[0]: there is no source "alfa"; did you mean "alpha"?'),
    ("query: 'source:beta', sources: [alpha]", "name: r can never match: its query wants source:beta, its sources are alpha"),
    ("query: '@abc'", "query: no alias @abc in the configuration (at character 1)"),
    ("query: 'a AND NOT a'", None),
    ("query: a, send: weekly", 'send: "weekly" is no way to send; write instant, hourly, "daily 08:30" or "weekly mon 08:30"'),
    ("query: a, send: weekly someday 08:30", 'send: "weekly someday 08:30" is no way to send'),
    ("query: a, send: weekly mon 25:00", 'send: "25:00" is no time of day'),
    ("query: a, quiet: 7-22", 'quiet: "7" is no time of day; write for example 08:30'),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "said"), RULE)
def test_each_key_of_a_rule_is_checked(tmp_path: Path, keys: str, said: str | None) -> None:
    rest = "" if "channels" in keys else ", channels: [desk]"
    text = f"rules:\n - {{name: r, {keys}{rest}}}\nsources: [{{name: alpha, url: 'https://a.cn/', tags: [bb]}}]\n"
    (told,) = mistakes(tmp_path, text + "channels: [{name: desk, url: 'console://'}]")
    assert told.startswith("config.yaml:2: rules[0]." + (said or "query: "))


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
crawl: {dely: 1s, per_host: 0}
channels:
  - {name: desk, url: "foo://x"}
sources:
  - {name: a, url: "ftp://x", every: 1h, cron: "x"}
  - {name: a, url: "https://a.cn/"}
rules:
  - {name: r, query: "(a", channels: [dsk], max_age: 3}
"""
    told = [line.split(": ")[0] + " " + line.split(": ")[1] for line in mistakes(tmp_path, text)]
    assert told == [
        "config.yaml:1 crawl.dely",
        "config.yaml:1 crawl.per_host",
        "config.yaml:3 channels[0].url",
        "config.yaml:5 sources[0].url",
        "config.yaml:5 sources[0].cron",
        "config.yaml:5 sources[0].cron",
        "config.yaml:6 sources[1].name",
        "config.yaml:8 rules[0].query",
        "config.yaml:8 rules[0].channels[0]",
        "config.yaml:8 rules[0].max_age",
    ]


@pytest.mark.parametrize("section", ["sources", "rules", "channels"])
def test_a_name_is_given_once(tmp_path: Path, section: str) -> None:
    entry = {"sources": "url: 'https://a.cn/'", "rules": "query: a, channels: [x]", "channels": "url: 'console://'"}[section]
    told = mistakes(tmp_path, f"{section}:\n - {{name: x, {entry}}}\n - {{name: x, {entry}}}\n")
    assert f'config.yaml:3: {section}[1].name: "x" is already the name in line 2; give each its own' in told


LAUGHS = "a: &a [1]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefgh"))
UNREADABLE: list[tuple[str | bytes, str]] = [
    ("", "config.yaml: the file is empty"),
    ("# only a comment\n", "config.yaml: the file is empty"),
    ("- a\n", "config.yaml:1: the file is no mapping of keys such as `sources:`"),
    ("crawl:\n\tdelay: 1s", "config.yaml:2: no valid YAML: while scanning for the next token found character '\\t' that cannot start any token; "
        "YAML indents with blanks: replace the tab"),
    ("rules:\n - query: \"a\" AND b", "config.yaml:2: no valid YAML"),
    ("a: @x", "config.yaml:1: no valid YAML"),
    ("a: *x", "config.yaml:1: no valid YAML"),
    ("a: [1", "config.yaml:1: no valid YAML"),
    ("sources：\n  - a: b", 'config.yaml:1: after "sources" stands a full-width colon'),
    ("timezone: 上海".encode("gbk"), "config.yaml:1: byte 0xC9 is no UTF-8; save the file as UTF-8"),
    (b"a: 1\nb: \x00", "config.yaml:2: the control character U+0000 is not allowed"),
    ("a: &x [*x]", "config.yaml:1: x holds itself, by *x; write out what is meant"),
    (b'database: "\\ud800"', "config.yaml:1: database: half a character"),
    ("a: " + "[" * 5000, "config.yaml"),
    (LAUGHS, "config.yaml:"),
    (b"#" * 21 * 2**20, "config.yaml: is larger than 2 MB; is this the right file?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), UNREADABLE)
def test_a_file_that_is_no_configuration_is_refused_with_a_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert mistakes(tmp_path, text)[0].startswith(said)


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "a\0b", "x" * 300])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / name, {})


def test_merge_keys_carry_what_sources_share(tmp_path: Path) -> None:
    text = "sources:\n - &base {name: a, url: 'https://a.cn/', every: 1h, tags: [x]}\n - {<<: *base, name: b}\n"
    assert [(source.name, source.tags, source.every) for source in read(tmp_path, text).sources] == [
        ("a", ("x",), timedelta(hours=1)),
        ("b", ("x",), timedelta(hours=1)),
    ]


def test_a_key_without_a_value_counts_as_left_out(tmp_path: Path) -> None:
    assert (
        read(
            tmp_path, "crawl:\n  delay:\nrules:\n#  - name: x\nsources:\n - {name: a, url: 'https://a.cn/', tags: , links: }\n"
        ).crawl
        == Config().crawl
    )


# ---- nothing else is ever raised

KEYS = st.sampled_from("name url kind every cron query channels sources tags links items match << evry body".split(" "))
SCALARS = st.sampled_from(
    "sqlite:///x postgresql+psycopg://h:99999/x foo://x ftp://x https://h:99999".split(" ")
    + "a auto api 15m '' ~ 1 1e999 true '*' https://a.cn/ ${X} ${Y:-} ${ '@a' tag:x 0x_ 2026-01-01 !!int\\ a console:// '/(/'".split(" ")
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(KEYS, inner, max_size=4).map(lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}")
    ),
    max_leaves=12,
)
SECTIONS = st.sampled_from([*Config.model_fields, "x"])
FILES = st.lists(st.tuples(SECTIONS, VALUES), max_size=6).map(
    lambda rows: "\n".join(f"{key}: {value}" for key, value in rows).encode()
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | FILES)
@example("a\U00011500: 1".encode())  # a key that does not print
def test_whatever_the_bytes_there_is_a_configuration_or_a_config_error(tmp_path: Path, body: bytes) -> None:
    config, told = Config(), []
    try:
        config = read(tmp_path, body, {"X": "xxxx"})
    except ConfigError as error:
        told = [mistake.message for mistake in error.mistakes]
    assert all(message and message.isprintable() for message in told)
    assert Ruleset(config.compiled_rules()).match(Record("", "", ""), ()) == ()
    assert examples(config) == []
    assert "" not in config.secrets()
    assert (changes(Config(), config) == []) == (config == Config())


# ---- what is shipped and documented

ROOT = Path(__file__).parents[4]


def test_the_shipped_configuration_is_right_and_its_examples_hold() -> None:
    config = load(ROOT / "config.yaml", {})
    assert examples(config) == []
    assert len(config.sources) >= 30
    assert all(rule.should_match and rule.should_not_match for rule in config.rules)
    assert [channel.url for channel in config.channels] == ["console://"]


def test_the_schema_says_what_each_key_means() -> None:
    made = schema()
    described: list[dict[str, Any]] = [made, *made["$defs"].values()]
    for part in described:
        for key, what in part["properties"].items():
            assert what.get("description"), (part["title"], key)
    assert made["additionalProperties"] is False
    assert {"links", "items"} <= set(made["$defs"]["SourceConfig"]["properties"])


# ---- channels from the environment, templates

TREND = TOKEN | {
    "WEWORK_WEBHOOK_URL": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k3y-k3y-k3y",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T000/B000/sl4ck-t0ken",
}


def test_channels_of_the_environment_may_be_named_by_rules(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD.replace("channels: [desk], send", "channels: [desk, wecom], send"), TREND)
    assert [channel.name for channel in config.channels] == ["desk", "wecom", "slack"]
    assert "k3y-k3y-k3y" in config.secrets()
    assert "sl4ck-t0ken" in config.secrets()


def test_a_channel_of_the_file_goes_before_one_of_the_environment(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD + '  - {name: wecom, url: "console://"}\n', TREND)
    assert [channel.url for channel in config.channels if channel.name == "wecom"] == ["console://"]


def test_without_channels_in_the_file_those_of_the_environment_are_there(tmp_path: Path) -> None:
    text = GOOD.partition("channels:\n  - {name: desk")[0].replace("[desk]", "[slack]")
    assert [channel.name for channel in read(tmp_path, text, TREND).channels] == ["wecom", "slack"]


def test_a_variable_that_is_no_address_is_left_out(tmp_path: Path) -> None:
    broken = TOKEN | {
        "EMAIL_FROM": "me",
        "EMAIL_TO": "x",
        "TELEGRAM_BOT_TOKEN": "no token",
        "SLACK_WEBHOOK_URL": "https://hooks/",
    }
    names = [channel.name for channel in read(tmp_path, GOOD, broken).channels]
    assert "desk" in names
    assert "slack" not in names


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("$titel", '$titel is nothing that a message has; did you mean "title"?'),
        ("$${Rule}s", '$Rule is nothing that a message has; did you mean "rule"?'),
        ("5 $", "a $ stands before a name; for a $ itself write $$"),
    ],
)
def test_a_template_that_names_nothing_is_refused(tmp_path: Path, template: str, said: str) -> None:
    text = GOOD.replace('none-at-all}"}', f"none-at-all}}\", template: '{template}'}}")
    assert mistakes(tmp_path, text) == [f"config.yaml:{GOOD.count(chr(10))}: channels[0].template: {said}"]
