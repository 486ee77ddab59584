"""Migrations make exactly the tables the code works with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from assembly_ui import migrations
from assembly_ui.database import Database
from assembly_ui.tables import METADATA


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'migrated.db'}"


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


async def _compare(url: str) -> list[object]:
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(_differences)
    finally:
        await database.close()


def test_a_migrated_database_has_the_tables_of_the_code(url: str) -> None:
    migrations.migrate(url)
    assert asyncio.run(_compare(url)) == []


def test_migrating_twice_changes_nothing(url: str) -> None:
    migrations.migrate(url)
    migrations.migrate(url)
    assert asyncio.run(_compare(url)) == []


def test_every_migration_can_be_taken_back(url: str) -> None:
    migrations.migrate(url)
    command.downgrade(migrations._config(url), "base")
    missing = {difference[0] for difference in asyncio.run(_compare(url))}  # type: ignore[index]
    assert "add_table" in missing
