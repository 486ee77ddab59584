"""What the lists of a school's data have in common: there or why not, live, or failed."""

from __future__ import annotations

from typing import Any, ClassVar

import reflex as rx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.pubsub.topics import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.sync.standing import Stand, Standing, read_stand
from assembly_ui.web import access
from assembly_ui.web.components import alert, button, empty, link_button, p, row
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.no_data import no_data
from assembly_ui.web.still_here import still_member

log = structlog.get_logger()


class DataList(Live, rx.State, mixin=True):
    """Mixed into the State of a list that a sync fills. `KIND` is what it is a list of."""

    KIND: ClassVar[str] = ""

    standing: str = ""
    failed: bool = False
    page: int = 1
    pages: int = 1
    total: int = 0
    _school_id: int = 0
    _mark: str = ""

    @access.member
    async def again(self, me: Caller) -> None:
        """Try once more to read it."""
        await self._refresh(me)

    @access.member
    async def turn_to(self, me: Caller, number: int) -> None:
        """Show another page."""
        self.page = number
        await self._refresh(me)

    @access.public
    async def leave(self) -> None:
        """The page was left."""
        tabs.unwatch(self)

    async def _list(self, me: Caller, stand: Stand) -> None:
        """Read the page that is shown. Asked only when there is something to show."""
        raise NotImplementedError

    async def _begin(self, me: Caller, **narrowed: str) -> None:
        """Show the list from its start, narrowed as told, and keep showing it."""
        self.reset()
        self._put(**narrowed)
        self._school_id = me.school_id or 0
        tabs.unwatch(self)
        tabs.watch(self, me, sync_topic(self._school_id))
        await self._refresh(me)

    async def _refresh(self, me: Caller, stand: Stand | None = None) -> None:
        """Show how things are now; that it failed, when it did."""
        try:
            # Of the caller's school: a tab that never opened the page knows of none.
            found = stand or await self._read(sync_topic(me.school_id or 0))
            if found.standing is Standing.THERE:
                await self._list(me, found)
            else:
                # Not only hidden: what nobody may read any more is not in the browser either.
                self._put(lines=[], page=1, pages=1, total=0)
            self._mark = found.mark
            self._put(standing=found.standing.value, failed=False)
        except SQLAlchemyError:
            log.exception("list.not_read", kind=self.KIND)
            self._put(failed=True)

    @classmethod
    async def _read(cls, topic: Topic) -> Stand:
        school_id = int(topic.partition(":")[2])
        return await read_stand(get_services().database, school_id=school_id, kind=cls.KIND)

    async def _show(self, seen: Stand) -> None:
        # A sync that runs is announced several times a second.
        if seen.mark == self._mark:
            return
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._refresh(me, seen)


def data_list(*content: Any, standing: Any, failed: Any, what: str, on_retry: Any) -> rx.Component:
    """The list, or why there is none, or that it could not be read."""
    shown = rx.match(
        standing,
        (Standing.NOT_CONNECTED.value, no_data()),
        (Standing.UNHELD.value, _unheld(what)),
        (Standing.AWAITED.value, _awaited(what)),
        (Standing.THERE.value, rx.fragment(*content)),
        p(f"Loading {what} …"),
    )
    return rx.cond(failed, could_not_be_read(what, on_retry), shown)


def could_not_be_read(what: str, on_retry: Any) -> rx.Component:
    """Our fault, and what to do."""
    return alert(
        p(f"We could not read {what} just now. Nothing is lost. Try it again in a moment."),
        row(button("Try again", kind="secondary", on_click=on_retry)),
        title="That did not work",
        tone="danger",
        role="alert",
    )


def _unheld(what: str) -> rx.Component:
    return empty(
        "No app may read this yet",
        p(
            f"We read {what} only once you have authorised an app that needs them. Until then "
            "nothing of them is read or kept."
        ),
        link_button("Authorise an app", href="/apps"),
    )


def _awaited(what: str) -> rx.Component:
    return empty(
        "On the way",
        p(f"We have not read {what} yet. They appear here by themselves as soon as we have."),
        link_button("See how far it is", href="/changesets", kind="secondary"),
    )
