"""Answers that take the same time whatever was found.

Without it, how long an answer takes would tell whether an address has an
account: writing a message takes some milliseconds, writing none takes none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

SECONDS = 0.4

_Answer = TypeVar("_Answer")


async def in_even_time(work: Awaitable[_Answer], seconds: float = SECONDS) -> _Answer:
    """What `work` returns, `seconds` from now or as soon after as it is ready.

    What it raises comes at once: refusals depend on what was typed alone.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    answer = await work
    await asyncio.sleep(max(0.0, due - loop.time()))
    return answer
