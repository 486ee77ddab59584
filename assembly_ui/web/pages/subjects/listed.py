"""The subjects of the MIS, each with the Assembly subject it is."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.sync.listed import Show
from assembly_ui.sync.standing import Stand
from assembly_ui.sync.subjects import Order, list_subjects
from assembly_ui.web import access
from assembly_ui.web.components import (
    button,
    card,
    field,
    muted,
    p,
    select_field,
    small,
    table,
    table_row,
)
from assembly_ui.web.components.mapping import mapping_state, only_admins
from assembly_ui.web.components.pager import pager
from assembly_ui.web.data_list import DataList, data_list
from assembly_ui.web.data_view import (
    SHOW_CHOICES,
    SUBJECT_ORDERS,
    SubjectLine,
    show_of,
    subject_line,
    sum_words,
)
from assembly_ui.web.pages.subjects.mapping import SubjectMappingState


class SubjectsState(DataList, rx.State):
    """Screen values of the list. They change by themselves."""

    KIND: ClassVar[str] = "mis_subject"

    may_act: bool = False
    lines: list[SubjectLine] = []
    summary: str = ""
    order: str = Order.NAME.value
    shown: str = Show.ALL.value
    containing: str = ""

    @access.member
    async def load(self, me: Caller):
        """Show the list and keep showing it."""
        await self._begin(me)

    @access.member
    async def sort(self, me: Caller, order: str):
        """Sort otherwise."""
        self.order = Order(order).value if order in list(Order) else Order.NAME.value
        self.page = 1
        await self._refresh(me)

    @access.member
    async def narrow(self, me: Caller, shown: str):
        """Show only those mapped in some way."""
        self.shown, self.page = show_of(shown).value, 1
        await self._refresh(me)

    @access.member(supersedes=True)
    async def search(self, me: Caller, text: str):
        """Show those that contain a text."""
        self.containing, self.page = text.strip(), 1
        await self._refresh(me)

    async def _list(self, me: Caller, stand: Stand) -> None:
        found = await list_subjects(
            get_services().database,
            school_id=me.school_id,
            page=self.page,
            order=Order(self.order),
            show=Show(self.shown),
            text=self.containing,
        )
        self._put(
            lines=[subject_line(view) for view in found.page.rows],
            summary=sum_words(found.total, found.unmapped, found.suggested),
            page=found.page.number,
            pages=found.page.pages,
            total=found.page.total,
            may_act=me.may_act_as(Role.ADMIN),
        )


def subjects_listed() -> rx.Component:
    """The section."""
    s = SubjectsState
    listed = card(
        p(
            "Apps know subjects by Assembly's names, which are the same at every school. We "
            "suggest which one each of yours is; change what is not right. Classes of a subject "
            "that is not mapped are not shared."
        ),
        _filters(),
        small(s.summary),
        rx.cond(s.lines.length() > 0, _table(), p("No subject is like that.")),
        pager("subjects", number=s.page, pages=s.pages, on_go=s.turn_to),
        only_admins(s.may_act, "change what subjects are mapped to"),
    )
    return rx.fragment(
        data_list(
            listed, standing=s.standing, failed=s.failed, what="your subjects", on_retry=s.again
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _filters() -> rx.Component:
    s = SubjectsState
    return rx.el.div(
        field(
            "containing",
            "Find a subject",
            type="search",
            auto_complete="off",
            on_change=s.search.debounce(150),
        ),
        select_field(
            "shown", "Show", SHOW_CHOICES, placeholder="", value=s.shown, on_change=s.narrow
        ),
        select_field(
            "order", "Sort by", SUBJECT_ORDERS, placeholder="", value=s.order, on_change=s.sort
        ),
        class_name="filters",
    )


def _table() -> rx.Component:
    return table(
        "Subjects in your MIS",
        ["MIS subject", "Assembly subject", "Mapping", "Actions"],
        rx.foreach(SubjectsState.lines, _row),
    )


def _row(item: rx.Var[SubjectLine]) -> rx.Component:
    change = button(
        "Change",
        kind="secondary",
        on_click=SubjectMappingState.open(item["key"]),
        aria_label="Change what " + item["name"].to(str) + " is mapped to",
    )
    return table_row(
        rx.fragment(
            rx.el.strong(item["name"]),
            rx.cond(item["code"], rx.el.div(muted(item["code"])), rx.fragment()),
        ),
        rx.el.span(
            rx.el.span("is ", class_name="cell-word"),
            rx.cond(item["subject"], item["subject"], muted("nothing yet")),
        ),
        mapping_state(item["mapped"]),
        rx.cond(SubjectsState.may_act, change, rx.fragment()),
        key=item["key"],
    )
