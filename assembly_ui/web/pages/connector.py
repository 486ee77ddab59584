"""The connector: one badge, one sentence, one next step, and who must act."""

from __future__ import annotations

from datetime import timedelta

import reflex as rx

from assembly_ui import settings
from assembly_ui.apps.catalogue import authorised_names
from assembly_ui.bootstrap import parts
from assembly_ui.connector import errors
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.health import SERVICE_TOPIC, read_service
from assembly_ui.connector.onlookers import mark_watched
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.tester import latest_test
from assembly_ui.connector.timeline import newest
from assembly_ui.pubsub import Topic, school_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    alert,
    badge,
    button,
    card,
    checks,
    code_block,
    copy_button,
    details,
    empty,
    facts,
    link,
    link_button,
    mark,
    p,
    row,
    small,
    stack,
    timeline,
)
from assembly_ui.web.components.countdown import countdown
from assembly_ui.web.connector_notes import Note, ServiceView, service_view
from assembly_ui.web.connector_problems import SERVICE_DOWN, invite_failed_words
from assembly_ui.web.connector_view import Line, Row, TestLayer, View, view_of
from assembly_ui.web.connector_words import SERVICE_PROBLEM, SERVICE_TITLE
from assembly_ui.web.layout import admin_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState

PORTAL = settings.load().xporter_portal


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
    sharing: bool = False
    since: str = ""
    checked: str = ""
    checking: bool = False
    owner: str = ""
    service_since: str = ""
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
        use, topic = parts(), school_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, topic)
        tabs.watch(self, SERVICE_TOPIC)
        await mark_watched(use.database, school_ids={me.school_id}, now=use.clock(), pace=use.pace)
        self.may_act = me.may_act_as(Role.ADMIN)
        self.granting = False
        await self._show(await self._read(topic))

    @access.admin
    async def grant_access(self, me: Caller):
        """Have Xporter on Demand email the invitation."""
        use = parts()
        self.granting, self.again_at = True, ""
        yield
        try:
            email = await grant_access(
                use.database,
                use.xporter,
                school_id=me.school_id,
                by_user_id=me.user_id,
                clock=use.clock,
                cooldown=timedelta(seconds=use.settings.grant_cooldown_seconds),
            )
            await notify(self, f"Xporter on Demand is sending the invitation to {email}.")
        except errors.ConnectorError as error:
            if isinstance(error, errors.InvitedJustNow):
                self.again_at = error.retry_at.isoformat()
            await notify(self, _why_not(error), "warning")
        finally:
            self.granting = False

    @access.admin
    async def test_connection(self, me: Caller):
        """Run the layers of Test Connection; results arrive one by one."""
        wanted = tabs.watching(self, school_topic(me.school_id))
        await parts().tester.start(school_id=me.school_id, by_user_id=me.user_id, wanted=wanted)

    @access.public
    async def leave(self):
        """The page was left: stop showing it, and end a test nobody awaits."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> View | ServiceView:
        use = parts()
        if topic == SERVICE_TOPIC:
            return service_view(await read_service(use.database))
        school_id = int(topic.partition(":")[2])
        overview = await read_overview(use.database, school_id=school_id, now=use.clock())
        entries = await newest(use.database, school_id=school_id)
        test = await latest_test(use.database, school_id=school_id)
        apps = await authorised_names(use.database, school_id=school_id)
        return view_of(overview, entries, test, apps)

    async def _show(self, seen: View | ServiceView) -> None:
        self._put(**seen, loaded=True)


def _why_not(error: errors.ConnectorError) -> str:
    match error:
        case errors.InvitedJustNow():
            return "An invitation was sent a moment ago. Check the mailbox first."
        case errors.InviteUnderWay():
            return "The invitation is being sent already. This page changes when it is."
        case errors.ServiceHasProblems():
            return SERVICE_DOWN
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


def _service() -> rx.Component:
    since = ConnectorState.service_since
    return alert(
        rx.el.p("Since ", ago(since), ". ", SERVICE_PROBLEM),
        tone="warning",
        title=SERVICE_TITLE,
        role="status",
        id="service-problem",
    )


def _note(item: rx.Var[Note]) -> rx.Component:
    return rx.el.li(
        alert(
            rx.el.p(item["before"], rx.cond(item["at"], ago(item["at"]), ""), item["after"]),
            tone="warning",
            title=item["title"],
        ),
        key=item["key"],
    )


def _notes() -> rx.Component:
    return rx.el.ul(
        rx.foreach(ConnectorState.notes, _note),
        class_name="notes",
        aria_label="Worth knowing",
    )


def _status() -> rx.Component:
    s = ConnectorState
    return card(
        row(badge(s.badge, s.tone, large=True), _since(), spread=True),
        rx.el.p(s.sentence, class_name="text", id="sentence"),
        rx.cond(s.rows.length() > 0, checks(rx.foreach(s.rows, _row)), rx.fragment()),
        facts(
            ("Next step", rx.cond(_is_ready(), _ready(), s.next_step)),
            ("Who", s.who),
            ("Last checked", _last_checked()),
        ),
        aria_label="Status of the connection",
    )


def _is_ready() -> rx.Var[bool]:
    return (ConnectorState.status == "connected") & ~ConnectorState.sharing


def _ready() -> rx.Component:
    return rx.el.span(
        "You're now ready to ",
        link("Authorise the SchoolBooking App", href="/app?name=schoolbooking"),
        "!",
    )


def _since() -> rx.Component:
    since = rx.el.span("Since ", ago(ConnectorState.since), class_name="muted small")
    return rx.cond(ConnectorState.since, since, rx.fragment())


def _last_checked() -> rx.Component:
    s = ConnectorState
    return rx.cond(
        s.checking,
        "Checking now",
        rx.cond(s.checked, ago(s.checked), "Not yet"),
    )


def _row(item: rx.Var[Row]) -> rx.Component:
    return rx.el.li(
        mark(item["mark"]),
        rx.el.span(item["name"], class_name="check-name"),
        rx.el.span(
            item["before"],
            rx.cond(item["at"], ago(item["at"]), rx.fragment()),
            item["after"],
            class_name="check-words",
        ),
        key=item["key"],
        class_name="check",
    )


def _grant() -> rx.Component:
    return stack(
        p(
            "In order to connect to your school's data, you first need to set up Xporter on "
            'Demand and grant access to Assembly. Clicking the "Grant Access" button below will '
            "send an email to the school owner (",
            rx.el.strong(ConnectorState.owner),
            ") to authorize our connection.",
        ),
        row(
            button(
                "Grant Access",
                on_click=ConnectorState.grant_access,
                busy=ConnectorState.granting,
                disabled=~ConnectorState.may_act,
                wide=True,
                id="grant-access",
            )
        ),
        rx.cond(
            ConnectorState.again_at,
            countdown("You can send another", ConnectorState.again_at, holds="grant-access"),
            rx.fragment(),
        ),
        _viewer_hint(),
    )


def _test() -> rx.Component:
    running = ConnectorState.test_state == "running"
    return stack(
        p(
            "Once you have granted Assembly access to your data and have the Xporter on Demand "
            'connector installed, click "Test Connection" button below to confirm that a '
            "connection to your data can be established."
        ),
        row(
            button(
                "Test Connection",
                on_click=ConnectorState.test_connection,
                kind="secondary",
                busy=running,
                disabled=~ConnectorState.may_act,
                wide=True,
            )
        ),
        rx.cond(ConnectorState.test_state != "", _results(), rx.fragment()),
    )


def _viewer_hint() -> rx.Component:
    return rx.cond(
        ConnectorState.may_act | ~ConnectorState.loaded,
        rx.fragment(),
        small("You can look at this page. An admin or the owner of your school can act on it."),
    )


def _results() -> rx.Component:
    s = ConnectorState
    outcome = rx.match(
        s.test_state,
        ("running", "Testing now"),
        ("cancelled", "The test was stopped before its end"),
        "Tested ",
    )
    return stack(
        rx.el.p(
            outcome,
            rx.cond(s.test_state == "finished", ago(s.tested), rx.fragment()),
            role="status",
            class_name="muted",
        ),
        checks(rx.foreach(s.layers, _layer)),
        details(
            "Support bundle",
            small("What help@assembly.education needs to see. It holds no secrets."),
            code_block(s.bundle, id="support-bundle"),
            row(copy_button("Copy the support bundle", "support-bundle")),
        ),
        gap="tight",
    )


def _layer(item: rx.Var[TestLayer]) -> rx.Component:
    return rx.el.li(
        mark(item["mark"]),
        rx.el.span(item["name"], class_name="check-name"),
        rx.el.span(
            item["words"],
            rx.cond(item["remedy"], rx.el.span(" ", item["remedy"]), rx.fragment()),
            class_name="check-words",
        ),
        rx.el.span(item["took"], class_name="check-took"),
        key=item["key"],
        class_name="check",
    )


def _help() -> rx.Component:
    return stack(
        p(
            "You can manage your data in Xporter on Demand through ",
            link("Groupcall School Portal", href=PORTAL),
            ". If you have any queries regarding Xporter on Demand contact ",
            link("support@groupcall.com", href="mailto:support@groupcall.com"),
            ". For anything else get in touch with ",
            link("help@assembly.education", href="mailto:help@assembly.education"),
            ".",
        ),
        p(
            "Please get in touch with ",
            link("help@assembly.education", href="mailto:help@assembly.education"),
            " if you have any problems.",
        ),
        gap="tight",
    )


def _history() -> rx.Component:
    return card(
        rx.cond(
            ConnectorState.lines.length() > 0,
            timeline(rx.foreach(ConnectorState.lines, _line)),
            p("Nothing has happened on this connection yet."),
        ),
        title="What happened",
    )


def _line(item: rx.Var[Line]) -> rx.Component:
    return rx.el.li(
        rx.el.span(ago(item["at"]), class_name="muted small"),
        rx.el.span(
            item["words"],
            rx.cond(
                item["by"], rx.el.span(" · by ", item["by"], class_name="muted"), rx.fragment()
            ),
        ),
        key=item["key"],
        class_name="timeline-item",
    )


def _unavailable() -> rx.Component:
    return empty(
        "Not available yet",
        p(ConnectorState.unavailable),
        link_button("Look at your MIS provider", href="/school-details"),
    )


def connector() -> rx.Component:
    """The page."""
    s = ConnectorState
    connection = rx.fragment(
        rx.cond(s.service_since, _service(), rx.fragment()),
        _status(),
        rx.cond(s.notes.length() > 0, _notes(), rx.fragment()),
        card(_grant(), _test(), _help(), aria_label="Actions"),
        _history(),
    )
    known = rx.cond(ConnectorState.unavailable, _unavailable(), connection)
    return admin_page(
        rx.cond(ConnectorState.loaded, known, p("Loading the connection …")),
        rx.el.span(on_unmount=ConnectorState.leave),
        heading=ConnectorState.title,
        current="Connector",
    )


PAGE = Page(
    route="/connector",
    title="Connector",
    description="The live state of your school's connection to Xporter on Demand.",
    content=connector,
    on_load=[ShellState.enter, ConnectorState.load],
)
