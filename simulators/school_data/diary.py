"""The school's diary: Calendar. Its columns are ours; event types are those of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identity import Row, Stamp, Window, dice
from simulators.school_data.terms import DAY, office_moment

EVENTS = (
    "Open Morning", "Autumn Concert", "Carol Service", "Founders' Day", "House Drama", "Sports Day",
    "Year 7 Parents' Evening", "Year 9 Parents' Evening", "Year 11 Parents' Evening",
    "Sixth Form Evening", "House Music", "Art Exhibition", "Careers Fair", "Cross-Country",
    "Spring Play", "Swimming Gala", "Prize Giving", "Harvest Festival", "Charity Run", "Book Week",
)  # fmt: skip
MOVED = 0.3


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the diary; `moved` is when it was put on another day, and which."""

    kind: str
    name: str
    first: date
    last: date
    moved: tuple[Stamp, date] | None = None


def calendar_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table Calendar: what falls into the window, as planned at `at`."""
    rows = [_row(core, number, event, at) for number, event in enumerate(_events(core), start=1)]
    first, last = window.first.isoformat(), window.last.isoformat()
    return [row for row in rows if row["StartDate"] <= last and row["EndDate"] >= first]


def _events(core: AcademicYearData) -> list[Event]:
    year = core.days
    found = [Event("PublicHoliday", name, day, day) for day, name in year.public_holidays]
    found += [Event("StaffTraining", "Staff training day", day, day) for day in year.training_days]
    for term in year.terms:
        name = f"{term.name} half term"
        found.append(Event("HalfTerm", name, term.break_first, term.break_last))
    autumn, spring, summer = year.terms
    found += [
        Event("Holiday", "Christmas holiday", autumn.last + DAY, spring.first - DAY),
        Event("Holiday", "Easter holiday", spring.last + DAY, summer.first - DAY),
        Event("Holiday", "Summer holiday", summer.last + DAY, year.last),
    ]
    return found + [_school_event(core, name) for name in EVENTS]


def _school_event(core: AcademicYearData, name: str) -> Event:
    rng = dice(core.identity.key, "diary", core.year, name)
    place = rng.randrange(8, len(core.days.days) - 8)
    day, other = core.days.days[place], core.days.days[place + rng.randint(1, 6)]
    moment = office_moment(rng, core.days)
    is_moved = rng.random() < MOVED and moment < day.isoformat()
    return Event("SchoolEvent", name, day, day, (moment, other) if is_moved else None)


def _row(core: AcademicYearData, number: int, event: Event, at: Stamp) -> Row:
    moved = event.moved and event.moved[0] <= at
    first, last = event.first, event.last
    since = core.first
    if moved and event.moved:
        since, first = event.moved
        last = first
    return {
        "Id": str(core.year * 100 + number),
        "EventType": event.kind,
        "Name": event.name,
        "Description": event.name,
        "StartDate": first.isoformat(),
        "EndDate": last.isoformat(),
        "AllDay": 1,
        "LastUpdated": since,
    }


def diary_instants(core: AcademicYearData) -> list[Stamp]:
    """When something in the diary is moved."""
    return [event.moved[0] for event in _events(core) if event.moved]
