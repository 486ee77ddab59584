"""The page behind a confirmation link: whose account it activates, and a button.

Opening it uses nothing up, since mail scanners open every link. In the browser
that signed up the button is all there is. Any other browser may belong to
somebody else than the person who typed the address, so it asks for the password
of the sign-up, or has a name and a password chosen.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.accounts.account_form import FIELDS, AccountForm
from assembly_ui.accounts.confirmation import (
    ConfirmationView,
    confirm_with_new_password,
    look_at_link,
)
from assembly_ui.accounts.errors import FieldProblem, FormRefused, LinkProblem, Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import (
    SIGN_UP_PASSWORD_WRONG,
    field_words,
    link_words,
    words_for,
)
from assembly_ui.web.components import (
    ago,
    button,
    card,
    error_summary,
    field,
    link,
    link_button,
    p,
    password_field,
    row,
    small,
    stack,
    submit,
)
from assembly_ui.web.components.account_forms import account_form, new_password_fields
from assembly_ui.web.components.plain_form import plain_form
from assembly_ui.web.components.targeted import targeted
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.password_meter import show_strength
from assembly_ui.web.query import asked
from assembly_ui.web.ticket import TicketState, ticket_of
from assembly_ui.web.typed import typed_in

HEADING = "Confirm your email address"
FORM = "choose-password"


class ConfirmState(rx.State):
    """Whose link it is and what its reader has to give, or why it opens nothing."""

    heading: str = HEADING
    step: str = ""
    token: str = ""
    email: str = ""
    name: str = ""
    asked_at: str = ""
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    summary: list[dict[str, str]] = []
    strength: int = 0
    strength_words: str = ""
    problem: str = ""
    way_on: str = ""
    href: str = ""
    busy: bool = False

    @access.public
    async def load(self):
        """Look at the link, leaving it unused."""
        await page_changed(self)
        services, now = get_services(), get_services().clock()
        self.reset()
        try:
            await services.throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))
            token, ticket = asked(self, "token"), await ticket_of(self)
            seen = await look_at_link(services.database, token=token, ticket=ticket, now=now)
            self._show(token, seen)
        except LinkProblem as error:
            self._close(error)
        except Throttled as error:
            self.problem = words_for(error, now=now)

    @access.public
    async def choose_another(self):
        """Choose a password instead of typing that of the sign-up."""
        if self.step == "password":
            self.step = "new"

    @access.public(supersedes=True)
    async def measure(self, form: dict):
        """Say how strong the password is while it is being typed."""
        personal = (self.email, form.get("name", ""))
        await show_strength(self, form.get("password", ""), personal)

    @access.public
    async def create(self, form: dict):
        """Activate the account with the name and password chosen here."""
        self.busy = True
        yield
        services = get_services()
        try:
            await services.throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))
            chosen = AccountForm(**{name: form.get(name, "") for name in FIELDS})
            confirmed = await confirm_with_new_password(
                services.database, token=asked(self, "token"), form=chosen, now=services.clock()
            )
            await notify(
                self,
                f"The email address {confirmed.email} is confirmed. Log in with the password you "
                "have just chosen.",
                on_next_page=True,
            )
            yield rx.redirect("/log-in")
        except FormRefused as refused:
            yield self._refuse(refused.problems)
        except LinkProblem as error:
            self._close(error)
        except Throttled as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
        finally:
            self.busy = False

    def _show(self, token: str, seen: ConfirmationView) -> None:
        self.token, self.email, self.name = token, seen.email, seen.name
        self.asked_at = seen.asked_at.isoformat()
        if seen.is_own:
            self.step = "own"
        else:
            self.step = "password" if seen.takes_password else "new"

    def _refuse(self, problems: dict[str, FieldProblem]) -> Any:
        self.errors = dict.fromkeys(FIELDS, "")
        for name, problem in problems.items():
            self.errors[name] = field_words(name, problem)
        self.summary = [{"field": name, "message": self.errors[name]} for name in problems]
        return move_focus(self.summary[0]["field"])

    def _close(self, error: LinkProblem) -> None:
        words = link_words(error, resets=False)
        self.reset()
        self.heading, self.problem = words.heading, words.sentence
        self.way_on, self.href = words.way_on, words.href


def _own() -> rx.Component:
    s = ConfirmState
    return card(
        p(
            "This activates the Assembly account of ",
            rx.cond(s.name, rx.el.span(rx.el.strong(s.name), " with the address "), rx.fragment()),
            rx.el.strong(s.email),
            ".",
        ),
        plain_form(
            rx.el.input(type="hidden", name="token", value=s.token),
            rx.el.input(type="hidden", name="ticket", value=TicketState.ticket),
            row(submit("Confirm email address")),
            action="/auth/confirm",
        ),
        _received(),
    )


def _with_password() -> rx.Component:
    s = ConfirmState
    form = plain_form(
        stack(
            rx.el.input(type="hidden", name="token", value=s.token),
            _username(),
            password_field(
                "password",
                "Password",
                hint="The password you chose when you signed up.",
                auto_complete="current-password",
            ),
            row(submit("Confirm email address")),
            gap="wide",
        ),
        action="/auth/confirm",
        no_validate=True,
    )
    return card(
        p("This activates the Assembly account of ", rx.el.strong(s.email), "."),
        p("This is not the browser that signed up, so we need to know that it was you."),
        form,
        row(
            button("Choose a new password", kind="secondary", on_click=s.choose_another),
        ),
        small("Choose a new one if you do not know the password, or did not sign up yourself."),
        _received(),
    )


def _with_new_password() -> rx.Component:
    s = ConfirmState
    return card(
        p("This activates the Assembly account of ", rx.el.strong(s.email), "."),
        p("Choose a password that only you know. A password chosen before does not count."),
        account_form(
            _username(),
            field("name", "Name", hint="Your full name.", auto_complete="name", **_wired("name")),
            *new_password_fields(
                strength=s.strength,
                words=s.strength_words,
                on_change=s.measure(typed_in(FORM)).debounce(250),
                wired=_wired,
            ),
            p(
                "By activating the account you agree to our ",
                link(
                    "terms of service",
                    href="/terms",
                    target="_blank",
                    aria_label="terms of service (opens in a new tab)",
                ),
                ".",
            ),
            row(submit("Confirm email address", busy=s.busy)),
            id=FORM,
            on_submit=s.create(typed_in(FORM)),
        ),
        _received(),
    )


def _username() -> rx.Component:
    # Password managers file the password under this address.
    return rx.el.input(
        type="text", auto_complete="username", value=ConfirmState.email, read_only=True, hidden=True
    )


def _wired(name: str) -> dict[str, Any]:
    return {"error": ConfirmState.errors[name]}


def _received() -> rx.Component:
    return small(
        "We received this sign-up ",
        ago(ConfirmState.asked_at),
        ". If that was not you, do nothing: the account stays closed.",
    )


def _problem() -> rx.Component:
    s = ConfirmState
    way_on = row(link_button(s.way_on, href=s.href))
    return card(p(s.problem, role="status"), rx.cond(s.way_on, way_on, rx.fragment()))


def _confirm() -> rx.Component:
    s = ConfirmState
    return public_page(
        # Part of the page from the start: what is added later is never the target.
        targeted("wrong-password", p(SIGN_UP_PASSWORD_WRONG), tone="danger"),
        error_summary(s.summary),
        rx.match(
            s.step,
            ("own", _own()),
            ("password", _with_password()),
            ("new", _with_new_password()),
            rx.cond(s.problem, _problem(), p("Looking at your link.")),
        ),
        heading=s.heading,
    )


PAGE = Page(
    route="/confirm",
    title="Confirm your email address",
    description="Activate your Assembly account with the link from your mailbox.",
    content=_confirm,
    on_load=[ConfirmState.load],
)
