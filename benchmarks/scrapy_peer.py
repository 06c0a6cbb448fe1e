"""A peer of benchmarks/pipeline.py: Scrapy as most people run it, bare or with trafilatura in the callback. Prints the pages it got."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

links, database, mode = sys.argv[1:4]
if mode == "trafilatura":
    import trafilatura


class Pages(scrapy.Spider):
    """Fetches a list of addresses."""

    name = "pages"
    count = 0

    async def start(self) -> Any:
        """One request an address."""
        for address in Path(links).read_text().split():
            yield scrapy.Request(address)

    def parse(self, response: Any) -> None:
        """Keep the page, read if asked to."""
        if mode == "trafilatura":
            read = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True, include_comments=False)
            db.execute("insert or ignore into article values (?, ?, ?, ?)", (response.url, read.title, read.text, read.date))
            db.commit()
        Pages.count += 1


db = sqlite3.connect(database)
db.execute("pragma journal_mode=wal")
db.execute("create table article (url primary key, title, body, date)")
process = CrawlerProcess(
    {
        "DOWNLOAD_DELAY": 0.01,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        "ROBOTSTXT_OBEY": True,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Pages)
process.start()
print(Pages.count)
