"""TrendRadar: a headline meets a rule here exactly where it passes the words there; what cannot come is named by line."""

import re

import pytest

from jobs.migrate import trendradar
from jobs.migrate.moved import MoveError
from tests.unit.jobs.migrate.moving import foreign, hits, lost, taken

WORDS = """\
# 说明
[GLOBAL_FILTER]
招聘
/直播(带货)?/

[WORD_GROUPS]
[国产模型]
星河
Lumen
+发布
@5

ai
!gai
人工智能

苹果
!水果

/岚图(3|4)|harbor-?light/ => 岚图
\x20\x20
RISC-V 芯片

+芯片
+出口
"""
TITLES = (
    "星河发布新模型", "星河开源新模型", "LUMEN 今日发布新一代芯片", "lumens发布", "人工智能新政", "An email from the AI desk", "said",
    "GAI与人工智能", "苹果发布会", "苹果和水果", "农业：水果降价", "岚图3上线", "岚图2上线", "Harborlight raises money", "芯片出口管制",
    "芯片价格", "出口增长", "risc-v 芯片量产", "RISC-V芯片量产", "招聘：星河发布", "直播带货人工智能", "天气转冷", "", "人工智能直播",
)  # fmt: skip


class Theirs:
    """The other system's own way, as its documents and code have it: lower case, anywhere in the title."""

    def __init__(self, text: str) -> None:
        self.groups: list[tuple[list[str], list[str]]] = []
        self.out: list[str] = []
        section = ""
        for block in re.split(r"\n\n", text):
            lines = [line.strip() for line in block.split("\n") if line.strip() and not line.strip().startswith("#")]
            if lines and lines[0] in ("[GLOBAL_FILTER]", "[WORD_GROUPS]"):
                section, lines = lines[0], lines[1:]
            if section == "[GLOBAL_FILTER]":
                self.out += lines
                continue
            lines = lines[1:] if lines and lines[0].startswith("[") else lines
            self.out += [line[1:] for line in lines if line[0] == "!"]
            plain = [line for line in lines if line[0] not in "!+@"]
            required = [line[1:] for line in lines if line[0] == "+"]
            if plain or required:
                self.groups.append((plain, required))

    @staticmethod
    def _stands(word: str, title: str) -> bool:
        word = word.split("=>", maxsplit=1)[0].strip()
        cut = re.fullmatch(r"/(.+)/[a-z]*", word)
        return bool(re.search(cut[1], title, re.IGNORECASE)) if cut else word.lower() in title

    def passes(self, title: str) -> bool:
        title = title.lower()
        if not title.strip() or any(self._stands(word, title) for word in self.out):
            return False
        return any(
            all(self._stands(word, title) for word in required)
            and (not plain or any(self._stands(word, title) for word in plain))
            for plain, required in self.groups
        )


@pytest.mark.parametrize("words", [WORDS, WORDS.replace("\n", "\r\n"), "﻿" + WORDS])
def test_a_headline_meets_a_rule_where_it_passes_the_words(words: str) -> None:
    config, _ = taken(trendradar.read([foreign("frequency_words.txt", words)]))
    theirs = Theirs(WORDS)
    assert {title: bool(hits(config, title)) for title in TITLES} == {title: theirs.passes(title) for title in TITLES}


def test_groups_become_rules_named_as_they_are_shown_and_look_in_titles_alone() -> None:
    config, _ = taken(trendradar.read([foreign("words.txt", WORDS)]))
    assert [rule.name for rule in config.rules] == ["国产模型", "ai / 人工智能", "苹果", "岚图 / RISC-V 芯片", "芯片 / 出口"]
    assert config.rules[0].digest_size == 5
    assert hits(config, "天气转冷", text="星河发布人工智能") == set()


def test_what_cannot_be_looked_for_is_named_with_its_line_and_widens_no_rule() -> None:
    text = "江湾\n/(?<=a)b/\n\n滨江\n+/(?!x)y/\n\n@3\n\n[GLOBAL_FILTER]\n+广告\n\n[WORD_GROUPS]\n云港\n@many"
    moved = trendradar.read([foreign("w.txt", text)])
    config, _ = taken(moved)
    assert [rule.name for rule in config.rules] == ["江湾", "云港"]
    assert [line for line, _ in lost(moved)] == [2, 5, 10, 14, 4]


def test_no_group_is_no_rule() -> None:
    moved = trendradar.read([foreign("w.txt", "# nothing\n\n[GLOBAL_FILTER]\n广告\n")])
    assert moved.rules == ()
    assert lost(moved)


CONFIG = """\
report: {mode: incremental, max_news_per_keyword: 4}
notification:
  push_window: {enabled: true, time_range: {start: "20:00", end: "22:00"}, once_per_day: true}
  WEBHOOKS
platforms: PLATFORMS
rss:
  feeds:
    - {id: a, name: 江湾科技, url: "https://jw.example/rss", max_age_days: 1}
    - {id: b, name: 江湾科技, url: "https://jw.example/two", enabled: false}
    - {id: c, name: odd, url: "ftp://x"}
weight: {rank_weight: 0.6}
plugins: [x]
"""
OLD = 'webhooks: {feishu_url: "https://open.feishu.cn/open-apis/bot/v2/hook/abcd1234efgh", ntfy_topic: "", email_from: ""}'
NEW = 'channels: {feishu: {webhook_url: "https://open.feishu.cn/open-apis/bot/v2/hook/abcd1234efgh"}, slack: {webhook_url: "nonsense"}}'


@pytest.mark.parametrize(
    ("hooks", "platforms"), [(OLD, '[{id: "p1", name: 热榜一}]'), (NEW, '{enabled: true, sources: [{id: "p1", name: 热榜一}]}')]
)
def test_the_configuration_of_old_and_new_versions_gives_sources_channels_and_manners(hooks: str, platforms: str) -> None:
    text = CONFIG.replace("WEBHOOKS", hooks).replace("PLATFORMS", platforms)
    moved = trendradar.read([foreign("config.yaml", text), foreign("w.txt", "江湾")])
    config, decided = taken(moved)
    assert [(row.name, row.kind, row.enabled) for row in config.sources] == [
        ("热榜一", "api", True), ("江湾科技", "feed", True), ("江湾科技 2", "feed", False),
    ]  # fmt: skip
    assert "id=p1" in config.sources[0].url
    assert [row.url for row in config.channels] == ["feishu://abcd1234efgh"]
    rule = config.rules[0]
    assert (str(rule.send), rule.digest_size, rule.channels) == ("daily 20:00", 4, ("feishu",))
    left = lost(decided)
    assert {8, 10, 11, 12} <= {line for line, _ in left}
    assert any("slack" in what for _, what in left) == (hooks is NEW)
    assert not any("abcd1234" in what for _, what in left)


def test_another_yaml_is_refused() -> None:
    with pytest.raises(MoveError, match="platforms"):
        trendradar.read([foreign("compose.yaml", "services: {}")])
    with pytest.raises(MoveError, match=r"config\.yaml:1"):
        trendradar.read([foreign("config.yaml", "rss: [")])
