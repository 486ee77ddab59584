"""Records that are understood otherwise are made anew; what a person was asked is not decided."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.pool import NullPool

from assembly_ui.db import migrations

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_stale_kinds_are_allowed_unless_a_person_decides(tmp_path: Path) -> None:
    path = tmp_path / "migrated.db"
    config = migrations._config(f"sqlite+aiosqlite:///{path}")
    command.upgrade(config, "0016")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    tables = MetaData()
    schools = Table("schools", tables, autoload_with=engine)
    kinds = Table("record_kinds", tables, autoload_with=engine)
    needed = {column.name for column in schools.columns if not column.nullable} - {"id"}
    school = dict.fromkeys(needed, "") | {"number_is_shared": False}
    school |= {"mis_chosen_at": NOW, "created_at": NOW, "id": 1}
    row = {"school_id": 1, "total": 30, "is_stale": False, "held_in": None, "approved_at": None}
    rows = [
        row | {"kind": "student"},
        row | {"kind": "lesson", "is_stale": True},
        row | {"kind": "year_group", "is_stale": True, "held_in": 7},
        row | {"kind": "contact"},
    ]
    with engine.begin() as write:
        write.execute(schools.insert(), school)
        write.execute(kinds.insert(), rows)
    command.upgrade(config, "head")
    with engine.connect() as read:
        columns = (kinds.c.kind, kinds.c.is_stale, kinds.c.held_in, kinds.c.approved_at)
        found = {
            kind: (stale, held, bool(at))
            for kind, stale, held, at in read.execute(select(*columns))
        }
    assert found == {
        "student": (True, None, True),
        "lesson": (True, None, False),
        "year_group": (True, 7, False),
        "contact": (False, None, False),
    }
