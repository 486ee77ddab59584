"""What an app's page shows at the moment, and what changes it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.apps.authorising import ask_for_deletion, change_optional, revoke
from assembly_ui.apps.catalogue import AppView, read_app
from assembly_ui.apps.ended import read_ended
from assembly_ui.apps.errors import AppsError, AppUnknown
from assembly_ui.apps.links import Links
from assembly_ui.connector.overview import read_badge
from assembly_ui.connector.status import Status
from assembly_ui.mail.render import uk_time
from assembly_ui.pubsub.topics import Topic, school_topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import NotAllowed, OwnerUnverified
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.sync.requests import PURGE_AFTER
from assembly_ui.sync.status import read_status
from assembly_ui.web import access
from assembly_ui.web.apps_view import (
    NOBODY,
    NOTHING,
    AppShown,
    HeldShown,
    app_shown,
    change_words,
    held_shown,
    optional_shown,
    required_shown,
)
from assembly_ui.web.apps_words import list_of, not_connected_words, words_for
from assembly_ui.web.figures import is_syncing, known_figures
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.query import asked
from assembly_ui.web.school_words import UNVERIFIED
from assembly_ui.web.scopes_view import ScopeShown, titles
from assembly_ui.web.still_here import still_member

FORM, REVOKE_FORM = "optional-scopes", "revoke"

ONLY_ADMINS = "An admin or the owner of your school can authorise apps. As a viewer you can look."
NO_INSTALL = "This app is authorised from its own pages: log in there, and it asks for access."
PURGE_WORDS = (
    f"what it kept for this app alone, after {PURGE_AFTER.days} days. Until then you can "
    "authorise it again without reading everything anew."
)


class AppState(Live, rx.State):
    """Screen values of the page. They change by themselves."""

    loaded: bool = False
    is_unknown: bool = False
    app: AppShown = NOBODY
    held: HeldShown = NOTHING
    held_titles: str = ""
    required: list[ScopeShown] = []
    optional: list[ScopeShown] = []
    may_act: bool = False
    why_not: str = ""
    revoked_at: str = ""
    deletion_asked: str = ""
    purge_words: str = PURGE_WORDS
    purge_on: str = ""
    step: str = ""
    adding: list[str] = []
    removing: list[str] = []
    busy: bool = False
    _slug: str = ""
    _school_id: int = 0
    _app_id: int = 0
    _ended_id: int = 0
    _ticked: list[str] = []

    @access.member
    async def load(self, me: Caller):
        """Show the app of the address and keep showing it."""
        self.reset()
        self._slug, self._school_id = asked(self, "name"), me.school_id or 0
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        tabs.watch(self, me, sync_topic(me.school_id))
        await self._read_all(me)

    @access.admin
    async def prepare(self, me: Caller, form: dict):
        """Say what would change, before it does."""
        view = await self._view(me)
        if view is None or view.authorisation is None:
            return
        offered, held = set(view.authorisation.offered_scopes), view.authorisation
        self._ticked = sorted(offered & set(" ".join(form.values()).split()))
        self.adding, self.removing = change_words(held, self._ticked)
        if self.adding or self.removing:
            self.step = "change"
        else:
            await notify(self, "Nothing would change: these are shared already.", "info")

    @access.admin
    async def change(self, me: Caller):
        """Share what was ticked, and nothing else of the optional ones."""
        self.busy = True
        yield
        try:
            await change_optional(
                get_services().database, app_id=self._app_id, optional=self._ticked, **self._by(me)
            )
            await notify(self, f"What {self.app['name']} may read is changed, at once.")
        except (AppsError, NotAllowed) as error:
            await self._explain(error)
        finally:
            self.busy, self.step = False, ""
            await self._read_all(me)

    @access.admin
    async def ask_to_revoke(self, me: Caller):
        """Say what revoking means, before it is done."""
        self.step = "revoke"

    @access.admin
    async def revoke(self, me: Caller, form: dict):
        """Take the app's access back; it works at once."""
        services, name = get_services(), self.app["name"]
        self.busy = True
        yield
        try:
            ended = await revoke(services.database, app_id=self._app_id, **self._by(me))
            words = f"The access of {name} is revoked. It cannot read anything any more."
            if form.get("delete"):
                await ask_for_deletion(services.database, authorisation_id=ended, **self._by(me))
                words += " We have asked it to delete what it holds."
            await notify(self, words)
        except (AppsError, NotAllowed) as error:
            await self._explain(error)
        finally:
            self.busy, self.step = False, ""
            await self._read_all(me)

    @access.admin
    async def ask_for_deletion(self, me: Caller):
        """Ask the app to delete what it still holds."""
        try:
            await ask_for_deletion(
                get_services().database, authorisation_id=self._ended_id, **self._by(me)
            )
            await notify(
                self, f"We have asked {self.app['name']} by email to delete what it holds."
            )
        except (AppsError, NotAllowed) as error:
            await self._explain(error)
        await self._read_all(me)

    @access.public
    async def close(self):
        """Leave it as it is."""
        self.step = ""

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> bool:
        # Every tab shows an app of its own; its figures wait for the end of a sync.
        return await is_syncing(topic)

    async def _show(self, seen: bool) -> None:
        if seen:
            return
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._read_all(me)

    async def _view(self, me: Caller) -> AppView | None:
        assert me.school_id is not None
        try:
            return await read_app(get_services().database, slug=self._slug, school_id=me.school_id)
        except AppUnknown:
            return None

    async def _read_all(self, me: Caller) -> None:
        assert me.school_id is not None
        view = await self._view(me)
        if view is None:
            self._put(is_unknown=True, loaded=True)
            return
        self._app_id = view.id
        counts = await known_figures(me.school_id)
        held = view.authorisation
        self._put(
            app=app_shown(view),
            held=held_shown(held),
            held_titles=list_of(titles(held.scopes)) if held else "",
            required=required_shown(view, counts),
            optional=optional_shown(view, counts),
            may_act=me.may_act_as(Role.ADMIN),
            why_not="" if held else await _why_not(view, me),
            is_unknown=False,
            loaded=True,
        )
        await self._read_ended(view, me)

    async def _read_ended(self, view: AppView, me: Caller) -> None:
        assert me.school_id is not None
        ended = None
        if view.authorisation is None:
            ended = await read_ended(
                get_services().database, school_id=me.school_id, app_id=view.id
            )
        self._ended_id = ended.authorisation_id if ended else 0
        asked_at = ended.deletion_asked_at if ended else None
        status = await read_status(get_services().database, school_id=me.school_id)
        self._put(
            purge_on=uk_time(status.purge_at.isoformat()) if ended and status.purge_at else "",
            revoked_at=ended.revoked_at.isoformat() if ended else "",
            deletion_asked=asked_at.isoformat() if asked_at else "",
        )

    def _by(self, me: Caller) -> dict[str, Any]:
        services = get_services()
        return {
            "school_id": me.school_id,
            "by_user_id": me.user_id,
            "now": services.clock(),
            "links": Links(services.settings.address, services.settings.help_email),
        }

    async def _explain(self, error: AppsError | NotAllowed) -> None:
        if isinstance(error, AppsError):
            words = words_for(error)
        else:
            words = UNVERIFIED if isinstance(error, OwnerUnverified) else ONLY_ADMINS
        await notify(self, words, "warning")


async def _why_not(view: AppView, me: Caller) -> str:
    """Why Authorise Now cannot be pressed; empty when it can."""
    services = get_services()
    assert me.school_id is not None
    if not me.may_act_as(Role.ADMIN):
        return ONLY_ADMINS
    badge = await read_badge(services.database, school_id=me.school_id, now=services.clock())
    if badge is None or not badge.works:
        return not_connected_words(badge or Status.AWAITING_INVITATION)
    return "" if app_shown(view)["install"] else NO_INSTALL
