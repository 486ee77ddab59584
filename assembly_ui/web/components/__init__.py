"""The vocabulary of the screens: pure functions of their arguments.

Pages are written in these and in plain `rx.el` text. Nobody passes classes:
a new look is a new variant here, and its dress in assets/styles/components.css.
"""

from assembly_ui.web.components.actions import (
    away,
    button,
    copy_button,
    jump,
    link,
    link_button,
    submit,
)
from assembly_ui.web.components.boxes import (
    alert,
    badge,
    card,
    checks,
    code_block,
    details,
    empty,
    facts,
    mark,
    table,
    table_row,
    timeline,
)
from assembly_ui.web.components.forms import (
    checkbox,
    error_summary,
    field,
    password_field,
    radio,
    select_field,
    strength_meter,
)
from assembly_ui.web.components.text import ago, lead, muted, p, row, small, stack, visually_hidden

__all__ = [
    "ago",
    "alert",
    "away",
    "badge",
    "button",
    "card",
    "checkbox",
    "checks",
    "code_block",
    "copy_button",
    "details",
    "empty",
    "error_summary",
    "facts",
    "field",
    "jump",
    "lead",
    "link",
    "link_button",
    "mark",
    "muted",
    "p",
    "password_field",
    "radio",
    "row",
    "select_field",
    "small",
    "stack",
    "strength_meter",
    "submit",
    "table",
    "table_row",
    "timeline",
    "visually_hidden",
]
