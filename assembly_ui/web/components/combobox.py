"""A text field with a list of suggestions: the ARIA 1.2 combobox with a listbox popup.

The page decides what is suggested; assets/combobox.js does what happens between
two answers of the server: opening, moving with the keys, telling screen readers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import reflex as rx

from assembly_ui.web.components.actions import button
from assembly_ui.web.components.forms import Words, _frame, _wiring


class TextPart(TypedDict):
    """A piece of a text, and whether it is what was typed."""

    text: str
    matched: bool


def combobox(
    name: str,
    label: str,
    *extra: Any,
    options: Any,
    option: Callable[[Any], list[Any]],
    on_type: Any,
    on_choose: Callable[[Any], Any],
    on_clear: Any,
    asked: Words,
    note: Words,
    says: Words,
    hint: Any = "",
    error: Words = "",
    required: bool = False,
) -> rx.Component:
    """A field that suggests.

    Every one of `options` has a `key` and a `label`, which becomes the text of
    the field when it is chosen; an empty label leaves the text as it is. `asked`
    is the text they answer, `note` a line under them, `says` what screen readers
    are told of them.
    """

    def shown(item: Any) -> rx.Component:
        return rx.el.li(
            *option(item),
            id=f"{name}-option-" + item["key"].to(str),
            role="option",
            aria_selected="false",
            class_name="option",
            on_click=on_choose(item["key"]),
            custom_attrs={"data-label": item["label"]},
            key=item["key"],
        )

    control = rx.el.div(
        _input(name, error, required, on_type),
        button(
            "Clear",
            kind="quiet",
            on_click=on_clear,
            aria_label=f"Clear the {label.lower()}",
            custom_attrs={"data-clears": name},
        ),
        rx.el.div(
            rx.el.ul(
                rx.foreach(options, shown),
                id=f"{name}-list",
                role="listbox",
                aria_label=label,
                class_name="listbox",
                custom_attrs={"data-asked": asked},
            ),
            rx.cond(note, rx.el.p(note, class_name="listbox-note"), rx.fragment()),
            class_name="popup",
            hidden=True,
        ),
        rx.el.p(says, class_name="popup-says", hidden=True),
        rx.el.p(role="status", class_name="visually-hidden"),
        class_name="combobox input-with-button",
    )
    return _frame(name, label, required, hint, error, control, *extra)


def marked(parts: Any) -> rx.Component:
    """A text with what was typed highlighted in it."""
    return rx.foreach(
        parts.to(list[TextPart]),
        lambda part: rx.cond(part["matched"], rx.el.mark(part["text"]), part["text"]),
    )


def _input(name: str, error: Words, required: bool, on_type: Any) -> rx.Component:
    wiring = _wiring(name, error, required)
    wiring["custom_attrs"] |= {
        "role": "combobox",
        "aria-autocomplete": "list",
        "aria-controls": f"{name}-list",
        "aria-expanded": "false",
    }
    return rx.el.input(
        type="text",
        auto_complete="off",
        auto_capitalize="off",
        spell_check=False,
        # Lets the style sheet tell an empty field, which needs no Clear.
        placeholder=" ",
        on_change=on_type,
        **wiring,
    )
