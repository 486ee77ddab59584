"""How often anyone may do what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import LIMITS, Deed, Per, Throttles


async def _hit(throttles: Throttles, deed: Deed, times: int, **who: str) -> None:
    for _ in range(times):
        await throttles.hit(deed, **who)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.deed}-{limit.per}")
async def test_each_limit_lets_its_amount_through_and_says_when_to_return(limit) -> None:
    throttles, who = Throttles(), {limit.per.value: "someone"}
    await _hit(throttles, limit.deed, limit.amount, **who)
    with pytest.raises(Throttled) as caught:
        await throttles.hit(limit.deed, **who)
    now = datetime.now(UTC)
    assert now < caught.value.retry_at <= now + timedelta(seconds=limit.seconds)


async def test_one_person_is_not_held_up_by_another() -> None:
    throttles = Throttles(scale=0.1)
    await _hit(throttles, Deed.LOG_IN, 1, address="one@kings.sch.uk")
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, address="one@kings.sch.uk")
    await throttles.hit(Deed.LOG_IN, address="two@kings.sch.uk")


@pytest.mark.parametrize(
    "spelling",
    [
        " ONE@kings.sch.uk ",
        "o\u200ene@kings.sch.uk",
        "one\u200f@kings.sch.uk",
        "one@ki\u00adngs.sch.uk",
        "\ufeffone@kings.sch.uk",
    ],
)
async def test_another_spelling_of_an_address_does_not_dodge_the_limit(spelling: str) -> None:
    throttles = Throttles(scale=0.1)
    await throttles.hit(Deed.LOG_IN, address="one@kings.sch.uk")
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, address=spelling)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:DB8:1:2::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("not an address", "another", False),
    ],
)
async def test_a_caller_is_counted_by_network_where_addresses_cost_nothing(
    first: str, second: str, is_same: bool
) -> None:
    throttles = Throttles(scale=0.01)
    await throttles.hit(Deed.LOG_IN, caller=first)
    if is_same:
        with pytest.raises(Throttled):
            await throttles.hit(Deed.LOG_IN, caller=second)
    else:
        await throttles.hit(Deed.LOG_IN, caller=second)


async def test_the_right_password_wipes_the_slate() -> None:
    throttles = Throttles(scale=0.1)
    await throttles.hit(Deed.LOG_IN, address="one@kings.sch.uk")
    await throttles.forgive(Deed.LOG_IN, address="one@kings.sch.uk")
    await throttles.hit(Deed.LOG_IN, address="one@kings.sch.uk")


async def test_the_scale_multiplies_every_limit() -> None:
    throttles = Throttles(scale=2)
    await _hit(throttles, Deed.LOG_IN, 20, address="one@kings.sch.uk")
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, address="one@kings.sch.uk")


async def test_a_caller_nobody_knows_is_not_counted_as_one() -> None:
    await _hit(Throttles(scale=0.01), Deed.SIGN_UP, 5, caller="", address="")


def test_every_deed_is_limited_per_caller() -> None:
    assert {limit.deed for limit in LIMITS if limit.per is Per.CALLER} == set(Deed)
