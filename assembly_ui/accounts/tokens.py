"""Secrets we hand out and recognise again without keeping them."""

from __future__ import annotations

import hashlib
import secrets

_LONGEST = 200


def new_token() -> str:
    """An unguessable word, safe in an address or a cookie."""
    return secrets.token_urlsafe(32)


def hash_token(token: object) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal.

    Anything that cannot be one of ours becomes the empty string, which is
    the hash of nothing.
    """
    if not isinstance(token, str) or not token.isascii() or not 0 < len(token) <= _LONGEST:
        return ""
    return hashlib.sha256(token.encode()).hexdigest()
