"""A cool-down that can be watched."""

from __future__ import annotations

import reflex as rx


def countdown(words: str, until: rx.Var[str], *, holds: str) -> rx.Component:
    """`words`, then how long until `until` (ISO 8601), ticking; gone when it is over.

    Until then the button whose id is `holds` takes no press, yet keeps the
    focus. assets/assembly.js counts, by the server's clock, so that no message is
    needed for it.
    """
    return rx.el.p(
        words,
        " ",
        rx.el.time(date_time=until, class_name="countdown", custom_attrs={"data-holds": holds}),
        class_name="small muted",
    )
