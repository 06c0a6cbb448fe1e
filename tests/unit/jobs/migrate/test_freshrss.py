"""FreshRSS: what its filters would hide meets no rule; scraped lists keep what they cut out."""

import html

import pytest

from jobs.migrate import freshrss
from jobs.migrate.moved import MoveError
from tests.unit.jobs.migrate.moving import foreign, hits, lost, taken


def listed(*outlines: str) -> str:
    return f'<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><head/><body>\n{chr(10).join(outlines)}\n</body></opml>'


def feed(name: str, **said: str) -> str:
    attributes = " ".join(
        f'{key.replace("_", ":", 1)}="{html.escape(value).replace(chr(10), "&#10;")}"' for key, value in said.items()
    )
    return f'<outline text="{name}" xmlUrl="https://{name}.example/x" {attributes}/>'


@pytest.mark.parametrize(
    ("search", "hidden", "shown"),
    [
        ("intitle:招聘", ["招聘工程师"], ["发布模型"]),
        ("intitle:webinar", ["A Webinar", "webinars"], ["web"]),
        ("intitle:'press release'", ["Press Release: x"], ["press the release"]),
        ("intitle:/^Lo+l/i", ["lool now", "Lol"], ["a lol"]),
        ("intitle:/^Lo+l/", ["Lol"], ["lol"]),
        ("招聘 OR 直播", ["招聘", "直播"], ["发布"]),
        ("招聘 !大厂", ["招聘工程师"], ["大厂招聘"]),
        ("intitle:a1 intitle:b2 OR intitle:c3", ["a1 b2", "c3"], ["a1", "b2"]),
        ("(intitle:a1 OR intitle:b2) -(intitle:c3)", ["a1", "b2"], ["a1 c3", "c3"]),
        ("招聘\nintitle:直播", ["招聘", "直播"], ["发布"]),
        ("!intitle:/chip|芯片/i", ["发布模型"], ["AI Chips", "芯片"]),
        ("!intitle:a1 !intitle:b2", ["c3"], ["a1", "b2"]),
        ("!intitle:a1\nintitle:b2", ["c3", "a1 b2"], ["a1"]),
        ('"two words"', ["Two Words here"], ["two"]),
        (r"intitle:\(ad\)", ["buy (ad)"], ["ad"]),
        ("pubdate:2020/2021", [], ["发布"]),
    ],
)
def test_what_a_search_marks_as_read_meets_no_rule(search: str, hidden: list[str], shown: list[str]) -> None:
    config, decided = taken(freshrss.read([foreign("f.opml", listed(feed("lamp", type="rss", frss_filtersActionRead=search)))]))
    assert lost(decided) == []
    assert {title: bool(hits(config, title, "lamp")) for title in (*hidden, *shown)} == {
        **dict.fromkeys(hidden, False),
        **dict.fromkeys(shown, True),
    }
    assert hits(config, "发布", "another") == set()


@pytest.mark.parametrize("search", ["f:12", "L:3 x", "search:mine", "intitle:/(?=x)/", "date:PT5H", "x OR", "a )"])
def test_a_search_without_counterpart_is_named_and_the_others_stay(search: str) -> None:
    moved = freshrss.read([foreign("f.opml", listed(feed("lamp", type="rss", frss_filtersActionRead=f"{search}\n招聘")))])
    config, decided = taken(moved)
    assert lost(decided) == [(2, search)]
    assert config.rules[0].query_text() == 'source:"lamp" NOT ("招聘")'


def test_lists_in_html_and_json_keep_what_they_cut_out() -> None:
    rows = (
        feed(
            "list",
            type="HTML+XPath",
            frss_xPathItem='//ul[@id="news"]/li[contains(@class,"row")]',
            frss_xPathItemUri="descendant::a/@href",
        ),
        feed(
            "api", type="JSON+DotNotation", frss_jsonItem="data.items", frss_jsonItemUri="meta.links[0]", frss_jsonItemTitle="t"
        ),
        feed("inside", type="HTML+XPath+JSON+DotNotation", frss_jsonItem="list", frss_xPathToJson="//script[@id='__DATA__']"),
        feed("feed", type="JSONFeed", frss_CURLOPT_USERAGENT="UA/1.0", frss_CURLOPT_HTTPHEADER="X-A: b\nX-C: d"),
        feed("hard", type="HTML+XPath", frss_xPathItem="//a/ancestor::article"),
        feed("xml", type="XML+XPath", frss_xPathItem="//item"),
        feed("odd", type="JSON+DotNotation", frss_jsonItem="data & ' '"),
        '<outline text="far" frss:opmlUrl="https://far.example/list.opml"/>',
    )
    config, decided = taken(freshrss.read([foreign("f.opml", listed(*rows))]))
    made = {row.name: (row.kind, row.options) for row in config.sources}
    assert made == {
        "list": ("listing", {"links": 'ul[id="news"] > li[class*="row"] a'}),
        "api": ("api", {"items": "data.items[*]", "link": "meta.links[0]", "title": "t"}),
        "inside": ("api", {"items": "list[*]", "inside": "__DATA__"}),
        "feed": ("feed", {}),
    }
    assert config.sources[3].headers == {"X-A": "b", "X-C": "d", "User-Agent": "UA/1.0"}
    assert sorted(what for _, what in lost(decided)) == ["", "hard", "odd", "xml"]


def test_what_is_no_opml_is_refused() -> None:
    with pytest.raises(MoveError, match="no XML"):
        freshrss.read([foreign("f.opml", "hello")])
