"""A site whose list and articles are there only after their scripts ran, watched by the real program with a real Chromium."""

import asyncio
import json
from contextlib import closing
from pathlib import Path

import pytest

from crawler.record import Record
from storage.archive import queries
from storage.db.database import open_database
from tests.flow.harness import run_once
from tests.unit.crawler.fetch.local_site import Seen, Site, http, serving
from tests.unit.crawler.fetch.test_browser import needs_browser

pytestmark = [needs_browser, pytest.mark.slow]

SHELL = http(200, b'<html><head><meta charset="utf-8"><script src="/app.js" defer></script></head><body><div id="root"></div></body></html>', Content_Type="text/html")  # fmt: skip
APP = """
fetch("/api" + location.pathname).then(answer => answer.json()).then(page => {
  document.title = page.title;
  document.getElementById("root").innerHTML = page.links
    ? "<ul>" + page.links.map(link => `<li><a href="${link.url}">${link.title}</a></li>`).join("") + "</ul>"
    : `<article><h1>${page.title}</h1><time datetime="${page.date}">${page.date}</time>${page.text.map(line => `<p>${line}</p>`).join("")}</article>`;
});
"""
TITLES = [
    "上海发布大模型产业新政策",
    "国产芯片公司完成十亿元融资",
    "开源社区迎来新的推理框架",
    "自动驾驶企业公布路测数据",
    "医院用人工智能辅助影像诊断",
]
TEXT = "记者从发布会上了解到，这项工作已经进行了三年，参与的单位超过四十家，下一步会在更多城市推开，相关标准也将陆续公布。"


def answer(seen: Seen) -> bytes:
    if seen.path == "/app.js":
        return http(200, APP.encode(), Content_Type="text/javascript; charset=utf-8", Cache_Control="max-age=3600")
    if seen.path == "/api/news":
        page = {"title": "新闻", "links": [{"url": f"/news/2026/{n}.html", "title": title} for n, title in enumerate(TITLES)]}
    elif seen.path.startswith("/api/news/"):
        title = TITLES[int(seen.path[-6])]
        page = {"title": title, "date": "2026-05-04T12:00:00+08:00", "text": [f"{title}。{TEXT}", TEXT]}
    else:
        return SHELL if seen.path.startswith("/news") else b"" if seen.path == "/robots.txt" else http(404)
    return http(200, json.dumps(page).encode(), Content_Type="application/json")


def watch(folder: Path, render: str) -> tuple[list[Record], Site]:
    async def go() -> tuple[int, Site]:
        async with serving(answer) as site:
            config = folder / "config.yaml"
            config.write_text(
                f"database: sqlite:///{folder}/zhixun.db\ncrawl: {{delay: 20ms, allow_networks: [127.0.0.0/8]}}\n"
                f"sources: [{{name: spa, url: {site.url('/news')}, kind: listing, render: {render}}}]\n"
            )
            return await run_once(config), site

    _, site = asyncio.run(go())
    with closing(open_database(f"sqlite:///{folder}/zhixun.db")) as db:
        return db.read(lambda s: list(queries.records(s))), site


def test_list_and_articles_are_read_as_their_scripts_leave_them(tmp_path: Path) -> None:
    records, site = watch(tmp_path, "true")
    assert sorted(record.title for record in records) == sorted(TITLES)
    assert all(TEXT in record.text and record.published for record in records)
    assert site.paths().count("/app.js") <= 2  # the first two pages may ask at once; then it is kept


@pytest.mark.parametrize(("render", "asked"), [("list", True), ("false", False)])
def test_without_it_they_are_not(render: str, asked: bool, tmp_path: Path) -> None:
    records, site = watch(tmp_path, render)
    assert [TEXT in record.text for record in records if record.text] == []
    assert ("/news/2026/0.html" in site.paths()) is asked
