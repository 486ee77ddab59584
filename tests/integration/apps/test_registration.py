"""Operators register apps, renew their secrets and switch them off."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from assembly_ui.apps import grants
from assembly_ui.apps.catalogue import all_apps, list_apps, read_app
from assembly_ui.apps.errors import (
    AddressUnusable,
    AppUnknown,
    GrantRefused,
    GrantUnusable,
    NameTaken,
    NameUnusable,
    PkceNeeded,
    RedirectMissing,
    RotationNeeded,
    ScopeUnusable,
)
from assembly_ui.apps.models import ClientType, GrantType, OAuthToken
from assembly_ui.apps.registration import (
    NewApp,
    Registered,
    disable,
    ensure_app,
    register_app,
    rotate_secret,
)
from assembly_ui.apps.tokens import Lives, find_bearer
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.apps import REDIRECT, VERIFIER, ASchool, an_app, authorised, wanted_of
from tests.factories.people import recorded

LIVES = Lives(timedelta(days=1), timedelta(days=180), timedelta(days=365))


async def test_an_app_gets_credentials_that_work_and_are_not_kept(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    known = await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    assert known.name == "Rooms"
    assert app.client_secret not in str(known.model_dump())
    assert len(app.client_secret) >= 43
    assert [entry.fields for entry in await recorded(database, "app_registered")] == [
        {"app": "rooms"}
    ]


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 43, "x" * 1000, "é", "\0"])
async def test_no_other_secret_works(database: Database, app: Registered, secret: str) -> None:
    with pytest.raises(GrantRefused) as caught:
        await grants.identify(database, client_id=app.client_id, secret=secret)
    assert caught.value.error == "invalid_client"


async def test_a_public_app_has_no_secret_and_cannot_bring_one(
    database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), client_type=ClientType.PUBLIC)
    assert app.client_secret == ""
    assert await grants.identify(database, client_id=app.client_id, secret="")
    with pytest.raises(GrantRefused):
        await grants.identify(database, client_id=app.client_id, secret="any")


@pytest.mark.parametrize(
    ("different", "error"),
    [
        ({"name": ""}, NameUnusable),
        ({"name": "x" * 121}, NameUnusable),
        ({"name": "<b>Rooms</b>"}, NameUnusable),
        ({"name": "学校"}, NameUnusable),
        ({"redirect_uris": []}, RedirectMissing),
        ({"redirect_uris": ["http://rooms.example/"]}, AddressUnusable),
        ({"redirect_uris": [REDIRECT, "https://rooms.example/#x"]}, AddressUnusable),
        ({"install_uri": "javascript:alert(1)"}, AddressUnusable),
        ({"support": "ftp://rooms.example"}, AddressUnusable),
        ({"support": "help@rooms.example\r\nBcc: all@rooms.example"}, AddressUnusable),
        ({"support": "help@rooms.example, all@rooms.example"}, AddressUnusable),
        ({"support": "mailto:help@rooms.example?cc=all@rooms.example"}, AddressUnusable),
        ({"support": "mailto:"}, AddressUnusable),
        ({"support": "@"}, AddressUnusable),
        ({"scopes": "students.everything"}, ScopeUnusable),
        ({"client_type": ClientType.PUBLIC, "is_old_client": True}, RotationNeeded),
        ({"client_type": ClientType.PUBLIC, "requires_pkce": False}, PkceNeeded),
        ({"client_type": ClientType.PUBLIC, "grant_types": [*GrantType]}, GrantUnusable),
        ({"grant_types": [GrantType.REFRESH_TOKEN], "redirect_uris": []}, GrantUnusable),
    ],
)
async def test_what_cannot_be_registered_says_why(
    database: Database, clock: ManualClock, different: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await an_app(database, now=clock(), **different)
    assert await all_apps(database) == []


async def test_a_name_is_registered_once(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    for name in ("Rooms", "ROOMS!", " rooms "):
        with pytest.raises(NameTaken) as caught:
            await an_app(database, now=clock(), name=name)
        assert caught.value.client_id == app.client_id


async def test_a_new_secret_ends_the_old_one_and_the_app_tokens_but_no_schools(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    known = await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    own = await grants.app_token(database, known, now=clock())
    code = await authorised(database, app, school, now=clock())
    tokens = await grants.exchange_code(
        database,
        known,
        code=code,
        redirect_uri=REDIRECT,
        verifier=VERIFIER,
        lives=LIVES,
        now=clock(),
    )
    renewed = await rotate_secret(database, client="rooms", now=clock())
    assert renewed.client_id == app.client_id
    assert await grants.identify(database, client_id=app.client_id, secret=renewed.client_secret)
    with pytest.raises(GrantRefused):
        await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    assert await find_bearer(database, token=own.access_token, now=clock()) is None
    assert await find_bearer(database, token=tokens.access_token, now=clock())


async def test_a_secret_of_nobody_or_of_a_public_app_cannot_be_renewed(
    database: Database, clock: ManualClock
) -> None:
    await an_app(database, now=clock(), client_type=ClientType.PUBLIC)
    for client in ("rooms", "nobody"):
        with pytest.raises(AppUnknown):
            await rotate_secret(database, client=client, now=clock())


async def test_an_app_switched_off_has_no_token_no_credentials_and_no_data_read_for_it(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    known = await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    own = await grants.app_token(database, known, now=clock())
    code = await authorised(database, app, school, now=clock())
    tokens = await grants.exchange_code(
        database,
        known,
        code=code,
        redirect_uri=REDIRECT,
        verifier=VERIFIER,
        lives=LIVES,
        now=clock(),
    )
    assert "timetables" in await wanted_of(database, school)
    for _ in range(2):
        await disable(database, client=app.client_id, now=clock())
    for token in (own.access_token, tokens.access_token):
        assert await find_bearer(database, token=token, now=clock()) is None
    with pytest.raises(GrantRefused):
        await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    assert await wanted_of(database, school) == set()
    assert len(await recorded(database, "app_disabled")) == 1


async def test_the_tokens_of_an_app_switched_off_are_ended_and_not_only_unheard(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    known = await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    await grants.app_token(database, known, now=clock())
    await disable(database, client=app.client_id, now=clock())
    async with database.read() as session:
        assert list(await session.exec(select(OAuthToken.revoked_at))) == [clock()]


async def test_what_an_app_is_given_while_it_is_switched_off_opens_nothing(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    code = await authorised(database, app, school, now=clock())
    known = await grants.identify(database, client_id=app.client_id, secret=app.client_secret)
    await disable(database, client=app.client_id, now=clock())
    late = await grants.exchange_code(
        database,
        known,
        code=code,
        redirect_uri=REDIRECT,
        verifier=VERIFIER,
        lives=LIVES,
        now=clock(),
    )
    assert await find_bearer(database, token=late.access_token, now=clock()) is None


async def test_apps_that_come_with_the_demo_are_there_once_and_right_however_often_it_starts(
    database: Database, clock: ManualClock
) -> None:
    def ours(summary: str = "Rooms and lessons") -> Any:
        new = NewApp(
            "SchoolBooking",
            ["http://10.0.0.1:3000/back"],
            summary=summary,
            support="help@booking.example",
        )
        return ensure_app(database, new, client_id="app_sb", client_secret="known", now=clock())

    made = await asyncio.gather(ours(), ours(), ours())
    assert {(app.client_id, app.client_secret, app.slug) for app in made} == {
        ("app_sb", "known", "schoolbooking")
    }
    await ours("Better words")
    (app,) = await all_apps(database)
    assert (app.summary, app.is_ours) == ("Better words", True)
    assert app.support_uri == "mailto:help@booking.example"
    assert await grants.identify(database, client_id="app_sb", secret="known")


async def test_an_app_that_took_the_name_of_ours_becomes_ours(
    database: Database, clock: ManualClock
) -> None:
    await an_app(database, now=clock(), name="SchoolBooking")
    await ensure_app(
        database,
        NewApp("SchoolBooking", [REDIRECT]),
        client_id="app_sb",
        client_secret="known",
        now=clock(),
    )
    (app,) = await all_apps(database)
    assert app.client_id == "app_sb"


async def test_schools_see_listed_apps_ours_first_and_whatever_they_authorised(
    database: Database, clock: ManualClock, school: ASchool
) -> None:
    for name, listed in (("Zebra", True), ("aardvark", True), ("Hidden", False), ("Kept", False)):
        await an_app(database, now=clock(), name=name, listed=listed)
    ours = NewApp("SchoolBooking", [REDIRECT])
    await ensure_app(database, ours, client_id="app_sb", client_secret="x", now=clock())
    kept = await register_app(database, NewApp("Private", [REDIRECT], listed=False), now=clock())
    await authorised(database, kept, school, now=clock())
    shown = await list_apps(database, school_id=school.id)
    assert [app.name for app in shown] == ["SchoolBooking", "aardvark", "Private", "Zebra"]
    assert [app.name for app in shown if app.authorisation] == ["Private"]


async def test_an_app_shows_one_school_what_that_one_allows_it(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock(), optional=["contacts.emails"])
    held = (await read_app(database, slug="rooms", school_id=school.id)).authorisation
    assert held is not None
    assert held.optional_scopes == ("contacts.emails",)
    assert set(held.offered_scopes) == {"contacts.basic", "contacts.emails"}
    assert held.scopes == (
        "contacts.basic",
        "contacts.emails",
        "school",
        "staff_members.basic",
        "staff_members.emails",
        "timetables",
    )
    assert held.granted_by_name == "James Walters"
    other = await read_app(database, slug="rooms", school_id=school.id + 1)
    assert other.authorisation is None


async def test_an_app_switched_off_is_unknown_to_schools_that_never_allowed_it(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    await disable(database, client="rooms", now=clock())
    assert (await read_app(database, slug="rooms", school_id=school.id)).disabled_at
    with pytest.raises(AppUnknown):
        await read_app(database, slug="rooms", school_id=school.id + 1)
    with pytest.raises(AppUnknown):
        await read_app(database, slug="nobody", school_id=school.id)
