"""The look before the parsers: refuses what costs seconds, passes what real pages hold, and is itself linear."""

import pytest

from crawler.sandbox.precheck import hostile


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain text",
        b"<html><body><p class='a'>hi</p></body></html>",
        b"<img src='data:image/png;base64," + b"A" * 3_000_000 + b"'>",
        b'<div data-props="' + b"word " * 50_000 + b'">',
        b"<div>" * 100_000,
        b"<p>" + b"word " * 100_000 + b"</p>",
        b"<script>if (a<b) { x = '" + b"word " * 5_000 + b"' }</script>",
        b"if a < b" + b" word" * 50_000,
        b"<!-- " + b"a=1 " * 50_000 + b"-->",
        b'{"text": "x<y", "more": "' + b"word " * 50_000 + b'"}',
        b'\xef\xbb\xbfcallback({"text": "x<y", "more": "' + b"word " * 50_000 + b'"})',
        b"<a " + b" ".join(b"a%d=1" % n for n in range(1_900)) + b">",
        b"<rss><item><title>x</title></item></rss>" * 10_000,
    ],
)
def test_what_pages_hold_passes(body: bytes) -> None:
    assert hostile(body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"<p>before</p><div " + b" ".join(b"a%d=1" % n for n in range(2_100)) + b">x</div>",
        b"<div " + b"\n".join(b'a%d=">"' % n for n in range(2_100)) + b">",
        b"<div " + b"\t".join(b"a%d='<>'" % n for n in range(2_100)),
        b"<svg " + b"a " * 40_000 + b"/>",
        b"<a" + b"b" * 300_000 + b">",
        b"<feed " + b" ".join(b"xmlns:a%d='b'" % n for n in range(50_000)) + b">",
    ],
)
def test_tags_without_measure_are_refused(body: bytes) -> None:
    assert "a tag" in (hostile(body) or "")


@pytest.mark.parametrize("piece", [b"<a", b"<a '", b'<a "', b"<", b">", b"'", b'"', b"<a b='\"", b"<a =", b"{<a "])
def test_one_pass_is_enough_for_any_noise(piece: bytes) -> None:
    """Anything worse than linear would not come back from ten megabytes of it."""
    hostile(piece * (10_000_000 // len(piece)))
