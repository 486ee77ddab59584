"""Listening to what is said to the database."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event

from assembly_ui.db.database import Database


def listen_to(database: Database, hear: Callable[[str], object]) -> None:
    """`hear` every statement from now on, reads and writes alike."""
    for engine in database.engines:
        event.listen(
            engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_rest: hear(statement),
        )
