"""Whether the configured keys open what was encrypted: for operators, before schools notice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.models import Connection, ReceivedCallback
from assembly_ui.db.database import Database

_ENCRYPTED = (
    col(Connection.secret_encrypted),
    col(Connection.token_encrypted),
    col(ReceivedCallback.secret_encrypted),
)


@dataclass(frozen=True)
class KeyCheck:
    """How many secrets are kept, and how many of them no key opens."""

    kept: int
    unreadable: int


async def check_keys(database: Database, cipher: Cipher) -> KeyCheck:
    """Decrypt every secret that is kept, and forget it again."""
    kept = [
        locked
        for column in _ENCRYPTED
        for (locked,) in await database.glance_all(select(column).where(column != ""))
    ]
    return KeyCheck(len(kept), sum(not _opens(cipher, locked) for locked in kept))


def _opens(cipher: Cipher, locked: str) -> bool:
    try:
        cipher.unlock(locked)
    except SecretUnreadable:
        return False
    return True
