"""What stands in a form right now, as an argument for a handler."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.access import TEXT_LIMIT


def typed_in(form_id: str) -> rx.Var[dict[str, str]]:
    """The fields of the form with this id, read at the moment of the event.

    Cut a little above the longest text a handler takes, so that a book pasted
    into a field is refused in words and not by the socket.
    """
    return rx.Var(
        f"Object.fromEntries(Array.from(new FormData(document.getElementById('{form_id}')),"
        f" ([name, text]) => [name, String(text).slice(0, {TEXT_LIMIT})]))",
        _var_type=dict[str, str],
    )


def ticked_in(form_id: str) -> rx.Var[dict[str, str]]:
    """The boxes ticked in the form with this id: by name, the values between spaces.

    Boxes that share a name are sent as one text, since a form may hold more of them
    than a handler takes fields.
    """
    return rx.Var(
        f"Array.from(new FormData(document.getElementById('{form_id}')))"
        ".reduce((all, [name, value]) =>"
        f" ({{...all, [name]: `${{all[name] ?? ''}} ${{value}}`.slice(0, {TEXT_LIMIT})}}), {{}})",
        _var_type=dict[str, str],
    )
