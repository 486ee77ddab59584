"""What pupils, staff and contacts share: addresses, email addresses, telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assembly_ui.sync.mapping.making import Ids, SourceRow
from assembly_ui.sync.mapping.rows import listed, maybe, said, text

Json = dict[str, Any]


def address(row: SourceRow) -> Json | None:
    """Where somebody lives; None when nothing is known of it."""
    house = " ".join(filter(None, (text(row, "HouseNo"), text(row, "Street"))))
    lines = [
        part
        for part in (text(row, "Apartment"), text(row, "HouseName"), house, text(row, "District"))
        if part
    ]
    town, county = maybe(row, "TownOrCity"), maybe(row, "County")
    country, postcode = maybe(row, "Country"), maybe(row, "PostCode")
    if not (lines or town or county or country or postcode):
        return None
    return {
        "object": "address",
        "address_line_1": lines[0] if lines else None,
        "address_line_2": ", ".join(lines[1:]) or None,
        "town_city": town,
        "county": county,
        "country": country,
        "postcode": postcode,
    }


def emails(ids: Ids, whose: str, found: Iterable[tuple[str, str]]) -> list[Json]:
    """Email addresses, from pairs of a type (Home, Work, Other) and an address, best first.

    An address keeps its number, by `whose` and type, when it is written anew.
    """
    return [
        {
            "object": "email",
            "id": ids.of("email", f"{whose} {type_}"),
            "email": email,
            "type": type_,
            "is_primary": place == 0,
        }
        for place, (type_, email) in enumerate(_told(found))
    ]


def telephone_numbers(ids: Ids, whose: str, found: Iterable[tuple[str, str]]) -> list[Json]:
    """Telephone numbers, from pairs of a type (Mobile, Home, Work) and a number, best first."""
    return [
        {
            "object": "telephone_number",
            "id": ids.of("telephone_number", f"{whose} {type_}"),
            "type": type_,
            "telephone_number": number,
            "is_primary": place == 0,
        }
        for place, (type_, number) in enumerate(_told(found))
    ]


def phones_of(ids: Ids, whose: str, row: SourceRow) -> list[Json] | None:
    """The telephone numbers in a row of a person; None when they were not read."""
    if not said(row, "MobilePhone", "HomePhone", "WorkPhone"):
        return None
    return telephone_numbers(
        ids,
        whose,
        (
            ("Mobile", text(row, "MobilePhone")),
            ("Home", text(row, "HomePhone")),
            ("Work", text(row, "WorkPhone")),
        ),
    )


def name_of(row: SourceRow) -> str:
    """What people call somebody."""
    return " ".join(filter(None, (text(row, "Forename"), text(row, "Surname"))))


def numbers(
    ids: Ids, kind: str, row: SourceRow, column: str, known: frozenset[str]
) -> list[int] | None:
    """The numbers of those listed in a column who are known; None when it was not read."""
    if not said(row, column):
        return None
    return [ids.of(kind, key) for key in listed(row, column) if key in known]


def _told(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(type_, told) for type_, told in found if told]
