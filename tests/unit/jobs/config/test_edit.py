"""A source is added, and not one other byte changes; what `load` refuses is never written."""

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.config.edit import Add, Change, Edit, EditError, Remove, SetAlias, edited
from jobs.config.load import Config, ConfigError, load
from jobs.services import configuration
from jobs.services.configuration import Conflict, Edited, Refused
from jobs.services.sourcing import sources

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


def add_sources(path: Path, entries: Sequence[Mapping[str, Any]], environ: Mapping[str, str]) -> Config:
    answer = sources.add(path, load(path, environ), entries, environ)
    if isinstance(answer, Refused):
        raise ConfigError(answer.mistakes) if answer.mistakes else EditError(answer.reason)
    assert isinstance(answer, Edited)
    return load(path, environ)


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
    "an address twice, in another dress": ({**NEW, "url": "http://a.example/x/index.html?utm_source=y"}, "a watches https://a.example/x/ already"),
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


@settings(deadline=None)
@given(words, words, st.lists(words, max_size=2))
def test_whatever_the_words_they_come_back_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, link: str, tags: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("any"), PLACES["after the last, in the style of the others"][0])
    entry = {"name": name, "url": "https://new.example/", "kind": "api", "inside": link, "tags": tags}
    before = path.read_bytes()
    try:
        config = add_sources(path, [entry], {})
    except (EditError, ConfigError):
        assert path.read_bytes() == before
        return
    row = config.sources[-1]
    assert (row.name, row.options["inside"], list(row.tags)) == (name, link, tags)


def test_an_edit_of_text_that_is_no_list_of_keys_is_refused() -> None:
    for text in ("", "- a\n", "{sources: []}\n", "sources: 3\n", "\t"):
        with pytest.raises(EditError):
            edited(text, Add("sources", (NEW,)))


# ---- changes, removals, aliases

FILE = """\
# who we are
timezone: "UTC"   # not ours

sources:
  # ---- papers
  - name: 江湾晚报   # the local one
    url: https://jw.example/
    kind: listing
    links: "div.list a"
    tags:
      - 本地   # city
      # the next one is for the desk
      - desk

  - {name: ledger, url: 'https://ledger.example/feed', tags: [desk, en], enabled: true}

  # ---- last
  - url: https://b.example/api   # first key
    name: b

aliases:
  ours: [岚图, 江湾智算]   # two
  # theirs
  theirs:
    - Harbor
rules:
  - name: llm
    query: '大模型 NOT 招聘'   # no jobs
    sources: [tag:desk]
    channels: [desk]
  - name: names
    keywords:   # any of them
      - 岚图   # car or model?
      - "Harbor Robotics"
    channels: [desk]
    should_match: ["岚图发布"]
channels:
  - {name: desk, url: "console://"}
# end
"""
LEDGER = "  - {name: ledger, url: 'https://ledger.example/feed', tags: [desk, en], enabled: true}"

