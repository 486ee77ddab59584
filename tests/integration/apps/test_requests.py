"""A Data Access Request waits for its person, survives everything, and is decided once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from assembly_ui.apps.asking import Ask
from assembly_ui.apps.errors import (
    RequestDecided,
    RequestExpired,
    RequestOfDisabledApp,
    RequestUnknown,
)
from assembly_ui.apps.models import AccessRequest
from assembly_ui.apps.registration import Registered, disable
from assembly_ui.apps.requests import (
    KEPT,
    LIFE,
    MOST_UNCLAIMED,
    UNCLAIMED_LIFE,
    begin,
    claim,
    decline,
    keep_for_sign_up,
    pending_of,
    read_request,
)
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role
from tests.factories.accounts import a_person
from tests.factories.apps import (
    LINKS,
    PKCE,
    REDIRECT,
    ASchool,
    a_request,
    an_app,
    authorised,
    happened,
    query_of,
)
from tests.factories.people import a_colleague, recorded


async def _begun(database: Database, app: Registered, clock: ManualClock, **asked: object) -> str:
    given = {"client_id": app.client_id, "redirect_uri": REDIRECT, "scope": "timetables", **PKCE}
    return (await begin(database, Ask(**{**given, **asked}), now=clock())).token  # type: ignore[arg-type]


async def test_anybody_with_its_address_sees_who_asks_for_what(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    token = await _begun(database, app, clock, scope="timetables calendar:optional", urn="123456")
    seen = await read_request(database, token=token, now=clock())
    assert (seen.app_name, seen.slug, seen.user_id) == ("Rooms", "rooms", None)
    assert (seen.required, seen.optional) == (("school", "timetables"), ("calendar",))
    assert (seen.urn, seen.insists_on_urn, seen.returns_to) == ("123456", False, "rooms.example")
    assert seen.expires_at == clock() + timedelta(hours=1)


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\0", None, 7, ["x"]])
async def test_a_mangled_address_opens_nothing(
    database: Database, clock: ManualClock, token: object
) -> None:
    with pytest.raises(RequestUnknown):
        await claim(database, token=token, user_id=1, now=clock())
    with pytest.raises(RequestUnknown):
        await read_request(database, token=token, now=clock())


async def test_once_claimed_its_person_finds_it_on_any_device(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    person = await a_person(database, now=clock())
    token = await _begun(database, app, clock)
    assert await pending_of(database, user_id=person.id, now=clock()) is None
    view = await claim(database, token=token, user_id=person.id, now=clock())
    waiting = await pending_of(database, user_id=person.id, now=clock())
    assert waiting is not None
    assert (waiting.id, waiting.app_name, waiting.slug) == (view.id, "Rooms", "rooms")
    found = await read_request(database, user_id=person.id, now=clock())
    assert found == await read_request(database, user_id=person.id, request_id=view.id, now=clock())


async def test_nobody_else_finds_it(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    stranger = await a_person(database, now=clock(), email="stranger@example.org")
    request_id = await a_request(database, app, school.owner, now=clock())
    for sought in ({"request_id": request_id}, {}):
        with pytest.raises(RequestUnknown):
            await read_request(database, user_id=stranger.id, now=clock(), **sought)
    with pytest.raises(RequestUnknown):
        await decline(
            database, request_id=request_id, user_id=stranger.id, now=clock(), links=LINKS
        )


async def test_who_may_not_decide_hands_its_address_to_a_colleague(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    viewer = await a_colleague(database, school.row, Role.VIEWER, now=clock())
    token = await _begun(database, app, clock)
    await claim(database, token=token, user_id=viewer.id, now=clock())
    await claim(database, token=token, user_id=school.owner.id, now=clock())
    assert await pending_of(database, user_id=viewer.id, now=clock()) is None
    assert await pending_of(database, user_id=school.owner.id, now=clock())


async def test_of_several_requests_of_one_app_the_one_opened_last_counts(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    other = await an_app(database, now=clock(), name="Other")
    first = await a_request(database, app, school.owner, now=clock())
    kept = await a_request(database, other, school.owner, now=clock())
    second = await a_request(database, app, school.owner, now=clock())
    with pytest.raises(RequestDecided):
        await read_request(database, user_id=school.owner.id, request_id=first, now=clock())
    for request_id in (kept, second):
        assert await read_request(
            database, user_id=school.owner.id, request_id=request_id, now=clock()
        )
    waiting = await pending_of(database, user_id=school.owner.id, now=clock())
    assert waiting is not None
    assert waiting.id == second


async def test_it_waits_a_week_and_no_longer(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    token = await _begun(database, app, clock)
    clock.advance(UNCLAIMED_LIFE - timedelta(seconds=1))
    await claim(database, token=token, user_id=school.owner.id, now=clock())
    clock.advance(LIFE - UNCLAIMED_LIFE)
    assert await pending_of(database, user_id=school.owner.id, now=clock())
    clock.advance(timedelta(seconds=1))
    with pytest.raises(RequestExpired):
        await read_request(database, token=token, now=clock())
    assert await pending_of(database, user_id=school.owner.id, now=clock()) is None


async def test_long_afterwards_it_is_forgotten(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    token = await _begun(database, app, clock)
    await claim(database, token=token, user_id=school.owner.id, now=clock())
    clock.advance(LIFE + KEPT + timedelta(seconds=1))
    await _begun(database, app, clock)
    with pytest.raises(RequestUnknown):
        await read_request(database, token=token, now=clock())


async def test_what_nobody_claimed_is_forgotten_within_the_hour(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    token = await _begun(database, app, clock)
    clock.advance(UNCLAIMED_LIFE)
    await _begun(database, app, clock)
    with pytest.raises(RequestUnknown):
        await read_request(database, token=token, now=clock())


async def test_of_what_nobody_claimed_only_so_many_are_kept_and_no_persons_is_dropped(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for holder in MOST_UNCLAIMED:
        monkeypatch.setitem(MOST_UNCLAIMED, holder, 3)
    claimed = await _begun(database, app, clock)
    kept = (await claim(database, token=claimed, user_id=school.owner.id, now=clock())).id
    # Somebody else who has its address signs up with it.
    await keep_for_sign_up(database, token=claimed, now=clock())
    signed_up = [await _begun(database, app, clock) for _ in range(4)]
    for token in signed_up:
        await keep_for_sign_up(database, token=token, now=clock())
    tokens = [await _begun(database, app, clock) for _ in range(10)]
    found = []
    for token in (*signed_up, *tokens):
        try:
            await read_request(database, token=token, now=clock())
            found.append(True)
        except RequestUnknown:
            found.append(False)
    # The last one is added after room was made for it.
    assert found == [False] + [True] * 3 + [False] * 6 + [True] * 4
    assert await read_request(database, user_id=school.owner.id, request_id=kept, now=clock())


async def test_a_person_has_so_many_and_the_newest(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assembly_ui.apps.requests.MOST_OF_PERSON", 2)
    requests = [await a_request(database, app, school.owner, now=clock()) for _ in range(4)]
    async with database.read() as session:
        kept = (await session.exec(select(AccessRequest.id))).all()
    assert sorted(number or 0 for number in kept) == requests[-2:]


async def test_of_what_was_settled_only_that_is_kept(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    for _ in range(2):
        await a_request(database, app, school.owner, now=clock(), state=b"secret of the app")
    await authorised(database, app, school, now=clock(), state=b"secret of the app")
    async with database.read() as session:
        rows = (await session.exec(select(AccessRequest))).all()
    for row in rows:
        assert row.decided_at
        assert (row.state, row.required_scopes, row.code_challenge) == (None, [], "")


async def test_an_app_switched_off_meanwhile_gets_nothing(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    token = await _begun(database, app, clock)
    await claim(database, token=token, user_id=school.owner.id, now=clock())
    await disable(database, client="rooms", now=clock())
    with pytest.raises(RequestOfDisabledApp):
        await read_request(database, token=token, now=clock())
    assert await pending_of(database, user_id=school.owner.id, now=clock()) is None


async def test_not_now_goes_back_to_the_app_with_its_state_and_is_noted(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    request_id = await a_request(database, app, school.owner, now=clock(), state=b"a+b \xff")
    address = await decline(
        database,
        request_id=request_id,
        user_id=school.owner.id,
        school_id=school.id,
        now=clock(),
        links=LINKS,
    )
    assert address.startswith(f"{REDIRECT}?error=access_denied&error_description=The%20school")
    assert address.endswith("&state=a%2Bb%20%FF")
    assert query_of(address.partition("&state=")[0])["iss"] == LINKS.address
    assert await happened(database, school) == ["declined"]
    assert [entry.school_id for entry in await recorded(database, "app_declined")] == [school.id]
    with pytest.raises(RequestDecided):
        await decline(
            database,
            request_id=request_id,
            user_id=school.owner.id,
            now=clock(),
            links=LINKS,
        )


async def test_not_now_of_somebody_without_that_school_leaves_the_school_alone(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    stranger = await a_person(database, now=clock(), email="stranger@example.org")
    request_id = await a_request(database, app, stranger, now=clock())
    await decline(
        database,
        request_id=request_id,
        user_id=stranger.id,
        school_id=school.id,
        now=clock(),
        links=LINKS,
    )
    assert await happened(database, school) == []
    assert [entry.school_id for entry in await recorded(database, "app_declined")] == [None]


async def test_what_was_authorised_is_no_longer_pending(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    assert await pending_of(database, user_id=school.owner.id, now=clock()) is None
