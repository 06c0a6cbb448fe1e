"""Damages our own samples at random and gives them to one reader: it may refuse, in its own words, but not raise anything else nor hang.

    python benchmarks/fuzz.py feed [--seconds 300] [--seed 1]      which there are: --help
    python benchmarks/fuzz.py feed --again 1:4711                  one input again, in full view

Prints inputs, exceptions by place, and the slowest by processor time; exit code 1 when there was an exception or one over two seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from zlib import crc32
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from crawler.errors import ZhixunError
from crawler.fetch import robots
from crawler.record import Link, Page, Record, Source
from crawler.sandbox.precheck import hostile
from crawler.spiders import api, feed, listing, sitemap
from crawler.stages import add as adding
from crawler.stages import read as reading
from crawler.stages.find import spiders
from jobs.config import load as config
from jobs.formats import opml
from storage.rules.parser import QueryError, parse
from storage.rules.ruleset import search
from tests.flow import discovery_sites
from tests.unit.crawler.spiders import test_api, test_feed, test_sitemap

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
URL = "https://paper.example/2026/11/24/1.html"
SLOW = 2.0  # seconds of processor time
LARGEST = 2_000_000  # bytes; the engine's own limit is 10 MB, the deadline of a child 8 s
SITES = ROOT / "tests" / "sites"

Read = Callable[[bytes], object]
KEYS = b"title link url date published pubDate items item entry list data content:encoded updated guid loc lastmod name text type".split()
SCRAPS = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u202e\u2028\u0130\ufdfa".encode(), b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<", b">", b"&", b"&#x110000;",
    b"&nbsp;", b"&a;", b'"', b"'", b"=", b"{", b"[", b"}", b"]", b"(", b")", b",", b":", b"\\", b"\\ud800", b"/", b"//", b"..", b"*", b"$", b"%", b"%zz", b"%00",
    b"#", b"@", b"|", b"~", b"-", b"\n", b"\r\n", b"\t", b"  ", b"---\n", b"- ", b": ", b"null", b"true", b"NaN", b"-1", b"1e999", b"9" * 400, b"0" * 60, b"99999999999999",
    b"2026-13-45T99:99:99+99:99", b"0000-00-00", b"Mon, 32 Foo 99999", "９９９９年99月".encode(), "昨天".encode(), "3小时前".encode(), b"http://[::1", b"http://a:b@c:99999/",
    b"javascript:x", b"data:,", b"//x", b"?", b"&x=1" * 50, b"NOT ", b" OR ", b" AND ", b"near(", b"atleast(", b"count(a) >=", b"title:", b"/(a+)+$/", b"@", b"*", b"!!python/object:x",
    b"&x [*x, *x]", b"<<: *x", b"${X}", b"${X:-", b"<script type='application/ld+json'>", b"<article>", b"<table><tr><td>", b"<a href='", b"<p>", b"</p>", b"<div>", b"</div>",
    b'<?xml version="1.0" encoding="utf-16"?>', b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<meta charset=utf-7>", b"User-agent: *\n", b"Disallow: /", b"Crawl-delay: 1e400\n",
]  # fmt: skip


def damaged(samples: list[bytes], rng: random.Random) -> bytes:
    """One of the samples, or two grown together, damaged in one to a dozen places; now and then a part of it thousands of times."""
    body = bytearray(rng.choice(samples))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 12))):
        at, to = sorted((rng.randint(0, len(body)), rng.randint(0, len(body))))
        to = min(to, at + 2 ** rng.randint(0, 14))
        match rng.randint(0, 9):
            case 0 if body:
                body[min(at, len(body) - 1)] ^= 1 << rng.randint(0, 7)
            case 1:
                del body[at:to]
            case 2:
                body = body[:at]
            case 3:
                body[at:to] = body[at:to] * rng.randint(2, 8)
            case 4:
                other = rng.choice(samples)
                start = rng.randint(0, len(other))
                body[at:to] = other[start : start + 2 ** rng.randint(0, 14)]
            case 5:  # a tag, a line, a value: what the format itself is made of
                parts = list(re.finditer(rb"<[^<>]{1,80}>|\"[^\"\n]{0,60}\"|[^\n]{1,80}\n", bytes(body)))
                if parts:
                    one, two = rng.choice(parts), rng.choice(parts)
                    body[one.start() : one.end()] = two.group() * rng.choice((0, 1, 2, 3, 500))
            case 6 if rng.random() < 0.15 and len(body) < LARGEST:  # havoc: the same again and again, nested or in a row
                piece = bytes(body[at : at + rng.randint(1, 200)]) or b"<a>"
                again = rng.choice((piece, *SCRAPS, b"<b>", b'{"a":', b"<outline text='x'>", b" a=b"))
                body[at:at] = (again * 2 ** rng.randint(4, 18))[:LARGEST]
            case 7:
                body[at:to] = b"<" + rng.choice(KEYS) + b">" + rng.choice(SCRAPS) + b"</" + rng.choice(KEYS) + b">"
            case 8:
                body[at:to] = b'"' + rng.choice(KEYS) + b'": ' + rng.choice(SCRAPS)
            case _:
                body[at:at] = rng.choice(SCRAPS) * rng.choice((1, 1, 1, 2, 40))
    if rng.random() < 0.03:
        with suppress(UnicodeError):
            return bytes(body[:LARGEST]).decode().encode(rng.choice(("utf-16", "gb18030", "big5", "utf-32")), "replace")
    return bytes(body[:LARGEST])


# ---- the readers, each as its caller calls it


def _finds(kind: str) -> Read:
    def read(body: bytes) -> object:
        page = Page(URL, body, NOW, "")
        return None if hostile(body) else spiders()[kind].find(page, Source("paper", URL, kind), NOW, ZONE)

    return read


def _article(body: bytes) -> object:
    if hostile(body):
        return None
    hosts = ["paper.example", *reading._sites()]
    url = URL.replace("paper.example", hosts[crc32(body) % len(hosts)])
    return adding.add(reading.read(Page(url, body, NOW, ""), Link(url), "paper", ZONE))


def _config(body: bytes) -> object:
    path = FOLDER / "config.yaml"
    path.write_bytes(body)
    return config.load(path, {"X": "x"})


def _query(body: bytes) -> object:
    text = body.decode("utf-8", "replace")
    return search(parse(text, {"openai": ("OpenAI", "江湾")}), Record("江湾发布", URL, text[:20_000], author=text[:50]), (), NOW)


def _robots(body: bytes) -> object:
    rules = robots.parse(body, "Zhixun/1.0")
    return [rules.allows(URL + body[-at:].decode("latin-1")) for at in (0, 30, 2000)]


def _served(kind: str) -> list[bytes]:
    """The answers of our sites that a spider takes for its own."""
    paths = sorted((SITES / "discovery").glob("*.site"))
    sites = [discovery_sites.load(n, path, 80, NOW, ZONE) for n, path in enumerate(paths, 1)]
    bodies = [answer.body for site in sites for answer in site.answers.values()] + _files("listing/*.html")
    made = [body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) for body, _, _ in test_api.LAYOUTS.values()]
    made += [test_feed.rss(test_feed.item() * 3), test_feed.ATOM, test_feed.RDF, json.dumps(test_feed.JSON_FEED)]
    made.append(test_sitemap.NEWS)
    bodies += [text.encode() for text in made]
    spider = {"feed": feed, "listing": listing, "sitemap": sitemap, "api": api}[kind]
    return [body for body in bodies if spider.recognizes(Page(URL, body, NOW, ""))]


def _files(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(SITES.glob(pattern))]


def _blocks(language: str, page: str) -> list[bytes]:
    """The blocks of this language in a page of the documentation."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [block.encode() for block in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)]


