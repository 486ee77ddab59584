"""One call per school at a time, and never more calls in a second than allowed."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.xporter.turns import LocalTurns, Rate

ESTAB, OTHER = "3281102", "3281110"


class Seconds:
    """Time that passes when somebody sleeps, or when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.now += seconds


@pytest.mark.parametrize(
    ("per_second", "rate"),
    [(20, Rate(20, 1)), (1, Rate(1, 1)), (0.5, Rate(1, 2)), (2.5, Rate(2, 0.8))],
)
def test_a_rate_is_calls_in_a_stretch_of_time(per_second: float, rate: Rate) -> None:
    assert Rate.per_second(per_second) == rate


@settings(deadline=None)
@given(
    pauses=st.lists(st.floats(0, 2), max_size=60),
    per_second=st.sampled_from([0.5, 1, 3, 7.5, 20]),
)
async def test_in_no_second_are_there_more_calls_than_allowed(
    pauses: list[float], per_second: float
) -> None:
    seconds = Seconds()
    turns = LocalTurns(per_second, clock=seconds, sleep=seconds.sleep)
    calls = []
    for pause in pauses:
        seconds.now += pause
        await turns.of_service()
        calls.append(seconds.now)
    rate = Rate.per_second(per_second)
    for first, last in zip(calls, calls[rate.calls :], strict=False):
        assert last - first >= rate.seconds - 1e-6


async def test_who_asks_alone_does_not_wait() -> None:
    async def sleep(_seconds: float) -> None:
        raise AssertionError("Nobody need wait.")

    turns = LocalTurns(3, clock=Seconds(), sleep=sleep)
    for _ in range(3):
        await turns.of_service()


async def _hold(turns: LocalTurns, estab: str, log: list[str], name: str) -> None:
    async with turns.of_school(estab):
        log.append(name)
        await asyncio.sleep(0)
        log.append(name)


async def test_a_school_has_one_turn_and_they_are_taken_in_order() -> None:
    turns, log = LocalTurns(20), list[str]()
    await asyncio.gather(*(_hold(turns, ESTAB, log, name) for name in "abc"))
    assert log == list("aabbcc")


async def test_schools_do_not_wait_for_each_other() -> None:
    turns, log = LocalTurns(20), list[str]()
    await asyncio.gather(_hold(turns, ESTAB, log, "a"), _hold(turns, OTHER, log, "b"))
    assert log == list("abab")


async def test_whoever_gives_a_turn_back_is_behind_those_who_wait() -> None:
    turns, log = LocalTurns(20), list[str]()

    async def reading() -> None:
        for page in "123":
            await _hold(turns, ESTAB, log, page)

    async def test_connection() -> None:
        await _hold(turns, ESTAB, log, "test")

    await asyncio.gather(reading(), test_connection())
    assert log == ["1", "1", "test", "test", "2", "2", "3", "3"]


async def test_whoever_stops_waiting_is_in_nobodys_way() -> None:
    turns, log = LocalTurns(20), list[str]()
    async with turns.of_school(ESTAB):
        waiting = asyncio.create_task(_hold(turns, ESTAB, log, "gave up"))
        next_one = asyncio.create_task(_hold(turns, ESTAB, log, "next"))
        await asyncio.sleep(0)
        waiting.cancel()
    await next_one
    assert log == ["next", "next"]
    assert waiting.cancelled()
