"""robots.txt as RFC 9309 reads it; its own examples, and names that begin like ours."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.robots import MAX_BYTES, MAX_CRAWL_DELAY, parse, product_token

US = "Zhixun/1.0 (+https://example.org)"


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/", True),
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a", "/ab", False),
        ("User-agent: *\nDisallow: /a", "/b", True),
        ("User-agent: *\nDisallow: /a\nAllow: /ab", "/abc", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),  # equal length: allow wins
        ("User-agent: *\nDisallow: /*.gif$", "/x/y.gif", False),
        ("User-agent: *\nDisallow: /*.gif$", "/x/y.gif?z", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a/x/b/y/c/z", False),
        ("User-agent: *\nDisallow: /a*b*c", "/a/x/c/y/b", True),
        ("User-agent: *\nDisallow: /a$", "/a", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /*ab$", "/xabab", False),
        ("User-agent: *\nDisallow: /a*a$", "/a", True),
        ("User-agent: *\nDisallow: *", "/a", False),
        ("User-agent: *\nDisallow: a", "/a", False),
        ("User-agent: *\nDisallow: /a?b=1", "/a?b=1", False),
        ("User-agent: *\nDisallow: /%e4%bd%a0", "/%E4%BD%A0", False),
        ("User-agent: *\nDisallow: /你", "/%E4%BD%A0", False),
        ("User-agent: *\nDisallow: /~a", "/%7Ea", False),
        ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
        ("user-agent : *  # all\n  DISALLOW : /a # not this", "/a", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: ZHIXUN\nDisallow: /", "/a", False),
        ("User-agent: zhixun\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: zhixun\nDisallow: /a\n\nUser-agent: zhixun\nDisallow: /b", "/b", False),  # groups of one name are one
        ("User-agent: zhixun-news\nDisallow: /", "/a", True),
        ("User-agent: zhixun/2.0\nDisallow: /", "/a", False),
        ("User-agent: zh\nDisallow: /", "/a", True),  # the beginning of a name is another name
        ("User-agent: z\nUser-agent: zhi\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", True),
        ("User-agent: zh*\nDisallow: /", "/a", True),
        ("User-agent:zhixun\nDisallow:/", "/a", False),
        ("User-agent: not-zhixun\nDisallow: /", "/a", True),
        ("User-agent: zhixun\n\nUser-agent: *\nDisallow: /", "/a", False),
        ("Disallow: /\nUser-agent: *\nAllow: /b", "/a", True),  # rules before any group are nobody's
        ("User-agent: *\nSitemap: https://x/\nDisallow: /a", "/a", False),
        ("<html><body>User-agent: *<br>Disallow: /</body></html>", "/a", True),
        ("User-agent: *\nnonsense\n\0\nDisallow: /a", "/a", False),
    ],
)
def test_the_longest_rule_of_our_group_decides(robots: str, path: str, allowed: bool) -> None:
    assert parse(robots.encode(), US).allows(f"https://x.example{path}") is allowed


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10),
        ("User-agent: *\nCrawl-delay: 0.5\nCrawl-delay: 2", 2),
        ("User-agent: zhixun\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 10", 3),
        ("User-agent: *\nCrawl-delay: 86400", MAX_CRAWL_DELAY),
        ("User-agent: *\nCrawl-delay: 0", None),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: nan", None),
        ("User-agent: *\nCrawl-delay: 1e9", MAX_CRAWL_DELAY),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("", None),
    ],
)
def test_crawl_delay(robots: str, delay: float | None) -> None:
    assert parse(robots.encode(), US).crawl_delay == delay


@pytest.mark.parametrize(
    ("agent", "token"), [(US, "zhixun"), ("a-b_c/1", "a-b_c"), ("Mozilla/5.0 (x)", "mozilla"), ("5", ""), ("", "")]
)
def test_our_name_is_the_letters_at_the_start(agent: str, token: str) -> None:
    assert product_token(agent) == token


def test_a_cut_off_line_is_left_away() -> None:
    head = b"User-agent: *\nAllow: /a\n"
    filler = b"#" * (MAX_BYTES - len(head) - len(b"\nDisallow: /")) + b"\nDisallow: /b"
    assert parse(head + filler, US).allows("https://x.example/c")


@given(st.binary(max_size=500), st.text(max_size=50))
def test_reading_never_raises(body: bytes, path: str) -> None:
    assert parse(b"User-agent: *\n" + body, US).allows("https://x.example/" + path.replace("[", "")) in (True, False)


def test_a_rule_of_many_stars_is_quick() -> None:
    """With a regular expression this takes longer than any test may."""
    rule = "User-agent: *\n" + "Disallow: /" + "*a" * 200 + "*b$\n"
    assert parse(rule.encode() * 20, US).allows("https://x.example/" + "a" * 2_000)


@pytest.mark.parametrize(
    "body",
    [b"User-agent: *\n" + b"Disallow: /*a*a*a*a*b$\n" * 20_000, b"Disallow: /" + b"*a" * 250_000, b"User-agent: *\n" * 30_000,
     b"User-agent: *\nDisallow: /" + b"*" * 500_000, b"User-agent" + b" " * 500_000, b"%" * 500_000],
    ids=["many rules", "one long rule", "many agents", "only stars", "blanks", "percents"],
)  # fmt: skip
def test_a_hostile_file_is_read_in_linear_time(body: bytes) -> None:
    begin = time.process_time()
    parse(body, US).allows("https://x.example/" + "a" * 2_000)
    assert time.process_time() - begin < 5


def test_letters_of_other_alphabets_in_our_group() -> None:
    assert not parse(f"User-agent: *\nDisallow: /{string.ascii_letters}你".encode(), US).allows(
        f"https://x.example/{string.ascii_letters}%E4%BD%A0/x"
    )
