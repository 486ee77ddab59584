"""Log in: a plain form that also works without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import reflex as rx

from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import wait
from assembly_ui.web.components import card, link, p, password_field, row, stack, submit
from assembly_ui.web.components.account_forms import email_field, ways_on
from assembly_ui.web.components.plain_form import plain_form
from assembly_ui.web.components.targeted import targeted
from assembly_ui.web.layout import public_page
from assembly_ui.web.lead_on import lead_on
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.query import asked

WINDOW = timedelta(hours=1)
"""The longest anyone is kept waiting; see the table of limits."""


class LogInState(rx.State):
    """When somebody who tried too often may try again."""

    retry: str = "in a while"

    @access.public
    async def load(self):
        """Lead people who are signed in on to their next step."""
        await page_changed(self)
        me = await access.caller_of(self)
        if me is not None:
            return rx.redirect(await lead_on(me))
        self.retry = _wait(asked(self, "retry"), now=get_services().clock())
        return None


def _wait(retry: str, *, now: datetime) -> str:
    """How long until the moment in `?retry=`, in seconds since 1970, which anyone may write."""
    seconds = access.clean(int, retry)
    if not now.timestamp() < seconds <= (now + WINDOW).timestamp():
        return wait(now + WINDOW, now)
    return wait(datetime.fromtimestamp(seconds, UTC), now)


def _messages() -> list[rx.Component]:
    return [
        targeted(
            "wrong",
            p("The email address or the password is wrong. Check both and try again."),
            tone="danger",
        ),
        targeted(
            "throttled",
            p(
                "There were too many tries to log in. Nothing of yours is affected. You can try "
                "again ",
                LogInState.retry,
                ".",
            ),
            tone="warning",
        ),
        targeted(
            "confirmed",
            p("Your email address is confirmed. Log in to go on."),
            tone="success",
        ),
        targeted("logged-out", p("You are logged out."), tone="success"),
    ]


def _form() -> rx.Component:
    return plain_form(
        stack(
            email_field(auto_complete="username"),
            password_field("password", "Password", auto_complete="current-password"),
            row(submit("Log in")),
            gap="wide",
        ),
        id="log-in",
        action="/auth/log-in",
        no_validate=True,
        custom_attrs={"data-remembers": "true", "data-keeps-query": "true"},
    )


def _log_in() -> rx.Component:
    return public_page(
        *_messages(),
        card(_form()),
        ways_on(
            rx.el.span("No account yet? ", link("Sign up", href="/sign-up")),
            link("Forgotten password?", href="/forgotten-password"),
            link("Not received confirmation email?", href="/resend-confirmation"),
        ),
        heading="Log in",
    )


PAGE = Page(
    route="/log-in",
    title="Log in",
    description="Log in to the Assembly Platform.",
    content=_log_in,
    on_load=[LogInState.load],
)
