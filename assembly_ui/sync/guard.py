"""Which changes are too large to be made without a person. Pure.

A MIS that is being moved, or an account that lost its rights, looks like a school
that lost its pupils; what apps do with that is hard to take back.
"""

from __future__ import annotations

FEWEST = 20
"""Of fewer records than this, any share is a handful."""

MOST_CHANGED, MOST_REMOVED = 0.75, 0.10

MOST_REMOVED_AT_ROLLOVER = 0.60
"""Of people, when a new school year has begun: those who left the year before go then."""


def is_too_much(*, total: int, changed: int, removed: int, is_rollover: bool = False) -> bool:
    """Whether so many of `total` records before may not change, or go, unseen.

    When a new school year has begun every record may change.
    """
    if total < FEWEST:
        return False
    if is_rollover:
        return removed > MOST_REMOVED_AT_ROLLOVER * total
    return changed > MOST_CHANGED * total or removed > MOST_REMOVED * total
