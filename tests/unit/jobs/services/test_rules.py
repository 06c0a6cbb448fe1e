"""The rules and the channels as they are configured."""

import asyncio

import pytest

from jobs.config.load import Config
from jobs.services import channels, rules
from jobs.services.lookup import Unknown
from storage.db.database import Database
from tests.archive import CONFIG, NOW, fill, survives_json


def test_a_rule_says_how_busy_it_is_and_one_that_never_matched_too(db: Database) -> None:
    fill(db)
    busy, idle = db.read(lambda s: rules.rules(s, CONFIG, NOW))
    assert survives_json(busy)
    assert (busy.name, busy.query, busy.channels, busy.enabled) == ("models", "大模型 NOT 招聘", ("desk",), True)
    assert (busy.last, busy.week, busy.month, busy.alerts) == (NOW, 3, 3, 3)
    assert (idle.enabled, idle.last, idle.week, idle.alerts) == (False, None, 0, 0)


def test_channels_are_shown_without_their_secrets() -> None:
    shown = channels.channels(CONFIG)
    assert [(one.name, one.kind, one.rules) for one in shown] == [
        ("desk", "feishu", ("models", "local")),
        ("file", "file", ("local",)),
    ]
    assert "0123456789" not in repr(shown)
    assert "hunter22" not in repr(shown)
    assert survives_json(shown[0])


def test_a_test_message_comes_back_with_the_answer(tmp_path, capsys) -> None:
    config = Config.model_validate({"channels": [{"name": "out", "url": f"file://{tmp_path}/sent.jsonl"}]})
    receipt = asyncio.run(channels.test(config, "out", NOW))
    assert receipt.accepted
    assert survives_json(receipt)
    assert "智讯测试消息" in (tmp_path / "sent.jsonl").read_text("utf-8")
    assert capsys.readouterr() == ("", "")
    with pytest.raises(Unknown, match="no channel 'x'; there are: out"):
        asyncio.run(channels.test(config, "x", NOW))
