"""From a school and its connection to what School Details shows. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from assembly_ui.connector.overview import Overview
from assembly_ui.schools.mis import find_mis, label_of
from assembly_ui.schools.models import School
from assembly_ui.web.school_words import not_available_words


class Fact(TypedDict):
    """A line of the school's record."""

    name: str
    value: str
    href: str


class DetailsView(TypedDict):
    """Everything on the page that is the same for every member."""

    connected_before: bool
    record: list[Fact]
    is_listed: bool
    in_review: str
    lacks_number: bool
    mis: str
    mis_label: str
    mis_chosen: str
    mis_not_available: str
    news_since: str
    mis_name: str
    mis_estab: str
    mis_code: str
    matches: str
    checked: str
    answered: str
    typed: dict[str, str]


def view_of(overview: Overview) -> DetailsView:
    """What every open tab of the school shows."""
    school, connection = overview.school, overview.connection
    mis = find_mis(school.mis)
    return DetailsView(
        connected_before=connection.first_connected_at is not None,
        record=_record(school),
        is_listed=school.urn is not None,
        in_review=_iso(school.needs_review_since),
        lacks_number=not school.dfe_number,
        mis=school.mis,
        mis_label=label_of(school.mis),
        mis_chosen=_iso(school.mis_chosen_at),
        mis_not_available="" if mis and mis.is_available else not_available_words(school.mis),
        news_since=_iso(school.wants_news_of_mis_since),
        mis_name=connection.mis_school_name,
        mis_estab=connection.mis_estab,
        mis_code=connection.mis_code,
        matches=_matches(connection.school_matches),
        checked=_iso(connection.school_checked_at),
        answered=_iso(connection.data_at),
        typed=typed_of(school),
    )


def typed_of(school: School) -> dict[str, str]:
    """The record as the form for schools that are not listed has it."""
    return {
        "name": school.name,
        "town": school.town,
        "postcode": school.postcode,
        "local_authority": school.local_authority,
        "dfe_number": school.dfe_number,
    }


def _record(school: School) -> list[Fact]:
    lines = [
        ("Name", school.name),
        ("URN", school.urn or ""),
        ("DfE number", school.dfe_number),
        ("Town", school.town),
        ("Postcode", school.postcode),
        ("Local authority", school.local_authority),
        ("Phase", school.phase),
        ("Type", school.type),
        ("Website", school.website),
        ("Telephone", school.telephone),
    ]
    return [
        Fact(name=name, value=value, href=_website(value) if name == "Website" else "")
        for name, value in lines
        if value
    ]


def _website(value: str) -> str:
    # The register holds addresses with and without a scheme; nothing else becomes a link.
    if value.lower().startswith(("http://", "https://")):
        return value
    return f"https://{value}" if "." in value and ":" not in value else ""


def _matches(school_matches: bool | None) -> str:
    return {None: "wait", True: "pass", False: "fail"}[school_matches]


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
