"""robots.txt, redirects and decompression, each through the whole engine."""

import asyncio
import gzip
import random
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import brotli
import pytest
from scrapy import Request
from w3lib.url import safe_url_string

from crawler.fetch import middlewares
from crawler.fetch.engine import Engine, Fetch
from crawler.fetch.messages import Ended
from crawler.fetch.middlewares import target
from crawler.record import Reason
from tests.unit.crawler.fetch.local_site import NOW, Seen, Site, fetch, fetch_one, http, rules, serving

try:
    from compression import zstd  # Python 3.14
except ImportError:
    from backports import zstd

PAGE = http(200, b"page", Content_Type="text/html")


def txt(text: str, **headers: str) -> bytes:
    return http(200, text.encode(), Content_Type="text/plain", **headers)


class TestRobots:
    async def test_it_is_asked_first_once_for_many_and_obeyed(self) -> None:
        async with serving({f"/{n}": PAGE for n in range(5)}, robots=txt("User-agent: *\nDisallow: /3")) as site:
            answers = await fetch([site.url(f"/{n}") for n in range(5)])
        assert site.paths(robots=True)[0] == "/robots.txt"
        assert site.paths(robots=True).count("/robots.txt") == 1
        assert sorted(site.paths()) == ["/0", "/1", "/2", "/4"]
        assert (answers[3].outcome.reason, answers[3].outcome.permanent) == (Reason.ROBOTS, True)

    async def test_our_own_group_counts_more_than_everyones(self) -> None:
        text = "User-agent: *\nDisallow: /\n\nUser-agent: zhixun\nAllow: /"
        async with serving({"/a": PAGE}, robots=txt(text)) as site:
            assert (await fetch_one(site.url("/a"))).outcome.ok

    async def test_it_is_not_asked_for_when_it_is_not_to_be_obeyed(self) -> None:
        async with serving({"/a": PAGE}, robots=txt("User-agent: *\nDisallow: /")) as site:
            assert (await fetch_one(site.url("/a"), rules(obey_robots=False))).outcome.ok
        assert site.paths(robots=True) == ["/a"]

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
    async def test_no_robots_txt_is_no_rule(self, status: int) -> None:
        async with serving({"/a": PAGE}, robots=http(status, b"User-agent: *\nDisallow: /")) as site:
            assert (await fetch_one(site.url("/a"))).outcome.ok

    @pytest.mark.parametrize(
        ("robots", "wait"),
        [(http(500), 300), (http(503, Retry_After="30"), 30), (http(429), 300), (b"", 300), (b"nonsense\r\n\r\n", 300)],
        ids=["500", "503", "429", "closes", "nonsense"],
    )
    async def test_an_unreachable_robots_txt_means_wait(self, robots: bytes, wait: float) -> None:
        async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            paths.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
            writer.write(robots)
            writer.close()

        paths: list[bytes] = []
        server = await asyncio.start_server(drop, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a"
        answer = await fetch_one(url)
        server.close()
        assert set(paths) == {b"/robots.txt"}
        assert not answer.outcome.permanent
        if answer.outcome.reason is Reason.CONNECT:  # the host as a whole is away, and that says more
            assert robots == b""
        else:
            assert (answer.outcome.reason, answer.outcome.retry_after) == (Reason.ROBOTS_UNREACHABLE, wait)

    async def test_an_unreachable_one_is_asked_again_after_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middlewares, "ROBOTS_RETRY", 0.05)
        replies = [http(500), txt("User-agent: *\nAllow: /")]
        async with serving(lambda seen: replies.pop(0) if seen.path == "/robots.txt" else PAGE) as site:
            first, second = await _one_after_the_other(site.url("/a"), pause=0.1)
        assert (first, second) == (Reason.ROBOTS_UNREACHABLE, Reason.OK)
        assert replies == []

    async def test_a_known_one_is_asked_again_when_it_is_old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middlewares, "ROBOTS_KEPT", 0.05)
        replies = [txt("User-agent: *\nAllow: /"), txt("User-agent: *\nDisallow: /")]
        async with serving(lambda seen: replies.pop(0) if seen.path == "/robots.txt" else PAGE) as site:
            first, second = await _one_after_the_other(site.url("/a"), pause=0.1)
        assert (first, second) == (Reason.OK, Reason.ROBOTS)

    async def test_each_port_has_its_own(self) -> None:
        async with serving({"/a": PAGE}, robots=txt("User-agent: *\nDisallow: /")) as closed, serving({"/a": PAGE}) as open_:
            answers = await fetch([closed.url("/a"), open_.url("/a")])
        assert [answer.outcome.reason for answer in answers] == [Reason.ROBOTS, Reason.OK]

    async def test_every_hop_of_a_redirect_asks_its_own(self) -> None:
        async with (
            serving({"/a": PAGE}, robots=txt("User-agent: *\nDisallow: /a")) as second,
            serving({"/": http(302, Location=second.url("/a"))}) as first,
        ):
            answer = await fetch_one(first.url("/"))
        assert answer.outcome.reason is Reason.ROBOTS
        assert second.paths() == []

    async def test_its_own_redirects_are_followed_five_times(self) -> None:
        async def go(hops: int) -> Reason:
            def reply(seen: Seen) -> bytes:
                if seen.path == "/robots.txt":
                    return http(301, Location="/r1")
                if seen.path.startswith("/r"):
                    step = int(seen.path[2:])
                    return http(301, Location=f"/r{step + 1}") if step < hops else txt("User-agent: *\nDisallow: /")
                return PAGE

            async with serving(reply) as site:
                return (await fetch_one(site.url("/a"))).outcome.reason

        assert await go(5) is Reason.ROBOTS
        assert await go(6) is Reason.OK  # RFC 9309: more than five, and it counts as not there

    async def test_of_a_huge_one_the_first_500_kib_are_read(self) -> None:
        text = "User-agent: *\nDisallow: /a\n" + "#" * 600 * 1024 + "\nDisallow: /b\n" + "x" * 2**20
        async with serving({"/a": PAGE, "/b": PAGE}, robots=txt(text)) as site:
            answers = await fetch([site.url("/a"), site.url("/b")], rules(max_page_size=100_000))
        assert [answer.outcome.reason for answer in answers] == [Reason.ROBOTS, Reason.OK]

    async def test_a_crawl_delay_raises_the_pace_of_the_host_and_is_told(self) -> None:
        async with serving({"/a": PAGE, "/b": PAGE}, robots=txt("User-agent: *\nCrawl-delay: 0.3")) as site:
            waiting, got = [Fetch(site.url("/a")), Fetch(site.url("/b"))], asyncio.Queue[Any]()

            async def claim() -> Fetch | None:
                return waiting.pop(0) if waiting else None

            engine = Engine(rules(), claim, got.put, lambda: NOW)
            running = asyncio.create_task(engine.run())
            for _ in range(2):
                await got.get()
            assert engine.crawl_delay("127.0.0.1") == 0.3
            assert engine.crawl_delay("127.0.0.2") is None
            await engine.stop(1)
            await running
        starts = [seen.at for seen in site.seen]
        assert min(later - earlier for earlier, later in pairwise(starts)) >= 0.95 * 0.3

    async def test_what_is_remembered_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middlewares, "ROBOTS_HOSTS", 3)
        async with serving({"/": PAGE}) as site:
            hosts = [f"127.0.0.{n}" for n in (1, 2, 3, 4, 1)]
            await _in_turn([site.url("/", host=host) for host in hosts])
        asked = [seen.headers["host"].partition(":")[0] for seen in site.seen if seen.path == "/robots.txt"]
        assert asked == hosts  # the first was forgotten, and asked again


