"""School Setup: which school, and which MIS."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import reflex as rx

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.connector.claims import holds_number
from assembly_ui.schools import draft, errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.dfe_number import read_dfe_number
from assembly_ui.schools.register import RegisterSchool
from assembly_ui.schools.setup import SchoolSetUp, set_up_school, set_up_unlisted_school
from assembly_ui.schools.shared_numbers import find_sharer
from assembly_ui.schools.unlisted import FIELDS, UnlistedForm
from assembly_ui.services import get_services
from assembly_ui.web import access, school_view
from assembly_ui.web.components import (
    alert,
    button,
    card,
    checkbox,
    error_summary,
    link_button,
    row,
    select_field,
    stack,
    submit,
)
from assembly_ui.web.components.combobox import combobox
from assembly_ui.web.components.school_choice import chosen_school, suggested_school
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.lead_on import next_step
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.school_fields import unlisted_fields
from assembly_ui.web.school_view import NOBODY, NOT_LISTED, Chosen, Suggestion
from assembly_ui.web.school_words import (
    CHOOSE_MIS,
    CHOOSE_SCHOOL,
    MIS_CHOICES,
    not_available_words,
    set_up_words,
    shared_number_words,
    unlisted_words,
    words_for,
)
from assembly_ui.web.signed_in import SignedInState, signed_in_as
from assembly_ui.web.typed import typed_in
from assembly_ui.web.waiting_request import PAGE as REQUEST
from assembly_ui.web.waiting_request import is_waiting_for

FORM = "school-setup"
ORDER = ("school", *FIELDS, "mis")
"""The fields in the order of the page."""


class SchoolSetupState(rx.State):
    """Screen values of the form. Every choice is kept as it is made."""

    asked: str = ""
    options: list[Suggestion] = []
    note: str = ""
    says: str = ""
    chosen: Chosen = NOBODY
    shared_number: str = ""
    join_href: str = ""
    manual: bool = False
    typed: dict[str, str] = dict.fromkeys(FIELDS, "")
    mis: str = ""
    not_available: str = ""
    wants_news: bool = False
    errors: dict[str, str] = dict.fromkeys(ORDER, "")
    summary: list[dict[str, str]] = []
    busy: bool = False

    @access.signed_in
    async def load(self, me: Caller):
        """Go on where the person left off, on whatever device that was."""
        await page_changed(self)
        if me.school_id is None and (onward := await next_step(me)) != PAGE.route:
            # A log-in loses its school when its person is removed from it.
            return rx.redirect(onward)
        self._forget()
        services = get_services()
        kept = await draft.read_draft(services.database, services.register, user_id=me.user_id)
        self._choose_mis(kept.mis)
        self.typed = dict.fromkeys(FIELDS, "") | kept.unlisted
        await self._show_chosen(kept.school)
        self.manual = kept.school is None and any(kept.unlisted.values())
        # Whoever types before the page has loaded keeps what they typed.
        return rx.set_value("school", self.chosen["name"]) if self.chosen["name"] else None

    @access.signed_in(supersedes=True)
    async def search(self, me: Caller, text: str):
        """Suggest schools while the person types."""
        services, asked = get_services(), text.strip()
        if self.chosen["urn"] and asked != self.chosen["name"]:
            await self._choose(me, "")
        if not asked:
            self._suggest_nothing()
            return
        if asked == self.asked and self.options:
            return
        try:
            await services.throttles.hit(
                Deed.SEARCH, caller=access.client_ip(self), account=me.user_id
            )
        except Throttled as error:
            self._suggest_nothing()
            self.asked, self.note = asked, words_for(error, now=services.clock())
            return
        found = await services.register.find(asked)
        self.options = school_view.suggestions(found)
        self.note = school_view.note_of(asked, found)
        self.says = school_view.says_of(asked, found)
        self.asked = asked

    @access.signed_in
    async def choose(self, me: Caller, key: str):
        """Choose a school of the list."""
        self._suggest_nothing()
        if key == NOT_LISTED:
            return self._type_in()
        try:
            await self._choose(me, key)
        except errors.SchoolsError as error:
            self._refuse({"school": words_for(error, now=get_services().clock())})

    @access.signed_in
    async def clear(self, me: Caller):
        """Choose no school after all."""
        self._suggest_nothing()
        await self._choose(me, "")

    @access.signed_in
    async def type_in(self, me: Caller):
        """The school is not listed."""
        await self._choose(me, "")
        return self._type_in()

    @access.signed_in
    async def search_again(self, me: Caller):
        """Back to the list. What was typed stays."""
        self.manual = False
        self._clear_errors()
        return move_focus("school")

    @access.signed_in
    async def keep_typed(self, me: Caller, field: str, text: str):
        """Keep what was typed of a school that is not listed."""
        services = get_services()
        await draft.keep_unlisted(
            services.database, user_id=me.user_id, field=field, value=text, now=services.clock()
        )

    @access.signed_in
    async def choose_mis(self, me: Caller, key: str):
        """Choose the MIS."""
        services = get_services()
        try:
            kept = await draft.keep_mis(
                services.database, user_id=me.user_id, mis=key, now=services.clock()
            )
        except errors.MisUnknown:
            kept = ""
        self._choose_mis(kept)
        self._forgive("mis")

    @access.signed_in
    async def want_news(self, me: Caller, wanted: bool):
        """Whether to be told when the MIS can be connected."""
        self.wants_news = wanted

    @access.signed_in
    async def proceed(self, me: Caller, form: dict):
        """Set the school up."""
        self.busy = True
        yield
        try:
            done = await self._set_up(me, form)
            words = set_up_words(done.school_name, self.mis, wants_news=self.wants_news)
            await notify(self, words, on_next_page=True)
            self._forget()
            waiting = await is_waiting_for(me.user_id)
            yield rx.redirect(REQUEST if waiting else "/school-details")
        except errors.SchoolTaken:
            yield rx.redirect(f"/join?school={self._number(form)}")
        except errors.FieldProblems as problems:
            yield self._refuse(self._missing() | unlisted_words(problems.problems))
        except errors.SchoolListed as error:
            yield self._refuse({"dfe_number": words_for(error, now=get_services().clock())})
        except (errors.TooManyUnverified, Throttled) as error:
            yield self._refuse({self._first_field(): words_for(error, now=get_services().clock())})
        except errors.SchoolsError:
            yield self._refuse(self._missing() or {"school": CHOOSE_SCHOOL})
        finally:
            self.busy = False

    async def _set_up(self, me: Caller, form: dict[str, str]) -> SchoolSetUp:
        services = get_services()
        await services.throttles.hit(Deed.SET_UP, caller=access.client_ip(self), account=me.user_id)
        common: dict[str, Any] = {
            "user_id": me.user_id,
            "session_id": me.session_id,
            "mis": self.mis,
            "wants_news": self.wants_news,
            "prove_ownership": services.settings.proves_ownership,
            "now": services.clock(),
        }
        if self.manual:
            typed = UnlistedForm(**{name: form.get(name, "") for name in FIELDS})
            return await set_up_unlisted_school(
                services.database, services.register, form=typed, **common
            )
        return await set_up_school(
            services.database,
            services.register,
            urn=self.chosen["urn"],
            help_email=services.settings.help_email,
            is_under_way=holds_number,
            **common,
        )

    def _first_field(self) -> str:
        return FIELDS[0] if self.manual else "school"

    def _missing(self) -> dict[str, str]:
        missing = {}
        if not self.manual and not self.chosen["urn"]:
            missing["school"] = CHOOSE_SCHOOL
        if not self.mis:
            missing["mis"] = CHOOSE_MIS
        return missing

    def _number(self, form: dict[str, str]) -> str:
        return read_dfe_number(form.get("dfe_number", "")) if self.manual else self.chosen["urn"]

    async def _choose(self, me: Caller, urn: str) -> None:
        services = get_services()
        school = await draft.keep_school(
            services.database, services.register, user_id=me.user_id, urn=urn, now=services.clock()
        )
        await self._show_chosen(school)
        if school:
            self._forgive("school")

    async def _show_chosen(self, school: RegisterSchool | None) -> None:
        self.chosen, self.shared_number, self.join_href = school_view.chosen(school), "", ""
        if school is None:
            return
        number = school.dfe_number
        if other := await find_sharer(get_services().database, urn=school.urn, dfe_number=number):
            self.shared_number = shared_number_words(number, other.name, other.urn)
            self.join_href = f"/join?school={quote(other.urn or number)}"

    def _type_in(self) -> Any:
        self.manual = True
        self._clear_errors()
        return move_focus("unlisted")

    def _choose_mis(self, key: str) -> None:
        self.mis, self.not_available = key, not_available_words(key)
        self.wants_news = self.wants_news and bool(self.not_available)

    def _refuse(self, problems: dict[str, str]) -> Any:
        self.errors = {name: problems.get(name, "") for name in ORDER}
        self._sum_up()
        return move_focus(self.summary[0]["field"])

    def _forgive(self, name: str) -> None:
        self.errors[name] = ""
        self._sum_up()

    def _sum_up(self) -> None:
        self.summary = [
            {"field": name, "message": self.errors[name]} for name in ORDER if self.errors[name]
        ]

    def _clear_errors(self) -> None:
        self.errors, self.summary = dict.fromkeys(ORDER, ""), []

    def _suggest_nothing(self) -> None:
        self.asked = self.note = self.says = ""
        self.options = []

    def _forget(self) -> None:
        self._suggest_nothing()
        self._clear_errors()
        self.chosen, self.manual, self.typed = NOBODY, False, dict.fromkeys(FIELDS, "")
        self.shared_number = self.join_href = ""
        self.mis = self.not_available = ""
        self.wants_news = self.busy = False


def _school() -> rx.Component:
    s = SchoolSetupState
    return stack(
        combobox(
            "school",
            "School Name",
            chosen_school(s.chosen),
            options=s.options,
            option=suggested_school,
            on_type=s.search,
            on_choose=s.choose,
            on_clear=s.clear,
            asked=s.asked,
            note=s.note,
            says=s.says,
            hint="Search for your school by name, local authority or postcode below. You can "
            "start by entering the first few characters.",
            error=s.errors["school"],
            required=True,
        ),
        rx.el.div(rx.cond(s.shared_number, _shared_number(), rx.fragment()), role="status"),
        row(button("My school is not listed", kind="quiet", on_click=s.type_in)),
        gap="tight",
    )


def _shared_number() -> rx.Component:
    return alert(
        rx.el.p(SchoolSetupState.shared_number),
        row(link_button("Ask to join", href=SchoolSetupState.join_href, kind="secondary")),
        title="Another school has this DfE number",
        tone="warning",
        id="shared-number",
    )


def _typed_in() -> rx.Component:
    s = SchoolSetupState
    return rx.el.fieldset(
        rx.el.legend("My school is not listed", id="unlisted", tab_index=-1),
        stack(
            rx.el.p(
                "Tell us about it. You can go on at once; we check the details and come back to "
                "you if something is unclear.",
                class_name="text",
            ),
            *unlisted_fields(s.typed, s.errors, on_blur=s.keep_typed),
            row(button("Search the list instead", kind="quiet", on_click=s.search_again)),
        ),
    )


def _mis() -> rx.Component:
    s = SchoolSetupState
    not_yet = alert(
        rx.el.p(s.not_available, " You can set up your school all the same."),
        checkbox(
            "wants_news", "Tell me when it is", default_checked=s.wants_news, on_change=s.want_news
        ),
        title="Not available yet",
        tone="warning",
    )
    return stack(
        select_field(
            "mis",
            "MIS Provider",
            MIS_CHOICES,
            hint="Telling us which MIS your school uses will allow us to better help you with "
            "the installation process.",
            error=s.errors["mis"],
            required=True,
            value=s.mis,
            on_change=s.choose_mis,
        ),
        rx.el.div(rx.cond(s.not_available, not_yet, rx.fragment()), role="status"),
    )


def school_setup() -> rx.Component:
    """The page."""
    form = rx.el.form(
        rx.cond(SchoolSetupState.manual, _typed_in(), _school()),
        _mis(),
        row(submit("Continue", busy=SchoolSetupState.busy)),
        id=FORM,
        no_validate=True,
        on_submit=SchoolSetupState.proceed(typed_in(FORM)),
        class_name="stack stack-wide",
    )
    return public_page(
        error_summary(SchoolSetupState.summary),
        card(form),
        signed_in_as(),
        heading="School Setup",
        intro="We just need a few details to get your school setup",
    )


PAGE = Page(
    route="/school-setup",
    title="School Setup",
    description="Find your school and tell us which MIS it uses.",
    content=school_setup,
    on_load=[SignedInState.look, SchoolSetupState.load],
)
