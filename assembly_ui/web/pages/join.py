"""Ask to join a school that belongs to someone already."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.pubsub.topics import Topic, user_topic
from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.join import TakenSchool, ask_to_join, find_taken, waiting_since
from assembly_ui.schools.membership import list_my_schools, switch_school
from assembly_ui.schools.ownership_disputes import dispute_ownership, disputed_since
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    alert,
    button,
    card,
    details,
    facts,
    link,
    link_button,
    p,
    row,
)
from assembly_ui.web.layout import public_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.query import asked
from assembly_ui.web.school_words import words_for
from assembly_ui.web.signed_in import SignedInState, signed_in_as


class JoinState(Live, rx.State):
    """Screen values of the page. They change by themselves."""

    name: str = ""
    place: str = ""
    asked_at: str = ""
    disputed_at: str = ""
    joined: bool = False
    problem: str = ""
    choices: list[dict[str, str]] = []
    busy: bool = False
    _school_id: int = 0
    _user_id: int = 0

    @access.signed_in
    async def load(self, me: Caller):
        """Show the school that the address names, and how far the request is."""
        await page_changed(self)
        self.reset()
        tabs.unwatch(self)
        services = get_services()
        try:
            await services.throttles.hit(
                Deed.JOIN_LOOK, caller=access.client_ip(self), account=me.user_id
            )
            school = await find_taken(services.database, number=asked(self, "school"))
        except errors.NumberShared as shared:
            self.choices = [
                {"name": one.name, "place": one.place, "href": f"/join?school={quote(one.number)}"}
                for one in shared.choices
            ]
            return
        except (errors.SchoolNotSetUp, Throttled) as error:
            self.problem = words_for(error, now=get_services().clock())
            return
        self._put(school, me)
        tabs.watch(self, me, user_topic(me.user_id))
        await self._show(None)

    @access.signed_in
    async def ask(self, me: Caller):
        """Ask the owner."""
        self.busy = True
        yield
        try:
            await self._ask(me)
        except (errors.SchoolsError, Throttled) as error:
            await notify(self, words_for(error, now=get_services().clock()), "warning")
        finally:
            self.busy = False
        await self._show(None)

    @access.signed_in
    async def dispute(self, me: Caller):
        """Tell the operators that the school belongs to the wrong person."""
        services = get_services()
        try:
            await services.throttles.hit(
                Deed.DISPUTE, caller=access.client_ip(self), account=me.user_id
            )
            await dispute_ownership(
                services.database,
                user_id=me.user_id,
                number=asked(self, "school"),
                help_email=services.settings.help_email,
                now=services.clock(),
            )
        except (errors.SchoolsError, Throttled) as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
        await self._show(None)

    @access.signed_in
    async def enter(self, me: Caller):
        """Go to the school the person belongs to by now."""
        services = get_services()
        try:
            await switch_school(
                services.database,
                session_id=me.session_id,
                user_id=me.user_id,
                school_id=self._school_id,
            )
        except errors.NotAllowed:
            await self._show(None)
            return None
        return rx.redirect("/school-details")

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    async def _ask(self, me: Caller) -> None:
        services = get_services()
        await services.throttles.hit(Deed.JOIN, caller=access.client_ip(self), account=me.user_id)
        done = await ask_to_join(
            services.database,
            user_id=me.user_id,
            number=asked(self, "school"),
            address=services.settings.address,
            now=services.clock(),
        )
        if done.is_new:
            await notify(self, f"We have asked the owner of {done.school_name} by email.")

    def _put(self, school: TakenSchool, me: Caller) -> None:
        self.name = school.name
        self.place = ", ".join(filter(None, (school.town, school.postcode)))
        self._school_id, self._user_id = school.id, me.user_id

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab asks about a school of its own.
        return None

    async def _show(self, seen: None) -> None:
        database = get_services().database
        mine = await list_my_schools(database, user_id=self._user_id)
        since = await waiting_since(database, user_id=self._user_id, school_id=self._school_id)
        self.joined = any(school.id == self._school_id for school in mine)
        self.asked_at = since.isoformat() if since else ""
        told = await disputed_since(database, user_id=self._user_id, school_id=self._school_id)
        self.disputed_at = told.isoformat() if told else ""

    async def _revoke(self) -> None:
        self.reset()
        self.problem = (
            "You are not logged in any more. Nothing was lost: log in again to see how your "
            "request stands."
        )


def _question() -> rx.Component:
    s = JoinState
    return card(
        p(
            "Somebody has set this school up on Assembly already. Its owner decides who else may "
            "see it."
        ),
        facts(("School", s.name), ("Place", s.place)),
        rx.el.div(_answer(), role="status", class_name="stack"),
        rx.cond(s.joined, rx.fragment(), _dispute()),
        title="This school has an owner",
    )


def _answer() -> rx.Component:
    s = JoinState
    joined = alert(
        p("You belong to this school now."),
        row(button("Go to the school", on_click=s.enter)),
        tone="success",
    )
    waiting = alert(
        p("You asked ", ago(s.asked_at), ". The owner has been emailed and has yet to answer."),
        p("We email you as soon as they do, and this page changes by itself."),
    )
    question = rx.fragment(
        p("If you work there, ask to join. We email the owner your name and your address."),
        row(
            button("Ask to join", on_click=s.ask, busy=s.busy, wide=True),
            link_button("Choose another school", href="/school-setup", kind="secondary"),
        ),
    )
    return rx.cond(s.joined, joined, rx.cond(s.asked_at, waiting, question))


def _dispute() -> rx.Component:
    s = JoinState
    told = p(
        "You told us ",
        ago(s.disputed_at),
        " that this school belongs to the wrong person. We check it with the school and email you.",
        role="status",
    )
    offer = details(
        "You run this school, and somebody else has set it up",
        p(
            "Tell us, and we check with the school whose it is. The owner is not told who you "
            "are, and you are not told who they are. Nothing changes until we have decided."
        ),
        row(button("Ask us to check", kind="secondary", on_click=s.dispute)),
    )
    return rx.cond(s.disputed_at, told, offer)


def _choice() -> rx.Component:
    def offer(school: rx.Var[dict[str, str]]) -> rx.Component:
        return rx.el.li(link(school["name"], href=school["href"]), ", ", school["place"])

    return card(
        p("Several schools share this DfE number, so it does not say which one you mean."),
        rx.el.ul(rx.foreach(JoinState.choices, offer)),
        p("Is yours not among them? Nobody has set it up: search for it by name."),
        row(link_button("Go to School Setup", href="/school-setup", kind="secondary")),
        title="Which school do you mean?",
    )


def _problem() -> rx.Component:
    return card(
        p(JoinState.problem, role="status"),
        row(link_button("Go to School Setup", href="/school-setup")),
    )


def join() -> rx.Component:
    """The page."""
    s = JoinState
    return public_page(
        rx.cond(
            s.problem,
            _problem(),
            rx.cond(s.choices, _choice(), rx.cond(s.name, _question(), p("Loading …"))),
        ),
        p(
            "Do you not know who the owner is? Write to ",
            link("help@assembly.education", href="mailto:help@assembly.education"),
            ".",
        ),
        signed_in_as(),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Ask to join your school",
    )


PAGE = Page(
    route="/join",
    title="Ask to join your school",
    description="Ask the owner of a school on Assembly to let you in.",
    content=join,
    on_load=[SignedInState.look, JoinState.load],
)
