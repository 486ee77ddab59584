"""The MIS provider: changing it, waiting for it, and what the MIS itself says."""

from __future__ import annotations

import reflex as rx

from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.details import ask_for_news, change_mis
from assembly_ui.schools.mis import label_of
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    alert,
    badge,
    button,
    card,
    facts,
    mark,
    p,
    row,
    select_field,
    small,
    stack,
    table,
    table_row,
)
from assembly_ui.web.details_view import Said
from assembly_ui.web.focus import move_focus
from assembly_ui.web.notice import notify
from assembly_ui.web.pages.school_details.record import SchoolDetailsState
from assembly_ui.web.school_words import MIS_CHOICES, changing_words, words_for


class MisState(rx.State):
    """The MIS provider somebody is about to choose. The one it has is SchoolDetailsState's."""

    choosing: bool = False
    other_mis: str = ""
    other_label: str = ""
    consequences: list[str] = []

    @access.member
    async def close(self, me: Caller):
        """The page begins without a question."""
        self._close()

    @access.admin
    async def choose_mis(self, me: Caller):
        """Begin to change the MIS provider."""
        self._close()
        shown = await self.get_state(SchoolDetailsState)
        self.choosing, self.other_mis = True, shown.mis
        return move_focus("mis")

    @access.admin
    async def consider_mis(self, me: Caller, key: str):
        """Spell out what that MIS would mean."""
        now = (await self.get_state(SchoolDetailsState)).mis
        self.other_mis, self.other_label = key, label_of(key)
        self.consequences = changing_words(now, key) if key and key != now else []

    @access.admin
    async def change_mis(self, me: Caller):
        """Change the MIS provider."""
        services = get_services()
        try:
            await change_mis(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                mis=self.other_mis,
                now=services.clock(),
            )
            await notify(self, f"Your school's MIS provider is {self.other_label} now.")
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
        self._close()

    @access.admin
    async def want_news(self, me: Caller, wanted: bool):
        """Whether the school is told when its MIS can be connected."""
        services = get_services()
        try:
            await ask_for_news(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                wanted=wanted,
                now=services.clock(),
            )
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
            return
        told = "We will tell you when it can be connected."
        await notify(self, told if wanted else "We will not write to you about it.")

    @access.member
    async def keep(self, me: Caller):
        """Change nothing after all."""
        self._close()

    def _close(self) -> None:
        self.reset()


def mis() -> rx.Component:
    """The section."""
    s = SchoolDetailsState
    change = row(button("Change MIS provider", kind="secondary", on_click=MisState.choose_mis))
    return card(
        facts(("MIS provider", s.mis_label), ("Chosen", ago(s.mis_chosen))),
        rx.cond(s.mis_not_available, _not_available(), rx.fragment()),
        rx.cond(MisState.choosing, _other_mis(), rx.cond(s.may_act, change, rx.fragment())),
        title="MIS provider",
    )


def _not_available() -> rx.Component:
    s = SchoolDetailsState
    ask = button("Tell me when it is", kind="secondary", on_click=MisState.want_news(True))
    stop = button("Do not tell me", kind="quiet", on_click=MisState.want_news(False))
    waiting = rx.fragment(p("We tell you when it is. You asked ", ago(s.news_since), "."), stop)
    return alert(
        p(s.mis_not_available),
        rx.cond(
            s.news_since,
            rx.cond(s.may_act, row(waiting), p("We tell your school when it is.")),
            rx.cond(s.may_act, row(ask), rx.fragment()),
        ),
        title="Not available yet",
        tone="warning",
    )


def _other_mis() -> rx.Component:
    s = SchoolDetailsState
    consequences = alert(
        rx.el.ul(rx.foreach(MisState.consequences, lambda words: rx.el.li(words, key=words))),
        title="What changes",
        tone="warning",
    )
    return stack(
        select_field(
            "mis",
            "Which MIS does your school use?",
            MIS_CHOICES,
            placeholder="",
            value=MisState.other_mis,
            on_change=MisState.consider_mis,
        ),
        rx.el.div(rx.cond(MisState.consequences.length() > 0, consequences), role="status"),
        row(
            button(
                "Change MIS provider",
                on_click=MisState.change_mis,
                disabled=MisState.consequences.length() == 0,
                wide=True,
            ),
            button("Keep ", s.mis_label, kind="secondary", on_click=MisState.keep, wide=True),
        ),
    )


def from_mis() -> rx.Component:
    """What the MIS says of itself, beside the register."""
    s = SchoolDetailsState
    verdict = rx.match(
        s.matches,
        ("pass", "It is the school you chose"),
        ("fail", "It is not the school you chose, so nothing is read"),
        "Not compared yet",
    )
    return card(
        facts(
            ("Right school", rx.el.span(mark(s.matches), verdict)),
            ("Compared", rx.cond(s.checked, ago(s.checked), "Not yet")),
            ("Data last answered", rx.cond(s.answered, ago(s.answered), "Not yet")),
        ),
        table(
            "What your MIS says of your school, beside the register",
            ["About", "Your MIS says", "The register says"],
            rx.foreach(s.said, _said),
        ),
        small("Where the two differ, correct the one that is wrong: we change neither."),
        rx.cond(s.unknown_years.length() > 0, _unknown_years(), rx.fragment()),
        title="What your MIS says",
    )


def _unknown_years() -> rx.Component:
    """Year groups apps are given no code for."""
    return alert(
        p(
            "Apps receive your data, but do not learn which year these students are in. Rename "
            "the year group in your MIS, for example “Year 7”, “P1”, “S1”, “Reception” or "
            "“Nursery 1”; the next sync reads it. If your school needs the name as it is, tell "
            "help@assembly.education."
        ),
        rx.el.ul(
            rx.foreach(
                SchoolDetailsState.unknown_years,
                lambda year: rx.el.li(year["name"], ": ", year["students"], key=year["name"]),
            )
        ),
        title="Year groups we do not recognise",
        tone="warning",
        id="unknown-years",
    )


def _said(item: rx.Var[Said]) -> rx.Component:
    register = rx.fragment(
        rx.el.span("register: ", class_name="cell-word"),
        item["register"],
        rx.cond(item["differs"], rx.el.div(badge("Differs", "warning")), rx.fragment()),
    )
    return table_row(
        rx.el.strong(item["name"]),
        item["mis"],
        rx.cond(item["register"], register, rx.fragment()),
        key=item["name"],
    )
