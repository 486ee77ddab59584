"""Announce that something changed; listen for what changed.

A topic names a thing ("school:12"), never carries its contents: whoever hears
it reads the facts again. That keeps announcements tiny, safe to repeat and
impossible to get out of step with the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

Topic = str
SCHOOL = "school"
SYNC = "sync"
USER = "user"


def school_topic(school_id: int) -> Topic:
    """Anything a member of this school can see has changed."""
    return f"{SCHOOL}:{school_id}"


def user_topic(user_id: int) -> Topic:
    """Something about this person changed: confirmation, memberships, sessions."""
    return f"{USER}:{user_id}"


def sync_topic(school_id: int) -> Topic:
    """The sync of this school moved on, or what it read was mapped otherwise."""
    return f"{SYNC}:{school_id}"


MAILBOX_TOPIC: Topic = "mailbox"
"""A message arrived in, or left, the demo mailbox."""

EVERYTHING: Topic = "*"
"""Announcements may have been missed: whoever listens looks at all it shows again."""


class PubSub:
    """In-process announcements, for a product running as one process."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Topic]] = set()

    async def announce(self, topics: Iterable[Topic]) -> None:
        """Tell every listener, once per distinct topic."""
        for topic in dict.fromkeys(topics):
            for queue in self._listeners:
                queue.put_nowait(topic)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[Topic]]:
        """A queue of the topics announced from now on."""
        queue: asyncio.Queue[Topic] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
