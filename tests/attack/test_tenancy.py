"""A number is not a tenant: two schools with one DfE number never share a connection."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from assembly_ui.connector.claims import HELD_UNANSWERED_FOR
from assembly_ui.connector.errors import NumberHeld
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.models import Connection
from assembly_ui.connector.status import Status
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register
from assembly_ui.schools.shared_numbers import refresh_shared_numbers
from assembly_ui.web.connector_problems import number_held_words
from tests.attack.two_schools import OTHER, TwoSchools, listed, two

__all__ = ["two"]


async def test_the_list_of_authorised_schools_connects_nobody_who_answered_nothing(
    two: TwoSchools,
) -> None:
    await two.connect(two.true)
    before = await two.facts(two.true)
    await two.grant(two.other)
    await two.reconcile()
    overview = await two.check(two.other)
    assert not overview.connection.has_key
    assert overview.status is not Status.CONNECTED
    assert await two.facts(two.true) == before


async def test_a_callback_goes_to_the_school_whose_invitation_it_answers(two: TwoSchools) -> None:
    assert await two.grant(two.true) is None
    await two.grant(two.other)
    await two.answer()
    await two.post_callbacks()
    assert not (await two.overview(two.other)).connection.has_key
    assert (await two.check(two.true)).status is Status.CONNECTED


async def test_test_connection_of_the_other_school_opens_nothing(two: TwoSchools) -> None:
    await two.connect(two.true)
    await two.grant(two.other)
    await two.reconcile()
    layers = await two.test(two.other)
    assert "fail" in layers.values()
    assert "pass" not in (layers["authorisation"], layers["right_school"], layers["data"])


async def test_a_squatter_who_was_invited_first_reads_nothing_when_the_true_school_answers(
    two: TwoSchools,
) -> None:
    assert await two.grant(two.other) is None
    await two.answer()
    await two.post_callbacks()
    await two.reconcile()
    overview = await two.check(two.other)
    assert not overview.connection.has_key
    assert overview.connection.school_matches is not True
    assert overview.status is not Status.CONNECTED
    assert (await two.test(two.other))["data"] != "pass"


async def test_after_two_weeks_the_true_school_gets_the_number_and_the_squatter_nothing(
    two: TwoSchools,
) -> None:
    assert await two.grant(two.other) is None
    assert await two.grant(two.true) == "NumberHeld"
    two.clock.advance(HELD_UNANSWERED_FOR)
    await two.connect(two.true)
    assert (await two.overview(two.true)).status is Status.CONNECTED
    assert (await two.overview(two.other)).status is Status.AWAITING_INVITATION
    assert await two.grant(two.other) == "NumberHeld"


async def _prove(two: TwoSchools, school: School, *, proved: bool) -> None:
    async with two.database.transaction() as session:
        row = await session.get_one(School, school.id)
        row.owner_unverified_since = None if proved else two.clock()


async def test_a_squatter_who_proved_nothing_gives_way_at_once_to_who_has(
    two: TwoSchools,
) -> None:
    await _prove(two, two.other, proved=False)
    await _prove(two, two.true, proved=True)
    assert await two.grant(two.other) is None
    await two.connect(two.true)
    assert (await two.overview(two.true)).status is Status.CONNECTED
    assert (await two.overview(two.other)).status is Status.AWAITING_INVITATION
    assert await two.grant(two.other) == "NumberHeld"


async def test_where_nobody_proved_anything_who_came_later_reads_what_to_do(
    two: TwoSchools,
) -> None:
    for school in (two.true, two.other):
        await _prove(two, school, proved=False)
    assert await two.grant(two.other) is None
    with pytest.raises(NumberHeld) as refused:
        await grant_access(
            two.database,
            two.xporter,
            school_id=two.true.id or 0,
            by_user_id=1,
            clock=two.clock,
            cooldown=timedelta(),
        )
    assert "Show under School Details" in number_held_words(refused.value)


async def test_who_proved_nothing_puts_nobody_out_who_has(two: TwoSchools) -> None:
    await _prove(two, two.other, proved=False)
    assert await two.grant(two.true) is None
    assert await two.grant(two.other) == "NumberHeld"


async def test_an_invitation_that_is_being_sent_is_not_cut_off(two: TwoSchools) -> None:
    await _prove(two, two.other, proved=False)
    assert await two.grant(two.other) is None
    async with two.database.transaction() as session:
        held = await session.get_one(Connection, two.other.id)
        held.inviting_until = two.clock() + timedelta(minutes=3)
    assert await two.grant(two.true) == "NumberHeld"
    two.clock.advance(timedelta(minutes=3))
    assert await two.grant(two.true) is None


async def test_a_number_that_goes_to_another_school_at_an_import_takes_nothing_along(
    two: TwoSchools,
) -> None:
    await two.connect(two.true)
    before = await two.facts(two.true)
    await refresh_shared_numbers(two.database, Register([listed(OTHER)]))
    await two.grant(two.other)
    await two.reconcile()
    assert await two.facts(two.true) == before
    assert (await two.check(two.true)).status is Status.CONNECTED
    assert not (await two.overview(two.other)).connection.has_key


STEPS = (
    "grant true",
    "grant other",
    "answer",
    "callbacks",
    "reconcile",
    "check true",
    "check other",
    "test other",
    "import",
    "two weeks",
    "withdraw",
    "move to other",
    "move to true",
)
"""What may happen in any order; "answer" is the true school's, see `TwoSchools`."""


async def _do(two: TwoSchools, step: str) -> None:
    what, _, whose = step.partition(" ")
    school = two.true if whose.endswith("true") else two.other
    match what:
        case "grant":
            await two.grant(school)
        case "answer":
            await two.answer()
        case "callbacks":
            await two.post_callbacks()
        case "reconcile":
            await two.reconcile()
        case "check":
            await two.check(school)
        case "test":
            assert (await two.test(school))["data"] != "pass"
        case "import":
            await refresh_shared_numbers(two.database, Register([listed(OTHER)]))
        case "two":
            two.clock.advance(HELD_UNANSWERED_FOR)
        case "withdraw":
            await two.withdraw()
        case "move":
            await two.move(to=school)


@pytest.mark.parametrize("seed", range(12))
async def test_in_any_order_the_other_school_never_sees_the_true_one_nor_changes_its_facts(
    two: TwoSchools, seed: int
) -> None:
    dice = random.Random(seed)
    if seed % 3 == 0:
        await two.connect(two.true)
    elif seed % 3 == 1:
        await two.grant(two.other)
    for _ in range(14):
        step = dice.choice(STEPS)
        before = await two.facts(two.true)
        await _do(two, step)
        true, other = await two.facts(two.true), await two.facts(two.other)
        held = [row["xporter_estab"] for row in (true, other) if row.get("xporter_estab")]
        assert len(held) <= 1, step
        assert not (true.get("secret_encrypted") and other.get("secret_encrypted")), step
        # However it came to be there, what is not its own is neither connected nor synced.
        assert other.get("school_matches") is not True, step
        assert other.get("connected_at") is None, step
        assert (await two.overview(two.other)).status is not Status.CONNECTED, step
        # Only an operator can have given it the key, by mistake.
        assert not has_key(other) or two.was_moved, step
        if step.endswith("other") and not step.startswith("move") and before.get("authorised_at"):
            assert true == before, step


def has_key(facts: dict[str, Any]) -> bool:
    """Whether a school's row opens anything."""
    return bool(facts.get("secret_encrypted") or facts.get("token_encrypted"))
