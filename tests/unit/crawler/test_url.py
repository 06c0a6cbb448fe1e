"""Addresses: what is shown stays as found, what is one link has one key, what is two links has two, nothing raises."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.url import canonical, desktop_twin, fragment_of, host_of, is_web, join, link_key, path_key, registrable, same_site

ROWS = (Path(__file__).parents[2] / "data" / "url_pairs.tsv").read_text("utf-8").splitlines()
PAIRS = [tuple(row.split("\t")) for row in ROWS if row and not row.startswith("#")]

DIFFERENT = [
    ("https://example.com/a?id=1", "https://example.com/a?id=2", "identity in a parameter"),
    ("https://example.com/a?page=1", "https://example.com/a?page=2", "ambiguous parameters stay"),
    ("https://example.com/a?from=x", "https://example.com/a?from=y", "from is tracking only where it is known to be"),
    ("https://www.solidot.org/story?sid=1", "https://www.solidot.org/story?sid=2", "sid is identity"),
    ("https://example.com/a", "https://example.com/A", "case of a path"),
    ("https://example.com/a", "https://example.com:8080/a", "another port"),
    ("https://example.com/a", "https://m.example.com/a", "the mobile host of a site that nobody knows"),
    ("https://a.example.com/1", "https://b.example.com/1", "two hosts of one site"),
    ("https://example.com/#/post/1", "https://example.com/#/post/2", "routes of a page that is an application"),
    (
        "https://mp.weixin.qq.com/s?__biz=A&mid=1&idx=1",
        "https://mp.weixin.qq.com/s?__biz=A&mid=1&idx=2",
        "two articles of one message",
    ),
    ("https://example.com/amp", "https://example.com/", "a page about AMP"),
    ("https://example.com/amp/", "https://example.com/", "a section about AMP"),
    ("https://www.bilibili.com/video/BV1ab411c7mD", "https://www.bilibili.com/video/BV1ab411c7mE", "two films of one house"),
    ("http://www.news.cn/x/c_1127116367.htm", "http://www.news.cn/x/c_1127116367_2.htm", "a further page"),
    ("https://36kr.com/p/1", "https://36kr.com/newsflashes/1", "one number in two lists"),
    ("http://127.0.0.1/a", "http://127.0.0.2/a", "two machines"),
    ("https://example.com/view?sid=1000000001", "https://example.com/view?sid=1000000002", "a number that names the story"),
    (
        "https://example.com/view?sid=5f3c9a1b2c3d4e5f6a7b8c9d",
        "https://example.com/view?sid=5f3c9a1b2c3d4e5f6a7b8c9e",
        "sid alone, whatever it looks like",
    ),
    ("https://example.com/daily?t=1795580000", "https://example.com/daily?t=1795666400", "a moment that alone names the page"),
    ("https://example.com/a1?t=5", "https://example.com/a1?t=6", "t is no moment"),
    ("https://example.com/a1?v=2", "https://example.com/a1?v=3", "a version"),
    ("https://example.com/a1?from=beijing", "https://example.com/a1?from=shanghai", "from, but no share"),
    ("https://arxiv.org/abs/cs/0501001", "https://arxiv.org/abs/math/0501001", "two archives of old papers"),
    ("https://youtu.be/AbCdEf_12-3", "https://youtu.be/AbCdEf_12-4", "two films"),
    ("https://a.substack.com/p/x", "https://b.substack.com/p/x", "two letters with one name"),
]

SHOWN = [
    ("https://news.cctv.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4190820", None),  # None: stays as found
    (
        "https://news.cctv.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4190820&spm=C1.P2&isfromapp=1#x",
        "https://news.cctv.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4190820",
    ),
    ("https://example.com/story/amp/", None),
    ("http://example.com/index.html", None),
    ("https://example.com/新闻/1.html", None),
    ("https://example.com/a?b=2&a=1", None),
    ("https://example.com/#!/post/1", None),
    ("HTTPS://Example.com:443", "https://example.com/"),
    ("  https://example.com/a\n ", "https://example.com/a"),
    ("https://example.com/a b?c=<d>", "https://example.com/a%20b?c=%3Cd%3E"),
    ("https://u:p@example.com:8443/a?", "https://example.com:8443/a"),
    ("https://www.google.com/url?q=https%3A%2F%2Fexample.com%2Fa", "https://example.com/a"),
    ("https://www.google.com/url?q=javascript%3Aalert(1)", None),
    ("http://[::1]:8000/a", None),
    ("mailto:desk@example.com", None),
    ("javascript:void(0)", None),
    ("http://", None),
    ("http://exa mple.com/", None),
    ("http://example.com:99999/", None),
    ("//example.com/a", None),
    ("ftp://example.com/a?utm_source=x", None),
    ("https://mp.weixin.qq.com/s?src=11&timestamp=1795580000&ver=1&signature=aaa", None),  # signed: it opens only whole
    ("https://example.com/art/view.do;jsessionid=0A1B?no=7", "https://example.com/art/view.do?no=7"),
    ("https://example.com//a//b.html", None),
    ("https://example.com/a?id=7&amp;utm_source=x&amp;cat=3", "https://example.com/a?id=7&cat=3"),
    ("", None),
]

JOINED = [
    ("a.html", "https://example.com/news/a.html"),
    ("/a.html", "https://example.com/a.html"),
    ("./t20260102_1.html", "https://example.com/news/t20260102_1.html"),
    ("../x/a.html", "https://example.com/x/a.html"),
    ("//cdn.example.org/a", "https://cdn.example.org/a"),
    ("http://https://other.example/a", "https://other.example/a"),  # from here on more than a browser: what feeds have by mistake
    ("www.example.com/a", "https://www.example.com/a"),
    ("example.com:8080/a", "https://example.com:8080/a"),
    ("https:/example.com/a", "https://example.com/a"),
    ("other.example/a", "https://example.com/news/other.example/a"),
    ("example.com", "https://example.com/news/example.com"),
    ("http://other.example/a", "http://other.example/a"),
    ("?page=2", "https://example.com/news/?page=2"),
    ("\\a\\b.html", "https://example.com/a/b.html"),
    (" a.html\n", "https://example.com/news/a.html"),
    ("javascript:void(0)", None),
    ("#top", None),
    ("#/post/1", "https://example.com/news/#/post/1"),
    ("#!/post/1", "https://example.com/news/#!/post/1"),
    ("", None),
    ("mailto:a@example.com", None),
    ("data:text/html,x", None),
    ("tel:110", None),
    ("//[", None),
    ("x" * 30_000, None),
]

addresses = st.one_of(
    st.text(),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "HTTPS://", "http:\\\\", "//", "ftp://"]),
        st.text(max_size=20),
        st.sampled_from(["", "/", "?", "#", "/amp/", "/url?q="]),
        st.text(max_size=40),
    ),
    st.from_regex(
        r"https?://([a-z]{1,8}\.){1,3}(com|cn)(:[0-9]{1,5})?(/[A-Za-z0-9%._\\ -]{0,12}){0,4}(\?([a-z_]{1,12}=[^&]{0,10}&?){0,4})?(#.{0,9})?",
        fullmatch=True,
    ),
    st.sampled_from([side for left, right, _ in PAIRS for side in (left, right)]),
    st.builds("https://www.google.com/url?q={}".format, st.sampled_from([left for left, _, _ in PAIRS])),
)


@pytest.mark.parametrize(("left", "right", "why"), PAIRS, ids=[why for _, _, why in PAIRS])
def test_one_article_has_one_key(left: str, right: str, why: str) -> None:
    assert link_key(left) == link_key(right)


@pytest.mark.parametrize(("left", "right", "why"), DIFFERENT, ids=[why for _, _, why in DIFFERENT])
def test_two_articles_have_two_keys(left: str, right: str, why: str) -> None:
    assert link_key(left) != link_key(right)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://x.example/2026/a-12.html?from=list", "//x.example/2026/a-12.html"),
        ("https://x.example/new-chips-cost-more?pos=top&ref=more", "//x.example/new-chips-cost-more"),
        ("https://x.example/quake-report?id=12", "//x.example/quake-report?id=12"),
        ("https://x.example/2026/show?slug=quake-north", "//x.example/2026/show?slug=quake-north"),
        ("https://x.example/show?id=12", "//x.example/show?id=12"),
        ("https://x2.example/?p=12", "//x2.example?p=12"),
        ("https://x.example/a-12.html", "//x.example/a-12.html"),
    ],
)
def test_the_key_of_a_path_is_one_where_the_path_names_an_article(url: str, key: str) -> None:
    assert path_key(url) == key


def test_each_entry_of_a_page_has_a_key_of_its_own() -> None:
    page = "https://example.com/changelog"
    keys = {link_key(page), *(link_key(page, entry) for entry in ("v1", "v2", "更新"))}
    assert len(keys) == 4
    assert link_key(page, "v1") == link_key(f"{page}?utm_source=x#v1", "v1")


@pytest.mark.parametrize(
    ("url", "fragment"),
    [("https://x.example/c#v3", "v3"), ("https://x.example/c#更新-3", "更新-3"), ("https://x.example/c#comment-12", "comment-12")]
    + [(f"https://x.example/c{end}", "") for end in ("", "#", "#rss", "#ref=rss", "#xtor=RSS-1", "#:~:text=x", "#!/a", "#top", "#comments")],
)  # fmt: skip
def test_a_fragment_names_a_place_unless_it_says_where_a_reader_came_from(url: str, fragment: str) -> None:
    assert fragment_of(url) == fragment


@pytest.mark.parametrize(("found", "shown"), SHOWN, ids=[found[:60] for found, _ in SHOWN])
def test_the_shown_address_is_as_found_without_what_tracks(found: str, shown: str | None) -> None:
    assert canonical(found) == (found if shown is None else shown)


@given(addresses)
@example("http://a\\@b")
@example("https://www.google.com/amp/s/www.google.com/amp/s/example.com/x")
@example("https://link.zhihu.com/?target=https://link.zhihu.com/?target=https://example.com/#/a")
def test_canonical_twice_is_canonical_once(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


@given(addresses)
@example('http://example.com/"a b"?q="x"')
def test_the_shown_address_has_the_key_of_the_found_one(url: str) -> None:
    assert link_key(canonical(url)) == link_key(url)


@given(st.text(), st.text())
def test_nothing_raises(first: str, second: str) -> None:
    for url in (
        first,
        f"https://{first}/{second}",
        f"https://news.cctv.com/{first}?id={second}",
        f"https://m.huanqiu.com/r/{first}",
    ):
        assert isinstance(link_key(url), str)
        assert isinstance(host_of(url), str)
        assert desktop_twin(url) is None or is_web(desktop_twin(url) or "")
        joined = join(url, second)
        assert joined is None or is_web(joined)
        assert same_site(url, url) is is_web(url)


@pytest.mark.parametrize(("href", "meant"), JOINED)
def test_a_link_means_what_a_browser_makes_of_it(href: str, meant: str | None) -> None:
    assert join("https://example.com/news/", href) == meant


@pytest.mark.parametrize(
    ("url", "twin"),
    [
        ("https://news.cctv.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4190820", "https://news.cctv.com/2019/08/20/ARTIDv3kU8Xf2biubH2X7Rf4190820.shtml"),
        ("https://news.cctv.com/m/la/index.shtml?x=1&id=ARTIq0ng2tTHsVkFl9kZS0Bf181209", "https://news.cctv.com/2018/12/09/ARTIq0ng2tTHsVkFl9kZS0Bf181209.shtml"),
        ("http://m.news.cctv.com/2021/06/23/ARTI8Ojuv56kOQMFBdS0X2F9210623.shtml", "http://news.cctv.com/2021/06/23/ARTI8Ojuv56kOQMFBdS0X2F9210623.shtml"),
        ("https://news.cctv.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4191399", None),  # the 99th of month 13
        ("https://news.cctv.com/2019/08/20/ARTIDv3kU8Xf2biubH2X7Rf4190820.shtml", None),
        ("https://example.com/m/a/index.shtml?id=ARTIDv3kU8Xf2biubH2X7Rf4190820", None),
    ],
)  # fmt: skip
def test_a_mobile_shell_has_a_desktop_twin(url: str, twin: str | None) -> None:
    assert desktop_twin(url) == twin


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.example.com", "example.com"),
        ("www.sheitc.sh.gov.cn", "sh.gov.cn"),
        ("a.b.example.com.cn", "example.com.cn"),
        ("example.co.uk", "example.co.uk"),
        ("127.0.0.12", "127.0.0.12"),
        ("[::1]", "[::1]"),
        ("localhost", "localhost"),
    ],
)
def test_a_domain_is_what_somebody_registered(host: str, domain: str) -> None:
    assert registrable(host) == domain


def test_two_machines_and_two_customers_of_one_registry_are_not_one_site() -> None:
    assert same_site("https://news.example.com.cn/1", "http://www.example.com.cn")
    assert not same_site("https://a.com.cn/", "https://b.com.cn/")
    assert not same_site("http://127.0.0.1/", "http://127.0.0.2/")
    assert not same_site("mailto:a@example.com", "mailto:a@example.com")


def test_a_long_address_is_read_and_an_absurd_one_is_left_alone() -> None:
    long = "https://example.com/a?x=" + "y" * 10_000
    assert canonical(long + "&utm_source=z") == long
    absurd = "https://example.com/" + "y" * 30_000 + "?utm_source=z"
    assert canonical(absurd) == absurd
    assert not is_web(absurd)
