"""Attendance: the codes and a mark for each session of each pupil.

Marks appear when the register is taken. A pupil who is missing has N until the
office learns why. Marks follow from pupil and year, so any window can be asked
for. The columns of AttendanceCodes are ours, so is `LastUpdated` of marks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identity import Row, Stamp, Window, dice
from simulators.school_data.pupils import Pupil
from simulators.school_data.teaching_groups import form_of
from simulators.school_data.terms import start_of

CODES = (
    ("/", "Present (AM)", "Present"), ("\\", "Present (PM)", "Present"),
    ("L", "Late, before the register closed", "Present"),
    ("B", "Educated off site", "Approved educational activity"),
    ("C", "Leave of absence", "Authorised absence"), ("I", "Illness", "Authorised absence"),
    ("M", "Medical or dental appointment", "Authorised absence"),
    ("R", "Religious observance", "Authorised absence"),
    ("V", "Educational visit", "Approved educational activity"),
    ("P", "Sporting activity", "Approved educational activity"),
    ("O", "Absent without authorisation", "Unauthorised absence"),
    ("U", "Late, after the register closed", "Unauthorised absence"),
    ("N", "Reason not yet provided", "Unauthorised absence"),
)  # fmt: skip
MEANINGS = {code: meaning for code, _, meaning in CODES}
REASONS = "I" * 60 + "M" * 14 + "C" * 6 + "O" * 6 + "V" * 8 + "P" * 5 + "R"
"""Codes of absences, as many of each as there are in a hundred."""
SESSIONS = ("AM", "PM")
REGISTERS = ((8, 40), (13, 50))
"""When the first form's register is taken; the others follow by the minute."""
SPELLS_A_YEAR, LATES_A_YEAR = 3.5, 3.0
FOUNDED = start_of(2015)
LATE_NOTES = ("Bus late", "Overslept", "Dentist", "Car would not start")
OFFICE = [f"T{minute // 60:02}:{minute % 60:02}:00" for minute in range(9 * 60 + 30, 17 * 60, 15)]
"""Quarters of an hour at which the office enters reasons."""
LEARNED = [[time for time in OFFICE if time > asked] for asked in ("T09:00:00", "T14:15:00")]


class Absence(NamedTuple):
    """What is unusual about a session. `known` is the time of day when the office learned why."""

    code: str
    known: str | None = None
    minutes: int | None = None


def code_rows() -> list[Row]:
    """The table AttendanceCodes."""
    return [
        {
            "Id": str(number),
            "Code": code,
            "Description": description,
            "StatisticalMeaning": meaning,
            "IsPresent": int(meaning != "Authorised absence" and meaning != "Unauthorised absence"),
            "LastUpdated": FOUNDED,
        }
        for number, (code, description, meaning) in enumerate(CODES, start=1)
    ]


def mark_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table AttendMarks: marks of the year in a window that have been given at `at`."""
    days = core.days.days
    first, last = bisect_left(days, window.first), bisect_right(days, window.last)
    return [
        row
        for pupil in core.enrolled
        for row in _marks(core, pupil, range(2 * first, 2 * last), at)
    ]


def count_marks(core: AcademicYearData, at: Stamp) -> int:
    """How many marks of this year pupils on roll have; today's count once registers are open."""
    days = [f"{day}T08:40:00" for day in core.days.texts]
    until = bisect_right(days, at)
    lives = [pupil.life for pupil in core.enrolled if pupil.life.is_on_roll(at)]
    return sum(2 * max(0, until - bisect_left(days, life.joins)) for life in lives)


def mark_instants(core: AcademicYearData) -> list[str]:
    """The times of day at which marks appear or change."""
    minutes = range(min(20, core.shape.forms))
    registers = [_register(session, minute) for session in (0, 1) for minute in minutes]
    return sorted({*registers, *OFFICE})


def _register(session: int, form: int) -> str:
    hour, minute = REGISTERS[session]
    return f"T{hour + (minute + form) // 60:02}:{(minute + form) % 60:02}:00"


