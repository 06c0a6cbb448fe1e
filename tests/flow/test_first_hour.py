"""The first hour as a new user meets it: the guide, on a pipe and with flags alone."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from jobs.config.load import load
from tests.flow.test_cli import rows, zhixun


def test_the_guide_asks_and_writes_what_was_answered(tmp_path: Path) -> None:
    answers = "zh\n1, 自动驾驶\n星河智算，岚图\n\n\n"
    done = zhixun(tmp_path, "init", stdin=answers, config=None)
    assert done.returncode == 0, done.stderr
    config = load(tmp_path / "config.yaml", {})
    assert [rule.name for rule in config.rules] == ["大语言模型", "自动驾驶", "我的关键词"]
    assert "zhixun" in done.stdout.partition("接下来")[2]


def test_the_guide_asks_again_what_it_cannot_understand(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "init", stdin="fr\nen\nhumanoid robbot\nhumanoid robot\n\nx\n1\nnope://\nconsole://\n", config=None)
    assert done.returncode == 0, done.stderr
    assert "near it are: humanoid robot" in done.stderr
    assert "x is no number of the list" in done.stderr
    assert [rule.name for rule in load(tmp_path / "config.yaml", {}).rules] == ["humanoid robot"]


def test_flags_alone_ask_nothing_and_a_file_that_is_there_stays(tmp_path: Path) -> None:
    sink = f"file://{tmp_path}/alerts.jsonl"
    flags = ["init", "--yes", "--language", "en", "--word", "Lumen Lab", "--source", "qbitai", "--channel", sink]
    done = zhixun(tmp_path, *flags, config=None)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "alerts.jsonl").read_text("utf-8").count("\n") == 1
    before = (tmp_path / "config.yaml").read_bytes()
    again = zhixun(tmp_path, *flags, config=None, ZHIXUN_LANG="zh_CN.UTF-8")
    assert again.returncode == 1
    assert "已经存在" in again.stderr or "there already" in again.stderr
    assert (tmp_path / "config.yaml").read_bytes() == before
    assert zhixun(tmp_path, *flags, "--force", config=None).returncode == 0


def test_an_unknown_topic_or_source_is_wrong_usage_and_writes_nothing(tmp_path: Path) -> None:
    for flags in (["--topic", "quantum cooking"], ["--source", "qbitay"], ["--channel", "nope://x"], ["--language", "fr"]):
        done = zhixun(tmp_path, "init", "--yes", *flags, config=None)
        assert done.returncode == 2, done.stderr
        assert not (tmp_path / "config.yaml").exists()


def test_a_move_lists_by_line_what_it_left_out_and_says_so_with_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "urls.yaml").write_text("name: lamp\nurl: https://lamp.example/\n---\nname: up\ncommand: uptime\n", "utf-8")
    done = zhixun(tmp_path, "migrate", "urlwatch", "urls.yaml", config=None)
    assert done.returncode == 1, done.stderr
    assert "urls.yaml:4: up: " in done.stdout
    assert [row.name for row in load(tmp_path / "config.yaml", {}).sources] == ["lamp"]
    rows_ = rows(zhixun(tmp_path, "migrate", "urlwatch", "urls.yaml", "--json", config=None))
    assert [(row["line"], row["lost"]) for row in rows_][-1] == (4, True)
    (tmp_path / "urls.yaml").write_text("name: other\nurl: https://other.example/\n", "utf-8")
    assert zhixun(tmp_path, "migrate", "urlwatch", "urls.yaml", "--dry-run", config=None).returncode == 0
    assert len(load(tmp_path / "config.yaml", {}).sources) == 1
    assert zhixun(tmp_path, "migrate", "urlwatch", "nothing.yaml", config=None).returncode == 2


FEED = """<rss version="2.0"><channel><title>x</title><item><title>一条新闻</title><link>https://a.example/1</link></item></channel></rss>"""
CATALOGUE = """\
- name: lamp  # ours
  title: Lamp
  language: en
  entry: {{url: "http://127.0.0.1:{port}/feed.xml", kind: feed, tags: [English]}}
- name: away
  title: Away
  language: en
  entry: {{url: "http://127.0.0.1:{port}/none.xml", kind: feed, tags: [English]}}
"""


def test_the_catalogue_is_asked_and_keeps_what_it_answered(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED, "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        (tmp_path / "mine.yaml").write_text(CATALOGUE.format(port=server.server_port), "utf-8")
        flags = ["catalogue", "check", "--file", "mine.yaml", "--write", "--report", "report"]
        done = zhixun(tmp_path, *flags, config='crawl: {{delay: 20ms, allow_networks: ["127.0.0.0/8"]}}\n')
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 1, done.stderr
    text = (tmp_path / "mine.yaml").read_text("utf-8")
    assert "state: answers, kind: feed, links: 1}" in text
    assert "state: gone}" in text
    assert text.startswith("- name: lamp  # ours\n")
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"catalogue.md", "catalogue.json"}
