"""Schools copied from the register before it was cleaned are cleaned too, and no other is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.pool import NullPool

from assembly_ui.db import migrations

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOWNS = [("1", "nan", ""), ("2", "Nantwich", "Nantwich"), (None, "nan", "nan")]
COPIED = ("urn", "town", "website", "telephone", "postcode", "phase")
WRITTEN_AND_KEPT = [
    (
        ("1", "NULL", "not available yet", "1315535856", "N/A", "#N/A"),
        ("1", "", "", "01315535856", "", ""),
    ),
    (
        ("2", "Nash", "www.nash.sch.uk", "0035071066", "NP18 2AA", "Primary"),
        ("2", "Nash", "www.nash.sch.uk", "0035071066", "NP18 2AA", "Primary"),
    ),
    ((None, "n/a", "tbc", "1315535856", "", ""), (None, "n/a", "tbc", "1315535856", "", "")),
]


def _migrated(path: Path, start: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The schools that `rows` become when a database of revision `start` is brought up to date."""
    config = migrations._config(f"sqlite+aiosqlite:///{path}")
    command.upgrade(config, start)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    schools = Table("schools", MetaData(), autoload_with=engine)
    needed = {column.name for column in schools.columns if not column.nullable} - {"id"}
    blank = dict.fromkeys(needed, "") | {"number_is_shared": False}
    moments = {"mis_chosen_at": NOW, "created_at": NOW}
    with engine.begin() as write:
        write.execute(schools.insert(), [blank | moments | row for row in rows])
    command.upgrade(config, "head")
    with engine.connect() as read:
        return [dict(row) for row in read.execute(select(schools).order_by("id")).mappings()]


def test_a_town_called_nan_is_emptied(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"urn": urn, "town": town} for urn, town, _ in TOWNS]
    found = _migrated(tmp_path / "migrated.db", "0013", rows)
    assert [school["town"] for school in found] == [kept for _, _, kept in TOWNS]


def test_every_copied_column_is_cleaned_as_the_register_was(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        dict(zip(COPIED, written, strict=True)) for written, _ in WRITTEN_AND_KEPT
    ]
    found = _migrated(tmp_path / "migrated.db", "0014", rows)
    assert [tuple(school[column] for column in COPIED) for school in found] == [
        kept for _, kept in WRITTEN_AND_KEPT
    ]
