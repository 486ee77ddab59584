"""Many rows at a time: read, written and deleted in lots that nobody has to wait for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    MetaData,
    Table,
    TypeDecorator,
    bindparam,
    delete,
    insert,
    tuple_,
    update,
)

from assembly_ui.db.database import Database, Row, Session

READ_AT_ONCE = 5000
WRITTEN_AT_ONCE = 500
"""So many take the event loop a few milliseconds."""

LONGEST_HOLD = 4000
"""So many rows are written in less than a second; others may want to write as well."""

Values = dict[str, Any]


class JsonText(TypeDecorator[str]):
    """JSON that comes as text, written beside the event loop, and leaves as it is."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Any) -> None:
        """Nothing is done to it."""
        return


@cache
def _plain(Model: type[Row]) -> Table:
    """The table, with text where it has JSON."""
    table = Model.__table__.to_metadata(MetaData())  # type: ignore[attr-defined]
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type = JsonText()
    return table


async def read_lines(
    database: Database, query: Any, keys: Sequence[Any], values: Values
) -> AsyncIterator[Sequence[Any]]:
    """What a query gives in the order of unique `keys`, its first columns, lot by lot."""
    last: list[Any] = [bindparam(f"last_{place}") for place in range(len(keys))]
    first = query.order_by(*keys).limit(READ_AT_ONCE)
    following = first.where(tuple_(*keys) > tuple_(*last))
    lot = await database.survey(first, values)
    while lot:
        yield lot
        if len(lot) < READ_AT_ONCE:
            return
        reached = {f"last_{place}": lot[-1][place] for place in range(len(keys))}
        lot = await database.survey(following, values | reached)


async def write_lines(session: Session, Model: type[Row], rows: Iterable[Values]) -> None:
    """Add rows, their JSON being text."""
    statement = insert(_plain(Model))
    for lot in _batched(rows):
        await _execute(session, statement, lot)


async def change_lines(
    session: Session, Model: type[Row], keys: Sequence[str], rows: Iterable[Values]
) -> None:
    """Change rows, each found by the values of its `keys`, in all its other values.

    JSON among those is text.
    """
    table = _plain(Model)
    statement: Any = None
    for lot in _batched(rows):
        named = [{f"{n}_is" if n in keys else f"{n}_to": v for n, v in r.items()} for r in lot]
        if statement is None:
            found = [table.c[key] == bindparam(f"{key}_is") for key in keys]
            set_: Values = {
                name: bindparam(f"{name}_to", type_=table.c[name].type)
                for name in lot[0]
                if name not in keys
            }
            statement = update(table).where(*found).values(set_)
        await _execute(session, statement, named)


async def delete_lines(
    session: Session, Model: type[Row], keys: Sequence[str], rows: Iterable[Values]
) -> None:
    """Delete rows, each found by the values of its `keys`."""
    table = _plain(Model)
    statement = delete(table).where(*(table.c[key] == bindparam(f"{key}_is") for key in keys))
    for lot in _batched(rows):
        await _execute(session, statement, [{f"{key}_is": row[key] for key in keys} for row in lot])


def lots(rows: Sequence[Any], size: int = LONGEST_HOLD) -> Iterator[Sequence[Any]]:
    """The rows in lots of at most `size`, at least one of them."""
    yield from (rows[start : start + size] for start in range(0, max(len(rows), 1), size))


def _batched(rows: Iterable[Values]) -> Iterator[list[Values]]:
    left = iter(rows)
    while lot := list(islice(left, WRITTEN_AT_ONCE)):
        yield lot


async def _execute(session: Session, statement: Any, rows: list[Values]) -> None:
    # Of the connection, since the session's own way counts every row it is given.
    await (await session.connection()).execute(statement, rows)
