"""A small world of news sites on the loopback range: what the demo, the flow tests and the benchmarks watch.

Each site publishes the way a real one does: an RSS feed, a list page, a news sitemap or a JSON API, in UTF-8 or GB18030, with
ETag and 304, tracking parameters in its links, a mobile twin of each article, a robots.txt. Every request is kept with its time.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from itertools import count

from aiohttp import web

LISTS = {"feed": "/feed.xml", "listing": "/news/", "sitemap": "/sitemap.xml", "api": "/api/list.json"}
ROBOTS = "User-agent: *\nDisallow: /private/\n"


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a site; `path` is unique on it, such as ``/2026/11/24/12.html``."""

    path: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    keywords: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The article's text as a record should have it."""
        return "\n".join(self.paragraphs)


@dataclass(slots=True)
class Seen:
    """One request as the server saw it. `at` is the event loop's time in seconds."""

    at: float
    path: str
    status: int


@dataclass
class Site:
    """One news site. Articles become visible when they are appended to `articles`."""

    name: str
    kind: str  # feed | listing | sitemap | api
    encoding: str = "utf-8"
    tracking: bool = False  # links carry utm_* parameters
    twins: bool = False  # every third link points to the mobile page
    conditional: bool = True  # offers ETag and answers 304
    chrome: str = ""  # HTML that stands around each article: menus, teasers, scripts
    articles: list[Article] = field(default_factory=list)
    requests: list[Seen] = field(default_factory=list)
    address: str = ""  # http://127.0.0.11:8080, once it is served

    @property
    def url(self) -> str:
        """The address to watch."""
        return self.address + LISTS[self.kind]

    def link(self, article: Article) -> str:
        """The article's address as the site's own list gives it."""
        place = self.articles.index(article)
        path = "/m" + article.path if self.twins and place % 3 == 2 else article.path
        return self.address + path + ("?utm_source=list&utm_medium=web" if self.tracking else "")

    def app(self) -> web.Application:
        """The site as a web application."""
        app = web.Application(middlewares=[self._count])
        app.router.add_get("/robots.txt", self._robots)
        renderers = {"feed": self._feed, "listing": self._listing, "sitemap": self._sitemap, "api": self._api}
        for kind, render in renderers.items():
            app.router.add_get(LISTS[kind], self._list_handler(render))
        app.router.add_get("/{path:.*}", self._article)
        return app

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        at = asyncio.get_running_loop().time()
        try:
            response = await handler(request)
        except web.HTTPException as error:
            self.requests.append(Seen(at, request.path, error.status))
            raise
        self.requests.append(Seen(at, request.path, response.status))
        return response

    async def _robots(self, _request: web.Request) -> web.Response:
        return web.Response(text=ROBOTS)

    def _list_handler(self, render: Callable[[], tuple[str, str]]) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            text, content_type = render()
            body = text.encode(self.encoding, "xmlcharrefreplace")
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers = {"Content-Type": content_type, **({"ETag": etag} if self.conditional else {})}
            if self.conditional and request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers=headers)
            return web.Response(body=body, headers=headers)

        return handler

    def _newest_first(self) -> list[Article]:
        return sorted(self.articles, key=lambda article: article.published, reverse=True)

    def _feed(self) -> tuple[str, str]:
        items = "".join(
            f"<item><title>{html.escape(a.title)}</title><link>{html.escape(self.link(a))}</link>"
            f"<guid isPermaLink='false'>{a.path}</guid><pubDate>{format_datetime(a.published)}</pubDate>"
            f"<description>{html.escape(a.paragraphs[0][:80])}</description></item>"
            for a in self._newest_first()
        )
        return (
            f"<?xml version='1.0' encoding='{self.encoding}'?><rss version='2.0'><channel><title>{html.escape(self.name)}</title>"
            f"<link>{self.address}/</link><description>{html.escape(self.name)}</description>{items}</channel></rss>",
            "application/rss+xml",
        )

    def _listing(self) -> tuple[str, str]:
        rows = "".join(
            f'<li><a href="{html.escape(self.link(a))}" target="_blank">{html.escape(a.title)}</a>'
            f"<span class='date'>{a.published:%Y-%m-%d %H:%M}</span></li>"
            for a in self._newest_first()
        )
        return (
            self._frame(f"{self.name} 新闻", f"<div class='list'><ul>{rows}</ul></div>"),
            f"text/html; charset={self.encoding}" if self.encoding == "utf-8" else "text/html",
        )

    def _sitemap(self) -> tuple[str, str]:
        rows = "".join(
            f"<url><loc>{html.escape(self.link(a))}</loc><news:news><news:publication><news:name>{html.escape(self.name)}</news:name>"
            f"<news:language>zh</news:language></news:publication><news:publication_date>{a.published.isoformat()}</news:publication_date>"
            f"<news:title>{html.escape(a.title)}</news:title></news:news></url>"
            for a in self._newest_first()
        )
        space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
        return f"<?xml version='1.0' encoding='{self.encoding}'?><urlset {space}>{rows}</urlset>", "application/xml"

    def _api(self) -> tuple[str, str]:
        rows = [
            {"title": a.title, "url": self.link(a), "published_at": a.published.isoformat(), "brief": a.paragraphs[0][:80]}
            for a in self._newest_first()
        ]
        return json.dumps({"code": 0, "data": {"list": rows}}, ensure_ascii=False), "application/json"

    async def _article(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/m") if request.path.startswith("/m/") else request.path
        article = next((a for a in self.articles if a.path == path), None)
        if article is None:
            raise web.HTTPNotFound(text="no such page")
        body = self._frame(article.title, self._article_body(article), head=self._article_head(article))
        plain = "text/html" if self.encoding != "utf-8" else "text/html; charset=utf-8"
        return web.Response(body=body.encode(self.encoding, "xmlcharrefreplace"), headers={"Content-Type": plain})

    def _article_head(self, article: Article) -> str:
        keywords = f'<meta name="keywords" content="{html.escape(",".join(article.keywords))}">' if article.keywords else ""
        return f'<link rel="canonical" href="{self.address}{article.path}">{keywords}'

    def _article_body(self, article: Article) -> str:
        paragraphs = "".join(f"<p>　　{html.escape(p)}</p>\n" for p in article.paragraphs)
        return (
            f"<div class='article'><h1>{html.escape(article.title)}</h1>"
            f"<div class='info'><span>{article.published:%Y-%m-%d %H:%M}</span> 来源：{html.escape(self.name)}</div>"
            f"<div class='content'>{paragraphs}<p>责任编辑：值班编辑</p></div>"
            "<div class='share'>分享到：微信 微博</div></div>"
        )

    def _frame(self, title: str, body: str, head: str = "") -> str:
        links = "".join(f"<li><a href='/{word}/'>{label}</a></li>" for word, label in NAVIGATION)
        charset = "gb2312" if self.encoding.startswith("gb") else self.encoding  # as such sites say it
        return (
            f"<!DOCTYPE html><html><head><meta charset='{charset}'><title>"
            f"{html.escape(title)} - {html.escape(self.name)}</title>{head}</head>"
            f"<body><nav><ul>{links}</ul></nav>{body}{self.chrome}<footer>版权所有 {html.escape(self.name)}</footer></body></html>"
        )


NAVIGATION = (("", "首页"), ("tech", "科技"), ("finance", "财经"), ("auto", "汽车"), ("about", "关于我们"))


@dataclass
class Sink:
    """A webhook receiver that keeps what it was sent, and can fail the way real ones do.

    `misbehave(n)` is asked for the n-th request (from 1) and answers: ``ok``, ``503``, ``reset`` (the connection is cut before
    the message is taken), ``lost`` (the message is taken and the reply is not sent).
    """

    misbehave: Callable[[int], str] = lambda _number: "ok"
    received: list[tuple[str, dict[str, object]]] = field(default_factory=list)  # (idempotency key, body)
    _number: count[int] = field(default_factory=lambda: count(1))

    def app(self) -> web.Application:
        """The receiver as a web application: POST /hook."""
        app = web.Application()
        app.router.add_post("/hook", self._hook)
        return app

    async def _hook(self, request: web.Request) -> web.Response:
        mood = self.misbehave(next(self._number))
        if mood == "reset":
            self._cut(request)
        if mood == "503":
            return web.Response(status=503)
        self.received.append((request.headers.get("Idempotency-Key", ""), await request.json()))
        if mood == "lost":
            self._cut(request)
        return web.Response(text="ok")

    @staticmethod
    def _cut(request: web.Request) -> None:
        if request.transport is not None:
            request.transport.abort()


class World:
    """Sites and a sink, served on 127.0.0.x (one address a site; where the machine has only 127.0.0.1, one port a site)."""

    def __init__(self, sites: list[Site], sink: Sink | None = None, first: int = 11) -> None:
        self.sites = sites
        self.sink = sink or Sink()
        self.hook = ""
        self._first = first
        self._runners: list[web.AppRunner] = []

    async def start(self) -> None:
        """Serve everything; each site then knows its `address`."""
        for place, site in enumerate(self.sites):
            here = divmod(self._first + place, 256)
            site.address = await self._serve(site.app(), f"127.0.{here[0]}.{here[1]}")
        self.hook = await self._serve(self.sink.app(), "127.0.0.1") + "/hook"

    async def stop(self) -> None:
        """Stop serving."""
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def _serve(self, app: web.Application, host: str) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._runners.append(runner)
        for address in (host, "127.0.0.1"):  # macOS has no 127.0.0.2 unless it is told to
            server = web.TCPSite(runner, address, 0)
            try:
                await server.start()
            except OSError:
                continue
            port = runner.addresses[0][1]
            return f"http://{address}:{port}"
        raise OSError(f"cannot listen on {host} or 127.0.0.1")
