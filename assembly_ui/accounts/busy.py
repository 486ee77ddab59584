"""Slow work of accounts, in the pool it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from assembly_ui.accounts.errors import TooBusy
from assembly_ui.audit.origin import current_origin
from assembly_ui.jobs.worker_pools import PoolBusy, WorkerPool

_T = TypeVar("_T")


async def in_pool(pool: WorkerPool, work: Callable[..., _T], *args: Any, subject: str = "") -> _T:
    """Run `work(*args)` in the pool, in the queue of the client that asks.

    Raises:
        TooBusy: it has no place there at this moment.
    """
    try:
        return await pool.run(work, *args, client=current_origin().ip, subject=subject)
    except PoolBusy as busy:
        # Pools keep the machine's time, as the limits do.
        raise TooBusy(datetime.now(UTC) + timedelta(seconds=busy.retry_after)) from busy
