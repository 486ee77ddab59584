"""What a page is: a route, what it is called, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

PRODUCT = "Assembly"


@dataclass(frozen=True)
class Page:
    """One address of the app. `title` is also what search results show."""

    route: str
    title: str
    description: str
    content: Callable[[], rx.Component]
    on_load: Sequence[Any] = ()

    def add_to(self, app: rx.App) -> None:
        """Register the page with the app."""
        app.add_page(
            self.content,
            route=self.route,
            title=f"{self.title} · {PRODUCT}",
            description=self.description,
            on_load=list(self.on_load) or None,
        )
