"""People and tokens from the command line. No password stands in a command, no secret in a list."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from crawler.errors import ZhixunError
from jobs.cli.main import app

CONFIG = """\
database: sqlite:///{folder}/zhixun.db
rules:
  - {{name: 大模型, query: 大模型, channels: [out]}}
channels:
  - {{name: out, url: 'console://'}}
"""


@pytest.fixture
def zhixun(tmp_path: Path) -> Any:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path), "utf-8")
    return lambda *arguments, stdin="": CliRunner().invoke(app, ["-c", str(path), *arguments], input=stdin)


def rows(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_first_person_is_an_owner_and_the_next_a_viewer(zhixun: Any) -> None:
    for name in ("王", "mara"):
        assert zhixun("users", "add", name, stdin="seven herons 过桥\n").exit_code == 0
    assert [(row["name"], row["role"]) for row in rows(zhixun("users", "list", "--json"))] == [
        ("王", "owner"),
        ("mara", "viewer"),
    ]
    assert zhixun("users", "role", "mara", "editor").exit_code == 0
    assert zhixun("users", "password", "mara", stdin="eleven bridges 夜\n").exit_code == 0
    assert zhixun("users", "remove", "mara").exit_code == 0
    assert [row["name"] for row in rows(zhixun("users", "list", "--json"))] == ["王"]


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["add", "a b"], "seven herons 过桥"),
        (["add", "wang"], "short"),
        (["add", "wang"], ""),
        (["add", "wang", "--role", "boss"], ""),
    ],
)
def test_who_cannot_be_added_is_refused_in_a_sentence(zhixun: Any, arguments: list[str], stdin: str) -> None:
    done = zhixun("users", *arguments, stdin=stdin)
    assert isinstance(done.exception, ZhixunError)
    assert rows(zhixun("users", "list", "--json")) == []


@pytest.mark.parametrize("verb", [["password", "zoe"], ["remove", "zoe"], ["role", "zoe", "owner"]])
def test_a_person_who_is_not_there_is_wrong_usage(zhixun: Any, verb: list[str]) -> None:
    zhixun("users", "add", "mara", stdin="seven herons 过桥\n")
    done = zhixun("users", *verb, stdin="x\n")
    assert (done.exit_code, "mara" in done.output) == (2, True)


def test_a_token_is_shown_once_and_revoked_for_good(zhixun: Any) -> None:
    zhixun("users", "add", "mara", stdin="seven herons 过桥\n")
    made = zhixun("tokens", "add", "phone", "--scope", "feed:大模型").stdout.strip()
    assert made.startswith("zx_")
    (listed,) = rows(zhixun("tokens", "list", "--json"))
    assert (listed["person"], listed["scope"], listed["revoked_at"]) == ("mara", "feed:大模型", None)
    assert made not in str(listed)
    assert zhixun("tokens", "revoke", str(listed["id"])).exit_code == 0
    assert zhixun("tokens", "revoke", str(listed["id"])).exit_code == 2
    assert isinstance(zhixun("tokens", "add", "x", "--scope", "feed:gone").exception, ZhixunError)


def test_verdicts_of_an_archive_without_any_are_no_lines(zhixun: Any) -> None:
    zhixun("users", "add", "mara", stdin="seven herons 过桥\n")
    assert rows(zhixun("verdicts", "export")) == []
    assert "nobody" in zhixun("verdicts", "list").stdout
