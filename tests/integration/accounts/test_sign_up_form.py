"""The sign-up form: each field alone, all together, and what hostile hands put in."""

from __future__ import annotations

from typing import Any

import pytest

from assembly_ui.accounts.errors import (
    EmailMalformed,
    FieldProblem,
    FormRefused,
    InviteCodeUnknown,
    Missing,
    NameNotPlain,
    NotText,
    PasswordCommon,
    PasswordPersonal,
    PasswordsDiffer,
    PasswordTooShort,
    TooLong,
)
from assembly_ui.accounts.invite_codes import ensure_default_code
from assembly_ui.accounts.sign_up_form import (
    FIELDS,
    CheckedForm,
    SignUpForm,
    check_field,
    check_form,
)
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.accounts import PASSWORD

GOOD = {
    "invite_code": "letsassemble2020",
    "name": "James Walters",
    "email": "james.walters@kings.sch.uk",
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
}


async def _check(database: Database, clock: ManualClock, **changed: Any) -> CheckedForm:
    await ensure_default_code(database, clock())
    form = SignUpForm(**{**GOOD, **changed})
    return await check_form(database, form, check_dns=False, now=clock())


async def test_a_good_form_is_kept_in_one_spelling(database: Database, clock: ManualClock) -> None:
    checked = await _check(
        database,
        clock,
        invite_code=" LetsAssemble2020 ",
        name="  James\tWalters ",
        email=" James.Walters@KINGS.sch.uk",
    )
    assert checked == CheckedForm(
        "letsassemble2020", "James Walters", "james.walters@kings.sch.uk", PASSWORD
    )


async def test_an_empty_form_names_every_required_field_in_order(
    database: Database, clock: ManualClock
) -> None:
    with pytest.raises(FormRefused) as caught:
        await check_form(database, SignUpForm(), check_dns=False, now=clock())
    problems = caught.value.problems
    assert list(problems) == [field for field in FIELDS if field != "name"]
    assert {type(problem) for problem in problems.values()} == {Missing}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("invite_code", "nonsense", InviteCodeUnknown),
        ("invite_code", "' OR 1=1 --", InviteCodeUnknown),
        ("invite_code", "x" * 65, TooLong),
        ("name", "<b>James</b>", NameNotPlain),
        ("name", "see www.evil.example", NameNotPlain),
        ("name", "x" * 121, TooLong),
        ("email", "james", EmailMalformed),
        ("email", "a@b@c.test", EmailMalformed),
        ("email", "x" * 1_000_000, TooLong),
        ("password", "short", PasswordTooShort),
        ("password", "x" * 129, TooLong),
        ("password", "password1", PasswordCommon),
        ("password", "James Walters", PasswordPersonal),
        ("password", "letsassemble2020", PasswordPersonal),
        ("password_confirmation", "something else", PasswordsDiffer),
        *[(field, 7, NotText) for field in FIELDS],
        *[(field, None, NotText) for field in FIELDS],
        *[(field, {"$ne": ""}, NotText) for field in FIELDS],
    ],
)
async def test_each_problem_stands_beside_its_field(
    database: Database,
    clock: ManualClock,
    field: str,
    value: object,
    problem: type[FieldProblem],
) -> None:
    with pytest.raises(FormRefused) as caught:
        await _check(database, clock, **{field: value})
    assert type(caught.value.problems[field]) is problem
    others = set(caught.value.problems) - {field, "password_confirmation"}
    assert not others


@pytest.mark.parametrize(
    "name", ["", "ندى", "नेहा", "👩‍👩‍👧", "O'Brien-Smith", "Ng", "\u202eevil\x00"]
)
async def test_names_of_any_script_are_welcome(
    database: Database, clock: ManualClock, name: str
) -> None:
    checked = await _check(database, clock, name=name)
    assert "\u202e" not in checked.name
    assert "\x00" not in checked.name


@pytest.mark.parametrize(
    "password", ["пароль на троих", "🐴🔋📎🦊🐢🦉🐝🦔", "x y z w v u", "ñandú volador azul"]
)
async def test_passwords_of_any_script_are_welcome(
    database: Database, clock: ManualClock, password: str
) -> None:
    checked = await _check(database, clock, password=password, password_confirmation=password)
    assert checked.password == password


async def test_a_field_is_checked_alone_in_the_light_of_the_others(
    database: Database, clock: ManualClock
) -> None:
    form = SignUpForm(password=PASSWORD, password_confirmation="other", email="a@gmial.com")
    checks = {
        field: await check_field(database, field, form, check_dns=False, now=clock())
        for field in FIELDS
    }
    assert type(checks["password_confirmation"].problem) is PasswordsDiffer
    assert checks["password"].problem is None
    assert checks["email"].did_you_mean == "a@gmail.com"
    assert checks["name"].did_you_mean is None


async def test_a_field_the_form_does_not_have_is_an_error(
    database: Database, clock: ManualClock
) -> None:
    with pytest.raises(KeyError):
        await check_field(database, "admin", SignUpForm(), check_dns=False, now=clock())
