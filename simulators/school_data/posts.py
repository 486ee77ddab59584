"""Posts and the people who hold them, one after another.

A class, form or house belongs to a post, so when somebody leaves the successor
takes over from the same moment and nobody is ever without a teacher.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from random import Random

from simulators.school_data.curriculum import DEPARTMENTS, lessons_a_fortnight
from simulators.school_data.identity import Identity, Stamp, dice
from simulators.school_data.school_profile import profile_of
from simulators.school_data.terms import moment_on, start_of

TEACHING_SHARE = 0.74
"""Lessons of a full week a teacher has in front of a class."""
SLOTS = 60
YEARS_IN_POST = 7.0
HOLDERS = 64
FIRST_YEAR, LAST_YEAR = 1990, 2100
KNOWN_BEFORE = 60
LEADERS = ("Head", "Deputy Head", "Deputy Head Academic", "Bursar", "Assistant Head")
SUPPORT = (
    "Teaching Assistant", "Teaching Assistant", "Administrator", "Laboratory Technician",
    "IT Technician", "Librarian", "Matron", "School Nurse", "Groundskeeper", "Catering Assistant",
    "Sports Coach", "Music Administrator", "Finance Officer", "Receptionist", "Caretaker",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """A post. `department` is set for those who teach."""

    index: int
    role: str
    department: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody's time in a post; `ends` is the first moment of not holding it."""

    number: int
    post: Post
    starts: Stamp
    ends: Stamp
    known: Stamp


@lru_cache(maxsize=16)
def posts_of(identity: Identity) -> tuple[Post, ...]:
    """Every post of the school, in a lasting order."""
    shape = profile_of(identity)
    demand = lessons_a_fortnight(shape)
    roles: list[tuple[str, str | None]] = [(role, None) for role in LEADERS]
    for department, name in DEPARTMENTS.items():
        wanted = ceil(demand.get(department, 0) / (SLOTS * TEACHING_SHARE))
        roles += [(f"Teacher of {name}", department)] * wanted
    roles += [(SUPPORT[number % len(SUPPORT)], None) for number in range(shape.pupils // 22 + 2)]
    return tuple(Post(index, *role) for index, role in enumerate(roles))


def teaching_posts(identity: Identity) -> list[Post]:
    """Those who teach."""
    return [post for post in posts_of(identity) if post.department]


@lru_cache(maxsize=4000)
def holders(identity: Identity, post: Post) -> tuple[Holder, ...]:
    """Everybody who holds a post until the last year there is, in order."""
    rng = dice(identity.key, "post", post.index)
    found: list[Holder] = []
    year = FIRST_YEAR
    starts = start_of(year)
    for turn in range(HOLDERS):
        year += 1 + min(40, int(rng.expovariate(1 / YEARS_IN_POST)))
        ends = _end(rng, year)
        in_year = int(starts[:4]) - (starts[5:7] < "06")
        appointed = f"{in_year}-{rng.randint(3, 5):02}-{rng.randint(1, 28):02}"
        known = moment_on(rng, appointed) if turn else starts
        number = post.index * HOLDERS + turn + 1
        found.append(Holder(number, post, starts, ends, known))
        starts = ends
        if year > LAST_YEAR:
            break
    return tuple(found)


def holder_at(identity: Identity, post: Post, at: Stamp) -> Holder:
    """Who holds the post at `at`."""
    return next(one for one in holders(identity, post) if one.starts <= at < one.ends)


def handovers(identity: Identity, post: Post, first: Stamp, last: Stamp) -> list[Stamp]:
    """When the post changes hands after `first` and before `last`."""
    return [one.starts for one in holders(identity, post) if first < one.starts < last]


def _end(rng: Random, year: int) -> Stamp:
    """Most leave at the end of August, others at Christmas or at Easter."""
    drawn = rng.random()
    if drawn < 0.7:
        return start_of(year)
    return f"{year}-01-01T00:00:00" if drawn < 0.88 else f"{year}-04-16T00:00:00"
