"""From a school and its connection to what School Details shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypedDict

from assembly_ui.connector.models import Connection
from assembly_ui.connector.overview import Overview
from assembly_ui.schools.mis import find_mis, label_of
from assembly_ui.schools.models import School
from assembly_ui.sync.suggesting import plain
from assembly_ui.sync.unknown_years import UnknownYear
from assembly_ui.web.school_words import not_available_words


class Fact(TypedDict):
    """A line of the school's record."""

    name: str
    value: str
    href: str


class Said(TypedDict):
    """What the MIS says of the school, beside what the register says, if it does."""

    name: str
    mis: str
    register: str
    differs: bool


class UnknownYearLine(TypedDict):
    """A year group that is not recognised, and how many are in it."""

    name: str
    students: str


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
    said: list[Said]
    matches: str
    checked: str
    answered: str
    typed: dict[str, str]
    unknown_years: list[UnknownYearLine]


def view_of(overview: Overview, unknown: Sequence[UnknownYear] = ()) -> DetailsView:
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
        said=said_of(school, connection),
        matches=_matches(connection.school_matches),
        checked=_iso(connection.school_checked_at),
        answered=_iso(connection.data_at),
        typed=typed_of(school),
        unknown_years=[_unknown(one) for one in unknown],
    )


def _unknown(year: UnknownYear) -> UnknownYearLine:
    count = year.students
    return UnknownYearLine(name=year.name, students=f"{count:,} student{'' if count == 1 else 's'}")


def typed_of(school: School) -> dict[str, str]:
    """The record as the form for schools that are not listed has it."""
    return {
        "name": school.name,
        "town": school.town,
        "postcode": school.postcode,
        "local_authority": school.local_authority,
        "dfe_number": school.dfe_number,
    }


def said_of(school: School, connection: Connection) -> list[Said]:
    """What the MIS says, line by line; what it does not say is left out."""
    says = connection.mis_says or {}
    mis = find_mis(school.mis)
    code = mis.name if mis and connection.mis_code else connection.mis_code
    lines = [
        _compared("Name", connection.mis_school_name, school.name, plain),
        _compared("DfE number", connection.mis_estab, school.dfe_number, _digits),
        Said(name="Head", mis=says.get("head", ""), register="", differs=False),
        _compared("Phase", says.get("phase", ""), school.phase, plain),
        _address(says.get("address", ""), school),
        _compared("Telephone", says.get("telephone", ""), school.telephone, _digits),
        _compared("Website", says.get("web", ""), school.website, _host),
        Said(name="Email", mis=says.get("email", ""), register="", differs=False),
        Said(
            name="Academic year",
            mis=_year(says.get("academic_year", "")),
            register="",
            differs=False,
        ),
        Said(
            name="MIS",
            mis=" ".join(filter(None, (code, _version(says.get("mis_version", ""))))),
            register="",
            differs=False,
        ),
    ]
    return [line for line in lines if line["mis"]]


def _compared(name: str, mis: str, register: str, bare: Callable[[str], str]) -> Said:
    differs = bool(mis and register) and bare(mis) != bare(register)
    return Said(name=name, mis=mis, register=register, differs=differs)


def _address(said: str, school: School) -> Said:
    """An address differs when the postcode of the register is not in it."""
    words = ", ".join(line.strip() for line in said.splitlines() if line.strip())
    register = ", ".join(filter(None, (school.town, school.postcode)))
    sought = plain(school.postcode).replace(" ", "")
    differs = bool(words and sought) and sought not in plain(words).replace(" ", "")
    return Said(name="Address", mis=words, register=register, differs=differs)


def _digits(text: str) -> str:
    """A number without how it is written; +44 is 0."""
    digits = "".join(sign for sign in text if sign.isdigit())
    return "0" + digits[2:] if text.strip().startswith("+44") else digits


def _host(text: str) -> str:
    bare = text.lower().partition("://")[2] or text.lower()
    return bare.removeprefix("www.").partition("/")[0]


def _year(said: str) -> str:
    return f"{said}/{(int(said) + 1) % 100:02}" if said.isdecimal() and len(said) == 4 else said


def _version(said: str) -> str:
    return f"(version {said})" if said else ""


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
