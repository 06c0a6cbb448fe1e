"""The command line as a user meets it: exit codes, JSON Lines, the round trip of the text layout."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = """\
database: sqlite:///{folder}/zhixun.db
sources:
  - {{name: nowhere, url: 'http://127.0.0.1:9/feed.xml', every: 1h}}
rules:
  - name: 大模型
    query: '大模型 NOT 招聘'
    channels: [file]
    should_match: ["江湾发布大模型"]
    should_not_match: ["大模型岗位招聘"]
channels:
  - {{name: file, url: 'file://{folder}/alerts.jsonl'}}
"""
RECORD = """\
标题: 江湾发布大模型
链接: https://example.org/2026/1.html
总结:
江湾市发布大模型“岚图”。
关键词: 大模型，江湾
AI技术: 大语言模型。
行业: 教育, 金融
重大事件摘要: 这篇文章报道了一件事：

1. **发布大模型**：江湾市发布大模型“岚图”。
"""


def zhixun(
    folder: Path, *arguments: str, stdin: str = "", config: str | None = CONFIG, **env: str
) -> subprocess.CompletedProcess[str]:
    path = folder / "config.yaml"
    if config is not None:
        path.write_text(config.format(folder=folder), "utf-8")
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"PYTHONPATH": str(ROOT)} | env
    return subprocess.run(
        [sys.executable, "-m", "jobs", "-c", str(path), *arguments],
        input=stdin, capture_output=True, text=True, cwd=folder, env=env, timeout=60, check=False,
    )  # fmt: skip


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_check_passes_a_sound_configuration(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "check")
    assert (done.returncode, "all well" in done.stdout) == (0, True), done.stderr


def test_an_invalid_configuration_is_exit_code_3_with_every_mistake(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "check", config="sources:\n  - name: a\n    url: ftp://x\n    evry: 1h\nrules: 5\n")
    assert done.returncode == 3
    assert 'did you mean "every"' in done.stderr
    assert len([line for line in done.stderr.splitlines() if "config.yaml:" in line]) >= 3


def test_a_failing_example_is_exit_code_3(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "check", config=CONFIG.replace("江湾发布大模型", "江湾开会"))
    assert done.returncode == 3
    assert "江湾开会" in done.stderr


@pytest.mark.parametrize("arguments", [("no-such-verb",), ("parse",), ("rules", "explain"), ("records", "show", "99")])
def test_wrong_usage_is_exit_code_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    zhixun(tmp_path, "db", "upgrade")
    assert zhixun(tmp_path, *arguments).returncode == 2


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_shell_has_closed_keeps_no_command_from_its_work(tmp_path: Path, closed: str) -> None:
    zhixun(tmp_path, "db", "upgrade")
    command = f"{sys.executable} -m jobs -c {tmp_path}/config.yaml db backup {tmp_path}/copy.db {closed}"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("day", ["", "soon", "0001-01-01", "9999-12-31T23:59:59-14:00", "2026-02-30"])
def test_a_day_that_is_none_deletes_nothing(tmp_path: Path, day: str) -> None:
    (tmp_path / "one.txt").write_text(RECORD, "utf-8")
    zhixun(tmp_path, "records", "import", str(tmp_path / "one.txt"))
    assert zhixun(tmp_path, "records", "prune", "--older-than", day, "--yes", TZ="Asia/Shanghai").returncode == 2
    assert len(rows(zhixun(tmp_path, "records", "list", "--json"))) == 1


def test_a_level_of_the_log_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "check", LOG_LEVEL="loud")
    assert (done.returncode, "LOUD is no level" in done.stderr) == (2, True), done.stderr


def test_run_once_says_what_failed_and_goes_on(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "run", "--once")
    assert done.returncode == 1
    assert "1 failed" in done.stderr
    assert "nowhere" in done.stderr


def test_the_text_layout_comes_back_as_it_went(tmp_path: Path) -> None:
    (tmp_path / "record.txt").write_text(RECORD, "utf-8")
    assert zhixun(tmp_path, "records", "import", "record.txt").returncode == 0
    again = zhixun(tmp_path, "records", "import", "record.txt")
    assert "0 records imported, 1 already known" in again.stdout
    (tmp_path / "out.txt").write_text(zhixun(tmp_path, "records", "export", "--format", "text").stdout, "utf-8")
    second = tmp_path / "second"
    second.mkdir()
    zhixun(second, "records", "import", str(tmp_path / "out.txt"))
    keys = ("title", "link", "text", "keywords", "ai_technologies", "industries", "events", "opening")
    first, back = (rows(zhixun(place, "records", "export", "--format", "jsonl"))[0] for place in (tmp_path, second))
    assert {key: first[key] for key in keys} == {key: back[key] for key in keys}
    assert first["ai_technologies"] == ["大语言模型"]
    assert [(each["headline"], each["detail"]) for each in first["events"]] == [("发布大模型", "江湾市发布大模型“岚图”。")]


def test_search_and_back_test_use_the_language_of_the_rules(tmp_path: Path) -> None:
    (tmp_path / "record.txt").write_text(RECORD, "utf-8")
    zhixun(tmp_path, "records", "import", "record.txt")
    assert len(rows(zhixun(tmp_path, "records", "search", "--json", "大語言模型 OR 岚图"))) == 1
    assert rows(zhixun(tmp_path, "records", "search", "--json", "招聘")) == []
    assert "1 of 1 record of" in zhixun(tmp_path, "rules", "test", "大模型").stdout


def archive(folder: Path, *titles: str) -> None:
    records = [{"title": title, "link": f"https://s{n}.example/{n}.html", "text": f"{n}" * 60} for n, title in enumerate(titles)]
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    done = zhixun(folder, "records", "import", "records.jsonl")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("form", ["jsonl", "csv", "markdown", "text", "xlsx", "parquet"])
def test_an_export_that_is_asked_wrongly_leaves_what_was_there(tmp_path: Path, form: str) -> None:
    archive(tmp_path, "江湾发布大模型")
    (tmp_path / "old").write_text("precious", "utf-8")
    for asked in (("--query", "("), ("--rule", "nobody")):
        done = zhixun(tmp_path, "records", "export", "--format", form, "--to", "old", *asked)
        assert (done.returncode, done.stdout) == (2, "")
        assert (tmp_path / "old").read_text("utf-8") == "precious"
    if form not in ("xlsx", "parquet"):
        assert zhixun(tmp_path, "records", "export", "--format", form, "--query", "(").stdout == ""


def test_an_export_takes_the_place_of_the_file_it_is_named_after(tmp_path: Path) -> None:
    archive(tmp_path, "江湾发布大模型")
    (tmp_path / "kept").write_text("old", "utf-8")
    (tmp_path / "kept").chmod(0o640)
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    assert zhixun(tmp_path, "records", "export", "--to", "link").returncode == 0
    assert ("江湾" in (tmp_path / "kept").read_text("utf-8"), (tmp_path / "link").is_symlink()) == (True, True)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o640
    assert "江湾" in zhixun(tmp_path, "records", "export", "--to", "/dev/stdout").stdout
    assert not list(tmp_path.glob(".*.part"))


def test_a_back_test_tells_alerts_messages_and_the_difference_to_an_older_query(tmp_path: Path) -> None:
    archive(
        tmp_path,
        "OpenAI acquires Windsurf for $3 billion",
        "OpenAI 以 30 亿美元收购 Windsurf",
        "江湾发布大模型",
        "江湾大模型招聘",
    )
    done = zhixun(tmp_path, "rules", "test", "大模型", "--query", "OpenAI OR 大模型", "--against", "大模型 NOT 招聘", "--json")
    figures, *alerts = rows(done)
    assert (figures["records"], figures["matches"], figures["alerts"], figures["messages"]) == (4, 4, 3, {"file": 3})
    assert (figures["only_in_new"], figures["only_in_old"], figures["in_both"]) == ([4, 2, 1], [], [3])
    assert (alerts[0]["title"], alerts[0]["tellers"]) == ("OpenAI acquires Windsurf for $3 billion", [2])
    shown = zhixun(tmp_path, "rules", "test", "大模型").stdout
    assert "1 of 4 records of the last 30d match: 1 alert" in shown
    assert "file: 1 message\n" in shown


def test_the_demo_loses_nothing_and_leaves_an_archive_to_try_rules_on(tmp_path: Path) -> None:
    done = zhixun(tmp_path, "demo", "--pace", "0.2", "--keep", "newsroom", config=None)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "25 records stored.\n8 alerts arrived" in done.stdout
    tried = zhixun(tmp_path / "newsroom", "rules", "test", "大模型", config=None).stdout
    assert "5 of 10 records of the last 30d match: 4 alerts, 1 later teller" in tried
    again = zhixun(tmp_path, "demo", "--keep", "newsroom", config=None)
    assert (again.returncode, "name a new folder" in again.stderr) == (2, True)


def test_a_piped_table_is_whole_and_a_narrow_terminal_cuts_the_widest_cells(tmp_path: Path) -> None:
    archive(tmp_path, "江湾" + "发布大模型" * 30)
    assert "江湾" + "发布大模型" * 30 in zhixun(tmp_path, "records", "list").stdout
    narrow = zhixun(tmp_path, "records", "list", COLUMNS="80").stdout
    assert "…" in narrow
    assert len(narrow.splitlines()) == 2


def test_the_way_of_a_record_is_told_step_by_step(tmp_path: Path) -> None:
    archive(tmp_path, "江湾发布大模型")
    told = zhixun(tmp_path, "rules", "explain", "--rule", "大模型", "--record", "1").stdout
    assert [line.split()[0] for line in told.splitlines()[-5:]] == ["source", "age", "story", "leaving", "alert"]
    assert "the first of its story; the rule folds events" in told


def test_explain_says_why_and_its_exit_code_says_whether(tmp_path: Path) -> None:
    hit = zhixun(tmp_path, "rules", "explain", "--query", "AI", "--text", "国产AI大模型发布")
    miss = zhixun(tmp_path, "rules", "explain", "--query", "AI", "--text", "He said the email failed")
    assert (hit.returncode, miss.returncode) == (0, 1)
    assert "国产AI大模型发布" in hit.stdout


def test_explain_speaks_json_with_the_same_exit_codes(tmp_path: Path) -> None:
    archive(tmp_path, "江湾发布大模型")
    done = zhixun(tmp_path, "rules", "explain", "--rule", "大模型", "--record", "1", "--json")
    [row] = rows(done)
    assert (done.returncode, row["explanation"]["matched"], row["journey"]["story"]) == (0, True, 1)  # type: ignore[index]
    missed = zhixun(tmp_path, "rules", "explain", "--query", "AI", "--text", "email", "--json")
    assert (missed.returncode, rows(missed)[0]["journey"]) == (1, None)


@pytest.mark.parametrize("page", ["saved.html", "pages/saved", "saved"])
def test_a_file_that_is_not_there_is_not_looked_for_on_the_web(tmp_path: Path, page: str) -> None:
    done = zhixun(tmp_path, "parse", page, config=None)
    assert (done.returncode, "--url" in done.stderr) == (2, True)


def test_parse_batch_answers_in_order_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    page = "<html><head><title>江湾发布大模型</title></head><body><h1>江湾发布大模型</h1>" + "".join(
        f"<p>江湾市今天发布大模型，第{n}段写明它能做什么，由谁使用，花了多少钱，以及接下来的安排。</p>" for n in range(5)
    )
    (tmp_path / "page.html").write_text(page, "utf-8")
    questions = [
        {"url": "https://example.org/1.html", "html": page},
        {"url": "https://example.org/2.html", "file": "page.html"},
        {"url": "https://example.org/3.html", "file": "missing.html"},
        {"url": "https://example.org/4.html", "html": ""},
    ]
    done = zhixun(tmp_path, "parse", "--batch", stdin="".join(json.dumps(q) + "\n" for q in questions), config=None)
    answers = rows(done)
    assert done.returncode == 0, done.stderr
    assert [bool(answer.get("error")) for answer in answers] == [False, False, True, True]
    assert [answer["title"] for answer in answers[:2]] == ["江湾发布大模型"] * 2
    assert [answer["url"] for answer in answers[2:]] == ["https://example.org/3.html", "https://example.org/4.html"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"url": 5}', '"url": "https://…"'),
        ('{"url": "https://example.org/1"}', '"file": "…"'),
        ('{"html": "<p>"}', '"url": "https://…"'),
        ('["https://example.org/1"]', '"url": "https://…"'),
        ('{"url": "https://example.org/1", "html": 5}', '"url": "https://…"'),
        ('{"url": "ftp://example.org/1", "html": "<p>"}', "no web address"),
        ('{"url": "https://example.org/1", "file": "gone.html"}', "gone.html: No such file or directory"),
        ("[" * 100_000, "recursion"),
        ("hello", "no JSON"),
    ],
)
def test_a_line_of_a_batch_that_asks_nothing_is_told_in_words(tmp_path: Path, line: str, said: str) -> None:
    done = zhixun(tmp_path, "parse", "--batch", stdin=line + "\n", config=None)
    (answer,) = rows(done)
    assert done.returncode == 1, "nothing could be read"
    assert said in str(answer["error"])
    assert "Error(" not in str(answer["error"])


def test_a_page_was_served_on_the_web(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>", "utf-8")
    done = zhixun(tmp_path, "parse", "a.html", "--url", "ftp://example.org/a.html", config=None)
    assert (done.returncode, "no web address" in done.stderr) == (2, True)


def test_an_imported_record_is_of_the_web_and_of_the_past(tmp_path: Path) -> None:
    well = {"title": "江湾", "link": "https://s.example/1", "published": "2026-01-01T00:00:00Z"}
    wrong = [{"link": "ftp://s.example/2"}, {"published": "2999-01-01T00:00:00Z"}, {"first_seen": "2999-01-01T00:00:00+08:00"}]
    lines = [well, *(well | {"link": f"https://s.example/{n}"} | one for n, one in enumerate(wrong, 3))]
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    done = zhixun(tmp_path, "records", "import", "records.jsonl")
    assert (done.returncode, "1 record imported, 0 already known, 3 broken" in done.stdout) == (1, True), done.stdout
    assert "no web address" in done.stderr
    assert "published: 2999-01-01T00:00:00+00:00 is still to come" in done.stderr
    (tmp_path / "records.txt").write_text("标题: 江湾\n链接: ftp://s.example/5\n总结: 一句\n", "utf-8")
    assert zhixun(tmp_path, "records", "import", "records.txt").returncode == 1


def test_status_and_healthcheck_before_and_without_a_daemon(tmp_path: Path) -> None:
    for verb in ("status", "healthcheck"):
        done = zhixun(tmp_path, verb)
        assert (done.returncode, "there is no archive yet at" in done.stderr) == (1, True)
    assert not list(tmp_path.glob("*.db")), "reading makes nothing"
    zhixun(tmp_path, "db", "upgrade")
    assert "never seen" in zhixun(tmp_path, "status").stdout
    assert zhixun(tmp_path, "healthcheck").returncode == 1


def test_backup_is_a_database(tmp_path: Path) -> None:
    zhixun(tmp_path, "db", "upgrade")
    done = zhixun(tmp_path, "db", "backup", str(tmp_path / "copy.db"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copy.db").read_bytes().startswith(b"SQLite format 3")


def test_the_schema_is_json(tmp_path: Path) -> None:
    assert json.loads(zhixun(tmp_path, "config", "schema").stdout)["title"]


@pytest.mark.shared
def test_the_first_record_of_all(tmp_path: Path) -> None:
    shared = Path(os.environ.get("ZHIXUN_SHARED", ROOT.parent / "shared"))
    if not (shared / "example_page.html").exists():
        pytest.skip("the page that started it all is not here")
    link = "https://news.cctv.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4190820"
    done = zhixun(tmp_path, "parse", str(shared / "example_page.html"), "--url", link, "--format", "json", config=None)
    record = rows(done)[0]
    zhixun(tmp_path, "records", "import", str(shared / "example_record.txt"))
    seed = rows(zhixun(tmp_path, "records", "export"))[0]
    assert (record["title"], record["link"]) == (seed["title"], seed["link"]) == (record["title"], link)
    assert record["keywords"] == seed["keywords"] == ["人工智能", "上海", "高质量发展"]
    body = "".join(str(seed["text"]).split()).removeprefix("原标题：")
    assert "".join(str(record["text"]).split()) == body


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A daemon that asks a server which never answers, and its configuration."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = CONFIG.replace("127.0.0.1:9", f"127.0.0.1:{silent.getsockname()[1]}")
        config += 'crawl: {{allow_networks: ["127.0.0.0/8"]}}\n'
        path = tmp_path / "config.yaml"
        path.write_text(config.format(folder=tmp_path), "utf-8")
        command = [sys.executable, "-m", "jobs", "-c", str(path), "run"]
        running = subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
        )
        with running:
            silent.accept()[0].detach()  # it is at work
            yield running, path
            running.kill()


def _says(running: subprocess.Popen[str], words: str) -> str:
    """The next line of the log that holds these words."""
    assert running.stderr is not None
    return next(line for line in running.stderr if words in line)


def test_a_missing_export_leaves_no_database(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"database: sqlite:///{tmp_path}/new.db\n", "utf-8")
    done = zhixun(tmp_path, "db", "import", "gone.json")
    assert done.returncode == 1
    assert "gone.json cannot be opened" in done.stderr
    assert not (tmp_path / "new.db").exists()


@pytest.mark.timeout(60)
def test_a_second_signal_ends_the_daemon_at_once(daemon: tuple[subprocess.Popen[str], Path]) -> None:
    running, _ = daemon
    running.terminate()
    _says(running, "event=stopping")
    running.terminate()
    assert running.wait(5) == 128 + signal.SIGTERM


@pytest.mark.timeout(60)
def test_a_broken_reload_keeps_the_old_configuration_and_names_the_mistake(daemon: tuple[subprocess.Popen[str], Path]) -> None:
    running, path = daemon
    sound = path.read_text("utf-8")
    path.write_text(sound.replace("every: 1h", "every: often"), "utf-8")
    assert "often" in _says(running, "the old one stays")
    path.write_text(sound.replace("every: 1h", "every: 2h"), "utf-8")
    assert "nowhere" in _says(running, "configuration read again")
