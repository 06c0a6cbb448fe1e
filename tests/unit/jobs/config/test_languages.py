"""Mistakes of the configuration in Chinese: the same places, the same number, fault and cure in the reader's language."""

import pytest

from crawler.i18n import speaking
from jobs.config.load import ConfigError, load

BASE = "sources:\n  - {name: pier, url: 'https://pier.example/', EXTRA}\nrules:\n  - {name: r, query: QUERY, channels: [desk]}\nchannels:\n  - {name: desk, url: 'console://'}\n"
MISTAKES = [
    ("every: soon", "'港口'", "不是时长；写法如"),
    ("kind: fedd", "'港口'", "不是来源种类；可用"),
    ("evry: 5m", "'港口'", '未知的配置项；是不是 "every"？'),
    ("enabled: 是", "'港口'", "应为 true 或 false；请写 true"),
    ("tags: one", "'港口'", "应为列表"),
    ("cron: '* *'", "'港口'", "cron 需要五段"),
    ("every: 5m, cron: '* * * * *'", "'港口'", "every 和 cron 重复"),
    ("every: 5m", "'港口 OR ('", "缺少内容（第"),
    ("every: 5m", "'NOT 港口'", "只写了排除什么"),
    ("every: 5m", "'港口 and 船'", "AND 要大写"),
    ("every: 5m", "'港口 AND @ships'", "没有别名 @ships"),
    ("every: 5m", "'“港口'", "引号没有闭合"),
]


def _mistakes(text, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load(file, {})
    return raised.value.mistakes


@pytest.mark.parametrize(("extra", "query", "chinese"), MISTAKES)
def test_a_mistake_is_told_in_the_language_of_the_reader_at_the_same_place(extra, query, chinese, tmp_path):
    text = BASE.replace("EXTRA", extra).replace("QUERY", query)
    english = _mistakes(text, tmp_path)
    with speaking("zh"):
        told = _mistakes(text, tmp_path)
        assert chinese in "\n".join(map(str, told))
    assert sorted((one.line, one.column) for one in told) == sorted((one.line, one.column) for one in english)
    assert not any("一" <= sign <= "鿿" for one in english for sign in one.cure)
