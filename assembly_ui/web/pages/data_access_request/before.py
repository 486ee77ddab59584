"""What a Data Access Request shows while it cannot be answered yet."""

from __future__ import annotations

import reflex as rx

from assembly_ui import settings
from assembly_ui.web.components import (
    alert,
    away,
    button,
    card,
    checks,
    code_block,
    copy_button,
    lead,
    link,
    link_button,
    mark,
    p,
    row,
    small,
)
from assembly_ui.web.components.scope_list import app_mark
from assembly_ui.web.pages.data_access_request.state import RequestState
from assembly_ui.web.request_steps import Missing

HELP = settings.load().help_email


def welcome() -> rx.Component:
    """For people who are not signed in: what this is, and the two ways on."""
    s = RequestState
    return rx.fragment(
        lead(
            "Assembly connects your school's MIS with the apps your school uses, and lets you "
            "decide what each of them gets."
        ),
        card(
            rx.el.div(
                app_mark(s.app["name"]),
                rx.el.div(
                    p(
                        "The next screens guide you through authorising ",
                        rx.el.strong(s.app["name"]),
                        ". Nothing is shared before you have seen what it asks for and said yes.",
                    )
                ),
                class_name="app-head",
            ),
            aria_label="What this is about",
        ),
        rx.cond(s.waiting_for, _confirm_first(), _two_ways()),
        small("Questions? Write to ", link(HELP, href=f"mailto:{HELP}"), "."),
    )


def _two_ways() -> rx.Component:
    s = RequestState
    return rx.el.div(
        card(
            p(
                "Sign up, say which school is yours and connect its MIS. The request waits for "
                "you meanwhile, on any device, and comes back at the end."
            ),
            row(link_button("Sign up", href=s.sign_up_href)),
            title="New to Assembly?",
        ),
        card(
            p("Sign in. You come back to this request at once."),
            row(link_button("Sign in", href=s.log_in_href, kind="secondary")),
            title="Have an account?",
        ),
        class_name="two-ways",
    )


def _confirm_first() -> rx.Component:
    s = RequestState
    return alert(
        rx.el.p(
            "We have sent a message to ",
            rx.el.strong(s.waiting_for),
            ". Follow the link in it, then log in: the request is kept for you.",
        ),
        row(
            link_button("Look at the confirmation", href="/confirm-email"),
            link_button("Sign in", href=s.log_in_href, kind="secondary"),
        ),
        title="Confirm your email address first",
    )


def on_the_way() -> rx.Component:
    """For people who have a step to take first."""
    s = RequestState
    return card(
        p(
            rx.el.strong(s.app["name"]),
            " asks for access to your school's data. The request is kept for you until ",
            s.until,
            ".",
        ),
        checks(rx.foreach(s.steps, _step)),
        rx.match(
            s.missing,
            (
                Missing.SCHOOL,
                _next("Next, tell us which school is yours.", "School Setup", "/school-setup"),
            ),
            (
                Missing.CONNECTION,
                _next(
                    "Next, connect the MIS of your school. Come back here when the badge says "
                    "Connected: a line at the top of every page leads here.",
                    "Go to Connector",
                    "/connector",
                ),
            ),
            (Missing.AUTHORITY, _who_may()),
            rx.fragment(),
        ),
        row(button("Not now, go back to ", s.app["name"], kind="quiet", on_click=s.decline)),
        title="Before you can decide",
    )


def _step(item: rx.Var) -> rx.Component:
    return rx.el.li(
        mark(item["mark"]),
        rx.el.span(item["name"], class_name="check-name"),
        rx.el.span(item["words"], class_name="check-words"),
        key=item["key"],
        class_name="check",
    )


def _next(words: str, label: str, href: str) -> rx.Component:
    return rx.fragment(p(words), row(link_button(label, href=href)))


def _who_may() -> rx.Component:
    s = RequestState
    return alert(
        rx.el.p("As a viewer you may look at everything and change nothing. These people may:"),
        rx.el.ul(rx.foreach(s.approvers, lambda who: rx.el.li(who, key=who))),
        rx.el.p(
            "Ask one of them to open Apps, choose ",
            s.app["name"],
            " and press Authorise Now; or ask them to make you an admin: this page changes by "
            "itself then, and nothing of the request is lost.",
        ),
        rx.cond(s.address, _hand_over(), rx.fragment()),
        title="Somebody else has to decide",
        tone="warning",
    )


def _hand_over() -> rx.Component:
    s = RequestState
    return rx.fragment(
        rx.el.p(
            "Or send one of them this address. Whoever opens it last can decide; to finish, ",
            s.app["name"],
            " may ask them to log in as you did there:",
        ),
        code_block(s.address, id="request-address"),
        row(copy_button("Copy the address", "request-address")),
    )


def gone() -> rx.Component:
    """A request that cannot be answered, and the way on."""
    s = RequestState
    return card(
        p(s.sentence, role="status"),
        row(
            rx.cond(
                s.signed_in,
                link_button("Go to Apps", href="/apps"),
                link_button("Log in", href="/log-in"),
            )
        ),
    )


def leaving() -> rx.Component:
    """Decided: on the way back to the app."""
    s = RequestState
    return card(
        p(s.sentence, role="status"),
        row(
            away(
                "Continue to ",
                s.app["name"],
                href=s.onward,
                kind="primary",
                custom_attrs={"data-leads-on": "true"},
            )
        ),
        rx.cond(
            s.signed_in,
            small("Or ", link("stay here and look at the app", href=s.app_href), "."),
            rx.fragment(),
        ),
    )
