"""What holds between processes, with a real Valkey. Each `SharedTurns` stands for a process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from assembly_ui.pubsub.valkey import open_valkey
from assembly_ui.xporter.shared_turns import AWAY, SharedTurns
from assembly_ui.xporter.turns import Turns
from tools.scaled.valkey import Valkey

ESTAB, OTHER = "3281102", "3281110"
PLENTY = 1000
Process = Callable[..., SharedTurns]


@pytest.fixture
async def process(valkey_server: Valkey) -> AsyncIterator[Process]:
    """Makes the turns of one more process."""
    connections = []

    def started(calls_per_second: float = PLENTY, **changes: object) -> SharedTurns:
        connections.append(open_valkey(valkey_server.url))
        return SharedTurns(connections[-1], calls_per_second, **changes)  # type: ignore[arg-type]

    yield started
    for connection in connections:
        await connection.aclose()


class Store:
    """What the store holds about one school."""

    turn, line, seen = (f"assembly:xporter:{{{ESTAB}}}:{part}" for part in ("turn", "line", "seen"))

    def __init__(self, valkey: Redis) -> None:
        self.valkey = valkey

    async def has_in_line(self, how_many: int) -> None:
        """Wait until so many stand in the line."""
        async with asyncio.timeout(10):
            while await self.valkey.zcard(self.line) != how_many:
                pass

    async def has_a_turn(self) -> None:
        """Wait until somebody holds the turn."""
        async with asyncio.timeout(10):
            while not await self.valkey.exists(self.turn):
                pass


@pytest.fixture
async def store(valkey_server: Valkey) -> AsyncIterator[Store]:
    async with open_valkey(valkey_server.url) as valkey:
        yield Store(valkey)


class Calls:
    """What a school sees: who calls, and how many do at once."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.now: Counter[str] = Counter()
        self.most = 0
        self.began = asyncio.Event()

    async def make(self, turns: Turns, estab: str, name: str = "") -> None:
        """One call that takes a moment."""
        async with turns.of_school(estab):
            self.now[estab] += 1
            self.most = max(self.most, self.now[estab])
            self.log.append(name)
            self.began.set()
            for _ in range(3):
                await turns.of_service()
            self.now[estab] -= 1


async def test_a_school_is_called_once_at_a_time_whoever_calls(process: Process) -> None:
    processes, calls = [process() for _ in range(4)], Calls()
    await asyncio.gather(*(calls.make(turns, ESTAB) for turns in processes * 5))
    assert len(calls.log) == 20
    assert calls.most == 1


async def test_schools_are_called_side_by_side(process: Process) -> None:
    one, other = process(), process()
    async with one.of_school(ESTAB), asyncio.timeout(5), other.of_school(OTHER):
        pass


async def test_a_long_reading_lets_others_in_between_its_pages(process: Process) -> None:
    reader, tester, calls = process(), process(), Calls()

    async def reading() -> None:
        for page in range(30):
            await calls.make(reader, ESTAB, f"page {page}")

    pages = asyncio.create_task(reading())
    await calls.began.wait()
    await calls.make(tester, ESTAB, "test")
    assert "page 29" not in calls.log
    await pages
    assert calls.most == 1


async def test_whoever_stops_waiting_leaves_the_line(process: Process, store: Store) -> None:
    holder, gives_up, waits = process(), process(), process()
    calls = Calls()
    async with holder.of_school(ESTAB):
        first = asyncio.create_task(calls.make(gives_up, ESTAB, "gave up"))
        await store.has_in_line(1)
        second = asyncio.create_task(calls.make(waits, ESTAB, "waited"))
        await store.has_in_line(2)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    await second
    assert calls.log == ["waited"]


async def test_the_turn_of_a_killed_process_runs_out(process: Process, store: Store) -> None:
    await store.valkey.set(store.turn, "killed", px=300)
    async with asyncio.timeout(5), process().of_school(ESTAB):
        assert await store.valkey.get(store.turn) != b"killed"


async def test_whoever_died_in_the_line_holds_nobody_up(process: Process, store: Store) -> None:
    seconds, microseconds = await store.valkey.time()
    now = seconds * 1000 + microseconds // 1000
    await store.valkey.zadd(store.line, {"died": now})
    await store.valkey.zadd(store.seen, {"died": now})
    async with asyncio.timeout(10), process().of_school(ESTAB):
        assert not await store.valkey.exists(store.line, store.seen)


async def test_a_turn_is_renewed_while_it_is_held(process: Process, store: Store) -> None:
    async with process(lease=4).of_school(ESTAB), asyncio.timeout(10):
        left = before = await store.valkey.pttl(store.turn)
        while left <= before:
            before, left = left, await store.valkey.pttl(store.turn)
        assert left > 2000


async def test_only_its_holder_gives_a_turn_back(process: Process, store: Store) -> None:
    paused, quick, calls = process(), process(), Calls()
    async with paused.of_school(ESTAB):
        # Its lease ran out, and somebody else began.
        await store.valkey.set(store.turn, "another")
    waiting = asyncio.create_task(calls.make(quick, ESTAB))
    await store.has_in_line(1)
    assert await store.valkey.get(store.turn) == b"another"
    await store.valkey.delete(store.turn)
    await waiting


async def test_all_processes_together_make_no_more_calls_in_a_second_than_allowed(
    process: Process, store: Store
) -> None:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    processes, waits, granted = [process(20, sleep=sleep) for _ in range(3)], [], []
    for turns in processes * 15:
        await turns.of_service()
        granted.append(int(await store.valkey.lindex("assembly:xporter:calls", 0)))
    # In µs.
    assert all(
        last - first >= 1_000_000 for first, last in zip(granted, granted[20:], strict=False)
    )
    assert len(waits) >= 20
    assert max(waits) < 3


async def test_a_servers_clock_that_was_set_back_keeps_nobody_waiting(
    process: Process, store: Store
) -> None:
    seconds, _ = await store.valkey.time()
    await store.valkey.lpush("assembly:xporter:calls", (seconds + 3600) * 1_000_000)
    async with asyncio.timeout(10):
        await process(1).of_service()


async def test_a_store_that_is_away_stops_nobody_and_is_used_again_when_it_is_back(
    valkey_server: Valkey, process: Process
) -> None:
    now = [0.0]
    one, other = (process(clock=lambda: now[0]) for _ in range(2))
    calls = Calls()
    await asyncio.gather(calls.make(one, ESTAB), calls.make(other, ESTAB))
    valkey_server.stop()
    async with asyncio.timeout(10):
        await asyncio.gather(*(calls.make(one, ESTAB) for _ in range(3)))
        await calls.make(other, ESTAB)
    valkey_server.start()
    now[0] += AWAY
    calls.most = 0
    await asyncio.gather(*(calls.make(turns, ESTAB) for turns in [one, other] * 5))
    assert calls.most == 1


async def test_within_a_process_the_limit_holds_while_the_store_is_away(
    valkey_server: Valkey, process: Process
) -> None:
    turns, calls = process(), Calls()
    valkey_server.stop()
    await asyncio.gather(*(calls.make(turns, ESTAB) for _ in range(5)))
    assert calls.most == 1


async def test_a_turn_the_store_forgot_is_taken_again(process: Process, store: Store) -> None:
    holder, waits, calls = process(lease=4), process(), Calls()
    async with holder.of_school(ESTAB):
        await store.valkey.flushall()
        await store.has_a_turn()
        waiting = asyncio.create_task(calls.make(waits, ESTAB))
        await store.has_in_line(1)
        assert not calls.log
    await waiting
