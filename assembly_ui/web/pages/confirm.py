"""The page behind a confirmation link: whose account it activates, and a button.

Opening it uses nothing up, since mail scanners open every link. The button
posts a real form.
"""

from __future__ import annotations

import reflex as rx

from assembly_ui.accounts.confirmation import look_at_link
from assembly_ui.accounts.errors import LinkProblem, Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.bootstrap import parts
from assembly_ui.web import access
from assembly_ui.web.account_words import link_words, words_for
from assembly_ui.web.components import ago, card, link_button, p, row, small, submit
from assembly_ui.web.components.plain_form import plain_form
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.query import asked

HEADING = "Confirm your email address"


class ConfirmState(rx.State):
    """Whose link it is, or why it opens nothing."""

    heading: str = HEADING
    token: str = ""
    email: str = ""
    name: str = ""
    asked_at: str = ""
    problem: str = ""
    way_on: str = ""
    href: str = ""

    @access.public
    async def load(self):
        """Look at the link, leaving it unused."""
        await page_changed(self)
        use, now = parts(), parts().clock()
        self.reset()
        try:
            await use.throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))
            token = asked(self, "token")
            seen = await look_at_link(use.database, token=token, now=now)
            self.token, self.email, self.name = token, seen.email, seen.name
            self.asked_at = seen.asked_at.isoformat()
        except LinkProblem as error:
            words = link_words(error, resets=False)
            self.heading, self.problem = words.heading, words.sentence
            self.way_on, self.href = words.way_on, words.href
        except Throttled as error:
            self.problem = words_for(error, now=now)


def _ready() -> rx.Component:
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
            row(submit("Confirm email address")),
            action="/auth/confirm",
        ),
        small(
            "We received this sign-up ",
            ago(s.asked_at),
            ". If that was not you, do nothing: the account stays closed.",
        ),
    )


def _problem() -> rx.Component:
    s = ConfirmState
    way_on = row(link_button(s.way_on, href=s.href))
    return card(p(s.problem, role="status"), rx.cond(s.way_on, way_on, rx.fragment()))


def _confirm() -> rx.Component:
    s = ConfirmState
    return public_page(
        rx.cond(s.email, _ready(), rx.fragment()),
        rx.cond(s.problem, _problem(), rx.fragment()),
        rx.cond((s.email == "") & (s.problem == ""), p("Looking at your link."), rx.fragment()),
        heading=s.heading,
    )


PAGE = Page(
    route="/confirm",
    title="Confirm your email address",
    description="Activate your Assembly account with the link from your mailbox.",
    content=_confirm,
    on_load=[ConfirmState.load],
)
