"""The app: its pages, its HTTP routes, what runs while it serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import reflex as rx
from fastapi import FastAPI
from starlette.types import ASGIApp

from assembly_ui import services, settings
from assembly_ui.api import routes as platform_api
from assembly_ui.api.api_host import ApiHost
from assembly_ui.api.slashes import SingleSlashes
from assembly_ui.server import logs
from assembly_ui.server.build import web_folder
from assembly_ui.server.client_ip import SetOrigin
from assembly_ui.web import pauses
from assembly_ui.web.access import callers_now
from assembly_ui.web.addresses import PlainAddresses
from assembly_ui.web.binding import BindToLogIn
from assembly_ui.web.connection import connection_scripts
from assembly_ui.web.connection_limits import ConnectionLimits
from assembly_ui.web.doorman import guard
from assembly_ui.web.focus import focus_target
from assembly_ui.web.http import create_http
from assembly_ui.web.left_tabs import LeftTabs
from assembly_ui.web.live import tabs
from assembly_ui.web.notice import NoticeState, after_browser_failure, after_failure
from assembly_ui.web.page import Page
from assembly_ui.web.pages import (
    app_details,
    apps,
    assessment_points,
    assessments,
    authorisations,
    changeset,
    changesets,
    confirm,
    confirm_email,
    connector,
    data_access_request,
    errors,
    forgotten_password,
    front,
    invitation,
    join,
    log_in,
    prove_ownership,
    resend_confirmation,
    reset_password,
    results,
    school_details,
    school_setup,
    schools,
    scopes,
    sign_up,
    subjects,
    terms,
    users,
)
from assembly_ui.web.security import Security
from assembly_ui.web.watching import keep_watched_schools_fresh
from simulators.schoolbooking import router as schoolbooking
from simulators.xporter import router as stand_in

SETTINGS = settings.load()

PAGES = [
    front.PAGE,
    sign_up.PAGE,
    confirm_email.PAGE,
    confirm.PAGE,
    resend_confirmation.PAGE,
    forgotten_password.PAGE,
    reset_password.PAGE,
    log_in.PAGE,
    terms.PAGE,
    school_setup.PAGE,
    schools.PAGE,
    invitation.PAGE,
    join.PAGE,
    prove_ownership.PAGE,
    school_details.PAGE,
    users.PAGE,
    connector.PAGE,
    apps.PAGE,
    app_details.PAGE,
    data_access_request.PAGE,
    subjects.PAGE,
    assessments.PAGE,
    results.PAGE,
    assessment_points.PAGE,
    scopes.PAGE,
    authorisations.PAGE,
    changesets.PAGE,
    changeset.PAGE,
    errors.NO_ACCESS,
]


def _demo_pages() -> list[Page]:
    """The pages that only a demo has.

    Importing one registers its State, whose handlers anyone can call from then on; so live
    mode does not even import them.
    """
    if not SETTINGS.is_demo:
        return []
    from assembly_ui.web.pages import mailbox

    return [mailbox.PAGE]


LIMITS = ConnectionLimits(SETTINGS, told_by=f"{NoticeState.get_full_name()}.slow_down")
STYLESHEETS = [f"/styles/{sheet}.css" for sheet in ("tokens", "base", "components", "layout")]


@asynccontextmanager
async def _product(app: rx.App) -> AsyncIterator[None]:
    async with (
        services.running(SETTINGS) as parts,
        parts.supervisor.keep(partial(tabs.run, app, parts.pubsub, callers_now), name="live"),
        parts.supervisor.keep(partial(keep_watched_schools_fresh, parts), name="watching"),
        parts.supervisor.keep(LIMITS.run, name="connections"),
        parts.supervisor.keep(left_tabs.run, name="left-tabs"),
    ):
        pauses.keep_short()
        yield


def _http() -> FastAPI:
    http = create_http(SETTINGS)
    http.include_router(platform_api.router(SETTINGS))
    if SETTINGS.is_demo:
        http.include_router(stand_in.router(services.stand_in), prefix=services.STAND_IN_PATH)
        http.include_router(schoolbooking.router(services.booking), prefix=services.BOOKING_PATH)
    return http


def _wrapped(inner: ASGIApp) -> ASGIApp:
    pages = web_folder(SETTINGS) / "build" / "client"
    return SingleSlashes(PlainAddresses(inner, pages))


class SecuredApp(rx.App):
    """The app with `Security` around all of it, Reflex's own middleware included."""

    def __call__(self) -> ASGIApp:
        """The ASGI app that a server serves."""
        logs.take_over_libraries()
        logs.take_over_interpreter()
        pages = web_folder(SETTINGS) / "build" / "client"
        secured = Security(LIMITS.around(super().__call__()), SETTINGS, pages)
        return SetOrigin(ApiHost(secured, SETTINGS.api_host))


logs.configure(json=not SETTINGS.is_demo)
app = SecuredApp(
    html_lang="en-GB",
    stylesheets=STYLESHEETS,
    reset_style=False,
    toaster=None,
    backend_exception_handler=after_failure,
    frontend_exception_handler=after_browser_failure,
    # A fragment, since Reflex puts the whole page inside the outermost element.
    app_wraps={(5, "ConnectionBanner"): lambda stateful: rx.fragment(focus_target())},
    head_components=[
        *connection_scripts(),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.script(src="/assembly.js", defer=True),
    ],
    api_transformer=[_http(), _wrapped],
)
app.add_middleware(BindToLogIn(), index=0)
app.register_lifespan_task(_product)
for page in PAGES + _demo_pages():
    page.add_to(app)
app.add_page(errors.not_found, route="404", title="Not found · Assembly")
left_tabs = LeftTabs(app)
guard(app, left_tabs.left)
