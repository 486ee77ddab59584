"""Assessment Points: the times at which students are assessed, in their order."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.sync.points import Order, list_points
from assembly_ui.sync.standing import Stand
from assembly_ui.web import access
from assembly_ui.web.components import card, field, p, select_field, small, table, table_row
from assembly_ui.web.components.pager import pager
from assembly_ui.web.data_list import DataList, data_list
from assembly_ui.web.data_view import (
    POINT_ORDERS,
    TYPE_CHOICES,
    YEAR_CHOICES,
    PointLine,
    point_line,
)
from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar


class PointsState(DataList, rx.State):
    """Screen values of the list. They change by themselves."""

    KIND: ClassVar[str] = "assessment_point"

    lines: list[PointLine] = []
    order: str = Order.RANK.value
    type_: str = ""
    year: str = ""
    containing: str = ""

    @access.member
    async def load(self, me: Caller):
        """Show the list and keep showing it."""
        await self._begin(me)

    @access.member
    async def sort(self, me: Caller, order: str):
        """Sort otherwise."""
        self.order = Order(order).value if order in list(Order) else Order.RANK.value
        self.page = 1
        await self._refresh(me)

    @access.member
    async def of_type(self, me: Caller, type_: str):
        """Show those of one type."""
        self.type_, self.page = type_ if type_ in dict(TYPE_CHOICES) else "", 1
        await self._refresh(me)

    @access.member
    async def of_year(self, me: Caller, year: str):
        """Show those of one year group."""
        self.year, self.page = year if year in dict(YEAR_CHOICES) else "", 1
        await self._refresh(me)

    @access.member(supersedes=True)
    async def search(self, me: Caller, text: str):
        """Show those that contain a text."""
        self.containing, self.page = text.strip(), 1
        await self._refresh(me)

    async def _list(self, me: Caller, stand: Stand) -> None:
        found = await list_points(
            get_services().database,
            school_id=me.school_id,
            page=self.page,
            order=Order(self.order),
            type_=self.type_,
            year_code=self.year,
            text=self.containing,
        )
        self._put(
            lines=[point_line(view) for view in found.rows],
            page=found.number,
            pages=found.pages,
            total=found.total,
        )


def assessment_points() -> rx.Component:
    """The page."""
    s = PointsState
    listed = card(
        p(
            "Every result is given to the point in time it belongs to, by its date and the year "
            "group of the student. The rank puts points in order and is the same at every school."
        ),
        _filters(),
        small(s.total, " in all"),
        rx.cond(s.lines.length() > 0, _table(), p("No assessment point is like that.")),
        pager("assessment points", number=s.page, pages=s.pages, on_go=s.turn_to),
    )
    return admin_page(
        sync_bar(),
        data_list(
            listed,
            standing=s.standing,
            failed=s.failed,
            what="your assessment points",
            on_retry=s.again,
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Assessment Points",
        current="Assessment Points",
    )


def _filters() -> rx.Component:
    s = PointsState
    return rx.el.div(
        field(
            "containing",
            "Find a point",
            type="search",
            auto_complete="off",
            on_change=s.search.debounce(150),
        ),
        select_field(
            "type", "Type", TYPE_CHOICES, placeholder="All", value=s.type_, on_change=s.of_type
        ),
        select_field(
            "year", "Year", YEAR_CHOICES, placeholder="All", value=s.year, on_change=s.of_year
        ),
        select_field(
            "order", "Sort by", POINT_ORDERS, placeholder="", value=s.order, on_change=s.sort
        ),
        class_name="filters",
    )


def _table() -> rx.Component:
    return table(
        "Assessment points",
        ["Name", "Rank", "Type", "Year"],
        rx.foreach(PointsState.lines, _row),
    )


def _row(item: rx.Var[PointLine]) -> rx.Component:
    return table_row(
        rx.el.strong(item["name"]),
        rx.fragment(rx.el.span("rank ", class_name="cell-word"), item["rank"]),
        item["type"],
        item["year"],
        key=item["rank"],
    )


PAGE = Page(
    route=ADMIN_PAGES["Assessment Points"],
    title="Assessment Points",
    description="When pupils are assessed: rank, name, type and year.",
    content=assessment_points,
    on_load=[ShellState.enter, SyncState.load, PointsState.load],
)
