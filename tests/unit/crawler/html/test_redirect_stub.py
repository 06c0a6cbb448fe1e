"""Pages that only send their reader on: what they are, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.html.redirect_stub import refresh_of, target_of

HERE = "https://paper.example/go/1"
THERE = "https://paper.example/a/1.html"


@pytest.mark.parametrize(
    "page",
    [
        "<meta http-equiv='refresh' content='0;url=/a/1.html'>",
        '<html><head><META HTTP-EQUIV="Refresh" CONTENT="3; URL=\'/a/1.html\'"></head><body>正在跳转，请稍候……</body></html>',
        "<meta content=0;url=/a/1.html http-equiv=refresh>",
        "<script>location.href='/a/1.html'</script>",
        '<body><script type="text/javascript">window.location = "https://paper.example/a/1.html";</script>Redirecting…</body>',
        "<script>top.location.replace('\\/a\\/1.html');</script>",
        "<script>document.location.assign('/a/1.html')</script>",
        "<script>var u = '/a/1.html'; setTimeout(function(){ self.location.href = u; }, 100)</script>",
    ],
)
def test_a_page_that_shows_nothing_is_followed(page: str) -> None:
    assert target_of(page.encode(), HERE) == THERE


@pytest.mark.parametrize(
    "page",
    [
        "",
        "plain text: location.href = '/a'",
        "<p>" + "这里有一整段文字。" * 30 + "</p><meta http-equiv=refresh content='0;url=/a/1.html'>",
        "<meta http-equiv=refresh content=300>",
        "<meta http-equiv=refresh content='600;url=/a/1.html'>",
        f"<meta http-equiv=refresh content='0;url={HERE}#top'>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<script>if(/iPhone/.test(navigator.userAgent)) location.href='/m/'</script>",
        "<div id=app></div><script src=/app.js></script><script>location.href='/a/1.html'</script>",
        "<script>if (location.href == '/a') go()</script>",
        "<!-- <meta http-equiv=refresh content='0;url=/a/1.html'> -->",
        "<script>mylocation = '/a/1.html'</script>",
        "<script>location.href = unknown</script>",
    ],
)
def test_other_pages_are_read(page: str) -> None:
    assert target_of(page.encode(), HERE) is None


def test_a_header_says_it_too() -> None:
    assert refresh_of("0; url=/a/1.html", HERE) == THERE
    assert refresh_of("5", HERE) is None


@given(
    st.binary(max_size=300), st.sampled_from(["<script>location.href='", "<meta http-equiv=refresh content='", "<script>", ""])
)
def test_looking_never_raises(rest: bytes, begin: str) -> None:
    target_of(begin.encode() + rest, HERE)
