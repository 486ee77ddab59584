"""What the lists of mappings share: how something is mapped, and taking a change back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.actions import button
from assembly_ui.web.components.boxes import alert, badge
from assembly_ui.web.components.text import ago, muted, row, small


def mapping_state(mapped: Any) -> rx.Component:
    """Suggested, chosen (by whom, when), or not mapped."""
    chosen = rx.fragment(
        rx.cond(mapped["by"], muted("by ", mapped["by"], " "), rx.fragment()),
        muted(ago(mapped["at"].to(str))),
    )
    return rx.el.div(
        badge(mapped["state"], mapped["tone"].to(str)),
        rx.cond(mapped["at"], rx.el.div(chosen, class_name="small"), rx.fragment()),
        class_name="mapping-state",
    )


def undo_notice(words: rx.Var[str], *, on_undo: Any, on_dismiss: Any) -> rx.Component:
    """What was just done, and one press that takes it back; nothing before anything was."""
    line = row(
        rx.el.p(words),
        row(
            button("Undo", kind="secondary", on_click=on_undo),
            button("Dismiss", kind="quiet", on_click=on_dismiss),
        ),
        spread=True,
    )
    return rx.el.div(
        rx.cond(words, alert(line, tone="success"), rx.fragment()),
        role="status",
        class_name="notice-area undo",
    )


def conflict(words: rx.Var[str]) -> rx.Component:
    """Somebody else chose meanwhile; nothing of it is overwritten unseen."""
    told = alert(rx.el.p(words), title="Changed meanwhile", tone="warning")
    return rx.el.div(rx.cond(words, told, rx.fragment()), role="alert")


def only_admins(may_act: rx.Var[bool], deed: str) -> rx.Component:
    """Why a viewer sees no buttons."""
    return rx.cond(
        may_act,
        rx.fragment(),
        small(f"You can look at this page. An admin or the owner of your school can {deed}."),
    )
