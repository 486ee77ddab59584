"""The front page: what this is, and the two ways in."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web import access
from assembly_ui.web.components import card, link_button, p, row, small, stack
from assembly_ui.web.layout import public_page
from assembly_ui.web.lead_on import lead_on
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page

STEPS = (
    ("Create an account", "With the invite code you were given, in about a minute."),
    ("Find your school", "By its name, local authority or postcode, and say which MIS it uses."),
    (
        "Grant access",
        "Your school authorises the connection in Xporter on Demand, and can take it back there "
        "at any time.",
    ),
    (
        "Authorise an app",
        "You see what an app asks for before it gets anything. Until then we read nothing but "
        "your school's name and identifiers.",
    ),
)


class FrontState(rx.State):
    """Nothing is on the screen that changes."""

    @access.public
    async def load(self):
        """Lead people who are signed in on to their next step."""
        await page_changed(self)
        me = await access.caller_of(self)
        return rx.redirect(await lead_on(me)) if me is not None else None


def _steps() -> rx.Component:
    return card(
        rx.el.ol(
            *[
                rx.el.li(stack(rx.el.strong(title), p(words), gap="tight"))
                for title, words in STEPS
            ],
            class_name="stack",
        ),
        title="How it works",
    )


def _front() -> rx.Component:
    return public_page(
        row(
            link_button("Sign up", href="/sign-up"),
            link_button("Log in", href="/log-in", kind="secondary"),
        ),
        _steps(),
        small("Whilst we are in Beta only invited schools can sign up."),
        heading="Your school's data, in the apps you choose",
        intro="Assembly connects your school's MIS with the apps your school uses. You decide "
        "what each of them gets.",
    )


PAGE = Page(
    route="/",
    title="Your school's data, in the apps you choose",
    description="Assembly connects your school's MIS with the apps your school uses.",
    content=_front,
    on_load=[FrontState.load],
)
