"""Teaching groups of an academic year, and who is in which.

A year group is taught in bands of up to three forms. What a band has at one time
is a block: one subject in forms or sets. An option block is taken by the whole
year at one time. Blocks are what the timetable places.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from random import Random
from typing import NamedTuple

from simulators.school_data.curriculum import (
    A_LEVEL,
    GCSE,
    SETTED,
    SUBJECTS,
    Stage,
    Subject,
    stage_of,
)
from simulators.school_data.identity import Identity, Stamp, dice
from simulators.school_data.pupils import Pupil
from simulators.school_data.school_profile import LETTERS, SchoolProfile, form_name, profile_of
from simulators.school_data.terms import office_moment, start_of, the_year

FORMS_IN_BAND = 3
BANDS = "xyzwvutsr"
MOVES_A_YEAR = 0.25
FIRST_YEAR = 1950
PERSISTENT = 1000
"""Group numbers below belong to year groups, houses and forms."""

Cover = tuple[tuple[int, int], ...]
"""Who or what serves a class: (index of the post or room, mask of slots)."""


@dataclass
class TeachingGroup:
    """A class of one academic year. Timelines hold (since, cover), oldest first."""

    number: int
    name: str
    subject: Subject
    year: int
    department: str
    block: Block
    staff: list[tuple[Stamp, Cover]] = field(default_factory=list)
    rooms: list[tuple[Stamp, Cover]] = field(default_factory=list)


@dataclass(eq=False)
class Block:
    """Classes taught at the same time; `mask` has a bit for each slot of the fortnight."""

    year: int
    band: int | None
    lessons: int
    classes: list[TeachingGroup] = field(default_factory=list)
    mask: int = 0

    def alike(self, group: TeachingGroup) -> list[TeachingGroup]:
        """Other classes of the same subject at the same time."""
        return [one for one in self.classes if one.subject == group.subject and one is not group]


class Span(NamedTuple):
    """A pupil's time in a group, from `since` up to but not at `until`."""

    pupil: int
    since: Stamp
    until: Stamp


@dataclass
class Teaching:
    """The classes of a year and their members."""

    year: int
    blocks: list[Block] = field(default_factory=list)
    spans: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    moves: dict[int, list[Stamp]] = field(default_factory=lambda: defaultdict(list))

    @property
    def classes(self) -> list[TeachingGroup]:
        """Every class, in the order of its number."""
        return [group for block in self.blocks for group in block.classes]


def form_of(shape: SchoolProfile, pupil: Pupil) -> int:
    """The form of a pupil, the same in every year."""
    return pupil.life.place % shape.forms


def subjects_of(identity: Identity, pupil: Pupil, year: int) -> list[str]:
    """Codes of what a pupil is taught in a year group; options are chosen for the stage."""
    stage = stage_of(year)
    return [*stage.core, *_choices(identity, pupil, stage)]


