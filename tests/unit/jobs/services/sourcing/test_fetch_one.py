"""Requests of commands: through the daemon's engine, at one pace, robots.txt asked once."""

import asyncio

from crawler.record import Page
from jobs.services.sourcing.fetch_one import fetch_one, fetching, why_not
from tests.unit.crawler.fetch.local_site import http, rules, serving


async def test_one_fetcher_asks_for_robots_once_and_keeps_the_pace() -> None:
    async with serving({"/a": http(200, b"a"), "/b": http(200, b"b")}) as site, fetching(rules(delay=0.2)) as fetcher:
        pages = [await fetcher.get(site.url(path)) for path in ("/a", "/b", "/c")]
        assert [answer.page and answer.page.body for answer in pages] == [b"a", b"b", None]
        assert why_not(pages[2]).startswith("gone: ")
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/a", "/b", "/c"]
        assert all(later.at - one.at >= 0.19 for one, later in zip(site.seen, site.seen[1:], strict=False))


async def test_several_at_once_are_each_answered() -> None:
    async with serving({f"/{n}": http(200, str(n).encode()) for n in range(5)}) as site, fetching(rules()) as fetcher:
        answers = await asyncio.gather(*(fetcher.get(site.url(f"/{n}")) for n in range(5)))
        assert [answer.page.body for answer in answers if answer.page] == [b"0", b"1", b"2", b"3", b"4"]


async def test_what_is_posted_arrives() -> None:
    async with serving(lambda seen: http(200, seen.body) if seen.method == "POST" else b"") as site:
        page = await fetch_one(rules(), site.url("/x"), {"Content-Type": "application/json"}, b'{"a":1}')
    assert isinstance(page, Page)
    assert page.body == b'{"a":1}'


async def test_a_refused_address_is_a_sentence() -> None:
    async with serving({"/": http(200, b"x")}) as site:
        refused = await fetch_one(rules(allow_networks=()), site.url("/"))
    assert str(refused).startswith("refused-address: ")
