"""Tables as they are printed: they fit, say what to do when they are empty, and name the zone of their times."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from jobs.cli.console import out, say, table
from jobs.cli.main import app
from tests import press

CONFIG = """\
database: sqlite:///zhixun.db
timezone: Asia/Shanghai
sources:
  - {name: quay, url: 'https://quay.example/feed.xml'}
rules:
  - name: models
    channels: [desk]
    query: >-
      大模型
      OR "language model"

      OR LLM
channels:
  - {name: desk, url: 'console://'}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    assert run(tmp_path, "db", "upgrade").exit_code == 0
    return tmp_path


def run(folder: Path, *words: str):
    return CliRunner().invoke(app, ["-c", str(folder / "config.yaml"), *words])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("records", "list"), "`zhixun run` reads the news"),
        (("records", "list", "--source", "quay"), "no record is like that"),
        (("records", "search", "大模型"), "no record is like that"),
        (("alerts", "list"), "`zhixun rules test NAME` shows"),
        (("alerts", "list", "--state", "dead"), "`zhixun alerts list` shows all"),
        (("users", "list"), "`zhixun users add NAME` makes an owner"),
    ],
)
def test_an_empty_list_says_what_to_do_and_prints_nothing(folder: Path, words: tuple[str, ...], says: str) -> None:
    done = run(folder, *words)
    assert (done.exit_code, done.stdout, says in done.stderr) == (0, "", True)
    assert run(folder, *words, "--json").output == ""


def test_a_rule_is_one_line_however_its_query_is_written(folder: Path) -> None:
    lines = run(folder, "rules", "list").stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("models ")


def test_an_alert_that_is_not_there_is_not_sent_again(folder: Path) -> None:
    assert run(folder, "alerts", "retry").exit_code == 0
    wrong = run(folder, "alerts", "retry", "#0009")
    assert (wrong.exit_code, "no alert #0009" in wrong.stderr) == (2, True)


def test_an_export_that_cannot_be_written_says_why(folder: Path) -> None:
    gone = folder / "gone" / "x.csv"
    done = run(folder, "records", "export", "--format", "csv", "--to", str(gone))
    assert (done.exit_code, done.stderr.replace("\n", "")) == (1, f"{gone} cannot be written: No such file or directory")


@pytest.mark.parametrize(("word", "says"), [("openia", 'did you mean "openai"'), ("zzzzzzzz", "there are: cctv-tech")])
def test_a_bare_word_that_is_no_source_of_the_catalogue_is_not_asked_for_as_a_host(folder: Path, word: str, says: str) -> None:
    done = run(folder, "sources", "add", word)
    assert (done.exit_code, says in done.stderr) == (2, True), done.stderr


def test_an_alert_is_one_line_with_its_rule_and_what_became_of_it(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    press.opened(tmp_path / "zhixun.db").close()
    lines = run(tmp_path, "alerts", "list").stdout.splitlines()
    assert lines[0].split() == ["alert", "raised", "rule", "deliveries", "title"]
    assert len(lines) == 9
    assert any("desk dead" in line and "融资与芯片" in line for line in lines)


def test_the_zone_of_the_times_is_named_beside_a_table(folder: Path) -> None:
    assert "times: Asia/Shanghai" in run(folder, "rules", "list").stderr


def test_a_list_has_few_columns_and_all_of_them_when_asked(folder: Path) -> None:
    (folder / "records.jsonl").write_text(
        json.dumps({"title": "港城发布大模型", "link": "https://q.example/1", "text": "新闻。" * 30})
    )
    assert run(folder, "records", "import", str(folder / "records.jsonl")).exit_code == 0
    assert run(folder, "records", "list").stdout.split()[:4] == ["id", "published", "source", "title"]
    assert "keywords" in run(folder, "records", "list", "--wide").stdout.splitlines()[0]


def test_a_rule_is_explained_by_two_words(folder: Path) -> None:
    (folder / "records.jsonl").write_text(
        json.dumps({"title": "港城发布大模型", "link": "https://q.example/1", "text": "新闻。" * 30})
    )
    run(folder, "records", "import", str(folder / "records.jsonl"))
    done = run(folder, "rules", "explain", "models", "1")
    assert (done.exit_code, done.stdout.startswith("match")) == (0, True)
    assert done.stdout == run(folder, "rules", "explain", "--rule", "models", "--record", "1").stdout


def test_a_flag_takes_no_value_in_the_help() -> None:
    for words in (["--help"], ["records", "--help"], ["records", "list", "--help"]):
        assert "<bool>" not in CliRunner().invoke(app, words).output


def narrow(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """A terminal of so many columns, whatever it had when the console was made."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(out, "_width", columns)


def test_a_table_fits_80_columns_also_with_han(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    narrow(monkeypatch, 80)
    table(("alert", "raised", "title"), [("#00A7", "2026-11-29 20:08", "港城发布大模型" * 12)])
    assert all(len(line) + sum(ch > "\u2e7f" for ch in line) <= 80 for line in capsys.readouterr().out.splitlines())


def test_a_table_of_too_many_columns_is_told_row_by_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch, 44)
    headings = [f"heading{n}" for n in range(6)]
    table(headings, [[f"港湾实验室 {n}" for n in range(6)], ["a", None, "c", "d", "e", "f"]])
    lines = capsys.readouterr().out.splitlines()
    assert all(cell_len(line) <= 44 for line in lines)
    assert lines[0].startswith("heading0 港湾实验室 0")
    assert all("…" not in line for line in lines)
    assert lines[-1].endswith("heading5 f")


def test_advice_in_a_table_goes_on_below_and_is_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch, 40)
    table(("what", "says"), [("disk", "nearly full: remove old backups, or give it more room"), ("时钟", "正常")], whole=True)
    lines = capsys.readouterr().out.splitlines()
    assert all(cell_len(line) <= 40 for line in lines)
    assert " ".join(" ".join(lines[1:-1]).split()) == "disk nearly full: remove old backups, or give it more room"
    assert lines[2].startswith("      ")


def test_an_emoji_by_name_in_a_title_stays_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    say("GPU prices :fire: again")
    assert capsys.readouterr().out == "GPU prices :fire: again\n"
