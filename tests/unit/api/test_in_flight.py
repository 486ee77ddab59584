"""One app that asks for much at once waits for itself, and for nobody else."""

from __future__ import annotations

import asyncio

import pytest

from assembly_ui.api.rest.in_flight import InFlight
from assembly_ui.jobs.worker_pools import PoolBusy


class Calls:
    """Requests that are answered when the test says so."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self.end = asyncio.Event()
        self.answering: list[str] = []

    def begin(self, key: str) -> asyncio.Task[None]:
        return asyncio.ensure_future(self._call(key))

    async def _call(self, key: str) -> None:
        async with self._in_flight.one(key):
            self.answering.append(key)
            await self.end.wait()


async def _all_begin() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_of_one_authorisation_so_many_are_answered_at_once_and_others_do_not_wait() -> None:
    calls = Calls(InFlight(at_once=2, waiting=10))
    begun = [calls.begin("hog") for _ in range(9)] + [calls.begin("other")]
    await _all_begin()
    assert sorted(calls.answering) == ["hog", "hog", "other"]
    calls.end.set()
    await asyncio.gather(*begun)
    assert len(calls.answering) == 10


async def test_one_more_than_may_wait_is_told_when_to_come_back() -> None:
    in_flight = InFlight(at_once=1, waiting=2)
    calls = Calls(in_flight)
    begun = [calls.begin("hog") for _ in range(3)]
    await _all_begin()
    with pytest.raises(PoolBusy):
        await calls.begin("hog")
    calls.end.set()
    await asyncio.gather(*begun)
    await calls.begin("hog")


async def test_who_goes_away_while_waiting_leaves_nothing_behind() -> None:
    in_flight = InFlight(at_once=1, waiting=2)
    calls = Calls(in_flight)
    begun = [calls.begin("hog") for _ in range(3)]
    await _all_begin()
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
    assert not in_flight._taken
    assert not in_flight._gates
