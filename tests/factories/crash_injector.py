"""A process that may end at any point of its work: at a call, or around a commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from assembly_ui.db.database import Database, Session
from tests.factories.xporter_simulator import Killed


class CrashInjector:
    """Ends the process at the point with this number, counted from when it was set."""

    def __init__(self) -> None:
        self._left = -1
        self.points = 0

    def crash_after(self, points: int | None) -> None:
        """End the process at the point with this number from now on; None for never."""
        self._left, self.points = -1 if points is None else points, 0

    def reach_point(self) -> None:
        """Count a point at which the process may end.

        Raises:
            Killed
        """
        self.points += 1
        self._left -= 1
        if self._left == 0:
            raise Killed

    async def on_request(self, _request: httpx.Request) -> None:
        """Before a call leaves."""
        self.reach_point()


class CrashingDatabase(Database):
    """A database whose process may end before a commit, or just after it."""

    def __init__(self, url: str, crashes: CrashInjector) -> None:
        super().__init__(url)
        self._crashes = crashes

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A transaction that may end before its commit, or just after."""
        async with super().transaction() as session:
            yield session
            self._crashes.reach_point()
        self._crashes.reach_point()
