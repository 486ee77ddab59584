"""What the admin view's bar shows: the school, its badge, who is signed in."""

from __future__ import annotations

from datetime import timedelta

import reflex as rx

from assembly_ui.accounts.sessions import resolve as prolong
from assembly_ui.bootstrap import parts
from assembly_ui.connector.overview import read_badge
from assembly_ui.pubsub import Topic, school_topic
from assembly_ui.schools.caller import Caller, count_schools
from assembly_ui.web import access
from assembly_ui.web.connector_words import BADGES
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import page_changed


class ShellState(Live, rx.State):
    """Screen values of the bar; the badge changes by itself."""

    school_name: str = ""
    person: str = ""
    role: str = ""
    school_count: int = 1
    badge_words: str = ""
    badge_tone: str = "info"

    @access.member
    async def enter(self, me: Caller):
        """Load the bar. First in the `on_load` of every admin page."""
        use = parts()
        await page_changed(self)
        await prolong(
            use.database,
            token=access.session_token(self),
            life=timedelta(days=use.settings.log_in_days),
            now=use.clock(),
        )
        self.school_name, self.person = me.school_name, me.display_name
        self.role = str(me.role)
        self.school_count = await count_schools(use.database, user_id=me.user_id)
        tabs.unwatch(self)
        tabs.watch(self, school_topic(me.school_id))
        await self._show(await self._read(school_topic(me.school_id)))

    @classmethod
    async def _read(cls, topic: Topic) -> str:
        use = parts()
        school_id = int(topic.partition(":")[2])
        return await read_badge(use.database, school_id=school_id, now=use.clock())

    async def _show(self, seen: str) -> None:
        self.badge_words, self.badge_tone = BADGES[seen]
