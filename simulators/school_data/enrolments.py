"""Who is at the school from when to when.

A cohort has a fixed number of places. On each place one pupil follows another:
most stay to the end, some leave in the summer or in the middle of the year, and
their place is taken some time later. All of it follows from the cohort alone, so
any moment can be asked for without walking there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from random import Random
from typing import NamedTuple

from simulators.school_data.identity import Identity, Stamp, dice
from simulators.school_data.school_profile import SchoolProfile, profile_of
from simulators.school_data.terms import (
    DAY,
    moment_on,
    office_moment,
    start_of,
    the_year,
)

LEAVES_IN_YEAR = 0.025
LEAVES_IN_SUMMER = 0.03
LEAVES_AFTER_GCSE = 0.12
MOVES_HOUSE = 0.008
BOARDS = 0.2
SIBLING_REACH = 4
"""Years between a pupil and the youngest sibling."""
APPLIES_IN = (3, 6)
"""Months in which September's joiners are entered."""


class Enrolment(NamedTuple):
    """A pupil's time here. `leaves` is the first moment of not being on roll."""

    number: int
    cohort: int
    place: int
    turn: int
    applies: Stamp
    joins: Stamp
    leaves: Stamp
    house: int
    house_moves: tuple[tuple[Stamp, int], ...]
    boards: int | None

    def is_on_roll(self, at: Stamp) -> bool:
        """Whether the pupil is at the school at `at`."""
        return self.joins <= at < self.leaves

    @property
    def last_year(self) -> int:
        """The academic year at whose end, or in which, the pupil leaves."""
        year = int(self.leaves[:4]) - (self.leaves[5:7] < "09")
        return year - 1 if self.leaves == start_of(year) else year

    @property
    def forgotten(self) -> Stamp:
        """Until when the MIS shows the leaver: to the end of the following year."""
        return start_of(self.last_year + 2)

    def house_at(self, at: Stamp) -> int:
        """Index of the house at `at`."""
        return next(
            (house for since, house in reversed(self.house_moves) if since <= at), self.house
        )


@lru_cache(maxsize=64)
def cohort_of(identity: Identity, cohort: int) -> list[Enrolment]:
    """Everybody who ever has a place in a cohort."""
    shape, rng = profile_of(identity), dice(identity.key, "cohort", cohort)
    return [
        life
        for place in range(shape.places(cohort))
        for life in _on_place(rng, shape, cohort, place)
    ]


def _on_place(rng: Random, shape: SchoolProfile, cohort: int, place: int) -> Iterator[Enrolment]:
    joins, turn = start_of(cohort), 0
    for year in range(cohort, cohort + len(shape.years)):
        group = shape.lowest + year - cohort
        last = group == shape.highest
        leaves, successor = _end_of_year(rng, year, group, joins, last=last)
        if leaves:
            yield _life(rng, shape, (cohort, place, turn), joins, leaves)
            joins, turn = successor, turn + 1


def _end_of_year(
    rng: Random, year: int, group: int, joins: Stamp, *, last: bool
) -> tuple[Stamp | None, Stamp]:
    """When the pupil on a place leaves in this year, if so, and when the next one joins."""
    summer = start_of(year + 1)
    mid, end = rng.random(), rng.random()
    if mid < LEAVES_IN_YEAR and joins <= start_of(year):
        days = the_year(year).days
        day = rng.randrange(10, len(days) - 45)
        leaves = moment_on(rng, days[day])
        return leaves, summer if last else moment_on(rng, days[day + rng.randint(4, 40)])
    leaving = LEAVES_AFTER_GCSE if group == 11 else LEAVES_IN_SUMMER
    if joins < summer and (last or end < leaving):
        return summer, summer
    return None, joins


def _life(
    rng: Random, shape: SchoolProfile, where: tuple[int, int, int], joins: Stamp, leaves: Stamp
) -> Enrolment:
    cohort, place, turn = where
    house = rng.randrange(len(shape.houses))
    return Enrolment(
        shape.number(cohort, place, turn),
        cohort,
        place,
        turn,
        _entered(rng, joins),
        joins,
        leaves,
        house,
        _house_moves(rng, shape, house, joins, leaves),
        rng.randrange(len(shape.boarding)) if shape.boarding and rng.random() < BOARDS else None,
    )


def _entered(rng: Random, joins: Stamp) -> Stamp:
    """Those who join in September are entered in spring, others some days before."""
    day = date.fromisoformat(joins[:10])
    if (day.month, day.day) == (9, 1):
        return moment_on(rng, date(day.year, rng.randint(*APPLIES_IN), rng.randint(1, 28)))
    return moment_on(rng, day - DAY * rng.randint(1, 3))


def _house_moves(
    rng: Random, shape: SchoolProfile, house: int, joins: Stamp, leaves: Stamp
) -> tuple[tuple[Stamp, int], ...]:
    first, last = int(joins[:4]), int(leaves[:4])
    if rng.random() >= MOVES_HOUSE * (last - first):
        return ()
    year = rng.randint(first, max(first, last - 1))
    moment = office_moment(rng, the_year(year))
    other = (house + rng.randrange(1, len(shape.houses))) % len(shape.houses)
    return ((moment, other),) if joins < moment < leaves else ()
