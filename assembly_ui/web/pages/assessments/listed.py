"""What the school assesses, each with the assessment, facet and subject it is."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.sync.assessments import Order, list_aspects
from assembly_ui.sync.listed import Show
from assembly_ui.sync.results import count_results
from assembly_ui.sync.standing import Stand
from assembly_ui.web import access
from assembly_ui.web.components import (
    button,
    card,
    field,
    link,
    muted,
    p,
    row,
    select_field,
    small,
    table,
    table_row,
)
from assembly_ui.web.components.mapping import mapping_state, only_admins
from assembly_ui.web.components.pager import pager
from assembly_ui.web.data_list import DataList, data_list
from assembly_ui.web.data_view import (
    ASPECT_ORDERS,
    SHOW_CHOICES,
    AspectLine,
    aspect_line,
    show_of,
    sum_words,
)
from assembly_ui.web.pages.assessments.mapping import AssessmentMappingState


class AssessmentsState(DataList, rx.State):
    """Screen values of the list. They change by themselves."""

    KIND: ClassVar[str] = "assessment"

    may_act: bool = False
    lines: list[AspectLine] = []
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
        database = get_services().database
        found = await list_aspects(
            database,
            school_id=me.school_id,
            page=self.page,
            order=Order(self.order),
            show=Show(self.shown),
            text=self.containing,
        )
        counted = await count_results(database, school_id=me.school_id)
        self._put(
            lines=[aspect_line(view, counted.get(view.key, 0)) for view in found.page.rows],
            summary=sum_words(found.total, found.unmapped, found.suggested),
            page=found.page.number,
            pages=found.page.pages,
            total=found.page.total,
            may_act=me.may_act_as(Role.ADMIN),
        )


def aspects_listed() -> rx.Component:
    """The section."""
    s = AssessmentsState
    listed = card(
        p(
            "Apps know assessments by Assembly's names and grades, which are the same at every "
            "school. We suggest what each column of your markbooks is; change what is not right. "
            "Results of what is not mapped are neither read nor shared."
        ),
        _filters(),
        row(small(s.summary), link("All results", href="/results"), spread=True),
        rx.cond(s.lines.length() > 0, _table(), p("No assessment is like that.")),
        pager("assessments", number=s.page, pages=s.pages, on_go=s.turn_to),
        only_admins(s.may_act, "change what assessments are mapped to"),
    )
    return rx.fragment(
        data_list(
            listed, standing=s.standing, failed=s.failed, what="your assessments", on_retry=s.again
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _filters() -> rx.Component:
    s = AssessmentsState
    return rx.el.div(
        field(
            "containing",
            "Find an assessment",
            type="search",
            auto_complete="off",
            on_change=s.search.debounce(150),
        ),
        select_field(
            "shown", "Show", SHOW_CHOICES, placeholder="", value=s.shown, on_change=s.narrow
        ),
        select_field(
            "order", "Sort by", ASPECT_ORDERS, placeholder="", value=s.order, on_change=s.sort
        ),
        class_name="filters",
    )


def _table() -> rx.Component:
    return table(
        "Assessments in your MIS",
        ["In your MIS", "Assembly assessment", "Results", "Mapping", "Actions"],
        rx.foreach(AssessmentsState.lines, _row),
    )


def _row(item: rx.Var[AspectLine]) -> rx.Component:
    change = button(
        "Change",
        kind="secondary",
        on_click=AssessmentMappingState.open(item["key"]),
        aria_label="Change what " + item["name"].to(str) + " is mapped to",
    )
    meaning = rx.fragment(
        rx.el.span("is ", class_name="cell-word"),
        rx.cond(
            item["assessment"],
            rx.fragment(item["assessment"], rx.el.div(muted(item["details"]))),
            muted("nothing yet"),
        ),
    )
    results = link(
        item["results"],
        href=item["href"],
        aria_label=item["results"].to(str) + " results of " + item["name"].to(str),
    )
    return table_row(
        rx.fragment(
            rx.el.strong(item["name"]),
            rx.cond(item["scale"], rx.el.div(muted(item["scale"])), rx.fragment()),
        ),
        meaning,
        rx.el.span(
            rx.cond(item["href"], results, muted(item["results"])),
            rx.el.span(" results", class_name="cell-word"),
        ),
        mapping_state(item["mapped"]),
        rx.cond(AssessmentsState.may_act, change, rx.fragment()),
        key=item["key"],
    )
