"""What the hostile web serves: one table, a case a row. A case is what a source's own address answers, or what its articles answer.

Each answer is whole bytes, or an async generator of pieces, which may sleep. `canary` in it stands for an address of this machine that
may never be visited.
"""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import brotli

Pieces = AsyncIterator[bytes]
FetchResult = bytes | Callable[[], Pieces]
MIB = 2**20
CANARY = "http://127.0.0.1:99999"  # replaced by the real one, which is as long, when it is served
PARAGRAPH = "江湾市的研究人员今天公布了一项测试结果，涉及模型、芯片与能耗，并说明了下一步的安排。"


def http(
    body: bytes | str = b"", kind: str = "text/html", status: str = "200 OK", length: int | None = None, **headers: str
) -> bytes:
    """A whole answer."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(raw) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("utf-8") + b"\r\nConnection: close\r\n\r\n" + raw


def rss(*items: str, head: str = "", start: str = '<?xml version="1.0"?>') -> str:
    """A feed of these items."""
    return f'{start}<rss version="2.0"><channel><title>feed</title>{head}{"".join(items)}</channel></rss>'


def item(link: str, title: str = "江湾发布新模型", date: str = "Mon, 02 Mar 2026 08:00:00 GMT", more: str = "") -> str:
    """One item of a feed."""
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


def feed(*links: str, **more: str) -> bytes:
    """A feed that links these."""
    return http(rss(*(item(link) for link in links), **more), "application/rss+xml")


def page(body: str, head: str = "", kind: str = "text/html; charset=utf-8") -> bytes:
    """A page."""
    return http(f"<!DOCTYPE html><html><head><title>江湾发布新模型</title>{head}</head><body>{body}</body></html>", kind)


def article(body: str = "", head: str = "") -> bytes:
    """A page with a short article, and something else."""
    return page(f"<h1>江湾发布新模型</h1><div class='content'>{f'<p>{PARAGRAPH}</p>' * 4}{body}</div>", head)


def moved(place: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return http(b"", status=status, Location=place)


def packed(body: bytes, encoding: str) -> bytes:
    """An answer that says it is encoded."""
    return http(body, "application/rss+xml", Content_Encoding=encoding)


def _deflate(size: int) -> bytes:
    made = zlib.compressobj(9)
    return b"".join(made.compress(b" " * MIB) for _ in range(size // MIB)) + made.flush()


def _brotli(size: int) -> bytes:
    made = brotli.Compressor(quality=5)
    return b"".join(made.process(b" " * MIB) for _ in range(size // MIB)) + made.finish()


def pieces(*parts: bytes, pause: float = 0.0, times: int = 1) -> Callable[[], Pieces]:
    """The parts one after the other, so many times over the last, with a pause before each."""

    async def go() -> Pieces:
        for part in parts[:-1]:
            yield part
        for _ in range(times):
            await asyncio.sleep(pause)
            yield parts[-1]

    return go


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
FOREVER = 10**9
GZIP_BOMB = gzip.compress(b" " * 200 * MIB, 9)
ATTRIBUTES = " ".join(f"a{n}=1" for n in range(100_000))
FORTY_THOUSAND = " ".join(f"a{n}=1" for n in range(40_000))
ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{ENTITIES}]>'
READ_FILE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
READ_NET = f'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "{CANARY}/x.dtd" [<!ENTITY f SYSTEM "{CANARY}/xxe">]>'
ESCAPES = "\x1b[2J\x1b]0;pwned\x07\x1b[31m\u202etxet\u202c<script>alert(1)</script>{{7*7}}=cmd|' /C calc'!A0 @all <!channel>"
SITEMAPS = f"<sitemapindex>{''.join(f'<sitemap><loc>/{n}.xml</loc></sitemap>' for n in range(5000))}</sitemapindex>"
ONE_MORE = "<sitemapindex><sitemap><loc>/again.xml</loc></sitemap></sitemapindex>"
EMPTY_GIF = b"GIF89a" + b"\0" * 4000
PAST_DATES = ("Mon, 99 Xxx 99999 99:99:99 GMT", "-1", "9" * 400, "0000-00-00", "1 " * 10_000, "Thu, 01 Jan 1970 00:00:00 GMT")


@dataclass(frozen=True)
class Case:
    """One hostile source. `answer`: its own address; `articles`: every other path; `robots`: its robots.txt (404 if none)."""

    name: str
    answer: FetchResult
    kind: str = "feed"
    articles: FetchResult = b""
    robots: FetchResult | None = None
    url: str = ""  # instead of its own address
    raw: bool = False  # the connection is used before any request is read


def _polls() -> list[Case]:
    """The source's own address misbehaves."""
    good = feed("/1.html")
    return [
        # ---- the connection
        Case("never-answers", pieces(b"", pause=3600)),
        Case("slow-headers", pieces(HEAD[:17], b"x", pause=1.0, times=FOREVER)),
        Case("slow-body", pieces(HEAD + b"Content-Length: 1000000\r\n\r\n", b" ", pause=0.5, times=FOREVER)),
        Case("slow-chunks", pieces(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", pause=0.5, times=FOREVER)),
        Case("closes-at-once", b"", raw=True),
        Case("speaks-first", pieces(b"220 mail ready\r\n", pause=0.0), raw=True),
        Case("not-http", b"\x00\x01\x02\xff" * 1000),
        Case("http-0.9", b"<html>hello</html>"),
        Case("status-999", http(b"?", status="999 What")),
        Case("status-text", b"HTTP/1.1 abc OK\r\n\r\n"),
        Case("continues-for-ever", pieces(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.001, times=FOREVER)),
        Case("headers-without-end", pieces(HEAD, b"X-A: " + b"a" * 1000 + b"\r\n", times=FOREVER)),
        Case("one-long-header", HEAD + b"X-A: " + b"a" * 2 * MIB + b"\r\n\r\n"),
        Case("many-headers", HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(20_000)) + b"\r\n"),
        Case("many-cookies", good.replace(b"\r\n\r\n", b"\r\n" + b"Set-Cookie: a=b; Domain=com\r\n" * 500 + b"\r\n", 1)),
        Case("cut-body", http(rss(item("/1.html")), length=10_000)),
        Case("two-lengths", HEAD + b"Content-Length: 5\r\nContent-Length: 50000\r\n\r\nhello"),
        Case("length-and-chunks", HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        Case("bad-chunk", HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nhello"),
        Case("negative-length", HEAD + b"Content-Length: -1\r\n\r\nhello"),
        Case("body-without-end", pieces(HEAD + b"\r\n", b"<item>" * 10_000, times=FOREVER)),
        Case("huge-length", HEAD + b"Content-Length: 99999999999999\r\n\r\n" + b" " * 1000),
        Case("wrong-tls", good, url="https://{host}:{port}/"),
        Case("no-such-name", good, url="http://no-such-name.invalid/feed.xml"),
        Case("no-possible-name", good, url=f"http://{'a' * 70}.example/"),
        # ---- encodings
        Case("gzip-bomb", packed(GZIP_BOMB, "gzip")),
        Case("deflate-bomb", packed(_deflate(200 * MIB), "deflate")),
        Case("brotli-bomb", packed(_brotli(200 * MIB), "br")),
        Case("gzip-in-gzip-bomb", packed(gzip.compress(GZIP_BOMB), "gzip, gzip")),
        Case("thirty-encodings", packed(gzip.compress(b"x"), ", ".join(["gzip"] * 30))),
        Case("not-gzip", packed(b"hello", "gzip")),
        Case("cut-gzip", packed(gzip.compress(rss(item("/1.html")).encode())[:-12], "gzip")),
        Case("not-zstd", packed(b"\x28\xb5\x2f\xfd" + b"\xff" * 500, "zstd")),
        # ---- redirects
        Case("redirect-circle", moved("/")),
        Case("redirect-chain", moved("/next"), articles=moved("/next?again")),
        Case("redirect-to-file", moved("file:///etc/passwd")),
        Case("redirect-to-data", moved("data:text/xml,<rss/>")),
        Case("redirect-to-canary", moved(f"{CANARY}/redirect", "301 Moved")),
        Case("redirect-with-line-end", moved("/x%0d%0aSet-Cookie: a=b")),
        Case("redirect-to-nowhere", http(b"", status="302 Found")),
        Case("redirect-to-nonsense", moved("http://[::1")),
        Case("refresh-to-canary", page("", f'<meta http-equiv="refresh" content="0;url={CANARY}/refresh">'), "auto"),
        # ---- refusals
        Case("busy-for-ever", http(b"", status="503 Busy", Retry_After="999999999999999")),
        Case("too-many-nonsense", http(b"", status="429 Slow", Retry_After="tomorrow, perhaps")),
        Case("broken", http(b"x", status="500 Broken")),
        Case("forbidden", http("<title>Just a moment...</title>", status="403 Forbidden")),
        Case("asks-a-password", http(b"", status="401 Who", WWW_Authenticate='Basic realm="x"')),
        Case("gone", http(b"", status="410 Gone")),
        Case("always-304", http(b"", status="304 Not Modified")),
        Case("no-content", http(b"", status="204 Nothing")),
        # ---- robots.txt
        Case("robots-broken", good, robots=http(b"", status="500 x")),
        Case("robots-hangs", good, robots=pieces(b"", pause=3600)),
        Case("robots-huge", good, robots=pieces(b"HTTP/1.1 200 OK\r\n\r\n", b"Disallow: /*a*b*c*d*e$\n" * 1000, times=FOREVER)),
        Case("robots-to-canary", good, robots=moved(f"{CANARY}/robots.txt")),
        Case("robots-no", good, robots=http("User-agent: *\nDisallow: /\n", "text/plain")),
        Case("robots-slow-pace", good, robots=http("User-agent: *\nCrawl-delay: 99999999\n", "text/plain")),
        # ---- feeds
        Case("billion-laughs", http(rss(item("/1.html", "&l11;"), start=LAUGHS), "application/rss+xml")),
        Case("reads-a-file", http(rss(item("/1.html", "&f;"), start=READ_FILE), "application/rss+xml")),
        Case("reads-the-net", http(rss(item("/1.html", "&f;"), start=READ_NET), "application/rss+xml")),
        Case("body-is-an-address", http(f"{CANARY}/feed", "application/rss+xml")),
        Case("body-is-a-path", http("/etc/passwd", "application/rss+xml")),
        Case("giant-tag", http(rss(f"<item {ATTRIBUTES}/>"), "application/rss+xml")),
        Case("deep", http(rss("<a>" * 200_000), "application/rss+xml")),
        Case("lonely-brackets", http("<" * MIB, "application/rss+xml")),
        Case("comments-that-never-end", http("<!--" * 300_000, "application/rss+xml")),
        Case("twenty-thousand-items", feed(*(f"/x/{n}.html" for n in range(20_000))), articles=article()),
        Case("title-of-a-megabyte", http(rss(item("/1.html", "标题" * 170_000)), "application/rss+xml"), articles=article()),
        Case("escapes", http(rss(item("/1.html", f"<![CDATA[{ESCAPES}]]>")), "application/rss+xml"), articles=article(ESCAPES)),
        Case("impossible-dates", http(rss(*(item(f"/{n}.html", date=d) for n, d in enumerate(PAST_DATES))), "text/xml")),
        Case("nul-and-surrogates", http(rss(item("/1.html", "a\x00b\ud800c\ufffe")), "application/rss+xml"), articles=article()),
        Case("utf-16-that-lies", http(rss(item("/1.html")).encode("utf-16-le"), "text/xml; charset=gb2312")),
        Case("cut-feed", http(rss(item("/1.html"), item("/2.html"))[:-90], "application/rss+xml"), articles=article()),
        Case("links-elsewhere", feed(f"{CANARY}/a", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "//[", "\\\\x\\y")),
        Case("hub-to-canary", feed("/1.html", head=f'<link rel="hub" href="{CANARY}/hub"/><cloud domain="127.0.0.1"/>')),
        Case("style-to-canary", feed("/1.html", start=f'<?xml-stylesheet href="{CANARY}/x.xsl" type="text/xsl"?>')),
        Case("picture", http(EMPTY_GIF, "application/rss+xml")),
        Case("film", http(b"x" * 100, "video/mp4", length=10**10)),
        # ---- lists, sitemaps, interfaces
        Case("trap", pieces(b"", pause=0), "listing"),  # a new calendar each time: see Trap
        Case("hundred-thousand-links", page("".join(f"<a href=/d/{n}.html>第{n}条新闻的标题很长</a>" for n in range(100_000))), "auto"),
        Case("base-to-canary", page("<a href=1.html>这是一条足够长的新闻标题</a>" * 9, f"<base href='{CANARY}/'>"), "listing"),
        Case("sitemap-of-itself", http(SITEMAPS, "text/xml"), "sitemap", http(ONE_MORE, "text/xml")),
        Case("sitemap-giant", http("<urlset>" + "<url><loc>/e.html</loc><lastmod>x</lastmod></url>" * 60_000 + "</urlset>", "text/xml"), "sitemap"),
        Case("deep-json", http("[" * 500_000, "application/json"), "api"),
        Case("big-numbers", http('{"data":[{"url":"/1.html","title":1e999,"published":' + "9" * 5000 + "}]}", "application/json"), "api"),
        Case("json-of-nonsense", http(json.dumps({"data": [None, [], {"url": {"a": 1}, "title": ["x"]}, 5]}), "application/json"), "api"),
        Case("date-junk", http(json.dumps([{"url": "/1.html", "title": "t" * 50, "published": "12:30 Mar 5 " * 2000}]), "application/json"), "api"),
        Case("login-page", page("<form><input type=password></form>"), "auto"),
        Case("empty-page", http(b""), "auto"),
    ]  # fmt: skip


def _articles() -> list[Case]:
    """The source behaves, its articles do not."""
    pages: dict[str, FetchResult] = {
        "never-answers": pieces(b"", pause=3600),
        "giant-tag": page(f"<div {FORTY_THOUSAND}>x</div>"),
        "giant-tag-in-text": article(f"<p {ATTRIBUTES}>x</p>"),
        "deep-divs": page("<div>" * 60_000 + PARAGRAPH),
        "deep-formatting": article("<b><i><a href=x>" * 20_000),
        "deep-tables": page("<table><tr><td>" * 5_000 + PARAGRAPH),
        "many-paragraphs": page(f"<p>{PARAGRAPH}</p>" * 40_000),
        "one-long-word": article("大模型" * 1_000_000),
        "many-links": article("<a href=/x>大模型</a>" * 100_000),
        "title-of-a-megabyte": page(PARAGRAPH, f"<title>{'标题' * 170_000}</title>"),
        "deep-json-ld": article(head=f'<script type="application/ld+json">{"[" * 100_000}</script>'),
        "big-json-ld": article(head='<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"' + "x" * 4_000_000 + '"}</script>'),
        "canonical-to-canary": article(head=f'<link rel="canonical" href="{CANARY}/canonical"><meta property="og:url" content="{CANARY}/og">'),
        "amp-to-canary": article(head=f'<link rel="amphtml" href="{CANARY}/amp"><link rel="next" href="{CANARY}/next">'),
        "refresh-to-canary": article(head=f'<meta http-equiv="refresh" content="0;url={CANARY}/refresh">'),
        "frame-to-canary": article(f'<iframe src="{CANARY}/frame"></iframe><img src="{CANARY}/img"><script src="{CANARY}/js"></script>'),
        "redirect-to-canary": moved(f"{CANARY}/article"),
        "gzip-bomb": packed(GZIP_BOMB, "gzip"),
        "twenty-megabytes": page("x" * 20 * MIB),
        "comments": article("<!-- -- " * 200_000),
        "entities": article("&amp;" * 500_000 + "&#x110000;&#xD800;&#0;&nosuch;"),
        "controls": article(ESCAPES + "".join(map(chr, range(32))) + "\u2066\u202e\u200b" * 1000),
        "date-junk": article(f"<span class=date>{'2026-03-05 12:30 Mar ' * 5000}</span>"),
        "lying-charset": http(f"<meta charset=utf-16><p>{PARAGRAPH * 20}</p>".encode("gb18030"), "text/html; charset=big5"),
        "binary": http(bytes(range(256)) * 2000, "text/html"),
        "script-of-megabytes": article(f"<script>{'var a=[1,2,3];' * 300_000}</script>"),
        "style-attributes": article("<p style='" + "color:red;" * 200_000 + "'>x</p>"),
        "not-found": http("<h1>404</h1>", status="404 Not Found"),
        "soft-404": page("<h1>页面不存在</h1>"),
    }  # fmt: skip
    return [Case(f"article-{name}", feed("/1.html", "/2.html"), "feed", answer) for name, answer in pages.items()]


CASES = [*_polls(), *_articles()]