async def _in_turn(urls: Sequence[str], pause: float = 0.0) -> list[Reason]:
    """One address after the other in one engine, each when the one before is answered."""
    got: asyncio.Queue[Any] = asyncio.Queue()
    waiting: list[Fetch] = []

    async def claim() -> Fetch | None:
        return waiting.pop(0) if waiting else None

    engine = Engine(rules(), claim, got.put, lambda: NOW)
    running = asyncio.create_task(engine.run())
    reasons = []
    for number, url in enumerate(urls):
        await asyncio.sleep(pause if number else 0)
        waiting.append(Fetch(url))
        engine.wake()
        reasons.append((await got.get()).outcome.reason)
    await engine.stop(1)
    await running
    return reasons


async def _one_after_the_other(url: str, pause: float) -> list[Reason]:
    """The same address twice in one engine."""
    return await _in_turn([url, url], pause)


class TestRedirects:
    async def test_the_page_stands_where_the_redirect_leads(self) -> None:
        async with serving({"/a": http(302, Location="b?x=1#y"), "/b?x=1": PAGE}) as site:
            answer = await fetch_one(site.url("/a"))
        assert answer.page is not None
        assert answer.page.url == site.url("/b?x=1#y").partition("#")[0]
        assert answer.moved_to is None

    async def test_a_cookie_goes_back_on_the_way_and_nowhere_else(self) -> None:
        """A wall that sends to its own page until the cookie comes, by way of another door of the same host."""

        def reply(seen: Seen) -> bytes:
            if seen.path == "/door":
                return http(302, Location="/wall", Set_Cookie="door=2; Path=/")
            passed = {"gate=1", "door=2"} <= set(seen.headers.get("cookie", "").split("; "))
            wall = PAGE if passed else http(302, Location="/door", Set_Cookie="gate=1; Path=/")
            return b"" if seen.path == "/robots.txt" else wall

        async with serving(reply) as site:
            first = await fetch_one(site.url("/wall"))
            away = http(302, Location=site.url("/wall", host="127.0.0.9"), Set_Cookie="gate=1; Path=/")
            async with serving({"/out": away}) as other:
                await fetch_one(other.url("/out"))
            assert first.outcome.ok
            sent = [seen.headers.get("cookie", "") for seen in site.seen if seen.path == "/wall"]
        assert sent[0] == sent[2] == ""  # neither kept for the next request, nor told to another host

    async def test_a_cookie_of_the_operators_own_stays_as_it_is(self) -> None:
        async with serving({"/a": http(302, Location="/b", Set_Cookie="x=1"), "/b": PAGE}) as site:
            await fetch([Fetch(site.url("/a"), headers={"Cookie": "mine=1"})])
            assert [seen.headers.get("cookie") for seen in site.seen if seen.path == "/b"] == ["mine=1"]

    @pytest.mark.parametrize(
        ("statuses", "moved"),
        [
            ((301,), True),
            ((308,), True),
            ((301, 308), True),
            ((302,), False),
            ((301, 302), False),
            ((303,), False),
            ((307, 301), False),
        ],
    )
    async def test_only_a_way_of_permanent_redirects_is_a_move(self, statuses: tuple[int, ...], moved: bool) -> None:
        hops = {f"/{n}": http(status, Location=f"/{n + 1}") for n, status in enumerate(statuses)}
        async with serving(hops | {f"/{len(statuses)}": PAGE}) as site:
            answer = await fetch_one(site.url("/0"))
        assert answer.moved_to == (site.url(f"/{len(statuses)}") if moved else None)

    @pytest.mark.parametrize(("hops", "reason"), [(5, Reason.OK), (6, Reason.REDIRECTS)])
    async def test_five_are_followed(self, hops: int, reason: Reason) -> None:
        way = {f"/{n}": http(302, Location=f"/{n + 1}") for n in range(hops)}
        async with serving(way | {f"/{hops}": PAGE}) as site:
            assert (await fetch_one(site.url("/0"))).outcome.reason is reason

    async def test_a_circle_ends(self) -> None:
        async with serving({"/a": http(302, Location="/a")}) as site:
            assert (await fetch_one(site.url("/a"))).outcome.reason is Reason.REDIRECTS
        assert len(site.paths()) == 6

    @pytest.mark.parametrize(
        "place",
        [
            "file:///etc/passwd",
            "ftp://x/",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://",
            "http://[::1",
            "http://a:b/",
            "mailto:x@y",
        ],
    )
    async def test_only_web_addresses_are_followed(self, place: str) -> None:
        async with serving({"/": http(302, Location=place)}) as site:
            assert (await fetch_one(site.url("/"))).outcome.reason is Reason.REDIRECTS

    async def test_credentials_stay_at_their_origin(self) -> None:
        async with serving({"/same": http(302, Location="/x"), "/x": PAGE}) as other:
            async with serving({"/": http(302, Location="/same"), "/same": http(302, Location=other.url("/x"))}) as site:
                mine = {"Authorization": "Bearer s3cret", "Cookie": "s3cret=1", "X-Api-Key": "s3cret"}
                await fetch_one(Fetch(site.url("/"), headers=mine, etag='"v"'))
            names = ("authorization", "cookie", "x-api-key")
            assert [all(name in seen.headers for name in names) for seen in site.seen if seen.path != "/robots.txt"] == [
                True,
                True,
            ]
            assert "s3cret" not in str(other.seen)
            assert all("authorization" not in seen.headers for seen in site.seen if seen.path == "/robots.txt")
            assert other.seen[-1].headers["if-none-match"] == '"v"'

    async def test_a_password_in_a_redirect_is_not_used(self) -> None:
        async with serving({"/b": PAGE}) as site:
            there = site.url("/b").replace("//", "//user:pass@")
            async with serving({"/": http(302, Location=there)}) as first:
                answer = await fetch_one(first.url("/"))
        assert answer.page is not None
        assert answer.page.url == site.url("/b")
        assert "authorization" not in site.seen[-1].headers

    @pytest.mark.parametrize(
        ("status", "method", "body"),
        [(301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (307, "POST", b"q"), (308, "POST", b"q")],
    )
    async def test_a_post_goes_on_as_browsers_do_it(self, status: int, method: str, body: bytes) -> None:
        async with serving({"/a": http(status, Location="/b"), "/b": PAGE}) as site:
            await fetch_one(Fetch(site.url("/a"), method="POST", body=b"q"))
        assert (site.seen[-1].method, site.seen[-1].body) == (method, body)

    async def test_a_body_is_not_sent_on_to_another_origin(self) -> None:
        async with serving({"/b": PAGE}) as other, serving({"/a": http(307, Location=other.url("/b"))}) as site:
            answer = await fetch_one(Fetch(site.url("/a"), method="POST", body=b"key=s3cret"))
        assert answer.outcome.reason is Reason.REDIRECTS
        assert other.seen == []

    def test_an_address_in_any_bytes_becomes_an_address_or_a_reason(self) -> None:
        for location in (
            b"/\xe4\xbd\xa0",
            b"\xff\xfe",
            b"//[",
            b"http://\xe4\xbd\xa0.example/a b",
            b"?",
            b"http://h:99999/",
            b"\x00",
            b"a" * 70_000,
        ):
            try:
                url = target("http://x.example/a", location)
            except Ended as error:
                reason = error.outcome.reason
            else:
                reason = Reason.REDIRECTS if Request(url).url == safe_url_string(url) else Reason.OK
            assert reason is Reason.REDIRECTS, location


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


class TestDecompression:
    @pytest.mark.parametrize("encoding", ENCODERS)
    async def test_the_page_is_what_was_packed(self, encoding: str) -> None:
        answer = await _packed(ENCODERS[encoding](b"hello " * 100), encoding)
        assert answer.page is not None
        assert answer.page.body == b"hello " * 100
        assert answer.bytes < 600

    async def test_two_encodings_are_taken_off_in_turn(self) -> None:
        answer = await _packed(brotli.compress(gzip.compress(b"hello")), "gzip, br")
        assert answer.page is not None
        assert answer.page.body == b"hello"

    @pytest.mark.parametrize("encoding", ENCODERS)
    async def test_a_bomb_is_too_large(self, encoding: str) -> None:
        answer = await _packed(ENCODERS[encoding](b"\0" * 20_000_000), encoding, rules(max_page_size=1_000_000))
        assert (answer.outcome.reason, answer.outcome.permanent, answer.page) == (Reason.TOO_LARGE, True, None)

    async def test_a_bomb_in_a_bomb_is_too_large(self) -> None:
        answer = await _packed(gzip.compress(gzip.compress(b"\0" * 50_000_000)), "gzip, gzip", rules(max_page_size=1_000_000))
        assert answer.outcome.reason is Reason.TOO_LARGE

    async def test_many_encodings_on_top_of_each_other_are_refused(self) -> None:
        body = b"x"
        for _ in range(4):
            body = gzip.compress(body)
        assert (await _packed(body, "gzip, gzip, gzip, gzip")).outcome.reason is Reason.BAD_HTTP

    @pytest.mark.parametrize("encoding", [*ENCODERS, "raw deflate"])
    @pytest.mark.parametrize("size", [900, 400_000])
    async def test_a_page_that_was_cut_off_while_packed_is_none(self, encoding: str, size: int) -> None:
        page = random.Random(size).randbytes(size // 2).hex().encode()
        packed = zlib.compress(page)[2:-4] if encoding == "raw deflate" else ENCODERS[encoding](page)
        encoding = encoding.removeprefix("raw ")
        for end in (len(packed) * 2 // 3, len(packed) - len(packed) // 20):
            outcome = (await _packed(packed[:end], encoding)).outcome
            assert (outcome.reason, outcome.permanent) == (Reason.BAD_HTTP, False)
        assert (await _packed(packed, encoding)).page.body == page

    @pytest.mark.parametrize("end", [b"", b"\r\n", gzip.compress(b"")[-8:], gzip.compress(b" more")])
    async def test_a_gzip_page_is_whole_whatever_stands_for_its_checksum_or_behind(self, end: bytes) -> None:
        packed = gzip.compress(b"hello " * 100)
        for body in (packed[:-8] + end, packed + end):
            answer = await _packed(body, "gzip")
            assert answer.page is not None
            assert answer.page.body.startswith(b"hello " * 100)

    async def test_what_is_cut_by_us_says_what_its_status_says(self) -> None:
        body = gzip.compress(random.Random(1).randbytes(400_000))
        answer = await _packed(body, "gzip", status=404)
        assert answer.outcome.reason is Reason.GONE

    @pytest.mark.parametrize("encoding", ENCODERS)
    async def test_a_broken_stream_is_bad_http(self, encoding: str) -> None:
        assert (await _packed(b"this is not packed at all", encoding)).outcome.reason is Reason.BAD_HTTP

    @pytest.mark.parametrize("encoding", ["identity", "utf-8", "aes128gcm", ""])
    async def test_an_encoding_nobody_knows_leaves_the_body_as_it_is(self, encoding: str) -> None:
        answer = await _packed(b"hello", encoding)
        assert answer.page is not None
        assert answer.page.body == b"hello"

    @pytest.mark.parametrize(
        "body",
        [
            http(200, b"x" * 2_000),
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"3e8\r\n"
            + b"x" * 1_000
            + b"\r\n"
            + b"3e8\r\n"
            + b"x" * 1_000
            + b"\r\n0\r\n\r\n",
            http(200, b"x" * 2_000, Content_Length="999999999999"),
        ],
        ids=["length", "chunked", "lying-length"],
    )
    async def test_a_page_over_the_bound_is_too_large(self, body: bytes) -> None:
        async with serving({"/": body}) as site:
            answer = await fetch_one(site.url("/"), rules(max_page_size=1_500))
        assert answer.outcome.reason is Reason.TOO_LARGE

    async def test_a_page_without_end_is_too_large(self) -> None:
        async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            try:
                writer.write(b"HTTP/1.1 404 x\r\n\r\n" if b"/robots.txt" in head else b"HTTP/1.1 200 x\r\n\r\n")
                while b"/robots.txt" not in head:
                    writer.write(b"x" * 10_000)
                    await writer.drain()
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        answer = await fetch_one(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", rules(max_page_size=100_000))
        server.close()
        assert answer.outcome.reason is Reason.TOO_LARGE


async def _packed(body: bytes, encoding: str, with_rules: Any = None, status: int = 200) -> Any:
    site: Site
    async with serving({"/": http(status, body, Content_Encoding=encoding)}) as site:
        return await fetch_one(site.url("/"), with_rules)
