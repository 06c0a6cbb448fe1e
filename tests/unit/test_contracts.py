"""The import contracts hold, and each can fail: a copy of the tree with one bad import is refused by the contract it breaks."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
]
LAYERS, CRAWLER, STORAGE, JOBS, SPIDERS, PARSERS, ANALYZERS, CHANNELS, CIRCLES = CONTRACTS
BREAKS = [  # (contract, file, the import that breaks it)
    (LAYERS, "crawler/url.py", "import storage.db.models"),
    (CRAWLER, "crawler/html/tree.py", "import scrapy"),
    (CRAWLER, "crawler/spiders/feed.py", "import sqlite3"),
    (CRAWLER, "crawler/sandbox/tomorrow.py", "import aiohttp"),  # a module that is new
    (CRAWLER, "crawler/tomorrow.py", "import json"),  # … and one in no room
    (STORAGE, "storage/archive/queries.py", "import crawler.html.tree"),
    (STORAGE, "storage/rules/ruleset.py", "import sqlalchemy"),
    (STORAGE, "storage/rules/dates.py", "import crawler.fetch.browser"),
    (STORAGE, "storage/stories/separators.py", "import sqlalchemy, socket"),
    (JOBS, "jobs/services/doctor.py", "import typer"),
    (JOBS, "jobs/web/metrics.py", "import jobs.cli.console"),
    (JOBS, "jobs/schedule.py", "import asyncio"),
    (SPIDERS, "crawler/spiders/feed.py", "import crawler.spiders.api"),
    (PARSERS, "crawler/parsers/generic.py", "import crawler.parsers.cctv"),
    (ANALYZERS, "crawler/analyzers/events.py", "import crawler.analyzers.keywords"),
    (CHANNELS, "jobs/channels/console.py", "import jobs.channels.webhook"),
    (CIRCLES, "crawler/html/tree.py", "import crawler.parsers.generic"),
]


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for package in ("crawler", "storage", "jobs"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "allow_list.py", copy / "tests")
    return copy


def test_every_contract_has_a_way_to_break_it() -> None:
    assert {contract for contract, _, _ in BREAKS} == set(CONTRACTS)


def test_the_contracts_hold(tree: Path) -> None:
    done = _lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "name", "line"), BREAKS)
def test_a_broken_contract_is_refused(tree: Path, contract: str, name: str, line: str) -> None:
    path = tree / name
    original = path.read_text("utf-8") if path.exists() else None
    path.write_text(f"{original or ''}\n{line}\n", "utf-8")
    try:
        done = _lint(tree)
    finally:
        path.unlink()
        if original is not None:
            path.write_text(original, "utf-8")
    assert done.returncode != 0
    assert f"{contract} BROKEN" in " ".join(done.stdout.split()), done.stdout


ROOMS = sorted(path.parent for package in ("crawler", "storage", "jobs") for path in (ROOT / package).rglob("__init__.py"))
FAMILIES = {
    "spiders",
    "parsers",
    "analyzers",
    "channels",
    "versions",
    "cli",
}  # one file a component, or a verb: as many as there are


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_says_what_it_is_for_and_stays_small(room: Path) -> None:
    help_text = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8")))
    assert len(help_text or "") >= 30
    assert room.name in FAMILIES or len(list(room.glob("*.py"))) <= 20
