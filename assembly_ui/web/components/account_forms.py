"""What the forms of accounts have in common."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.forms import field, password_field, strength_meter
from assembly_ui.web.components.text import stack


def account_form(*children: Any, id: str, **attributes: Any) -> rx.Component:
    """A form whose name and address (no password) are offered again in the same tab.

    The browser's own checks are off: ours say what to do, and say it beside the field.
    """
    return rx.el.form(
        stack(*children, gap="wide"),
        id=id,
        no_validate=True,
        custom_attrs={"data-remembers": "true"},
        **attributes,
    )


def email_field(*extra: Any, **attributes: Any) -> rx.Component:
    """The field for the address of the person at the keyboard."""
    return field(
        "email",
        "Email",
        *extra,
        required=True,
        type="email",
        spell_check=False,
        **{"auto_complete": "email", **attributes},
    )


def new_password_fields(
    *, strength: rx.Var[int], words: rx.Var[str], on_change: Any, wired: Any
) -> list[rx.Component]:
    """A new password, how strong it is, and the same again. `wired` wires a field by name."""
    return [
        password_field(
            "password",
            "Password",
            strength_meter(strength, words),
            hint="8 characters minimum",
            auto_complete="new-password",
            on_change=on_change,
            **wired("password"),
        ),
        password_field(
            "password_confirmation",
            "Password confirmation",
            hint="Please type carefully...",
            auto_complete="new-password",
            **wired("password_confirmation"),
        ),
    ]


def ways_on(*links: rx.Component) -> rx.Component:
    """Where else people on this page may want to go."""
    return rx.el.ul(*[rx.el.li(link) for link in links], class_name="links")
