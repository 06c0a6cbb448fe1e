"""Whole sites as dicts of address → answer: the right thing to watch comes out first."""

import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover import candidates, scoring
from crawler.discover.scoring import Judged
from crawler.record import Page
from crawler.spiders import listing

SITES = Path(__file__).parents[3] / "sites" / "listing"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
SITE = "https://paper.example"
NEWS = f"{SITE}/tech/"
TITLES = [f"江湾发布第{n}号人工智能新规" for n in range(8)]


def feed(days: int = 0, section: str = "tech", count: int = 8) -> str:
    items = "".join(
        f"<item><title>{TITLES[n]}</title><link>{SITE}/{section}/2026/{n}.html</link>"
        f"<pubDate>{format_datetime(NOW - timedelta(days=days, hours=n))}</pubDate></item>"
        for n in range(count)
    )
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"


def page(head: str = "", body: str = "", section: str = "tech", rows: bool = True) -> str:
    items = "".join(f"<li><a href='/{section}/2026/{n}.html'>{TITLES[n]}</a><i>2026-11-2{n % 5}</i></li>" for n in range(8))
    return f"<!DOCTYPE html><html><head>{head}</head><body>{f'<ul class=list>{items}</ul>' if rows else ''}{body}</body></html>"


NEWS_MAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{}</urlset>"
).format(
    "".join(
        f"<url><loc>{SITE}/tech/2026/{n}.html</loc><n:news><n:title>{TITLES[n]}</n:title>"
        f"<n:publication_date>2026-11-24T0{n}:00:00+08:00</n:publication_date></n:news></url>"
        for n in range(8)
    )
)
ROWS = [{"title": TITLES[n], "url": f"/tech/2026/{n}.html", "time": f"2026-11-24 0{n}:00"} for n in range(8)]
ALTERNATE = "<link rel='alternate' type='application/rss+xml' href='{}'>"

# name → (the site's answers beside the page that is asked about, that page, address and kind of what should come first)
WHOLE_SITES: dict[str, tuple[dict[str, str], str, str, str]] = {
    "a feed in the head": ({"/rss.xml": feed()}, page(ALTERNATE.format("/rss.xml")), "/rss.xml", "feed"),
    "the section's feed before the site's": (
        {"/rss.xml": feed(section="world"), "/tech/rss.xml": feed()},
        page(ALTERNATE.format("/rss.xml") + ALTERNATE.format("rss.xml")),
        "/tech/rss.xml",
        "feed",
    ),
    "articles before comments": (
        {"/comments/feed/": feed(), "/feed/": feed()},
        page(ALTERNATE.format("/comments/feed/") + ALTERNATE.format("/feed/")),
        "/feed/",
        "feed",
    ),
    "a frozen feed loses against the list": ({"/rss.xml": feed(days=700)}, page(ALTERNATE.format("/rss.xml")), "/tech/", "listing"),
    "a feed that is a page loses against the list": ({"/feed": page(rows=False)}, page(ALTERNATE.format("/feed")), "/tech/", "listing"),
    "a link that says RSS": ({"/subscribe/all.xml": feed()}, page(body="<a href='/subscribe/all.xml'>RSS 订阅</a>"), "/subscribe/all.xml", "feed"),
    "a common path": ({"/feed.xml": feed()}, page(), "/feed.xml", "feed"),
    "a common path below the section": ({"/tech/feed/": feed()}, page(), "/tech/feed/", "feed"),
    "a news sitemap in robots.txt, no list": (
        {"/robots.txt": f"User-agent: *\nSitemap: {SITE}/news-map.xml\n", "/news-map.xml": NEWS_MAP},
        page(rows=False),
        "/news-map.xml",
        "sitemap",
    ),
    "nothing but the list": ({}, page(), "/tech/", "listing"),
    "JSON that a script asks for": (
        {"/api/news/list.json?page=1": json.dumps({"data": ROWS})},
        page(rows=False, body="<script>fetch('/api/news/list.json?page=1').then(show)</script>"),
        "/api/news/list.json?page=1",
        "api",
    ),
    "JSON in the page's script": ({}, page(rows=False, body=f"<script>var allData = {json.dumps({'x': ROWS})};</script>"), "/tech/", "api"),
    "posts of WordPress": (
        {"/wp-json/wp/v2/posts?per_page=20": json.dumps([{"title": {"rendered": r["title"]}, "link": r["url"], "date": r["time"]} for r in ROWS])},
        page(rows=False, head="<link rel='https://api.w.org/' href='/wp-json/'>"),
        "/wp-json/wp/v2/posts?per_page=20",
        "api",
    ),
    "the address is a feed": ({}, feed(), "/tech/", "feed"),
}  # fmt: skip


