"""How the sync of the school stands, on every page that shows it.

A page puts `SyncState.load` into its `on_load`, and `sync_bar()` where the bar belongs.
"""

from __future__ import annotations

import reflex as rx

from assembly_ui.pubsub.topics import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.sync.status import read_status
from assembly_ui.web import access
from assembly_ui.web.components.sync_progress import sync_progress
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.sync_view import SyncView, sync_view


class SyncState(Live, rx.State):
    """Screen values of the bar; they change by themselves. Moments are ISO 8601."""

    running: bool = False
    waiting: bool = False
    doing: str = ""
    done: int = 0
    steps: int = 0
    since: str = ""
    held: bool = False
    last: str = ""
    last_at: str = ""
    changes_at: str = ""
    purge: str = ""

    @access.member
    async def load(self, me: Caller):
        """Show how the sync stands, and keep showing it."""
        topic = sync_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, me, topic)
        await self._show(await self._read(topic))

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> SyncView:
        services, school_id = get_services(), int(topic.partition(":")[2])
        status = await read_status(services.database, school_id=school_id)
        return sync_view(status, now=services.clock())

    async def _show(self, seen: SyncView) -> None:
        self._put(**seen)


def sync_bar() -> rx.Component:
    """The bar, while a sync runs or is about to."""
    s = SyncState
    return rx.fragment(
        sync_progress(
            running=s.running,
            waiting=s.waiting,
            doing=s.doing,
            done=s.done,
            of=s.steps,
            since=s.since,
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )
