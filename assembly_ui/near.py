"""Reading the embedded database without leaving the event loop.

SQLite answers a small read in a tenth of a millisecond, from memory, whoever
writes meanwhile (write-ahead log). Handing each step of it to a thread and back
costs twenty times that. So reads of SQLite are made here and now, behind the
interface of the asynchronous session; PostgreSQL stays asynchronous throughout.
See docs/decisions/0011.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlmodel import Session

# A reader waits for nobody but a database being recovered after a kill.
BUSY_MILLISECONDS = 2000


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


def near_engine(url: str) -> Engine | None:
    """An engine that only reads, for SQLite; None for anything else."""
    if not url.startswith("sqlite"):
        return None
    # Every reader has a connection of its own at once; none is ever waited for.
    engine = create_engine(make_url(url).set(drivername="sqlite"), max_overflow=-1)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _on_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
