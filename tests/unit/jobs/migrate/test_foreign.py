"""Whatever stands in a file of another system: it is read, or refused with a sentence; what comes is a configuration."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.config.load import Config
from jobs.migrate.moved import Foreign, MoveError
from jobs.services.first_hour.migrate import SYSTEMS, plan
from tests.unit.jobs.migrate.moving import foreign, taken
from tests.unit.jobs.migrate.test_changedetection import SETTINGS, WATCHES
from tests.unit.jobs.migrate.test_miniflux import BLOCKED, FILTERED, PLAIN

TRENDRADAR = {
    "report": {"mode": "daily", "max_news_per_keyword": 3},
    "notification": {
        "push_window": {"enabled": True, "time_range": {"start": "20:00", "end": "22:00"}},
        "webhooks": {"ntfy_topic": "topic123"},
    },
    "platforms": {"sources": [{"id": "a", "name": "甲"}]},
    "rss": {"feeds": [{"name": "乙", "url": "https://b.example/"}], "freshness_filter": {"max_age_days": 3}},
    "advanced": {"crawler": {"use_proxy": True}},
}
JOB = {
    "name": "lamp",
    "url": "https://lamp.example/",
    "filter": [{"css": "li a"}, {"grep": "a|b"}, "strip"],
    "headers": {"A": "b"},
    "data": {"q": "x"},
    "tags": ["t"],
}
SHAPES: dict[str, tuple[str, Any]] = {
    "trendradar": ("config.yaml", TRENDRADAR),
    "miniflux": ("feeds.json", [FILTERED, BLOCKED, PLAIN]),
    "urlwatch": ("urls.yaml", JOB),
    "changedetection": ("url-watches.json", {"watching": WATCHES, "settings": SETTINGS}),
}
strange = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8),
    st.sampled_from(["[a", "(?!x)y", "25:99", "${X}", "tag:", "a\nb", "\\", '"', "/x/", "@x", "https://", "xpath://a[", "json:$"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inside for place in places(value, (*path, key)))][bool(path) - 1 :]


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(data)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


def is_taken_or_refused(system: str, *files: Foreign) -> None:
    try:
        moved = SYSTEMS[system](files)
    except MoveError:
        return
    config, decided = taken(moved)
    assert all(remark.why for remark in decided.remarks)
    assert plan(moved, config).sources == ()


@pytest.mark.parametrize("system", SHAPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_value_of_another_kind_spoils_at_most_itself(system: str, data: st.DataObject) -> None:
    name, shape = SHAPES[system]
    path = data.draw(st.sampled_from([place for place in places(shape) if place]))
    text = json.dumps(replaced(shape, path, data.draw(strange)), ensure_ascii=False)
    words = [foreign("w.txt", "江湾\n\n+a\nb")] if system == "trendradar" else []
    is_taken_or_refused(system, foreign(name, text), *words)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="ab+!@/[]()*?\\ =>#\n大模型.^$-|", max_size=12), max_size=8))
def test_any_lines_of_words_are_taken_or_named(lines: list[str]) -> None:
    is_taken_or_refused("trendradar", foreign("w.txt", "\n".join(lines)))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab:'\"!()/\\#- ORintle大\n", max_size=30), st.text(alphabet="/[]@='a*.()|: ", max_size=16))
def test_any_search_and_any_path_are_taken_or_named(search: str, path: str) -> None:
    from html import escape  # noqa: PLC0415

    said = f'frss:filtersActionRead="{escape(search)}" frss:xPathItem="{escape(path)}" frss:jsonItem="{escape(path)}"'
    rows = "".join(
        f'<outline text="{kind}" type="{kind}" xmlUrl="https://{n}.example/" {said}/>'
        for n, kind in enumerate(("rss", "HTML+XPath", "JSON+DotNotation"))
    )
    is_taken_or_refused("freshrss", foreign("f.opml", f'<opml xmlns:frss="https://freshrss.org/opml"><body>{rows}</body></opml>'))


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01", b"\xff\xfe", b"PK", b"<opml", b"[1]", b"null", b"- a\n- b\n", b"a: [", "词".encode("gb18030")]
)
def test_any_bytes_are_read_or_refused(system: str, body: bytes) -> None:
    for name in ("x.yaml", "x.txt"):
        is_taken_or_refused(system, Foreign(name, body))


def test_a_moved_configuration_is_one() -> None:
    assert isinstance(taken(SYSTEMS["urlwatch"]([foreign("u.yaml", json.dumps(JOB))]))[0], Config)
