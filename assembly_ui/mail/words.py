"""Values on their way into a message: one line, nothing unseen, of a sane length."""

from __future__ import annotations

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
