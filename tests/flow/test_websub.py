"""A feed with a hub of our own, watched by the real daemon: the hub tells, and the article is there long before its poll."""

import asyncio
import hmac
import socket
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest

from storage.archive import queries
from storage.db.database import open_database
from tests.flow.harness import start
from tests.unit.crawler.fetch.local_site import Seen, Site, http, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

TEXT = "记者从发布会上了解到，这项工作已经进行了三年，参与的单位超过四十家，下一步会在更多城市推开，相关标准也将陆续公布。"


class Publisher:
    """A site with a feed, and the hub that the feed names."""

    def __init__(self) -> None:
        self.site: Site
        self.articles = 1
        self.asked: dict[str, str] = {}
        self.subscribed = asyncio.Event()

    def reply(self, seen: Seen) -> bytes:
        if seen.path == "/hub":
            self.asked = dict(parse_qsl(seen.body.decode()))
            self.subscribed.set()
            return http(202)
        if seen.path == "/feed.xml":
            items = "".join(
                f"<item><title>大模型新闻第{n}条</title><link>{self.site.url(f'/a/{n}.html')}</link></item>"
                for n in range(self.articles)
            )
            links = f'<a:link rel="hub" href="{self.site.url("/hub")}"/><a:link rel="self" href="{self.site.url("/feed.xml")}"/>'
            feed = f'<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>{links}{items}</channel></rss>'
            return http(200, feed.encode(), Content_Type="application/rss+xml")
        if seen.path.startswith("/a/"):
            title = f"大模型新闻第{seen.path[3]}条"
            page = f"<html><head><meta charset=utf-8><title>{title}</title></head><body><article><h1>{title}</h1><p>{title}。{TEXT}</p><p>{TEXT}</p></article></body></html>"
            return http(200, page.encode(), Content_Type="text/html")
        return b"" if seen.path == "/robots.txt" else http(404)

    async def verify(self, session: aiohttp.ClientSession) -> str:
        query = {"hub.mode": "subscribe", "hub.topic": self.asked["hub.topic"], "hub.challenge": "c", "hub.lease_seconds": "9999"}
        async with session.get(self.asked["hub.callback"] + "?" + urlencode(query)) as answer:
            return await answer.text()

    async def distribute(self, session: aiohttp.ClientSession) -> int:
        body = b"<rss>a part of the feed</rss>"
        proof = hmac.new(self.asked["hub.secret"].encode(), body, "sha512").hexdigest()
        async with session.post(self.asked["hub.callback"], data=body, headers={"X-Hub-Signature": f"sha512={proof}"}) as answer:
            return answer.status


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def stored(folder: Path, count: int) -> None:
    """Wait until so many articles are stored; the test's own time limit ends this."""
    file = folder / "zhixun.db"
    while True:
        if file.exists():
            with closing(open_database(f"sqlite:///{file}")) as db:
                if len(db.read(lambda s: list(queries.records(s)))) == count:
                    return
        await asyncio.sleep(0.3)


async def test_what_a_hub_tells_is_stored_long_before_the_next_poll(tmp_path: Path) -> None:
    publisher = Publisher()
    async with serving(publisher.reply) as publisher.site, aiohttp.ClientSession() as session:
        config = tmp_path / "config.yaml"
        address = f"127.0.0.1:{free_port()}"
        config.write_text(
            f"database: sqlite:///{tmp_path}/zhixun.db\n"
            "crawl:\n  delay: 10ms\n  allow_networks: [127.0.0.0/8]\n"
            f"  websub: {{callback: 'http://{address}/hubs', listen: '{address}'}}\n"
            f"sources: [{{name: s, url: '{publisher.site.url('/feed.xml')}', every: 1d}}]\n"
        )
        daemon = await start(config)
        try:
            await publisher.subscribed.wait()
            assert await publisher.verify(session) == "c"
            await stored(tmp_path, 1)
            publisher.articles = 2
            assert await publisher.distribute(session) == 202
            await stored(tmp_path, 2)
        finally:
            daemon.terminate()
            assert await daemon.wait() == 0
