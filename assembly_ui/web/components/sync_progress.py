"""How far the sync of the school is, while it runs."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components.text import ago, small


def progress_bar(
    label: str, *, done: rx.Var[int], of: rx.Var[int], words: rx.Var[str]
) -> rx.Component:
    """A bar that fills. Screen readers hear `label`, how far it is, and `words`."""
    # The browser's own: it needs no style of its own in the markup, which our policy refuses.
    return rx.el.progress(
        value=done,
        max=of,
        class_name="progress",
        aria_label=label,
        custom_attrs={"aria-valuetext": words},
    )


def sync_progress(
    *,
    running: rx.Var[bool],
    waiting: rx.Var[bool],
    doing: rx.Var[str],
    done: rx.Var[int],
    of: rx.Var[int],
    since: rx.Var[str],
) -> rx.Component:
    """What the sync does at the moment; nothing while it rests.

    Only that it begins and ends is read out by itself: the rest changes too often.
    """
    unknown = rx.el.progress(class_name="progress", aria_label="Sync, about to begin")
    step = rx.el.span("Step ", rx.cond(done < of, done + 1, of), " of ", of, " · ")
    words = rx.el.div(
        rx.el.p(
            rx.el.strong("Your data is being read"),
            rx.el.span(": ", doing),
        ),
        rx.cond(of > 0, progress_bar("Sync", done=done, of=of, words=doing), unknown),
        small(rx.cond(of > 0, step, rx.fragment()), "Begun ", ago(since)),
        class_name="sync-progress",
    )
    soon = rx.el.div(
        rx.el.p(rx.el.strong("Your data is about to be read.")),
        unknown,
        class_name="sync-progress",
    )
    return rx.fragment(
        rx.el.span(
            rx.cond(running, "Your data is being read.", ""),
            role="status",
            class_name="visually-hidden",
        ),
        rx.cond(running, words, rx.cond(waiting, soon, rx.fragment())),
    )
