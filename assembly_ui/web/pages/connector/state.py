"""What the connector page holds, and what its buttons do."""

from __future__ import annotations

from datetime import timedelta

import reflex as rx

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.apps.catalogue import authorised_names
from assembly_ui.connector import errors
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.health import SERVICE_TOPIC, read_service
from assembly_ui.connector.onlookers import mark_watched
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.tester import latest_test
from assembly_ui.connector.timeline import newest
from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.sync.status import read_status
from assembly_ui.web import access, account_words
from assembly_ui.web.connector_notes import Note, ServiceView, service_view
from assembly_ui.web.connector_problems import (
    INVITATION_UNCONFIRMED,
    SERVICE_DOWN,
    invite_failed_words,
    number_held_words,
)
from assembly_ui.web.connector_view import Line, Row, TestLayer, View, view_of
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify


class ConnectorState(Live, rx.State):
    """Screen values of the connector page. They change by themselves."""

    loaded: bool = False
    title: str = "iSAMS XoD Connector"
    status: str = ""
    badge: str = ""
    tone: str = "info"
    sentence: str = ""
    next_step: str = ""
    who: str = ""
    works: bool = False
    sharing: bool = False
    since: str = ""
    checked: str = ""
    checking: bool = False
    owner: str = ""
    service_since: str = ""
    shared_number: str = ""
    join_href: str = ""
    notes: list[Note] = []
    rows: list[Row] = []
    lines: list[Line] = []
    layers: list[TestLayer] = []
    test_state: str = ""
    tested: str = ""
    bundle: str = ""
    granting: bool = False
    again_at: str = ""
    unavailable: str = ""
    may_act: bool = False

    @access.member
    async def load(self, me: Caller):
        """Show the connection and keep showing it."""
        services, topic = get_services(), school_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, me, topic)
        tabs.watch(self, me, SERVICE_TOPIC)
        await mark_watched(
            services.database, school_ids={me.school_id}, now=services.clock(), pace=services.pace
        )
        self.may_act = me.may_act_as(Role.ADMIN)
        self.granting = False
        await self._show(await self._read(topic))

    @access.admin
    async def grant_access(self, me: Caller):
        """Have Xporter on Demand email the invitation."""
        services = get_services()
        self.granting, self.again_at = True, ""
        yield
        try:
            await services.throttles.hit(
                Deed.GRANT, caller=access.client_ip(self), account=me.user_id
            )
            email = await grant_access(
                services.database,
                services.xporter,
                school_id=me.school_id,
                by_user_id=me.user_id,
                clock=services.clock,
                cooldown=timedelta(seconds=services.settings.grant_cooldown_seconds),
            )
            await notify(self, f"Xporter on Demand is sending the invitation to {email}.")
        except errors.ConnectorError as error:
            if isinstance(error, _LATER):
                self.again_at = error.retry_at.isoformat()
            await notify(self, _why_not(error), "warning")
        except Throttled as error:
            self.again_at = error.retry_at.isoformat()
            await notify(self, account_words.words_for(error, now=services.clock()), "warning")
        finally:
            self.granting = False

    @access.admin
    async def test_connection(self, me: Caller):
        """Run the layers of Test Connection; results arrive one by one."""
        wanted = tabs.watching(self, school_topic(me.school_id))
        await get_services().tester.start(
            school_id=me.school_id, by_user_id=me.user_id, wanted=wanted
        )

    @access.public
    async def leave(self):
        """The page was left: stop showing it, and end a test nobody awaits."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> View | ServiceView:
        services = get_services()
        if topic == SERVICE_TOPIC:
            return service_view(await read_service(services.database))
        school_id = int(topic.partition(":")[2])
        overview = await read_overview(services.database, school_id=school_id, now=services.clock())
        entries = await newest(services.database, school_id=school_id)
        test = await latest_test(services.database, school_id=school_id)
        apps = await authorised_names(services.database, school_id=school_id)
        status = await read_status(services.database, school_id=school_id)
        return view_of(overview, entries, test, apps, is_held=status.held)

    async def _show(self, seen: View | ServiceView) -> None:
        self._put(**seen, loaded=True)


_LATER = (errors.InvitedJustNow, errors.InviteUnderWay, errors.InvitationUnconfirmed)
"""After these the button can be pressed again at a known moment."""


def _why_not(error: errors.ConnectorError) -> str:
    match error:
        case errors.InvitedJustNow():
            return "An invitation was sent a moment ago. Check the mailbox first."
        case errors.InviteUnderWay():
            return (
                "The invitation is being sent already. Within a minute this page says what came "
                "of it."
            )
        case errors.InvitationUnconfirmed():
            return INVITATION_UNCONFIRMED
        case errors.ServiceHasProblems():
            return SERVICE_DOWN
        case errors.NumberHeld():
            return number_held_words(error)
        case errors.InviteFailed(kind=kind, detail=said):
            return invite_failed_words(kind, said)
        case errors.NoDfeNumber():
            return (
                "Xporter on Demand knows schools by their 7-digit DfE number, and we have none "
                "for yours. Tell help@assembly.education the number, and we add it."
            )
        case errors.NotViaXporter():
            return (
                "Your school's MIS is not connected through Xporter on Demand. Change the MIS "
                "provider in School Details if that is wrong."
            )
        case _:
            return "Only an admin or the owner of your school can grant access."
