"""Threads for work that would hold up the event loop, in pools that cannot starve each other.

`asyncio.to_thread` puts everything into one pool: a few slow answers of DNS, or many passwords
at once, and nobody's search or log-in moves. Here each kind of work has threads of its own. What
people can ask for waits in a queue of each client, the clients take turns, and what finds no
place is refused with a moment to return. In a full pool a newcomer takes the place of a client
that holds many.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv6Network
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class PoolBusy(Exception):
    """The pool takes nothing more from this client. Worth another try in `retry_after` seconds."""

    def __init__(self, pool: str, retry_after: int) -> None:
        super().__init__(f"{pool} is busy")
        self.pool = pool
        self.retry_after = retry_after


@dataclass(frozen=True, eq=False)
class _Job:
    client: str
    subject: str
    work: Callable[[], Any]
    outcome: Future[Any] = field(default_factory=Future)

    @functools.cached_property
    def site(self) -> str:
        """Whose turn it takes: the client's, or that of the IPv6 /48 around it.

        A provider gives one customer up to a /48, which is 65,536 clients.
        """
        try:
            return str(IPv6Network(self.client).supernet(new_prefix=48))
        except ValueError:
            return self.client


class WorkerPool:
    """A number of threads, and a bounded queue for each client.

    `waiting`: jobs that may wait altogether; those of one IPv6 /48 a quarter of them.
    `per_client`: those of one client, that is one IPv4 address or IPv6 /64.
    `per_subject`: jobs of one client about one subject, running ones included.
    Without a number there is no limit, for work that its caller bounds.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        waiting: int | None = None,
        per_client: int | None = None,
        per_subject: int | None = None,
        retry_after: int = 5,
    ) -> None:
        self.name = name
        self.threads = threads
        self._waiting, self._per_client, self._per_subject = waiting, per_client, per_subject
        self._retry_after = retry_after
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        # Worker threads take jobs themselves, so one lock guards all that follows.
        self._lock = threading.Lock()
        self._queues: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._queued = 0
        self._clients: Counter[str] = Counter()
        self._subjects: Counter[tuple[str, str]] = Counter()

    async def run(
        self, work: Callable[..., _T], /, *args: Any, client: str = "", subject: str = ""
    ) -> _T:
        """Run `work(*args)` in one of the threads and return its result.

        A caller that is cancelled while the job waits gives its place back; a job that has
        begun ends in its own time and keeps its thread until then.

        Raises:
            PoolBusy: the queue of this client, or the pool's, is full, or became so while the
                job waited and others hold fewer places.
        """
        in_context = functools.partial(contextvars.copy_context().run, work, *args)
        job = _Job(client, subject, in_context)
        with self._lock:
            self._enqueue(job)
        self._executor.submit(self._work)
        try:
            return await asyncio.wrap_future(job.outcome)
        except asyncio.CancelledError:
            with self._lock:
                self._withdraw(job)
            raise

    def _enqueue(self, job: _Job) -> None:
        about = job.client, job.subject
        held = len(self._queues.get(job.site, ()))
        if (
            _is_full(self._clients[job.client], self._per_client)
            or (job.site != job.client and _is_full(held, self._waiting and self._waiting // 4))
            or (job.subject and _is_full(self._subjects[about], self._per_subject))
            or (_is_full(self._queued, self._waiting) and not self._make_room(held))
        ):
            raise PoolBusy(self.name, self._retry_after)
        self._queues.setdefault(job.site, deque()).append(job)
        self._queued += 1
        self._clients[job.client] += 1
        self._subjects[about] += 1

    def _make_room(self, held: int) -> bool:
        """Refuse the newest job of whoever has most waiting, for somebody who holds fewer."""
        longest = max(self._queues.values(), key=len, default=deque())
        if len(longest) < held + 2:
            return False  # They would only change places.
        newest = longest[-1]
        self._withdraw(newest)
        if newest.outcome.set_running_or_notify_cancel():
            newest.outcome.set_exception(PoolBusy(self.name, self._retry_after))
        return True

    def _withdraw(self, job: _Job) -> None:
        queue = self._queues.get(job.site)
        if queue is None or job not in queue:
            return
        queue.remove(job)
        if not queue:
            del self._queues[job.site]
        self._leave_queue(job)
        self._end(job)

    def _leave_queue(self, job: _Job) -> None:
        self._queued -= 1
        self._clients[job.client] -= 1
        if not self._clients[job.client]:
            del self._clients[job.client]

    def _work(self) -> None:
        with self._lock:
            job = self._take()
        if job is None:
            return  # Its caller has gone.
        if not job.outcome.set_running_or_notify_cancel():
            with self._lock:
                self._end(job)
            return
        result, failure = None, None
        try:
            result = job.work()
        except BaseException as error:
            failure = error
        # First the place, then the outcome: who has it may come back at once.
        with self._lock:
            self._end(job)
        if failure is not None:
            job.outcome.set_exception(failure)
        else:
            job.outcome.set_result(result)

    def _take(self) -> _Job | None:
        """The next job: the oldest one of the client whose turn it is."""
        if not self._queues:
            return None
        site, queue = self._queues.popitem(last=False)
        job = queue.popleft()
        self._leave_queue(job)
        if queue:
            self._queues[site] = queue
        return job

    def _end(self, job: _Job) -> None:
        about = job.client, job.subject
        self._subjects[about] -= 1
        if not self._subjects[about]:
            del self._subjects[about]


def _is_full(held: int, limit: int | None) -> bool:
    return limit is not None and held >= limit


# Hashing a password takes a core for a quarter of a second. One core stays for everything else.
# Two hundred people of a school behind one address who log in within five minutes find two
# others waiting at most; if all come in the same minute, the ninth is asked to try again in five
# seconds, and one thread is through with them as soon as it would be with a longer queue.
PASSWORD_HASHES = WorkerPool(
    "bcrypt", threads=max(1, CORES - 1), waiting=256, per_client=8, per_subject=3
)
# Pure Python: it shares one interpreter with the event loop, so more threads bring nothing.
PASSWORD_STRENGTH = WorkerPool("zxcvbn", threads=1, waiting=64, per_client=8, retry_after=2)
# These threads only wait. A domain that never answers holds one until the resolver gives up.
DNS = WorkerPool("dns", threads=8, waiting=64, per_client=8)
SCHOOL_SEARCH = WorkerPool("search", threads=2, waiting=128, per_client=32, retry_after=2)
API_ANSWERS = WorkerPool("api", threads=2, waiting=256, per_client=64)

# What follows is bounded by who asks: workers that take one job at a time, and pages of rows.
DATABASE_READS = WorkerPool("reads", threads=4)
DATABASE_UPKEEP = WorkerPool("upkeep", threads=1)
MAIL = WorkerPool("mail", threads=1)
SYNC = WorkerPool("sync", threads=2)
XPORTER = WorkerPool("xporter", threads=2)
SIMULATOR = WorkerPool("simulator", threads=2)
