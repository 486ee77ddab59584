"""Going through a long list, page by page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.actions import button


def pager(name: str, *, number: rx.Var[int], pages: rx.Var[int], on_go: Any) -> rx.Component:
    """Which page of the list called `name` this is, and the ones beside it.

    Nothing at all while there is one page only.
    """
    line = rx.el.nav(
        button("Previous", kind="secondary", on_click=on_go(number - 1), disabled=number <= 1),
        rx.el.span("Page ", number, " of ", pages, role="status"),
        button("Next", kind="secondary", on_click=on_go(number + 1), disabled=number >= pages),
        aria_label=f"Pages of {name}",
        class_name="row",
    )
    return rx.cond(pages > 1, line, rx.fragment())
