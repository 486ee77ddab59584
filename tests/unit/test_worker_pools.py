"""Pools of threads: bounded, fair between clients, and apart from each other."""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import assembly_ui
from assembly_ui.jobs.worker_pools import PoolBusy, WorkerPool


@contextmanager
def held(pool: WorkerPool) -> Iterator[list[asyncio.Task]]:
    """Every thread of the pool is kept by a job that waits."""
    gate = threading.Event()
    begun = [threading.Event() for _ in range(pool.threads)]

    def hold(event: threading.Event) -> None:
        event.set()
        gate.wait(60)

    tasks = [asyncio.create_task(pool.run(hold, event, client="holder")) for event in begun]
    try:
        yield tasks
    finally:
        gate.set()


async def _until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while True:
            if what():
                return
            await asyncio.sleep(0)


async def _all_threads_taken(pool: WorkerPool) -> None:
    await _until(lambda: not pool._queues and sum(pool._subjects.values()) == pool.threads)


async def test_a_job_gives_its_result_or_its_error() -> None:
    pool = WorkerPool("test", threads=1)
    assert await pool.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 7, 0)


async def test_a_full_pool_holds_up_no_other() -> None:
    slow, other = WorkerPool("slow", threads=2), WorkerPool("other", threads=1)
    with held(slow):
        await _all_threads_taken(slow)
        assert await other.run(len, "three") == 5
        assert await asyncio.to_thread(len, "three") == 5


async def test_clients_take_turns() -> None:
    pool, order = WorkerPool("test", threads=1), []
    with held(pool):
        await _all_threads_taken(pool)
        jobs = [("flood", n) for n in range(5)] + [("someone", 0), ("another", 0)]
        tasks = [asyncio.create_task(pool.run(order.append, job, client=job[0])) for job in jobs]
        await _until(lambda: pool._queued == len(jobs))
    await asyncio.gather(*tasks)
    assert order[:3] == [("flood", 0), ("someone", 0), ("another", 0)]


async def test_a_client_waits_in_a_queue_of_its_own_length() -> None:
    pool = WorkerPool("test", threads=1, waiting=10, per_client=2, retry_after=7)
    with held(pool):
        await _all_threads_taken(pool)
        tasks = [asyncio.create_task(pool.run(len, "", client="flood")) for _ in range(2)]
        await _until(lambda: pool._queued == 2)
        with pytest.raises(PoolBusy) as caught:
            await pool.run(len, "", client="flood")
        assert caught.value.retry_after == 7
        tasks.append(asyncio.create_task(pool.run(len, "", client="someone")))
        await _until(lambda: pool._queued == 3)
    assert await asyncio.gather(*tasks) == [0, 0, 0]


async def test_all_clients_together_fill_no_more_than_the_pool() -> None:
    pool = WorkerPool("test", threads=1, waiting=3, per_client=2)
    with held(pool):
        await _all_threads_taken(pool)
        tasks = [asyncio.create_task(pool.run(len, "", client=str(n))) for n in range(3)]
        await _until(lambda: pool._queued == 3)
        with pytest.raises(PoolBusy):
            await pool.run(len, "", client="one more")
    await asyncio.gather(*tasks)


async def test_a_newcomer_in_a_full_pool_takes_the_place_of_who_holds_most() -> None:
    pool, order = WorkerPool("test", threads=1, waiting=8, retry_after=7), []
    with held(pool):
        await _all_threads_taken(pool)
        jobs = ["flood 1", "flood 2", "some 1", "other 1", "third 1", "third 2", "a 1", "b 1"]
        tasks = [asyncio.create_task(pool.run(order.append, job, client=job[:-2])) for job in jobs]
        await _until(lambda: pool._queued == len(jobs))
        late = asyncio.create_task(pool.run(order.append, "late", client="late"))
        await _until(tasks[1].done)
        assert isinstance(error := tasks[1].exception(), PoolBusy)
        assert error.retry_after == 7
        with pytest.raises(PoolBusy):  # Who has one already puts nobody out who has two.
            await pool.run(order.append, "late 2", client="late")
    await asyncio.gather(*tasks, late, return_exceptions=True)
    assert sorted([*order, "flood 2"]) == sorted([*jobs, "late"])
    assert not pool._subjects
    assert not pool._clients


async def test_clients_of_one_ipv6_site_take_one_turn_and_share_a_quarter() -> None:
    pool, order = WorkerPool("test", threads=1, waiting=8, per_client=2), []
    site = ["2001:db8:1:1::/64", "2001:db8:1:2::/64"]
    with held(pool):
        await _all_threads_taken(pool)
        clients = [*site, "2001:db8:2::/64", "198.51.100.7"]
        tasks = [
            asyncio.create_task(pool.run(order.append, client, client=client)) for client in clients
        ]
        await _until(lambda: pool._queued == 4)
        with pytest.raises(PoolBusy):
            await pool.run(len, "", client="2001:db8:1:3::/64")
    await asyncio.gather(*tasks)
    assert order == [site[0], clients[2], clients[3], site[1]]


async def test_one_subject_of_a_client_takes_few_places() -> None:
    pool = WorkerPool("test", threads=1, per_subject=2)
    with held(pool):
        await _all_threads_taken(pool)
        job = {"client": "flood", "subject": "head@kings.sch.uk"}
        tasks = [asyncio.create_task(pool.run(len, "", **job)) for _ in range(2)]
        await _until(lambda: pool._queued == 2)
        with pytest.raises(PoolBusy):
            await pool.run(len, "", **job)
        others = [{**job, "client": "someone"}, {**job, "subject": "ann@kings.sch.uk"}]
        tasks += [asyncio.create_task(pool.run(len, "", **other)) for other in others]
        await _until(lambda: pool._queued == 4)
    await asyncio.gather(*tasks)
    assert not pool._subjects


async def test_a_caller_who_leaves_gives_the_place_back() -> None:
    pool, ran = WorkerPool("test", threads=1, per_client=1, per_subject=1), []
    with held(pool):
        await _all_threads_taken(pool)
        job = {"client": "someone", "subject": "a form"}
        left = asyncio.create_task(pool.run(ran.append, "left", **job))
        await _until(lambda: pool._queued == 1)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        stays = asyncio.create_task(pool.run(ran.append, "stays", **job))
        await _until(lambda: pool._queued == 1)
    await stays
    assert ran == ["stays"]
    await _until(lambda: not pool._subjects)


async def test_a_caller_who_leaves_a_job_under_way_does_not_free_its_thread() -> None:
    pool = WorkerPool("test", threads=1)
    with held(pool) as tasks:
        await _all_threads_taken(pool)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        waits = asyncio.create_task(pool.run(len, ""))
        await _until(lambda: pool._queued == 1)
        assert not waits.done()
    assert await waits == 0


def test_nothing_of_the_product_waits_for_a_thread_of_the_common_pool() -> None:
    root = Path(assembly_ui.__file__).parent.parent
    found = [
        f"{path.relative_to(root)}:{node.lineno}"
        for folder in ("assembly_ui", "simulators")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and (
            node.attr == "to_thread"
            or (node.attr == "run_in_executor" and path.name != "answer_cache.py")
            or node.attr == "run_in_threadpool"
        )
    ]
    assert found == []
