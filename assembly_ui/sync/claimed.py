"""A sync that is under way: what it was begun for, and whether it still has the say."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import col, update

from assembly_ui.db.database import Session, announce
from assembly_ui.pubsub.topics import sync_topic
from assembly_ui.sync.models import Changeset, SchoolSync
from assembly_ui.sync.requests import sync_of
from assembly_ui.xporter.client import Key

SHOWN_EVERY_SECONDS = 0.25
"""A sync of which nothing is to be written tells no more often how far it is."""


class Overtaken(Exception):
    """The sync has no say any more: others have it, or something else is wanted now."""


@dataclass
class Progress:
    """How far the sync is. `seconds` is a clock that only grows."""

    steps: int = 0
    done: int = 0
    doing: str = ""
    seconds: Callable[[], float] = time.monotonic
    shown: tuple[int, int, str] = (-1, -1, "")
    shown_at: float = 0.0

    def go_on(self, doing: str) -> None:
        """The step that was under way, if any was, is done, and another one begins."""
        self.done, self.doing = self.done + bool(self.doing), doing

    @property
    def is_worth_showing(self) -> bool:
        """Whether others have seen it otherwise, and not just now."""
        is_old = self.seconds() - self.shown_at >= SHOWN_EVERY_SECONDS
        return is_old and self.shown != (self.steps, self.done, self.doing)


@dataclass(frozen=True)
class Claimed:
    """The sync of a school, claimed. Nobody else's while `started_at` is that of the row.

    `key` opens the school's data; None when records are only made anew. `synced` are
    the scopes of the last sync that ended well, `wanted` those of this one; `asked_at`
    is when it was last asked for before it began.
    """

    school_id: int
    estab: str
    key: Key | None = field(repr=False)
    today: date
    changeset_id: int
    started_at: datetime
    asked_at: datetime | None
    wanted: frozenset[str]
    synced: frozenset[str]
    progress: Progress = field(default_factory=Progress, compare=False)

    async def hold(self, session: Session) -> SchoolSync:
        """The school's row, in every transaction of the sync before anything else.

        Raises:
            Overtaken
        """
        row = await sync_of(session, self.school_id)
        if row.started_at != self.started_at or set(row.wanted_scopes) != self.wanted:
            raise Overtaken
        return row

    async def show(self, session: Session) -> None:
        """Tell how far the sync is once the transaction is over."""
        at = self.progress
        await session.exec(
            update(Changeset)
            .where(col(Changeset.id) == self.changeset_id)
            .values(steps=at.steps, steps_done=at.done, doing=at.doing)
        )
        at.shown, at.shown_at = (at.steps, at.done, at.doing), at.seconds()
        announce(session, sync_topic(self.school_id))
