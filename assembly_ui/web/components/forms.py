"""Form fields: label, hint and message always belong to their control.

A field keeps what was typed by itself (it is not bound to a State), so an
error elsewhere never loses it. Pass `error=SomeState.errors["name"]`.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components.actions import button, jump

Words = rx.Var[str] | str


def _label(name: str, label: str, required: bool) -> rx.Component:
    tag = [rx.el.span("required", class_name="required")] if required else []
    return rx.el.label(label, *tag, html_for=name, class_name="field-label")


def _hint(name: str, hint: Any) -> list[rx.Component]:
    return [rx.el.p(hint, id=f"{name}-hint", class_name="field-hint")] if hint else []


def _error(name: str, error: Words) -> rx.Component:
    message = rx.el.p(
        rx.el.span("Error:", class_name="visually-hidden"),
        error,
        id=f"{name}-error",
        class_name="field-error",
    )
    return rx.cond(error, message, rx.fragment()) if isinstance(error, rx.Var) else rx.fragment()


def _wiring(name: str, error: Words, required: bool) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "class_name": "input",
        "aria_describedby": f"{name}-hint {name}-error",
        "aria_invalid": rx.cond(error, "true", "false") if isinstance(error, rx.Var) else "false",
        "custom_attrs": {"aria-required": "true"} if required else {},
    }


def _frame(name: str, label: str, required: bool, hint: Any, error: Words, *control: Any) -> Any:
    return rx.el.div(
        _label(name, label, required),
        *_hint(name, hint),
        _error(name, error),
        *control,
        class_name="field",
    )


def field(
    name: str,
    label: str,
    *extra: Any,
    hint: Any = "",
    error: Words = "",
    required: bool = False,
    **attributes: Any,
) -> rx.Component:
    """A text field. `extra` goes under the control; `attributes` to the input."""
    control = rx.el.input(**_wiring(name, error, required), **attributes)
    return _frame(name, label, required, hint, error, control, *extra)


def password_field(
    name: str,
    label: str,
    *extra: Any,
    hint: Any = "",
    error: Words = "",
    required: bool = True,
    **attributes: Any,
) -> rx.Component:
    """A password field with a button that shows what was typed."""
    control = rx.el.div(
        rx.el.input(type="password", **_wiring(name, error, required), **attributes),
        button(
            "Show",
            kind="quiet",
            custom_attrs={"data-shows-password": name, "aria-pressed": "false"},
            aria_label=f"Show {label.lower()}",
        ),
        class_name="input-with-button",
    )
    return _frame(name, label, required, hint, error, control, *extra)


def select_field(
    name: str,
    label: str,
    options: list[tuple[str, str]] | rx.Var[list[dict[str, str]]],
    *,
    hint: Any = "",
    error: Words = "",
    required: bool = False,
    placeholder: str = "Choose one",
    **attributes: Any,
) -> rx.Component:
    """A drop-down list of (value, words); or of a State's, each a `value` with its `words`."""
    first = [rx.el.option(placeholder, value="")] if placeholder else []
    control = rx.el.select(
        *first,
        *_options(options),
        **_wiring(name, error, required),
        **attributes,
    )
    return _frame(name, label, required, hint, error, control)


def _options(options: list[tuple[str, str]] | rx.Var[list[dict[str, str]]]) -> list[rx.Component]:
    if isinstance(options, rx.Var):
        return [
            rx.foreach(
                options, lambda o: rx.el.option(o["words"], value=o["value"], key=o["value"])
            )
        ]
    return [rx.el.option(words, value=value) for value, words in options]


def checkbox(name: str, label: Any, **attributes: Any) -> rx.Component:
    """A box to tick, with its words beside it."""
    return _choice("checkbox", name, name, label, attributes)


def radio(name: str, value: str, label: Any, **attributes: Any) -> rx.Component:
    """One of several choices that share `name`."""
    return _choice("radio", name, f"{name}-{value}", label, {"value": value, **attributes})


def _choice(kind: str, name: str, ident: str, label: Any, attributes: dict) -> rx.Component:
    return rx.el.div(
        rx.el.input(type=kind, id=ident, name=name, **attributes),
        rx.el.label(label, html_for=ident),
        class_name="choice",
    )


def error_summary(errors: rx.Var[list[dict[str, str]]]) -> rx.Component:
    """The list that heads a refused form; each line leads to its field.

    `errors` holds {"field": id, "message": words} in the order of the form.
    """
    lines = rx.foreach(
        errors,
        lambda e: rx.el.li(jump(e["message"], href="#" + e["field"].to(str)), key=e["field"]),
    )
    summary = rx.el.div(
        rx.el.div(
            rx.el.h2("There is a problem", class_name="alert-title"),
            rx.el.ul(lines),
            class_name="alert-body",
        ),
        id="error-summary",
        role="alert",
        tab_index=-1,
        class_name="alert alert-danger",
    )
    return rx.cond(errors.length() > 0, summary, rx.fragment())


def strength_meter(strength: rx.Var[int], words: rx.Var[str]) -> rx.Component:
    """How strong a password is, 0 to 4, in bars and in words."""
    bars = [
        rx.el.span(class_name=rx.cond(strength > n, "meter-bar meter-bar-on", "meter-bar"))
        for n in range(4)
    ]
    return rx.el.div(
        rx.el.span(*bars, class_name="meter", aria_hidden="true"),
        rx.el.span(words),
        class_name="meter",
        aria_live="polite",
    )