def _marks(core: AcademicYearData, pupil: Pupil, sessions: range, at: Stamp) -> Iterator[Row]:
    unusual, days, person = absences(core)[pupil.number], core.days.texts, str(pupil.number)
    form = min(19, form_of(core.shape, pupil))
    registers = (_register(0, form), _register(1, form))
    joins, leaves = pupil.life.joins, pupil.life.leaves
    for number in sessions:
        day, half = days[number // 2], number % 2
        taken = day + registers[half]
        if taken > at:
            return
        if joins <= taken < leaves:
            yield _mark(person, day, half, taken, unusual.get(number), at)


def _mark(
    person: str, day: str, half: int, taken: Stamp, unusual: Absence | None, at: Stamp
) -> Row:
    mark, since = "/\\"[half], taken
    if unusual:
        mark = unusual.code
        known = unusual.known and day + unusual.known
        if known and known > at:
            mark = "N"
        elif known and known > taken:
            since = known
    return {
        "Id": f"{person}.{day}.{SESSIONS[half]}",
        "Date": day,
        "StudentId": person,
        "Mark": mark,
        "Type": "S",
        "Session": SESSIONS[half],
        "InstanceId": None,
        "MinsLate": unusual.minutes if unusual else None,
        "Notes": _note(unusual),
        "LastUpdated": since,
    }


def _note(unusual: Absence | None) -> str | None:
    """What the office wrote on some late arrivals."""
    if unusual is None or not unusual.minutes or unusual.minutes % 3:
        return None
    return LATE_NOTES[unusual.minutes // 3 % len(LATE_NOTES)]


def summary_rows(core: AcademicYearData, at: Stamp, *, is_past: bool = False) -> list[Row]:
    """The table AttendanceSummary: sessions of this year until yesterday, by pupil on roll.

    `is_past`: of everybody who was on roll in a year that is over. Columns are those of the
    statistics of Students.
    """
    year = f".{core.year}" if is_past else ""
    return [
        {
            "Id": f"{pupil.number}{year}",
            "StudentId": str(pupil.number),
            **statistics(core, pupil, at),
        }
        for pupil in core.enrolled
        if is_past or pupil.life.is_on_roll(at)
    ]


def statistics(core: AcademicYearData, pupil: Pupil, at: Stamp) -> Row:
    """How many sessions of the year, until yesterday, a pupil could attend and did."""
    days, unusual = core.days.texts, absences(core)[pupil.number]
    since = bisect_left(days, pupil.life.joins[:10])
    until = max(since, bisect_left(days, min(at, pupil.life.leaves)[:10]))
    codes = [one.code for number, one in unusual.items() if 2 * since <= number < 2 * until]
    counts = Counter(MEANINGS[code] for code in codes)
    possible, late = 2 * (until - since), codes.count("L")
    last = days[until - 1] if until > since else None
    return {
        "AttStatsStartDate": core.days.first.isoformat(),
        "AttStatsEndDate": last,
        "NumPossMarks": possible,
        "NumPresMarks": possible - sum(counts.values()) + counts["Present"],
        "NumAEAMarks": counts["Approved educational activity"],
        "NumAuthAbsMarks": counts["Authorised absence"],
        "NumUnauthAbsMarks": counts["Unauthorised absence"],
        "NumMissMarks": 0,
        "NumLateMarks": late,
        "NumLateBeforeRegMarks": late,
        "LastUpdated": max([core.first, pupil.life.joins, *([_day_after(last)] if last else [])]),
    }


def mark_string(core: AcademicYearData, pupil: Pupil, at: Stamp) -> Row:
    """The marks of the year until yesterday as one text, two a day."""
    days, unusual = core.days.texts, absences(core)[pupil.number]
    since = bisect_left(days, pupil.life.joins[:10])
    until = max(since, bisect_left(days, min(at, pupil.life.leaves)[:10]))
    marks = [
        unusual[number].code if number in unusual else "/\\"[number % 2]
        for number in range(2 * since, 2 * until)
    ]
    return {
        "AttMarksStartDate": days[since] if until > since else None,
        "AttMarksEndDate": days[until - 1] if until > since else None,
        "Marks": "".join(marks),
    }


def _day_after(day: str) -> Stamp:
    return f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00"


@lru_cache(maxsize=4)
def absences(core: AcademicYearData) -> dict[int, dict[int, Absence]]:
    """What is unusual in the year, by pupil and number of the session."""
    return {pupil.number: _absences(core, pupil) for pupil in core.enrolled}


def _absences(core: AcademicYearData, pupil: Pupil) -> dict[int, Absence]:
    rng = dice(core.identity.key, "absence", core.year, pupil.number)
    total, found = 2 * len(core.days.days), {}
    for _ in range(int(rng.expovariate(1 / LATES_A_YEAR))):
        found[2 * rng.randrange(total // 2)] = Absence("L", None, rng.randint(1, 25))
    for _ in range(int(rng.expovariate(1 / SPELLS_A_YEAR))):
        found.update(_spell(rng, total))
    return found


def _spell(rng: Random, total: int) -> dict[int, Absence]:
    start, length = rng.randrange(total), min(10, 1 + int(rng.expovariate(0.5)))
    code = rng.choice(REASONS)
    known = rng.choice(LEARNED[start % 2]) if code in "IMO" else None
    spell = dict.fromkeys(range(start, min(total, start + length)), Absence(code))
    return spell | {start: Absence(code, known)}
