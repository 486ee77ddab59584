"""Fault switches: what goes wrong, at which school and endpoint, and for how long.

A fault is a row, so every process of a deployment misbehaves alike. `api/trouble.py`
says what each does to an answer, `callbacks.py` what the last four do to callbacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, delete, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from assembly_ui.db.database import Database, Session
from simulators.xporter.models import FaultSwitch


class Fault(StrEnum):
    """What may go wrong. `seconds` means something for those that say so."""

    DOWN = "down"
    """A page with status 503."""
    ERROR = "error"
    """Status 500 with the body of an exception."""
    LIMITED = "limited"
    """Status 429; `seconds` become its Retry-After, without them it has none."""
    SLOW = "slow"
    """The right answer, after `seconds`."""
    HTML = "html"
    """A page with status 200, as a proxy or a log-in page answers."""
    TRUNCATED = "truncated"
    """Half of the JSON, as if that were all."""
    EMPTY = "empty"
    """Status 200 and nothing."""
    EXCEPTION = "exception"
    """Status 200 and an ExceptionMessage; `words` are its own."""
    WRONG_SCHOOL = "wrong_school"
    """Data of another school, in a body that is right otherwise."""
    TOKEN_EXPIRED = "token_expired"
    """Every token is refused as too old; new ones are made."""
    TOKEN_REFUSED = "token_refused"
    """Secrets and tokens are refused, as after a withdrawal."""
    PAUSED = "paused"
    """Refused, as while the school chooses people."""
    DROPPED = "dropped"
    """The connection breaks off in the middle of the body."""
    WRONG_SHAPE = "wrong_shape"
    """JSON of another shape than agreed."""
    NO_DATA = "no_data"
    """Tables without rows, as before the first collection."""

    CALLBACK_DROPPED = "callback_dropped"
    """Callbacks that fall due meanwhile are never posted."""
    CALLBACK_DELAYED = "callback_delayed"
    """They are posted `seconds` later."""
    CALLBACK_DUPLICATED = "callback_duplicated"
    """They are posted twice."""
    CALLBACK_REORDERED = "callback_reordered"
    """They are held back until the one after them was posted."""


OF_CALLBACKS = frozenset(fault for fault in Fault if fault.startswith("callback_"))


@dataclass(frozen=True)
class FaultSet:
    """A fault that is switched on; "" is every school, every endpoint."""

    id: int
    fault: Fault
    estab: str
    endpoint: str
    seconds: float | None
    words: str
    calls_left: int | None
    until: datetime | None


async def set_fault(
    database: Database,
    *,
    fault: str,
    estab: str = "",
    endpoint: str = "",
    seconds: float | None = None,
    words: str = "",
    calls: int | None = None,
    until: datetime | None = None,
) -> FaultSet:
    """Switch a fault on, for so many `calls` or `until` a time, else until it is cleared.

    `endpoint` is the last word of a path (`GetToken`, `Students`), without regard
    to case; the OneRoster calls are all `oneroster`.

    Raises:
        ValueError: there is no such fault.
    """
    row = FaultSwitch(
        fault=Fault(fault),
        estab=estab,
        endpoint=endpoint.casefold(),
        seconds=seconds,
        words=words,
        calls_left=calls,
        until=until,
    )
    async with database.transaction() as session:
        session.add(row)
    return _plain(row)


async def clear_faults(
    database: Database, *, fault: str = "", estab: str = "", endpoint: str = ""
) -> int:
    """Switch off what fits, everything by default; returns how many there were."""
    fits = [
        column == value
        for column, value in (
            (col(FaultSwitch.fault), fault),
            (col(FaultSwitch.estab), estab),
            (col(FaultSwitch.endpoint), endpoint.casefold()),
        )
        if value
    ]
    async with database.transaction() as session:
        return (await session.exec(delete(FaultSwitch).where(*fits))).rowcount


async def list_faults(database: Database, *, now: datetime) -> list[FaultSet]:
    """The faults that are on, in the order in which they were set."""
    async with database.read() as session:
        rows = (await session.exec(_on(now).order_by(col(FaultSwitch.id)))).all()
    return [_plain(row) for row in rows]


async def is_any_set(database: Database) -> bool:
    """Whether any fault may be on: one quick look, which is all a call pays without faults."""
    return await database.glance(_ANY) is not None


async def striking(
    database: Database, *, estab: str, endpoint: str, now: datetime
) -> list[FaultSet]:
    """The faults that hit this call, each counted as one call less."""
    fits = [
        fault
        for fault in await list_faults(database, now=now)
        if fault.fault not in OF_CALLBACKS
        and fault.estab in ("", estab)
        and fault.endpoint in ("", endpoint.casefold())
    ]
    if counted := [fault.id for fault in fits if fault.calls_left is not None]:
        async with database.transaction() as session:
            await _count(session, counted)
    return fits


async def hitting_callbacks(session: Session, *, estab: str, now: datetime) -> list[FaultSet]:
    """The faults that hit a callback of this school, each counted, in the caller's transaction."""
    rows = (await session.exec(_on(now).order_by(col(FaultSwitch.id)))).all()
    fits = [_plain(row) for row in rows if row.fault in OF_CALLBACKS and row.estab in ("", estab)]
    await _count(session, [fault.id for fault in fits if fault.calls_left is not None])
    return fits


_ANY = select(FaultSwitch.id).limit(1)


def _on(now: datetime) -> SelectOfScalar[FaultSwitch]:
    until, left = col(FaultSwitch.until), col(FaultSwitch.calls_left)
    return select(FaultSwitch).where(
        or_(until.is_(None), until > now), or_(left.is_(None), left > 0)
    )


async def _count(session: Session, ids: Sequence[int]) -> None:
    if ids:
        left = col(FaultSwitch.calls_left)
        these = col(FaultSwitch.id).in_(ids)
        await session.exec(update(FaultSwitch).where(these).values(calls_left=left - 1))
        await session.exec(delete(FaultSwitch).where(these, left <= 0))


def _plain(row: FaultSwitch) -> FaultSet:
    assert row.id is not None
    return FaultSet(
        id=row.id,
        fault=Fault(row.fault),
        estab=row.estab,
        endpoint=row.endpoint,
        seconds=row.seconds,
        words=row.words,
        calls_left=row.calls_left,
        until=row.until,
    )
