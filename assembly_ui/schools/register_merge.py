"""Merging the Welsh register into the English one, which holds Welsh schools too.

The English register gives the URN and the name people know; the Welsh one is
newer for everything by which a school is reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assembly_ui.schools.register_file import RegisterSchool
from assembly_ui.schools.register_text import one_form, words

_Key = tuple[str, ...]


def merge_wales(
    schools: Iterable[RegisterSchool], welsh: Iterable[RegisterSchool]
) -> list[RegisterSchool]:
    """All of `schools` and `welsh`, a school that is in both only once."""
    merged = list(schools)
    by_number = _unique({i: _number(school) for i, school in enumerate(merged)})
    by_name = _unique({i: _name(school) for i, school in enumerate(merged)})
    for school in welsh:
        place = by_number.get(_number(school), by_name.get(_name(school)))
        if place is None:
            merged.append(school)
        else:
            merged[place] = _merged(merged[place], school)
    return merged


def _merged(known: RegisterSchool, welsh: RegisterSchool) -> RegisterSchool:
    return replace(
        known,
        establishment_number=known.establishment_number or welsh.establishment_number,
        postcode=welsh.postcode or known.postcode,
        town=known.town or welsh.town,
        phase=welsh.phase or known.phase,
        type=welsh.type or known.type,
        telephone=welsh.telephone or known.telephone,
    )


def _number(school: RegisterSchool) -> _Key:
    return (school.la_code, school.establishment_number) if school.dfe_number else ()


def _name(school: RegisterSchool) -> _Key:
    # Only a school whose number is not known may be recognised by its name.
    unnumbered = not school.dfe_number or school.urn.startswith("W-")
    return (school.la_code, one_form(words(school.name))) if unnumbered else ()


def _unique(keys: dict[int, _Key]) -> dict[_Key, int]:
    places: dict[_Key, list[int]] = {}
    for place, key in keys.items():
        if key:
            places.setdefault(key, []).append(place)
    return {key: found[0] for key, found in places.items() if len(found) == 1}
