"""Assessment results (AsmResults) of pupils on roll, of this and the previous year.

A report's results come in by subject and form on some days of the term; a few are
corrected later. They follow from pupil, year and subject alone, so they stay what
they are when the academic year turns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from statistics import NormalDist

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.assessment import (
    AUTUMN,
    BASELINE,
    BASELINES,
    REASSESSMENT,
    REPORTS,
    aspect_number,
    baseline_number,
    graded,
    scale_of,
    set_number,
)
from simulators.school_data.curriculum import NOT_GRADED, SUBJECTS
from simulators.school_data.enrolments import Enrolment
from simulators.school_data.identifiers import chance, draws
from simulators.school_data.identity import Identity, Row, Stamp, dice
from simulators.school_data.pupils import Pupil
from simulators.school_data.scales import SCALES, Scale
from simulators.school_data.teaching_groups import form_of, subjects_of
from simulators.school_data.terms import moment_at, moment_on, start_of, the_year

AUTUMN_DAYS = (30, 64)
"""School days of the year in which the autumn report's results come in."""
SUMMER_DAYS = (-36, -10)
CORRECTED = 4
REASSESSED = 33
"""Of 256 results of reports, and of 256 subjects in a year."""
ABILITY = 0.8
LUCK = [NormalDist(0, 0.5).inv_cdf((byte + 0.5) / 256) for byte in range(256)]
"""How much better than the pupil's ability a result is, by the byte drawn."""


Result = tuple[str, str, Stamp, str, Stamp | None, str | None]
"""Aspect, result set, when it arrives, value; if it is corrected, when and to what.

A bare tuple: there are tens of thousands, and the collector of cycles leaves
tuples of text alone.
"""


