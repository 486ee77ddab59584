"""The fixed frame of a school: its year groups, forms, houses, and places in each cohort."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from simulators.school_data.identity import Identity, dice

SENIOR = (7, 13)
KINDS = (
    ("sixth form", (12, 13)),
    ("pre-prep", (0, 2)),
    ("infant", (0, 2)),
    ("primary", (0, 6)),
    ("prep", (3, 8)),
    ("junior", (3, 6)),
    ("through", (0, 13)),
)
"""Words in a school's name, and its lowest and highest year group (0 is Reception)."""

FORM_SIZE = 24
HOUSES = (
    "Ashdown", "Blackwater", "Calder", "Derwent", "Eskdale", "Fernhill", "Glenmore", "Hartfield",
    "Kestrel", "Larkspur", "Millbrook", "Northgate",
)  # fmt: skip
BOARDING = ("Orchard House", "Priory House", "Quarry House", "Rowan House")
LETTERS = "ABCDEFGHJKLMNPRSTW"
FIRST_COHORT = 1950
CHAIN = 32
"""How many pupils may follow each other on one place of a cohort."""


@dataclass(frozen=True)
class SchoolProfile:
    """A cohort keeps its number of places for life, so the school keeps its size."""

    lowest: int
    highest: int
    pupils: int
    houses: tuple[str, ...]
    boarding: tuple[str, ...]

    @property
    def years(self) -> range:
        """Its year groups, youngest first."""
        return range(self.lowest, self.highest + 1)

    @cached_property
    def most(self) -> int:
        """Places of its largest cohort."""
        return -(-self.pupils // len(self.years))

    @cached_property
    def forms(self) -> int:
        """Registration groups in each year."""
        return max(1, min(len(LETTERS), round(self.most / FORM_SIZE)))

    def places(self, cohort: int) -> int:
        """Places of a cohort; those at the school in any one year add up to its size."""
        each, over = divmod(self.pupils, len(self.years))
        return each + (1 if cohort % len(self.years) < over else 0)

    def number(self, cohort: int, place: int, turn: int) -> int:
        """The number of a pupil for life, never given to another."""
        stride = -(-self.most // 50) * 50
        return ((cohort - FIRST_COHORT) * stride + place) * CHAIN + turn


@lru_cache(maxsize=64)
def profile_of(identity: Identity) -> SchoolProfile:
    """The frame that follows from a school's name and size."""
    name = identity.name.casefold()
    lowest, highest = next((ages for word, ages in KINDS if word in name), SENIOR)
    rng = dice(identity.key, "shape")
    houses = rng.sample(HOUSES, min(8, max(3, identity.pupils // 180)))
    boards = highest > 6 and identity.pupils >= 200
    return SchoolProfile(
        lowest,
        highest,
        max(2 * (highest - lowest + 1), identity.pupils),
        tuple(sorted(houses)),
        BOARDING if boards else (),
    )


def year_name(year: int) -> str:
    """What a year group is called."""
    return f"Year {year}" if year else "Reception"


def form_name(year: int, form: int) -> str:
    """What a registration group is called, e.g. 7A."""
    return f"{year or 'R'}{LETTERS[form]}"
