"""How often anyone may do what."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assembly_ui.accounts import throttles as throttles_module
from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.moving_windows import MovingWindows
from assembly_ui.accounts.throttles import LIMITS, Deed, Limit, Per, Throttles
from assembly_ui.clock import ManualClock


def _who(email: str = "one@kings.sch.uk", ip: str = "192.0.2.1") -> dict[str, str]:
    return {"caller": ip, "address": email}


async def _hit(throttles: Throttles, deed: Deed, times: int, **who: str) -> None:
    for _ in range(times):
        await throttles.hit(deed, **who)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.deed}-{limit.per}")
async def test_each_limit_lets_its_amount_through_and_says_when_to_return(
    monkeypatch: pytest.MonkeyPatch, limit: Limit
) -> None:
    monkeypatch.setattr(throttles_module, "LIMITS", (limit,))
    throttles = Throttles()
    who = _who() if limit.per is Per.PAIR else {limit.per.value: "someone"}
    await _hit(throttles, limit.deed, limit.amount, **who)
    with pytest.raises(Throttled) as caught:
        await throttles.hit(limit.deed, **who)
    now = datetime.now(UTC)
    assert now < caught.value.retry_at <= now + timedelta(seconds=limit.seconds)


async def test_one_person_is_not_held_up_by_another() -> None:
    throttles = Throttles(scale=0.1)
    await _hit(throttles, Deed.LOG_IN, 1, **_who())
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, **_who())
    await throttles.hit(Deed.LOG_IN, **_who("two@kings.sch.uk"))


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
    await throttles.hit(Deed.LOG_IN, **_who())
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, **_who(spelling))


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
    await throttles.hit(Deed.LOG_IN, **_who())
    await throttles.forgive(Deed.LOG_IN, Per.PAIR, **_who())
    await throttles.hit(Deed.LOG_IN, **_who())


async def test_the_scale_multiplies_every_limit() -> None:
    throttles = Throttles(scale=2)
    await _hit(throttles, Deed.LOG_IN, 10, **_who())
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, **_who())


async def test_one_network_does_not_hold_up_another() -> None:
    throttles = Throttles(scale=0.1)
    await throttles.hit(Deed.LOG_IN, **_who())
    with pytest.raises(Throttled):
        await throttles.hit(Deed.LOG_IN, **_who())
    await throttles.hit(Deed.LOG_IN, **_who(ip="192.0.2.2"))
    await throttles.hit(Deed.LOG_IN, device="7")


async def test_tries_that_are_refused_do_not_count_against_other_networks() -> None:
    throttles = Throttles()
    for _ in range(100):
        with suppress(Throttled):
            await throttles.hit(Deed.LOG_IN, **_who())
    for n in range(2, 22):
        await throttles.hit(Deed.LOG_IN, **_who(ip=f"192.0.2.{n}"))


async def test_a_mailbox_has_enough_at_some_time_and_another_has_not() -> None:
    throttles = Throttles(scale=0.1)
    assert await throttles.allows(Deed.RESET, mailbox="one@kings.sch.uk")
    assert not await throttles.allows(Deed.RESET, mailbox=" ONE@kings.sch.uk")
    assert await throttles.allows(Deed.RESET, mailbox="two@kings.sch.uk")


async def test_a_caller_nobody_knows_is_not_counted_as_one() -> None:
    await _hit(Throttles(scale=0.01), Deed.SIGN_UP, 5, caller="", address="")


def test_every_deed_is_limited_per_caller() -> None:
    assert {limit.deed for limit in LIMITS if limit.per is Per.CALLER} == set(Deed)


CALLER, ADDRESS = {"caller": "192.0.2.1"}, {"address": "one@kings.sch.uk"}
PAIR, ACCOUNT, MAILBOX = CALLER | ADDRESS, {"account": 1}, {"mailbox": "one@kings.sch.uk"}


@pytest.mark.parametrize(
    ("deed", "who", "minutes", "most"),
    [
        (Deed.LOG_IN, {"device": "1"}, 60, 30),
        (Deed.LOG_IN, CALLER, 15, 100),
        (Deed.LOG_IN, PAIR, 5, 10),
        (Deed.LOG_IN, PAIR, 60, 20),
        (Deed.LOG_IN, ADDRESS, 5, 30),
        (Deed.LOG_IN, ADDRESS, 60, 100),
        (Deed.REAUTHENTICATE, CALLER, 15, 100),
        (Deed.REAUTHENTICATE, ACCOUNT, 1, 5),
        (Deed.REAUTHENTICATE, ACCOUNT, 60, 15),
        (Deed.CONFIRM, CALLER, 15, 60),
        (Deed.JOIN_LOOK, CALLER, 60, 120),
        (Deed.JOIN_LOOK, ACCOUNT, 60, 30),
        (Deed.PROVE, CALLER, 60, 20),
        (Deed.PROVE, ACCOUNT, 60, 6),
        (Deed.PROVE, PAIR, 60, 3),
        (Deed.PROVE, ADDRESS, 60, 12),
        (Deed.DISPUTE, CALLER, 60, 10),
        (Deed.DISPUTE, ACCOUNT, 60, 3),
        (Deed.SIGN_UP, MAILBOX, 60, 10),
        (Deed.RESET, MAILBOX, 60, 10),
        (Deed.RESEND, MAILBOX, 60, 10),
        (Deed.INVITE, MAILBOX, 60, 20),
        (Deed.APP, {"authorisation": "1"}, 5, 600),
        (Deed.TOKEN, {"client": "app_1"}, 1, 1200),
    ],
)
async def test_whoever_never_gives_up_gets_through_so_often(
    clock: ManualClock, deed: Deed, who: dict[str, Any], minutes: int, most: int
) -> None:
    throttles, times = Throttles(), 0
    throttles._limiter = MovingWindows(seconds=lambda: clock().timestamp())
    for _ in range(minutes * 2):
        with suppress(Throttled):
            while times <= most:
                await throttles.hit(deed, **who)
                times += 1
        clock.advance(timedelta(seconds=30))
    assert times == most


def test_guessing_is_counted_while_valkey_is_away() -> None:
    guesses = {Deed.LOG_IN, Deed.REAUTHENTICATE, Deed.CONFIRM, Deed.JOIN_LOOK, Deed.PROVE}
    assert guesses <= {limit.deed for limit in LIMITS if not limit.fails_open}
    assert not any(limit.fails_open for limit in LIMITS if limit.deed in guesses)
