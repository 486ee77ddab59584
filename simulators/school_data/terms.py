"""The academic year: terms, holidays, staff training, and the two-week cycle.

An academic year is named by the calendar year in which it starts, on 1 September.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from random import Random

from simulators.school_data.identity import Stamp

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MONDAY, TUESDAY, FRIDAY = 0, 1, 4

_MINUTES = [f"T{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]
_SECONDS = [f":{second:02}" for second in range(60)]


def academic_year(day: date) -> int:
    """The calendar year in which the academic year of `day` started."""
    return day.year if day.month >= 9 else day.year - 1


def start_of(year: int) -> Stamp:
    """When an academic year begins and everybody moves up."""
    return f"{year}-09-01T00:00:00"


@dataclass(frozen=True)
class Term:
    """A term with its half-term break; all days included."""

    name: str
    first: date
    last: date
    break_first: date
    break_last: date

    def holds(self, day: date) -> bool:
        """Whether `day` is in the term and not in its break."""
        return self.first <= day <= self.last and not self.break_first <= day <= self.break_last


@dataclass(frozen=True)
class AcademicYear:
    """Terms, public holidays and the days on which pupils are taught."""

    year: int
    terms: tuple[Term, ...]
    public_holidays: tuple[tuple[date, str], ...]
    training_days: tuple[date, ...]
    days: tuple[date, ...]
    weeks: dict[date, int]

    @cached_property
    def texts(self) -> list[str]:
        """The days of teaching as ISO text."""
        return [day.isoformat() for day in self.days]

    @property
    def first(self) -> date:
        """1 September."""
        return date(self.year, 9, 1)

    @property
    def last(self) -> date:
        """31 August."""
        return date(self.year + 1, 8, 31)

    def week_of(self, day: date) -> int:
        """0 in a Week A, 1 in a Week B."""
        return self.weeks[_on_or_before(day, MONDAY)]


@lru_cache(maxsize=256)
def the_year(year: int) -> AcademicYear:
    """The academic year that starts in September of `year`."""
    terms = _terms(year)
    holidays = tuple(_public_holidays(year))
    closed = {day for day, _ in holidays}
    training = (terms[0].first, terms[1].first)
    days = tuple(
        day
        for term in terms
        for day in _days(term.first, term.last)
        if day.weekday() <= FRIDAY and term.holds(day) and day not in closed and day not in training
    )
    mondays = sorted({_on_or_before(day, MONDAY) for day in days})
    weeks = {monday: number % 2 for number, monday in enumerate(mondays)}
    return AcademicYear(year, terms, holidays, training, days, weeks)


def office_moment(rng: Random, year: AcademicYear) -> Stamp:
    """Some moment of a school day, when the office keys things in."""
    return moment_on(rng, rng.choice(year.texts))


def moment_on(rng: Random, day: date | str, *, first: int = 8 * 60, last: int = 17 * 60) -> Stamp:
    """Some moment of `day` between two minutes of it."""
    return moment_at(rng.random(), day, first=first, last=last)


def moment_at(part: float, day: date | str, *, first: int = 8 * 60, last: int = 17 * 60) -> Stamp:
    """The moment of `day` when a `part` (0 to 1) of the time between two minutes has passed."""
    minute, second = divmod(first * 60 + int(part * 60 * (last - first)), 60)
    return f"{day}{_MINUTES[minute]}{_SECONDS[second]}"


def stamp(at: datetime) -> Stamp:
    """A moment without zone as a stamp."""
    return at.isoformat(timespec="seconds")


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian method)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def _terms(year: int) -> tuple[Term, ...]:
    september = _on_or_after(date(year, 9, 2), TUESDAY)
    half_term = _on_or_after(date(year, 10, 17), MONDAY)
    christmas = _on_or_before(date(year, 12, 14), FRIDAY)
    january = _on_or_after(date(year + 1, 1, 4), TUESDAY)
    february = _on_or_after(date(year + 1, 2, 11), MONDAY)
    march = _on_or_before(min(easter(year + 1) - 3 * DAY, date(year + 1, 4, 1)), FRIDAY)
    april = _on_or_after(march + 18 * DAY, TUESDAY)
    may = _on_or_after(date(year + 1, 5, 25), MONDAY)
    july = _on_or_before(date(year + 1, 7, 12), FRIDAY)
    return (
        Term("Autumn", september, christmas, half_term, half_term + 11 * DAY),
        Term("Spring", january, march, february, february + 4 * DAY),
        Term("Summer", april, july, may, may + 4 * DAY),
    )


def _public_holidays(year: int) -> list[tuple[date, str]]:
    sunday = easter(year + 1)
    may_day = _on_or_after(date(year + 1, 5, 1), MONDAY)
    return [
        (date(year, 12, 25), "Christmas Day"),
        (date(year, 12, 26), "Boxing Day"),
        (date(year + 1, 1, 1), "New Year's Day"),
        (sunday - 2 * DAY, "Good Friday"),
        (sunday + DAY, "Easter Monday"),
        (may_day, "Early May bank holiday"),
        (_on_or_before(date(year + 1, 5, 31), MONDAY), "Spring bank holiday"),
        (_on_or_before(date(year + 1, 8, 31), MONDAY), "Summer bank holiday"),
    ]


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]


def _on_or_after(day: date, weekday: int) -> date:
    return day + DAY * ((weekday - day.weekday()) % 7)


def _on_or_before(day: date, weekday: int) -> date:
    return day - DAY * ((day.weekday() - weekday) % 7)
