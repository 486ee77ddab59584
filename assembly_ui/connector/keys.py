"""What opens a school's data: its secret, or a token that stands in for it.

A secret comes with a callback. Of a school whose callback never reached us
Xporter on Demand gives us, when asked, a token that lasts a few days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.models import Connection
from assembly_ui.xporter.client import Token

BEFORE_ITS_END = timedelta(minutes=1)


class NoKey(Exception):
    """The only key there was, a token, has expired."""


@dataclass(frozen=True)
class SchoolKey:
    """What opens a school. `locked` tells one key from another."""

    opens: str | Token = field(repr=False)
    locked: str = field(repr=False)

    @property
    def is_token(self) -> bool:
        """Whether it stands in for the school's secret."""
        return isinstance(self.opens, Token)

    def is_of(self, connection: Connection) -> bool:
        """Whether it is what the connection is opened with still."""
        kept = connection.token_encrypted if self.is_token else connection.secret_encrypted
        return kept == self.locked


def key_of(connection: Connection, cipher: Cipher, now: datetime) -> SchoolKey:
    """The secret; or a token, where there is no secret that we can read.

    Raises:
        SecretUnreadable: no configured encryption key opens it.
        NoKey: the token has expired.
    """
    if not connection.secret_encrypted:
        return _token_of(connection, cipher, now)
    try:
        return SchoolKey(cipher.unlock(connection.secret_encrypted), connection.secret_encrypted)
    except SecretUnreadable:
        if _has_token(connection, now):
            return _token_of(connection, cipher, now)
        raise


def _token_of(connection: Connection, cipher: Cipher, now: datetime) -> SchoolKey:
    if not _has_token(connection, now):
        raise NoKey
    locked = connection.token_encrypted
    return SchoolKey(Token(cipher.unlock(locked), connection.token_expires_at), locked)


def _has_token(connection: Connection, now: datetime) -> bool:
    expires = connection.token_expires_at
    is_over = expires is not None and now >= expires - BEFORE_ITS_END
    return bool(connection.token_encrypted) and not is_over
