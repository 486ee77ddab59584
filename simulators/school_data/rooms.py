"""The school's rooms, by the department that uses them most."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from simulators.school_data.identity import Identity
from simulators.school_data.posts import teaching_posts

NAMED = {
    "DR": ("Drama Studio", "Theatre"),
    "PE": ("Sports Hall", "Gym", "Astro", "Playing Field", "Swimming Pool", "Dance Studio"),
    "MU": ("Recital Room", "Music School 1", "Music School 2"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """A room; `number` is its Id."""

    number: int
    code: str
    department: str


@lru_cache(maxsize=16)
def rooms_of(identity: Identity) -> tuple[Room, ...]:
    """Every room: one for each teacher of a department, and a few to spare."""
    wanted = Counter(post.department or "" for post in teaching_posts(identity))
    codes = [
        (_code(department, number), department)
        for department, posts in wanted.items()
        for number in range(posts + 1)
    ]
    spare = [(f"G{number}", "") for number in range(1, max(3, len(codes) // 12))]
    return tuple(Room(number, *room) for number, room in enumerate(codes + spare, start=1))


def _code(department: str, number: int) -> str:
    named = NAMED.get(department, ())
    return named[number] if number < len(named) else f"{department}{number + 1 - len(named)}"
