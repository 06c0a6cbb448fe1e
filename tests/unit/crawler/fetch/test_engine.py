"""The engine against a local site: what it asks for, what it makes of the answers, how it stops, and what cannot end it."""

import asyncio
import logging
import os
import ssl
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.errors import OptionError
from crawler.fetch import engine as engine_module
from crawler.fetch.engine import AHEAD, Engine, Fetch, FetchResult
from crawler.record import Reason
from tests.unit.crawler.fetch.local_site import NOW, Seen, fetch, fetch_one, http, names, rules, serving

PAGE = http(
    200, b"<p>\xe4\xbd\xa0\xe5\xa5\xbd</p>", Content_Type="text/html; charset=utf-8", ETag='"v1"', Cache_Control="max-age=60"
)


class TestAnswers:
    async def test_a_page_comes_with_what_the_next_poll_needs(self) -> None:
        async with serving(
            {"/a": http(200, b"hello", ETag='"v1"', Last_Modified="Mon", Content_Type="text/plain", Cache_Control="max-age=60")}
        ) as site:
            token = object()
            answer = await fetch_one(Fetch(site.url("/a#part"), token))
        assert answer.outcome.reason is Reason.OK
        assert answer.fetch.work is token
        assert answer.page is not None
        assert (answer.page.body, answer.page.content_type, answer.page.status) == (b"hello", "text/plain", 200)
        assert (answer.page.fetched, answer.page.url) == (NOW, site.url("/a"))
        assert (answer.etag, answer.last_modified, answer.max_age, answer.bytes) == ('"v1"', "Mon", 60, 5)
        assert answer.moved_to is None
        assert answer.elapsed > 0

    async def test_validators_are_sent_and_304_is_unchanged(self) -> None:
        async with serving(lambda seen: http(304, ETag='"v2"') if "if-none-match" in seen.headers else http(404)) as site:
            answer = await fetch_one(Fetch(site.url("/feed"), etag='"v1"', last_modified="Mon, 04 May 2026 10:00:00 GMT"))
        seen = site.seen[-1]
        assert seen.headers["if-none-match"] == '"v1"'
        assert seen.headers["if-modified-since"] == "Mon, 04 May 2026 10:00:00 GMT"
        assert answer.outcome.reason is Reason.UNCHANGED
        assert answer.outcome.ok
        assert answer.page is None
        assert answer.etag == '"v2"'

    async def test_own_headers_method_and_body_are_sent(self) -> None:
        async with serving({"/api": http(200, b"{}")}) as site:
            await fetch_one(Fetch(site.url("/api"), headers={"X-Key": "k"}, method="POST", body=b'{"page":1}'))
        seen = site.seen[-1]
        assert (seen.method, seen.body, seen.headers["x-key"]) == ("POST", b'{"page":1}', "k")
        assert seen.headers["user-agent"] == "Zhixun/1.0 (+https://example.org)"

    @pytest.mark.parametrize("path", ["/a%2Fb?q=%C4%E3%BA%C3", "/%7Ea", "/a?x=a+b%20c&y=%3B", "/a?u=http://x/?y=1", "/a?x=%e4"])
    async def test_an_address_is_sent_as_the_site_wrote_it(self, path: str) -> None:
        async with serving({path: PAGE}) as site:
            assert (await fetch_one(site.url(path))).outcome.ok

    @pytest.mark.parametrize(
        ("status", "headers", "reason", "permanent", "wait"),
        [
            (401, {}, Reason.BLOCKED, False, None),
            (403, {}, Reason.BLOCKED, False, None),
            (404, {}, Reason.GONE, True, None),
            (410, {}, Reason.GONE, True, None),
            (408, {}, Reason.CLIENT_ERROR, False, None),
            (418, {}, Reason.CLIENT_ERROR, True, None),
            (429, {"Retry_After": "120"}, Reason.RATE_LIMITED, False, 120),
            (429, {}, Reason.RATE_LIMITED, False, 60),
            (500, {}, Reason.SERVER_ERROR, False, None),
            (503, {}, Reason.SERVER_ERROR, False, None),
            (503, {"Retry_After": "Mon, 04 May 2026 12:10:00 GMT"}, Reason.RATE_LIMITED, False, 600),
            (302, {}, Reason.BAD_HTTP, False, None),
        ],
    )
    async def test_a_status_becomes_an_outcome(
        self, status: int, headers: dict[str, str], reason: Reason, permanent: bool, wait: float | None
    ) -> None:
        async with serving({"/": http(status, b"sorry", **headers)}) as site:
            answer = await fetch_one(site.url("/"))
        assert (answer.outcome.reason, answer.outcome.permanent, answer.outcome.retry_after) == (reason, permanent, wait)
        assert answer.page is None

    @pytest.mark.parametrize(
        "url",
        ["file:///etc/hostname", "data:text/html,hi", "ftp://127.0.0.1/x", "javascript:1", "", "http://[::1", "http://", "//x/y"],
    )
    async def test_what_is_no_web_address_is_refused(self, url: str) -> None:
        answer = await fetch_one(url)
        assert answer.outcome.permanent
        assert answer.outcome.reason in (Reason.CLIENT_ERROR, Reason.REFUSED_ADDRESS)

    @pytest.mark.parametrize("kind", ["image/png", "VIDEO/mp4; x", "audio/mpeg", "application/pdf", "font/woff2"])
    async def test_what_can_be_no_article_is_not_downloaded(self, kind: str) -> None:
        async with serving({"/": http(200, b"x", Content_Type=kind, Content_Length="5000000")}) as site:
            answer = await fetch_one(site.url("/"))
        assert (answer.outcome.reason, answer.outcome.permanent) == (Reason.NOT_AN_ARTICLE, True)


