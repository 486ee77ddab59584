"""The fields of a school that is not in the register, wherever they are asked for."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.web.components import field

_FIELDS: dict[str, dict[str, Any]] = {
    "name": {"label": "Name of your school", "auto_complete": "organization"},
    "town": {"label": "Town or city", "auto_complete": "address-level2"},
    "postcode": {"label": "Postcode", "auto_complete": "postal-code", "auto_capitalize": "off"},
    "local_authority": {"label": "Local authority", "auto_complete": "off"},
    "dfe_number": {
        "label": "DfE number",
        "hint": "7 digits, such as 213 4567, if your school has one. Xporter on Demand knows "
        "schools by it, so the connector cannot work without.",
        "auto_complete": "off",
        "input_mode": "numeric",
    },
}


def unlisted_fields(typed: Any, errors: Any, *, on_blur: Any = None) -> list[rx.Component]:
    """One field each, filled with `typed`; all but the DfE number are required."""
    return [
        field(
            name,
            required=name != "dfe_number",
            error=errors[name],
            default_value=typed[name],
            **({"on_blur": on_blur(name)} if on_blur is not None else {}),
            **about,
        )
        for name, about in _FIELDS.items()
    ]
