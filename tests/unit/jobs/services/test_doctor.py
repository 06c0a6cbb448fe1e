"""The doctor finds what is in the way, and sends nothing."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from jobs.config.load import load
from jobs.deliver.transport import channel_for
from jobs.services import doctor
from storage.db.database import Database
from tests.unit.crawler.fetch.test_browser import FOUND, needs_browser

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CONFIG = """\
database: sqlite:///{folder}/zhixun.db
sources:
  - {{name: a, url: 'https://a.example/feed.xml'}}
rules:
  - {{name: r, query: x, channels: [c]}}
channels:
  - {{name: c, url: 'console://'}}
"""


def test_a_fresh_start_has_nothing_to_mend(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path), "utf-8")
    path.chmod(0o600)
    found = {one.what: one.verdict for one in doctor.examine(load(path, {}), path, NOW)}
    assert "fail" not in found.values()
    assert found["configuration"] == found["configuration file"] == found["channel c"] == "ok"
    assert found["database"] == "warn"  # not made yet
    assert not (tmp_path / "zhixun.db").exists()


@pytest.mark.parametrize(
    "change", ["UPDATE alembic_version SET version_num = '9999'", "UPDATE alembic_version SET version_num = 'ae34c0ffee12'"]
)
def test_a_database_that_is_not_for_this_program_has_to_be_mended(change: str, tmp_path: Path, sqlite: Database) -> None:
    sqlite.write_now(lambda s: s.execute(text(change)))
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path), "utf-8")
    found = {one.what: one.verdict for one in doctor.examine(load(path, {}), path, NOW)}
    assert found["database"] == "fail"


@needs_browser
@pytest.mark.parametrize(("path", "verdict"), [(FOUND, "warn" if os.geteuid() == 0 else "ok"), ("/bin/false", "fail")])
def test_a_browser_that_is_needed_is_started(path: str, verdict: str) -> None:
    found = asyncio.run(doctor.browser(path, True))
    assert found.verdict == verdict
    assert ("Chromium does not start" in found.says) is (verdict == "fail")


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 40, 1), "warn"), ((3, 51, 2), "warn"), ((3, 51, 3), "ok"), ((3, 53, 4), "ok")]
)
def test_an_old_sqlite_is_warned_of(version: tuple[int, ...], verdict: str) -> None:
    assert doctor.sqlite(version).verdict == verdict


@pytest.mark.parametrize(("free", "verdict"), [(50, "fail"), (500, "warn"), (5000, "ok")])
def test_the_disk(tmp_path: Path, free: int, verdict: str) -> None:
    assert doctor.disk(tmp_path / "deep" / "er" / "zhixun.db", lambda _folder: free * doctor.MIB).verdict == verdict


@pytest.mark.parametrize(
    ("ahead", "verdict"), [(timedelta(days=-1), "ok"), (timedelta(seconds=30), "ok"), (timedelta(days=365), "fail")]
)
def test_a_clock_that_was_set_back(ahead: timedelta, verdict: str) -> None:
    assert doctor.clock(NOW + ahead, NOW).verdict == verdict


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, "ok"), (0o640, "warn"), (0o644, "warn")])
def test_secrets_in_a_file_that_others_may_read(tmp_path: Path, mode: int, verdict: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("x")
    path.chmod(mode)
    assert doctor.private(path, "configuration file").verdict == verdict


async def test_a_channel_is_connected_to_and_gets_nothing() -> None:
    got: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    there = await doctor.reach("c", channel_for(f"webhook+http://127.0.0.1:{port}/hook?secret=x"))
    await asyncio.sleep(0.05)
    server.close()
    await server.wait_closed()
    gone = await doctor.reach("c", channel_for(f"webhook+http://127.0.0.1:{port}/hook?secret=x"))
    assert (there.verdict, gone.verdict, got) == ("ok", "fail", [b""])


PLACES = {
    "console://": "console: nothing to connect to",
    "file:///tmp/x.jsonl": "file: nothing to connect to",
    "webhook+https://hook.example.org/x": ("hook.example.org", 443),
    "webhook+http://10.1.2.3:8080/x": ("10.1.2.3", 8080),
    "smtps://u:p@mail.example.org?from=a@example.org&to=b@example.org": ("mail.example.org", 465),
    "feishu://TOKEN-1": ("open.feishu.cn", 443),
    "dingtalk://TOKEN-1": ("oapi.dingtalk.com", 443),
    "wecom://KEY-1": ("qyapi.weixin.qq.com", 443),
    "telegram://1:TOKEN/5": ("api.telegram.org", 443),
    "slack://T1/B1/C1": ("hooks.slack.com", 443),
    "ntfy://ntfy.example.org/topic": ("ntfy.example.org", 443),
    "bark://bark.example.org/KEY": ("bark.example.org", 443),
}


@pytest.mark.parametrize(("address", "place"), PLACES.items(), ids=PLACES)
def test_where_a_channel_would_send_to_is_known_without_sending(address: str, place: object) -> None:
    assert asyncio.run(doctor.place_of(channel_for(address))) == place


@pytest.mark.parametrize(
    ("mode", "is_ours", "verdict", "cure"),
    [
        (0o600, True, "ok", "yours alone"),
        (0o640, True, "warn", "`chmod 600`"),
        (0o640, False, "ok", "read by your group alone"),  # as the unit has it: root's, and the service's group
        (0o644, False, "warn", "`chmod 640`"),  # as a container sees a file of its host
        (0o644, False, "warn", "NAME_FILE"),
    ],
)
def test_the_advice_on_a_mode_fits_whose_file_it_is(mode: int, is_ours: bool, verdict: str, cure: str) -> None:
    found = doctor._mode(Path("config.yaml"), "configuration file", mode, is_ours)
    assert (found.verdict, cure in found.says) == (verdict, True)


def test_a_file_of_alerts_that_can_never_be_one_has_to_be_mended(tmp_path: Path) -> None:
    found = asyncio.run(doctor.reach("c", channel_for(f"file://{tmp_path}")))
    assert (found.verdict, "is no file" in found.says) == ("fail", True)
    assert asyncio.run(doctor.reach("c", channel_for(f"file://{tmp_path}/new/alerts.jsonl"))).verdict == "ok"
