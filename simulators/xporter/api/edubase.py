"""edubase.search: looking a school up. The names of its columns are ours."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from simulators.xporter import errors
from simulators.xporter.api.call import Call
from simulators.xporter.models import Sharing
from simulators.xporter.simulator import EdubaseQuery, XporterSimulator

MOST, DEFAULT = 100, 25


def asked_of(call: Call) -> EdubaseQuery:
    """Read the query.

    Raises:
        ParameterUnreadable: a limit that is no number.
    """
    limit = call.param("limit") or str(DEFAULT)
    if not (limit.isascii() and limit.isdigit() and len(limit) < 6):
        raise errors.ParameterUnreadable("limit")
    return EdubaseQuery(
        words=call.param("q"),
        postcode=call.param("postcode"),
        telephone=call.param("telephone"),
        la_code=call.param("la_code"),
        estab_code=call.param("estab_code"),
        include_closed="includeclosed" in call.param("options").casefold(),
        limit=min(int(limit), MOST),
    )


async def known_schools(stand_in: XporterSimulator, asked: EdubaseQuery) -> list[dict[str, Any]]:
    """The schools the stand-in was ever told of, for want of a register."""
    async with stand_in.database.read() as session:
        rows = (await session.exec(select(Sharing).order_by(col(Sharing.estab)))).all()
    words = asked.words.casefold().split()
    return [
        {
            "EstablishmentName": row.school_name,
            "LeaCode": row.estab[:3],
            "DfesCode": row.estab[3:],
            "Estab": row.estab,
            "Telephone": row.phone,
        }
        for row in rows
        if all(word in f"{row.school_name} {row.estab}".casefold() for word in words)
        and row.estab.startswith(asked.la_code)
        and row.estab[3:].startswith(asked.estab_code)
        and asked.telephone in row.phone
    ]
