"""Work that goes on to its end when whoever waits for it gives up.

A tab that closes, and a click that a newer one replaces, are cancelled wherever
they happen to be. Between a commit and its announcement that would keep a change
nobody hears of, and give the database a connection back half-way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LeftUnbroken(AbstractAsyncContextManager[T], Generic[T]):
    """`inner`, whose end nobody breaks off once its block has been left."""

    def __init__(self, inner: AbstractAsyncContextManager[T]) -> None:
        self._inner = inner

    async def __aenter__(self) -> T:
        return await self._inner.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await to_its_end(self._inner.__aexit__(kind, error, traceback))


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns. Whoever is cancelled meanwhile is so once it has ended.

    Raises:
        asyncio.CancelledError: from what `work` raised, if it did.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    raise cancelled from None if task.cancelled() else task.exception()
