"""Assessment results (AsmResults) of pupils on roll, of this and the previous year.

A report's results come in by subject and form on some days of the term; a few are
corrected later. They follow from pupil, year and subject alone, so they stay what
they are when the academic year turns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assembly_ui.simulator.school.assessment import (
    A_LEVEL,
    AUTUMN,
    BASELINE,
    BASELINES,
    GRADE_SETS,
    PERCENT,
    REASSESSMENT,
    REPORTS,
    aspect_number,
    baseline_number,
    scale_of,
    set_number,
)
from assembly_ui.simulator.school.classes import form_of, subjects_of
from assembly_ui.simulator.school.core import Core
from assembly_ui.simulator.school.curriculum import NOT_GRADED, SUBJECTS
from assembly_ui.simulator.school.identity import Identity, Row, Stamp, dice
from assembly_ui.simulator.school.pupils import Pupil
from assembly_ui.simulator.school.shape import shape_of
from assembly_ui.simulator.school.terms import moment_on, start_of, the_year

AUTUMN_DAYS = (30, 64)
"""School days of the year in which the autumn report's results come in."""
SUMMER_DAYS = (-36, -10)
CORRECTED = 0.015
REASSESSED_A_YEAR = 1.5


@dataclass(frozen=True, slots=True)
class Result:
    """A result and, where it was corrected, when and to what."""

    pupil: int
    aspect: int
    set: int
    arrives: Stamp
    value: str
    corrected: tuple[Stamp, str] | None


def result_rows(core: Core, at: Stamp) -> list[Row]:
    """The table AsmResults."""
    here = {pupil.number for pupil in core.enrolled if pupil.life.is_on_roll(at)}
    return [_row(one, at) for one in results_of(core) if one.pupil in here and one.arrives <= at]


def count_results(core: Core, at: Stamp) -> int:
    """How many there are."""
    here = {pupil.number for pupil in core.enrolled if pupil.life.is_on_roll(at)}
    return sum(one.pupil in here and one.arrives <= at for one in results_of(core))


@lru_cache(maxsize=4)
def results_of(core: Core) -> list[Result]:
    """Every result of this year and the previous one, arrived or not."""
    return [result for pupil in core.enrolled for result in _of_pupil(core, pupil)]


def _of_pupil(core: Core, pupil: Pupil) -> Iterator[Result]:
    for year in (core.year - 1, core.year):
        if pupil.life.cohort <= year:
            yield from _of_year(core.identity, pupil, year, core.group_of(pupil.life, year))
    entered = int(pupil.life.joins[:4]) - (pupil.life.joins[5:7] < "09")
    if core.year - entered in (0, 1):
        yield from _baseline(core.identity, pupil, entered)


def _of_year(identity: Identity, pupil: Pupil, year: int, group: int) -> Iterator[Result]:
    rng = dice(identity.key, "results", year, pupil.number)
    scale, form = scale_of(group), form_of(shape_of(identity), pupil)
    taken = [code for code in subjects_of(identity, pupil, group) if code not in NOT_GRADED]
    for kind in REPORTS:
        for code in taken:
            arrives = arrival(identity, year, kind, code, group, form)
            level = pupil.ability * 0.8 + rng.gauss(0, 0.5)
            fixed, later = rng.random() < CORRECTED, rng.random()
            if pupil.life.is_on_roll(arrives):
                correction = _correction(year, arrives, scale, level, later) if fixed else None
                number = aspect_number(SUBJECTS[code], scale)
                value = grade(scale, level)
                yield Result(
                    pupil.number, number, set_number(year, kind), arrives, value, correction
                )
    # At most one reassessment of a subject a year, so that its Id is its own.
    for code in rng.sample(taken, min(len(taken), int(rng.expovariate(1 / REASSESSED_A_YEAR)))):
        moment = moment_on(rng, rng.choice(the_year(year).texts))
        value = grade(scale, pupil.ability * 0.8 + rng.gauss(0, 0.6))
        if pupil.life.is_on_roll(moment):
            number = aspect_number(SUBJECTS[code], scale)
            yield Result(pupil.number, number, set_number(year, REASSESSMENT), moment, value, None)


def _baseline(identity: Identity, pupil: Pupil, year: int) -> Iterator[Result]:
    rng = dice(identity.key, "baseline", pupil.number)
    days = the_year(year).texts
    first = bisect_left(days, pupil.life.joins[:10])
    moment = moment_on(rng, days[min(len(days) - 1, first + rng.randint(6, 14))])
    for test in range(len(BASELINES)):
        score = str(max(60, min(140, round(104 + 13 * pupil.ability + rng.gauss(0, 5)))))
        if pupil.life.is_on_roll(moment):
            number = baseline_number(test)
            yield Result(pupil.number, number, set_number(year, BASELINE), moment, score, None)


@lru_cache(maxsize=20_000)
def arrival(identity: Identity, year: int, kind: int, code: str, group: int, form: int) -> Stamp:
    """When the results of a form in a subject come in."""
    rng = dice(identity.key, "arrival", year, kind, code, group, form)
    first, last = AUTUMN_DAYS if kind == AUTUMN else SUMMER_DAYS
    return moment_on(rng, the_year(year).texts[rng.randrange(first, last)])


def grade(scale: int, level: float) -> str:
    """A value of a scale for a level, of which 0 is this school's average."""
    if scale == PERCENT:
        return str(max(12, min(100, round(66 + 14 * level))))
    grades = GRADE_SETS[scale][1]
    middle, step = (0.62, 0.16) if scale == A_LEVEL else (0.6, 0.17)
    place = round((middle + step * level) * (len(grades) - 1))
    return grades[max(0, min(len(grades) - 1, place))][0]


def _correction(
    year: int, arrives: Stamp, scale: int, level: float, later: float
) -> tuple[Stamp, str] | None:
    """A better grade some days after, unless the grade is the best or the year over."""
    given, days = grade(scale, level), the_year(year).texts
    tried = (grade(scale, level + step) for step in (0.3, 0.7, 1.2))
    better = next((value for value in tried if value != given), None)
    after = bisect_right(days, arrives[:10])
    if better is None or after == len(days):
        return None
    day = days[min(len(days) - 1, after + int(later * 9))]
    return f"{day}T{9 + int(later * 7):02}:{int(later * 997) % 60:02}:00", better


def _row(one: Result, at: Stamp) -> Row:
    corrected = one.corrected if one.corrected and one.corrected[0] <= at else None
    return {
        "Id": f"{one.pupil}.{one.aspect}.{one.set}",
        "StudentId": str(one.pupil),
        "AspectId": str(one.aspect),
        "ResultDate": one.arrives[:10],
        "ResultSetId": str(one.set),
        "Result": corrected[1] if corrected else one.value,
        "Notes": "Corrected" if corrected else None,
        "LastUpdated": corrected[0] if corrected else one.arrives,
    }


def result_instants(core: Core) -> list[Stamp]:
    """When results come in or are corrected in this year."""
    first = start_of(core.year)
    moments = {one.arrives for one in results_of(core)}
    moments |= {one.corrected[0] for one in results_of(core) if one.corrected}
    return [moment for moment in moments if moment >= first]
