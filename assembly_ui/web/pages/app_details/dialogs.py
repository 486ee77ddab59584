"""What must be answered before anything about an app changes."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import button, checkbox, p, row, stack, submit
from assembly_ui.web.components.dialog import dialog
from assembly_ui.web.pages.app_details.state import REVOKE_FORM, AppState
from assembly_ui.web.typed import typed_in


def dialogs() -> rx.Component:
    """The dialog, while there is a question."""
    s = AppState
    return dialog(
        rx.match(s.step, ("change", _change()), ("revoke", _revoke()), rx.fragment()),
        title=rx.match(
            s.step,
            ("revoke", rx.el.span("Revoke the access of ", s.app["name"])),
            rx.el.span("Change what is shared"),
        ),
        shown=s.step != "",
        on_dismiss=s.close,
    )


def _change() -> rx.Component:
    s = AppState
    return stack(
        rx.cond(
            s.adding.length() > 0,
            rx.el.div(
                p(s.app["name"], " may read from now on:"),
                rx.el.ul(rx.foreach(s.adding, lambda words: rx.el.li(words, key=words))),
            ),
            rx.fragment(),
        ),
        rx.cond(
            s.removing.length() > 0,
            rx.el.div(
                p(s.app["name"], " cannot read any more:"),
                rx.el.ul(rx.foreach(s.removing, lambda words: rx.el.li(words, key=words))),
                p("What it has read of these already stays with it until it deletes it."),
            ),
            rx.fragment(),
        ),
        p("Every admin of your school gets a receipt by email."),
        row(
            button("Change it", on_click=s.change, busy=s.busy),
            button("Leave it as it is", kind="secondary", on_click=s.close),
        ),
    )


def _revoke() -> rx.Component:
    s, name = AppState, AppState.app["name"]
    return rx.el.form(
        p(name, " loses its access to your school's data the moment you press Revoke Access."),
        rx.el.ul(
            rx.el.li(
                rx.el.strong("What stops: "),
                "it can read nothing more, and nothing new. Its keys stop working at once.",
            ),
            rx.el.li(
                rx.el.strong("What it still holds: "),
                "on its own computers, what it has read so far of ",
                s.held_titles,
                ".",
            ),
            rx.el.li(rx.el.strong("What Assembly deletes: "), s.purge_words),
        ),
        checkbox(
            "delete",
            rx.el.span("Also ask ", name, " to delete what it holds. We send it by email."),
        ),
        p("You can authorise it again at any time. Every admin of your school gets a receipt."),
        row(
            submit("Revoke Access", kind="danger", busy=s.busy),
            button("Keep it authorised", kind="secondary", on_click=s.close),
        ),
        id=REVOKE_FORM,
        on_submit=s.revoke(typed_in(REVOKE_FORM)),
        class_name="stack",
    )
