"""The two-week timetable: when each block meets, who teaches it and where.

Slots are numbered through the fortnight and kept as bits, so that being free is
one `&`. Nobody and no room is ever used twice in a slot; when no teacher is free
for all lessons of a class, colleagues share it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from random import Random
from typing import TypeVar

from simulators.school_data.identity import Identity, Stamp, dice
from simulators.school_data.posts import teaching_posts
from simulators.school_data.rooms import rooms_of
from simulators.school_data.teaching_groups import Block, Cover, Teaching, TeachingGroup
from simulators.school_data.terms import office_moment, start_of, the_year

T = TypeVar("T")
PERIODS = 6
DAYS = 10
SLOTS = PERIODS * DAYS
CLOCK = (
    ("09:00", "09:55"), ("09:55", "10:50"), ("11:10", "12:05"), ("12:05", "13:00"),
    ("14:00", "14:55"), ("14:55", "15:50"),
)  # fmt: skip
"""Start and end of each period."""
OVER = 100.0
SAME_DAY = 1.5
SWAPS_OF_STAFF = 0.04
SWAPS_OF_ROOMS = 0.15


def fill(identity: Identity, teaching: Teaching) -> None:
    """Give every block its slots, and every class its teachers and rooms for the year."""
    rng = dice(identity.key, "timetable", teaching.year)
    posts = teaching_posts(identity)
    staff = {post.index: post.department or "" for post in posts}
    rooms = {index: room.department for index, room in enumerate(rooms_of(identity))}
    _place(rng, teaching, Counter(staff.values()))
    start = start_of(teaching.year)
    people, places = _Pool(staff), _Pool(rooms)
    for group in sorted(teaching.classes, key=lambda group: (-group.block.lessons, group.number)):
        group.staff.append((start, people.take(group.department, group.block.mask)))
        group.rooms.append((start, places.take(group.department, group.block.mask)))
    _attach_the_idle(teaching, people, staff)
    _swap(rng, teaching, SWAPS_OF_STAFF, lambda group: group.staff)
    _swap(rng, teaching, SWAPS_OF_ROOMS, lambda group: group.rooms)


def cover_at(timeline: list[tuple[Stamp, T]], at: Stamp) -> tuple[Stamp, T]:
    """The entry of a timeline that holds at `at`, and since when; at least the first."""
    if timeline[-1][0] <= at:
        return timeline[-1]
    return next((entry for entry in reversed(timeline) if entry[0] <= at), timeline[0])


def slots_of(mask: int) -> list[int]:
    """The slots of a mask."""
    return [slot for slot in range(SLOTS) if mask >> slot & 1]


def _place(rng: Random, teaching: Teaching, staff: Counter[str]) -> None:
    """Whole-year blocks first, then bands, always where the department has people left."""
    load: dict[str, list[int]] = defaultdict(lambda: [0] * SLOTS)
    used: dict[tuple[int, int | None], int] = defaultdict(int)
    order = sorted(
        teaching.blocks, key=lambda block: (block.band is not None, -_pressure(block, staff))
    )
    for block in order:
        taken = used[block.year, None] | used[block.year, block.band]
        needs = Counter(group.department for group in block.classes)
        block.mask = _best(
            rng,
            block.lessons,
            taken,
            [(load[name], number, staff[name]) for name, number in needs.items()],
        )
        used[block.year, block.band] |= block.mask
        for slot in slots_of(block.mask):
            for name, number in needs.items():
                load[name][slot] += number


def _pressure(block: Block, staff: Counter[str]) -> float:
    needs = Counter(group.department for group in block.classes)
    return max(number / max(1, staff[name]) for name, number in needs.items()) * block.lessons


def _best(rng: Random, lessons: int, taken: int, needs: list[tuple[list[int], int, int]]) -> int:
    prices = {}
    for slot in range(SLOTS):
        if not taken >> slot & 1:
            price = rng.random() * 0.3
            for load, number, staff in needs:
                ahead = load[slot] + number
                price += ahead / max(1, staff) + OVER * max(0, ahead - staff)
            prices[slot] = price
    mask, days = 0, [0] * DAYS
    for _ in range(lessons):
        slot = min(prices, key=lambda slot: prices[slot] + SAME_DAY * days[slot // PERIODS])
        del prices[slot]
        days[slot // PERIODS] += 1
        mask |= 1 << slot
    return mask


class _Pool:
    """People, or rooms, by department; takes the least busy one that is free."""

    def __init__(self, members: dict[int, str]) -> None:
        self.members = members
        self.own: dict[str, list[int]] = defaultdict(list)
        for index, department in members.items():
            self.own[department].append(index)
        self.busy = dict.fromkeys(members, 0)

    def take(self, department: str, mask: int) -> Cover:
        own = self.own[department]
        free = [index for index in own if not self.busy[index] & mask]
        if free:
            best = min(free, key=lambda index: (self.busy[index].bit_count(), index))
            self.busy[best] |= mask
            return ((best, mask),)
        return tuple(self._share(own, mask))

    def _share(self, own: list[int], mask: int) -> Iterable[tuple[int, int]]:
        for candidates in (own, list(self.members)):
            while mask and candidates:
                best = max(
                    candidates, key=lambda index: ((mask & ~self.busy[index]).bit_count(), -index)
                )
                part = mask & ~self.busy[best]
                if not part:
                    break
                self.busy[best] |= part
                mask &= ~part
                yield best, part


def _attach_the_idle(teaching: Teaching, people: _Pool, staff: dict[int, str]) -> None:
    """Whoever teaches nothing this year supports a class of the department."""
    classes = teaching.classes
    for index, busy in people.busy.items():
        if not busy:
            own = [group for group in classes if group.department == staff[index]]
            group = (own or classes)[index % len(own or classes)]
            since, cover = group.staff[0]
            group.staff[0] = (since, (*cover, (index, 0)))


def _swap(
    rng: Random,
    teaching: Teaching,
    rate: float,
    timeline_of: Callable[[TeachingGroup], list[tuple[Stamp, Cover]]],
) -> None:
    """In the year, some classes that meet at the same time exchange teachers or rooms."""
    pairs = []
    for block in teaching.blocks:
        for group in block.classes:
            others = block.alike(group)
            if others and rng.random() < rate:
                pairs.append(
                    (office_moment(rng, the_year(teaching.year)), group, rng.choice(others))
                )
    for moment, one, other in sorted(pairs, key=lambda pair: (pair[0], pair[1].number)):
        first, second = timeline_of(one), timeline_of(other)
        covers = first[-1][1], second[-1][1]
        if all(len(cover) == 1 for cover in covers) and max(first[-1][0], second[-1][0]) < moment:
            first.append((moment, covers[1]))
            second.append((moment, covers[0]))
