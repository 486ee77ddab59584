"""What the processes of a server take of the machine."""

from __future__ import annotations

import asyncio

import psutil


class Processes:
    """The process `pid` and all that descend from it."""

    def __init__(self, pid: int) -> None:
        self._first = psutil.Process(pid)

    def memory(self) -> int:
        """Bytes of memory, shared pages counted once."""
        return sum(process.memory_full_info().pss for process in self._all())

    def busy(self) -> float:
        """Seconds of processor time so far."""
        times = [process.cpu_times() for process in self._all()]
        return sum(spent.user + spent.system for spent in times)

    async def busy_share(self, seconds: float) -> float:
        """The share of one core they take in the next `seconds`."""
        before = self.busy()
        await asyncio.sleep(seconds)
        return (self.busy() - before) / seconds

    def _all(self) -> list[psutil.Process]:
        return [self._first, *self._first.children(recursive=True)]