def discover(answers: dict[str, str], asked: str) -> list[Judged]:
    """As the command line does it, with a dict for the network."""
    known = {SITE + path: body for path, body in answers.items()} | {NEWS: asked}
    start = Page(NEWS, asked.encode(), NOW, "text/html")
    wanted = scoring.wanted_of(start, NOW, SHANGHAI)
    robots = Page(f"{SITE}/robots.txt", known.get(f"{SITE}/robots.txt", "").encode(), NOW)
    tried = [*candidates.candidates(start, NOW, SHANGHAI), *candidates.sitemaps(robots), *candidates.paths(NEWS)]
    judged = [
        scoring.judge(Page(each.url, known[each.url].encode(), NOW, ""), each, NOW, SHANGHAI, wanted)
        for each in tried
        if each.url in known
    ]
    return sorted(judged, key=lambda each: each.score, reverse=True)


@pytest.mark.parametrize("name", WHOLE_SITES)
def test_the_right_thing_comes_first(name: str) -> None:
    answers, asked, path, kind = WHOLE_SITES[name]
    best = discover(answers, asked)[0]
    assert (best.candidate.url, best.kind) == (SITE + path, kind)
    assert best.titles[0] == TITLES[0] or kind == "sitemap"
    assert best.newest is not None
    assert best.score > 0.4


def test_a_frozen_feed_is_recognised_by_the_age_of_its_newest_item() -> None:
    frozen = next(
        each for each in discover({"/rss.xml": feed(days=700)}, page(ALTERNATE.format("/rss.xml"))) if each.kind == "feed"
    )
    assert frozen.reason.startswith("frozen: 8 articles, all dated, the newest 700 days old")
    assert frozen.score < 0.2


def test_what_cannot_be_read_scores_nothing_and_says_why() -> None:
    judged = discover({"/feed": page(rows=False)}, page(ALTERNATE.format("/feed")))
    named = next(each for each in judged if each.candidate.kind == "feed")
    assert named.score == 0.0
    assert "no feed" in named.reason


def test_the_list_comes_with_the_css_that_finds_it() -> None:
    known = {}
    for path in sorted(SITES.glob("[!n]*.html")):
        asked = Page("https://x.example/", path.read_bytes(), NOW, "text/html")
        for candidate in candidates.candidates(asked, NOW, SHANGHAI):
            if candidate.kind == "listing" and candidate.options:
                listing.Options.model_validate(dict(candidate.options))
                known[path.stem] = candidate.options["links"]
    assert [css for css in known.values() if "." not in css and not css.startswith("body > ")] == []  # a page without classes
    assert known["wire-scroll"] == "div.dd_bt > a"
    assert known["blog-articles"] == "h2.entry-title > a"
    assert len(known) >= 14


def test_robots_names_sitemaps_and_news_comes_first() -> None:
    text = b"User-agent: *\nDisallow: /\nsitemap: /a.xml\nSitemap : https://paper.example/news.xml\nSitemap: javascript:x\n"
    robots = Page(f"{SITE}/robots.txt", text, NOW)
    assert [each.url for each in candidates.sitemaps(robots)] == [f"{SITE}/news.xml", f"{SITE}/a.xml"]


def test_common_paths_are_tried_below_the_section_and_the_root() -> None:
    tried = [each.url for each in candidates.paths(f"{NEWS}?page=2")]
    assert tried[:3] == [f"{NEWS}feed/", f"{SITE}/feed/", f"{NEWS}feed"]
    assert f"{SITE}/sitemap.xml" in tried
    assert f"{NEWS}sitemap.xml" not in tried
    assert len(tried) == len(set(tried)) <= 25


@pytest.mark.timeout(10)
def test_a_robots_txt_of_blank_lines_costs_no_more_than_its_length() -> None:
    blank = Page(f"{SITE}/robots.txt", b"\n" * 499_000 + b"Sitemap: /a.xml", NOW)
    assert [each.url for each in candidates.sitemaps(blank)] == [f"{SITE}/a.xml"]


def named(body: str, head: str = "", url: str = NEWS) -> list[str]:
    asked = Page(url, f"<html><head>{head}</head><body>{body}</body></html>".encode(), NOW, "text/html")
    return [each.url.removeprefix(SITE) for each in candidates.candidates(asked, NOW, SHANGHAI)]


