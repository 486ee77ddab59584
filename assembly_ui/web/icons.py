"""Line icons of the navigation, drawn on a 20 by 20 grid."""

from __future__ import annotations

import reflex as rx

_PATHS = {
    "School Details": "M3 17V8l7-4 7 4v9M8 17v-5h4v5M2 17h16",
    "Users": "M7 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5 8c0-3 2-5 5-5s5 2 5 5M13 9a2.5 2.5 0 1 0 0-5"
    "M14 12c2.5 0 4 2 4 5",
    "Connector": "M8 12 12 8M6.5 10 4 12.5a2.8 2.8 0 0 0 4 4L10.5 14M9.5 6 12 3.5"
    "a2.8 2.8 0 0 1 4 4L13.5 10",
    "Apps": "M3 3h5.5v5.5H3zM11.5 3H17v5.5h-5.5zM3 11.5h5.5V17H3zM11.5 11.5H17V17h-5.5z",
    "Subjects": "M4 3h9a3 3 0 0 1 3 3v11H7a3 3 0 0 1-3-3V3Zm0 11a3 3 0 0 1 3-3h9",
    "Assessments": "M5 3h10v14H5zM8 7h4M8 10h4M8 13h2",
    "Assessment Points": "M3 16 8 9l4 4 5-8M3 16h14",
    "Scopes": "M10 3 4 5.5V10c0 4 2.5 6 6 7 3.5-1 6-3 6-7V5.5L10 3Z",
    "Authorisations": "M3 10.5 8 15 17 5",
    "Changesets": "M4 5h12M4 10h8M4 15h10M14 9l3 2.5-3 2.5",
    "menu": "M3 6h14M3 10h14M3 14h14",
    "theme": "M10 3a7 7 0 1 0 7 7 5.5 5.5 0 0 1-7-7Z",
}


def icon(name: str) -> rx.Component:
    """The icon called `name`; decoration only, hidden from screen readers."""
    return rx.el.svg(
        rx.el.path(d=_PATHS[name]),
        view_box="0 0 20 20",
        width="20",
        height="20",
        class_name="icon",
        aria_hidden="true",
    )


def logo() -> rx.Component:
    """Two blocks that meet: the mark of the product."""
    return rx.el.svg(
        rx.el.path(d="M3 22 12 4l5 10-4 8Z", class_name="logo-a"),
        rx.el.path(d="M14.5 22 19 13l4.5 9Z", class_name="logo-b"),
        rx.el.path(d="M12 4h5l4 8-2.5 4.5Z", class_name="logo-c"),
        view_box="0 0 26 26",
        width="28",
        height="28",
        aria_hidden="true",
    )