# what is done, the lines that go, the lines that come in their place
EDITS: dict[str, tuple[Edit, list[str], list[str]]] = {
    "a query, in its own quotes, its comment kept": (
        Change("rules", "llm", {"query": "大模型 AND 'x"}),
        ["    query: '大模型 NOT 招聘'   # no jobs"],
        ["    query: '大模型 AND ''x'   # no jobs"],
    ),
    "a key that is new comes last": (Change("rules", "llm", {"enabled": False}), [], ["    enabled: false"]),
    "a key that was there is replaced where it stands": (
        Change("sources", "ledger", {"enabled": False}), [LEDGER], [LEDGER.replace("true", "false")],
    ),
    "a new key in one line": (
        Change("sources", "ledger", {"every": "1h"}), [LEDGER], [LEDGER.replace("true", "true, every: 1h")],
    ),
    "keys that go out of one line": (
        Change("sources", "ledger", {"tags": None, "enabled": None}),
        [LEDGER],
        ["  - {name: ledger, url: 'https://ledger.example/feed'}"],
    ),
    "keys that go, with their lines": (
        Change("sources", "江湾晚报", {"kind": None, "links": None}), ["    kind: listing", '    links: "div.list a"'], [],
    ),
    "a key that is not there cannot go": (Change("sources", "b", {"kind": None}), [], []),
    "items of a list keep their lines and comments": (
        Change("sources", "江湾晚报", {"tags": ["desk", "新"]}), ["      - 本地   # city"], ["      - 新"],
    ),
    "a list with nothing of the old one is written anew": (
        Change("rules", "names", {"keywords": ["云港", "a, b"], "should_match": None}),
        ["    keywords:   # any of them", "      - 岚图   # car or model?", '      - "Harbor Robotics"', '    should_match: ["岚图发布"]'],
        ["    keywords: [云港, 'a, b']   # any of them"],
    ),
    "a value for another kind of value": (
        Change("rules", "llm", {"query": None, "keywords": ["大模型"]}),
        ["    query: '大模型 NOT 招聘'   # no jobs"],
        ["    keywords: [大模型]"],
    ),
    "a name": (Change("sources", "b", {"name": "c: d"}), ["    name: b"], ["    name: 'c: d'"]),
    "an entry of several lines, the comments above it kept": (
        Remove("rules", "names"),
        ["  - name: names", "    keywords:   # any of them", "      - 岚图   # car or model?", '      - "Harbor Robotics"',
         "    channels: [desk]", '    should_match: ["岚图发布"]'],
        [],
    ),
    "an entry in one line": (Remove("sources", "ledger"), [LEDGER, ""], []),
    "a rule": (
        Add("rules", ({"name": "new", "query": "near(a, b, 3)", "channels": ["desk"]},)),
        [],
        ["  - name: new", "    query: near(a, b, 3)", "    channels: [desk]"],
    ),
    "an alias that is new": (SetAlias("new", ("甲", "@ours")), [], ["  new: [甲, '@ours']"]),
    "an alias that grows": (SetAlias("theirs", ("Harbor", "北原")), [], ["    - 北原"]),
    "an alias in one line": (SetAlias("ours", ("岚图",)), ["  ours: [岚图, 江湾智算]   # two"], ["  ours: [岚图]   # two"]),
    "an alias that goes": (SetAlias("theirs"), ["  theirs:", "    - Harbor"], []),
}  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_its_lines_and_no_other(tmp_path: Path, name: str, newline: str) -> None:
    edit, gone, come = EDITS[name]
    path = write(tmp_path, FILE.replace("\n", newline))
    answer = configuration.edit(path, [edit], {})
    assert isinstance(answer, Edited), answer
    old, new = FILE.split("\n"), path.read_bytes().decode().split(newline)
    assert "\n" not in "".join(new)
    assert sorted(_less(old, new)) == sorted(gone)
    assert sorted(_less(new, old)) == sorted(come)
    rest = iter(new)
    assert all(line in rest for line in _less(old, gone) if line.strip()), "the order stays"


def _less(one: list[str], other: list[str]) -> list[str]:
    rest, left = list(other), []
    for line in one:
        if line in rest:
            rest.remove(line)
        else:
            left.append(line)
    return left


UNDONE = [
    FILE,
    *(before for before, _ in PLACES.values() if before.endswith("\n") and "none yet" not in before and "sources" in before),
]


