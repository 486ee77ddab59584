"""When a school is synced again."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from assembly_ui.sync.pace import FIRST_RETRY, LONGEST_RETRY, Pace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Steady(random.Random):
    """Jitter that neither lengthens nor shortens."""

    def random(self) -> float:
        return 0.5


PACE = Pace(jitter=Steady(0))


def test_a_day_after_the_last_and_at_once_the_first_time() -> None:
    assert PACE.next_sync(None, NOW) == NOW
    assert PACE.next_sync(NOW, NOW) == NOW + timedelta(days=1)


def test_further_and_further_apart_while_it_fails() -> None:
    waits = [PACE.retry(failures, NOW, None) - NOW for failures in range(1, 9)]
    assert waits[:3] == [FIRST_RETRY, FIRST_RETRY * 2, FIRST_RETRY * 4]
    assert waits[-1] == LONGEST_RETRY


def test_not_before_the_service_says() -> None:
    later = NOW + timedelta(hours=3)
    assert PACE.retry(1, NOW, later) == later
