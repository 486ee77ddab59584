"""An account made on the invitation's own page."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from assembly_ui.accounts.errors import FormRefused, PasswordsDiffer, PasswordTooShort
from assembly_ui.accounts.log_in import log_in
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.errors import (
    InvitationExpired,
    InvitationNeedsNoAccount,
    InvitationUnknown,
    InvitationUsed,
)
from assembly_ui.schools.invitations import invite
from assembly_ui.schools.invited_account import AccountForm, Joined, create_account
from assembly_ui.schools.membership import first_school_of
from assembly_ui.schools.models import Role, School
from tests.factories.accounts import PASSWORD, SESSION_LIFE, a_person, the_user
from tests.factories.people import posted, roles_in
from tests.factories.schools import a_school

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
ANN = "ann@kings.sch.uk"
FORM = AccountForm("Ann Smith", PASSWORD, PASSWORD)


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> School:
    return await a_school(database, now=clock())


@pytest.fixture
async def token(database: Database, clock: ManualClock, school: School) -> str:
    owner = next(iter(await roles_in(database, school)))
    await invite(
        database,
        school_id=school.id or 0,
        by_user_id=owner,
        email=ANN,
        role="admin",
        address="https://assembly.example",
        life=timedelta(days=7),
        now=clock(),
    )
    (mail,) = await posted(database, "colleague_invited")
    return mail.values["href"].partition("=")[2]


async def _create(
    database: Database, clock: ManualClock, token: object, form: AccountForm = FORM
) -> Joined:
    return await create_account(database, token=token, form=form, now=clock())


async def test_the_invited_person_gets_an_account_and_is_a_member(
    database: Database, clock: ManualClock, school: School, token: str
) -> None:
    joined = await _create(database, clock, token)
    assert (joined.email, joined.school_name) == (ANN, "King's School")
    assert (await roles_in(database, school))[joined.user_id] is Role.ADMIN
    user = await the_user(database, ANN)
    assert (user.name, user.confirmed_at, user.terms_accepted_at) == (
        "Ann Smith",
        clock(),
        clock(),
    )


async def test_they_can_log_in_at_once_and_see_their_school(
    database: Database, clock: ManualClock, school: School, token: str
) -> None:
    await _create(database, clock, token)
    logged_in = await log_in(database, email=ANN, password=PASSWORD, life=SESSION_LIFE, now=clock())
    assert await first_school_of(database, user_id=logged_in.user_id) == school.id


async def test_a_form_with_problems_uses_nothing_up(
    database: Database, clock: ManualClock, token: str
) -> None:
    with pytest.raises(FormRefused) as caught:
        await _create(database, clock, token, AccountForm("Ann", "short", "other"))
    assert {name: type(p) for name, p in caught.value.problems.items()} == {
        "password": PasswordTooShort,
        "password_confirmation": PasswordsDiffer,
    }
    await _create(database, clock, token)


@pytest.mark.parametrize("junk", [None, 7, ["x"], {"a": 1}, "\x00", "x" * 100_000, "\ud800" * 9])
async def test_hostile_input_is_refused_field_by_field(
    database: Database, clock: ManualClock, token: str, junk: object
) -> None:
    with pytest.raises(FormRefused):
        await _create(database, clock, token, AccountForm(junk, junk, [junk]))


@pytest.mark.parametrize("word", ["King's", ANN, "Ann Smith"])
async def test_the_password_is_nothing_personal(
    database: Database, clock: ManualClock, token: str, word: str
) -> None:
    with pytest.raises(FormRefused) as caught:
        await _create(database, clock, token, AccountForm("Ann Smith", word, word))
    assert list(caught.value.problems) == ["password"]


async def test_pressing_twice_makes_one_account(
    database: Database, clock: ManualClock, school: School, token: str
) -> None:
    outcomes = await asyncio.gather(
        *(_create(database, clock, token) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(o, Joined) for o in outcomes) == 1
    assert {type(o) for o in outcomes} <= {Joined, InvitationUsed, InvitationNeedsNoAccount}
    assert len(await roles_in(database, school)) == 2


async def test_who_has_an_account_logs_in_instead(
    database: Database, clock: ManualClock, school: School, token: str
) -> None:
    ann = await a_person(database, now=clock(), email=ANN, password="Old-Password-7")
    with pytest.raises(InvitationNeedsNoAccount):
        await _create(database, clock, token)
    assert ann.id not in await roles_in(database, school)
    await log_in(database, email=ANN, password="Old-Password-7", life=SESSION_LIFE, now=clock())


async def test_an_unconfirmed_account_takes_the_name_and_password_given_here(
    database: Database, clock: ManualClock, school: School, token: str
) -> None:
    ann = await a_person(
        database, now=clock(), email=ANN, name="Mallory", password="Mallorys-1", confirmed=False
    )
    joined = await _create(database, clock, token)
    assert joined.user_id == ann.id
    assert (await the_user(database, ANN)).name == "Ann Smith"
    await log_in(database, email=ANN, password=PASSWORD, life=SESSION_LIFE, now=clock())


async def test_late_and_mangled_links_make_no_account(
    database: Database, clock: ManualClock, token: str
) -> None:
    with pytest.raises(InvitationUnknown):
        await _create(database, clock, token + "x")
    clock.advance(timedelta(days=7))
    with pytest.raises(InvitationExpired):
        await _create(database, clock, token)
