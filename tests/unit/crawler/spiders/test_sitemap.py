"""Sitemaps: news, plain, index, text, gzip; hostile and huge ones too."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import SpiderError
from crawler.record import Found, Page, Source
from crawler.spiders import sitemap

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SOURCE = Source("paper", "https://paper.example/sitemap.xml")
SPACES = (
    "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9' "
    "xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'"
)


def read(body: str | bytes, content_type: str = "application/xml") -> Found:
    return sitemap.find(
        Page(SOURCE.url, body.encode() if isinstance(body, str) else body, NOW, content_type), SOURCE, NOW, SHANGHAI
    )


def urlset(*rows: str) -> str:
    return f"<urlset {SPACES}>" + "".join(f"<url>{row}</url>" for row in rows) + "</urlset>"


NEWS = urlset(
    "<loc> https://paper.example/1 </loc><image:image><image:loc>https://paper.example/1.jpg</image:loc></image:image><news:news>"
    "<news:publication><news:name>江湾日报</news:name><news:language>zh</news:language></news:publication>"
    "<news:publication_date>2026-11-24T09:30:00+08:00</news:publication_date><news:title>江湾发布新规</news:title>"
    "<news:keywords>人工智能, 新规</news:keywords></news:news>"
)


def test_a_news_sitemap_gives_title_and_date() -> None:
    found = read("<?xml version='1.0' encoding='utf-8'?>" + NEWS)
    (link,) = found.links
    assert (link.url, link.title, link.publisher) == ("https://paper.example/1", "江湾发布新规", "江湾日报")
    assert link.published == found.newest == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert link.keywords == ("人工智能", "新规")


@pytest.mark.parametrize("encoding", ["gb2312", "gb18030", "utf-8"])
def test_encoding_and_gzip_do_not_matter(encoding: str) -> None:
    body = (f"<?xml version='1.0' encoding='{encoding}'?>" + NEWS).encode(encoding)
    assert read(body).links == read(gzip.compress(body), "application/x-gzip").links == read(NEWS).links


def test_the_newest_come_first_and_a_change_is_no_publication() -> None:
    found = read(
        urlset(
            "<loc>https://paper.example/undated</loc>",
            "<loc>https://paper.example/old</loc><lastmod>2026-01-01</lastmod>",
            "<loc>https://paper.example/2026/11/20/by-its-address</loc>",
            "<loc>https://paper.example/new</loc><lastmod>2026-11-23T10:00:00Z</lastmod>",
        )
    )
    assert [link.url.rpartition("/")[2] for link in found.links] == ["new", "by-its-address", "old", "undated"]
    assert all(link.published is None for link in found.links)


def test_of_too_many_without_dates_both_ends_are_taken() -> None:
    found = read(urlset(*(f"<loc>https://paper.example/{n}</loc>" for n in range(5000))))
    numbers = [int(link.url.rpartition("/")[2]) for link in found.links]
    assert len(numbers) == sitemap.MAX_LINKS
    assert {0, 999, 4000, 4999} <= set(numbers)
    assert found.notes == ("5000 addresses: the newest 2000 are taken",)


def test_an_index_gives_the_children_worth_asking() -> None:
    names = {
        "tag-sitemap.xml": "", "sitemap-image-1.xml": "", "post-sitemap1.xml": "2026-01-01", "post-sitemap12.xml": "2026-11-20",
        "news.xml": "", "post-sitemap2.xml": "", "post-sitemap10.xml": "",
    }  # fmt: skip
    rows = "".join(f"<sitemap><loc>/{n}</loc>{f'<lastmod>{d}</lastmod>' if d else ''}</sitemap>" for n, d in names.items())
    found = read(f"<sitemapindex {SPACES}>{rows}<sitemap><loc>{SOURCE.url}</loc></sitemap></sitemapindex>")
    order = [address.rpartition("/")[2] for address, _ in found.more]
    assert order == ["news.xml", "post-sitemap12.xml", "post-sitemap1.xml", "post-sitemap10.xml", "post-sitemap2.xml"]
    assert found.more[1][1] == datetime(2026, 11, 20, tzinfo=SHANGHAI)
    assert found.links == ()
    assert found.notes == ("2 of 7 sitemaps are left out",)


def test_an_index_of_nothing_but_odd_names_is_asked_all_the_same() -> None:
    found = read(f"<sitemapindex {SPACES}><sitemap><loc>/page-sitemap.xml</loc></sitemap></sitemapindex>")
    assert [address for address, _ in found.more] == ["https://paper.example/page-sitemap.xml"]


def test_a_list_of_addresses_is_a_sitemap() -> None:
    found = read("https://paper.example/1\nhttps://paper.example/2\n\nhttps://paper.example/2026/11/01/3\n", "text/plain")
    assert [link.url[-1] for link in found.links] == ["3", "1", "2"]


def test_a_cut_or_broken_sitemap_gives_what_stands_before() -> None:
    whole = urlset(*(f"<loc>https://paper.example/{n}</loc>" for n in range(50)))
    assert len(read(whole[: len(whole) // 2]).links) >= 23
    assert len(read(gzip.compress(whole.encode())[:-20]).links) >= 10


def test_an_ampersand_that_somebody_forgot_to_escape_stays_in_the_address() -> None:
    rows = ("<loc>https://paper.example/?a=1&b=2&amp;c=3</loc>", "<loc><![CDATA[https://paper.example/?d=1&e=2]]></loc>")
    assert [link.url[22:] for link in read(urlset(*rows)).links] == ["?a=1&b=2&c=3", "?d=1&e=2"]


def test_nesting_without_end_ends_the_sitemap() -> None:
    deep = "<a>" * 100 + "</a>" * 100
    found = read(urlset("<loc>https://paper.example/1</loc>", deep, "<loc>https://paper.example/2</loc>"))
    assert [link.url for link in found.links] == ["https://paper.example/1"]


@pytest.mark.parametrize("body", ["", "<html></html>", "<rss/>", "hello", b"\x1f\x8bnothing"])
def test_what_is_no_sitemap_is_an_error(body: str | bytes) -> None:
    assert not sitemap.recognizes(Page(SOURCE.url, body.encode() if isinstance(body, str) else body, NOW))
    with pytest.raises(SpiderError, match="no sitemap"):
        read(body)


def test_an_empty_sitemap_says_so() -> None:
    assert read(urlset()).notes == ("the sitemap is empty",)


def test_entities_neither_grow_nor_read_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("https://paper.example/SECRET")
    bomb = "<!DOCTYPE u [<!ENTITY a '" + "x" * 500 + "'>" + "".join(f"<!ENTITY b{n} '{'&a;' * 50}'>" for n in range(20)) + "]>"
    for declared, used in ((bomb, "&b1;" * 100), (f"<!DOCTYPE u [<!ENTITY f SYSTEM 'file://{tmp_path}/secret'>]>", "&f;")):
        found = read(declared + urlset("<loc>https://paper.example/1</loc>", f"<loc>{used}</loc>"))
        assert "SECRET" not in repr(found)
        assert len(repr(found)) < 10_000


def test_what_unpacks_without_end_is_cut() -> None:
    bomb = gzip.compress(f"<urlset {SPACES}>".encode() + b" " * 60_000_000)
    assert read(bomb).links == ()


@given(
    st.one_of(
        st.binary(max_size=200), st.text(alphabet="<>/urlsetockmap &;x\n", max_size=200).map(lambda s: b"<urlset>" + s.encode())
    )
)
def test_any_bytes_give_links_or_a_spider_error(body: bytes) -> None:
    sitemap.recognizes(Page(SOURCE.url, body, NOW))
    try:
        assert isinstance(read(body).links, tuple)
    except SpiderError:
        pass


def test_a_prefixed_root_is_a_sitemap() -> None:
    body = b'<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>https://paper.example/1</s:loc></s:url></s:urlset>'
    page = Page("https://paper.example/map.xml", body, NOW, "text/xml")
    assert sitemap.recognizes(page)
    assert [link.url for link in sitemap.find(page, Source("s", page.url), NOW, UTC).links] == ["https://paper.example/1"]


def test_of_many_with_one_date_both_ends_are_kept_and_half_an_address_is_none() -> None:
    entries = "".join(f"<url><loc>https://paper.example/{n}</loc><lastmod>2026-11-20</lastmod></url>" for n in range(2600))
    whole = f"<urlset>{entries}</urlset>".encode()
    found = sitemap.find(Page("https://paper.example/map.xml", whole, NOW), Source("s", "x"), NOW, UTC)
    urls = [link.url for link in found.links]
    assert (len(urls), urls[0], urls[1], found.whole) == (2000, "https://paper.example/2599", "https://paper.example/0", True)
    cut = sitemap.find(Page("https://paper.example/map.xml", whole[: whole.index(b"/12<") + 2], NOW), Source("s", "x"), NOW, UTC)
    assert (len(cut.links), cut.whole) == (12, False)
