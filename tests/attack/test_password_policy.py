"""Passwords that an attacker tries first are refused wherever one is chosen, with the reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from assembly_ui.accounts.account_form import AccountForm, check_account_form
from assembly_ui.accounts.errors import (
    FieldProblem,
    FormRefused,
    PasswordCommon,
    PasswordPersonal,
)
from assembly_ui.accounts.password_policy import WEAKEST_ACCEPTED, check_password, measure
from assembly_ui.accounts.password_reset import LinkLives, request_reset, reset_password
from assembly_ui.accounts.sign_up_form import SignUpForm, check_form
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.web.account_words import STRENGTH, field_words
from tests.factories.accounts import ADDRESS, a_person, cheap_bcrypt, mailed_token

__all__ = ["cheap_bcrypt"]

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")

EMAIL = "james.walters@kings.sch.uk"
PERSONAL = ("letsassemble2020", "James Walters", EMAIL, "King's School")

COMMON = [
    "Password123!",
    "P@ssw0rd2026",
    "p4ssw0rd!2026#",
    "Winter2026!",
    "Welcome2024!",
    "Liverp00l!!",
    "Qwerty123456",
    "abcdefgh1",
    "aaaaaaaaa",
    "11111111",
    "!!Sunshine99",
    "  dragon 123",
    "ＰＡＳＳＷＯＲＤ1",
    # Strong by the estimate, and breached all the same.
    "0r968ji9ufj6",
    "111222tianya",
]
CONTEXT = [
    "assembly1",
    "Assembly2026",
    "4ssembly!!",
    "@ssembly2026",
    "letsassemble2020",
    "LetsAssemble!",
    "SchoolBooking1",
    "Sch00lB00king1",
    "Groupcall99!",
    "xporter2026",
    "iSAMS-Xporter-2026",
    "James.Walters",
    "waltersjames1!",
    "W4lters2026",
    "Kings2026!",
    "$ch00l2026",
]


@pytest.mark.parametrize("password", COMMON + CONTEXT)
async def test_what_is_tried_first_is_refused_and_the_meter_says_so(password: str) -> None:
    with pytest.raises(FieldProblem) as caught:
        await check_password(password, personal=PERSONAL)
    expected = PasswordPersonal if password in CONTEXT else PasswordCommon
    assert isinstance(caught.value, expected)
    words = field_words("password", caught.value)
    assert "three words that have nothing to do with each other" in words
    assert await measure(password, PERSONAL) < WEAKEST_ACCEPTED


@pytest.mark.parametrize(
    "password",
    [
        "Autumn-Kettle-42",
        "my assembly likes tall horses",
        "xporter of velvet trombones",
        "walters sells green kettles",
        "correct horse battery staple",
        "xK9!vQ2mTz",
        "бегемотник",
    ],
)
async def test_a_long_one_with_such_a_word_in_it_is_fine(password: str) -> None:
    assert await check_password(password, personal=PERSONAL) == password
    assert await measure(password, PERSONAL) >= WEAKEST_ACCEPTED


def test_the_words_of_the_meter_name_what_is_refused() -> None:
    assert len(STRENGTH) == 5
    assert STRENGTH[:WEAKEST_ACCEPTED] == ("Guessed at once", "Too weak")


async def _signs_up(database: Database, clock: ManualClock, password: str) -> None:
    form = SignUpForm("letsassemble2020", "James Walters", EMAIL, password, password)
    await check_form(database, form, check_dns=False, now=clock())


async def _resets(database: Database, clock: ManualClock, password: str) -> None:
    await a_person(database, now=clock())
    lives = LinkLives(timedelta(hours=1), timedelta(hours=24))
    await request_reset(database, email=EMAIL, address=ADDRESS, lives=lives, now=clock())
    await reset_password(
        database,
        token=await mailed_token(database, EMAIL),
        password=password,
        confirmation=password,
        help_email="help@assembly.education",
        now=clock(),
    )


async def _is_invited_or_confirms(_: Database, __: ManualClock, password: str) -> None:
    form = AccountForm("James Walters", password, password)
    await check_account_form(form, email=EMAIL, personal=("King's School",))


@pytest.mark.parametrize("chooses", [_signs_up, _resets, _is_invited_or_confirms])
@pytest.mark.parametrize("password", ["Password123!", "Assembly2026", "JamesWalters1"])
async def test_it_is_refused_wherever_a_password_is_chosen(
    database: Database,
    clock: ManualClock,
    chooses: Callable[[Database, ManualClock, str], Awaitable[None]],
    password: str,
) -> None:
    with pytest.raises(FormRefused) as caught:
        await chooses(database, clock, password)
    assert isinstance(caught.value.problems["password"], PasswordCommon | PasswordPersonal)
