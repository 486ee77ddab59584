"""What an academic year of a school holds, computed once; snapshots are views of it.

Everything here carries its own moments, so that a snapshot only compares them
with its own: nothing depends on which moment was asked for first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache
from threading import RLock

from simulators.school_data.enrolments import SIBLING_REACH, Enrolment, cohort_of
from simulators.school_data.households import family_of
from simulators.school_data.identity import Identity, Stamp
from simulators.school_data.posts import holders, posts_of
from simulators.school_data.pupils import Pupil, pupil_of
from simulators.school_data.school_profile import profile_of
from simulators.school_data.staff_members import Member, member_of
from simulators.school_data.teaching_groups import (
    Span,
    Teaching,
    TeachingGroup,
    form_of,
    teaching_of,
)
from simulators.school_data.terms import start_of, the_year
from simulators.school_data.timetable import fill

YEAR_GROUPS, HOUSES, BOARDING, FORMS = 1, 40, 80, 100
FORMS_A_YEAR = 20
SMALL, LONG_PAST = 100, 28
"""Below so many pupils a house may see no change for years, so more of the past is read."""

LOCK = RLock()


class AcademicYearData:
    """A school's academic year."""

    def __init__(self, identity: Identity, year: int) -> None:
        self.identity, self.year = identity, year
        self.shape, self.days = profile_of(identity), the_year(year)
        self.first, self.last = start_of(year), start_of(year + 1)

    @cached_property
    def lives(self) -> list[Enrolment]:
        """Everybody who is, was or will be a pupil around this year."""
        back = len(self.shape.years) + SIBLING_REACH
        if self.shape.pupils < SMALL:
            back = max(back, LONG_PAST)
        cohorts = range(self.year - back, self.year + 2)
        return [life for cohort in cohorts for life in cohort_of(self.identity, cohort)]

    @cached_property
    def pupils(self) -> dict[int, Pupil]:
        """Pupils whom the MIS knows at some time of the year, by number."""
        visible = [
            life for life in self.lives if life.applies < self.last and life.forgotten > self.first
        ]
        return {life.number: pupil_of(self.identity, life) for life in visible}

    @cached_property
    def enrolled(self) -> list[Pupil]:
        """Pupils who are on roll at some time of the year."""
        return [
            pupil
            for pupil in self.pupils.values()
            if pupil.life.joins < self.last and pupil.life.leaves > self.first
        ]

    @cached_property
    def family(self) -> dict[int, int]:
        """The number of the family by that of the child."""
        return {life.number: family_of(self.identity, life) for life in self.lives}

    @cached_property
    def families(self) -> dict[int, list[Enrolment]]:
        """Lives by the number of their family."""
        families: dict[int, list[Enrolment]] = defaultdict(list)
        for life in self.lives:
            families[self.family[life.number]].append(life)
        return families

    @cached_property
    def members(self) -> dict[int, Member]:
        """Staff whom the MIS knows at some time of the year, by number."""
        found = [
            member_of(self.identity, holder)
            for post in posts_of(self.identity)
            for holder in holders(self.identity, post)
            if holder.known < self.last and holder.ends > start_of(self.year - 2)
        ]
        return {one.number: one for one in found if one.forgotten > self.first}

    def group_of(self, life: Enrolment, year: int | None = None) -> int:
        """The year group of a pupil in this academic year, or in another."""
        return self.shape.lowest + (self.year if year is None else year) - life.cohort

    @cached_property
    def teaching(self) -> Teaching:
        """Classes with their members, teachers, rooms and slots."""
        teaching = teaching_of(self.identity, self.year, self.enrolled)
        fill(self.identity, teaching)
        return teaching

    @cached_property
    def classes(self) -> list[TeachingGroup]:
        """Classes in the order of their numbers."""
        return self.teaching.classes

    @cached_property
    def spans(self) -> dict[int, list[Span]]:
        """Who is in which group when, by the group's number."""
        spans: dict[int, list[Span]] = defaultdict(list)
        for pupil in self.enrolled:
            life = pupil.life
            span = Span(life.number, max(life.joins, self.first), min(life.leaves, self.last))
            group = self.group_of(life)
            spans[YEAR_GROUPS + group].append(span)
            spans[FORMS + group * FORMS_A_YEAR + form_of(self.shape, pupil)].append(span)
        for life in self.lives:
            self._add_houses(spans, life)
        return spans | self.teaching.spans

    @staticmethod
    def _add_houses(spans: dict[int, list[Span]], life: Enrolment) -> None:
        house, since = life.house, life.joins
        for moment, other in life.house_moves:
            spans[HOUSES + house].append(Span(life.number, since, moment))
            house, since = other, moment
        spans[HOUSES + house].append(Span(life.number, since, life.leaves))
        if life.boards is not None:
            spans[BOARDING + life.boards].append(Span(life.number, life.joins, life.leaves))

    def siblings(self, life: Enrolment) -> list[Enrolment]:
        """Other children of the family, whenever they were here."""
        family = self.families[self.family[life.number]]
        return [other for other in family if other.number != life.number]

    @cached_property
    def changes(self) -> dict[int, list[Stamp]]:
        """When the row of a pupil on roll changes in this year, by pupil."""
        return {pupil.number: self._changes(pupil) for pupil in self.enrolled}

    def _changes(self, pupil: Pupil) -> list[Stamp]:
        life = pupil.life
        since, until = max(life.joins, self.first), min(life.leaves, self.last)
        near = [moment for one in self.siblings(life) for moment in (one.joins, one.leaves)]
        later = [*pupil.changes(), *self.teaching.moves.get(pupil.number, ()), *near]
        return sorted({since, *(moment for moment in later if since < moment < until)})

    @cached_property
    def instants(self) -> list[Stamp]:
        """Every moment of the year at which some table changes, marks and results apart."""
        found: set[Stamp] = {self.first}
        for pupil in self.pupils.values():
            life = pupil.life
            found.update((life.applies, life.joins, life.leaves), pupil.changes())
            found.update(*(person.renewals for person in pupil.home.people))
        for spans in self.spans.values():
            found.update(moment for span in spans for moment in (span.since, span.until))
        for member in self.members.values():
            holder = member.holder
            found.update((holder.known, holder.starts, holder.ends), member.changes())
        for group in self.classes:
            found.update(since for since, _ in (*group.staff, *group.rooms))
        return sorted(moment for moment in found if self.first <= moment < self.last)


def latest(moments: list[Stamp], at: Stamp) -> Stamp:
    """The last of sorted moments that is not after `at`; the first when all are."""
    return moments[max(0, bisect_right(moments, at) - 1)]


def last_of(moments: Iterable[Stamp], at: Stamp, since: Stamp) -> Stamp:
    """The last of the moments after `since` and not after `at`, else `since`."""
    return max((moment for moment in moments if since < moment <= at), default=since)


@lru_cache(maxsize=4)
def _core(identity: Identity, year: int) -> AcademicYearData:
    return AcademicYearData(identity, year)


def academic_year_data(identity: Identity, year: int) -> AcademicYearData:
    """The academic year of a school, from a small cache; safe to call from threads."""
    with LOCK:
        return _core(identity, year)
