"""From how good a pupil is to a grade or mark."""

from __future__ import annotations

from typing import NamedTuple

from simulators.school_data.assessment import A_LEVEL, GCSE, GRADE_SETS, PERCENT, WORKING_AT


class Scale(NamedTuple):
    """Values from the lowest to the highest; the school's average is at the place `middle`."""

    values: tuple[str, ...]
    middle: float
    step: float

    def value(self, level: float) -> str:
        """The value for a level, of which 0 is this school's average."""
        place = round(self.middle + self.step * level)
        return self.values[max(0, min(len(self.values) - 1, place))]


def _of_grades(number: int, middle: float, step: float) -> Scale:
    grades = tuple(grade for grade, _ in GRADE_SETS[number][1])
    return Scale(grades, middle * (len(grades) - 1), step * (len(grades) - 1))


SCALES = {
    WORKING_AT: _of_grades(WORKING_AT, 0.6, 0.17),
    GCSE: _of_grades(GCSE, 0.6, 0.17),
    A_LEVEL: _of_grades(A_LEVEL, 0.62, 0.16),
    PERCENT: Scale(tuple(str(mark) for mark in range(12, 101)), 54, 14),
}
