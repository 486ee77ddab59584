"""Fingerprints of everything the database keeps, to prove that an attack changed nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.journeys.server import Server

# What passing time, background work and people looking leave behind, whoever calls what.
MOVING = {"leases", "security_events"}
MOVING_COLUMNS = {"last_used_at", "last_seen_at"}

Row = tuple[tuple[str, int], ...]
Fingerprints = dict[str, dict[str, Row]]
"""Of each table, each row's key and a hash of each of its columns."""


def fingerprints(server: Server, *, school_id: int | None = None) -> Fingerprints:
    """Every row of every table, or those that belong to a school and its people."""
    with closing(_connect(server)) as database:
        tables = [table for table in _tables(database) if table not in MOVING]
        if school_id is None:
            return {table: _rows(database, table) for table in tables}
        owned = {table: _of_school(database, table, school_id) for table in tables}
        return {table: _rows(database, table, where) for table, where in owned.items() if where}


def changed(before: Fingerprints, after: Fingerprints) -> list[str]:
    """What differs, in words: `table: key added`, `removed`, or `changed in column, column`."""
    told = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        told += [f"{table}: {key} added" for key in new.keys() - old.keys()]
        told += [f"{table}: {key} removed" for key in old.keys() - new.keys()]
        for key in old.keys() & new.keys():
            if columns := [name for name, _ in set(new[key]) - set(old[key])]:
                told.append(f"{table}: {key} changed in {', '.join(sorted(columns))}")
    return told


def count(server: Server, table: str) -> int:
    """How many rows a table has."""
    with closing(_connect(server)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def execute(server: Server, statement: str, *values: object) -> None:
    """Change the demo's database behind its back, as a preparation."""
    with closing(_connect(server)) as database, database:
        database.execute(statement, values)


def _connect(server: Server) -> sqlite3.Connection:
    return sqlite3.connect(server.folder / "data" / "assembly.db", timeout=15)


def _tables(database: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in database.execute(query)]


def _of_school(database: sqlite3.Connection, table: str, school_id: int) -> str:
    """Which rows of a table are of the school, as SQL; empty when none can be."""
    members = f"SELECT user_id FROM memberships WHERE school_id = {school_id}"  # noqa: S608
    if table in ("schools", "users"):
        return f"id = {school_id}" if table == "schools" else f"id IN ({members})"
    columns = {name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")}
    if "school_id" in columns:
        return f"school_id = {school_id}"
    for _, _, above, column, key, *_ in database.execute(f"PRAGMA foreign_key_list({table})"):
        if above not in ("users", table) and (where := _of_school(database, above, school_id)):
            return f"{column} IN (SELECT {key} FROM {above} WHERE {where})"  # noqa: S608
    return ""


def _rows(database: sqlite3.Connection, table: str, where: str = "1") -> dict[str, Row]:
    columns = list(database.execute(f"PRAGMA table_info({table})"))
    keys = [name for _, name, *_, key in columns if key] or ["rowid"]
    kept = [name for _, name, *_ in columns if name not in MOVING_COLUMNS]
    names = ", ".join(f'"{name}"' for name in (*keys, *kept))
    width = len(keys)
    return {
        "/".join(map(str, row[:width])): tuple(zip(kept, map(hash, row[width:]), strict=True))
        for row in database.execute(f"SELECT {names} FROM {table} WHERE {where}")  # noqa: S608
    }
