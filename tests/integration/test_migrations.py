"""Migrations make exactly the tables the code works with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from assembly_ui.db import migrations
from assembly_ui.db.database import Database
from assembly_ui.db.metadata import METADATA


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


SCHOOL = """
INSERT INTO schools (id, urn, la_code, establishment_number, name, local_authority, postcode,
    town, phase, type, website, telephone, mis, mis_chosen_at, created_at)
VALUES ({id}, '{id}', '202', '{number}', 'School', '', '', '', '', '', '', '', 'isams-xod',
    '2026-01-01', '2026-01-01')
"""
CONNECTION = """
INSERT INTO connections (school_id, authorised_at, first_connected_at, school_matches,
    invited_email, invite_failure, secret_encrypted, token_encrypted, scopes, scopes_asked,
    install_stage, mis_code, mis_school_name, mis_estab, problem_kind, problem_detail, failures,
    trouble_told)
VALUES ({id}, '2026-01-02', '2026-01-03', {matches}, '', '', '', '', '', '', '', '', '', '', '',
    '', 0, '')
"""


def test_owners_of_schools_that_were_connected_are_verified(url: str) -> None:
    """Not those of a school that was never seen, was another, or shares its number."""
    command.upgrade(migrations._config(url), "0010")
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        for number, matches in (("4001", True), ("4002", None), ("4003", False)):
            connection.execute(text(SCHOOL.format(id=int(number), number=number)))
            if matches is not None:
                connection.execute(text(CONNECTION.format(id=int(number), matches=matches)))
        for other in (5001, 5002):
            connection.execute(text(SCHOOL.format(id=other, number="5000")))
            connection.execute(text(CONNECTION.format(id=other, matches=True)))
    migrations.migrate(url)
    with engine.begin() as connection:
        found = connection.execute(
            text("SELECT id, owner_verified_at FROM schools WHERE owner_verified_by = 'connection'")
        ).all()
    engine.dispose()
    assert [(row.id, row.owner_verified_at[:10]) for row in found] == [(4001, "2026-01-03")]
