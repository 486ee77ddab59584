"""What the page of one sync shows: the sync, its tables, and the records of one of them."""

from __future__ import annotations

import reflex as rx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.apps.catalogue import all_apps
from assembly_ui.pubsub.topics import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.scopes.seeing import kinds_of
from assembly_ui.services import get_services
from assembly_ui.sync.changesets import list_changes, read_changeset
from assembly_ui.sync.errors import NoSuchChangeset
from assembly_ui.sync.models import Change
from assembly_ui.sync.status import read_status
from assembly_ui.web import access
from assembly_ui.web.change_view import ChangeLine, change_line
from assembly_ui.web.changesets_view import NO_SYNC, CountLine, SyncLine, count_line, sync_line
from assembly_ui.web.focus import move_focus
from assembly_ui.web.kind_words import order_of_kind
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.query import asked
from assembly_ui.web.still_here import still_member

log = structlog.get_logger()


class ChangesetState(Live, rx.State):
    """Screen values of the page. They change by themselves while the sync runs."""

    loaded: bool = False
    failed: bool = False
    missing: bool = False
    sync: SyncLine = NO_SYNC
    counts: list[CountLine] = []
    kinds: list[dict[str, str]] = []
    kind: str = ""
    what: str = ""
    lines: list[ChangeLine] = []
    page: int = 1
    pages: int = 1
    total: int = 0
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """Show the sync in the address, and keep showing it."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, sync_topic(me.school_id))
        await self._look(me)

    @access.member
    async def again(self, me: Caller):
        """Try once more to read it."""
        await self._look(me)

    @access.member
    async def of_kind(self, me: Caller, kind: str):
        """Show records of another kind."""
        self.kind, self.page, self.what = kind, 1, ""
        await self._look(me)

    @access.member
    async def of_change(self, me: Caller, what: str):
        """Show what was added, changed or removed."""
        self.what, self.page = what, 1
        await self._look(me)

    @access.member
    async def look_at(self, me: Caller, kind: str, what: str):
        """Show what happened to one kind."""
        self.kind, self.what, self.page = kind, what, 1
        await self._look(me)
        return move_focus("records")

    @access.member
    async def turn_to(self, me: Caller, number: int):
        """Show another page."""
        self.page = number
        await self._look(me)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab shows a sync of its own.
        return None

    async def _show(self, seen: None) -> None:
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._look(me)

    async def _look(self, me: Caller) -> None:
        number = access.clean(int, asked(self, "id"))
        try:
            await self._read_all(me, number)
        except NoSuchChangeset:
            self._put(missing=True, loaded=True)
        except SQLAlchemyError:
            log.exception("list.not_read", kind="changeset")
            self._put(failed=True)

    async def _read_all(self, me: Caller, number: int) -> None:
        database = get_services().database
        view = await read_changeset(database, school_id=me.school_id, changeset_id=number)
        scopes = (await read_status(database, school_id=me.school_id)).wanted_scopes
        apps = {app.id: app.name for app in await all_apps(database)}
        seen = set(kinds_of(scopes))
        counts = [
            count_line(one, is_seen=one.kind in seen)
            for one in sorted(view.counts, key=lambda c: order_of_kind(c.kind))
        ]
        self._choose(counts)
        self._put(sync=sync_line(view, apps), counts=counts, loaded=True, failed=False)
        if not self.kind:
            self._put(lines=[], total=0, page=1, pages=1)
            return
        found = await list_changes(
            database,
            school_id=me.school_id,
            changeset_id=number,
            kind=self.kind,
            what=Change(self.what),
            page=self.page,
        )
        shown = (change_line(one, self.kind, scopes) for one in found.rows)
        self._put(
            lines=[line for line in shown if line is not None],
            page=found.number,
            pages=found.pages,
            total=found.total,
        )

    def _choose(self, counts: list[CountLine]) -> None:
        """Which kind and change are shown: those asked for, or the first there are."""
        told = [one for one in counts if one["listed"]]
        chosen = next((one for one in told if one["kind"] == self.kind), told[0] if told else None)
        self._put(kinds=[{"value": one["kind"], "words": one["name"]} for one in told])
        if chosen is None:
            self._put(kind="")
            return
        first = next(change.value for change in Change if chosen[change.value] != "0")
        self._put(kind=chosen["kind"], what=self.what if self.what in list(Change) else first)
