"""Limits of several processes are one limit, counted in a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed, Per, Throttles
from assembly_ui.pubsub.valkey import open_valkey
from tools.scaled.valkey import Valkey

WHO = {"caller": "192.0.2.1", "address": "james.walters@kings.sch.uk"}


@pytest.fixture
async def processes(valkey_server: Valkey) -> AsyncIterator[list[Throttles]]:
    """The limits as two processes know them: two log-ins each half a minute."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_valkey(valkey_server.url)) for _ in range(2)]
        yield [Throttles(store, scale=0.4) for store in stores]


async def test_a_limit_reached_here_is_reached_there(processes: list[Throttles]) -> None:
    here, there = processes
    await here.hit(Deed.LOG_IN, **WHO)
    await there.hit(Deed.LOG_IN, **WHO)
    for process in processes:
        with pytest.raises(Throttled) as caught:
            await process.hit(Deed.LOG_IN, **WHO)
        now = datetime.now(UTC)
        assert now < caught.value.retry_at <= now + timedelta(minutes=15)


async def test_what_is_forgiven_here_is_forgiven_there(processes: list[Throttles]) -> None:
    here, there = processes
    for _ in range(2):
        await here.hit(Deed.LOG_IN, **WHO)
    await here.forgive(Deed.LOG_IN, Per.PAIR, **WHO)
    await there.hit(Deed.LOG_IN, **WHO)


async def test_while_valkey_is_away_guessing_is_counted_by_each_process_alone(
    processes: list[Throttles], valkey_server: Valkey
) -> None:
    await asyncio.to_thread(valkey_server.stop)
    for process in processes:
        for _ in range(2):
            await process.hit(Deed.LOG_IN, **WHO)
        with pytest.raises(Throttled):
            await process.hit(Deed.LOG_IN, **WHO)
        await process.forgive(Deed.LOG_IN, Per.PAIR, **WHO)


async def test_while_valkey_is_away_the_rest_stays_open(
    processes: list[Throttles], valkey_server: Valkey
) -> None:
    await asyncio.to_thread(valkey_server.stop)
    for _ in range(20):
        await processes[0].hit(Deed.SIGN_UP, **WHO)


async def test_counting_together_goes_on_when_valkey_is_back(
    processes: list[Throttles], valkey_server: Valkey
) -> None:
    here, there = processes
    await here.hit(Deed.LOG_IN, **WHO)
    await asyncio.to_thread(valkey_server.stop)
    await here.hit(Deed.LOG_IN, **WHO)
    await asyncio.to_thread(valkey_server.start)
    await here.hit(Deed.LOG_IN, **WHO)
    await there.hit(Deed.LOG_IN, **WHO)
    with pytest.raises(Throttled):
        await here.hit(Deed.LOG_IN, **WHO)
