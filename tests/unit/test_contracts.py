"""The import contracts hold, and each can fail: a copy of the tree with one bad import is refused by the contract it breaks."""

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
BREAKS = {  # contract → (file, the import that breaks it)
    CONTRACTS[0]: ("crawler/url.py", "import storage.db.models"),
    CONTRACTS[1]: ("storage/archive/queries.py", "import crawler.html.tree"),
    CONTRACTS[2]: ("storage/rules/ruleset.py", "import sqlalchemy"),
    CONTRACTS[3]: ("crawler/spiders/feed.py", "import crawler.spiders.api"),
    CONTRACTS[4]: ("crawler/parsers/generic.py", "import crawler.parsers.cctv"),
    CONTRACTS[5]: ("crawler/analyzers/events.py", "import crawler.analyzers.keywords"),
    CONTRACTS[6]: ("jobs/channels/console.py", "import jobs.channels.webhook"),
    CONTRACTS[7]: ("crawler/record.py", "import crawler.errors, crawler.sandbox.pool"),
}


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
    return copy


def test_every_contract_has_a_way_to_break_it() -> None:
    assert set(BREAKS) == set(CONTRACTS)


def test_the_contracts_hold(tree: Path) -> None:
    done = _lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_broken_contract_is_refused(tree: Path, contract: str) -> None:
    name, line = BREAKS[contract]
    path = tree / name
    original = path.read_text("utf-8")
    path.write_text(f"{original}\n{line}\n", "utf-8")
    try:
        done = _lint(tree)
    finally:
        path.write_text(original, "utf-8")
    assert done.returncode != 0
    assert f"{contract} BROKEN" in " ".join(done.stdout.split()), done.stdout
