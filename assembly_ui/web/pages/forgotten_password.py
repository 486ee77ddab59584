"""Forgotten password: have a link mailed that lets a new one be chosen."""

from __future__ import annotations

from datetime import timedelta

import reflex as rx

from assembly_ui.accounts.errors import FieldProblem, Throttled
from assembly_ui.accounts.password_reset import LinkLives, request_reset
from assembly_ui.accounts.throttles import Deed
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words, words_for
from assembly_ui.web.components import alert, card, link, p, row, submit
from assembly_ui.web.components.account_forms import account_form, email_field, ways_on
from assembly_ui.web.even_time import in_even_time
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.typed import typed_in

FORM = "forgotten-password"


class ForgottenPasswordState(rx.State):
    """Screen values of the page."""

    sent_to: str = ""
    error: str = ""
    refusal: str = ""
    busy: bool = False

    @access.public
    async def load(self):
        """Begin afresh."""
        await page_changed(self)
        self.reset()

    @access.public
    async def submit(self, form: dict):
        """Send the link; the answer is the same whoever the address belongs to."""
        self.reset()
        self.busy = True
        yield
        try:
            self.sent_to = await in_even_time(self._request(form.get("email", "")))
            yield move_focus("sent")
        except FieldProblem as problem:
            self.error = field_words("email", problem)
            yield move_focus("email")
        except Throttled as error:
            self.refusal = words_for(error, now=get_services().clock())
        finally:
            self.busy = False

    async def _request(self, email: str) -> str:
        services = get_services()
        await services.throttles.hit(Deed.RESET, caller=access.client_ip(self), address=email)
        lives = LinkLives(
            reset=timedelta(hours=services.settings.reset_link_hours),
            confirm=timedelta(hours=services.settings.confirm_link_hours),
        )
        return await request_reset(
            services.database,
            email=email,
            address=services.settings.address,
            lives=lives,
            may_mail=await services.throttles.allows(Deed.RESET, mailbox=email),
            now=services.clock(),
        )


def _sent() -> rx.Component:
    return alert(
        p(
            "If ",
            rx.el.strong(ForgottenPasswordState.sent_to),
            " has an account, a message with a link is on its way there. Your password stays as "
            "it is until you follow the link and choose another.",
        ),
        p(
            "Nothing there after a minute? Look in the spam folder, and check the address below. "
            "If you have asked before, the link in the message before works too."
        ),
        tone="success",
        title="Check your mailbox",
        id="sent",
        tab_index=-1,
    )


def _forgotten_password() -> rx.Component:
    s = ForgottenPasswordState
    form = account_form(
        email_field(hint="We send you a link to choose a new password.", error=s.error),
        row(submit("Send the link", busy=s.busy)),
        id=FORM,
        on_submit=s.submit(typed_in(FORM)),
    )
    return public_page(
        rx.cond(s.sent_to, _sent(), rx.fragment()),
        rx.cond(s.refusal, alert(s.refusal, tone="warning", role="alert"), rx.fragment()),
        card(form),
        ways_on(rx.el.span("Remembered it? ", link("Log in", href="/log-in"))),
        heading="Forgotten password?",
    )


PAGE = Page(
    route="/forgotten-password",
    title="Forgotten password?",
    description="Have a link sent to your email address to choose a new password.",
    content=_forgotten_password,
    on_load=[ForgottenPasswordState.load],
)
