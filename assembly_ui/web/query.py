"""What stands behind the question mark of a page's address; anyone may write it."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.access import clean_text


def asked(state: rx.State, name: str) -> str:
    """The value of `?name=`, or an empty string."""
    return clean_text(state.router.url.query_parameters.get(name))
