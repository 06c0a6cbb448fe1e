"""docs/channels.md says what is true: its table names every channel, and its receiver works."""

import asyncio
import re
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobs import clock
from jobs.deliver.address import channels
from jobs.deliver.message import Message
from jobs.deliver.transport import Receipt, channel_for, posting

TEXT = (Path(__file__).parents[4] / "docs" / "channels.md").read_text("utf-8")
ALERT = Message(alert_id=1, idem_key="key-1", rule="r", title="t", record={"title": "标题"})


def test_the_table_has_every_scheme() -> None:
    written = set(re.findall(r"`([a-z+]+)(?:SCHEME)?(?:://[^`]*)?`", TEXT))
    assert {scheme for component in channels().values() for scheme in component.module.SCHEMES} <= written


def test_the_receiver_of_the_docs_takes_each_alert_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (recipe,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    recipe = recipe.replace('sqlite3.connect("alerts.db")', 'sqlite3.connect("alerts.db", check_same_thread=False)')
    space: dict[str, Any] = {}
    exec(recipe, space)
    monkeypatch.setattr(space["Receiver"], "log_message", lambda *_: None)
    taken: list[str] = []
    server = space["serve"](0, lambda alert, _transaction: taken.append(alert["record"]["title"]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    async def send(secret: str, message: Message) -> Receipt:
        async with posting(clock.now) as post:
            return await channel_for(f"webhook+http://127.0.0.1:{server.server_port}/?secret={secret}").send(message, post)

    try:
        assert asyncio.run(send("SECRET", ALERT)).accepted
        assert asyncio.run(send("SECRET", ALERT)).accepted
        assert asyncio.run(send("SECRET", replace(ALERT, idem_key="key-2"))).accepted
        forged = asyncio.run(send("GUESS", ALERT))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        store: sqlite3.Connection = server.store
        store.close()
    assert (forged.accepted, forged.permanent, forged.code) == (False, True, "403")
    assert taken == ["标题", "标题"]
