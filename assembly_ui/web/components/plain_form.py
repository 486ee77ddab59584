"""Forms the browser sends by itself."""

from __future__ import annotations

from typing import Any

import reflex as rx


def plain_form(*children: Any, action: str, **attributes: Any) -> rx.Component:
    """A form posted to one of our routes, with or without JavaScript."""
    # Reflex holds back every form unless it is told that there is nothing to run.
    return rx.el.form(*children, action=action, method="post", on_submit=None, **attributes)
