"""Real servers for tests: PostgreSQL and Valkey, each started once when it is first needed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from assembly_ui.db.metadata import METADATA
from assembly_ui.db.migrations import newest_revision
from tools.scaled.postgres import Postgres
from tools.scaled.valkey import Valkey

TESTS = "tests"
FRESH = "fresh"
# Tests that go through pages find nothing that the rooms' own tests do not.
PAGES = {"parts", "browser"}
# Tests that read whole schools, or go through hundreds of cases, and keep little.
LONG = {
    "test_against_the_stand_in",
    "test_fault_matrix",
    "test_foreign_client",
    "test_hostile_input",
    "test_oneroster",
    "test_reading_the_stand_in",
    "test_school_data",
}
GONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
AFRESH = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
# Nothing of a test needs to survive a power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgresql",
        action="store_true",
        help="Run the rooms' own tests of what they keep, and those on PostgreSQL.",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: about the embedded database alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--postgresql"):
        items[:] = [item for item in items if _runs_on_postgresql(item)]


def _runs_on_postgresql(item: pytest.Item) -> bool:
    uses = set(getattr(item, "fixturenames", ()))
    is_apart = item.path.stem in LONG or item.get_closest_marker("sqlite")
    return "database_url" in uses and not uses & PAGES and not is_apart


class Emptied:
    """One database with every table, emptied for each test: quicker than a new one."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        server.ensure(TESTS)
        engine = create_engine(server.url(TESTS))
        METADATA.create_all(engine)
        with engine.begin() as connection:
            connection.execute(
                text("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)")
            )
            connection.execute(text("DELETE FROM alembic_version"))
            connection.execute(
                text("INSERT INTO alembic_version VALUES (:head)"), {"head": newest_revision()}
            )
        engine.dispose()
        # Quicker than TRUNCATE for tables with a few rows or none.
        self._empty = " ".join(
            f"DELETE FROM {table.name};"  # noqa: S608 (our own tables' names)
            for table in METADATA.sorted_tables
        )

    def fresh(self) -> str:
        """The address of a database in which nothing was made yet."""
        with self._server.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {FRESH} WITH (FORCE)")
        self._server.ensure(FRESH)
        return self._server.url(FRESH)

    def emptied(self) -> str:
        """Its address, once nobody is connected and no row is left."""
        with self._server.connect(TESTS) as connection:
            connection.execute(GONE)
            connection.execute(f"SET session_replication_role = replica; {self._empty} {AFRESH}")
        return self._server.url(TESTS)


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Apart from the folders of the tests, which only their own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="assembly-servers-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql(servers_folder: Path) -> Iterator[Emptied]:
    server = Postgres(servers_folder, CARELESS)
    server.start()
    yield Emptied(server)
    server.stop()


@pytest.fixture(scope="session")
def running_valkey(servers_folder: Path) -> Iterator[Valkey]:
    server = Valkey(servers_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey_server(running_valkey: Valkey) -> Valkey:
    """A Valkey that runs and is empty; a test may stop and start it."""
    if not running_valkey.is_running:
        running_valkey.start()
    running_valkey.forget_all()
    return running_valkey
