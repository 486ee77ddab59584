"""Values on their way into a message: one line, nothing unseen, of a sane length."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300

# Cc control, Cf format (right-to-left overrides among them), Cs lone
# surrogates. Both joiners stay: Persian, Hindi and family emoji need them.
_UNSEEN = {"Cc", "Cf", "Cs"}
_JOINERS = "\u200c\u200d"


def one_line(text: str, limit: int = LONGEST) -> str:
    """`text` in one line, cut to `limit` characters, without those nobody can see."""
    # Far beyond the limit the text is not worth walking through.
    seen = "".join(_seen(character) for character in text[: 10 * limit])
    line = " ".join(seen.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _UNSEEN and character not in _JOINERS:
        return ""
    return character


LONGEST_NAME = 60
_OF_NAMES = " -–'’.,&()/+…"
# A dot that no initial or abbreviation ends: mail programs make links of "evil.com".
_LINKING_DOT = re.compile(r"\.(?!\w?(?:[.\s,)/'’-]|$))")
_STRAY_JOINER = re.compile(rf"(?<!\w)[{_JOINERS}]|[{_JOINERS}](?!\w)")


def plain_name(text: str, limit: int = LONGEST_NAME) -> str:
    """`text` as a name that somebody else wrote: nothing in it becomes a link or an address.

    Letters of every script stay, with the punctuation that names have.
    """
    line = unicodedata.normalize("NFC", one_line(text, 10 * limit))
    kept = "".join(character if _is_of_names(character) else " " for character in line)
    apart = _LINKING_DOT.sub(". ", _STRAY_JOINER.sub("", kept))
    return one_line(apart, limit)


def _is_of_names(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind in ("Nd", "Nl") or character in _OF_NAMES + _JOINERS
