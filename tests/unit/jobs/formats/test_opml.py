"""Lists of feed readers are read whole and safely, and what is written comes back."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.url import is_web
from jobs.formats import opml
from jobs.formats.opml import OpmlError, Outline

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def listed(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head/><body>{body}</body></opml>'.encode()


FEED = '<outline type="rss" text="{}" xmlUrl="{}"/>'

# what stands in the body → title, address, tags of each source
READ = {
    "a feed": (FEED.format("江湾报", "https://a.example/rss"), [("江湾报", "https://a.example/rss", ())]),
    "folders are tags, from the outside in": (
        f'<outline text="新闻"><outline text="AI">{FEED.format("a", "https://a.example/")}</outline></outline>'
        + FEED.format("b", "https://b.example/"),
        [("a", "https://a.example/", ("新闻", "AI")), ("b", "https://b.example/", ())],
    ),
    "categories are tags": (
        '<outline text="a" xmlUrl="https://a.example/" category="/tech/AI,央视"/>',
        [("a", "https://a.example/", ("tech", "AI", "央视"))],
    ),
    "one address in two folders is one source with both tags": (
        f'<outline text="x">{FEED.format("a", "https://a.example/")}</outline><outline text="y">{FEED.format("b", "http://a.example")}</outline>',
        [("a", "https://a.example/", ("x", "y"))],
    ),
    "title where text is missing, attribute names in any case": (
        '<outline TITLE="a" XMLURL="https://a.example/"/>',
        [("a", "https://a.example/", ())],
    ),
    "a feed with outlines inside is no folder": (
        f'<outline text="a" xmlUrl="https://a.example/">{FEED.format("b", "https://b.example/")}</outline>',
        [("a", "https://a.example/", ()), ("b", "https://b.example/", ())],
    ),
    "a plain link is no feed": ('<outline type="link" text="a" url="https://a.example/"/>', []),
    "other addresses are left out": (FEED.format("a", "file:///etc/passwd") + FEED.format("b", "javascript:x"), []),
    "escapes": (FEED.format("a &amp; b &lt;c&gt;", "https://a.example/?x=1&amp;y=2"), [("a & b <c>", "https://a.example/?x=1&y=2", ())]),
    "a title that cannot be a name is left out": (FEED.format("tag:", "https://a.example/"), [("", "https://a.example/", ())]),
    "blanks and control characters in a title": (FEED.format(" a&#9;&#10;b ", "https://a.example/"), [("a b", "https://a.example/", ())]),
    "a long title is cut": (FEED.format("长" * 200, "https://a.example/"), [("长" * 80, "https://a.example/", ())]),
    "an empty list": ("", []),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_reading(name: str) -> None:
    body, expected = READ[name]
    assert [(each.title, each.url, each.tags) for each in opml.read(listed(body)).outlines] == expected


def test_other_encodings() -> None:
    body = '<?xml version="1.0" encoding="gb2312"?><opml><body><outline text="科技" xmlUrl="https://a.example/"/></body></opml>'
    assert opml.read(body.encode("gb2312")).outlines[0].title == "科技"


REFUSED = {
    "no XML": (b"<opml><body>", "no XML"),
    "another root": (b"<rss/>", "not <opml>"),
    "empty": (b"", "no XML"),
    "too large": (b" " * (opml.MAX_BYTES + 1), "larger"),
    "a tag with 50,000 attributes": (b"<opml " + b" ".join(b"a%d='1'" % n for n in range(50_000)) + b"/>", "refused unread"),
    "nested without end": (b"<opml>" + b"<outline>" * 100_000, "no XML"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why(name: str) -> None:
    body, says = REFUSED[name]
    with pytest.raises(OpmlError, match=says):
        opml.read(body)


def test_entities_neither_read_files_nor_grow(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://stolen.example/", "utf-8")
    outside = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "{secret.as_uri()}">]><opml><body><outline text="a" xmlUrl="&x;"/><outline>&x;</outline></body></opml>'
    letters = "abcdefghij"
    growing = "".join(f'<!ENTITY {now} "{f"&{before};" * 30}">' for before, now in pairwise(letters))
    bomb = (
        f'<!DOCTYPE opml [<!ENTITY a "aa">{growing}]><opml><body><outline text="&j;" xmlUrl="https://a.example/"/></body></opml>'
    )
    for body in (outside, bomb):
        try:
            found = opml.read(body.encode()).outlines
        except OpmlError:
            continue
        assert "stolen" not in str(found)
        assert all(len(each.title) <= 80 for each in found)


OWN = (
    Outline(
        "cctv-tech", "https://a.example/x.jsonp?a=1&b=2", "api", ("央视", "中文"), {"items": "data.list[*]", "body": {"id": "1"}}
    ),
    Outline("列表 <b>", "https://b.example/", "listing", (), {"links": 'a[href*="/news/"]', "match": r"/\d{8}/"}),
    Outline("feed", "https://c.example/rss", "feed", ("央视", "a/b,c"), {"every": "10m"}),
    Outline("auto", "https://d.example/", "auto", ("x",), {}),
)


def test_our_own_list_comes_back_whole() -> None:
    assert sorted(map(repr, opml.read(opml.write(OWN, "mine", NOW)).outlines)) == sorted(map(repr, OWN))


def test_others_read_our_feeds_and_pass_over_the_rest() -> None:
    root = etree.fromstring(opml.write(OWN, "mine", NOW))
    assert root.get("version") == "2.0"
    assert root.findtext("head/title") == "mine"
    assert root.findtext("head/dateCreated") == "Tue, 24 Nov 2026 10:00:00 +0000"
    assert root.xpath("//outline[@type='rss']/@xmlUrl") == ["https://c.example/rss", "https://d.example/"]
    assert root.xpath("//outline[@type='link']/@xmlUrl") == []
    assert root.xpath("//outline[not(@type)]/@text") == ["央视", "x"]


@given(st.binary(max_size=300) | st.text(max_size=200).map(listed))
def test_any_bytes_give_sources_or_a_reason(body: bytes) -> None:
    try:
        found = opml.read(body).outlines
    except OpmlError:
        return
    assert all(is_web(each.url) for each in found)


names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()).removeprefix("tag:").strip() or "x"
)


@given(names, st.lists(names, max_size=3, unique=True), st.dictionaries(names, names, max_size=3))
def test_whatever_the_words_they_come_back(title: str, tags: list[str], options: dict[str, str]) -> None:
    options.pop("tags", None)
    own = (Outline(title, "https://a.example/", "listing", tuple(tags), options),)
    assert opml.read(opml.write(own, title, NOW)).outlines == own


def test_a_broken_line_costs_itself_and_is_named() -> None:
    body = (
        "<opml version='2.0'><body>\n"
        "<outline type='rss' text='一号' xmlUrl='https://one.example/feed' htmlUrl='https://one.example/?a=1&b=2'/>\n"
        "<outline type='rss' text='二号' xmlUrl='https://two.example/feed'/>\n</body></opml>"
    )
    listed_ = opml.read(body.encode())
    assert [each.url for each in listed_.outlines] == ["https://one.example/feed", "https://two.example/feed"]
    assert len(listed_.left_out) == 1
    assert listed_.left_out[0].startswith("line 2 is broken")


ADDRESSES = [
    ("feed://old.example/rss", "http://old.example/rss", ""),
    ("feed:https://old.example/rss", "https://old.example/rss", ""),
    ("rsshub://36kr/newsflashes", "", "write https://YOUR-SERVER/36kr/newsflashes"),
    ("ftp://old.example/rss", "", "is no web address"),
    ("", "", "it has no xmlUrl"),
]


@pytest.mark.parametrize(("written", "url", "why"), ADDRESSES)
def test_an_address_of_another_scheme_is_read_or_named(written: str, url: str, why: str) -> None:
    found = opml.read(f"<opml><body><outline type='rss' text='江湾' xmlUrl='{written}'/></body></opml>".encode())
    assert [each.url for each in found.outlines] == ([url] if url else [])
    assert len(found.left_out) == bool(why)
    assert all(why in line and "江湾" in line for line in found.left_out)
