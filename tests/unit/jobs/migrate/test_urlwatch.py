"""urlwatch: jobs become sources, cuts become links, lines become rules; what runs commands stays behind."""

import pytest

from jobs.migrate import urlwatch
from jobs.migrate.moved import MoveError
from tests.unit.jobs.migrate.moving import foreign, hits, lost, taken

JOBS = """\
# jobs of mine
name: Lamp news
url: https://lamp.example/news/
filter:
  - css: "div.posts > h2 a"
  - html2text
  - strip
---
name: uptime
command: uptime
---
#name: away
#url: https://away.example/
---
name: 江湾公告
url: "https://jw.example/list#first"
tags: 本地
filter:
  - xpath: //ul[@id="notices"]/li
  - grep: "发布|(?i)release"
  - grepi: 招聘
---
url: https://feeds.example/atom.xml
filter:
  - css: {selector: "item > title", method: xml}
enabled: false
---
name: asked
url: https://api.example/search
data: {q: llm, page: 1}
headers: {X-Site: a}
cookies: {sid: abcdefgh}
filter: [format-json]
https_proxy: socks5://p
---
name: version
url: https://v.example/
filter:
  - grep: (?<=v)\\d
  - shellpipe: sort
---
name: old form
url: https://old.example/
filter: element-by-class:news-box,html2text
---
name: purge
url: https://p.example/
method: PURGE
"""


def test_jobs_become_sources() -> None:
    config, decided = taken(urlwatch.read([foreign("urls.yaml", JOBS)]))
    made = {row.name: (row.kind, row.options.get("links"), row.tags) for row in config.sources}
    assert made == {
        "Lamp news": ("listing", "div.posts > h2 a", ("urlwatch",)),
        "江湾公告": ("listing", 'ul[id="notices"] > li', ("本地",)),
        "feeds.example": ("feed", None, ("urlwatch",)),
        "asked": ("api", None, ("urlwatch",)),
        "version": ("auto", None, ()),
        "old form": ("listing", '[class="news-box"] a', ("urlwatch",)),
    }
    asked = next(row for row in config.sources if row.name == "asked")
    assert asked.body == "q=llm&page=1"
    assert asked.headers["Cookie"] == "sid=abcdefgh"
    assert [row.enabled for row in config.sources].count(False) == 1
    assert [line for line, _ in lost(decided)] == [9, 34, 39, 40, 46]


def test_lines_that_are_kept_or_dropped_are_a_rule_of_that_source_and_the_rest_is_told_whole() -> None:
    config, _ = taken(urlwatch.read([foreign("urls.yaml", JOBS)]))
    assert [rule.name for rule in config.rules] == ["江湾公告", "urlwatch"]
    assert hits(config, "发布新模型", "江湾公告") == {"江湾公告"}
    assert hits(config, "发布招聘信息", "江湾公告") == set()
    assert hits(config, "天气", "江湾公告") == set()
    assert hits(config, "天气", "Lamp news") == {"urlwatch"}
    assert hits(config, "天气", "version") == set()


def test_a_page_that_needs_a_browser_is_read_without_where_none_is(monkeypatch: pytest.MonkeyPatch) -> None:
    job = foreign("u.yaml", "navigate: https://js.example/\nname: js\n")
    for lacks, rendered, left in ((None, True, 0), (("Chromium", "x"), False, 1)):
        monkeypatch.setattr("jobs.services.first_hour.migrate.browser_lacks", lambda lacks=lacks: lacks)
        config, decided = taken(urlwatch.read([job]))
        assert config.sources[0].render is rendered
        assert decided.lost == left


def test_what_is_no_yaml_is_refused_with_its_line() -> None:
    with pytest.raises(MoveError, match=r"u\.yaml:4"):
        urlwatch.read([foreign("u.yaml", "url: https://a.example/\n---\nname: b\nurl: [")])
    with pytest.raises(MoveError, match="empty"):
        urlwatch.read([foreign("u.yaml", "")])
