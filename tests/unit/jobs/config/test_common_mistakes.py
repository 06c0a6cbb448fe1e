"""Mistakes that people make, in Chinese and in English: each is told at its line, with what is wrong and what would be right."""

import re
from datetime import UTC, datetime

import pytest

from crawler.i18n import speaking
from jobs.config.load import ConfigError, failures, parsed, warnings
from jobs.config.yaml_file import read_document
from storage.rules.parser import parse

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SOURCE = "sources:\n  - name: 港城晚报\n    url: https://harbour.example/ai\n    {}\n"
RULE = """\
channels:
  - {{name: desk, url: 'console://'}}
  - {{name: 值班群, url: 'console://'}}
sources:
  - {{name: 港城晚报, url: 'https://harbour.example/ai', tags: [本地]}}
  - {{name: quay-news, url: 'https://quay.example/', tags: [labs]}}
rules:
  - {{name: r, {}}}
"""
KEYWORDS = "keywords: [大模型], channels: [desk], "
MISTAKES = [  # what is written, the line that is told, words of the fault, words of the cure
    # ---- signs of an input method
    ("timezone：Asia/Shanghai\ncrawl:\n  delay: 1s\n", 1, "full-width colon", "write timezone:"),
    ("crawl:\n  delay: 1s\n  timeout：30s\n", 3, "full-width colon", "write timeout:"),
    ("sources:\n  - name：港城晚报\n    url: https://harbour.example/\n", 2, "full-width colon", "write name:"),
    ("sources:\n  - name: a\n    url：https://a.example/\n    every: 5m\n", 3, "full-width colon", "write url:"),
    ("timezone：Asia/Shanghai\n", 1, "full-width colon", "write timezone:"),
    ("rules:\n  - name: r\n    query: “title: 大模型”\n", 3, "full-width quote “", 'write " or'),
    ("sources:\n  - name: a\n    url: “https://a.example/”\n", 3, "no web address", '“ (write ")'),
    ("sources:\n\u3000- name: a\n    url: https://a.example/\n", 2, "full-width or no-break blank", "ASCII blanks"),
    ("sources:\n  - name: a\n    url: https：//a.example/\n", 3, "no web address", "： (write :)"),
    (SOURCE.format("every: １５m"), 4, "no duration", "１ (write 1)"),
    (RULE.format(KEYWORDS + "quiet: '22：00-07：00'"), 8, "no time of day", "： (write :)"),
    (RULE.format("keywords: [大模型], channels: [desk，值班群]"), 8, "there is no channel", "， (write ,)"),
    (RULE.format(KEYWORDS + "sources: ['tag：本地']"), 8, "there is no source", "： (write :)"),
    ("channels:\n  - {name: a, url: 'feishu：//token'}\n", 2, "begins with its scheme", "： (write :)"),
    # ---- values in the wrong language
    ("timezone: 北京\n", 1, "no time zone", "Asia/Shanghai"),
    (SOURCE.format("every: 15分钟"), 4, "no duration", "write 15m"),
    (SOURCE.format("enabled: 是"), 4, "should be true or false", "write true"),
    (SOURCE.format("enabled: 停用"), 4, "should be true or false", "write false"),
    (SOURCE.format("kind: 列表"), 4, "no kind of source", "listing"),
    (SOURCE.format("启用: true"), 4, "unknown key", "enabled"),
    ("来源:\n  - name: a\n", 1, "unknown key", "sources"),
    (RULE.format(KEYWORDS + "send: 每天 08:30"), 8, "no way to send", "daily 08:30"),
    (RULE.format(KEYWORDS + "send: daily 8点半"), 8, "no time of day", "08:30"),
    (RULE.format(KEYWORDS + "quiet: 22点-7点"), 8, "no time of day", "08:30"),
    (RULE.format(KEYWORDS + "max_age: 三天"), 8, "no duration", "write 3d"),
    ("crawl:\n  max_page_size: 十兆\n", 2, "no size", "10MB"),
    ("crawl:\n  user_agent: 知讯\n", 2, "no user agent", "ASCII"),
    ("crawl:\n  concurrency: 很多\n", 2, "should be a whole number", ""),
    (SOURCE.format("cron: 每小时"), 4, "cron needs five", "*/10"),
    # ---- another shape than is wanted
    ("sources: https://weir.example/feed\n", 1, "should be a list", "- {name: …, url: https://weir.example/feed}"),
    ("sources:\n  - https://weir.example/feed\n", 2, "should be a mapping", "- {name: …, url: https://weir.example/feed}"),
    (
        "channels:\n  desk: console://\n  mail: smtp://mail.weir.example:25\n",
        1,
        "a mapping (desk, mail …) should be a list",
        "begin each entry with a -",
    ),
    ("sources:\n  - name: a\n    url:https://a.example/\n    every: 5m\n", 3, "simple key", "a colon and a blank"),
    ("channels:\n  - {name: desk, url: 'feishu://${TOKEN'}\n", 2, "${ is never closed", "write ${NAME}"),
    ("aliases: [机器人, robot]\n", 1, "should be a mapping", "{key: value}"),
    ("rules:\n  - name: r\n    query: 'chips AND (wafer\n    channels: [desk]\n", 3, "end of stream", "never closed"),
    ("sources:\n  - name: a\n   url: https://a.example/\n", 3, "no valid YAML", "right below each other"),
    # ---- what other programs call it
    ("timezone: UTC+08:00\n", 1, "no time zone", "Asia/Shanghai"),
    ("timezone: GMT-5\n", 1, "no time zone", "Etc/GMT+5"),
    ("timezone: new york\n", 1, "no time zone", "America/New_York"),
    (SOURCE.format("kind: Atom"), 4, "no kind of source", "write feed"),
    (SOURCE.format("kind: 网页"), 4, "no kind of source", "write listing"),
    (RULE.format("query: 机器人 或者 robot, channels: [desk]"), 8, "for either write OR", ""),
    (RULE.format("query: 机器人 并且 工厂, channels: [desk]"), 8, "for both write AND", ""),
    (SOURCE.format("kind: listing\n    links: 'li a['"), 5, "no CSS selector", "div.list li a"),
    (SOURCE.format("kind: api\n    items: 'rows[?'"), 5, "no JMESPath", "data.list[*]"),
    (
        "channels:\n  - {name: m, url: 'smtps://me:pw@mail.example:465?from=a@b.example'}\n",
        2,
        "to (addresses in to=",
        "write it like",
    ),
    # ---- names that do not exist
    (RULE.format(KEYWORDS + "sources: [港城日报]"), 8, "there is no source", '"港城晚报"'),
    (RULE.format(KEYWORDS + "sources: ['tag:本地的']"), 8, "no source has the tag", '"tag:本地"'),
    (RULE.format(KEYWORDS + "sources: [Quay]"), 8, "there is no source", '"quay-news"'),
    (RULE.format(KEYWORDS + "sources: ['tag:lab']"), 8, "no source has the tag", '"tag:labs"'),
    (RULE.format("keywords: [大模型], channels: [值斑群]"), 8, "there is no channel", '"值班群"'),
    (RULE.format("keywords: [大模型], channels: [phone]"), 8, "there is no channel", "there are: desk, 值班群"),
    ("channels:\n  - {name: a, url: 'fieshu://token'}\n", 2, "no channel speaks fieshu", '"feishu"'),
    (RULE.format("query: 'titel:模型', channels: [desk]"), 8, "no field titel", "title:"),
    ("source:\n  - name: a\n", 1, "unknown key", '"sources"'),
    # ---- shapes
    (SOURCE.format("tags: 本地，科技"), 4, "should be a list", "write [本地, 科技]"),
    (RULE.format("keywords: 大模型、芯片, channels: [desk]"), 8, "should be a list", "write [大模型, 芯片]"),
    (RULE.format("keywords: [大模型], channels: desk"), 8, "should be a list", "write [desk]"),
    ("sources:\n  name: a\n  url: https://a.example/\n", 1, "should be a list", "begin each entry with a -"),
    ("sources:\n  - name: a\n    url: https://a.example/\n  -name: b\n", 4, "no blank stands between", "write - name:"),
    ("sources:\n\t- name: a\n", 2, "no valid YAML", "replace the tab"),
    ("database: mysql://desk@localhost/news\n", 1, "neither an SQLite file nor", "sqlite:///"),
    ("crawl:\n  allow_networks: [192.168.1]\n", 2, "no network", "10.0.0.0/8"),
    (SOURCE.format("every: 15"), 4, "has no unit", '"15m"'),
    (RULE.format("query: '（大模型 OR LLM', channels: [desk]"), 8, "never closed", ""),
    (RULE.format("query: 'NOT 招聘', channels: [desk]"), 8, "what must not occur", "say what to look for"),
    (RULE.format("keywords: ['!招聘'], channels: [desk]"), 8, "not a word to look for", "NOT a"),
    # ---- what YAML offers
    ("sources:\n  - <<: *usual\n", 2, "undefined alias", "nothing above is marked with &"),
    ("sources:\n  - name: a\n    tags: &all [x, *all]\n", 3, "all holds itself", "write out"),
    ("sources:\n  ＊ name: a\n    url: https://a.example/\n", 2, "an entry begins with ＊", "write -"),
    ("crawl:\n  ＃ politely: twice\n  delay: 1s\n", 2, "full-width ＃", "write #"),
    ("usual: &usual {every: 1h}\n", 1, "unknown key", "x-…"),
    ("log: {}\n---\nlog: {}\n", 2, "another document", "remove the line"),
    # ---- at another place, of another type
    (SOURCE.format("channels: [desk]"), 4, "unknown key", "at the left margin"),
    (SOURCE.format("quiet: 22:00-07:00"), 4, "unknown key", "it stands under rules"),
    ("obey_robots: true\n", 1, "unknown key", "it stands under crawl"),
    ("web: 8080\n", 1, "should be a text", "write 127.0.0.1:8080"),
    ("web: {port: 8080}\n", 1, "should be a text", "write 127.0.0.1:8480"),
    ("rules:\n  - {name: r, query: [芯片, robot], channels: [desk]}\n", 2, "should be a text", "keywords: [芯片, robot]"),
    (SOURCE.format("every: adaptive\n    weight: 0"), 5, "too small", "more than 0"),
    # ---- times as other programs and people write them
    (SOURCE.format("every: 两小时"), 4, "no duration", "write 2h"),
    (SOURCE.format("every: 半小时"), 4, "no duration", "write 30m"),
    (SOURCE.format("every: PT1H30M"), 4, "no duration", "write 1h30m"),
    (SOURCE.format("every: '01:30:00'"), 4, "no duration", "write 1h30m"),
    (SOURCE.format("every: 20 minutes"), 4, "no duration", "write 20m"),
    (SOURCE.format("every: 二十五分"), 4, "no duration", "write 25m"),
    (SOURCE.format("cron: '@daily'"), 4, "cron needs five", 'write "0 0 * * *"'),
    (SOURCE.format("cron: '0 0/5 9-18 ? * MON-FRI'"), 4, "has 6 fields", 'write "0/5 9-18 * * MON-FRI"'),
    (SOURCE.format("cron: '*/5 * ? * *'"), 4, "does not fit the day", "write *"),
    (SOURCE.format("cron: '61 * * * *'"), 4, '"61" does not fit the minute', "0-59"),
    # ---- expressions
    (SOURCE.format("match: '/(?!tag)'"), 4, "looks ahead or behind", "which addresses are wanted"),
    (SOURCE.format("match: '*.html'"), 4, "nothing stands before *", "write .*"),
    (SOURCE.format("match: 'news[0-9'"), 4, "a [ is never closed", r"write \["),
    (RULE.format("query: '/open(source/', channels: [desk]"), 8, "a ( is never closed", r"write \("),
    # ---- addresses and places
    ("timezone: 东京\n", 1, "no time zone", "Asia/Tokyo"),
    ("timezone: EDT\n", 1, "no time zone", "America/New_York"),
    ("channels:\n  - {name: s, url: 'slack://hooks.quay.example/services/A/B/C'}\n", 2, "path (the three parts", "slack://T000"),
    ("sources:\n  - ｛name: a, url: https://a.example/｝\n", 2, "full-width ｛", "write [ or {"),
    ('{"sources": [}\n', 1, "found '}'", "a value is missing"),
    ("channels:\n  - {name: m, url: 'mailto:desk@quay.example'}\n", 2, "begins with its scheme", "smtps://"),
    ("", 0, "the file is empty", "zhixun init"),
    # ---- what is there for another program
    ("timezone: !env TZ\n", 1, 'the tag "!env" has no meaning', "${NAME}"),
    ("aliases: !include aliases.yaml\n", 1, 'the tag "!include" has no meaning', "${NAME}"),
    ("log: {timezone: !!python/name:os.system }\n", 1, "has no meaning", "${NAME}"),
    ("database: postgresql+psycopg://desk@h/news?sslmod=require\n", 1, 'knows no option "sslmod"', '"sslmode"'),
    # ---- what can never work, or says nothing
    (SOURCE.format("kind: api\n    link_template: 'https://harbour.example/{id'"), 5, "has no field of an item", "{id}.html"),
    (SOURCE.format("kind: api\n    link_template: https://harbour.example/"), 5, "has no field of an item", "{id}.html"),
    (SOURCE.format("link: url\n    link_template: 'https://harbour.example/{id}'"), 5, "both link and link_template", "keep one"),
    (RULE.format("query: 'source:quay-new AND 大模型', channels: [desk]"), 8, "none fits source:quay-new", '"quay-news"'),
    (RULE.format("query: 'tag:lab (大模型 OR 芯片)', channels: [desk]"), 8, "none fits tag:lab", '"labs"'),
    (RULE.format("query: 'source:a 大模型 OR source:/b+/', channels: [desk]"), 8, "none fits source:a", "there are: 港城晚报"),
    (RULE.format("query: 'source:quay-news tag:本地', channels: [desk]"), 8, "this can never match: of the sources", ""),
    (RULE.format("query: 'source:quay-news', sources: ['tag:本地'], channels: [desk]"), 8, "none fits source:quay-news", ""),
    (RULE.format(KEYWORDS + "sources: []"), 8, "must not be empty", "leave the key out"),
    (RULE.format(KEYWORDS + "max_age: 0s"), 8, "no article is so young", "3d"),
    ("analysis: {engine: openai, model: m, api_key: k, max_age: 0m}\n", 1, "no article is so young", "3d"),
    (RULE.format(KEYWORDS + "stories: off, again_when: 3"), 8, "has no meaning with stories: off", ""),
    ("channels:\n  - {name: f, url: 'file://alerts.jsonl', template: $title}\n", 2, "file sends JSON", ""),
    ("channels:\n  - {name: w, url: 'webhook+https://a.example/', template: $title}\n", 2, "webhook sends JSON", ""),
    ("web: false\n", 1, "false should be a text", "write null"),
    ("metrics: true\n", 1, "true should be a text", "write 127.0.0.1:8480"),
    (RULE.format("keywords: [null, 大模型], channels: [desk]"), 8, "keywords[0]: null should be a text", "take the entry out"),
    (SOURCE.format("tags:\n      -\n      - 本地"), 5, "tags[0]: null should be a text", "take the entry out"),
    # ---- two at one address
    ("web: 127.0.0.1:9464\nmetrics: 127.0.0.1:9464\n", 2, "web listens at", "another port"),
    ("metrics: 127.0.0.1:8480\n", 1, "web listens at", "another port"),
    ("metrics: 127.0.0.1:8402\ncrawl: {websub: {callback: 'https://quay.example/h'}}\n", 2, "metrics listens at", "another port"),
]


