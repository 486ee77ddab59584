"""A school among the suggestions, and the one that was chosen."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.boxes import alert
from assembly_ui.web.components.combobox import marked


def suggested_school(item: Any) -> list[Any]:
    """What a suggestion shows: the name, and under it where the school is."""
    closed = rx.el.span(" (closed)", class_name="muted")
    by_number = rx.el.span("DfE number ", marked(item["dfe_number"]))
    return [
        rx.el.span(
            marked(item["name"]),
            rx.cond(item["closed"], closed, rx.fragment()),
            class_name="option-name",
        ),
        rx.el.span(
            _place(item["town"]),
            _place(item["postcode"]),
            _place(item["local_authority"]),
            rx.cond(item["urn"].length() > 0, rx.el.span("URN ", marked(item["urn"]))),
            rx.cond(item["dfe_number"].length() > 0, by_number),
            class_name="option-places",
        ),
    ]


def chosen_school(chosen: Any) -> rx.Component:
    """The choice, echoed; nothing while there is none."""
    place = (chosen["town"], chosen["postcode"], chosen["local_authority"])
    echo = alert(
        rx.el.p(rx.el.strong(chosen["name"])),
        rx.el.p(
            *[rx.cond(part, rx.el.span(part)) for part in place],
            rx.el.span("URN ", chosen["urn"]),
            class_name="option-places",
        ),
        title="You have chosen",
        tone="success",
        id="chosen-school",
    )
    return rx.cond(chosen["urn"], echo, rx.fragment())


def _place(parts_of_text: Any) -> rx.Component:
    return rx.cond(parts_of_text.length() > 0, rx.el.span(marked(parts_of_text)))
