"""The sign-up page's handlers, called as anyone on the internet may call them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from assembly_ui.accounts.models import SignUp, User
from assembly_ui.accounts.sign_up_form import FIELDS
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.web.pages.confirm_email import ConfirmEmailState
from assembly_ui.web.pages.forgotten_password import ForgottenPasswordState
from assembly_ui.web.pages.resend_confirmation import ResendConfirmationState
from assembly_ui.web.pages.reset_password import ResetPasswordState
from assembly_ui.web.pages.sign_up import SignUpState
from tests.factories.accounts import (
    PASSWORD,
    a_person,
    posted,
)
from tests.factories.states import HOSTILE, Tab, notice, went_to

pytestmark = pytest.mark.usefixtures("cheap_bcrypt", "parts")
EMAIL = "james.walters@kings.sch.uk"
FORM = {
    "invite_code": "letsassemble2020",
    "name": "James Walters",
    "email": EMAIL,
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
}


async def _rows(database: Database, table: type) -> list:
    async with database.read() as session:
        return list(await session.exec(select(table)))


async def _signed_up(tab: Tab, **changed: Any) -> list[Any]:
    await tab.send(SignUpState.load)
    return await tab.send(SignUpState.submit, form={**FORM, **changed})


async def test_a_good_form_leads_to_the_waiting_page(tab: Tab, database: Database) -> None:
    assert went_to(await _signed_up(tab)) == ["/confirm-email"]
    await tab.send(ConfirmEmailState.load)
    waiting = await tab.state(ConfirmEmailState)
    assert (waiting.email, waiting.confirmed) == (EMAIL, False)
    assert not (await tab.state(SignUpState)).busy


async def test_a_form_sent_twice_is_one_sign_up(tab: Tab, database: Database) -> None:
    await _signed_up(tab)
    await tab.send(SignUpState.submit, form=FORM)
    await _signed_up(tab)
    assert len(await _rows(database, SignUp)) == 1
    assert len(await posted(database)) == 1


async def test_an_empty_form_stores_nothing_and_says_what_is_missing(
    tab: Tab, database: Database
) -> None:
    await _signed_up(tab, **dict.fromkeys(FORM, ""))
    state = await tab.state(SignUpState)
    assert [line["field"] for line in state.summary] == [f for f in FIELDS if f != "name"]
    assert state.errors["email"] == "Enter your email address."
    assert await _rows(database, SignUp) == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_hostile_input_says_so_beside_its_field_or_is_harmless(
    tab: Tab, database: Database, field: str, value: object
) -> None:
    events = await _signed_up(tab, **{field: value})
    state = await tab.state(SignUpState)
    if went_to(events):
        assert field == "name"
        (sign_up,) = await _rows(database, SignUp)
        assert not set(sign_up.name) & set("<>\x00\u202e\r\n")
    else:
        refused = {name for name in FIELDS if state.errors[name]}
        assert refused
        assert refused <= {field, "password_confirmation"}
        assert await _rows(database, SignUp) == []


@pytest.mark.parametrize("form", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_what_is_no_form_at_all_is_an_empty_one(
    tab: Tab, database: Database, form: object
) -> None:
    for handler in (SignUpState.submit, ConfirmEmailState.correct, ResetPasswordState.submit):
        await tab.send(handler, form=form)
    for handler in (ForgottenPasswordState.submit, ResendConfirmationState.submit):
        await tab.send(handler, form=form)
        assert (await tab.state(handler.state)).error == "Enter your email address."
    await tab.send(SignUpState.measure, form=form)
    assert await _rows(database, User) == []


async def test_a_field_is_checked_as_the_person_leaves_it(tab: Tab) -> None:
    await tab.send(SignUpState.check, name="email", form={**FORM, "email": "james"})
    state = await tab.state(SignUpState)
    assert state.errors["email"] == "The email address must look like name@school.sch.uk."
    assert state.summary == []
    await tab.send(SignUpState.check, name="email", form=FORM)
    assert state.errors["email"] == ""


async def test_passing_through_an_empty_field_is_no_mistake_but_emptying_it_is(tab: Tab) -> None:
    state = await tab.state(SignUpState)
    await tab.send(SignUpState.check, name="email", form={})
    assert state.errors["email"] == ""
    await tab.send(SignUpState.check, name="email", form=FORM)
    await tab.send(SignUpState.check, name="email", form={})
    assert state.errors["email"] == "Enter your email address."


async def test_another_password_is_compared_with_its_confirmation_again(tab: Tab) -> None:
    for name in ("password", "password_confirmation"):
        await tab.send(SignUpState.check, name=name, form=FORM)
    changed = {**FORM, "password": "Other-Kettle-43"}
    await tab.send(SignUpState.check, name="password", form=changed)
    assert (await tab.state(SignUpState)).errors["password_confirmation"]


async def test_the_summary_shrinks_as_fields_are_put_right(tab: Tab) -> None:
    await _signed_up(tab, email="", invite_code="")
    await tab.send(SignUpState.check, name="email", form=FORM)
    state = await tab.state(SignUpState)
    assert [line["field"] for line in state.summary] == ["invite_code"]


@pytest.mark.parametrize("name", ["", "admin", "__class__", None, ["email"], 7])
async def test_only_fields_of_the_form_are_checked(tab: Tab, name: object) -> None:
    await tab.send(SignUpState.check, name=name, form=FORM)
    assert set((await tab.state(SignUpState)).errors) == set(FIELDS)


async def test_a_likely_slip_is_offered_and_taken(tab: Tab) -> None:
    await tab.send(SignUpState.check, name="email", form={"email": "james@gmial.com"})
    state = await tab.state(SignUpState)
    assert state.did_you_mean == "james@gmail.com"
    assert await tab.send(SignUpState.take_suggestion)
    assert state.did_you_mean == ""


async def test_the_meter_says_how_strong_a_password_is(tab: Tab) -> None:
    state = await tab.state(SignUpState)
    await tab.send(SignUpState.measure, form={"password": "password"})
    assert (state.strength, state.strength_words) == (0, "Guessed at once")
    await tab.send(SignUpState.measure, form=FORM)
    assert state.strength >= 3
    await tab.send(SignUpState.measure, form={})
    assert (state.strength, state.strength_words) == (0, "")


async def test_a_taken_address_gets_the_very_same_page(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    seen = []
    for email in (EMAIL, "new@kings.sch.uk"):
        tab = Tab()
        led_to = went_to(await _signed_up(tab, email=email))
        await tab.send(ConfirmEmailState.load)
        waiting = await tab.state(ConfirmEmailState)
        seen.append((led_to, waiting.resend_at, waiting.confirmed, await notice(tab)))
    assert seen[0] == seen[1]


async def test_too_many_forms_for_one_address_say_when_to_return(
    database: Database,
) -> None:
    for n in range(6):
        tab = Tab()
        await _signed_up(
            tab, password=f"Other-Kettle-{n}", password_confirmation=f"Other-Kettle-{n}"
        )
    assert (await tab.state(SignUpState)).refusal.startswith("That was tried too often.")
    assert len(await _rows(database, SignUp)) == 5
