"""The school's record: the register's, or what was typed in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.connector.overview import read_overview
from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.details import edit_unlisted_school
from assembly_ui.schools.models import Role
from assembly_ui.schools.unlisted import FIELDS, UnlistedForm
from assembly_ui.services import get_services
from assembly_ui.sync.unknown_years import unknown_years
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    alert,
    button,
    card,
    details,
    error_summary,
    link,
    link_button,
    p,
    row,
    small,
    stack,
    submit,
)
from assembly_ui.web.details_view import (
    DetailsView,
    Fact,
    Said,
    UnknownYearLine,
    view_of,
)
from assembly_ui.web.focus import move_focus
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.school_fields import unlisted_fields
from assembly_ui.web.school_words import (
    unlisted_words,
    words_for,
)
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
    said: list[Said] = []
    matches: str = "wait"
    checked: str = ""
    answered: str = ""
    typed: dict[str, str] = dict.fromkeys(FIELDS, "")
    unknown_years: list[UnknownYearLine] = []
    editing: bool = False
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    summary: list[dict[str, str]] = []
    busy: bool = False

    @access.member
    async def load(self, me: Caller):
        """Show the school and keep showing it."""
        topic = school_topic(me.school_id)
        tabs.unwatch(self)
        tabs.watch(self, me, topic)
        self.may_act = me.may_act_as(Role.ADMIN)
        self._close_forms()
        await self._show(await self._read(topic))

    @access.admin
    async def edit(self, me: Caller):
        """Begin to correct what was typed in."""
        self._close_forms()
        self.editing = True
        return move_focus("name")

    @access.admin
    async def save(self, me: Caller, form: dict):
        """Correct what was typed in."""
        self.busy = True
        yield
        services = get_services()
        try:
            await edit_unlisted_school(
                services.database,
                services.register,
                school_id=me.school_id,
                by_user_id=me.user_id,
                form=UnlistedForm(**{name: form.get(name, "") for name in FIELDS}),
                prove_ownership=services.settings.proves_ownership,
                now=services.clock(),
            )
            self._close_forms()
            await notify(self, "The details of your school are saved. We check them again.")
        except errors.FieldProblems as problems:
            yield self._refuse(unlisted_words(problems.problems))
        except (errors.SchoolListed, errors.SchoolTaken) as error:
            yield self._refuse({"dfe_number": words_for(error, now=services.clock())})
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
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
        services, school_id = get_services(), int(topic.partition(":")[2])
        overview = await read_overview(services.database, school_id=school_id, now=services.clock())
        return view_of(overview, await unknown_years(services.database, school_id=school_id))

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
        return move_focus(self.summary[0]["field"])

    def _close_forms(self) -> None:
        self.editing = self.busy = False
        self.errors, self.summary = dict.fromkeys(FIELDS, ""), []


def record() -> rx.Component:
    """The section."""
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
