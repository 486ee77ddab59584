"""Where to read more about an app."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.actions import away

_PAGES = (("privacy_policy", "Privacy policy"), ("website", "Website"), ("support", "Support"))


def app_links(app: Any) -> rx.Component:
    """Its pages; nothing in place of one it does not name."""
    return rx.el.ul(
        *[
            rx.cond(app[name], rx.el.li(_elsewhere(words, app, name)), rx.fragment())
            for name, words in _PAGES
        ],
        class_name="links",
    )


def _elsewhere(words: str, app: Any, name: str) -> rx.Component:
    return away(
        words,
        rx.el.span(" of ", app["name"], " (opens in a new tab)", class_name="visually-hidden"),
        href=app[name],
        target="_blank",
        rel="noopener",
    )
