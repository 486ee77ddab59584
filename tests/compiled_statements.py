"""Statements are compiled once in a process, and not once more in each test.

SQLAlchemy keeps what it compiled with each engine, and each test has an engine and a database of
its own. All of these speak to the same server in the same dialect, so one store serves them all;
a third of the time of tests with a database went into it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(5000)


def _is_same(self: Any, other: object) -> bool:
    return type(self) is type(other)


def _hash(self: Any) -> int:
    return hash(type(self))


# The dialect is a part of the key by which a compiled statement is found.
for _dialect in (PGDialectAsync_psycopg, SQLiteDialect_aiosqlite, SQLiteDialect_pysqlite):
    _dialect.__eq__ = _is_same  # type: ignore[method-assign,assignment]
    _dialect.__hash__ = _hash  # type: ignore[method-assign,assignment]

Engine._compiled_cache = property(  # type: ignore[assignment]
    lambda self: _COMPILED, lambda self, value: None
)
