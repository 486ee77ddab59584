"""The sections of an app's page."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import (
    ago,
    alert,
    away,
    badge,
    button,
    card,
    empty,
    facts,
    link_button,
    p,
    row,
    small,
    stack,
    submit,
)
from assembly_ui.web.components.app_links import app_links
from assembly_ui.web.components.scope_list import app_mark, scope_choices, scope_list
from assembly_ui.web.pages.app_details.state import FORM, AppState
from assembly_ui.web.typed import ticked_in


def unknown() -> rx.Component:
    """An address that names no app."""
    return empty(
        "We cannot find that app",
        p("It may have been switched off, or the address is incomplete. Nothing was changed."),
        link_button("Go to Apps", href="/apps"),
    )


def about() -> rx.Component:
    """Who the app is."""
    app = AppState.app
    return card(
        rx.el.div(
            app_mark(app["name"]),
            rx.el.div(
                rx.cond(app["summary"], p(rx.el.strong(app["summary"])), rx.fragment()),
                rx.cond(app["description"], p(app["description"]), rx.fragment()),
            ),
            class_name="app-head",
        ),
        rx.cond(
            app["purpose"],
            stack(rx.el.h2("Why it asks for data"), p(app["purpose"]), gap="tight"),
            rx.fragment(),
        ),
        app_links(app),
        aria_label="What it is",
    )


def access_card() -> rx.Component:
    """Whether it is authorised, and the way to change that."""
    s = AppState
    return card(
        rx.cond(s.held["since"], _authorised(), _not_authorised()),
        title="Access",
    )


def _authorised() -> rx.Component:
    s, held = AppState, AppState.held
    return rx.fragment(
        row(badge("Authorised", "success", large=True)),
        facts(
            (
                "Since",
                rx.fragment(ago(held["since"]), rx.el.span(" by ", held["by"])),
            ),
            ("Last changed", rx.cond(held["changed"], ago(held["changed"]), "Not changed since")),
            ("Last used", rx.cond(held["used"], ago(held["used"]), "Not yet")),
            ("May read", held["sets"]),
            (
                "Lasts until",
                rx.cond(
                    held["until"],
                    rx.fragment(held["until"], ", then it has to ask you again"),
                    "Shown here once the app has used its access",
                ),
            ),
        ),
        rx.cond(
            s.may_act,
            row(
                button("Revoke Access", kind="danger", on_click=s.ask_to_revoke, wide=True),
                rx.cond(
                    s.app["install"],
                    away("Open ", s.app["name"], href=s.app["install"], kind="secondary"),
                    rx.fragment(),
                ),
            ),
            _viewer(),
        ),
    )


def _not_authorised() -> rx.Component:
    s = AppState
    authorise = away("Authorise Now", href=s.app["install"], kind="primary")
    held_back = button("Authorise Now", disabled=True, aria_describedby="why-not", wide=True)
    return rx.fragment(
        row(badge("Not authorised", "info", large=True)),
        p(
            s.app["name"],
            " gets nothing of your school's data. Authorise Now takes you to it: it asks for "
            "access, and you see what it asks for before you decide.",
        ),
        row(rx.cond(s.why_not, held_back, authorise)),
        rx.cond(
            s.why_not, rx.el.p(s.why_not, id="why-not", class_name="text muted"), rx.fragment()
        ),
    )


def _viewer() -> rx.Component:
    return small("You can look at this page. An admin or the owner of your school can change it.")


def revoked() -> rx.Component:
    """After access was taken back: what the app still holds."""
    s = AppState
    asked = rx.el.p(s.app["name"], " was asked to delete it ", ago(s.deletion_asked), ".")
    ask = rx.fragment(
        rx.el.p("You can ask ", s.app["name"], " to delete it. We send the request by email."),
        rx.cond(
            s.may_act,
            row(
                button(
                    "Ask ",
                    s.app["name"],
                    " to delete what it holds",
                    kind="secondary",
                    on_click=s.ask_for_deletion,
                    wide=True,
                )
            ),
            rx.fragment(),
        ),
    )
    shown = alert(
        rx.el.p(
            "Access was revoked ",
            ago(s.revoked_at),
            ". What ",
            s.app["name"],
            " read before that is still on its own computers.",
        ),
        rx.cond(
            s.purge_on,
            rx.el.p(
                "What Assembly keeps and no app may read any more is deleted on ", s.purge_on, "."
            ),
            rx.fragment(),
        ),
        rx.cond(s.deletion_asked, asked, ask),
        title="It may still hold data",
    )
    return rx.cond(s.revoked_at, shown, rx.fragment())


def required() -> rx.Component:
    """What the app cannot do without."""
    s = AppState
    listed = card(
        p(
            rx.cond(
                s.held["since"],
                "It may read all of these while it is authorised.",
                "It asks for all of these together. Open each to see what is in it; the examples "
                "are invented.",
            )
        ),
        rx.cond(s.held["since"], scope_list(s.required), scope_list(s.required, sign="open")),
        title="Required",
    )
    return rx.cond(s.required.length() > 0, listed, rx.fragment())


def optional() -> rx.Component:
    """What may be shared besides."""
    s = AppState
    held = rx.el.form(
        p("Tick what you want to share. Nothing changes before you have confirmed it."),
        scope_choices(s.optional, disabled=~s.may_act),
        rx.cond(
            s.may_act,
            row(submit("Change what is shared", kind="secondary")),
            _viewer(),
        ),
        id=FORM,
        on_submit=s.prepare(ticked_in(FORM)),
        class_name="stack",
    )
    not_yet = rx.fragment(
        p("You choose among these when you authorise it. None of them is needed."),
        scope_list(s.optional, sign="open"),
    )
    return rx.cond(
        s.optional.length() > 0,
        card(rx.cond(s.held["since"], held, not_yet), title="Optional"),
        rx.fragment(),
    )
