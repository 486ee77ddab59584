"""School Details: the register's record, the MIS, and what the MIS itself says."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.bootstrap import parts
from assembly_ui.connector.overview import read_overview
from assembly_ui.pubsub import Topic, school_topic
from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.details import ask_for_news, change_mis, edit_unlisted_school
from assembly_ui.schools.mis import label_of
from assembly_ui.schools.models import Role
from assembly_ui.schools.unlisted import FIELDS, UnlistedForm
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    alert,
    button,
    card,
    details,
    error_summary,
    facts,
    link,
    link_button,
    mark,
    p,
    row,
    select_field,
    small,
    stack,
    submit,
)
from assembly_ui.web.details_view import DetailsView, Fact, view_of
from assembly_ui.web.layout import admin_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.page import Page
from assembly_ui.web.pages.data_pages import no_data
from assembly_ui.web.school_fields import unlisted_fields
from assembly_ui.web.school_words import (
    MIS_CHOICES,
    changing_words,
    unlisted_words,
    words_for,
)
from assembly_ui.web.shell import ShellState
from assembly_ui.web.typed import typed_in

FORM = "edit-school"


class SchoolDetailsState(Live, rx.State):
    """Screen values of the page. They change by themselves."""

    loaded: bool = False
    may_act: bool = False
    connected_before: bool = False
    record: list[Fact] = []
    is_listed: bool = True
    in_review: str = ""
    lacks_number: bool = False
    mis: str = ""
    mis_label: str = ""
    mis_chosen: str = ""
    mis_not_available: str = ""
    news_since: str = ""
    mis_name: str = ""
    mis_estab: str = ""
    mis_code: str = ""
    matches: str = "wait"
    checked: str = ""
    answered: str = ""
    typed: dict[str, str] = dict.fromkeys(FIELDS, "")
    choosing: bool = False
    other_mis: str = ""
    other_label: str = ""
    consequences: list[str] = []
    editing: bool = False
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    summary: list[dict[str, str]] = []
    busy: bool = False

    @access.member
    async def load(self, me: Caller):
        """Show the school and keep showing it."""
        topic = school_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, topic)
        self.may_act = me.may_act_as(Role.ADMIN)
        self._close_forms()
        await self._show(await self._read(topic))

    @access.admin
    async def choose_mis(self, me: Caller):
        """Begin to change the MIS provider."""
        self._close_forms()
        self.choosing, self.other_mis = True, self.mis
        return rx.set_focus("mis")

    @access.admin
    async def consider_mis(self, me: Caller, key: str):
        """Spell out what that MIS would mean."""
        self.other_mis, self.other_label = key, label_of(key)
        self.consequences = changing_words(self.mis, key) if key and key != self.mis else []

    @access.admin
    async def change_mis(self, me: Caller):
        """Change the MIS provider."""
        use = parts()
        try:
            await change_mis(
                use.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                mis=self.other_mis,
                now=use.clock(),
            )
            await notify(self, f"Your school's MIS provider is {self.other_label} now.")
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=use.clock()), "warning")
        self._close_forms()

    @access.admin
    async def want_news(self, me: Caller, wanted: bool):
        """Whether the school is told when its MIS can be connected."""
        use = parts()
        try:
            await ask_for_news(
                use.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                wanted=wanted,
                now=use.clock(),
            )
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=use.clock()), "warning")
            return
        told = "We will tell you when it can be connected."
        await notify(self, told if wanted else "We will not write to you about it.")

    @access.admin
    async def edit(self, me: Caller):
        """Begin to correct what was typed in."""
        self._close_forms()
        self.editing = True
        return rx.set_focus("name")

    @access.admin
    async def save(self, me: Caller, form: dict):
        """Correct what was typed in."""
        self.busy = True
        yield
        use = parts()
        try:
            await edit_unlisted_school(
                use.database,
                use.register,
                school_id=me.school_id,
                by_user_id=me.user_id,
                form=UnlistedForm(**{name: form.get(name, "") for name in FIELDS}),
                now=use.clock(),
            )
            self._close_forms()
            await notify(self, "The details of your school are saved. We check them again.")
        except errors.FieldProblems as problems:
            yield self._refuse(unlisted_words(problems.problems))
        except errors.SchoolListed as error:
            yield self._refuse({"dfe_number": words_for(error, now=use.clock())})
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=use.clock()), "warning")
        finally:
            self.busy = False

    @access.member
    async def keep(self, me: Caller):
        """Change nothing after all."""
        self._close_forms()

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> DetailsView:
        use, school_id = parts(), int(topic.partition(":")[2])
        return view_of(await read_overview(use.database, school_id=school_id, now=use.clock()))

    async def _show(self, seen: DetailsView) -> None:
        for name, value in seen.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        self.loaded = True

    def _refuse(self, problems: dict[str, str]) -> Any:
        self.errors = {name: problems.get(name, "") for name in FIELDS}
        self.summary = [
            {"field": name, "message": self.errors[name]} for name in FIELDS if self.errors[name]
        ]
        return rx.set_focus(self.summary[0]["field"])

    def _close_forms(self) -> None:
        self.choosing = self.editing = self.busy = False
        self.other_mis, self.other_label, self.consequences = "", "", []
        self.errors, self.summary = dict.fromkeys(FIELDS, ""), []


def _record() -> rx.Component:
    s = SchoolDetailsState
    edit = row(button("Edit the details", kind="secondary", on_click=s.edit))
    in_review = small(
        "Last changed ",
        ago(s.in_review),
        ". We check it, and come back to you if something is unclear.",
    )
    typed_in_by_hand = rx.fragment(
        small("Typed in at School Setup, since your school is not in the register."),
        rx.cond(s.in_review, in_review),
        rx.cond(s.may_act & ~s.editing, edit),
        rx.cond(s.editing, _form()),
    )
    from_register = small(
        "From the register of schools. Something is wrong there? Tell ",
        link("help@assembly.education", href="mailto:help@assembly.education"),
        ".",
    )
    return card(
        rx.el.dl(rx.foreach(s.record, _fact), class_name="facts"),
        rx.cond(s.lacks_number, _no_number(), rx.fragment()),
        rx.cond(s.is_listed, from_register, typed_in_by_hand),
        _not_ours(),
        title="Your school",
    )


def _fact(item: rx.Var[Fact]) -> rx.Component:
    website = link(item["value"], href=item["href"], target="_blank", rel="noopener")
    return rx.fragment(
        rx.el.dt(item["name"]),
        rx.el.dd(rx.cond(item["href"], website, item["value"])),
        key=item["name"],
    )


def _no_number() -> rx.Component:
    return alert(
        p(
            "Xporter on Demand knows schools by their 7-digit DfE number, and we have none for "
            "yours. Without it the connector cannot work."
        ),
        title="The DfE number is missing",
        tone="warning",
    )


def _form() -> rx.Component:
    s = SchoolDetailsState
    return stack(
        error_summary(s.summary),
        rx.el.form(
            *unlisted_fields(s.typed, s.errors),
            row(
                submit("Save", busy=s.busy),
                button("Cancel", kind="secondary", on_click=s.keep, wide=True),
            ),
            id=FORM,
            no_validate=True,
            on_submit=s.save(typed_in(FORM)),
            class_name="stack",
        ),
    )


def _not_ours() -> rx.Component:
    return details(
        "This is not my school",
        p(
            "Set up the right school: you can switch between your schools at any time. Nothing "
            "is shared between them, and access is granted for each by itself."
        ),
        row(link_button("Set up another school", href="/school-setup", kind="secondary")),
    )


def _mis() -> rx.Component:
    s = SchoolDetailsState
    change = row(button("Change MIS provider", kind="secondary", on_click=s.choose_mis))
    return card(
        facts(("MIS provider", s.mis_label), ("Chosen", ago(s.mis_chosen))),
        rx.cond(s.mis_not_available, _not_available(), rx.fragment()),
        rx.cond(s.choosing, _other_mis(), rx.cond(s.may_act, change, rx.fragment())),
        title="MIS provider",
    )


def _not_available() -> rx.Component:
    s = SchoolDetailsState
    ask = button("Tell me when it is", kind="secondary", on_click=s.want_news(True))
    stop = button("Do not tell me", kind="quiet", on_click=s.want_news(False))
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
        rx.el.ul(rx.foreach(s.consequences, lambda words: rx.el.li(words, key=words))),
        title="What changes",
        tone="warning",
    )
    return stack(
        select_field(
            "mis",
            "Which MIS does your school use?",
            MIS_CHOICES,
            placeholder="",
            value=s.other_mis,
            on_change=s.consider_mis,
        ),
        rx.el.div(rx.cond(s.consequences.length() > 0, consequences), role="status"),
        row(
            button(
                "Change MIS provider",
                on_click=s.change_mis,
                disabled=s.consequences.length() == 0,
                wide=True,
            ),
            button("Keep ", s.mis_label, kind="secondary", on_click=s.keep, wide=True),
        ),
    )


def _from_mis() -> rx.Component:
    s = SchoolDetailsState
    verdict = rx.match(
        s.matches,
        ("pass", "It is the school you chose"),
        ("fail", "It is not the school you chose, so nothing is read"),
        "Not compared yet",
    )
    return card(
        facts(
            ("Name", s.mis_name),
            ("DfE number", rx.cond(s.mis_estab, s.mis_estab, "Not given")),
            ("MIS", rx.cond(s.mis_code, s.mis_code, "Not given")),
            ("Right school", rx.el.span(mark(s.matches), verdict)),
            ("Compared", rx.cond(s.checked, ago(s.checked), "Not yet")),
            ("Data last answered", rx.cond(s.answered, ago(s.answered), "Not yet")),
        ),
        title="What your MIS says",
    )


def school_details() -> rx.Component:
    """The page."""
    s = SchoolDetailsState
    loaded = rx.fragment(
        rx.cond(s.connected_before, rx.fragment(), no_data()),
        _record(),
        _mis(),
        rx.cond(s.mis_name, _from_mis(), rx.fragment()),
    )
    return admin_page(
        rx.cond(s.loaded, loaded, p("Loading your school …")),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="School Details",
        current="School Details",
    )


PAGE = Page(
    route="/school-details",
    title="School Details",
    description="Your school's record, its MIS, and what the MIS says of itself.",
    content=school_details,
    on_load=[ShellState.enter, SchoolDetailsState.load],
)
