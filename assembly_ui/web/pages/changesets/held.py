"""Changes so large that they wait for a person, on the pages that show syncs."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from assembly_ui.pubsub.topics import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import SchoolsError
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.sync.changesets import approve_held, leave_held, read_changeset
from assembly_ui.sync.errors import SyncError
from assembly_ui.sync.waiting import held_changesets
from assembly_ui.web import access
from assembly_ui.web.changesets_view import blocked_words, held_words
from assembly_ui.web.components import ago, alert, button, link, p, row, small
from assembly_ui.web.data_words import NOT_ALLOWED
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify


class Held(TypedDict):
    """A sync that held something back; `at` is ISO 8601."""

    id: int
    at: str
    words: list[str]
    href: str
    new_year: bool


class HeldState(Live, rx.State):
    """What waits for a decision. It changes by itself."""

    waiting: list[Held] = []
    may_act: bool = False

    @access.member
    async def load(self, me: Caller):
        """Show what waits, and keep showing it."""
        topic = sync_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, me, topic)
        self.may_act = me.may_act_as(Role.ADMIN)
        await self._show(await self._read(topic))

    @access.admin
    async def apply(self, me: Caller, changeset_id: int):
        """Do what was held back."""
        services = get_services()
        try:
            await approve_held(
                services.database,
                school_id=me.school_id,
                changeset_id=changeset_id,
                by_user_id=me.user_id,
                now=services.clock(),
            )
            await notify(self, "The changes are being applied.")
        except (SyncError, SchoolsError) as error:
            await self._explain(error)

    @access.admin
    async def keep(self, me: Caller, changeset_id: int):
        """Leave things as they are."""
        services = get_services()
        try:
            await leave_held(
                services.database,
                school_id=me.school_id,
                changeset_id=changeset_id,
                by_user_id=me.user_id,
                now=services.clock(),
            )
            await notify(
                self, "Nothing was changed. The next sync looks again, and asks again if need be."
            )
        except (SyncError, SchoolsError) as error:
            await self._explain(error)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> list[Held]:
        database, school_id = get_services().database, int(topic.partition(":")[2])
        found = [
            await read_changeset(database, school_id=school_id, changeset_id=number)
            for number in await held_changesets(database, school_id=school_id)
        ]
        return [
            Held(
                id=view.id,
                at=view.started_at.isoformat(),
                words=held_words(view),
                href=f"/changeset?id={view.id}",
                new_year=view.is_rollover,
            )
            for view in found
        ]

    async def _show(self, seen: list[Held]) -> None:
        self._put(waiting=seen)

    async def _explain(self, error: SyncError | SchoolsError) -> None:
        words = blocked_words(error) if isinstance(error, SyncError) else NOT_ALLOWED
        await notify(self, words, "warning")


def held_changes() -> rx.Component:
    """The alerts, and what can be done; nothing while nothing waits."""
    s = HeldState
    return rx.fragment(
        rx.el.div(
            rx.foreach(s.waiting, _held),
            role="status",
            class_name="stack",
            hidden=s.waiting.length() == 0,
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _held(item: rx.Var[Held]) -> rx.Component:
    decide = row(
        button("Apply the changes", on_click=HeldState.apply(item["id"]), wide=True),
        button("Leave as it is", kind="secondary", on_click=HeldState.keep(item["id"]), wide=True),
        link("What the sync did", href=item["href"]),
    )
    return alert(
        p(
            "A sync found so much changed that we ask first: it may be right, or your MIS may "
            "have sent too little. Until somebody decides, apps see your data as it was, people, "
            "classes and lessons together. It ran ",
            ago(item["at"]),
            ".",
        ),
        rx.cond(
            item["new_year"],
            p(
                "Your students moved up a year, so a new school year seems to have begun. More "
                "people than usual would go with it."
            ),
            rx.fragment(),
        ),
        rx.el.ul(rx.foreach(item["words"].to(list[str]), lambda words: rx.el.li(words, key=words))),
        rx.cond(
            HeldState.may_act,
            decide,
            small("An admin or the owner of your school can decide."),
        ),
        title="Large changes wait for you",
        tone="warning",
        key=item["id"],
    )
