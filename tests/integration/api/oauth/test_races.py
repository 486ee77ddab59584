"""Two things at the same moment: what ends tokens ends also those that are just being made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from assembly_ui.apps import authorising, grants
from assembly_ui.apps.clients import find_app
from assembly_ui.apps.errors import AppsError, GrantRefused
from assembly_ui.apps.registration import Registered, disable, rotate_secret
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.apps import LINKS, a_request, an_app, wanted_of
from tests.integration.api.oauth.conftest import Platform

AS_LONG_AS_IT_TAKES = 0.2
"""Seconds for the other one to be done, or to wait for the first."""


class Meanwhile:
    """Something that begins while something else is half done, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._begun: list[asyncio.Task[Any]] = []

    def before(self, room: Any, name: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Have `work` begin just before the room calls this."""
        called: Callable[..., Awaitable[Any]] = getattr(room, name)

        async def interrupted(*args: Any, **options: Any) -> Any:
            await self._begin(work)
            return await called(*args, **options)

        self._patch.setattr(room, name, interrupted)

    def after(self, room: Any, name: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Have `work` begin as soon as the room has called this."""
        called: Callable[..., Awaitable[Any]] = getattr(room, name)

        async def followed(*args: Any, **options: Any) -> Any:
            found = await called(*args, **options)
            await self._begin(work)
            return found

        self._patch.setattr(room, name, followed)

    async def _begin(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        if not self._begun:
            self._begun.append(asyncio.create_task(work()))
            await asyncio.wait(self._begun, timeout=AS_LONG_AS_IT_TAKES)

    async def is_over(self) -> None:
        """It has ended, well or refused."""
        with suppress(AppsError):
            await asyncio.gather(*self._begun)
        assert self._begun


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(monkeypatch)


@pytest.fixture(params=["New", "Old"])
async def client(
    request: pytest.FixtureRequest, database: Database, clock: ManualClock
) -> Registered:
    return await an_app(
        database, now=clock(), name=request.param, is_old_client=request.param == "Old"
    )


def _last_of_all(app: Registered) -> str:
    """What a refresh calls last before it makes new tokens."""
    return "forget_expired" if app.name == "Old" else "_use"


async def _none_opens(platform: Platform, app: Registered, *answers: Any) -> None:
    for answer in answers:
        for access in filter(None, [answer.get("access_token")]):
            assert await platform.opens(access) is None
        for fresh in filter(None, [answer.get("refresh_token")]):
            assert (await platform.refreshed(app, fresh)).status_code == 400


async def test_a_token_given_back_takes_along_what_it_is_just_refreshed_for(
    platform: Platform, client: Registered, meanwhile: Meanwhile
) -> None:
    first = await platform.tokens(client)
    meanwhile.after(
        grants,
        _last_of_all(client),
        lambda: platform.web.post(
            "/oauth/revoke",
            data={
                "client_id": client.client_id,
                "client_secret": client.client_secret,
                "token": first["refresh_token"],
            },
        ),
    )
    second = (await platform.refreshed(client, first["refresh_token"])).json()
    await meanwhile.is_over()
    await _none_opens(platform, client, first, second)


async def test_a_token_given_back_first_is_not_refreshed_any_more(
    platform: Platform, client: Registered, meanwhile: Meanwhile
) -> None:
    first = await platform.tokens(client)
    meanwhile.before(
        grants,
        "_in_force",
        lambda: platform.web.post(
            "/oauth/revoke",
            data={
                "client_id": client.client_id,
                "client_secret": client.client_secret,
                "token": first["refresh_token"],
            },
        ),
    )
    second = (await platform.refreshed(client, first["refresh_token"])).json()
    await meanwhile.is_over()
    await _none_opens(platform, client, first, second)


async def test_a_code_that_comes_again_takes_along_what_is_just_refreshed(
    platform: Platform, client: Registered, meanwhile: Meanwhile
) -> None:
    code = await platform.code(client)
    first = (await platform.exchanged(client, code)).json()
    meanwhile.after(grants, _last_of_all(client), lambda: platform.exchanged(client, code))
    second = (await platform.refreshed(client, first["refresh_token"])).json()
    await meanwhile.is_over()
    await _none_opens(platform, client, first, second)


async def test_a_refresh_that_is_repeated_while_the_first_is_half_done_gets_the_same_pair(
    platform: Platform, client: Registered, meanwhile: Meanwhile
) -> None:
    first = await platform.tokens(client)
    repeated: list[Any] = []

    async def again() -> None:
        repeated.append((await platform.refreshed(client, first["refresh_token"])).json())

    meanwhile.after(grants, _last_of_all(client), again)
    second = (await platform.refreshed(client, first["refresh_token"])).json()
    await meanwhile.is_over()
    (third,) = repeated
    assert await platform.opens(second["access_token"])
    assert await platform.opens(third["access_token"])
    assert second.get("refresh_token") == third.get("refresh_token")
    newest = second.get("refresh_token", first["refresh_token"])
    assert (await platform.refreshed(client, newest)).status_code == 200


async def test_a_repeated_refresh_takes_along_nothing_that_is_given_back_meanwhile(
    platform: Platform, meanwhile: Meanwhile, app: Registered
) -> None:
    first = await platform.tokens(app)
    second = (await platform.refreshed(app, first["refresh_token"])).json()
    meanwhile.after(
        grants,
        "_use",
        lambda: platform.web.post(
            "/oauth/revoke",
            data={
                "client_id": app.client_id,
                "client_secret": app.client_secret,
                "token": second["refresh_token"],
            },
        ),
    )
    third = (await platform.refreshed(app, first["refresh_token"])).json()
    await meanwhile.is_over()
    await _none_opens(platform, app, second, third)


async def test_an_old_secret_gets_no_token_for_ever_while_it_is_replaced(
    platform: Platform, client: Registered, database: Database, clock: ManualClock
) -> None:
    async with database.read() as session:
        known = await find_app(session, client.client_id)
    await rotate_secret(database, client=client.client_id, now=clock())
    with pytest.raises(GrantRefused):
        await grants.app_token(database, known, now=clock())


async def test_nothing_is_read_for_an_app_that_is_switched_off_while_a_school_authorises_it(
    platform: Platform, client: Registered, meanwhile: Meanwhile, clock: ManualClock
) -> None:
    database, school = platform.database, platform.school
    request_id = await a_request(database, client, school.owner, now=clock())
    meanwhile.before(
        authorising,
        "decide",
        lambda: disable(database, client=client.client_id, now=clock()),
    )
    await authorising.authorise(
        database,
        request_id=request_id,
        school_id=school.id,
        by_user_id=school.owner.id,
        optional=(),
        now=clock(),
        links=LINKS,
    )
    await meanwhile.is_over()
    assert await wanted_of(database, school) == set()