def _queries() -> list[bytes]:
    rows = re.findall(r"^\| (.*?) \|", (ROOT / "docs" / "rules.md").read_text("utf-8"), re.MULTILINE)
    return [code.encode() for row in rows for code in re.findall(r"`([^`]+)`", row)]


def _opml() -> list[bytes]:
    own = {"every": "10m", "items": "a[*].b"}
    made = [
        opml.Outline(f"源 {n}", f"https://paper{n}.example/feed.xml", kind, ("AI", "芯片/车"), own)
        for n, kind in enumerate(("feed", "auto", "api", "listing"))
    ]
    return [opml.write(made, "ours", NOW), opml.write(made * 9, "<ours>", NOW)]


ROBOTS = [
    b"User-agent: *\nDisallow: /private/\nAllow: /private/open$\nCrawl-delay: 2\n\nUser-agent: zhixun\nUser-agent: other\nDisallow: /*/print*.html$\n",
    "\ufeffuser-agent : Zhixun # us\nallow: /新闻/%e6%96%b0\ndisallow: *?session=\nSitemap: https://paper.example/sitemap.xml\n".encode(),
]
READERS: dict[str, tuple[Read, Callable[[], list[bytes]]]] = {
    **{kind: (_finds(kind), lambda kind=kind: _served(kind)) for kind in ("feed", "listing", "sitemap", "api")},
    "article": (_article, lambda: _files("articles/*.html")),
    "config": (_config, lambda: [(ROOT / "config.yaml").read_bytes(), *_blocks("yaml", "configuration.md")]),
    "query": (_query, _queries),
    "opml": (opml.read, _opml),
    "robots": (_robots, lambda: ROBOTS),
}


