"""A question that must be answered before anything else."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.actions import button


def dialog(*children: Any, title: Any, shown: rx.Var[bool], on_dismiss: Any) -> rx.Component:
    """A modal dialog while `shown`; Escape and its Close button dismiss it.

    The browser's own `dialog` keeps the focus inside; assets/assembly.js opens
    it and gives the focus back.
    """
    box = rx.el.dialog(
        rx.el.div(
            rx.el.h2(title, id="dialog-title", tab_index=-1, auto_focus=True),
            button(
                "Close",
                kind="quiet",
                on_click=on_dismiss,
                custom_attrs={"data-dismisses": "true"},
            ),
            class_name="dialog-head",
        ),
        *children,
        aria_labelledby="dialog-title",
        class_name="dialog",
        custom_attrs={"data-modal": "true"},
    )
    return rx.cond(shown, box, rx.fragment())
