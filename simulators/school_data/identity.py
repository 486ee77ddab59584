"""What makes a school the same every time, and the dice that follow from it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

Row = dict[str, Any]
"""A row as the wire has it: ids are text, flags 0 or 1, what is missing is None."""

Stamp = str
"""A moment as ISO text to the second, without zone (UTC), so stamps compare as text."""

NEVER: Stamp = "9999-12-31T00:00:00"


@dataclass(frozen=True)
class Identity:
    """Who a school is. Its shape (senior, prep, through) follows from its name.

    `postcode` is the register's; "" if that does not know the school, None without
    a register, which makes one up.
    """

    estab: str
    name: str
    mis: str = "isams"
    pupils: int = 1500
    seed: int = 0
    phone: str | None = None
    postcode: str | None = None

    @cached_property
    def key(self) -> str:
        """What all dice of this school start from; phone and postcode decide nothing."""
        return f"{self.seed}/{self.estab}/{self.name}/{self.pupils}"

    def __hash__(self) -> int:
        return self._hash  # asked for at every look-up of what is remembered

    @cached_property
    def _hash(self) -> int:
        return hash((self.key, self.mis, self.phone, self.postcode))


@dataclass(frozen=True)
class Window:
    """Days asked for, both ends included."""

    first: date
    last: date


def dice(*key: object) -> random.Random:
    """Dice that fall the same way for the same key, in every process."""
    return random.Random("/".join(map(str, key)))  # noqa: S311  (nothing secret)
