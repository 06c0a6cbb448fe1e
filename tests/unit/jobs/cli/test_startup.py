"""What a command imports: help and completion know the verbs without them, and what a verb does not use it does not wait for."""

import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.cli.verbs import GROUPS, VERBS, Later

ROOT = Path(__file__).parents[4]
CONFIG = """\
database: sqlite:///zhixun.db
sources:
  - {name: quay, url: 'https://quay.example/feed.xml', kind: feed}
  - {name: weir, url: 'https://weir.example/news'}
rules:
  - {name: models, query: '大模型 OR "language model"', channels: [desk]}
channels:
  - {name: desk, url: 'file:///alerts.jsonl'}
"""
PROGRAM = "import json, sys; sys.argv[0] = 'zhixun'; from jobs.cli.main import main\ntry: main()\nfinally: print('\\n' + json.dumps(sorted(sys.modules)), file=sys.stderr)"
NETWORK = ("scrapy", "twisted", "aiohttp", "playwright", "openai", "httpx")
READING = (
    "lxml",
    "bs4",
    "feedparser",
    "rjieba",
    "crawler.html",
    "crawler.parsers",
    "crawler.analyzers",
    "crawler.stages",
    "crawler.sandbox",
)
HEAVY = (*NETWORK, *READING, "alembic", "structlog", "psycopg", "sqlalchemy.dialects.postgresql")
NOTHING = (*HEAVY, "sqlalchemy", "ruamel", "storage", "jobs.config", "jobs.services", "opencc", "re2")
MAY_NOT = {
    "--version": (*NOTHING, "pydantic", "rich"),
    "--help": (*NOTHING, "pydantic"),
    "records --help": NOTHING,
    "": (*NOTHING, "jobs.app"),  # the shell asks for completion
    "healthcheck": (*HEAVY, "sqlalchemy", "pydantic", "jobs.config.models", "jobs.services", "storage.archive", "rich"),
    "check": (*HEAVY, "sqlalchemy", "jobs.services", "storage.archive", "storage.db.database"),
    "status": (*HEAVY, "storage.stories", "rich.progress"),
    "sources list": HEAVY,
    "records list": (*HEAVY, "storage.stories", "jobs.formats.parquet", "rich.progress"),
    "rules list": HEAVY,
    "alerts list": (*HEAVY, "storage.stories"),
    "channels list": (*READING, "scrapy", "alembic", "sqlalchemy"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("started")
    (place / "config.yaml").write_text(CONFIG, "utf-8")
    run(place, "db upgrade")
    return place


def run(folder: Path, line: str, **more: str) -> set[str]:
    """The modules that were imported in the end."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    environ |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more}
    command = [sys.executable, "-c", PROGRAM, *line.split()]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8", check=False)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("line", MAY_NOT)
def test_a_command_imports_nothing_that_it_does_not_use(folder: Path, line: str) -> None:
    asks = {} if line else {"_ZHIXUN_COMPLETE": "complete_bash", "COMP_WORDS": "zhixun re", "COMP_CWORD": "1"}
    imported = run(folder, line, **asks)
    forbidden = [name for name in imported for prefix in MAY_NOT[line] if name == prefix or name.startswith(f"{prefix}.")]
    assert forbidden == []


def test_what_a_command_imports_is_not_searched_for_garbage(folder: Path) -> None:
    last = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 50_000, gc.get_stats()[2]['collections']))\n"
    command = [sys.executable, "-c", last + PROGRAM, "status"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stdout.splitlines()[-1] == "True 0"


def test_a_list_of_verbs_says_what_their_functions_say() -> None:
    tables = [VERBS, *(verbs for _, verbs in GROUPS.values())]
    for verb, place in (row for table in tables for row in table.items()):
        module, _, name = place.partition(":")
        function = getattr(importlib.import_module(f"jobs.cli.{module}"), name)
        assert (inspect.getdoc(function) or "").splitlines()[0] == Later(verb, place).help


def test_what_serves_pages_is_imported_by_who_serves_them() -> None:
    code = "import sys, jobs.cli.run; print([name for name in ('fastapi', 'jinja2', 'uvicorn') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("line", ["config schema", "rules list"])
def test_a_full_disk_is_told_and_a_closed_pipe_is_no_failure(folder: Path, line: str) -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT), "ZHIXUN_LANG": "en"}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jobs", *line.split()],
            cwd=folder,
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"standard output cannot be written: No space left on device\n")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "jobs", *line.split()], cwd=folder, env=environ, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("line", ["parse --batch", "-c {config} db backup copy.db", "-c {config} run --once"])
def test_a_folder_that_is_gone_is_named_as_what_is_wrong(folder: Path, tmp_path: Path, line: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"rmdir {gone} && exec {sys.executable} -m jobs {line.format(config=folder / 'config.yaml')}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=gone, input='{"url": "https://a.example/1", "html": "<p>x</p>"}', capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "ZHIXUN_LANG": "en"}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, ".: this folder is gone; call it from another")
    assert "Traceback" not in done.stderr


# a library that takes its time to be imported, and one that takes ctrl-C for an error of its own
SLOW = "import sys, time\nprint('importing', flush=True)\ntime.sleep(30)\n"
DEAF = "import time\nprint('importing', flush=True)\ntry:\n    time.sleep(30)\nexcept BaseException:\n    raise ImportError('not found')\n"


@pytest.mark.parametrize(("library", "code"), [("typer", SLOW), ("opencc", SLOW), ("opencc", DEAF)])
def test_ctrl_c_while_libraries_are_imported_ends_without_a_word(tmp_path: Path, library: str, code: str) -> None:
    (tmp_path / f"{library}.py").write_text(code, "utf-8")
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-m", "jobs", "check"], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  who is started behind a shell's & has it ignored
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "importing\n"
        program.send_signal(signal.SIGINT)
        told = program.communicate(timeout=30)
    assert (program.returncode in (130, -signal.SIGINT), told) == (True, ("", "")), told