def teaching_of(identity: Identity, year: int, pupils: Iterable[Pupil]) -> Teaching:
    """The classes of an academic year for those who are here at some time of it."""
    shape, teaching = profile_of(identity), Teaching(year)
    builder = _Builder(identity, shape, teaching)
    cohorts: dict[int, list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        cohorts[pupil.life.cohort].append(pupil)
    for group in shape.years:
        builder.add_year(group, cohorts[year - group + shape.lowest])
    builder.move_some()
    return teaching


class _Builder:
    def __init__(self, identity: Identity, shape: SchoolProfile, teaching: Teaching) -> None:
        self.identity, self.shape, self.teaching = identity, shape, teaching
        stride = 1000 * ceil((identity.pupils + 1000) / 1000)
        self.next = PERSISTENT + (teaching.year - FIRST_YEAR) * stride
        self.first, self.last = start_of(teaching.year), start_of(teaching.year + 1)
        self.taken: list[tuple[Pupil, TeachingGroup]] = []

    def add_year(self, year: int, pupils: list[Pupil]) -> None:
        stage = stage_of(year)
        starters = [pupil for pupil in pupils if pupil.life.joins <= self.first]
        for number, menu in enumerate(stage.options):
            self._add_options(year, stage, number, menu, (starters, pupils))
        for band in range(0, self.shape.forms, FORMS_IN_BAND):
            forms = range(band, min(band + FORMS_IN_BAND, self.shape.forms))
            inside = sorted(
                (pupil for pupil in pupils if form_of(self.shape, pupil) in forms),
                key=lambda pupil: (-pupil.ability, pupil.number),
            )
            for code, lessons in stage.core.items():
                self._add_core(year, stage, (code, lessons), forms, inside)

    def _add_core(
        self, year: int, stage: Stage, what: tuple[str, int], forms: range, ablest: list[Pupil]
    ) -> None:
        code, lessons = what
        subject, band = SUBJECTS[code], forms[0] // FORMS_IN_BAND
        block = self._block(year, band, lessons)
        setted = code in SETTED and year >= 8 and len(forms) > 1
        letter = BANDS[band % len(BANDS)]
        for number, form in enumerate(forms, start=1):
            name = f"{year}{letter}/{code}{number}" if setted else f"{form_name(year, form)}/{code}"
            self._group(block, name, subject, stage.taught_by)
        for rank, pupil in enumerate(ablest):
            place = (
                rank * len(forms) // len(ablest)
                if setted
                else form_of(self.shape, pupil) - forms[0]
            )
            self._join(pupil, block.classes[place])

    def _add_options(
        self,
        year: int,
        stage: Stage,
        number: int,
        menu: dict[str, int],
        who: tuple[list[Pupil], list[Pupil]],
    ) -> None:
        starters, everybody = who
        block = self._block(year, None, stage.option_lessons)
        wanted = Counter(_choices(self.identity, pupil, stage)[number] for pupil in starters)
        sets: dict[str, list[TeachingGroup]] = {}
        for code in (code for code in menu if wanted[code]):
            size = ceil(wanted[code] / stage.option_size)
            names = [f"{year}{LETTERS[number]}/{code}{one + 1}" for one in range(size)]
            sets[code] = [self._group(block, name, SUBJECTS[code], None) for name in names]
        for pupil in everybody:
            chosen = _choices(self.identity, pupil, stage)[number]
            groups = sets.get(chosen) or next(iter(sets.values()))
            self._join(pupil, groups[pupil.life.place % len(groups)])

    def _block(self, year: int, band: int | None, lessons: int) -> Block:
        block = Block(year, band, lessons)
        self.teaching.blocks.append(block)
        return block

    def _group(
        self, block: Block, name: str, subject: Subject, taught_by: str | None
    ) -> TeachingGroup:
        group = TeachingGroup(
            self.next, name, subject, block.year, taught_by or subject.department, block
        )
        block.classes.append(group)
        self.next += 1
        return group

    def _join(self, pupil: Pupil, group: TeachingGroup) -> None:
        self.taken.append((pupil, group))

    def move_some(self) -> None:
        """Some pupils move between sets in the year; then everybody's spans are known."""
        rng = dice(self.identity.key, "moves", self.teaching.year)
        for pupil, group in self.taken:
            since, until = max(pupil.life.joins, self.first), min(pupil.life.leaves, self.last)
            moved = self._move(rng, group, since, until)
            if moved:
                moment, other = moved
                self.teaching.spans[other.number].append(Span(pupil.number, moment, until))
                self.teaching.moves[pupil.number].append(moment)
                until = moment
            self.teaching.spans[group.number].append(Span(pupil.number, since, until))

    def _move(
        self, rng: Random, group: TeachingGroup, since: Stamp, until: Stamp
    ) -> tuple[Stamp, TeachingGroup] | None:
        # A pupil is in about a dozen classes; only those in sets have somewhere to go.
        if rng.random() >= MOVES_A_YEAR / 12:
            return None
        others = group.block.alike(group)
        moment = office_moment(rng, the_year(self.teaching.year))
        form_taught = group.block.band is not None and group.subject.code not in SETTED
        if not others or form_taught or not since < moment < until:
            return None
        return moment, rng.choice(others)


def _choices(identity: Identity, pupil: Pupil, stage: Stage) -> tuple[str, ...]:
    """One subject of each option block, none twice."""
    return _chosen(identity, pupil.number, stage is A_LEVEL) if stage.options else ()


@lru_cache(maxsize=8000)
def _chosen(identity: Identity, pupil: int, is_sixth_form: bool) -> tuple[str, ...]:
    rng = dice(identity.key, "options", pupil, is_sixth_form)
    chosen: list[str] = []
    for menu in (A_LEVEL if is_sixth_form else GCSE).options:
        left = {code: weight for code, weight in menu.items() if code not in chosen}
        chosen.append(rng.choices(list(left), list(left.values()))[0])
    return tuple(chosen)
