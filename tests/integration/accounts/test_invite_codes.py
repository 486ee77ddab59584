"""Invite codes against a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from assembly_ui.accounts import invite_codes
from assembly_ui.accounts.errors import (
    InviteCodeDisabled,
    InviteCodeExpired,
    InviteCodeTaken,
    InviteCodeUnknown,
    InviteCodeUsedUp,
    TooLong,
)
from assembly_ui.accounts.invite_codes import (
    DEFAULT_CODE,
    add_code,
    disable_code,
    ensure_default_code,
    find_usable,
    list_codes,
    parse_code,
)
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database


async def _use(database: Database, code: str, clock: ManualClock) -> None:
    async with database.transaction() as session:
        await invite_codes.use(session, code, now=clock())


async def test_the_code_of_the_guide_is_there_from_the_first_start(
    database: Database, clock: ManualClock
) -> None:
    await ensure_default_code(database, clock())
    await ensure_default_code(database, clock())
    assert [code.code for code in await list_codes(database)] == [DEFAULT_CODE]
    await _use(database, "letsassemble2020", clock)


async def test_a_disabled_default_code_stays_disabled_over_a_restart(
    database: Database, clock: ManualClock
) -> None:
    await ensure_default_code(database, clock())
    await disable_code(database, code=DEFAULT_CODE, now=clock())
    await ensure_default_code(database, clock())
    with pytest.raises(InviteCodeDisabled):
        await _use(database, DEFAULT_CODE, clock)


@pytest.mark.parametrize(
    "typed", ["LetsAssemble2020", "  letsassemble2020\n", "letsassemble\u200b2020"]
)
def test_a_code_is_read_trimmed_and_in_any_case(typed: str) -> None:
    assert parse_code(typed) == DEFAULT_CODE


async def test_an_unknown_code_is_said_to_be_unknown(
    database: Database, clock: ManualClock
) -> None:
    with pytest.raises(InviteCodeUnknown) as caught:
        await _use(database, "nonsense", clock)
    assert caught.value.code == "nonsense"


async def test_an_expired_code_says_since_when_and_whose_it_is(
    database: Database, clock: ManualClock
) -> None:
    end = clock() + timedelta(days=1)
    await add_code(database, code="spring", partner_name="Acme", expires_at=end, now=clock())
    await _use(database, "spring", clock)
    clock.advance(timedelta(days=1))
    with pytest.raises(InviteCodeExpired) as caught:
        await _use(database, "spring", clock)
    assert (caught.value.expired_at, caught.value.partner_name) == (end, "Acme")


async def test_a_used_up_code_says_how_many_it_let_in(
    database: Database, clock: ManualClock
) -> None:
    await add_code(database, code="just-two", max_uses=2, now=clock())
    await _use(database, "just-two", clock)
    await _use(database, "just-two", clock)
    with pytest.raises(InviteCodeUsedUp) as caught:
        await _use(database, "just-two", clock)
    assert caught.value.max_uses == 2


async def test_a_cap_holds_when_many_ask_at_once(database: Database, clock: ManualClock) -> None:
    await add_code(database, code="just-three", max_uses=3, now=clock())
    tries = [_use(database, "just-three", clock) for _ in range(8)]
    refused = [r for r in await asyncio.gather(*tries, return_exceptions=True) if r]
    assert [type(problem) for problem in refused] == [InviteCodeUsedUp] * 5
    assert (await list_codes(database))[0].uses == 3


async def test_looking_at_a_code_does_not_use_it(database: Database, clock: ManualClock) -> None:
    await add_code(database, code="just-one", max_uses=1, now=clock())
    async with database.read() as session:
        await find_usable(session, "just-one", now=clock())
    assert (await list_codes(database))[0].uses == 0


async def test_a_code_cannot_be_added_twice(database: Database, clock: ManualClock) -> None:
    await add_code(database, code="Spring", now=clock())
    with pytest.raises(InviteCodeTaken):
        await add_code(database, code=" spring ", now=clock())


@pytest.mark.parametrize(
    "code", ["abc", "with space", "<b>bold</b>", "-dash", "ünlaut", "a" * 64 + "b"]
)
async def test_a_code_is_spelt_so_that_it_can_be_read_out(
    database: Database, clock: ManualClock, code: str
) -> None:
    with pytest.raises((ValueError, TooLong)):
        await add_code(database, code=code, now=clock())
    assert await list_codes(database) == []


async def test_a_cap_below_one_makes_no_sense(database: Database, clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        await add_code(database, code="nobody", max_uses=0, now=clock())


async def test_an_unknown_code_cannot_be_disabled(database: Database, clock: ManualClock) -> None:
    with pytest.raises(InviteCodeUnknown):
        await disable_code(database, code="nonsense", now=clock())
