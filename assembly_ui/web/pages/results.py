"""Results: what apps may read of them, a page of thirty thousand at a time."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.sync.in_force import read_aspects
from assembly_ui.sync.listed import by_name
from assembly_ui.sync.results import count_results, list_results
from assembly_ui.sync.standing import Stand
from assembly_ui.web import access
from assembly_ui.web.components import (
    card,
    link,
    muted,
    p,
    row,
    select_field,
    small,
    table,
    table_row,
)
from assembly_ui.web.components.pager import pager
from assembly_ui.web.data_list import DataList, data_list
from assembly_ui.web.data_view import ResultLine, result_line
from assembly_ui.web.layout import admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.query import asked
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar

LONGEST_KEY = 200


class ResultsState(DataList, rx.State):
    """Screen values of the list. They change by themselves."""

    KIND: ClassVar[str] = "result"

    lines: list[ResultLine] = []
    count: str = "0"
    aspect: str = ""
    aspects: list[dict[str, str]] = []

    @access.member
    async def load(self, me: Caller):
        """Show the list, of the aspect in the address if there is one, and keep showing it."""
        await self._begin(me, aspect=asked(self, "aspect")[:LONGEST_KEY])

    @access.member
    async def of_aspect(self, me: Caller, key: str):
        """Show the results of one aspect, or all."""
        self.aspect, self.page = key[:LONGEST_KEY], 1
        await self._refresh(me)

    async def _list(self, me: Caller, stand: Stand) -> None:
        database = get_services().database
        found = await list_results(
            database,
            school_id=me.school_id,
            scopes=stand.scopes,
            page=self.page,
            aspect=self.aspect,
        )
        if stand.mark != self._mark:
            self._put(aspects=await _aspects(me))
        self._put(
            lines=[result_line(view) for view in found.rows],
            count=f"{found.total:,}",
            page=found.number,
            pages=found.pages,
            total=found.total,
        )


async def _aspects(me: Caller) -> list[dict[str, str]]:
    """What there are results of, by name."""
    database = get_services().database
    counted = await count_results(database, school_id=me.school_id)
    found = [one for one in await read_aspects(database, me.school_id) if one.key in counted]
    names = sorted((by_name(one.name), one.name or one.key, one.key) for one in found)
    return [{"value": key, "words": name} for _, name, key in names]


def results() -> rx.Component:
    """The page."""
    s = ResultsState
    listed = card(
        p("Results of what is mapped, as apps read them."),
        rx.el.div(
            select_field(
                "aspect",
                "Assessment in your MIS",
                s.aspects,
                placeholder="All",
                value=s.aspect,
                on_change=s.of_aspect,
            ),
            class_name="filters",
        ),
        row(
            small(s.count, " in all, those that came last first"),
            link("Back to Assessments", href="/assessments"),
            spread=True,
        ),
        rx.cond(s.lines.length() > 0, _table(), p("There are none.")),
        pager("results", number=s.page, pages=s.pages, on_go=s.turn_to),
    )
    return admin_page(
        sync_bar(),
        data_list(
            listed, standing=s.standing, failed=s.failed, what="your results", on_retry=s.again
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Results",
        current="Assessments",
    )


def _table() -> rx.Component:
    return table(
        "Results",
        ["Student", "Subject", "Assessment", "Grade", "Point", "Date"],
        rx.foreach(ResultsState.lines, _row),
    )


def _row(item: rx.Var[ResultLine]) -> rx.Component:
    return table_row(
        rx.cond(item["student"], rx.el.strong(item["student"]), muted("Not shared")),
        rx.cond(item["subject"], item["subject"], muted("No subject")),
        rx.fragment(item["assessment"], rx.el.div(muted(item["facet"]))),
        rx.el.strong(item["grade"]),
        item["point"],
        item["date"],
        key=item["id"],
    )


PAGE = Page(
    route="/results",
    title="Results",
    description="Results of your assessments, as apps read them.",
    content=results,
    on_load=[ShellState.enter, SyncState.load, ResultsState.load],
)
