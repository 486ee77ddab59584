"""Platform Registration: the sign-up form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import reflex as rx

from assembly_ui.accounts.errors import FieldProblem, FormRefused, Throttled
from assembly_ui.accounts.sign_up import sign_up
from assembly_ui.accounts.sign_up_form import (
    FIELDS,
    FieldCheck,
    SignUpForm,
    check_field,
    check_form,
)
from assembly_ui.accounts.throttles import Deed
from assembly_ui.accounts.tokens import new_token
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words, words_for
from assembly_ui.web.components import (
    alert,
    button,
    card,
    error_summary,
    field,
    link,
    link_button,
    p,
    row,
    stack,
    submit,
)
from assembly_ui.web.components.account_forms import account_form, email_field, new_password_fields
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.password_meter import show_strength
from assembly_ui.web.ticket import keep_ticket, ticket_of
from assembly_ui.web.typed import typed_in
from assembly_ui.web.waiting_request import keep_for_sign_up

FORM = "sign-up"


class SignUpState(rx.State):
    """Screen values of the form. What is typed stays in the browser."""

    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    summary: list[dict[str, str]] = []
    did_you_mean: str = ""
    strength: int = 0
    strength_words: str = ""
    refusal: str = ""
    busy: bool = False
    _filled: list[str] = []
    _is_through: bool = False

    @access.public
    async def load(self):
        """Begin afresh, with a ticket that makes a form sent twice one sign-up."""
        await page_changed(self)
        self._is_through = False
        self._forget()
        if not await ticket_of(self):
            await keep_ticket(self, new_token())

    @access.public
    async def check(self, name: str, form: dict):
        """Check the field a person has just left."""
        if name not in FIELDS or not self._was_filled(name, form):
            return
        try:
            await get_services().throttles.hit(Deed.CHECK, caller=access.client_ip(self))
            self._say(name, await self._check(name, form))
        except Throttled:
            return  # It is checked again when the form is sent.
        if name == "password" and "password_confirmation" in self._filled:
            self._say("password_confirmation", await self._check("password_confirmation", form))

    @access.public(supersedes=True)
    async def measure(self, form: dict):
        """Say how strong the password is while it is being typed."""
        personal = (form.get(name, "") for name in ("invite_code", "name", "email"))
        await show_strength(self, form.get("password", ""), personal)

    @access.public
    async def take_suggestion(self):
        """Put the address that was probably meant in place of the one typed."""
        meant, self.did_you_mean = self.did_you_mean, ""
        self.errors["email"] = ""
        return [rx.set_value("email", meant), move_focus("email")]

    @access.public
    async def submit(self, form: dict):
        """Sign up."""
        if self._is_through:
            # The other half of a double click would lead on from wherever they are by now.
            return
        self.busy, self.refusal = True, ""
        yield
        try:
            await self._sign_up(form)
            self._is_through = True
            yield rx.redirect("/confirm-email")
        except FormRefused as refused:
            yield self._refuse(refused.problems)
        except Throttled as error:
            self.refusal = words_for(error, now=get_services().clock())
        finally:
            self.busy = False

    async def _sign_up(self, form: dict[str, str]) -> None:
        services, now = get_services(), get_services().clock()
        caller = access.client_ip(self)
        await services.throttles.hit(Deed.CHECK, caller=caller)
        checked = await check_form(
            services.database, _form(form), check_dns=services.settings.asks_dns, now=now
        )
        await services.throttles.hit(Deed.SIGN_UP, caller=caller, address=checked.email)
        signed_up = await sign_up(
            services.database,
            form=checked,
            ticket=await ticket_of(self),
            address=services.settings.address,
            link_life=timedelta(hours=services.settings.confirm_link_hours),
            may_mail=await services.throttles.allows(Deed.SIGN_UP, mailbox=checked.email),
            now=now,
        )
        await keep_ticket(self, signed_up.ticket)
        await keep_for_sign_up(self)
        self._forget()

    async def _check(self, name: str, form: dict[str, str]) -> FieldCheck:
        services = get_services()
        return await check_field(
            services.database,
            name,
            _form(form),
            check_dns=services.settings.asks_dns,
            now=services.clock(),
        )

    def _was_filled(self, name: str, form: dict[str, str]) -> bool:
        # Passing through an empty field is no mistake yet; emptying one is.
        if form.get(name) and name not in self._filled:
            self._filled.append(name)
        return name in self._filled

    def _say(self, name: str, found: FieldCheck) -> None:
        self.errors[name] = field_words(name, found.problem) if found.problem else ""
        if name == "email":
            self.did_you_mean = found.did_you_mean or ""
        if self.summary:
            self._sum_up()

    def _refuse(self, problems: dict[str, FieldProblem]) -> rx.event.EventSpec:
        for name in FIELDS:
            problem = problems.get(name)
            self.errors[name] = field_words(name, problem) if problem else ""
        self._filled = list(FIELDS)
        self._sum_up()
        return move_focus(self.summary[0]["field"])

    def _sum_up(self) -> None:
        self.summary = [
            {"field": name, "message": self.errors[name]} for name in FIELDS if self.errors[name]
        ]

    def _forget(self) -> None:
        self.errors, self.summary = dict.fromkeys(FIELDS, ""), []
        self.did_you_mean = self.strength_words = self.refusal = ""
        self.strength, self.busy, self._filled = 0, False, []


def _form(form: dict[str, str]) -> SignUpForm:
    return SignUpForm(**{name: form.get(name, "") for name in FIELDS})


def _wired(name: str) -> dict[str, Any]:
    return {
        "error": SignUpState.errors[name],
        "on_blur": SignUpState.check(name, typed_in(FORM)),
    }


def _who() -> list[rx.Component]:
    return [
        field(
            "invite_code",
            "Beta Invite Code",
            hint="Whilst we are in Beta only invited schools can sign up.",
            required=True,
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
            **_wired("invite_code"),
        ),
        field(
            "name",
            "Name",
            hint="Your full name. We'll ask for your school name as part of the next step.",
            auto_complete="name",
            **_wired("name"),
        ),
        email_field(
            _suggestion(),
            hint="Your email address, we will need to verify this by sending you an email.",
            **_wired("email"),
        ),
    ]


def _suggestion() -> rx.Component:
    offer = rx.el.p(
        "Did you mean ",
        button(SignUpState.did_you_mean, kind="quiet", on_click=SignUpState.take_suggestion),
        "?",
        class_name="suggestion",
    )
    return rx.el.div(rx.cond(SignUpState.did_you_mean, offer, rx.fragment()), role="status")


def _password() -> list[rx.Component]:
    return new_password_fields(
        strength=SignUpState.strength,
        words=SignUpState.strength_words,
        on_change=SignUpState.measure(typed_in(FORM)).debounce(250),
        wired=_wired,
    )


def _important() -> rx.Component:
    return stack(
        rx.el.h2("Important"),
        p(
            "By signing your school up to the Assembly Platform you agree to our ",
            link(
                "terms of service",
                href="/terms",
                target="_blank",
                aria_label="terms of service (opens in a new tab)",
            ),
            ". We recommend you read this document in full before continuing.",
        ),
        gap="tight",
    )


def _buttons() -> rx.Component:
    refusal = alert(SignUpState.refusal, tone="warning", role="alert")
    return stack(
        rx.cond(SignUpState.refusal, refusal, rx.fragment()),
        row(
            submit("Sign up", busy=SignUpState.busy),
            link_button("Log in", href="/log-in", kind="secondary"),
        ),
    )


def _sign_up() -> rx.Component:
    form = account_form(
        *_who(),
        *_password(),
        _important(),
        _buttons(),
        id=FORM,
        on_submit=SignUpState.submit(typed_in(FORM)),
    )
    return public_page(
        error_summary(SignUpState.summary), card(form), heading="Platform Registration"
    )


PAGE = Page(
    route="/sign-up",
    title="Platform Registration",
    description="Sign your school up to the Assembly Platform.",
    content=_sign_up,
    on_load=[SignUpState.load],
)
