"""A school allows an app to read, changes its mind in part, and takes it all back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from assembly_ui.apps.authorising import (
    ask_for_deletion,
    authorise,
    change_optional,
    end_by_app,
    revoke,
)
from assembly_ui.apps.errors import (
    AuthorisationUnknown,
    NotConnected,
    NotRevoked,
    RequestDecided,
    RequestUnknown,
    WrongSchool,
)
from assembly_ui.apps.holders import holders_of
from assembly_ui.apps.registration import Registered, disable
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic, sync_topic
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.models import Role
from assembly_ui.sync.models import Reason, SchoolSync
from tests.factories.accounts import a_person
from tests.factories.apps import (
    LINKS,
    REDIRECT,
    ASchool,
    a_connected_school,
    a_request,
    allowed,
    an_app,
    authorised,
    happened,
    query_of,
    wanted_of,
)
from tests.factories.people import a_colleague, posted, recorded

REQUIRED = {"school", "staff_members.basic", "staff_members.emails", "timetables"}


async def _authorise(
    database: Database, school: ASchool, request_id: int, clock: ManualClock, **different: Any
) -> str:
    given = {
        "request_id": request_id,
        "school_id": school.id,
        "by_user_id": school.owner.id,
        "optional": (),
    }
    return await authorise(database, **{**given, **different}, now=clock(), links=LINKS)


async def test_authorising_sends_the_person_back_with_a_code_and_the_apps_state(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    request_id = await a_request(database, app, school.owner, now=clock(), state=b"s" * 1024)
    address = await _authorise(database, school, request_id, clock)
    assert address.startswith(f"{REDIRECT}?code=")
    answer = query_of(address)
    assert (answer["state"], answer["iss"]) == ("s" * 1024, LINKS.address)
    assert len(answer["code"]) == 43


async def test_what_is_not_ticked_is_not_given_and_blocks_nothing(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    (held,) = await allowed(database, school)
    assert set(held.scopes) == REQUIRED
    assert held.optional_scopes == []


async def test_only_what_was_offered_can_be_ticked(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    ticked = ["contacts.emails", "students.medical.notes", "nonsense", ""]
    await authorised(database, app, school, now=clock(), optional=ticked)
    (held,) = await allowed(database, school)
    assert set(held.scopes) == REQUIRED | {"contacts.basic", "contacts.emails"}


async def test_everything_about_a_grant_is_written_down_told_and_asked_of_the_sync(
    database: Database, clock: ManualClock, pubsub: PubSub, app: Registered, school: ASchool
) -> None:
    await a_colleague(database, school.row, Role.ADMIN, now=clock(), name="Ann Smith")
    await a_colleague(database, school.row, Role.VIEWER, now=clock(), name="Vi Ewer")
    request_id = await a_request(database, app, school.owner, now=clock())
    async with pubsub.listen() as heard:
        await _authorise(database, school, request_id, clock)
        topics = {heard.get_nowait() for _ in range(heard.qsize())}
    assert {school_topic(school.id), sync_topic(school.id)} <= topics
    assert await happened(database, school) == ["authorised"]
    (entry,) = await recorded(database, "app_authorised")
    assert (entry.user_id, entry.school_id) == (school.owner.id, school.id)
    assert set(entry.fields["scopes_added"]) == REQUIRED
    receipts = await posted(database, "access_receipt")
    assert [receipt.to for receipt in receipts] == [
        "james.walters@kings.sch.uk",
        "ann.smith@kings.sch.uk",
    ]
    assert receipts[0].values["what"] == "authorised"
    assert "Staff Member Emails" in receipts[0].values["held_lines"].splitlines()
    async with database.read() as session:
        sync = await session.get_one(SchoolSync, school.id)
    assert set(sync.wanted_scopes) == REQUIRED
    assert (sync.due_at, sync.reason) == (clock(), Reason.GRANT)


async def test_nothing_of_it_happens_when_the_receipt_cannot_be_written(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, monkeypatch: Any
) -> None:
    request_id = await a_request(database, app, school.owner, now=clock())
    monkeypatch.setattr("assembly_ui.apps.receipts.titles", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await _authorise(database, school, request_id, clock)
    monkeypatch.undo()
    assert (await allowed(database, school), await wanted_of(database, school)) == ([], set())
    assert await _authorise(database, school, request_id, clock)


@pytest.mark.parametrize("role", [Role.VIEWER, None])
async def test_only_owner_and_admins_authorise(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, role: Role | None
) -> None:
    if role:
        person = await a_colleague(database, school.row, role, now=clock())
    else:
        person = await a_person(database, now=clock(), email="stranger@example.org")
    request_id = await a_request(database, app, person, now=clock())
    with pytest.raises(NotAllowed):
        await _authorise(database, school, request_id, clock, by_user_id=person.id)
    assert await allowed(database, school) == []


async def test_an_admin_authorises_as_well(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    admin = await a_colleague(database, school.row, Role.ADMIN, now=clock())
    await authorised(database, app, school, now=clock(), by=admin)
    assert [held.granted_by for held in await allowed(database, school)] == [admin.id]


async def test_nobody_authorises_a_request_that_somebody_else_claimed(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    stranger = await a_person(database, now=clock(), email="stranger@example.org")
    request_id = await a_request(database, app, stranger, now=clock())
    with pytest.raises(RequestUnknown):
        await _authorise(database, school, request_id, clock)


@pytest.mark.parametrize(
    ("connection", "status"),
    [
        ({"connected": False}, "awaiting_invitation"),
        ({"connected": False, "authorised": True}, "awaiting_connection"),
        ({"paused": True}, "access_paused"),
        ({"withdrawn": True}, "access_withdrawn"),
    ],
)
async def test_nothing_is_authorised_before_the_school_is_connected(
    database: Database,
    clock: ManualClock,
    app: Registered,
    connection: dict[str, Any],
    status: str,
) -> None:
    school = await a_connected_school(database, now=clock(), **connection)
    request_id = await a_request(database, app, school.owner, now=clock())
    with pytest.raises(NotConnected) as caught:
        await _authorise(database, school, request_id, clock)
    assert caught.value.status == status
    assert await allowed(database, school) == []


async def test_calls_that_fail_for_the_moment_do_not_stand_in_the_way(
    database: Database, clock: ManualClock, app: Registered
) -> None:
    school = await a_connected_school(database, now=clock(), failing=True)
    assert await authorised(database, app, school, now=clock())


async def test_an_app_that_insists_gets_the_school_it_named_or_none(
    database: Database, clock: ManualClock, school: ASchool
) -> None:
    app = await an_app(database, now=clock(), force_urn_check=True)
    request_id = await a_request(database, app, school.owner, now=clock(), urn="999999")
    with pytest.raises(WrongSchool) as caught:
        await _authorise(database, school, request_id, clock)
    assert caught.value.urn == "999999"
    assert await authorised(database, app, school, now=clock(), urn="123456")


async def test_an_app_that_does_not_insist_takes_another_school_too(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    assert await authorised(database, app, school, now=clock(), urn="999999")


async def test_pressed_in_two_tabs_at_once_it_is_authorised_once(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    request_id = await a_request(database, app, school.owner, now=clock())
    answers = await asyncio.gather(
        *(_authorise(database, school, request_id, clock) for _ in range(3)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == [
        "RequestDecided",
        "RequestDecided",
        "str",
    ]
    assert len(await allowed(database, school)) == 1
    assert len(await posted(database, "access_receipt")) == 1


async def test_one_request_cannot_be_used_for_two_schools(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    other = await a_connected_school(
        database, now=clock(), owner=school.owner, urn="654321", dfe_number="3281103"
    )
    request_id = await a_request(database, app, school.owner, now=clock())
    await _authorise(database, school, request_id, clock)
    with pytest.raises(RequestDecided):
        await _authorise(database, other, request_id, clock)
    assert await allowed(database, other) == []


async def test_authorising_again_goes_on_with_the_same_authorisation(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock(), optional=["contacts.emails"])
    clock.advance(timedelta(hours=1))
    await authorised(
        database, app, school, now=clock(), scope="timetables calendar contacts.basic:optional"
    )
    (held,) = await allowed(database, school)
    assert set(held.scopes) == {"school", "timetables", "calendar"}
    assert held.changed_at == clock()
    assert await happened(database, school) == ["authorised", "changed"]
    receipt = (await posted(database, "access_receipt"))[-1]
    assert "Contact Emails" in receipt.values["removed_lines"].splitlines()


async def test_authorising_the_same_again_troubles_nobody(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    for _ in range(2):
        assert await authorised(database, app, school, now=clock())
    assert len(await posted(database, "access_receipt")) == 1
    assert len(await recorded(database, "app_authorised")) == 2
    assert await happened(database, school) == ["authorised", "authorised"]


async def test_the_sync_is_asked_for_what_all_apps_hold_together(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    other = await an_app(database, now=clock(), name="Other")
    await authorised(database, app, school, now=clock(), scope="timetables")
    await authorised(database, other, school, now=clock(), scope="calendar timetables")
    assert await wanted_of(database, school) == {"school", "timetables", "calendar"}
    await _revoke(database, school, app, clock)
    assert await wanted_of(database, school) == {"school", "timetables", "calendar"}
    await _revoke(database, school, other, clock)
    assert await wanted_of(database, school) == set()


async def _revoke(
    database: Database, school: ASchool, app: Registered, clock: ManualClock, by: int | None = None
) -> int:
    return await revoke(
        database,
        school_id=school.id,
        app_id=app.app_id,
        by_user_id=by or school.owner.id,
        now=clock(),
        links=LINKS,
    )


async def test_optional_scopes_are_changed_in_place(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock(), optional=["contacts.basic"])

    async def change(*optional: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        changed = await change_optional(
            database,
            school_id=school.id,
            app_id=app.app_id,
            by_user_id=school.owner.id,
            optional=optional,
            now=clock(),
            links=LINKS,
        )
        return changed.added, changed.removed

    assert await change("contacts.emails", "students.upn") == (("contacts.emails",), ())
    assert "contacts.emails" in await wanted_of(database, school)
    assert await change() == ((), ("contacts.basic", "contacts.emails"))
    assert await wanted_of(database, school) == REQUIRED
    assert await change() == ((), ())
    assert await happened(database, school) == ["authorised", "changed", "changed"]
    assert len(await posted(database, "access_receipt")) == 3
    assert len(await recorded(database, "app_scopes_changed")) == 2


async def test_revoking_takes_everything_at_once_and_says_so(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    number = await _revoke(database, school, app, clock)
    (held,) = await allowed(database, school)
    assert (held.id, held.revoked_at, held.revoked_by) == (number, clock(), school.owner.id)
    assert await happened(database, school) == ["authorised", "revoked"]
    receipt = (await posted(database, "access_receipt"))[-1]
    assert (receipt.values["what"], receipt.values["by"]) == ("revoked", "James Walters")
    assert "Staff Member Emails" in receipt.values["removed_lines"].splitlines()
    assert len(await recorded(database, "app_revoked")) == 1
    with pytest.raises(AuthorisationUnknown):
        await _revoke(database, school, app, clock)


async def test_only_owner_and_admins_change_or_revoke(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    viewer = await a_colleague(database, school.row, Role.VIEWER, now=clock())
    stranger = await a_person(database, now=clock(), email="stranger@example.org")
    await authorised(database, app, school, now=clock())
    for person in (viewer, stranger):
        with pytest.raises(NotAllowed):
            await _revoke(database, school, app, clock, by=person.id)
        with pytest.raises(NotAllowed):
            await change_optional(
                database,
                school_id=school.id,
                app_id=app.app_id,
                by_user_id=person.id,
                optional=["contacts.basic"],
                now=clock(),
                links=LINKS,
            )
        with pytest.raises(NotAllowed):
            await ask_for_deletion(
                database,
                school_id=school.id,
                authorisation_id=1,
                by_user_id=person.id,
                now=clock(),
                links=LINKS,
            )
    assert await happened(database, school) == ["authorised"]


async def test_after_revoking_the_school_may_authorise_anew(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    await _revoke(database, school, app, clock)
    await authorised(database, app, school, now=clock())
    first, second = await allowed(database, school)
    assert first.revoked_at
    assert second.revoked_at is None


async def test_an_app_gives_up_its_access_by_itself(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    (held,) = await allowed(database, school)
    assert held.id is not None
    for _ in range(2):
        await end_by_app(database, authorisation_id=held.id, now=clock(), links=LINKS)
    assert await happened(database, school) == ["authorised", "ended_by_app"]
    assert await wanted_of(database, school) == set()
    receipt = (await posted(database, "access_receipt"))[-1]
    assert (receipt.values["what"], receipt.values["by"]) == ("ended_by_app", "")
    with pytest.raises(AuthorisationUnknown):
        await end_by_app(database, authorisation_id=held.id + 1, now=clock(), links=LINKS)


async def _ask_to_delete(
    database: Database, school: ASchool, number: int, clock: ManualClock
) -> Any:
    return await ask_for_deletion(
        database,
        school_id=school.id,
        authorisation_id=number,
        by_user_id=school.owner.id,
        now=clock(),
        links=LINKS,
    )


async def test_after_revoking_the_app_is_asked_once_to_delete_what_it_holds(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    number = await _revoke(database, school, app, clock)
    asked_at = await _ask_to_delete(database, school, number, clock)
    clock.advance(timedelta(hours=1))
    assert await _ask_to_delete(database, school, number, clock) == asked_at
    (message,) = await posted(database, "deletion_requested")
    assert message.to == "help@rooms.example"
    assert message.values["person_email"] == "james.walters@kings.sch.uk"
    assert await happened(database, school) == ["authorised", "revoked", "deletion_asked"]
    assert (await posted(database, "access_receipt"))[-1].values["what"] == "deletion_asked"
    assert len(await recorded(database, "app_deletion_asked")) == 1


async def test_an_app_without_an_address_is_asked_by_our_help_desk(
    database: Database, clock: ManualClock, school: ASchool
) -> None:
    app = await an_app(database, now=clock(), support="https://rooms.example/help")
    await authorised(database, app, school, now=clock())
    await _ask_to_delete(database, school, await _revoke(database, school, app, clock), clock)
    (message,) = await posted(database, "deletion_requested")
    assert message.to == LINKS.help_email
    assert message.values["support_page"] == "https://rooms.example/help"


async def test_a_deletion_is_asked_for_only_after_revoking_and_only_of_ones_own(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    (held,) = await allowed(database, school)
    assert held.id is not None
    with pytest.raises(NotRevoked):
        await _ask_to_delete(database, school, held.id, clock)
    await _revoke(database, school, app, clock)
    other = await a_connected_school(
        database, now=clock(), owner=school.owner, urn="654321", dfe_number="3281103"
    )
    with pytest.raises(AuthorisationUnknown):
        await _ask_to_delete(database, other, held.id, clock)


async def test_an_app_that_is_switched_off_holds_nothing(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    await authorised(database, app, school, now=clock())
    await disable(database, client=app.client_id, now=clock())
    assert await holders_of(database, school_id=school.id) == {}


async def test_every_scope_says_who_holds_it_and_since_when(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> None:
    start = clock()
    other = await an_app(database, now=clock(), name="Other")
    await authorised(database, app, school, now=start, scope="timetables calendar:optional")
    later = clock.advance(timedelta(days=2))
    await authorised(database, other, school, now=later, scope="timetables")
    await change_optional(
        database,
        school_id=school.id,
        app_id=app.app_id,
        by_user_id=school.owner.id,
        optional=["calendar"],
        now=later,
        links=LINKS,
    )
    held = await holders_of(database, school_id=school.id)
    told = {
        scope: [(holder.name, holder.since) for holder in holders]
        for scope, holders in held.items()
    }
    assert told == {
        "school": [("Rooms", start), ("Other", later)],
        "timetables": [("Rooms", start), ("Other", later)],
        "calendar": [("Rooms", later)],
    }
    await _revoke(database, school, app, clock)
    assert set(await holders_of(database, school_id=school.id)) == {"school", "timetables"}
