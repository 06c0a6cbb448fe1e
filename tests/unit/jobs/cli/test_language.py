"""The language of the command line: `--lang`, then the environment."""

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from crawler.i18n import speaking
from jobs.cli.language import break_han, chosen, said


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        (["--lang", "zh", "status"], {"LANG": "en_GB.UTF-8"}, "zh"),
        (["-c", "x.yaml", "--lang=en", "run"], {"ZHIXUN_LANG": "zh"}, "en"),
        (["status"], {"ZHIXUN_LANG": "zh", "LC_ALL": "C.UTF-8"}, "zh"),
        (["status"], {"ZHIXUN_LANG": "", "LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        (["status"], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        (["status"], {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        (["status"], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {}, "en"),
        (["--lang"], {"LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_flag_is_heard_before_the_environment_and_there_the_first_that_is_set(arguments, environ, language):
    assert chosen(arguments, environ) == language


def test_a_choice_that_is_none_is_told_whole_in_chinese() -> None:
    with speaking("zh"):
        assert said("Invalid value for '--shape': Value error, 'cube' is not one of 'ball', 'rod'.") == (
            "'--shape' 的值无效：'cube' 不在可选值之中：'ball', 'rod'。"
        )
        assert said("Missing argument 'SHAPE'. Choose from:\n\tball,\n\trod") == "缺少参数 'SHAPE'。可选：ball, rod"


def test_lines_break_between_chinese_characters_and_no_mark_begins_one() -> None:
    break_han()
    text = "智讯监控AI行业的新闻，写成结构化的记录（每件事只告警一次）。See docs/rules.md for more."
    lines = [str(line).rstrip() for line in Text(text).wrap(Console(width=20), 20)]
    assert all(14 <= cell_len(line) <= 20 for line in lines[:-3])
    assert not any(line[0] in "，。）" for line in lines)
    assert "docs/rules.md" in "\n".join(lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
