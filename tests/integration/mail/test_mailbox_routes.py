"""The mailbox over HTTP: JSON for programs, and HTML that can do nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.worker import Outbox
from assembly_ui.web.routes.mailbox import router
from tests.factories.mail import HREF, TO, a_posted_message, an_arrived_message
from tests.factories.parts import running_parts


@pytest.fixture
async def web(
    database: Database, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    with running_parts(database, clock, tmp_path) as parts:
        app = FastAPI()
        app.include_router(router(parts.settings))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost:3000"
        ) as client:
            yield client


async def test_programs_read_the_newest_messages_with_their_links(
    web: httpx.AsyncClient, database: Database, clock: ManualClock, outbox: Outbox
) -> None:
    await a_posted_message(database, now=clock())
    await outbox.send_due()
    (message,) = (await web.get("/mailbox/messages.json", params={"to": TO.upper()})).json()
    assert message["to"] == TO
    assert message["sender"] == "Assembly <no-reply@assembly.education>"
    assert message["subject"] == "Confirm your email address for Assembly"
    assert message["received_at"] == clock().isoformat()
    assert message["links"] == [{"text": "Confirm my email address", "href": HREF}]
    assert HREF in message["text"]
    assert set(message) == {"id", "to", "sender", "subject", "text", "received_at", "links"}


async def test_programs_may_ask_for_one_address(
    web: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await an_arrived_message(database, now=clock())
    assert (await web.get("/mailbox/messages.json?to=nobody@kings.sch.uk")).json() == []
    assert len((await web.get("/mailbox/messages.json")).json()) == 1


@pytest.mark.parametrize("to", ["", "%00", "%FF%FE", "%27+OR+1%3D1", "x" * 50_000, "a&to=b"])
async def test_any_question_is_answered(web: httpx.AsyncClient, to: str) -> None:
    answer = await web.get(f"/mailbox/messages.json?to={to}")
    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_message_may_neither_run_nor_load_nor_be_framed_elsewhere(
    web: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    hostile = "<script>alert(1)</script>"
    mail_id = await an_arrived_message(database, now=clock(), html=hostile)
    answer = await web.get(f"/mailbox/messages/{mail_id}.html")
    assert (answer.status_code, answer.text) == (200, hostile)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    (sandbox,) = [rule for rule in policy if rule.startswith("sandbox")]
    assert "allow-scripts" not in sandbox
    assert "allow-forms" not in sandbox
    assert "allow-top-navigation" not in sandbox
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_links_of_a_message_lead_out_of_its_frame(
    web: httpx.AsyncClient, database: Database, clock: ManualClock, outbox: Outbox
) -> None:
    await a_posted_message(database, now=clock())
    await outbox.send_due()
    page = (await web.get("/mailbox/messages/1.html")).text
    assert page.startswith("<!doctype html>")
    assert page.count('<head><base target="_blank">') == 1


@pytest.mark.parametrize(
    "mail_id", ["0", "-1", "999", "x", "1.5", "9" * 40, "1%00", "..%2F..%2Fetc", "%F0%9F%91%A9"]
)
async def test_what_is_no_message_is_not_found(
    web: httpx.AsyncClient, database: Database, clock: ManualClock, mail_id: str
) -> None:
    await an_arrived_message(database, now=clock())
    answer = await web.get(f"/mailbox/messages/{mail_id}.html")
    assert answer.status_code == 404


async def test_asking_without_end_is_put_off(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    with running_parts(database, clock, tmp_path, scale=0.001) as parts:
        app = FastAPI()
        app.include_router(router(parts.settings))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost:3000"
        ) as client:
            answers = [await client.get("/mailbox/messages.json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1].headers["retry-after"]) >= 1
