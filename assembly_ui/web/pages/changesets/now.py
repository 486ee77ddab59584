"""How fresh the data are, and having them read now."""

from __future__ import annotations

import reflex as rx

from assembly_ui.pubsub.topics import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import SchoolsError
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.sync.errors import SyncError
from assembly_ui.sync.models import Reason
from assembly_ui.sync.requests import ask
from assembly_ui.sync.waiting import why_not_now
from assembly_ui.web import access
from assembly_ui.web.changesets_view import blocked_words
from assembly_ui.web.components import ago, alert, button, card, p, row, small
from assembly_ui.web.data_words import NOT_ALLOWED
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.syncing import SyncState


class SyncNowState(Live, rx.State):
    """Whether a sync can be begun by hand; `blocked` says why not. It changes by itself."""

    loaded: bool = False
    may_act: bool = False
    blocked: str = ""

    @access.member
    async def load(self, me: Caller):
        """Show whether it can be, and keep showing it."""
        topic = sync_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, me, topic)
        self.may_act = me.may_act_as(Role.ADMIN)
        await self._show(await self._read(topic))
        self.loaded = True

    @access.admin
    async def begin(self, me: Caller):
        """Have the school's data read now."""
        services = get_services()
        try:
            await ask(
                services.database,
                school_id=me.school_id,
                reason=Reason.PERSON,
                now=services.clock(),
                by_user_id=me.user_id,
            )
        except SyncError as error:
            await notify(self, blocked_words(error), "warning")
        except SchoolsError:
            await notify(self, NOT_ALLOWED, "warning")

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> str:
        school_id = int(topic.partition(":")[2])
        return blocked_words(await why_not_now(get_services().database, school_id=school_id))

    async def _show(self, seen: str) -> None:
        self._put(blocked=seen)


def sync_now() -> rx.Component:
    """The section."""
    s, sync = SyncNowState, SyncState
    busy = sync.running | sync.waiting
    begin = button(
        "Sync now",
        kind="secondary",
        on_click=s.begin,
        disabled=busy | (s.blocked != ""),
        custom_attrs={"aria-describedby": "why-not"},
    )
    reason = rx.cond(s.blocked, s.blocked, rx.cond(busy, "A sync is on its way.", ""))
    return rx.fragment(
        card(
            row(
                rx.el.div(_last(), class_name="stack stack-tight"),
                rx.cond(s.may_act, begin, rx.fragment()),
                spread=True,
            ),
            rx.cond(s.loaded & (reason != ""), small(reason, id="why-not"), rx.fragment()),
            _purge(),
            title="Your data",
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _last() -> rx.Component:
    sync = SyncState
    never = p("Your data was never read so far.")
    known = rx.fragment(
        p(sync.last),
        small("Last read ", ago(sync.last_at)),
        rx.cond(sync.changes_at, small("Last changed ", ago(sync.changes_at)), rx.fragment()),
    )
    return rx.cond(sync.last_at, known, never)


def _purge() -> rx.Component:
    told = alert(
        p(
            "Some data of your school is of no use to any app any more. We delete it on ",
            SyncState.purge,
            ", unless an app is authorised for it before.",
        ),
        title="Data nobody reads any more",
    )
    return rx.cond(SyncState.purge, told, rx.fragment())
