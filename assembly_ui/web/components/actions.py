"""Buttons and links."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.inline import A

Kind = Literal["primary", "secondary", "danger", "quiet"]


def _dress(kind: Kind, wide: bool) -> str:
    return f"button button-{kind}" + (" button-wide-on-phone" if wide else "")


def button(
    *children: Any,
    on_click: Any = None,
    kind: Kind = "primary",
    busy: rx.Var[bool] | bool = False,
    disabled: rx.Var[bool] | bool = False,
    wide: bool = False,
    **attributes: Any,
) -> rx.Component:
    """A button. While `busy` it turns its wheel and takes no second press."""
    if on_click is not None:
        attributes["on_click"] = on_click
    return rx.el.button(
        *children,
        type=attributes.pop("type", "button"),
        class_name=_dress(kind, wide),
        aria_busy=busy,
        disabled=rx.Var.create(disabled) | rx.Var.create(busy),
        **attributes,
    )


def _either(one: rx.Var[bool] | bool, other: rx.Var[bool] | bool) -> rx.Var[bool] | bool:
    if isinstance(one, rx.Var) or isinstance(other, rx.Var):
        return rx.Var.create(one) | rx.Var.create(other)
    return one or other


def submit(
    *children: Any, kind: Kind = "primary", busy: rx.Var[bool] | bool = False, **attributes: Any
) -> rx.Component:
    """The button that sends its form."""
    return button(*children, kind=kind, busy=busy, type="submit", wide=True, **attributes)


def link(*children: Any, href: rx.Var[str] | str, **attributes: Any) -> rx.Component:
    """A link inside the app, or anywhere when `href` is a full address or mailto."""
    if isinstance(href, str) and not href.startswith("/"):
        return A.create(*children, href=href, **attributes)
    return rx.el.a(*children, href=href, **attributes)


def jump(*children: Any, href: rx.Var[str] | str, **attributes: Any) -> rx.Component:
    """A link to another place on the same page: "#" and the id of that place."""
    # `rx.el.a` would make a route of it.
    return A.create(*children, href=href, **attributes)


def link_button(
    *children: Any, href: rx.Var[str] | str, kind: Kind = "primary", **attributes: Any
) -> rx.Component:
    """A link that looks like a button."""
    return link(*children, href=href, class_name=_dress(kind, True), **attributes)


def away(
    *children: Any, href: rx.Var[str] | str, kind: Kind | None = None, **attributes: Any
) -> rx.Component:
    """A link to somebody else's page, whose address may be known only later; with a `kind` it
    looks like a button."""
    dress = {} if kind is None else {"class_name": _dress(kind, True)}
    # `rx.el.a` would make a route of it.
    return A.create(*children, href=href, **dress, **attributes)


def copy_button(words: str, source: str) -> rx.Component:
    """Copies the text of the element whose id is `source`."""
    return button(words, kind="secondary", custom_attrs={"data-copies": source})