class TestTrouble:
    async def test_a_name_that_does_not_exist(self) -> None:
        assert (await fetch_one("http://nowhere.invalid/")).outcome.reason is Reason.DNS

    @pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "-"])
    async def test_a_name_that_cannot_exist(self, host: str) -> None:
        assert (await fetch_one(f"http://{host}/")).outcome.reason in (Reason.DNS, Reason.CLIENT_ERROR, Reason.REFUSED_ADDRESS)

    async def test_a_closed_port(self) -> None:
        async with serving({}) as site:
            pass
        answer = await fetch_one(site.url("/"))
        assert (answer.outcome.reason, answer.outcome.permanent) == (Reason.CONNECT, False)

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"", Reason.CONNECT),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Reason.BAD_HTTP),
            (b"HTTP/1.1 abc x\r\n\r\n", Reason.BAD_HTTP),
            (b"HTTP/1.1 200 x\r\nContent-Length: 50\r\n\r\nshort", Reason.BAD_HTTP),
            (b"HTTP/1.1 200 x\r\nContent-Length: -1\r\n\r\n", Reason.BAD_HTTP),
            (b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Reason.BAD_HTTP),
            (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx", Reason.BAD_HTTP),
            (b"HTTP/1.1 200 x\r\n" + b"A: b\r\n" * 5_000 + b"\r\n", Reason.BAD_HTTP),
            (b"HTTP/1.1 200 x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n", Reason.BAD_HTTP),
        ],
        ids=[
            "closes",
            "ssh",
            "no-status",
            "cut",
            "negative-length",
            "two-lengths",
            "bad-chunk",
            "header-flood",
            "header-too-long",
        ],
    )
    async def test_what_is_no_http_fails_alone(self, raw: bytes, reason: Reason) -> None:
        async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(raw if b"/robots.txt" not in head else http(404, Connection="close"))
            writer.close()

        server = await asyncio.start_server(drop, "127.0.0.1", 0)
        answer = await fetch_one(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a")
        server.close()
        assert answer.outcome.reason is reason
        assert answer.page is None

    async def test_long_header_lines_are_read(self) -> None:
        async with serving({"/": http(200, b"ok", Content_Security_Policy="x" * 20_000)}) as site:
            assert (await fetch_one(site.url("/"))).outcome.ok

    @pytest.mark.parametrize("way", ["silent", "slow-head", "slow-body"])
    async def test_the_time_limit_is_for_the_whole_answer(self, way: str) -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"/robots.txt" in head:
                writer.write(http(404, Connection="close"))
                writer.close()
                return
            start = {"silent": b"", "slow-head": b"HTTP/1.1 200 x\r\nA: ", "slow-body": b"HTTP/1.1 200 x\r\n\r\n"}[way]
            writer.write(start)
            try:
                while way != "silent" or not reader.at_eof():
                    if way != "silent":
                        writer.write(b"x")
                        await writer.drain()
                    await asyncio.sleep(0.05)
            except ConnectionError:
                pass
            writer.close()

        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        answer = await fetch_one(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a", rules(timeout=0.4))
        server.close()
        assert (answer.outcome.reason, answer.outcome.permanent) == (Reason.TIMEOUT, False)
        await asyncio.sleep(0.1)

    async def test_the_time_limit_is_for_all_hops_together(self) -> None:
        async def slow(seen: Seen) -> bytes:
            if seen.path == "/robots.txt":
                return b""
            await asyncio.sleep(0.3)
            step = int(seen.path[1:])
            return http(302, Location=f"/{step + 1}") if step < 4 else http(200, b"arrived")

        async with serving(slow) as site:
            answer = await fetch_one(site.url("/0"), rules(timeout=0.8))
        assert answer.outcome.reason is Reason.TIMEOUT

    async def test_a_certificate_nobody_vouches_for_is_refused(self, tmp_path: Path) -> None:
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        async with serving({"/": PAGE}, tls=_self_signed(tmp_path)) as site:
            answer = await fetch_one(f"https://localhost:{site.port}/", rules(allow_networks=("127.0.0.0/8", "::1/128")))
        assert answer.outcome.reason is Reason.TLS
        assert site.seen == []

    async def test_a_certificate_that_is_vouched_for_is_accepted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async with serving({"/": PAGE}, tls=_self_signed(tmp_path)) as site:
            trusting = ssl.create_default_context(cafile=tmp_path / "both.pem")
            monkeypatch.setattr("crawler.fetch.handler.verified_tls", lambda: trusting)
            answer = await fetch_one(f"https://localhost:{site.port}/", rules(allow_networks=("127.0.0.0/8", "::1/128")))
            wrong_name = await fetch_one(f"https://127.0.0.1:{site.port}/")
        assert answer.outcome.ok
        assert wrong_name.outcome.reason is Reason.TLS


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "both.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


class TestPrivacy:
    async def test_the_environment_names_no_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with serving({}) as proxy, serving({"/": PAGE}) as site:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url())
            assert (await fetch_one(site.url("/"))).outcome.ok
        assert proxy.connections == 0

    async def test_no_cookies(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names(
            monkeypatch, lambda host: "127.0.0.1" if host == "site.example" else None
        )  # cookies of bare IPs are rarely kept anyway
        baking = http(302, Location="/b", Set_Cookie="s=1; Path=/")
        async with serving({"/a": baking, "/b": http(200, b"x", Set_Cookie="t=1")}) as site:
            await fetch([site.url(path, host="site.example") for path in ("/a", "/b", "/b")], rules(concurrency=1))
        assert len(site.paths()) == 4
        assert [seen for seen in site.seen if "cookie" in seen.headers] == []


class TestPace:
    async def test_requests_to_one_host_keep_its_delay_whoever_asks(self) -> None:
        """Two sources, robots.txt of two ports, redirects: one host, one pace."""
        one = {"/": PAGE, "/r": http(302, Location="/"), "/2": PAGE}
        async with serving(one) as first, serving(one) as second:
            urls = [site.url(path) for path in ("/", "/r", "/2") for site in (first, second)]
            answers = await fetch(urls, rules(delay=0.2, per_host=4))
        assert all(answer.outcome.ok for answer in answers)
        starts = sorted(seen.at for site in (first, second) for seen in site.seen)
        assert len(starts) == 2 * 5
        gaps = [later - earlier for earlier, later in pairwise(starts)]
        assert min(gaps) >= 0.95 * 0.2

    async def test_a_busy_loop_does_not_push_requests_together(self) -> None:
        """The turn counts from the wire: a request held up by a busy loop must not shorten the gap to the next."""
        async with serving(lambda seen: b"" if seen.path == "/robots.txt" else PAGE) as site:

            async def hog() -> None:
                while True:
                    time.sleep(0.12)
                    await asyncio.sleep(0.01)

            busy = asyncio.create_task(hog())
            await fetch([site.url(f"/{n}") for n in range(6)], rules(delay=0.2, per_host=4))
            busy.cancel()
        starts = [seen.at for seen in site.seen]
        # what the server sees is blurred by the same busy loop: by one turn of it
        assert starts[-1] - starts[0] >= (len(starts) - 1) * 0.2 - 0.13

    async def test_a_slow_connection_does_not_push_requests_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second request waits 0.3 s for its connection, the third does not: they still start 0.4 s apart."""
        waits = iter([0.0, 0.3, 0.0])

        def slowly(host: str) -> str | None:
            if host != "slow.example":
                return None
            time.sleep(next(waits))
            return "127.0.0.1"

        names(monkeypatch, slowly)
        monkeypatch.setattr("crawler.fetch.handler.DNS_KEPT", 0)
        closing = http(200, b"x", Connection="close")
        async with serving({"/a": closing, "/b": closing}, robots=http(404, Connection="close")) as site:
            await fetch([site.url(path, host="slow.example") for path in ("/a", "/b")], rules(delay=0.4))
        gaps = [later.at - earlier.at for earlier, later in pairwise(site.seen)]
        assert len(gaps) == 2
        assert min(gaps) >= 0.95 * 0.4

    async def test_a_longer_delay_of_one_request_is_kept(self) -> None:
        async with serving({"/a": PAGE, "/b": PAGE}) as site:
            await fetch([Fetch(site.url("/a"), delay=0.3), Fetch(site.url("/b"), delay=0.3)])
        first, second = (seen.at for seen in site.seen if seen.path != "/robots.txt")
        assert second - first >= 0.95 * 0.3

    async def test_no_more_than_per_host_at_a_time(self) -> None:
        async def slow(seen: Seen) -> bytes:
            await asyncio.sleep(0.1)
            return b"" if seen.path == "/robots.txt" else PAGE

        async with serving(slow) as site:
            await fetch([site.url(f"/{n}") for n in range(10)], rules(per_host=3))
        assert site.most_busy == 3


class Bench:
    """An engine with a queue of our own, for tests of its life."""

    def __init__(self, **changed: Any) -> None:
        self.todo: list[Fetch] = []
        self.got: list[FetchResult] = []
        self.claims = 0
        self.arrived = asyncio.Event()
        self.engine = Engine(rules(**changed), self.claim, self.answered, lambda: NOW)
        self.running = asyncio.create_task(self.engine.run())

    async def claim(self) -> Fetch | None:
        self.claims += 1
        return self.todo.pop(0) if self.todo else None

    async def answered(self, answer: FetchResult) -> None:
        self.got.append(answer)
        self.arrived.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()

    async def stop(self, deadline: float = 5.0) -> None:
        await self.engine.stop(deadline)
        await self.running

    def reasons(self) -> list[Reason]:
        return [answer.outcome.reason for answer in self.got]


async def hang(seen: Seen) -> bytes:
    """A server that answers robots.txt, and nothing else in our time."""
    if seen.path != "/robots.txt":
        await asyncio.sleep(3_600)
    return b""


class TestFlow:
    async def test_what_was_claimed_before_its_host_asked_for_a_pause_is_given_back(self) -> None:
        def busy(seen: Seen) -> bytes:
            return b"" if seen.path == "/robots.txt" else http(429, Retry_After="120")

        async with serving(busy) as site:
            answers = await fetch([site.url(f"/{n}") for n in range(3)], rules(delay=0.2, per_host=3))
        reasons = Counter(answer.outcome.reason for answer in answers)
        assert reasons == {Reason.RATE_LIMITED: 1, Reason.OVERLOADED: 2}
        assert all(100 < (answer.outcome.retry_after or 0) <= 120 for answer in answers)
        assert len(site.paths()) == 1

    async def test_requests_that_nobody_claimed_are_counted(self) -> None:
        async with serving({"/0": http(302, Location="/1"), "/1": http(301, Location="/2"), "/2": PAGE}) as site:
            bench = Bench()
            bench.todo = [Fetch(site.url("/0"))]
            await bench.until(1)
            assert (bench.engine.further(), len(site.seen)) == (3, 4), "two hops and robots.txt"
            assert bench.engine.further() == 0
            await bench.stop()

    async def test_one_slow_host_holds_no_other(self) -> None:
        async with serving(hang) as slow, serving({"/": PAGE}) as quick:
            bench = Bench()
            bench.todo = [Fetch(slow.url("/")) for _ in range(3)] + [Fetch(quick.url("/", host="127.0.0.2"))]
            await bench.until(1)
            assert bench.got[0].fetch.url == quick.url("/", host="127.0.0.2")
            await bench.stop(0)

    async def test_no_more_is_claimed_than_there_is_room_for(self) -> None:
        async with serving(hang) as site:
            bench = Bench(concurrency=4, per_host=2)
            bench.todo = [Fetch(site.url(f"/{n}")) for n in range(40)]
            while bench.engine.in_flight < 4 * AHEAD:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert (bench.engine.in_flight, len(bench.todo)) == (4 * AHEAD, 40 - 4 * AHEAD)
            await bench.stop(0)

    async def test_answers_that_wait_bound_the_claims_too(self) -> None:
        async with serving({f"/{n}": PAGE for n in range(60)}) as site:
            free = asyncio.Event()
            bench = Bench(concurrency=3)

            async def slow(answer: FetchResult) -> None:
                await free.wait()
                bench.got.append(answer)
                bench.arrived.set()

            bench.engine._answered = slow
            bench.todo = [Fetch(site.url(f"/{n}")) for n in range(60)]
            while len(bench.engine._answering) < 3 * AHEAD:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert bench.engine.in_flight <= 2 * 3 * AHEAD
            assert len(bench.todo) >= 60 - 2 * 3 * AHEAD
            free.set()
            await bench.until(60)
            await bench.stop()

    async def test_no_more_are_on_the_network_than_the_bound_says(self) -> None:
        async with serving(hang) as site:
            bench = Bench(concurrency=3, per_host=32)
            bench.todo = [Fetch(site.url("/", host=f"127.0.0.{n}")) for n in range(2, 12)]
            while site.most_busy < 3:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            assert site.most_busy == 3
            await bench.stop(0)

    async def test_servers_that_do_not_answer_hold_the_others_up_for_a_moment_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crawler.fetch.handler.SLOW", 0.2)
        async with serving(hang) as slow, serving({"/": PAGE}) as quick:
            bench = Bench(concurrency=2)
            bench.todo = [Fetch(slow.url("/", host=f"127.0.0.{n}")) for n in range(2, 6)] + [
                Fetch(quick.url("/", host="127.0.0.9"))
            ]
            await bench.until(1)
            assert bench.got[0].fetch.url == quick.url("/", host="127.0.0.9")
            await bench.stop(0)

    async def test_wake_ends_the_idle_sleep(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine_module, "IDLE", 3_600)
        async with serving({"/": PAGE}) as site:
            bench = Bench()
            while not bench.claims:
                await asyncio.sleep(0.01)
            bench.todo.append(Fetch(site.url("/")))
            bench.engine.wake()
            await bench.until(1)
            await bench.stop()

    async def test_new_rules_hold_from_the_next_request_on(self) -> None:
        async def slow(seen: Seen) -> bytes:
            await asyncio.sleep(0.4 if seen.path == "/1" else 0)
            return PAGE

        async with serving(slow) as site:
            bench = Bench(user_agent="old/1", obey_robots=False)
            bench.todo.append(Fetch(site.url("/1")))
            while not site.seen:
                await asyncio.sleep(0.01)
            bench.engine.use(rules(user_agent="new/2", obey_robots=False))
            bench.todo.append(Fetch(site.url("/2")))
            await bench.until(2)
            with pytest.raises(OptionError):
                bench.engine.use(rules(allow_networks=("nonsense",)))
            await bench.stop()
        assert [answer.outcome.reason for answer in bench.got] == [Reason.OK, Reason.OK], "what was on its way has ended"
        assert [seen.headers["user-agent"] for seen in site.seen] == ["old/1", "new/2"]

    async def test_work_that_appears_is_found_without_a_wake(self) -> None:
        async with serving({"/": PAGE}) as site:
            bench = Bench()
            await asyncio.sleep(0.3)
            bench.todo.append(Fetch(site.url("/")))
            await bench.until(1)
            await bench.stop()


class TestNothingEndsIt:
    async def test_a_claim_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine_module, "AFTER_CLAIM_ERROR", 0.01)
        async with serving({"/": PAGE}) as site:
            bench = Bench()
            failures = [OSError("disk full"), RuntimeError("store away")]

            async def claim() -> Fetch | None:
                if failures:
                    raise failures.pop()
                return await bench.claim()

            bench.engine._claim = claim
            bench.todo.append(Fetch(site.url("/")))
            await bench.until(1)
            await bench.stop()
            assert bench.reasons() == [Reason.OK]

    async def test_an_answer_that_cannot_be_stored(self, caplog: pytest.LogCaptureFixture) -> None:
        async with serving({"/1": PAGE, "/2": PAGE}) as site:
            bench = Bench()

            async def answered(answer: FetchResult) -> None:
                await bench.answered(answer)
                if answer.fetch.url.endswith("/1"):
                    raise OSError("disk full")

            bench.engine._answered = answered
            bench.todo = [Fetch(site.url("/1")), Fetch(site.url("/2"))]
            await bench.until(2)
            await bench.stop()
            assert bench.engine.in_flight == 0
        assert "disk full" in caplog.text

    async def test_a_crashed_crawl_is_started_again(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(engine_module, "RESTART", (0.01, 0.01))
        async with serving({"/": PAGE}) as site:
            bench = Bench()
            healthy, crashes = bench.engine.next_request, [KeyError("a bug")]

            async def next_request() -> Any:
                if crashes:
                    raise crashes.pop()
                return await healthy()

            bench.engine.next_request = next_request  # type: ignore[method-assign]
            bench.todo.append(Fetch(site.url("/")))
            await bench.until(1)
            await bench.stop()
            assert bench.reasons() == [Reason.OK]
        assert "ended by itself" in caplog.text

    async def test_a_crawl_that_cannot_run_at_all_ends_loudly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine_module, "RESTART", (0.001, 0.001))
        bench = Bench()

        async def next_request() -> Any:
            raise KeyError("a bug")

        bench.engine.next_request = next_request  # type: ignore[method-assign]
        with pytest.raises(RuntimeError, match="5 times"):
            await bench.running
        await bench.engine.stop(0)


class TestStop:
    async def test_what_is_in_flight_may_end_and_nothing_more_is_claimed(self) -> None:
        async def slow(seen: Seen) -> bytes:
            await asyncio.sleep(0.2)
            return b"" if seen.path == "/robots.txt" else PAGE

        async with serving(slow) as site:
            bench = Bench(concurrency=1)
            bench.todo = [Fetch(site.url("/1")), Fetch(site.url("/2"))]
            while "/1" not in site.paths():
                await asyncio.sleep(0.01)
            await bench.stop(10)
            assert bench.reasons() == [Reason.STOPPED, Reason.OK]  # the second only waited for its turn
            assert site.paths() == ["/1"]

    async def test_a_server_that_never_answers_is_left_behind_at_the_deadline(self) -> None:
        async with serving(hang) as site:
            bench = Bench()
            bench.todo = [Fetch(site.url("/1")), Fetch(site.url("/2", host="127.0.0.2"))]
            while len(site.paths()) < 2:
                await asyncio.sleep(0.01)
            await bench.stop(0.2)
            assert bench.reasons() == [Reason.STOPPED, Reason.STOPPED]
            assert bench.engine.in_flight == 0

    async def test_what_waits_for_its_turn_is_given_back_at_once(self) -> None:
        async with serving({f"/{n}": PAGE for n in range(9)}) as site:
            bench = Bench(delay=3_600)
            bench.todo = [Fetch(site.url(f"/{n}")) for n in range(9)]
            while bench.engine.in_flight < 9 or not site.seen:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            await bench.stop(60)  # the test's own limit is shorter than the delay
            assert bench.reasons() == [Reason.STOPPED] * 9
            assert site.paths(robots=True) == ["/robots.txt"]

    async def test_an_answer_that_hangs_is_cancelled(self) -> None:
        async with serving({"/": PAGE}) as site:
            bench = Bench()
            began = asyncio.Event()

            async def answered(answer: FetchResult) -> None:
                began.set()
                await asyncio.sleep(3_600)

            bench.engine._answered = answered
            bench.todo.append(Fetch(site.url("/")))
            await began.wait()
            await bench.stop(0.1)
            assert bench.engine.in_flight == 0

    async def test_stop_may_be_repeated_and_may_come_first(self) -> None:
        bench = Bench()
        await asyncio.gather(bench.engine.stop(1), bench.engine.stop(1))
        await bench.stop(1)
        early = Engine(rules(), bench.claim, bench.answered, lambda: NOW)
        await early.stop(1)
        await early.run()

    async def test_a_cancelled_run_leaves_nothing_open(self) -> None:
        async with serving(hang) as site:
            bench = Bench()
            bench.todo = [Fetch(site.url("/1"))]
            while not site.paths():
                await asyncio.sleep(0.01)
            bench.running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await bench.running
            assert bench.reasons() == [Reason.STOPPED]


class TestSettings:
    async def test_the_running_crawler_has_the_safe_settings(self) -> None:
        """What Scrapy itself says while it runs, not what we told it."""
        async with serving({"/": PAGE}) as site:
            bench = Bench(delay=2.0, timeout=7.0, max_page_size=1234, per_host=3)
            bench.todo.append(Fetch(site.url("/")))
            while not site.seen:
                await asyncio.sleep(0.01)
            crawler = bench.engine.crawler
            assert crawler is not None
            told = crawler.settings
            for name in (
                "TWISTED_REACTOR_ENABLED REMOTE_CONTROL_ENABLED TELNETCONSOLE_ENABLED COOKIES_ENABLED HTTPPROXY_ENABLED "
                "METAREFRESH_ENABLED RETRY_ENABLED HTTPCACHE_ENABLED DNSCACHE_ENABLED AUTOTHROTTLE_ENABLED STATS_DUMP"
            ).split():
                assert not told.getbool(name), name
            assert told.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
            assert told.getfloat("DOWNLOAD_TIMEOUT") == 7.0
            assert told.getint("DOWNLOAD_MAXSIZE") == 1234
            assert told.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 3
            assert told.getfloat("DOWNLOAD_DELAY") > 0
            assert told.getint("REDIRECT_MAX_TIMES") == 5

            engine = crawler.engine
            assert sorted(engine.downloader.handlers._schemes) == ["http", "https"]
            assert crawler.extensions.middlewares == ()
            running = [type(part).__name__ for part in engine.downloader.middleware.middlewares]
            assert running == ["RobotsTxt", "Stubs", "Decompression", "Redirects"]
            assert engine.scraper.spidermw.middlewares == ()
            await bench.stop()

    async def test_what_is_to_be_rendered_says_so_where_there_is_no_browser(self) -> None:
        answer = await fetch_one(Fetch("http://x.example/", render=True))
        assert answer.outcome.reason is Reason.BROWSER
        assert answer.outcome.detail == "there is no browser"

    def test_who_renders_nothing_needs_no_browser_library(self) -> None:
        code = (
            "import asyncio, sys\n"
            "sys.modules['playwright'] = sys.modules['playwright.async_api'] = None\n"
            "from tests.unit.crawler.fetch.local_site import fetch_one, http, serving\n"
            "async def go():\n"
            "    async with serving({'/': http(200, b'x')}) as site:\n"
            "        return (await asyncio.wait_for(fetch_one(site.url('/')), 20)).outcome.reason.value\n"
            "print(asyncio.run(go()))\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.getcwd()}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
        assert done.stdout == "ok\n", done.stderr

    async def test_scrapy_writes_nothing(self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
        async with serving({"/": PAGE, "/big": http(200, b"x" * 5_000)}) as site:
            await fetch(
                [site.url("/"), site.url("/big"), "http://nowhere.invalid/", site.url("/404")], rules(max_page_size=1_000)
            )
        assert [record.message for record in caplog.records if record.name.startswith("scrapy")] == []
        assert capfd.readouterr() == ("", "")
