"""Hostile input to plain text: what every field goes through first."""

from __future__ import annotations

import re
import unicodedata

from assembly_ui.accounts.errors import Missing, NameNotPlain, NotText, TooLong

NAME_LIMIT = 120

# Cc control, Cf format (right-to-left overrides among them), Cs lone
# surrogates, which no database takes. Both joiners stay: Persian, Hindi and
# family emoji are spelt with them.
_UNSEEN = {"Cc", "Cf", "Cs"}
_JOINERS = "\u200c\u200d"
_NOT_A_NAME = re.compile(r"[<>{}]|://|www\.", re.IGNORECASE)


def plain(value: object, limit: int) -> str:
    """`value` trimmed, in one line, without characters nobody can see.

    Raises:
        NotText: it is not a string.
        TooLong: more than `limit` characters are left.
    """
    if not isinstance(value, str):
        raise NotText
    # Far beyond the limit the text is not worth walking through.
    if len(value) > 10 * limit:
        raise TooLong(limit)
    text = "".join(_seen(character) for character in unicodedata.normalize("NFC", value))
    text = " ".join(text.split())
    if len(text) > limit:
        raise TooLong(limit)
    return text


def required(value: object, limit: int) -> str:
    """Like `plain`, for a field that must not be empty.

    Raises:
        Missing: nothing is left of it.
    """
    text = plain(value, limit)
    if not text:
        raise Missing
    return text


def person_name(value: object) -> str:
    """A person's name in any script. It may be empty.

    Raises:
        NameNotPlain: mark-up or a web address, which would travel in our mail
            to whatever address was typed beside it.
    """
    name = plain(value, NAME_LIMIT)
    if _NOT_A_NAME.search(name):
        raise NameNotPlain
    return name


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _UNSEEN and character not in _JOINERS:
        return ""
    return character
