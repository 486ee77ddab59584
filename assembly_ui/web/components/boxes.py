"""Cards, alerts, badges, lists of facts and checks, tables, empty states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import reflex as rx

Tone = Literal["info", "success", "warning", "danger"]


def card(*children: Any, title: Any = None, **attributes: Any) -> rx.Component:
    """A box with one subject."""
    head = [rx.el.h2(title)] if title is not None else []
    return rx.el.section(*head, *children, class_name="card", **attributes)


def alert(*children: Any, tone: Tone = "info", title: Any = None, **attributes: Any) -> Any:
    """A message that stands out: what happened, what is safe, what to do next."""
    head = [rx.el.p(title, class_name="alert-title")] if title is not None else []
    return rx.el.div(
        rx.el.div(*head, *children, class_name="alert-body"),
        class_name=f"alert alert-{tone}",
        **attributes,
    )


def badge(words: Any, tone: rx.Var[str] | Tone = "info", large: bool = False) -> rx.Component:
    """A state in one or two words. Colour repeats what the words say."""
    size = " badge-large" if large else ""
    dress = (
        f"badge{size} badge-" + tone if isinstance(tone, rx.Var) else f"badge{size} badge-{tone}"
    )
    return rx.el.span(words, class_name=dress)


def mark(state: rx.Var[str] | str) -> rx.Component:
    """✔ for "pass", ✘ for "fail", … for anything else; read aloud as words."""
    sign = rx.match(state, ("pass", "✔"), ("fail", "✘"), ("skip", "–"), "…")
    words = rx.match(state, ("pass", "Yes:"), ("fail", "No:"), ("skip", "Skipped:"), "Waiting:")
    dress = rx.match(
        state, ("pass", "mark mark-pass"), ("fail", "mark mark-fail"), "mark mark-wait"
    )
    return rx.el.span(
        rx.el.span(sign, aria_hidden="true"),
        rx.el.span(words, class_name="visually-hidden"),
        class_name=dress,
    )


def checks(*rows: rx.Component) -> rx.Component:
    """A list of checks; each row is an `rx.el.li`."""
    return rx.el.ul(*rows, class_name="checks")


def facts(*pairs: tuple[str, Any]) -> rx.Component:
    """Names with their values."""
    return rx.el.dl(
        *[part for name, value in pairs for part in (rx.el.dt(name), rx.el.dd(value))],
        class_name="facts",
    )


def table(caption: str, heads: Sequence[str], rows: Any) -> rx.Component:
    """A table; `rows` are `table_row`s, or an `rx.foreach` of them.

    On phones each row becomes a small block. The roles keep it a table to
    screen readers, who would lose that with the look of one.
    """
    columns = [rx.el.th(head, scope="col", role="columnheader") for head in heads]
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="visually-hidden"),
            rx.el.thead(rx.el.tr(*columns, role="row"), role="rowgroup"),
            rx.el.tbody(rows, role="rowgroup"),
            class_name="table",
            role="table",
        ),
        class_name="table-scroll",
        role="region",
        aria_label=caption,
        tab_index=0,
    )


def table_row(*cells: Any, key: Any) -> rx.Component:
    """A row of a `table`, a cell for each of its heads."""
    return rx.el.tr(*[rx.el.td(cell, role="cell") for cell in cells], role="row", key=key)


def timeline(items: Any) -> rx.Component:
    """What happened, newest first; `items` are list items."""
    return rx.el.ol(items, class_name="timeline")


def empty(title: Any, *children: Any) -> rx.Component:
    """What a list or page shows while there is nothing to show."""
    return rx.el.div(rx.el.h2(title), *children, class_name="empty")


def details(summary: Any, *children: Any) -> rx.Component:
    """More for those who open it."""
    return rx.el.details(rx.el.summary(summary), *children, class_name="details")


def code_block(words: Any, **attributes: Any) -> rx.Component:
    """Text to be copied exactly."""
    return rx.el.pre(words, class_name="code-block", tab_index=0, **attributes)
