"""A school that was set up while the register said nan loses that town, and no other does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.pool import NullPool

from assembly_ui import migrations

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOWNS = [("1", "nan", ""), ("2", "Nantwich", "Nantwich"), (None, "nan", "nan")]


def test_a_town_called_nan_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "migrated.db"
    config = migrations._config(f"sqlite+aiosqlite:///{path}")
    command.upgrade(config, "0013")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    schools = Table("schools", MetaData(), autoload_with=engine)
    needed = {column.name for column in schools.columns if not column.nullable} - {"id"}
    blank = dict.fromkeys(needed, "") | {"number_is_shared": False}
    moments = {"mis_chosen_at": NOW, "created_at": NOW}
    rows = [blank | moments | {"urn": urn, "town": town} for urn, town, _ in TOWNS]
    with engine.begin() as write:
        write.execute(schools.insert(), rows)
    command.upgrade(config, "head")
    with engine.connect() as read:
        found = list(read.scalars(select(schools.c.town).order_by(schools.c.id)))
    assert found == [kept for _, _, kept in TOWNS]
