"""What a database with colliding schools becomes: the first connected keeps the number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Engine, MetaData, Table, create_engine, select, text
from sqlalchemy.pool import NullPool

from assembly_ui.db import migrations
from tests.servers import CARELESS
from tools.scaled.postgres import Postgres

AFTER = "0012"
BEFORE = str(ScriptDirectory.from_config(migrations._config("")).get_revision(AFTER).down_revision)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)

# school, DfE number, what is known of its connection
KNOWN: list[tuple[int, str, dict[str, Any]]] = [
    (1, "2086008", {"invited_at": NOW - 9 * HOUR}),
    (2, "2086008", {"first_connected_at": NOW - HOUR, "authorised_at": NOW - 5 * HOUR}),
    (3, "2086008", {"first_connected_at": NOW - 2 * HOUR, "authorised_at": NOW - 3 * HOUR}),
    (4, "3281102", {"invited_at": NOW - HOUR}),
    (5, "3281103", {}),
    (6, "", {"authorised_at": NOW}),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, servers_folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'migrated.db'}"
        return
    server = Postgres(servers_folder / "claims", CARELESS)
    server.start()
    yield server.url("postgres")
    server.stop()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url.replace("+aiosqlite", ""), poolclass=NullPool)
    yield engine
    engine.dispose()


def _table(engine: Engine, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=engine)


def _fill(engine: Engine) -> None:
    schools, connections = _table(engine, "schools"), _table(engine, "connections")
    with engine.begin() as write:
        for number, estab, facts in KNOWN:
            write.execute(
                schools.insert().values(
                    **_filled(schools),
                    id=number,
                    urn=str(number),
                    la_code=estab[:3],
                    establishment_number=estab[3:],
                )
            )
            keys = {"secret_encrypted": "locked" if "authorised_at" in facts else ""}
            if number in (2, 3):
                syncs = _table(engine, "school_syncs")
                wanted = {"school_id": number, "wanted_scopes": ["school"], "synced_scopes": []}
                write.execute(syncs.insert().values(**(_filled(syncs) | wanted)))
            write.execute(
                connections.insert().values(
                    **(_filled(connections) | {"school_id": number} | keys | facts)
                )
            )


def _filled(table: Table) -> dict[str, Any]:
    """Something for every column that must have a value."""
    kinds: dict[type, Any] = {str: "", int: 0, bool: False, datetime: NOW}
    left_out = {"id", "urn", "la_code", "establishment_number"}
    return {
        column.name: [] if isinstance(column.type, JSON) else kinds[column.type.python_type]
        for column in table.columns
        if not column.nullable and column.name not in left_out
    }


def test_the_school_that_was_connected_first_keeps_the_number_and_the_others_lose_their_keys(
    url: str, engine: Engine
) -> None:
    config = migrations._config(url)
    command.upgrade(config, BEFORE)
    _fill(engine)
    command.upgrade(config, AFTER)
    connections = _table(engine, "connections")
    with engine.connect() as read:
        rows = {row.school_id: row for row in read.execute(select(connections))}
    held = {number: row.xporter_estab for number, row in rows.items()}
    assert held == {1: None, 2: None, 3: "2086008", 4: "3281102", 5: None, 6: None}
    assert {number for number, row in rows.items() if row.secret_encrypted} == {3}
    assert rows[2].authorised_at is rows[2].first_connected_at is rows[1].invited_at is None
    assert rows[3].claimed_at.replace(tzinfo=UTC) == NOW - 3 * HOUR
    syncs = _table(engine, "school_syncs")
    with engine.connect() as read:
        rows = {row.school_id: row for row in read.execute(select(syncs))}
    assert (rows[2].wanted_scopes, rows[3].wanted_scopes) == ([], ["school"])
    assert rows[2].purge_at is not None
    assert rows[3].purge_at is None
    with engine.connect() as read, pytest.raises(Exception, match=r"(?i)unique"):
        read.execute(text("UPDATE connections SET xporter_estab = '2086008'"))
    command.downgrade(config, BEFORE)
    assert "xporter_estab" not in _table(engine, "connections").columns
