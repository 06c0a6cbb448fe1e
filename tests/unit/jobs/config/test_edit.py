"""A source is added, and not one other byte changes; what `load` refuses is never written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.config.edit import EditError, add_sources, with_sources
from jobs.config.load import ConfigError, load

ROOT = Path(__file__).parents[4]
NEW = {"name": "new", "url": "https://new.example/feed", "kind": "feed", "tags": ["甲", "b"]}
POSTED = {
    "name": "posted", "url": "https://p.example/api", "kind": "api", "items": "data.list[*]", "match": r"/\d{8}/c\.html",
    "headers": {"Referer": "https://p.example/"}, "body": {"channelId": "119908"},
}  # fmt: skip

# the file, and the file with NEW in it
PLACES = {
    "set apart as the others are": (
        "sources:\n  - name: a\n    url: https://a.example/\n\n  # b\n  - name: b\n    url: https://b.example/\n\n# end\n",
        "sources:\n  - name: a\n    url: https://a.example/\n\n  # b\n  - name: b\n    url: https://b.example/\n\n  - name: new\n"
        "    url: https://new.example/feed\n    kind: feed\n    tags: [甲, b]\n\n# end\n",
    ),
    "after the last, in the style of the others": (
        "sources:\n  - name: a\n    url: https://a.example/   # why\n\n# ---- Rules\nrules: []\n",
        "sources:\n  - name: a\n    url: https://a.example/   # why\n  - name: new\n    url: https://new.example/feed\n    kind: feed\n"
        "    tags: [甲, b]\n\n# ---- Rules\nrules: []\n",
    ),
    "dashes in the first column": (
        "sources:\n- name: a\n  url: https://a.example/\nrules: []\n",
        "sources:\n- name: a\n  url: https://a.example/\n- name: new\n  url: https://new.example/feed\n  kind: feed\n  tags: [甲, b]\nrules: []\n",
    ),
    "a wide dash": (
        "sources:\n    -   name: a\n        url: https://a.example/\n",
        "sources:\n    -   name: a\n        url: https://a.example/\n    -   name: new\n        url: https://new.example/feed\n"
        "        kind: feed\n        tags: [甲, b]\n",
    ),
    "no line end at the end": (
        "sources:\n  - {name: a, url: https://a.example/}",
        "sources:\n  - {name: a, url: https://a.example/}\n  - name: new\n    url: https://new.example/feed\n    kind: feed\n    tags: [甲, b]\n",
    ),
    "an empty list": (
        "sources: []  # none yet\nrules: []\n",
        "sources:\n  - name: new\n    url: https://new.example/feed\n    kind: feed\n    tags: [甲, b]  # none yet\nrules: []\n",
    ),
    "a key without a value": (
        "sources:   # none yet\nrules: []\n",
        "sources:   # none yet\n  - name: new\n    url: https://new.example/feed\n    kind: feed\n    tags: [甲, b]\nrules: []\n",
    ),
    "no key": (
        "timezone: UTC\n",
        "timezone: UTC\n\nsources:\n  - name: new\n    url: https://new.example/feed\n    kind: feed\n    tags: [甲, b]\n",
    ),
    "a list in one line": (
        "sources: [{name: a, url: https://a.example/}]\n",
        "sources: [{name: a, url: https://a.example/}, {name: new, url: https://new.example/feed, kind: feed, tags: [甲, b]}]\n",
    ),
    "a last entry that ends in a block of text": (
        "sources:\n  - name: a\n    url: https://a.example/\n    body: |\n      x=1\n\n# rules\nrules: []\n",
        "sources:\n  - name: a\n    url: https://a.example/\n    body: |\n      x=1\n  - name: new\n    url: https://new.example/feed\n"
        "    kind: feed\n    tags: [甲, b]\n\n# rules\nrules: []\n",
    ),
}


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("name", PLACES)
def test_the_entry_stands_where_it_belongs(tmp_path: Path, name: str) -> None:
    before, after = PLACES[name]
    path = write(tmp_path, before)
    config = add_sources(path, [NEW], {})
    assert path.read_bytes().decode() == after
    assert (config.sources[-1].name, config.sources[-1].tags) == ("new", ("甲", "b"))


def test_the_shipped_file_keeps_every_line(tmp_path: Path) -> None:
    shipped = (ROOT / "config.yaml").read_text("utf-8")
    path = write(tmp_path, shipped)
    config = add_sources(path, [NEW, POSTED], {})
    lines, now = shipped.split("\n"), path.read_text("utf-8").split("\n")
    first = next(n for n, (a, b) in enumerate(zip(lines, now, strict=False)) if a != b)
    assert now[:first] == lines[:first]
    assert now[first + len(now) - len(lines) :] == lines[first:]
    assert config.sources[-2:] == load(path, {}).sources[-2:]
    assert config.sources[-1].body == {"channelId": "119908"}
    assert len(now) > len(lines) + 10


def test_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffsources:\r\n  - name: a\r\n    url: https://a.example/\r\nrules: []\r\n")
    add_sources(path, [NEW], {})
    body = path.read_bytes()
    assert body.startswith(b"\xef\xbb\xbfsources:\r\n")
    assert body.count(b"\n") == body.count(b"\r\n") == 8


REFUSED = {
    "a name twice": ({**NEW, "name": "a"}, "there is a source a already"),
    "an address twice, in another dress": ({**NEW, "url": "http://a.example/x/index.html?utm_source=y"}, "a watches this address already"),
    "an unknown key": ({**NEW, "lniks": "a"}, "lniks"),
    "a kind that does not exist": ({**NEW, "kind": "telepathy"}, "telepathy"),
    "a selector that is none": ({**NEW, "kind": "listing", "links": "a[["}, "links"),
    "an address that is none": ({**NEW, "url": "javascript:alert(1)"}, "javascript"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_load_refuses_is_not_written(tmp_path: Path, name: str) -> None:
    entry, says = REFUSED[name]
    text = "sources:\n  - name: a\n    url: https://a.example/x/\n"
    path = write(tmp_path, text)
    with pytest.raises((EditError, ConfigError), match=says) as error:
        add_sources(path, [entry], {})
    assert path.read_text("utf-8") == text
    assert os.listdir(tmp_path) == ["config.yaml"]
    assert str(tmp_path) in str(error.value) or "already" in str(error.value)


def test_two_of_the_new_ones_with_one_name_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "sources: []\n")
    with pytest.raises(ConfigError, match="already the name"):
        add_sources(path, [NEW, {**NEW, "url": "https://other.example/"}], {})
    assert path.read_text("utf-8") == "sources: []\n"


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "sources:\n  - nmae: a\n")
    with pytest.raises(ConfigError, match="nmae"):
        add_sources(path, [NEW], {})
    assert path.read_text("utf-8") == "sources:\n  - nmae: a\n"


def test_an_address_cannot_fetch_a_variable_out_of_the_environment(tmp_path: Path) -> None:
    path = write(tmp_path, "sources: []\n")
    config = add_sources(path, [{**NEW, "url": "https://new.example/?q=${SECRET}"}], {"SECRET": "hunter22"})
    assert config.sources[0].url == "https://new.example/?q=${SECRET}"
    assert "hunter22" not in path.read_text("utf-8")


def test_mode_and_links_to_the_file_stay(tmp_path: Path) -> None:
    real = write(tmp_path, "sources: []\n")
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    add_sources(link, [NEW], {})
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert load(real, {}).sources[0].name == "new"


def test_a_variable_of_the_file_stays_a_variable(tmp_path: Path) -> None:
    path = write(tmp_path, "sources:\n  - {name: a, url: 'https://a.example/${TOKEN}'}\n")
    add_sources(path, [NEW], {"TOKEN": "hunter22"})
    assert "'https://a.example/${TOKEN}'" in path.read_text("utf-8")


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(words, words, st.lists(words, max_size=2))
def test_whatever_the_words_they_come_back_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, link: str, tags: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("any"), PLACES["after the last, in the style of the others"][0])
    entry = {"name": name, "url": "https://new.example/", "kind": "api", "link_template": link, "tags": tags}
    before = path.read_bytes()
    try:
        config = add_sources(path, [entry], {})
    except (EditError, ConfigError):
        assert path.read_bytes() == before
        return
    row = config.sources[-1]
    assert (row.name, row.options["link_template"], list(row.tags)) == (name, link, tags)


def test_an_edit_of_text_that_is_no_list_of_keys_is_refused() -> None:
    for text in ("", "- a\n", "{sources: []}\n", "sources: 3\n", "\t"):
        with pytest.raises(EditError):
            with_sources(text, [NEW])
