"""The Data Access Request itself: who asks, for what, and the answer."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import (
    alert,
    away,
    button,
    card,
    link,
    p,
    row,
    small,
    stack,
    submit,
)
from assembly_ui.web.components.app_links import app_links
from assembly_ui.web.components.scope_list import app_mark, scope_choices, scope_list
from assembly_ui.web.pages.data_access_request.state import FORM, RequestState
from assembly_ui.web.typed import ticked_in


def asking() -> rx.Component:
    """The page for somebody who may decide."""
    s = RequestState
    return rx.fragment(
        _app(),
        rx.cond(s.other_urn, _other_school(), rx.fragment()),
        rx.cond(s.difference, _difference(), rx.fragment()),
        rx.el.form(
            _required(),
            rx.cond(s.optional.length() > 0, _optional(), rx.fragment()),
            rx.cond(s.going.length() > 0, _going(), rx.fragment()),
            _what_follows(),
            _decide(),
            id=FORM,
            on_submit=s.authorise(ticked_in(FORM)),
            class_name="stack",
        ),
    )


def _app() -> rx.Component:
    app = RequestState.app
    purpose = stack(rx.el.h3("Why it asks"), p(app["purpose"]), gap="tight")
    return card(
        rx.el.div(
            app_mark(app["name"]),
            rx.el.div(
                rx.el.h2(app["name"]),
                rx.cond(app["summary"], p(app["summary"]), rx.fragment()),
            ),
            class_name="app-head",
        ),
        rx.cond(app["purpose"], purpose, rx.fragment()),
        app_links(app),
        aria_label="Who is asking",
    )


def _other_school() -> rx.Component:
    s = RequestState
    return alert(
        rx.el.p(
            s.app["name"],
            " expects the school with the URN ",
            rx.el.strong(s.other_urn),
            ", which is not that of ",
            s.school,
            ". Go on only if you are sure; otherwise ",
            link("switch school", href="/schools"),
            " or begin again there.",
        ),
        tone="warning",
        title="Is this the right school?",
    )


def _difference() -> rx.Component:
    s = RequestState
    return alert(
        rx.el.p(s.difference),
        title=rx.el.span(s.app["name"], " has access already"),
    )


def _required() -> rx.Component:
    s = RequestState
    return card(
        p(
            s.app["name"],
            " does not work without these. You allow all of them or none. Open each to see what "
            "is in it; the examples are invented.",
        ),
        scope_list(s.required),
        title="Required",
    )


def _optional() -> rx.Component:
    s = RequestState
    return card(
        p(
            "Tick what you want to share. ",
            s.app["name"],
            " works without them, and you can change this later under Apps.",
        ),
        scope_choices(s.optional),
        title="Optional",
    )


def _going() -> rx.Component:
    s = RequestState
    return card(
        p("It had access to these, and does not ask for them any more. They are taken away."),
        scope_list(s.going, sign="gone"),
        title="No longer asked for",
    )


def _what_follows() -> rx.Component:
    s = RequestState
    about = rx.el.li(
        "What ",
        s.app["name"],
        " does with the data is described in its ",
        away(
            "privacy policy",
            rx.el.span(" (opens in a new tab)", class_name="visually-hidden"),
            href=s.app["privacy_policy"],
            target="_blank",
            rel="noopener",
        ),
        ".",
    )
    return card(
        rx.el.ul(
            rx.el.li(s.app["name"], " can read what is listed here, and nothing else."),
            rx.el.li(
                "Assembly reads and keeps data of your school only for what you have authorised."
            ),
            rx.cond(s.app["privacy_policy"], about, rx.fragment()),
            rx.el.li(
                "You can change or revoke this at any time under ",
                link("Apps", href="/apps"),
                ". Every admin of your school gets a receipt by email.",
            ),
        ),
        title="What follows",
    )


def _decide() -> rx.Component:
    s = RequestState
    return stack(
        alert(
            rx.el.p(
                "You share data of ",
                rx.el.strong(s.school),
                ". Go on only if you have the authority to do so for your school.",
            ),
            tone="warning",
            title="Have you the authority?",
        ),
        row(
            submit("Authorise App", busy=s.busy),
            button("Not now", kind="secondary", on_click=s.decline, disabled=s.busy, wide=True),
        ),
        small(
            "“Not now” shares nothing. Either answer takes you back to ",
            s.app["name"],
            " at ",
            rx.el.strong(s.returns_to),
            ". Did you not begin this there yourself? Then ask whoever sent you here.",
        ),
    )
