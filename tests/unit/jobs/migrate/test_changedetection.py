"""changedetection.io: a backup and the older single file say the same; texts that trigger become rules."""

import io
import json
import zipfile

import pytest

from jobs.migrate import changedetection
from jobs.migrate.moved import Foreign, MoveError
from tests.unit.jobs.migrate.moving import foreign, hits, lost, taken

WATCHES = {
    "0001": {
        "url": "https://lamp.example/blog", "page_title": "Lamp blog", "include_filters": ["div#posts", "xpath://ul[@class='news']/li"],
        "trigger_text": ["release", "/GPT-\\d+/", "发布"], "text_should_not_be_present": ["hiring"], "tags": ["t1"],
        "time_between_check": {"weeks": None, "hours": 1, "minutes": 30}, "time_between_check_use_default": False, "ignore_text": ["ads"],
    },
    "0002": {"url": "source:https://jw.example/", "title": "江湾", "tag": "本地, 科技", "paused": True, "include_filters": [""]},
    "0003": {"url": "https://shop.example/", "processor": "restock_diff"},
    "0004": {"url": "https://x.example/{{ day }}"},
    "0005": {"url": "https://api.example/l", "method": "POST", "body": "a=1", "include_filters": ["jq:.items"], "fetch_backend": "html_webdriver"},
    "0006": {"url": "https://narrow.example/", "trigger_text": ["/(?!a)b/"], "time_schedule_limit": {"enabled": True}},
}  # fmt: skip
SETTINGS = {
    "requests": {"time_between_check": {"hours": 3, "days": None}},
    "application": {
        "tags": {"t1": {"uuid": "t1", "title": "AI"}},
        "notification_urls": ["json://hook.example/x", "nosuch://abc"],
    },
}


def single() -> Foreign:
    return foreign("url-watches.json", json.dumps({"watching": WATCHES, "settings": SETTINGS}, indent=1, ensure_ascii=False))


def backup() -> Foreign:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("changedetection.json", json.dumps({"settings": SETTINGS}))
        made.writestr("url-list.txt", "https://lamp.example/blog\r\n")
        for uuid, watch in WATCHES.items():
            made.writestr(f"{uuid}/watch.json", json.dumps({"uuid": uuid, **watch}, indent=1, ensure_ascii=False))
            made.writestr(f"{uuid}/history.txt", "1,x")
    return Foreign("backup.zip", body.getvalue())


@pytest.mark.parametrize("file", [single(), backup()], ids=["one file", "a backup"])
def test_watches_become_sources_with_their_rhythm_and_their_part_of_the_page(
    file: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.services.first_hour.migrate.browser_lacks", lambda: None)
    config, decided = taken(changedetection.read([file]))
    made = {row.name: (row.kind, row.options.get("links"), row.tags, str(row.every), row.enabled) for row in config.sources}
    assert made == {
        "Lamp blog": ("listing", 'div#posts a, ul[class="news"] > li', ("AI",), "1:30:00", True),
        "江湾": ("auto", None, ("本地", "科技", "changedetection"), "3:00:00", False),
        "api.example": ("api", None, ("changedetection",), "3:00:00", True),
        "narrow.example": ("auto", None, (), "3:00:00", True),
    }
    assert config.sources[2].body == "a=1"
    assert config.sources[2].render is True
    assert [row.url for row in config.channels] == ["apprise+json://hook.example/x"]
    assert len(lost(decided)) == 7
    assert not any("abc" in what for _, what in lost(decided))


def test_the_line_of_a_watch_and_of_its_keys_is_named() -> None:
    moved = changedetection.read([single()])
    lines = single().text.splitlines()
    for remark in moved.remarks:
        if remark.place.line:
            key = remark.what.split(", ")[-1].split(":")[0]
            assert (
                key in lines[remark.place.line - 1]
                or '"000' in lines[remark.place.line - 1]
                or "include_filters" in lines[remark.place.line - 1]
            )


def test_texts_that_trigger_are_a_rule_of_that_source_and_the_rest_is_told_whole() -> None:
    config, _ = taken(changedetection.read([single()]))
    assert hits(config, "A new RELEASE", "Lamp blog") == {"Lamp blog"}
    assert hits(config, "gpt-7", "Lamp blog") == {"Lamp blog"}
    assert hits(config, "发布", "Lamp blog", text="We are hiring") == set()
    assert hits(config, "发布", "江湾") == {"changedetection"}
    assert hits(config, "b", "narrow.example") == set()


@pytest.mark.parametrize("body", [b"{}", b"[]", b"x", b"PK\x03\x04broken", b'{"settings": {}}'])
def test_what_holds_no_watches_is_refused(body: bytes) -> None:
    with pytest.raises(MoveError):
        changedetection.read([Foreign("x.json", body)])


def test_a_backup_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changedetection, "MAX_BYTES", 1000)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a/watch.json", " " * 100_000)
    with pytest.raises(MoveError, match="unfolds"):
        changedetection.read([Foreign("b.zip", body.getvalue())])
