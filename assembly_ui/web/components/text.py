"""Paragraphs, spacing and times."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx


def p(*children: Any, **attributes: Any) -> rx.Component:
    """A paragraph of a comfortable width."""
    return rx.el.p(*children, class_name="text", **attributes)


def lead(*children: Any) -> rx.Component:
    """The sentence under a page's heading."""
    return rx.el.p(*children, class_name="lead")


def muted(*children: Any, **attributes: Any) -> rx.Component:
    """Text that may be overlooked."""
    return rx.el.span(*children, class_name="muted", **attributes)


def small(*children: Any, **attributes: Any) -> rx.Component:
    """A small, quiet paragraph."""
    return rx.el.p(*children, class_name="small muted text", **attributes)


def stack(
    *children: Any, gap: Literal["tight", "normal", "wide"] = "normal", **attributes: Any
) -> rx.Component:
    """Things under each other."""
    return rx.el.div(*children, class_name=f"stack stack-{gap}", **attributes)


def row(*children: Any, spread: bool = False, **attributes: Any) -> rx.Component:
    """Things beside each other, wrapping on small screens."""
    return rx.el.div(*children, class_name="row row-between" if spread else "row", **attributes)


def visually_hidden(*children: Any, **attributes: Any) -> rx.Component:
    """Text for screen readers alone."""
    return rx.el.span(*children, class_name="visually-hidden", **attributes)


def ago(moment: rx.Var[str] | str) -> rx.Component:
    """How long ago `moment` (ISO 8601) was, ticking; the exact time on hover.

    The words are put in by assets/assembly.js, so that time passes without a
    message from the server; it measures from the server's clock (`routes/clock.py`).
    """
    return rx.el.time(date_time=moment, class_name="ago")
