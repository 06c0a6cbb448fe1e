"""A peer of benchmarks/pipeline.py: newspaper4k downloads and parses with its own threads. Prints the pages it got."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import newspaper

links, database = sys.argv[1:3]
db = sqlite3.connect(database)
db.execute("create table article (url primary key, title, body, date)")


def read(address: str) -> tuple[str, str, str, str]:
    """One article."""
    article = newspaper.Article(address, language="zh", fetch_images=False)
    article.download()
    article.parse()
    return address, article.title, article.text, str(article.publish_date)


with ThreadPoolExecutor(16) as pool:
    for row in pool.map(read, Path(links).read_text().split()):
        db.execute("insert or ignore into article values (?, ?, ?, ?)", row)
        db.commit()
print(db.execute("select count(*) from article").fetchone()[0])
