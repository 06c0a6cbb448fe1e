"""What Prometheus and supervisors are told, and where it may be listened to."""

import aiohttp
import pytest

from jobs.config.values import check_listen
from jobs.web.metrics import Health, Metric, exposition
from jobs.web.server import Listener, web_app


def test_the_text_format() -> None:
    metrics = [
        Metric("zhixun_records", "gauge", "Records.", {(): 3}),
        Metric("zhixun_tasks", "gauge", "Tasks.", {("poll", "due"): 1, ('a"b\\', "c\nd"): 2}, ("kind", "state")),
    ]
    assert exposition(metrics).splitlines() == [
        "# HELP zhixun_records Records.",
        "# TYPE zhixun_records gauge",
        "zhixun_records 3",
        "# HELP zhixun_tasks Tasks.",
        "# TYPE zhixun_tasks gauge",
        'zhixun_tasks{kind="poll",state="due"} 1',
        'zhixun_tasks{kind="a\\"b\\\\",state="c\\nd"} 2',
    ]


@pytest.mark.parametrize("ok", [True, False])
async def test_healthz_is_200_or_503_and_says_why(ok: bool) -> None:
    async def nothing() -> list[Metric]:
        return []

    listener = Listener(web_app(nothing, lambda: Health(ok, {"state": "x"})), "127.0.0.1:0")
    listener.open()
    port = listener.port
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200 if ok else 503, {"ok": ok, "state": "x"})
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    finally:
        await listener.close()


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "localhost:80", "[::1]:9464", "127.1.2.3:1"])
def test_addresses_of_this_machine_may_be_listened_to(address: str) -> None:
    assert check_listen(address) == address


@pytest.mark.parametrize(
    "address", ["0.0.0.0:9464", "10.0.0.1:80", "9464", ":9464", "127.0.0.1:0", "127.0.0.1:99999", "example.org:80", "[::]:1"]
)
def test_others_may_not(address: str) -> None:
    with pytest.raises(ValueError, match="no address of this machine"):
        check_listen(address)
