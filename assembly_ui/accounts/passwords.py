"""How passwords are kept and compared: bcrypt, beside the event loop."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Sequence

import bcrypt

from assembly_ui.accounts.busy import in_pool
from assembly_ui.accounts.password_policy import MAXIMUM
from assembly_ui.jobs import worker_pools

BCRYPT_ROUNDS = 12
"""About 0.3 s a password on a small machine."""


async def hash_password(password: str) -> str:
    """The bcrypt hash to keep.

    Raises:
        TooBusy
    """
    salt = bcrypt.gensalt(BCRYPT_ROUNDS)
    hashed = await in_pool(worker_pools.PASSWORD_HASHES, bcrypt.hashpw, _digest(password), salt)
    return hashed.decode()


async def verify(password: object, kept: str | None, *, subject: str = "") -> bool:
    """Whether `password` is the one behind the kept hash; see `find_match`.

    Raises:
        TooBusy
    """
    return await find_match(password, kept, subject=subject) is not None


async def find_match(password: object, *kept: str | None, subject: str = "") -> int | None:
    """Which of the kept hashes is the password's: the first one's place, or None.

    With None in place of a hash (an unknown address) it takes as long as with one. `subject`
    is the account it is tried for, of which one client may try few at once.

    Raises:
        TooBusy
    """
    typed = password[:MAXIMUM] if isinstance(password, str) else ""
    # All of them in one turn: who waits among many waits once.
    found = await in_pool(
        worker_pools.PASSWORD_HASHES, _first_match, _digest(typed), kept, subject=subject
    )
    return found if typed == password else None


def _first_match(digest: bytes, kept: Sequence[str | None]) -> int | None:
    nobodys = f"$2b${BCRYPT_ROUNDS:02}${'.' * 53}"
    for place, known in enumerate(kept):
        matches = bcrypt.checkpw(digest, (known or nobodys).encode())
        if matches and known:
            return place
    return None


def _digest(password: str) -> bytes:
    # bcrypt reads 72 bytes and stops at a null byte; a digest in base64 has 44
    # and none, so that every character of a long password counts.
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.sha256(text).digest())
