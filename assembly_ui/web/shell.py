"""What the admin view's bar shows: the school, its badge, who is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import reflex as rx

from assembly_ui.accounts.sessions import resolve as prolong
from assembly_ui.apps.requests import pending_of
from assembly_ui.connector.overview import read_badge
from assembly_ui.pubsub.topics import SCHOOL, Topic, school_topic, user_topic
from assembly_ui.schools.caller import Caller, count_schools
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.still_here import still_member


class Waiting(NamedTuple):
    """The app whose request waits for the person's answer; empty when none does."""

    app: str


class ShellState(Live, rx.State):
    """Screen values of the bar; the badge changes by itself."""

    school_name: str = ""
    person: str = ""
    role: str = ""
    school_count: int = 1
    status: str = ""
    moved: bool = False
    waiting_app: str = ""
    _school_id: int = 0

    @access.entering
    async def enter(self, me: Caller):
        """Load the bar. First in the `on_load` of every admin page."""
        services = get_services()
        await page_changed(self)
        await prolong(
            services.database,
            token=access.session_token(self),
            life=timedelta(days=services.settings.log_in_days),
            longest=timedelta(days=services.settings.session_max_days),
            now=services.clock(),
        )
        self.school_name, self.person = me.school_name, me.display_name
        self.role = str(me.role)
        self.school_count = await count_schools(services.database, user_id=me.user_id)
        self.moved = False
        await access.show_school(self, me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        tabs.watch(self, me, user_topic(me.user_id))
        self._school_id = me.school_id
        await self._show(await self._read(school_topic(me.school_id)))
        self._put(waiting_app=(await self._read(user_topic(me.user_id))).app)

    @access.public
    async def move_on(self):
        """This tab's school is not the person's any more: let them choose."""
        self.moved = False
        await notify(
            self, f"This window no longer shows {self.school_name}.", "info", on_next_page=True
        )
        return rx.redirect("/schools")

    @classmethod
    async def _read(cls, topic: Topic) -> str | Waiting:
        """The badge of a school; or, when it is the person who changed, what waits for them."""
        services, now = get_services(), get_services().clock()
        kind, _, number = topic.partition(":")
        if kind == SCHOOL:
            return await read_badge(services.database, school_id=int(number), now=now) or ""
        waiting = await pending_of(services.database, user_id=int(number), now=now)
        return Waiting(waiting.app_name if waiting else "")

    async def _show(self, seen: str | Waiting) -> None:
        if isinstance(seen, str):
            self._put(status=seen)
            return
        self._put(waiting_app=seen.app)
        if await still_member(self, self._school_id) is None:
            # Removed, logged out, or looking at another school from another tab.
            tabs.forget(self)
            await self._revoke()

    def _offer(self, me: Caller) -> None:
        self._put(role=str(me.role or ""))

    async def _revoke(self) -> None:
        # The name of the school says which one this window no longer shows.
        self._put(status="", waiting_app="", moved=True)
