"""The stand-in's look-up of schools, answered from the product's register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from assembly_ui.schools.register import MAX_LIMIT, Register, RegisterSchool


class Asked(Protocol):
    """What is looked for; "" for what was not said."""

    @property
    def words(self) -> str: ...
    @property
    def postcode(self) -> str: ...
    @property
    def telephone(self) -> str: ...
    @property
    def la_code(self) -> str: ...
    @property
    def estab_code(self) -> str: ...
    @property
    def include_closed(self) -> bool: ...


def edubase_of(register: Register) -> Callable[[Asked], list[dict[str, Any]]]:
    """A look-up in this register, for the stand-in."""

    def find(asked: Asked) -> list[dict[str, Any]]:
        words = asked.words or asked.postcode or f"{asked.la_code}{asked.estab_code}"
        found = register.search(words, MAX_LIMIT)
        return [_row(hit.school) for hit in found.matches if _fits(hit.school, asked)]

    return find


def _fits(school: RegisterSchool, asked: Asked) -> bool:
    return (
        (asked.include_closed or school.is_open)
        and school.la_code.startswith(asked.la_code)
        and school.establishment_number.startswith(asked.estab_code)
        and _letters(school.postcode).startswith(_letters(asked.postcode))
        and _letters(asked.telephone) in _letters(school.telephone)
    )


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


def _row(school: RegisterSchool) -> dict[str, Any]:
    return {
        "URN": school.urn,
        "EstablishmentName": school.name,
        "LeaCode": school.la_code,
        "DfesCode": school.establishment_number,
        "Estab": school.dfe_number,
        "LocalAuthority": school.local_authority,
        "Town": school.town,
        "PostCode": school.postcode,
        "Telephone": school.telephone,
        "TypeOfEstablishment": school.type,
        "PhaseOfEducation": school.phase,
        "EstablishmentStatus": school.status,
    }
