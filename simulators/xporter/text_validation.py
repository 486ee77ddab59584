"""Hostile input to plain text."""

from __future__ import annotations

import re
import unicodedata

LONGEST_READ = 5_000
_EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+\.[^@\s<>\"(),:;.]+")
# Cc control, Cf format (right-to-left overrides), Cs lone surrogates, which neither
# a database nor an answer in UTF-8 takes. Both joiners stay: Persian and Hindi need them.
_UNSEEN = {"Cc", "Cf", "Cs"}
_JOINERS = "\u200c\u200d"


def line(value: object, limit: int) -> str:
    """One line of visible text, at most `limit` long; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    spaced = " ".join(value[:LONGEST_READ].split())
    seen = "".join(letter for letter in spaced if _is_seen(letter))
    return " ".join(seen.split())[:limit].strip()


def is_email(value: str) -> bool:
    """Whether mail can be addressed to it. Lenient: whoever invites has checked."""
    return len(value) <= 254 and _EMAIL.fullmatch(value) is not None


def _is_seen(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN
