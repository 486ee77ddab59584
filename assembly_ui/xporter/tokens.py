"""Tokens: made once, kept, renewed ahead of their end, one renewal at a time.

The service names when a token ends (`expires`) and asks to renew ahead of that
(facts file, section 2); nothing here assumes a lifetime. No token is kept for
long, since a pause or a withdrawal is sure to show only when one is made (facts
file, section 4). Secrets are kept only as hashes, to know which token belongs to
which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assembly_ui.clock import Clock
from assembly_ui.xporter.errors import Denied, XporterError
from assembly_ui.xporter.records import Token
from assembly_ui.xporter.turns import Locks

LONGEST_KEPT = timedelta(minutes=10)

MakeToken = Callable[[str, str], Awaitable[Token]]


@dataclass(frozen=True)
class _Kept:
    token: Token
    renew_at: datetime

    def is_good(self, now: datetime) -> bool:
        return self.token.expires is not None and now < self.token.expires


class Tokens:
    """The tokens in use, by estab and secret.

    `make` asks the service for a token. `renew_after` is the share of a token's
    life after which it is renewed, at the latest after `LONGEST_KEPT`. A token that
    is due serves on until its end while the service cannot be asked.
    """

    def __init__(self, make: MakeToken, clock: Clock, *, renew_after: float = 0.9) -> None:
        self._make = make
        self._clock = clock
        self._renew_after = renew_after
        self._kept: dict[str, dict[str, _Kept]] = {}
        self._locks = Locks()

    async def get(self, estab: str, secret: str) -> Token:
        """A token that works now; a kept one if it is not due for renewal.

        Raises:
            XporterError: there is none, and none could be made.
        """
        key = _key(secret)
        async with self._locks(f"{estab} {key}"):
            shelf = self._kept.setdefault(estab, {})
            kept = shelf.get(key)
            if kept and self._clock() < kept.renew_at and kept.is_good(self._clock()):
                return kept.token
            return await self._renew(shelf, key, estab, secret)

    def forget(self, estab: str, secret: str) -> None:
        """Drop the token of a secret; the next call makes a new one."""
        self._kept.get(estab, {}).pop(_key(secret), None)

    def drop(self, estab: str, token: Token) -> None:
        """Drop one token that was refused, unless it has been replaced already."""
        shelf = self._kept.get(estab, {})
        for key in [key for key, kept in shelf.items() if kept.token == token]:
            del shelf[key]

    async def _renew(self, shelf: dict[str, _Kept], key: str, estab: str, secret: str) -> Token:
        kept, asked_at = shelf.get(key), self._clock()
        try:
            token = await self._make(estab, secret)
        except XporterError as error:
            if isinstance(error, Denied):
                shelf.pop(key, None)
            elif kept and kept.is_good(self._clock()):
                return kept.token
            raise
        self._keep(shelf, key, token, asked_at)
        return token

    def _keep(self, shelf: dict[str, _Kept], key: str, token: Token, asked_at: datetime) -> None:
        now = self._clock()
        for stale in [name for name, kept in shelf.items() if not kept.is_good(now)]:
            del shelf[stale]
        if token.expires is None or token.expires <= now:
            # Of unknown or no length by our clock: used this once, never kept.
            shelf.pop(key, None)
            return
        share = (token.expires - asked_at) * self._renew_after
        shelf[key] = _Kept(token, asked_at + min(share, LONGEST_KEPT))


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
