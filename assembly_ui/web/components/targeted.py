"""Messages a redirect can show, without JavaScript: `/page#name`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.boxes import Tone


def targeted(name: str, *words: Any, tone: Tone = "info") -> rx.Component:
    """An alert that is there while the address ends in `#name`; it then has the focus."""
    return rx.el.div(
        rx.el.div(*words, class_name="alert-body"),
        id=name,
        tab_index=-1,
        class_name=f"alert alert-{tone} shown-when-targeted",
    )
