"""Data Access Request: what an app asks of a school, and the school's answer.

An app sends people here from wherever they are: signed out, without a school, without a
connection. The request waits until they have come as far as an answer.
"""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import lead, link, p, small
from assembly_ui.web.layout import public_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.data_access_request.asking import asking
from assembly_ui.web.pages.data_access_request.before import gone, leaving, on_the_way, welcome
from assembly_ui.web.pages.data_access_request.state import RequestState
from assembly_ui.web.signed_in import SignedInState, signed_in_as
from assembly_ui.web.waiting_request import PAGE as ROUTE

__all__ = ["PAGE"]


def data_access_request() -> rx.Component:
    """The page."""
    s = RequestState
    asks = lead(s.app["name"], " asks for access to data of ", rx.el.strong(s.school), ".")
    return public_page(
        rx.match(
            s.stage,
            ("welcome", welcome()),
            ("way", on_the_way()),
            ("ask", rx.fragment(asks, asking())),
            ("gone", gone()),
            ("leaving", leaving()),
            p("Loading the request …"),
        ),
        rx.cond(s.has_other_schools, _other_school(), rx.fragment()),
        signed_in_as(),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading=s.heading,
    )


def _other_school() -> rx.Component:
    return small(
        "You belong to several schools. To answer for another one, ",
        link("switch school", href="/schools"),
        ": the request waits for you there too.",
    )


PAGE = Page(
    route=ROUTE,
    title="Data Access Request",
    description="What an app asks of your school's data, and your answer.",
    content=data_access_request,
    on_load=[SignedInState.look, RequestState.load],
)
