"""A person's schools: switch between them, or set up another."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.membership import MySchool, list_my_schools, switch_school
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import badge, button, card, link_button, muted, p, row, stack
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.school_words import ROLE_NAMES, words_for
from assembly_ui.web.signed_in import SignedInState, signed_in_as

OPENS = "/school-details"
"""The page of a school that is chosen here."""


class Line(TypedDict):
    """A school in the list."""

    id: int
    name: str
    place: str
    role: str
    current: bool


class SchoolsState(rx.State):
    """Screen values of the list."""

    loaded: bool = False
    lines: list[Line] = []

    @access.signed_in
    async def load(self, me: Caller):
        """List the person's schools."""
        await page_changed(self)
        await self._read(me)

    @access.signed_in
    async def switch(self, me: Caller, school_id: int):
        """Look at another school from now on."""
        services = get_services()
        try:
            await switch_school(
                services.database,
                session_id=me.session_id,
                user_id=me.user_id,
                school_id=school_id,
            )
        except NotAllowed as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
            await self._read(me)
            return None
        return rx.redirect(OPENS)

    async def _read(self, me: Caller) -> None:
        mine = await list_my_schools(get_services().database, user_id=me.user_id)
        self.lines = [_line(school, me.school_id) for school in mine]
        self.loaded = True


def _line(school: MySchool, current: int | None) -> Line:
    return Line(
        id=school.id,
        name=school.name,
        place=", ".join(filter(None, (school.town, school.postcode))),
        role=ROLE_NAMES[school.role],
        current=school.id == current,
    )


def _school(item: rx.Var[Line]) -> rx.Component:
    here = row(
        badge("Showing now", "success"),
        link_button(
            "Go to the school",
            href=OPENS,
            kind="secondary",
            aria_label="Go to " + item["name"].to(str),
        ),
    )
    there = button(
        "Switch",
        kind="secondary",
        on_click=SchoolsState.switch(item["id"]),
        aria_label="Switch to " + item["name"].to(str),
    )
    return rx.el.li(
        rx.el.span(
            rx.el.strong(item["name"]),
            muted(item["place"]),
            class_name="listed-words",
        ),
        rx.el.span(item["role"], class_name="muted"),
        rx.cond(item["current"], here, there),
        key=item["id"],
        class_name="listed",
    )


def _list() -> rx.Component:
    none = p("You do not belong to a school yet.")
    some = rx.el.ul(rx.foreach(SchoolsState.lines, _school), class_name="list")
    return rx.cond(SchoolsState.lines.length() > 0, some, none)


def schools() -> rx.Component:
    """The page."""
    return public_page(
        card(
            rx.cond(SchoolsState.loaded, _list(), p("Loading your schools …")),
            row(link_button("Set up another school", href="/school-setup", kind="secondary")),
            aria_label="Your schools",
        ),
        stack(signed_in_as()),
        heading="Your schools",
        intro="Every page of the Admin View shows one of them. Switching concerns this browser "
        "only.",
    )


PAGE = Page(
    route="/schools",
    title="Your schools",
    description="Switch between your schools, or set up another.",
    content=schools,
    on_load=[SignedInState.look, SchoolsState.load],
)
