"""Passwords: what makes one acceptable, how strong it is, how it is kept.

Rules after NIST SP 800-63B: a minimum length, any character, no composition
rules, and a refusal of what is tried first.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import unicodedata

import bcrypt
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from assembly_ui.accounts.errors import (
    Missing,
    NotText,
    PasswordCommon,
    PasswordPersonal,
    PasswordsDiffer,
    PasswordTooShort,
    TooLong,
)

MINIMUM = 8
MAXIMUM = 128
BCRYPT_ROUNDS = 12
"""About 0.3 s a password on a small machine."""

# The estimate's time grows steeply with length and says "strong" long before.
_ESTIMATED = 40
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])


async def check_password(value: object, *, personal: tuple[str, ...] = ()) -> str:
    """Return the password if it may be used; `personal` holds words it must not be.

    Raises:
        NotText, Missing, PasswordTooShort, TooLong, PasswordPersonal, PasswordCommon
    """
    password = _of_length(value)
    if password.casefold() in _forbidden(personal):
        raise PasswordPersonal
    if password.lower() in _COMMON or await strength(password) == 0:
        raise PasswordCommon
    return password


def check_same(password: object, confirmation: object) -> str:
    """Return the confirmation if it repeats the password.

    Raises:
        NotText, Missing, PasswordsDiffer
    """
    if not isinstance(confirmation, str):
        raise NotText
    if not confirmation:
        raise Missing
    if confirmation != password:
        raise PasswordsDiffer
    return confirmation


async def strength(password: str, personal: tuple[str, ...] = ()) -> int:
    """From 0 (guessed at once) to 4 (hard), as zxcvbn estimates it."""
    return await asyncio.to_thread(_estimate, password[:_ESTIMATED], [p for p in personal if p])


async def hash_password(password: str) -> str:
    """The bcrypt hash to keep, made off the event loop."""
    salt = bcrypt.gensalt(BCRYPT_ROUNDS)
    return (await asyncio.to_thread(bcrypt.hashpw, _digest(password), salt)).decode()


async def verify(password: object, kept: str | None) -> bool:
    """Whether `password` is the one behind the kept hash.

    With nothing kept (an unknown address) it takes as long, and is False.
    """
    typed = password[:MAXIMUM] if isinstance(password, str) else ""
    against = kept or f"$2b${BCRYPT_ROUNDS:02}${'.' * 53}"
    matches = await asyncio.to_thread(bcrypt.checkpw, _digest(typed), against.encode())
    return matches and kept is not None and typed == password


def _of_length(value: object) -> str:
    if not isinstance(value, str):
        raise NotText
    if not value:
        raise Missing
    if len(value) < MINIMUM:
        raise PasswordTooShort(MINIMUM)
    if len(value) > MAXIMUM:
        raise TooLong(MAXIMUM)
    return value


def _forbidden(personal: tuple[str, ...]) -> set[str]:
    words = {word.casefold() for word in personal if word}
    return words | {word.partition("@")[0] for word in words} | {w.replace(" ", "") for w in words}


def _estimate(password: str, personal: list[str]) -> int:
    return int(zxcvbn(password, user_inputs=personal)["score"]) if password else 0


def _digest(password: str) -> bytes:
    # bcrypt reads 72 bytes and stops at a null byte; a digest in base64 has 44
    # and none, so that every character of a long password counts.
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hashlib.sha256(text).digest())