@pytest.mark.parametrize("text", UNDONE)
def test_what_was_added_and_removed_again_leaves_no_trace(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert isinstance(configuration.edit(path, [Add("sources", (NEW,)), Remove("sources", "new")], {}), Edited)
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    "text",
    ["sources:\n  - name: a\n    url: https://a.example/\n# end\n", "sources: [{name: a, url: https://a.example/}]\n# end\n"],
)
def test_the_last_entry_of_all_can_go_and_another_come(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert isinstance(configuration.edit(path, [Remove("sources", "a")], {}), Edited)
    assert load(path, {}).sources == ()
    assert isinstance(configuration.edit(path, [Add("sources", (NEW,))], {}), Edited)
    assert [row.name for row in load(path, {}).sources] == ["new"]
    assert path.read_text("utf-8").endswith("# end\n")


SHARED = "sources:\n  - &a {name: a, url: https://a.example/, tags: [x]}\n  - {<<: *a, name: b, url: https://b.example/}\n"
NOT_MADE: dict[str, tuple[str, Edit, str]] = {
    "a source that a rule names": (FILE.replace("tag:desk", "b"), Remove("sources", "b"), "there is no source"),
    "an entry that is not there": (FILE, Remove("rules", "nope"), "there is no rule nope"),
    "a change of what is not there": (FILE, Change("sources", "nope", {"enabled": False}), "there is no source nope"),
    "a query that cannot be read": (FILE, Change("rules", "llm", {"query": "(大模型"}), "rules"),
    "an alias that a query names": (FILE.replace("大模型 NOT 招聘", "@theirs"), SetAlias("theirs"), "theirs"),
    "a circle of aliases": (FILE, SetAlias("ours", ("@ours",)), "stands for itself"),
    "an unknown key": (FILE, Change("rules", "llm", {"chanels": ["desk"]}), "unknown key"),
    "both a query and keywords": (FILE, Change("rules", "llm", {"keywords": ["a"]}), "one of the two"),
    "an example that fails by it": (
        FILE,
        Change("rules", "names", {"keywords": ["Harbor Robotics"]}),
        "should match and does not",
    ),
    "a name twice": (FILE, Add("rules", ({"name": "llm", "query": "x", "channels": ["desk"]},)), "already the name"),
    "what others share by an anchor": (SHARED, Change("sources", "a", {"tags": ["y"]}), "by hand"),
    "an anchor that is needed": (SHARED, Remove("sources", "a"), "alias"),
}


@pytest.mark.parametrize("name", NOT_MADE)
def test_an_edit_that_does_not_hold_is_refused_and_the_file_is_as_it_was(tmp_path: Path, name: str) -> None:
    text, edit, says = NOT_MADE[name]
    path = write(tmp_path, text)
    for answer in (configuration.preview(path, [edit], {}), configuration.edit(path, [edit], {})):
        assert isinstance(answer, Refused), answer
        assert says in answer.reason
    assert path.read_text("utf-8") == text
    assert os.listdir(tmp_path) == ["config.yaml"]


def test_an_alias_of_yaml_is_replaced_where_it_stands(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "sources:\n  - {name: a, url: https://a.example/, tags: &t [x]}\n  - name: b\n    url: https://b.example/\n    tags: *t\n    # c\n",
    )
    assert isinstance(configuration.edit(path, [Change("sources", "b", {"tags": ["y"], "every": "2h"})], {}), Edited)
    assert path.read_text("utf-8").endswith("    tags: [y]\n    every: 2h\n    # c\n")


def test_a_failing_example_of_before_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = write(tmp_path, FILE.replace("岚图发布", "别的"))
    assert isinstance(configuration.edit(path, [Change("rules", "llm", {"enabled": False})], {}), Edited)


def test_edits_are_made_all_or_none(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    assert isinstance(configuration.edit(path, [SetAlias("x", ("y",)), Remove("rules", "nope")], {}), Refused)
    assert path.read_text("utf-8") == FILE
    assert isinstance(configuration.edit(path, [SetAlias("x", ("y",)), Change("rules", "llm", {"query": "@x"})], {}), Edited)
    assert load(path, {}).rules[0].query == "@x"


def test_a_file_that_changed_meanwhile_is_a_conflict_with_both_texts(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    seen = configuration.version(path)
    path.write_text(FILE.replace("# no jobs", "# none"), "utf-8")
    answer = configuration.edit(path, [Change("rules", "llm", {"enabled": False})], {}, seen)
    assert isinstance(answer, Conflict)
    assert answer.theirs == FILE.replace("# no jobs", "# none") == path.read_text("utf-8")
    assert answer.mine == answer.theirs.replace("    channels: [desk]\n", "    channels: [desk]\n    enabled: false\n", 1)
    done = configuration.edit(path, [Change("rules", "llm", {"enabled": False})], {}, configuration.version(path))
    assert isinstance(done, Edited)
    assert path.read_text("utf-8") == answer.mine == configuration.text(path, {})


def test_what_is_shown_of_a_file_holds_no_secret(tmp_path: Path) -> None:
    path = write(tmp_path, FILE.replace("console://", "feishu://T0kenT0kenT0ken%2F%E7%A7%98"))
    edit = Change("rules", "llm", {"enabled": False})
    answers = [configuration.text(path, {}), configuration.edit(path, [edit], {}, "old"), configuration.edit(path, [edit], {})]
    assert [type(answer).__name__ for answer in answers] == ["str", "Conflict", "Edited"]
    assert "T0ken" not in repr(answers)
    assert "feishu://***" in repr(answers)
    assert "T0kenT0kenT0ken%2F" in path.read_text("utf-8")


def test_a_preview_says_what_changes_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    told = configuration.preview(path, [Change("rules", "llm", {"query": "芯片"}), Remove("sources", "b")], {})
    assert isinstance(told, Edited)
    assert told.changes == ("source b removed", "rule llm changed: query")
    assert "+    query: '芯片'   # no jobs" in told.difference
    assert path.read_text("utf-8") == FILE


def test_edits_of_several_people_at_once_are_all_kept(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    answers: list[object] = []
    names = {f"n{number}" for number in range(6)}
    people = [
        threading.Thread(target=lambda name=name: answers.append(configuration.edit(path, [SetAlias(name, (name,))], {})))
        for name in names
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert [type(answer) for answer in answers] == [Edited] * 6
    assert names < set(load(path, {}).aliases)


values = st.one_of(words, st.booleans(), st.lists(words, max_size=3))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["江湾晚报", "ledger", "b"]), st.sampled_from(["tags", "links", "enabled", "match", "kind"]), values)
def test_whatever_the_value_the_others_stay(tmp_path_factory: pytest.TempPathFactory, name: str, key: str, value: object) -> None:
    path = write(tmp_path_factory.mktemp("any"), FILE)
    before = {row.name: row for row in load(path, {}).sources if row.name != name}
    if not isinstance(configuration.edit(path, [Change("sources", name, {key: value})], {}), Edited):
        assert path.read_text("utf-8") == FILE
        return
    assert {row.name: row for row in load(path, {}).sources if row.name != name} == before
    assert {line for line in FILE.split("\n") if line.strip().startswith("#")} <= {
        *path.read_text("utf-8").split("\n"),
        "      # the next one is for the desk",
    }
