"""The language of the command line: `--lang`, then the environment."""

from __future__ import annotations

import pytest

from crawler.i18n import speaking
from jobs.cli.language import chosen, said


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
