"""A row of the table: what was measured, against which bar, and whether it holds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure. `ratio` is its share of the bar: at most 1 holds it, whatever the unit."""

    area: str
    what: str
    bar: str
    figure: str
    ratio: float
    why_missed: str = ""

    @property
    def met(self) -> bool:
        """Whether the bar holds."""
        return self.ratio <= 1


def at_most(
    area: str, what: str, value: float, limit: float, unit: str, *, shown: str = "", why: str = ""
) -> Row:
    """A row whose figure must stay under `limit`. `why` is what a missed bar is due to."""
    figure = shown or number(value, unit)
    return Row(area, what, f"≤ {limit:g} {unit}", figure, value / limit, why)


def at_least(area: str, what: str, bar: str, pairs: Iterable[tuple[float, float]], why: str) -> Row:
    """A row of scores, each with the least it must be."""
    values = list(pairs)
    figure = " / ".join(f"{value:.0f}" for value, _ in values)
    ratio = max(least / max(value, 1) for value, least in values)
    return Row(area, what, bar, figure, ratio, why)


def not_measured(area: str, why: str) -> Row:
    """A row that came to nothing, which no bar forgives."""
    return Row(area, "could not be measured", "", "–", math.inf, why)


def number(value: float, unit: str) -> str:
    """Three digits at most, since more would not repeat."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median_of(rounds: Iterable[Sequence[float]], measure: Callable[[Sequence[float]], float]):
    """`measure` of each round, and of these the middle one: a busy moment spoils only its round."""
    return statistics.median(measure(values) for values in rounds)
