"""Nobody learns from an answer, or from the work behind it, what there is and what there is not."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import reflex as rx
from fastapi import FastAPI
from reflex_base.registry import RegistrationContext

from assembly_ui.accounts.invite_codes import DEFAULT_CODE, ensure_default_code
from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.api.routes import router as platform_routes
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from assembly_ui.web.http import create_http
from assembly_ui.web.pages.confirm_email import ConfirmEmailState
from assembly_ui.web.pages.sign_up import SignUpState
from tests.attack.surface import Handler
from tests.factories.accounts import ADDRESS, a_person, a_sign_up, cheap_bcrypt, count_bcrypt
from tests.factories.api import ALL, Client, a_synced_school, a_token, records_of_a_school
from tests.factories.apps import a_connected_school
from tests.factories.mail import outbox_rows
from tests.factories.parts import running_parts
from tests.factories.refused_mail import GREYLISTED, NO_SUCH_USER, send_mail
from tests.factories.states import Tab, went_to

__all__ = ["cheap_bcrypt", "count_bcrypt"]

KNOWN = "known.person@kings.sch.uk"
WAITING = "waiting.person@kings.sch.uk"
UNKNOWN = "unknown.person@kings.sch.uk"
PASSWORD = "Entirely-Other-Kettle-7"


@pytest.fixture
async def product(
    database: Database, clock: ManualClock, tmp_path: Path, cheap_bcrypt: int
) -> AsyncIterator[Services]:
    """The parts of the product with one account, and one address that waits to be confirmed."""
    await ensure_default_code(database, clock())
    with running_parts(database, clock, tmp_path, scale=100, public_url=ADDRESS) as made:
        await a_person(database, now=clock(), email=KNOWN)
        await a_sign_up(database, now=clock(), email=WAITING)
        yield made


def _takes_an_address(handlers: dict[str, Handler]) -> Iterator[Handler]:
    for handler in handlers.values():
        if handler.access == "public" and "form" in handler.arguments:
            yield handler


async def test_no_form_of_strangers_tells_whether_an_address_has_an_account(
    app: rx.App, handlers: dict[str, Handler], product: Services, count_bcrypt: Callable[[], int]
) -> None:
    for handler in _takes_an_address(handlers):
        answers = {}
        for email in (UNKNOWN, KNOWN, WAITING):
            count_bcrypt()
            said = await _said(handler, email)
            answers[email] = (said, count_bcrypt())
        assert answers[KNOWN] == answers[UNKNOWN], handler.name
        assert answers[WAITING] == answers[UNKNOWN], handler.name


async def test_a_form_that_writes_to_some_addresses_alone_answers_in_even_time(
    app: rx.App,
    handlers: dict[str, Handler],
    product: Services,
    database: Database,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evened: list[str] = []

    async def recorded(work: Awaitable[Any]) -> Any:
        evened.append("")
        return await work

    pages = [module for name, module in sys.modules.items() if ".web.pages." in name]
    for page in pages:
        if hasattr(page, "in_even_time"):
            monkeypatch.setattr(page, "in_even_time", recorded)
    telling = 0
    for number, handler in enumerate(_takes_an_address(handlers)):
        # Addresses of its own, so that nothing is left of what another form did.
        unknown, known, waiting = (f"{number}.{who}@kings.sch.uk" for who in ("a", "b", "c"))
        await a_person(database, now=clock(), email=known)
        await a_sign_up(database, now=clock(), email=waiting)
        clock.advance(timedelta(minutes=10))
        written, is_even = set(), True
        for email in (unknown, known, waiting):
            before = len(await outbox_rows(database))
            evened.clear()
            await _said(handler, email)
            written.add(len(await outbox_rows(database)) - before)
            is_even = is_even and bool(evened)
        assert len(written) == 1 or is_even, handler.name
        telling += len(written) > 1
    assert telling >= 2, "no form writes to some addresses alone: this attacks nothing"


async def _said(handler: Handler, email: str) -> tuple[list[str], str]:
    """Where the form leads, and all that its State shows of it, but for the address itself."""
    kind = RegistrationContext.get().base_states[handler.state]
    called = RegistrationContext.get().event_handlers[handler.name].handler
    form = {
        "email": email,
        "name": "Ann Smith",
        "invite_code": DEFAULT_CODE,
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
    }
    named = {name: form if name == "form" else "email" for name in handler.arguments}
    tab = Tab()
    state = await tab.state(kind)
    outcome = called.fn(state, **named)
    if hasattr(outcome, "__aiter__"):
        events: list[Any] = [event async for event in outcome if event is not None]
    else:
        events = [event for event in [await outcome] if event is not None]
    shown = {name: getattr(state, name) for name in kind.base_vars if name != "router"}
    return went_to(events), re.sub(re.escape(email), "…", repr(shown))


@pytest.mark.parametrize(
    "refusals", [None, NO_SUCH_USER, GREYLISTED], ids=["delivered", "refused", "delayed"]
)
async def test_what_became_of_a_sign_ups_mail_does_not_tell_whether_there_is_an_account(
    database: Database, clock: ManualClock, product: Services, refusals: dict[str, str] | None
) -> None:
    shown = {}
    for email in (UNKNOWN, KNOWN, WAITING):
        steps = []
        tab = Tab()
        await tab.send(SignUpState.load)
        form = {
            "email": email,
            "name": "Ann Smith",
            "invite_code": DEFAULT_CODE,
            "password": PASSWORD,
            "password_confirmation": PASSWORD,
        }
        await tab.send(SignUpState.submit, form=form)
        # An hour later the retries are through, a day later the link is out of date.
        for later in (timedelta(), timedelta(hours=1), timedelta(hours=25)):
            clock.advance(later)
            await send_mail(database, clock, refusals=refusals)
            await tab.send(ConfirmEmailState.load)
            page = await tab.state(ConfirmEmailState)
            steps.append((page.trouble, page.confirmed, page.email == email))
        shown[email] = steps
    assert shown[KNOWN] == shown[UNKNOWN]
    assert shown[WAITING] == shown[UNKNOWN]


async def test_the_log_in_refuses_alike_whether_there_is_an_account_or_not(
    product: Services, count_bcrypt: Callable[[], int]
) -> None:
    http = create_http(product.settings)
    answers = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(http), base_url=ADDRESS, headers={"origin": ADDRESS}
    ) as window:
        for email in (UNKNOWN, KNOWN, WAITING):
            count_bcrypt()
            form = {"email": email, "password": PASSWORD}
            answer = await window.post("/auth/log-in", data=form)
            answers[email] = (answer.status_code, dict(answer.headers), count_bcrypt())
    assert answers[KNOWN] == answers[UNKNOWN]
    assert answers[WAITING] == answers[UNKNOWN]


async def test_what_another_school_has_is_answered_like_what_nobody_has(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    await a_synced_school(database, now=clock())
    other = await a_person(database, now=clock(), email="other@queens.sch.uk")
    poor = await a_connected_school(
        database, now=clock(), owner=other, urn="654321", dfe_number="3281103", name="Queen's"
    )
    token = await a_token(database, poor, *ALL, now=clock())
    numbers = [next(iter(records)) for records in records_of_a_school().values() if records]
    paths = {resource.path for resource in RESOURCES if "{id}" in resource.path}
    assert paths
    app = FastAPI()
    with running_parts(database, clock, tmp_path, scale=1000) as made:
        app.include_router(platform_routes(made.settings))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as http:
            client = Client(http, token)
            for path in sorted(paths):
                nothing = await _answer(client, path.replace("{id}", "2147483000"))
                for number in numbers:
                    found = await _answer(client, path.replace("{id}", str(number)))
                    assert found == nothing, f"{path} of {number}"


async def _answer(client: Client, path: str) -> tuple[int, bytes, dict[str, str]]:
    answer = await client.ask(path if path.startswith("/") else f"/{path}")
    # What is left of the app's limit counts its requests, whatever they ask for.
    counted = ("ratelimit-remaining", "ratelimit-reset")
    headers = {name: value for name, value in answer.headers.items() if name not in counted}
    return answer.status_code, answer.content, headers
