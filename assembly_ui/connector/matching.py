"""Right school: is what the MIS says of itself the school that was chosen? Pure."""

from __future__ import annotations

import re


def same_school(*, chosen_estab: str, mis_estab: str, chosen_name: str, mis_name: str) -> bool:
    """Whether both descriptions are of one school.

    The 7-digit DfE number decides when the MIS gives one; otherwise the names
    must be equal but for case, punctuation and a leading "The".
    """
    digits = re.sub(r"\D", "", mis_estab)
    if len(digits) == 7:
        return digits == chosen_estab
    if len(digits) == 4:
        return digits == chosen_estab[3:]
    return _plain(mis_name) == _plain(chosen_name) != ""


def _plain(name: str) -> str:
    words = re.sub(r"[^\w\s]", "", name.casefold()).replace("saint ", "st ").split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)
