"""The app: its pages, its HTTP routes, what runs while it serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from assembly_ui import bootstrap, settings
from assembly_ui.web.binding import BindToLogIn
from assembly_ui.web.http import create_http
from assembly_ui.web.layout import connection_banner
from assembly_ui.web.live import tabs
from assembly_ui.web.pages import data_pages, errors

SETTINGS = settings.load()

PAGES = [
    *data_pages.PAGES,
    errors.NO_ACCESS,
]

STYLESHEETS = [f"/styles/{sheet}.css" for sheet in ("tokens", "base", "components", "layout")]


@asynccontextmanager
async def _product(app: rx.App) -> AsyncIterator[None]:
    async with (
        bootstrap.running(SETTINGS) as parts,
        bootstrap.background(tabs.run(app, parts.pubsub)),
    ):
        yield


app = rx.App(
    html_lang="en-GB",
    stylesheets=STYLESHEETS,
    reset_style=False,
    toaster=None,
    app_wraps={(5, "ConnectionBanner"): lambda stateful: connection_banner() if stateful else None},
    head_components=[
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.script(src="/assembly.js", defer=True),
    ],
    api_transformer=create_http(SETTINGS),
)
app.add_middleware(BindToLogIn(), index=0)
app.register_lifespan_task(_product)
for page in PAGES:
    page.add_to(app)
app.add_page(errors.not_found, route="404", title="Not found · Assembly")
