"""Signing up: what is kept, what is mailed, and what nobody learns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from assembly_ui.accounts.confirmation import confirm
from assembly_ui.accounts.errors import (
    FormRefused,
    InviteCodeUsedUp,
    NotConfirmed,
    WrongEmailOrPassword,
)
from assembly_ui.accounts.invite_codes import add_code, list_codes
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.models import EmailLink, InviteCode, SignUp, User
from assembly_ui.accounts.people import find_person
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.models import AuditEntry
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.accounts import (
    ADDRESS,
    LINK_LIFE,
    PASSWORD,
    SESSION_LIFE,
    a_person,
    a_sign_up,
    a_token,
    mailed_token,
    posted,
    the_user,
)

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
EMAIL = "james.walters@kings.sch.uk"


async def _rows(database: Database, table: type) -> list:
    async with database.read() as session:
        return list(await session.exec(select(table)))


async def _logs_in(database: Database, clock: ManualClock) -> None:
    person = await find_person(database, EMAIL)
    assert person
    assert await a_token(database, person, now=clock())


async def _uses(database: Database) -> int:
    return sum(code.uses for code in await list_codes(database))


async def test_a_form_becomes_a_waiting_account_and_a_message_with_a_link(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    user = await the_user(database, EMAIL)
    assert (user.name, user.confirmed_at) == ("James Walters", None)
    (message,) = await posted(database)
    assert (message.kind, message.to) == ("confirm_email", EMAIL)
    assert message.values["href"].startswith(f"{ADDRESS}/confirm?token=")
    assert message.values["expires_at"] == (clock() + LINK_LIFE).isoformat()
    (sign_up,) = await _rows(database, SignUp)
    assert sign_up.ticket_hash == hash_token(ticket)
    assert await _uses(database) == 1
    (entry,) = await _rows(database, AuditEntry)
    assert (entry.action, entry.user_id) == ("signed_up", user.id)


async def test_neither_the_password_nor_the_link_is_kept_as_it_is(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    (link,) = await _rows(database, EmailLink)
    assert link.token_hash == hash_token(await mailed_token(database, EMAIL))
    (sign_up,) = await _rows(database, SignUp)
    assert sign_up.password_hash.startswith("$2b$")
    assert PASSWORD not in repr(await posted(database))


async def test_the_ticket_a_browser_brings_is_the_one_it_keeps(
    database: Database, clock: ManualClock
) -> None:
    assert await a_sign_up(database, now=clock(), ticket="a-ticket") == "a-ticket"


@pytest.mark.parametrize("ticket", [None, "", 7, ["x"], {"a": 1}, "é", "x" * 10_000])
async def test_a_ticket_that_cannot_be_one_is_replaced(
    database: Database, clock: ManualClock, ticket: object
) -> None:
    made = await a_sign_up(database, now=clock(), ticket=ticket)
    assert made != ticket
    assert hash_token(made)


async def test_a_double_click_doubles_nothing(database: Database, clock: ManualClock) -> None:
    clicks = [a_sign_up(database, now=clock(), ticket="the-tab") for _ in range(5)]
    assert set(await asyncio.gather(*clicks)) == {"the-tab"}
    for table in (SignUp, User, EmailLink, AuditEntry):
        assert len(await _rows(database, table)) == 1
    assert len(await posted(database)) == 1
    assert await _uses(database) == 1


async def test_sending_the_form_again_with_another_password_keeps_the_last(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock(), ticket="the-tab", password="first-Kettle-1")
    await a_sign_up(database, now=clock(), ticket="the-tab", password="second-Kettle-2")
    assert len(await posted(database)) == 1
    await confirm(
        database, password="second-Kettle-2", token=await mailed_token(database, EMAIL), now=clock()
    )
    logged_in = await log_in(
        database, email=EMAIL, password="second-Kettle-2", life=SESSION_LIFE, now=clock()
    )
    assert logged_in.token


async def test_sending_the_form_again_after_the_cool_down_sends_a_new_link(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock(), ticket="the-tab")
    await a_sign_up(database, now=clock.advance(timedelta(minutes=2)), ticket="the-tab")
    assert len(await posted(database, EMAIL)) == 2
    assert await _uses(database) == 1


async def test_another_address_from_the_same_browser_is_another_sign_up(
    database: Database, clock: ManualClock
) -> None:
    first = await a_sign_up(database, now=clock())
    second = await a_sign_up(database, now=clock(), email="ann@kings.sch.uk", ticket=first)
    assert first != second
    await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    await confirm(
        database,
        password=PASSWORD,
        token=await mailed_token(database, "ann@kings.sch.uk"),
        now=clock(),
    )


async def test_a_confirmed_sign_up_is_not_reopened(database: Database, clock: ManualClock) -> None:
    first = await a_sign_up(database, now=clock())
    await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    second = await a_sign_up(database, now=clock(), ticket=first, password="other-Kettle-9")
    assert first != second
    await _logs_in(database, clock)


async def test_the_owner_of_a_taken_address_is_told_by_email(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock(), name="The Owner")
    await a_sign_up(database, now=clock(), name="A Stranger")
    (message,) = await posted(database)
    assert (message.kind, message.to) == ("address_taken", EMAIL)
    assert message.values == {
        "log_in_href": f"{ADDRESS}/log-in",
        "reset_href": f"{ADDRESS}/forgotten-password",
    }
    assert await _rows(database, EmailLink) == []


async def test_a_taken_address_gets_the_same_answer_after_the_same_work(
    database: Database, clock: ManualClock, count_bcrypt: Callable[[], int]
) -> None:
    await a_person(database, now=clock())
    answers, work = [], []
    for email in (EMAIL, "new@kings.sch.uk"):
        count_bcrypt()
        answers.append(type(await a_sign_up(database, now=clock(), email=email)))
        work.append(count_bcrypt())
    assert answers == [str, str]
    assert work == [1, 1]
    assert await _uses(database) == 2


async def test_a_taken_address_keeps_its_owners_password_and_name(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    before = await the_user(database, EMAIL)
    await a_sign_up(database, now=clock(), name="A Stranger", password="strangers-Kettle-7")
    after = await the_user(database, EMAIL)
    assert (after.name, after.password_hash) == (before.name, before.password_hash)


@pytest.mark.parametrize("taken", [True, False])
async def test_logging_in_with_what_was_just_typed_does_not_tell_a_taken_address(
    database: Database, clock: ManualClock, count_bcrypt: Callable[[], int], taken: bool
) -> None:
    if taken:
        await a_person(database, now=clock())
    await a_sign_up(database, now=clock(), password="strangers-Kettle-7")
    count_bcrypt()
    with pytest.raises(NotConfirmed):
        await log_in(
            database, email=EMAIL, password="strangers-Kettle-7", life=SESSION_LIFE, now=clock()
        )
    assert count_bcrypt() == 2
    with pytest.raises(WrongEmailOrPassword):
        await log_in(database, email=EMAIL, password="another-1", life=SESSION_LIFE, now=clock())


async def test_people_with_one_address_each_activate_their_own_password(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock(), name="Owner")
    await a_sign_up(database, now=clock(), name="Stranger", password="strangers-Kettle-7")
    confirmed = await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL, nth=0), now=clock()
    )
    assert confirmed.name == "Owner"
    await _logs_in(database, clock)


async def test_a_code_used_up_meanwhile_is_said_beside_its_field_and_keeps_nothing(
    database: Database, clock: ManualClock
) -> None:
    await add_code(database, code="just-one", max_uses=1, now=clock())
    await a_sign_up(database, now=clock(), code="just-one")
    with pytest.raises(FormRefused) as caught:
        await a_sign_up(database, now=clock(), code="just-one", email="late@kings.sch.uk")
    assert isinstance(caught.value.problems["invite_code"], InviteCodeUsedUp)
    assert len(await _rows(database, SignUp)) == 1
    assert len(await posted(database)) == 1


async def test_a_cap_holds_over_many_sign_ups_at_once(
    database: Database, clock: ManualClock
) -> None:
    await add_code(database, code="just-three", max_uses=3, now=clock())
    forms = [
        a_sign_up(database, now=clock(), code="just-three", email=f"person{n}@kings.sch.uk")
        for n in range(6)
    ]
    outcomes = await asyncio.gather(*forms, return_exceptions=True)
    assert sum(isinstance(outcome, FormRefused) for outcome in outcomes) == 3
    assert len(await posted(database)) == 3


async def test_a_capped_code_does_not_tell_a_taken_address(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    await add_code(database, code="just-one", max_uses=1, now=clock())
    await a_sign_up(database, now=clock(), code="just-one")
    (code,) = [c for c in await _rows(database, InviteCode) if c.code == "just-one"]
    assert code.uses == 1
