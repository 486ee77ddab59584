"""The school, its academic year with terms, and its calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source, SourceRow
from assembly_ui.sync.mapping.moments import of_clock, of_day
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import day, maybe, text
from assembly_ui.sync.mapping.years import current_year, first_day, last_day

_POSTCODE = re.compile(r"^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$", re.IGNORECASE)
_ESTAB = re.compile(r"^\d{7}$")
_HOLIDAYS = ("holiday", "publicholiday", "halfterm")
_DAY, _SHORTEST_TERM = timedelta(days=1), timedelta(weeks=2)
_THREE = ("Autumn", "Spring", "Summer")


def make_school(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """The school, as far as its MIS knows it; what only registers know is null."""
    for row in source.rows("SchoolInfo", "SchoolInfo"):
        name, estab = text(row, "Name"), text(row, "EstabId")
        is_english = bool(_ESTAB.match(estab))
        street, town, postcode = _address(name, text(row, "Address").splitlines())
        yield Made(
            "school",
            name,
            {
                "object": "school",
                "name": name or None,
                "slug": re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or None,
                "urn": None,
                "mis_provider": None,
                "la_code": int(estab[:3]) if is_english else None,
                "la_name": None,
                "establishment_number": int(estab[3:]) if is_english else None,
                "establishment_type": maybe(row, "Governance"),
                "phase": maybe(row, "Phase"),
                "street": street,
                "town": town,
                "postcode": postcode,
                "head_teacher": maybe(row, "Head"),
            },
        )
        return


def make_academic_years(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """The academic year the MIS is in."""
    if year := current_year(source):
        name = f"{year}/{year + 1}"
        yield Made(
            str(year),
            name,
            {
                "object": "academic_year",
                "id": ids.of("academic_year", str(year)),
                "name": name,
                "start_date": of_day(first_day(year)),
                "end_date": of_day(last_day(year)),
                "terms": _terms(ids, year, list(source.rows("Calendar", "Calendar"))),
            },
        )


def make_events(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """What is in the school's calendar."""
    for row in source.rows("Calendar", "Calendar"):
        key, first = text(row, "Id"), day(row, "StartDate")
        if not key or first is None:
            continue
        name = text(row, "Name", "Description")
        yield Made(
            key,
            name,
            {
                "object": "calendar_event",
                "id": ids.of("calendar_event", key),
                "type": _type(row),
                "name": name or None,
                "description": maybe(row, "Description"),
                "start_date": of_clock(first, text(row, "StartTime")),
                "end_date": of_clock(day(row, "EndDate") or first, text(row, "EndTime")),
            },
        )


def _type(row: SourceRow) -> str:
    said = text(row, "EventType", "Type", "Category").casefold()
    if said in _HOLIDAYS:
        return "Holiday"
    if said == "stafftraining":
        return "Inset"
    return "Meeting" if "meeting" in said else "Event"


def _terms(ids: Ids, year: int, events: list[SourceRow]) -> list[Json] | None:
    """What holidays leave of the year; None when the calendar was not read."""
    if not events:
        return None
    found = [span for span in _between(year, _holidays(events)) if _is_term(span)]
    names = _THREE if len(found) == 3 else tuple(f"Term {n}" for n in range(1, len(found) + 1))
    return [
        {
            "object": "term",
            "id": ids.of("term", f"{year} {number}"),
            "name": names[number - 1],
            "start_date": of_day(first),
            "end_date": of_day(last),
        }
        for number, (first, last) in enumerate(found, start=1)
    ]


_Span = tuple[date, date]


def _is_term(span: _Span) -> bool:
    return span[1] - span[0] >= _SHORTEST_TERM


def _holidays(events: list[SourceRow]) -> list[_Span]:
    found = []
    for row in events:
        first = day(row, "StartDate")
        if first and text(row, "EventType", "Type", "Category").casefold() == "holiday":
            found.append((first, day(row, "EndDate") or first))
    return sorted(found)


def _between(year: int, holidays: list[_Span]) -> Iterator[_Span]:
    if not holidays:
        return
    starts = first_day(year)
    for first, last in holidays:
        if first > starts:
            yield starts, first - _DAY
        starts = max(starts, last + _DAY)
    if starts <= last_day(year):
        yield starts, last_day(year)


def _address(name: str, lines: list[str]) -> tuple[str | None, str | None, str | None]:
    """Street, town and postcode of the lines of an address, which may begin with the name."""
    said = [line.strip() for line in lines if line.strip() and line.strip() != name]
    postcode = next((line for line in said if _POSTCODE.match(line)), None)
    rest = [line for line in said if line != postcode]
    return (rest[0] if rest else None, rest[1] if len(rest) > 1 else None, postcode)


SCHOOL_KINDS = (
    Kind("school", frozenset({"SchoolInfo"}), make_school, is_linked=False),
    Kind(
        "academic_year",
        frozenset({"SchoolInfo", "Calendar"}),
        make_academic_years,
        is_of_year=True,
    ),
    Kind("calendar_event", frozenset({"Calendar"}), make_events, rolls=True, is_linked=False),
)
