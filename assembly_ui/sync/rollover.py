"""Whether a MIS has begun a new school year: almost every student moved up by one year. Pure.

In the night of a rollover everything of a year changes at once, as it does when a MIS is moved
or sends too little. What tells them apart is that students who stay are one year on, and that
those who go are of the years in which a school's students leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic_core import from_json

from assembly_ui.sync.comparing import Comparison, Kept
from assembly_ui.sync.mapping.year_names import next_years

FEWEST_MOVED_UP = 0.9
"""Of the students who stay; the others repeat a year, skip one, or are of no known year."""

MOST_GONE_EARLY = 0.1
"""Of all students, gone from years whose other students moved up."""

MOST_LEAVING_YEARS = 2
"""Years that leave as a whole: the last one, and Year 11 of a school with few in its sixth form."""

MOST_GONE = 0.6
"""Of all students. One of the two years of a sixth-form college leaves every summer."""


class _Place(NamedTuple):
    """The year group a student is in; None for one nobody knows."""

    year: str | None
    is_on_roll: bool


def is_rollover(before: Mapping[int, Kept], found: Comparison) -> bool:
    """Whether the difference between the students before and now is that of a new school year.

    `found` is what `compare` gave for the records of `before`, whose data has `year_code`
    and `_left`.
    """
    now = {one.number: one.text for one in found.altered}
    gone = frozenset(found.removed)
    stayed, left = Counter[str | None](), Counter[str | None]()
    moved_up = Counter[str | None]()
    for number, was in _on_roll(before):
        then = _place(now[number]) if number in now else was
        if number in gone or not then.is_on_roll:
            left[was.year] += 1
            continue
        stayed[was.year] += 1
        moved_up[was.year] += bool(was.year and then.year in next_years(was.year))
    return _is_new_year(stayed, left, moved_up)


def _is_new_year(
    stayed: Counter[str | None], left: Counter[str | None], moved_up: Counter[str | None]
) -> bool:
    everybody = stayed.total() + left.total()
    if not stayed or moved_up.total() < FEWEST_MOVED_UP * stayed.total():
        return False
    leaving = {year for year in left if left[year] > stayed[year]}
    early = sum(count for year, count in left.items() if year not in leaving)
    return (
        len(leaving) <= MOST_LEAVING_YEARS
        and early <= MOST_GONE_EARLY * everybody
        and left.total() <= MOST_GONE * everybody
    )


def _on_roll(before: Mapping[int, Kept]) -> Iterator[tuple[int, _Place]]:
    for number, kept in before.items():
        if kept.is_there and (place := _place(kept.text)).is_on_roll:
            yield number, place


def _place(text: str) -> _Place:
    data = from_json(text)
    return _Place(data.get("year_code"), not data.get("_left"))
