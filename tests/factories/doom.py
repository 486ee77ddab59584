"""A process that may end at any point of its work: at a call, or around a commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from assembly_ui.db.database import Database, Session
from tests.factories.xporter_simulator import Killed


class Doom:
    """Ends the process at the point with this number, counted from when it was set."""

    def __init__(self) -> None:
        self._left = -1
        self.points = 0

    def strike(self, after: int | None) -> None:
        """At which point from now on the process ends; None for never."""
        self._left, self.points = -1 if after is None else after, 0

    def pass_by(self) -> None:
        """A point at which it may end.

        Raises:
            Killed
        """
        self.points += 1
        self._left -= 1
        if self._left == 0:
            raise Killed

    async def on_request(self, _request: httpx.Request) -> None:
        """Before a call leaves."""
        self.pass_by()


class DoomedDatabase(Database):
    """A way into a database which may be cut off before a commit, or just after it."""

    def __init__(self, url: str, doom: Doom) -> None:
        super().__init__(url)
        self._doom = doom

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """As ever, but for the two points."""
        async with super().transaction() as session:
            yield session
            self._doom.pass_by()
        self._doom.pass_by()
