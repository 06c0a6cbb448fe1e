"""Where a search can go on: each value leads to as many records as it says."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crawler.record import Company, Record
from jobs.services.archive import narrow, records
from jobs.services.archive.narrow import Search
from jobs.services.insight.trends import Concept, named
from storage.archive.facets import Facets, Value
from storage.db.database import Database
from storage.rules.parser import parse
from storage.rules.ruleset import search
from tests import press

COUNTED = [Value("=x", "岚图", "Lantu", 2), Value("=y", 'The "Pier"', 'The "Pier"', 3)]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Database]:
    db = press.opened(tmp_path / "zhixun.db")
    yield db
    db.close()


def narrowed(asked: Search, found: Facets) -> dict[str, list[Search | None]]:
    query = parse(asked.query) if asked.query else None
    return {kind: [one.to for one in rows] for kind, rows in narrow.narrower(asked, query, found).items()}


@pytest.mark.parametrize("text", ["", "大模型 OR LLM", "大模型 NOT 招聘", "@chips"])
def test_each_value_leads_to_as_many_records_as_it_says(archive: Database, text: str) -> None:
    aliases = {"chips": ("芯片", "chips")}
    query = parse(text, aliases) if text else None
    found = archive.read(lambda s: records.facets(s, query, now=press.NOW))
    assert found.exact
    rows = narrow.narrower(Search(text), query, found)
    assert {"technology", "language"} <= rows.keys()
    for one in (one for kind in ("technology", "industry", "company", "source", "language") for one in rows.get(kind, ())):
        if one.to is None:
            assert one.value.count == found.count
            continue
        hits = archive.read(lambda s, q=one.to.query: records.search(s, parse(q, aliases), press.NOW, limit=100))
        assert len(hits.found) == one.value.count, one


def test_either_of_two_is_narrowed_as_a_whole() -> None:
    found = Facets({"source": (Value("江湾", "江湾", "江湾", 1),)}, 5, True)
    assert narrowed(Search("a OR b"), found) == {"source": [Search('(a OR b) source:"江湾"')]}
    assert narrowed(Search("a NOT b "), found) == {"source": [Search('a NOT b source:"江湾"')]}
    assert narrowed(Search(""), found) == {"source": [Search('source:"江湾"')]}


def test_a_name_with_marks_in_it_is_still_one_phrase() -> None:
    for name in ('The "Pier"', "“引号”公司", "back\\slash", "a OR b", "*", "「书」"):
        record = Record("t", "https://p.example/1", "x", companies=(Company(name),), language="en")
        if any(ch.isalnum() for ch in name):
            assert search(parse(narrow.term("company", name)), record, (), press.NOW) is not None, name
    assert named(Concept(1, "company", "=", 'The "Pier"', 'The "Pier"')).query == 'company:"The \\"Pier\\""'


def test_a_month_binds_the_days_and_never_widens_them() -> None:
    found = Facets({"month": (Value("2026-02", "2026-02", "2026-02", 1),)}, 5, False)
    assert narrowed(Search("a"), found)["month"] == [Search("a", date(2026, 2, 1), date(2026, 2, 28))]
    bound = Search("a", date(2026, 2, 10), date(2026, 2, 20))
    assert narrowed(bound, found)["month"] == [bound]


def test_what_all_records_have_leads_nowhere() -> None:
    found = Facets({"company": tuple(COUNTED), "month": ()}, 3, True)
    assert [to is None for to in narrowed(Search("a"), found)["company"]] == [False, True]
    assert "month" not in narrowed(Search("a"), found)
