"""The peers of benchmarks/pipeline.py, each a process of its own that prints the pages it got: newspaper4k, which downloads and parses with
its own threads, and Scrapy as most people run it, bare or with trafilatura in the callback."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

links, database, mode = sys.argv[1:4]
ADDRESSES = Path(links).read_text().split()
db = sqlite3.connect(database)


def keep(*row: Any) -> None:
    """One page: address, title, text, date."""
    db.execute("insert or ignore into article values (?, ?, ?, ?)", row)
    db.commit()


def by_newspaper() -> int:
    """All pages, as newspaper4k reads them."""
    import newspaper

    def read(address: str) -> tuple[str, str, str, str]:
        article = newspaper.Article(address, language="zh", fetch_images=False)
        article.download()
        article.parse()
        return address, article.title, article.text, str(article.publish_date)

    with ThreadPoolExecutor(16) as pool:
        for row in pool.map(read, ADDRESSES):
            keep(*row)
    return int(db.execute("select count(*) from article").fetchone()[0])


def by_scrapy() -> int:
    """All pages, as Scrapy gets them, read if asked to."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    if mode == "trafilatura":
        import trafilatura
    pages = []

    class Pages(scrapy.Spider):
        name = "pages"

        async def start(self) -> Any:
            for address in ADDRESSES:
                yield scrapy.Request(address)

        def parse(self, response: Any) -> None:
            if mode == "trafilatura":
                read = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True, include_comments=False)
                keep(response.url, read.title, read.text, read.date)
            pages.append(response.url)

    pace = {
        "DOWNLOAD_DELAY": 0.01,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    }
    process = CrawlerProcess(pace | {"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False})
    process.crawl(Pages)
    process.start()
    return len(pages)


db.execute("pragma journal_mode=wal")
db.execute("create table article (url primary key, title, body, date)")
print(by_newspaper() if mode == "newspaper4k" else by_scrapy())