@pytest.mark.parametrize(("text", "line", "fault", "cure"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_at_its_line_with_its_cure(text: str, line: int, fault: str, cure: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(read_document("config.yaml", text.encode(), {}), {})
    told = [str(mistake) for mistake in caught.value.mistakes]
    place = f"config.yaml:{line}: " if line else "config.yaml: "
    assert any(one.startswith(place) and fault in one and cure in one for one in told), told


def test_a_chinese_quote_in_a_sentence_is_not_blamed_for_another_fault() -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:2: no valid YAML"):
        parsed(read_document("config.yaml", "rules:\n  - name: 港城说“你好”: x: y\n".encode(), {}), {})


def test_a_failing_example_is_told_at_its_own_line() -> None:
    text = RULE.format(KEYWORDS + "should_match: ['江湾发布大模型',\n    '江湾开会']")
    config = parsed(read_document("config.yaml", text.encode(), {}), {})
    ((path, failure),) = failures(config)
    told = config.place_of(path) + failure
    assert told.startswith("config.yaml:9: rule r: '江湾开会' should match and does not")


def test_a_full_width_comma_between_keywords_is_warned_of() -> None:
    config = parsed(read_document("config.yaml", RULE.format("keywords: [大模型，芯片], channels: [desk]").encode(), {}), {})
    assert any("'大模型，芯片' as one phrase" in warning for warning in warnings(config, NOW))


@pytest.mark.parametrize("written", ["$WECOM_KEY", "%WECOM_KEY%", "$(pass show WECOM_KEY)", "{{ WECOM_KEY }}", "<WECOM_KEY>"])
def test_what_another_program_would_fill_in_is_warned_of(written: str) -> None:
    config = parsed(read_document("c.yaml", f"channels:\n  - {{name: c, url: 'wecom://{written}'}}\n".encode(), {}), {})
    assert [line for line in warnings(config, NOW) if "a variable is written ${" in line]


def test_a_dollar_within_a_password_is_not_warned_of() -> None:
    plain = parsed(read_document("c.yaml", b"channels:\n  - {name: c, url: 'webhook+https://me:a$b@c.example/x'}\n", {}), {})
    assert warnings(plain, NOW) == []


@pytest.mark.parametrize(
    "text", ["a: [1, 2\nb: 3\n", "a: {x: 1\n", "a: 'open\n", "a: b: c\n", "a: %x\n", "a: @x\n", "a:\n\tb: 1\n", "a: *x\n"]
)
def test_what_yaml_refuses_is_told_in_chinese_too(text: str) -> None:
    with speaking("zh"), pytest.raises(ConfigError) as found:
        parsed(read_document("c.yaml", text.encode(), {}), {})
    assert re.findall(r"[a-z]{3,} [a-z]{3,}", str(found.value)) == []


def test_a_word_that_joins_terms_may_be_looked_for_alone_and_in_quotes() -> None:
    for query in ("或", '"或" 者', "和平 机器人"):
        parse(query, {})


def test_a_key_that_begins_with_x_holds_what_is_used_again() -> None:
    text = "x-usual: &usual {every: 1h, tags: [本地]}\nsources:\n  - {<<: *usual, name: a, url: 'https://a.example/'}\n"
    assert parsed(read_document("c.yaml", text.encode(), {}), {}).sources[0].tags == ("本地",)


def test_signs_of_an_input_method_are_told_with_all_other_mistakes() -> None:
    text = "timezone：Asia/Shanghay\nsources:\n  －name: a\n    url：https://a.example/\n    every: soon\n"
    with pytest.raises(ConfigError) as caught:
        parsed(read_document("c.yaml", text.encode(), {}), {})
    assert [one.line for one in caught.value.mistakes] == [1, 1, 3, 4, 5]


@pytest.mark.parametrize(("text", "line", "fault", "cure"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_in_chinese_whole(text: str, line: int, fault: str, cure: str) -> None:
    with speaking("zh"), pytest.raises(ConfigError) as caught:
        parsed(read_document("config.yaml", text.encode(), {}), {})
    told = re.sub(r"[\"'`(（][^\"'`]*[\"'`)）]|—|[a-z]+://\S+|可用：.*|- \{.*", "", str(caught.value))
    assert re.findall(r"[a-z]{3,} [a-z]{3,} [a-z]{2,}", told) == []