def test_of_many_feeds_that_of_the_page_comes_first() -> None:
    many = "".join(
        f"<link rel=alternate type=application/rss+xml href=/rss/{name}.xml>" for name in ("world", "sport", "tech", "art")
    )
    assert named("", many)[0] == "/rss/tech.xml"
    titled = "<title>科技_江湾</title>" + "".join(
        f"<link rel=alternate type=application/rss+xml href=/rss/{n}.xml title='江湾 {name}'>"
        for n, name in enumerate(["体育", "科技", "财经"])
    )
    assert named("", titled)[0] == "/rss/1.xml"


@pytest.mark.parametrize(
    ("system", "path"),
    [("WordPress 6.8", "feed/"), ("Ghost 5.1", "rss/"), ("Hugo 0.1", "index.xml"), ("Discourse 3.4 - x", "latest.rss")],
)
def test_the_system_tells_where_its_feed_is(system: str, path: str) -> None:
    assert named("", f"<meta name=generator content='{system}'>") == [f"/tech/{path}", f"/{path}"]


def test_an_unknown_system_tells_nothing() -> None:
    assert named("", "<meta name=generator content='Own CMS'><meta name=generator><meta content=Hugo>") == []


JSON_IN_SCRIPTS = {
    "$.get('/api/roll/get?pageid=1&num=5')": ["/api/roll/get?pageid=1&num=5"],
    'fetch("/data/tech_1.jsonp?cb=tech")': ["/data/tech_1.jsonp?cb=tech"],
    "axios(`/ajax/newslist?page=1`)": ["/ajax/newslist?page=1"],
    "get('https://api.paper.example/v1/posts')": ["https://api.paper.example/v1/posts"],
    "go('/news/2026/1.html'); load('/lib/list/a.js'); x='/api/'": [],
    "x = '/plain/words'": [],
}


@pytest.mark.parametrize("script", JSON_IN_SCRIPTS)
def test_json_that_a_script_asks_for(script: str) -> None:
    found = candidates.asked_for(Page(f"{SITE}/static/app.js", script.encode(), NOW), NEWS)
    assert [each.url.removeprefix(SITE) for each in found] == JSON_IN_SCRIPTS[script]


def test_libraries_and_other_sites_are_no_scripts_of_the_site() -> None:
    tags = "".join(
        f"<script src='{src}'></script>"
        for src in ("/js/jquery.min.js", "/js/list.js", "https://cdn.example/x.js", "/js/vendor-1.js")
    )
    assert candidates.scripts(Page(NEWS, tags.encode(), NOW)) == (f"{SITE}/js/list.js",)


def test_a_page_about_feeds_names_them_nearest_first() -> None:
    about = "<a href=/rss/>RSS</a><a href=/rss/world.xml>世界</a><a href=/rss/tech.xml>科技</a><a href=/x>x</a>"
    found = candidates.hub(Page(f"{SITE}/rss/", about.encode(), NOW), NEWS, "科技")
    assert [each.url for each in found] == [f"{SITE}/rss/tech.xml", f"{SITE}/rss/world.xml"]


def test_a_feed_that_leads_through_a_counter_is_known_by_its_titles() -> None:
    counted = feed().replace(f"<link>{SITE}/tech/", "<link>https://count.example/r/")
    wanted = scoring.wanted_of(Page(NEWS, page().encode(), NOW, "text/html"), NOW, SHANGHAI)
    judged = scoring.judge(
        Page(f"{SITE}/f", counted.encode(), NOW), candidates.Candidate(f"{SITE}/f", "feed", ""), NOW, SHANGHAI, wanted
    )
    assert "100% of them on the page" in judged.reason


def test_a_sitemap_of_articles_is_worth_more_than_one_of_pages() -> None:
    def of(*places: str) -> float:
        body = f"<urlset>{''.join(f'<url><loc>{SITE}{place}</loc></url>' for place in places)}</urlset>"
        return scoring.judge(Page(SITE, body.encode(), NOW), candidates.Candidate(SITE, "sitemap", ""), NOW, SHANGHAI).score

    assert of("/blog/a-new-model-for-weather", "/blog/we-open-source-tern") > 0.35 > of("/careers", "/legal/privacy")


PIECES = [
    "<link rel=alternate type=text/xml href=x>",
    "<a href='/rss'>",
    "<script>var a = [",
    "<script id=q type=json>{",
    "]",
    "</script>",
]
pages = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=20).map("".join).map(str.encode))


@given(pages)
def test_any_page_gives_candidates(body: bytes) -> None:
    for candidate in candidates.candidates(Page(NEWS, body, NOW), NOW, SHANGHAI):
        assert 0 <= scoring.judge(Page(candidate.url, body, NOW), candidate, NOW, SHANGHAI).score <= 1