def run(name: str, seconds: float, seed: int) -> bool:
    """Give the reader damaged samples for so long; whether it took them all well."""
    read, samples_of = READERS[name]
    samples = samples_of()
    for body in samples:  # word lists are read at first use
        with suppress(ZhixunError, QueryError):
            read(body)
    number, refused, took, failed = 0, 0, [(0.0, 0, 0)], Counter[str]()
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    while datetime.now(UTC) < end:
        number += 1
        body = damaged(samples, random.Random(f"{seed}:{number}"))
        began = process_time()
        try:
            read(body)
        except (ZhixunError, QueryError):
            refused += 1
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            if not failed[where]:
                print(f"{name}: {where}: {error!s:.200}; --again {seed}:{number}", flush=True)
            failed[where] += 1
        cost = process_time() - began
        if cost > SLOW:
            print(f"{name}: {cost:.1f} s for {len(body):,} bytes; --again {seed}:{number}", flush=True)
        took = sorted([*took, (cost, len(body), number)])[-3:]
    slowest = ", ".join(f"{cost:.2f} s ({size:,} bytes, {seed}:{which})" for cost, size, which in reversed(took))
    print(
        f"{name}: {len(samples)} samples, {number:,} inputs, {refused:,} refused, {failed.total()} exceptions; slowest {slowest}",
        flush=True,
    )
    return not failed and took[-1][0] <= SLOW


def again(name: str, which: str) -> None:
    """One input once more, its exception not caught; the input stays in a file."""
    read, samples_of = READERS[name]
    samples = samples_of()
    body = damaged(samples, random.Random(which))
    file = Path(tempfile.gettempdir()) / f"fuzz-{name}-{which.replace(':', '-')}"
    file.write_bytes(body)
    print(f"{len(body):,} bytes in {file}: {json.dumps(body[:200].decode('latin-1'))}")
    with suppress(ZhixunError, QueryError):
        read(samples[0])
    began = process_time()
    try:
        print(repr(read(body))[:500])
    finally:
        print(f"{process_time() - began:.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", choices=sorted(READERS))
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", metavar="SEED:NUMBER")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        if chosen.again:
            again(chosen.reader, chosen.again)
        else:
            sys.exit(0 if run(chosen.reader, chosen.seconds, chosen.seed) else 1)
