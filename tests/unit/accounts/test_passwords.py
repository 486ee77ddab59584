"""What makes a password acceptable, how it is weighed and kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assembly_ui.accounts import password_policy
from assembly_ui.accounts.errors import (
    FieldProblem,
    Missing,
    NotText,
    PasswordCommon,
    PasswordPersonal,
    PasswordsDiffer,
    PasswordTooShort,
    TooLong,
)
from assembly_ui.accounts.password_policy import MAXIMUM, check_password, check_same, measure
from assembly_ui.accounts.passwords import hash_password, verify

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")


@pytest.mark.parametrize(
    "password",
    [
        "Autumn-Kettle-42",
        "correct horse battery staple",
        "бегемотник",
        "بسمةالصباح",
        "🦊🐢🦉🐝🦔🐙🦩🐬",
        "'; DROP TABLE users; --",
        "<script>alert(1)</script>",
        "seven\x00teen kettles",
        "kettle\ud800whistle",
        "k7Xq-Bw9-tUm" * 10 + "12345678",
    ],
)
async def test_any_character_of_any_script_will_do(password: str) -> None:
    assert await check_password(password) == password
    assert await verify(password, await hash_password(password))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", Missing),
        ("short77", PasswordTooShort),
        ("k7Xq" * 32 + "!", TooLong),
        ("x" * 1_000_000, TooLong),
        ("password", PasswordCommon),
        ("PassWord1", PasswordCommon),
        ("12345678", PasswordCommon),
        ("sunshine", PasswordCommon),
        ("aaaaaaaa", PasswordCommon),
        ("        ", PasswordCommon),
        ("abcdefgh", PasswordCommon),
        ("a" * 128, PasswordCommon),
        (None, NotText),
        (12345678, NotText),
        (["Autumn-Kettle-42"], NotText),
        ({"$ne": ""}, NotText),
    ],
)
async def test_a_password_is_refused_with_its_reason(
    value: object, problem: type[FieldProblem]
) -> None:
    with pytest.raises(problem):
        await check_password(value)


@pytest.mark.parametrize(
    "password",
    ["James.Walters@kings.sch.uk", "james.walters", "James Walters", "jameswalters"],
)
async def test_a_password_is_not_ones_own_name_or_email(password: str) -> None:
    with pytest.raises(PasswordPersonal):
        await check_password(password, personal=("james.walters@kings.sch.uk", "James Walters"))


def test_the_confirmation_repeats_the_password() -> None:
    assert check_same("Autumn-Kettle-42", "Autumn-Kettle-42") == "Autumn-Kettle-42"


@pytest.mark.parametrize(
    ("confirmation", "problem"),
    [("", Missing), ("autumn-kettle-42", PasswordsDiffer), (None, NotText), (7, NotText)],
)
def test_the_confirmation_is_refused_with_its_reason(
    confirmation: object, problem: type[FieldProblem]
) -> None:
    with pytest.raises(problem):
        check_same("Autumn-Kettle-42", confirmation)


async def test_strength_runs_from_0_to_4() -> None:
    assert await measure("") == 0
    assert await measure("password") == 0
    assert await measure("Autumn-Kettle-42") == 4


async def test_words_about_the_person_weaken_a_password() -> None:
    assert await measure("jameswalters", ("jameswalters",)) == 0
    assert await measure("jameswalters") > 0


async def test_what_is_too_short_is_never_called_good() -> None:
    assert await measure("xK9!vQ2") < 2


@pytest.mark.parametrize("flood", ["!@#$%^&*()_+", "4@8({[<369!1|07$5+7%2", "c({[<"])
async def test_the_weighing_of_a_huge_password_is_capped(
    monkeypatch: pytest.MonkeyPatch, flood: str
) -> None:
    weighed: list[str] = []

    def weighs(password: str, **_: object) -> dict[str, int]:
        weighed.append(password)
        return {"score": 4}

    monkeypatch.setattr(password_policy, "zxcvbn", weighs)
    await measure(flood * 10_000)
    (text,) = weighed
    assert len(text) == 40
    # Each further one of them multiplies the readings that are tried.
    assert len(set(text) & password_policy._LOOKALIKES) <= 4


@pytest.mark.parametrize("long", ["k7Xq" * 31 + "k7X", "é" * 40, "x" * 71 + "\x00tail"])
async def test_every_character_of_a_long_password_counts(long: str) -> None:
    kept = await hash_password(long + "!")
    assert await verify(long + "!", kept)
    assert not await verify(long + "?", kept)
    assert not await verify(long, kept)


async def test_what_follows_the_longest_password_counts_too() -> None:
    longest = "k7Xq" * (MAXIMUM // 4)
    kept = await hash_password(longest)
    assert await verify(longest, kept)
    assert not await verify(longest + "!", kept)


async def test_a_null_byte_does_not_end_a_password() -> None:
    kept = await hash_password("\x00Autumn-Kettle-42")
    assert not await verify("\x00anything else", kept)


async def test_both_spellings_of_an_accent_are_the_same_password() -> None:
    assert await verify("café-kettle", await hash_password("cafe\u0301-kettle"))


async def test_the_same_password_is_kept_differently_each_time() -> None:
    assert await hash_password("Autumn-Kettle-42") != await hash_password("Autumn-Kettle-42")


@pytest.mark.parametrize("value", [None, 7, "", ["x"], "x" * 1_000_000])
async def test_nothing_but_the_password_opens(value: object) -> None:
    assert not await verify(value, await hash_password("Autumn-Kettle-42"))


async def test_an_unknown_person_costs_the_same_work(count_bcrypt: Callable[[], int]) -> None:
    assert not await verify("Autumn-Kettle-42", None)
    assert count_bcrypt() == 1


def test_the_cost_outside_tests_is_not_a_cheap_one(cheap_bcrypt: int) -> None:
    assert cheap_bcrypt >= 12