def result_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table AsmResults."""
    return [
        _row(str(life.number), one, at)
        for life, results in results_of(core)
        if life.is_on_roll(at)
        for one in results
        if one[2] <= at
    ]


def count_results(core: AcademicYearData, at: Stamp) -> int:
    """How many there are."""
    here = (results for life, results in results_of(core) if life.is_on_roll(at))
    return sum(one[2] <= at for results in here for one in results)


@lru_cache(maxsize=4)
def results_of(core: AcademicYearData) -> list[tuple[Enrolment, list[Result]]]:
    """Every result of this year and the previous one, arrived or not, by pupil."""
    return [(pupil.life, list(_of_pupil(core, pupil))) for pupil in core.enrolled]


def _of_pupil(core: AcademicYearData, pupil: Pupil) -> Iterator[Result]:
    life = pupil.life
    for year in (core.year - 1, core.year):
        if life.cohort <= year:
            subjects = subjects_of(core.identity, pupil, core.group_of(life, year))
            taken = [code for code in subjects if code not in NOT_GRADED]
            for kind in REPORTS:
                results = _report(core, pupil, (year, kind), taken)
                yield from (one for one in results if life.joins <= one[2] < life.leaves)
            yield from _reassessments(core, pupil, year, taken)
    entered = int(life.joins[:4]) - (life.joins[5:7] < "09")
    if core.year - entered in (0, 1):
        yield from _baseline(core.identity, pupil, entered)


def _report(
    core: AcademicYearData, pupil: Pupil, which: tuple[int, int], taken: list[str]
) -> list[Result]:
    year, kind = which
    group, form = core.group_of(pupil.life, year), form_of(core.shape, pupil)
    scale, able = SCALES[scale_of(group)], pupil.ability * ABILITY
    value = scale.value
    schedule, own = _schedule(core.identity, year, kind, group, form), str(set_number(year, kind))
    drawn = draws(core.identity, "report", year, kind, pupil.number)
    found: list[Result] = [
        (aspect, own, arrives, value(able + LUCK[luck]), None, None)
        for (aspect, arrives), luck in zip([schedule[code] for code in taken], drawn, strict=False)
    ]
    for place, fate in enumerate(drawn[32 : 32 + len(taken)]):
        if fate < CORRECTED:
            aspect, _, arrives, given, *_ = found[place]
            later = chance(core.identity, "corrected", year, kind, pupil.number, aspect)
            better = _better(scale, able + LUCK[drawn[place]])
            since = _corrected_on(year, arrives, later)
            if better and since:
                found[place] = (aspect, own, arrives, given, since, better)
    return found


def _reassessments(
    core: AcademicYearData, pupil: Pupil, year: int, taken: list[str]
) -> Iterator[Result]:
    """At most one of a subject a year, so that its Id is its own."""
    scale = scale_of(core.group_of(pupil.life, year))
    drawn, days = draws(core.identity, "reassessed", year, pupil.number), the_year(year).texts
    for place, code in enumerate(taken):
        if drawn[place] < REASSESSED:
            day, part, luck = drawn[16 + 3 * place : 19 + 3 * place]
            moment = moment_at(part / 256, days[day * len(days) // 256])
            if pupil.life.is_on_roll(moment):
                aspect = str(aspect_number(SUBJECTS[code], scale))
                value = SCALES[scale].value(pupil.ability * ABILITY + LUCK[luck])
                yield aspect, str(set_number(year, REASSESSMENT)), moment, value, None, None


def _baseline(identity: Identity, pupil: Pupil, year: int) -> Iterator[Result]:
    rng = dice(identity.key, "baseline", pupil.number)
    days = the_year(year).texts
    first = bisect_left(days, pupil.life.joins[:10])
    moment = moment_on(rng, days[min(len(days) - 1, first + rng.randint(6, 14))])
    for test in range(len(BASELINES)):
        score = str(max(60, min(140, round(104 + 13 * pupil.ability + rng.gauss(0, 5)))))
        if pupil.life.is_on_roll(moment):
            aspect, own = str(baseline_number(test)), str(set_number(year, BASELINE))
            yield aspect, own, moment, score, None, None


def _taken(core: AcademicYearData, pupil: Pupil, year: int) -> list[str]:
    codes = subjects_of(core.identity, pupil, core.group_of(pupil.life, year))
    return [code for code in codes if code not in NOT_GRADED]


@lru_cache(maxsize=2000)
def _schedule(
    identity: Identity, year: int, kind: int, group: int, form: int
) -> dict[str, tuple[str, Stamp]]:
    """A form's aspects for a report and when their results come in, by subject."""
    rng, days = dice(identity.key, "arrival", year, kind, group, form), the_year(year).texts
    first, last = AUTUMN_DAYS if kind == AUTUMN else SUMMER_DAYS
    return {
        code: (
            str(aspect_number(SUBJECTS[code], scale_of(group))),
            moment_on(rng, days[rng.randrange(first, last)]),
        )
        for code in graded(group)
    }


def _better(scale: Scale, level: float) -> str | None:
    """A better grade than that of a level, unless it is the best."""
    tried = (scale.value(level + step) for step in (0.3, 0.7, 1.2))
    return next((value for value in tried if value != scale.value(level)), None)


def _corrected_on(year: int, arrives: Stamp, later: float) -> Stamp | None:
    """Some days after a result arrived, unless the year is over."""
    days = the_year(year).texts
    after = bisect_right(days, arrives[:10])
    if after == len(days):
        return None
    return moment_at(later * 997 % 1, days[min(len(days) - 1, after + int(later * 9))])


def _row(pupil: str, one: Result, at: Stamp) -> Row:
    aspect, own, arrives, value, since, better = one
    is_corrected = since is not None and since <= at
    return {
        "Id": f"{pupil}.{aspect}.{own}",
        "StudentId": pupil,
        "AspectId": aspect,
        "ResultDate": arrives[:10],
        "ResultSetId": own,
        "Result": better if is_corrected else value,
        "Notes": "Corrected" if is_corrected else None,
        "LastUpdated": since if is_corrected else arrives,
    }


def result_instants(core: AcademicYearData) -> list[Stamp]:
    """When results come in or are corrected in this year."""
    first, moments = start_of(core.year), set[Stamp]()
    for _, results in results_of(core):
        moments.update(one[2] for one in results)
        moments.update(one[4] for one in results if one[4])
    return [moment for moment in moments if moment >= first]
