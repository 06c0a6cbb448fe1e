"""Help in two languages: each line has its Chinese, and it is looked up when it is shown."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from crawler.i18n import catalogue, speaking
from jobs.cli.language import said
from jobs.cli.main import app
from jobs.cli.verbs import Later

ROOT = Path(__file__).parents[4]


def _verbs(command: Any, path: str = "zhixun") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from _verbs(one.real if isinstance(one, Later) else one, f"{path} {name}")


def _han(text: str) -> bool:
    return any("一" <= sign <= "鿿" for sign in text)


ALL = dict(_verbs(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL)
def test_the_help_of_each_verb_and_of_its_options_stands_in_chinese(path):
    command = ALL[path]
    with speaking("zh"):
        lines = command.help.split("\n\n")
    lines += [param.help for param in command.params if getattr(param, "help", None)]
    assert [line for line in lines if not _han(line) and line not in catalogue()] == []


def test_one_program_shows_help_in_the_language_of_each_caller():
    shown = {}
    for language in ("zh", "en"):
        with speaking(language):
            shown[language] = CliRunner().invoke(app, ["records", "prune", "--help"]).stdout
    assert [word in shown["zh"] for word in ("删除旧记录", "不询问", "Do not ask")] == [True, True, False]
    assert [word in shown["en"] for word in ("Delete old records", "Do not ask", "不询问")] == [True, True, False]


def test_chinese_help_is_folded_not_cut():
    with speaking("zh"):
        shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).stdout
    assert "复的问题时退出码为 1。" in shown


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("No such option: --quary (Possible options: --query)", "没有选项：--quary（相近的有：--query）"),
        ("No such option: --zzz", "没有选项：--zzz"),
        ("Missing argument 'NAME'.", "缺少参数 'NAME'。"),
        ("No such command 'recrods'. Did you mean 'records'?", "没有命令 'recrods'。您是不是要用 'records'？"),
        ("Invalid value: a sentence that nobody translated", "用法有误：a sentence that nobody translated"),
    ],
)
def test_what_typer_says_of_wrong_usage_is_said_in_both_languages(sentence, chinese):
    assert said(sentence) == sentence
    with speaking("zh"):
        assert said(sentence) == chinese


@pytest.mark.parametrize(
    ("wrong", "english", "chinese"),
    [
        ("Input should be greater than or equal to 1", "must be at least 1", "不能小于 1"),
        ("Input should be a valid integer, unable to parse string as an integer", "must be a whole number", "应为整数"),
        ("Value error, 'red' is not one of 'blue'.", "'red' is not one of 'blue'.", "'red' 不在可选值之中：'blue'。"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_as_people_say_it(wrong, english, chinese):
    assert said(f"Invalid value for '--limit': {wrong}") == f"Invalid value for '--limit': {english}"
    with speaking("zh"):
        assert said(f"Invalid value for '--limit': {wrong}") == f"'--limit' 的值无效：{chinese}"


@pytest.mark.parametrize(("lang", "word"), [("zh_CN.UTF-8", "没有命令"), ("C", "No such command")])
def test_the_program_answers_wrong_usage_by_the_locale_with_the_same_exit_code(lang, word):
    environ = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "ZHIXUN_LANG")}
    command = [sys.executable, "-m", "jobs", "sources", "lst"]
    done = subprocess.run(command, cwd=ROOT, env=environ | {"LANG": lang, "PYTHONUTF8": "1"}, capture_output=True, text=True, encoding="utf-8", check=False)  # fmt: skip
    assert done.returncode == 2
    assert word in done.stderr
