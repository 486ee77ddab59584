"""Scopes, each opening to its fields in plain words."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from assembly_ui.web.components.boxes import details
from assembly_ui.web.components.text import muted
from assembly_ui.web.scopes_view import FieldShown

Sign = Literal["included", "open", "gone"]
_SIGNS: dict[Sign, tuple[str, str]] = {
    "included": ("✔", "mark mark-pass"),
    "open": ("○", "mark"),
    "gone": ("✘", "mark mark-fail"),
}


def scope_list(items: Any, *, sign: Sign = "included") -> rx.Component:
    """Scopes that go together: nothing is ticked here. `sign` repeats what the page says of them:
    they are part of it, they may be, or they no longer are.
    """
    return rx.el.ul(rx.foreach(items, lambda item: _fixed(item, sign)), class_name="scopes")


def scope_choices(items: Any, *, disabled: rx.Var[bool] | bool = False) -> rx.Component:
    """Scopes with a box to tick each. A form sends those ticked; see `typed.ticked_in`."""
    return rx.el.ul(rx.foreach(items, lambda item: _choice(item, disabled)), class_name="scopes")


def field_list(fields: Any) -> rx.Component:
    """Fields, with an invented example beside each, or that nothing is collected for it."""
    return rx.el.dl(
        rx.foreach(
            fields.to(list[FieldShown]),
            lambda field: rx.el.div(
                rx.el.dt(field["words"]),
                rx.cond(
                    field["sample"],
                    rx.el.dd(
                        rx.el.span("such as ", class_name="visually-hidden"),
                        field["sample"],
                        class_name="sample",
                    ),
                    rx.fragment(),
                ),
                rx.cond(
                    field["absent"],
                    rx.el.dd(field["absent"], class_name="muted"),
                    rx.fragment(),
                ),
                key=field["key"],
            ),
        ),
        class_name="scope-fields",
    )


def app_mark(name: rx.Var[str] | str) -> rx.Component:
    """A square with the first letter of an app's name; decoration only."""
    letter = rx.Var.create(name).to(str)[:1]
    return rx.el.span(letter, class_name="app-mark", aria_hidden="true")


def _fixed(item: Any, sign: Sign) -> rx.Component:
    drawn, dress = _SIGNS[sign]
    return rx.el.li(
        rx.el.div(
            rx.el.span(drawn, class_name=dress, aria_hidden="true"),
            rx.el.span(item["title"], class_name="scope-title"),
            _aside(item),
            class_name="scope-head",
        ),
        _body(item),
        key=item["key"],
        class_name="scope",
    )


def _choice(item: Any, disabled: rx.Var[bool] | bool) -> rx.Component:
    ident = "scope-" + item["name"].to(str)
    return rx.el.li(
        rx.el.div(
            rx.el.input(
                type="checkbox",
                id=ident,
                name=item["group"],
                value=item["name"],
                default_checked=item["ticked"],
                disabled=disabled,
                aria_describedby=ident + "-about",
            ),
            rx.el.label(item["title"], html_for=ident, class_name="scope-title"),
            _aside(item),
            class_name="scope-head",
        ),
        _body(item, ident=ident),
        key=item["key"],
        class_name="scope",
    )


def _aside(item: Any) -> rx.Component:
    note = rx.cond(
        item["is_new"], rx.el.span(item["note"], class_name="scope-note"), muted(item["note"])
    )
    return rx.el.span(
        rx.cond(item["note"], note, rx.fragment()),
        rx.cond(item["figures"], muted(item["figures"]), rx.fragment()),
        class_name="scope-aside",
    )


def _body(item: Any, ident: rx.Var[str] | None = None) -> rx.Component:
    brings = rx.el.span(" Brings ", item["brings"], " with it.")
    about: dict[str, Any] = {} if ident is None else {"id": ident + "-about"}
    opened = details(
        rx.fragment(
            "What is in it",
            rx.el.span(": ", item["title"], class_name="visually-hidden"),
        ),
        field_list(item["fields"]),
    )
    return rx.el.div(
        rx.el.p(
            item["summary"],
            rx.cond(item["brings"], brings, rx.fragment()),
            class_name="muted",
            **about,
        ),
        rx.cond(item["fields"].to(list[FieldShown]).length() > 0, opened, rx.fragment()),
        class_name="scope-body",
    )
