"""Moves the keyboard focus to an element of the page, if it is still there.

Reflex's own `rx.set_focus` reports an error in the browser when the element is gone: after a
double click, or when the person has left the page before the answer came. Here the id is written
to a hidden element that every page has, and assets/assembly.js moves the focus.
"""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

TARGET_ID = "focus-target"


def move_focus(element_id: str) -> EventSpec:
    """The event that focuses the element with this id; without such an element it does nothing.

    The element may appear with the same answer.
    """
    return rx.set_value(TARGET_ID, element_id)


def focus_target() -> rx.Component:
    """The hidden element that `move_focus` writes to. Once on every page."""
    return rx.el.data(id=TARGET_ID, hidden=True)
