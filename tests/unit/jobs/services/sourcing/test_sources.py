"""How sources come in and go out: entries, lists of feed readers, what is there already."""

from pathlib import Path

from jobs.config.load import Config, load
from jobs.formats import opml
from jobs.formats.opml import Outline
from jobs.services.configuration import Conflict, Edited, Refused, version
from jobs.services.sourcing import sources
from tests.archive import CONFIG, survives_json

SECRET = Config.model_validate(
    {
        "sources": [
            {"name": "open", "url": "https://open.example/", "headers": {"Referer": "https://open.example/"}},
            {"name": "told", "url": "https://told.example/", "headers": {"X-Api-Key": "abcdefgh"}},
            {"name": "posted", "url": "https://p.example/", "kind": "api", "items": "a", "body": {"token": "x"}},
        ]
    }
)


def test_what_is_watched_already_is_known_by_name_or_address() -> None:
    assert sources.known(CONFIG, {"name": "ledger", "url": "https://else.example/"}) == "there is a source ledger already"
    known = sources.known(CONFIG, {"name": "x", "url": "http://JW.example/?utm_source=a"})
    assert known == "江湾晚报 watches https://jw.example/ already"
    assert sources.known(CONFIG, {"name": "x", "url": "https://jw.example/", "body": "page=1"}) is None
    assert sources.known(CONFIG, {"name": "x", "url": "https://jw.example/en/"}) is None


def test_an_entry_gets_tags_once_and_nothing_empty() -> None:
    assert sources.tagged({"name": "a", "tags": ["x"], "every": None}, ["y", "x"]) == {"name": "a", "tags": ["x", "y"]}
    assert sources.tagged({"name": "a"}, ()) == {"name": "a"}


def test_of_a_list_only_what_is_new_becomes_an_entry_with_a_name_of_its_own() -> None:
    outlines = [
        Outline("ledger", "https://other.example/feed", "feed", ("科技",), {}),
        Outline("again", "https://jw.example/", "auto", (), {}),
        Outline("", "https://depot.example/rss", "feed", (), {"every": "2h", "name": "no"}),
    ]
    made = sources.entries_of(outlines, CONFIG)
    assert [(entry["name"], entry["url"]) for entry in made] == [
        ("other", "https://other.example/feed"),
        ("depot", "https://depot.example/rss"),
    ]
    assert made[0]["tags"] == ["科技"]
    assert made[1]["every"] == "2h"


def test_what_holds_a_secret_stays_here() -> None:
    outlines, left_out = sources.outlines_of(SECRET)
    assert [outline.title for outline in outlines] == ["open"]
    assert left_out == ["told", "posted"]


def test_sources_are_added_all_or_none_and_a_conflict_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("sources: []\n", "utf-8")
    one, two = ({"name": name, "url": f"https://{name}.example/"} for name in ("one", "two"))
    seen = version(path)
    answers = [sources.add(path, load(path, {}), entries, {}, seen) for entries in ([one], [two], [two, one])]
    assert [type(answer) for answer in answers] == [Edited, Conflict, Refused]
    assert all(map(survives_json, answers))
    assert [row.name for row in load(path, {}).sources] == ["one"]


def test_whatever_of_a_list_is_no_new_source_is_named_with_its_line() -> None:
    body = (
        '<opml xmlns:frss="https://freshrss.org/opml"><body>\n<outline text="a" xmlUrl="https://jw.example/"/>\n'
        '<outline text="b" xmlUrl="https://b.example/" frss:filtersActionRead="x"/>\n<outline text="b2" xmlUrl="http://b.example"/>\n'
        '<outline text="c" type="link" url="https://c.example/"/>\n<outline text="d" frss:opmlUrl="https://d.example/l.opml"/>\n'
        '<outline text="e" type="include" url="https://e.example/l.opml"/></body></opml>'
    )
    listed = opml.read(body.encode())
    said = [*listed.left_out, *listed.merged, *sources.not_taken(listed.outlines, CONFIG)]
    assert [sentence.split(",")[0].split(":")[0] for sentence in said] == [
        "line 5",
        "line 6",
        "line 7",
        "line 4",
        "line 2",
        "line 3",
    ]
    assert "江湾晚报 watches https://jw.example/ already" in said[4]
    assert "settings" in said[5]


def test_settings_are_read_as_they_are_written() -> None:
    config = Config.model_validate(
        {"sources": [{"name": "quay", "url": "https://q.example/", "every": "30s", "tags": ["a", "b"]}]}
    )
    assert sources.settings(config, "quay") == {"every": "30s", "tags": "a, b"}
