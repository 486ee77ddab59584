"""The client and the stand-in understand each other, over HTTP, in every documented reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assembly_ui.xporter.callback import parse_form
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    InviteRefused,
    NoDataYet,
    NotAuthorised,
    OurCredentialsRefused,
)
from simulators.xporter import sharing
from simulators.xporter.tokens import Tokens
from tests.factories.xporter_simulator import ESTAB, choose_install
from tests.integration.xporter.world import INVITATION, World


async def test_a_school_is_invited(world: World) -> None:
    await world.invited()
    assert world.mailbox.newest["to"] == "james.walters@kings.sch.uk"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dfes_code": "0000"}, "School not found in EduBase"),
        ({"school_name": ""}, "SchoolName is required"),
        ({"email": "nowhere"}, "SchoolContactEmail is not a valid email address"),
    ],
)
async def test_a_school_that_cannot_be_invited_is_refused_with_the_reason(
    world: World, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(InviteRefused) as caught:
        await world.client.register_school(replace(INVITATION, **changes))
    assert caught.value.detail == message


@pytest.mark.parametrize(
    "changes", [{"management_secret": "wrong"}, {"relying_party": "somebody.else"}]
)
async def test_a_wrong_application_learns_that_it_is_itself(
    world: World, changes: dict[str, str]
) -> None:
    with pytest.raises(OurCredentialsRefused):
        await world.client_with(**changes).register_school(INVITATION)


async def test_the_legacy_token_path_makes_tokens_too(world: World) -> None:
    await world.client_with(token_path="/idaas/sts/STS/GetToken").register_school(INVITATION)


async def test_a_management_token_that_ended_is_renewed(world: World) -> None:
    await world.invited()
    world.clock.advance(timedelta(days=30))
    await world.client.register_school(INVITATION)


async def test_a_management_token_that_is_refused_early_is_renewed(world: World) -> None:
    await world.invited()
    world.stand_in.tokens = Tokens("another key")
    await world.client.register_school(INVITATION)


async def test_before_authorising_no_secret_is_good(world: World) -> None:
    await world.invited()
    with pytest.raises(NotAuthorised):
        await world.client.school_token(ESTAB, "f0f3a9c5-8c24-4c2b-a9d6-7d1f3cf3f6a1")


async def test_what_the_callback_says_is_what_the_token_is_good_for(world: World) -> None:
    await world.authorised(ticked=("Staff", "Student"))
    callback = parse_form(world.partner.posted[-1].items())
    assert (callback.installed, callback.install_completed) == (None, False)
    details = await world.client.token_details(callback.estab, callback.secret)
    assert details.estab == callback.estab == ESTAB
    assert details.name == callback.school_name == "King's School"
    assert details.scopes == callback.scopes_granted == ("School", "Staff", "Student")
    assert details.expires == world.clock() + timedelta(days=5)


async def test_there_is_no_data_until_it_is_installed(world: World) -> None:
    link, secret = await world.authorised()
    for choice in ("", "queue"):
        if choice:
            await choose_install(world.database, link, now=world.clock(), choice=choice)
        with pytest.raises(NoDataYet):
            await world.client.school_info(ESTAB, secret)
        with pytest.raises(NoDataYet):
            await world.client.counts(ESTAB, secret)


async def test_an_installed_school_says_who_it_is_and_how_large(world: World) -> None:
    _, secret = await world.installed()
    info = await world.client.school_info(ESTAB, secret)
    assert (info.estab, info.name, info.mis) == (ESTAB, "King's School", "isams")
    assert info.collected_at == world.clock()
    assert info.academic_year == "2026"
    counts = await world.client.counts(ESTAB, secret)
    assert list(counts) == ["Groups", "Staff"]
    assert all(counts.values())
    assert await world.client.counts(ESTAB, secret) == counts


async def test_a_paused_school_is_paused(world: World) -> None:
    link, secret = await world.installed()
    await world.client.school_info(ESTAB, secret)
    await sharing.pause(world.database, token=link, now=world.clock())
    with pytest.raises(AuthorisationPaused):
        await world.client.school_info(ESTAB, secret)
    with pytest.raises(AuthorisationPaused):
        await world.client.school_token(ESTAB, secret)
    await sharing.resume(world.database, token=link)
    assert (await world.client.school_info(ESTAB, secret)).estab == ESTAB


async def test_a_selection_is_paused_until_it_is_finished(world: World) -> None:
    link, secret = await world.authorised(people="selection")
    with pytest.raises(AuthorisationPaused):
        await world.client.token_details(ESTAB, secret)
    await sharing.finish_selection(world.database, token=link, groups=["Year 7"], now=world.clock())
    assert (await world.client.token_details(ESTAB, secret)).estab == ESTAB


async def test_a_withdrawn_school_is_no_longer_authorised(world: World) -> None:
    link, secret = await world.installed()
    await world.client.school_info(ESTAB, secret)
    await sharing.withdraw(world.database, token=link, now=world.clock())
    with pytest.raises(NotAuthorised):
        await world.client.school_info(ESTAB, secret)


async def test_a_school_that_authorises_again_has_a_new_secret_only(world: World) -> None:
    _, old = await world.installed()
    await world.client.school_info(ESTAB, old)
    _, new = await world.authorised()
    assert new != old
    with pytest.raises(NotAuthorised):
        await world.client.school_info(ESTAB, old)
    assert (await world.client.school_info(ESTAB, new)).estab == ESTAB
