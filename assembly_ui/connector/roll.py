"""Every claim with what matters for comparing it with the list of authorised schools."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database
from assembly_ui.xporter.client import Token

PAGE = 500
"""So many rows are read without pause; the embedded database is read on the loop."""


@dataclass(frozen=True)
class Known:
    """What we know of the authorisation of a school that holds a number."""

    school_id: int
    estab: str
    claimed_at: datetime | None
    authorised_at: datetime | None
    withdrawn_at: datetime | None
    has_secret: bool
    token_encrypted: str = field(repr=False)
    is_unreadable: bool = False

    @property
    def counts_as_authorised(self) -> bool:
        """Whether we believe that the school shares its data with us."""
        return self.authorised_at is not None and self.withdrawn_at is None

    @property
    def has_key(self) -> bool:
        """Whether we hold something that may still open the school's data."""
        return self.has_secret or bool(self.token_encrypted)

    def lacks_key(self, cipher: Cipher, token: Token) -> bool:
        """Whether a token for the school is of use to us."""
        if self.has_secret and not self.withdrawn_at and not self.is_unreadable:
            return False
        return not self.token_encrypted or _opened(cipher, self.token_encrypted) != token.value


_COLUMNS: tuple[Any, ...] = (
    Connection.school_id,
    Connection.xporter_estab,
    Connection.claimed_at,
    Connection.authorised_at,
    Connection.withdrawn_at,
    col(Connection.secret_encrypted) != "",
    Connection.token_encrypted,
    col(Connection.secret_unreadable_at).is_not(None),
)


async def every_claim(database: Database) -> AsyncIterator[Known]:
    """Every school that holds a school of Xporter on Demand, page by page."""
    last = 0
    while page := await _page(database, last):
        for known in page:
            yield known
        last = page[-1].school_id
        await asyncio.sleep(0)


async def _page(database: Database, after: int) -> list[Known]:
    query = (
        columns(*_COLUMNS)
        .where(col(Connection.xporter_estab).is_not(None), col(Connection.school_id) > after)
        .order_by(col(Connection.school_id))
        .limit(PAGE)
    )
    return [Known(*tuple(row)) for row in await database.glance_all(query)]


def _opened(cipher: Cipher, locked: str) -> str:
    try:
        return cipher.unlock(locked)
    except SecretUnreadable:
        return ""
