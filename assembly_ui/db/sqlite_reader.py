"""Reading the embedded database without leaving the event loop.

SQLite answers a small read in a tenth of a millisecond, from memory, whoever
writes meanwhile (write-ahead log). Handing each step of it to a thread and back
costs twenty times that. So reads of SQLite are made here and now, behind the
interface of the asynchronous session; PostgreSQL stays asynchronous throughout.
See docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Row, create_engine, event, make_url
from sqlmodel import Session

# A reader waits for nobody but a database being recovered after a kill.
BUSY_MILLISECONDS = 2000
_ONE_BY_ONE = "assembly_one_by_one"


class NearReading:
    """What rooms use of a reading session. Nothing in it ever waits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def exec(self, statement: Any, **options: Any) -> Any:
        """The result of a SELECT."""
        return self._session.exec(statement, **options)

    async def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """The row with this key, or None."""
        return self._session.get(entity, ident, **options)

    async def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """The row with this key.

        Raises:
            NoResultFound: there is none.
        """
        return self._session.get_one(entity, ident, **options)


class Near:
    """The ways of reading SQLite here and now."""

    def __init__(self, url: str) -> None:
        # Every reader has a connection of its own at once; none is ever waited for.
        self.engine = create_engine(
            make_url(url).set(drivername="sqlite"), max_overflow=-1, hide_parameters=True
        )
        event.listen(self.engine, "connect", _on_connect)
        event.listen(self.engine, "begin", _on_begin)
        self._glancing: Connection | None = None

    def session(self) -> Session:
        """For several reads that see the same moment."""
        return Session(self.engine, expire_on_commit=False)

    def glance(self, statement: Executable, values: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        """Every row of one SELECT.

        It is over before anything else can happen, so one connection, kept open,
        serves all; and a single SELECT needs no transaction around it.
        """
        if self._glancing is None:
            connection = self.engine.connect()
            self._glancing = connection.execution_options(**{_ONE_BY_ONE: True})
        return self._glancing.execute(statement, values).all()

    def survey(self, statement: Executable, values: Mapping[str, Any] | None) -> Sequence[Row[Any]]:
        """Every row of one SELECT, for a thread: with a connection of its own."""
        with self.engine.connect() as connection:
            alone = connection.execution_options(**{_ONE_BY_ONE: True})
            return alone.execute(statement, values).all()

    def close(self) -> None:
        """Close every connection."""
        if self._glancing is not None:
            self._glancing.close()
            self._glancing = None
        self.engine.dispose()


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_ONE_BY_ONE):
        connection.exec_driver_sql("BEGIN")
