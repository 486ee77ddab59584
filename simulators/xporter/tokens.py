"""Tokens of the identity service: long, signed, good for five days by default.

Nothing is stored: a token names the estab and the secret it was made with, and
dies with that secret. They are as long as the recorded ones, 664 characters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulators.xporter.errors import TokenTooOld, TokenUnreadable

MANAGEMENT = ""
"""The estab of an application's own token."""

LIFE = timedelta(days=5)
_SIGNATURE_BYTES = 32
_BODY_BYTES = 498 - _SIGNATURE_BYTES


@dataclass(frozen=True)
class Claims:
    """What a token says of itself. `mark` stands for the secret it was made with."""

    estab: str
    mark: str
    expires: datetime


def mark_of(secret: str) -> str:
    """A short stand-in for a secret, to compare by."""
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


class Tokens:
    """Makes and reads tokens. `key` must outlive a restart, else they all die."""

    def __init__(self, key: str, life: timedelta = LIFE) -> None:
        self._key = hashlib.sha256(key.encode()).digest()
        self._life = life

    def make(
        self, estab: str, secret: str, now: datetime, life: timedelta | None = None
    ) -> tuple[str, datetime]:
        """A new token and when it ends, of the usual life unless another is given."""
        expires = now + (life or self._life)
        claims = {"e": estab, "m": mark_of(secret), "x": expires.isoformat(), "p": ""}
        padding = _BODY_BYTES - len(json.dumps(claims))
        body = json.dumps(claims | {"p": secrets.token_hex(padding)[:padding]}).encode()
        return base64.b64encode(self._sign(body) + body).decode(), expires

    def read(self, token: str, now: datetime) -> Claims:
        """What the token says.

        Raises:
            TokenUnreadable: it is none of ours.
            TokenTooOld: it was one.
        """
        try:
            raw = base64.b64decode(token.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise TokenUnreadable from None
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(body)):
            raise TokenUnreadable
        found = json.loads(body)
        claims = Claims(found["e"], found["m"], datetime.fromisoformat(found["x"]).astimezone(UTC))
        if claims.expires <= now:
            raise TokenTooOld
        return claims

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")
