"""The page behind a reset link: choose a new password."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.accounts.errors import FieldProblem, FormRefused, LinkProblem, Throttled
from assembly_ui.accounts.password_reset import look_at_link, reset_password
from assembly_ui.accounts.throttles import Deed, Per
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words, link_words, words_for
from assembly_ui.web.components import card, error_summary, link_button, p, row, submit
from assembly_ui.web.components.account_forms import account_form, new_password_fields
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.password_meter import show_strength
from assembly_ui.web.query import asked
from assembly_ui.web.typed import typed_in

FORM = "reset-password"
FIELDS = ("password", "password_confirmation")


class ResetPasswordState(rx.State):
    """Whose link it is, what is wrong with the form, or why the link opens nothing."""

    heading: str = "Choose a new password"
    email: str = ""
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
        self.reset()
        try:
            await self._count()
            seen = await look_at_link(
                get_services().database, token=asked(self, "token"), now=get_services().clock()
            )
            self.email = seen.email
        except LinkProblem as error:
            self._close(error)
        except Throttled as error:
            self.problem = words_for(error, now=get_services().clock())

    @access.public(supersedes=True)
    async def measure(self, form: dict):
        """Say how strong the password is while it is being typed."""
        await show_strength(self, form.get("password", ""), (self.email,))

    @access.public
    async def submit(self, form: dict):
        """Change the password."""
        self.busy = True
        yield
        try:
            email = await self._change(form)
            await notify(
                self,
                f"The password of {email} is changed, and every browser was logged out. Log in "
                "with the new one.",
                on_next_page=True,
            )
            yield rx.redirect("/log-in")
        except FormRefused as refused:
            yield self._refuse(refused.problems)
        except LinkProblem as error:
            self._close(error)
        except Throttled as error:
            await notify(self, words_for(error, now=get_services().clock()), "warning")
        finally:
            self.busy = False

    async def _change(self, form: dict[str, str]) -> str:
        services = get_services()
        await self._count()
        email = await reset_password(
            services.database,
            token=asked(self, "token"),
            password=form.get("password", ""),
            confirmation=form.get("password_confirmation", ""),
            help_email=services.settings.help_email,
            now=services.clock(),
        )
        # Wrong passwords typed before must not keep the new one out.
        caller = access.client_ip(self)
        await services.throttles.forgive(
            Deed.LOG_IN, Per.PAIR, Per.ADDRESS, caller=caller, address=email
        )
        return email

    async def _count(self) -> None:
        await get_services().throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))

    def _refuse(self, problems: dict[str, FieldProblem]) -> rx.event.EventSpec:
        self.errors = dict.fromkeys(FIELDS, "")
        for name, problem in problems.items():
            self.errors[name] = field_words(name, problem)
        self.summary = [{"field": name, "message": self.errors[name]} for name in problems]
        return move_focus(self.summary[0]["field"])

    def _close(self, error: LinkProblem) -> None:
        words = link_words(error, resets=True)
        self.heading, self.problem = words.heading, words.sentence
        self.way_on, self.href = words.way_on, words.href
        self.email, self.summary = "", []


def _wired(name: str) -> dict[str, Any]:
    return {"error": ResetPasswordState.errors[name]}


def _form() -> rx.Component:
    s = ResetPasswordState
    return account_form(
        p("For the account of ", rx.el.strong(s.email), "."),
        # Password managers file the new password under this address.
        rx.el.input(
            type="text", auto_complete="username", value=s.email, read_only=True, hidden=True
        ),
        *new_password_fields(
            strength=s.strength,
            words=s.strength_words,
            on_change=s.measure(typed_in(FORM)).debounce(250),
            wired=_wired,
        ),
        row(submit("Change password", busy=s.busy)),
        id=FORM,
        on_submit=s.submit(typed_in(FORM)),
    )


def _problem() -> rx.Component:
    s = ResetPasswordState
    way_on = row(link_button(s.way_on, href=s.href))
    return card(p(s.problem, role="status"), rx.cond(s.way_on, way_on, rx.fragment()))


def _reset_password() -> rx.Component:
    s = ResetPasswordState
    return public_page(
        error_summary(s.summary),
        rx.cond(s.email, card(_form()), rx.fragment()),
        rx.cond(s.problem, _problem(), rx.fragment()),
        rx.cond((s.email == "") & (s.problem == ""), p("Looking at your link."), rx.fragment()),
        heading=s.heading,
    )


PAGE = Page(
    route="/reset-password",
    title="Choose a new password",
    description="Choose a new password for your Assembly account.",
    content=_reset_password,
    on_load=[ResetPasswordState.load],
)
