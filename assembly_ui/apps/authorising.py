"""What a school allows an app: given, changed, taken back.

Everything about one change commits together (see `telling`). The school's row is locked
meanwhile, so that two changes at once see each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import new_token
from assembly_ui.apps.codes import keep_code
from assembly_ui.apps.errors import AuthorisationUnknown, NotConnected, NotRevoked, WrongSchool
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import AccessRequest, App, Authorisation, Happening, OAuthToken
from assembly_ui.apps.open_requests import (
    back_to_app,
    decide,
    keep_switched_on,
    of_person,
    opened,
)
from assembly_ui.apps.receipts import ask_app_to_delete
from assembly_ui.apps.telling import Changed, Teller
from assembly_ui.connector.facts import status_of
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import user_topic
from assembly_ui.schools.membership import lock_school, permit, permit_if_verified
from assembly_ui.schools.models import Role
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.sync.opening import is_open
from assembly_ui.sync.requests import purge_soon


async def authorise(
    database: Database,
    *,
    request_id: int,
    school_id: int,
    by_user_id: int,
    optional: Iterable[str],
    now: datetime,
    links: Links,
) -> str:
    """Allow what a request asks, with those of its optional scopes. Where to send the person.

    A school that had authorised the app before goes on with the same authorisation, now
    holding what was ticked this time.

    Raises:
        NotAllowed: neither owner nor admin of the school.
        OwnerUnverified
        NotConnected, WrongSchool
        RequestUnknown, RequestExpired, RequestDecided, RequestOfDisabledApp
    """
    code = new_token()
    async with database.transaction() as session:
        school = await permit_if_verified(
            session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN
        )
        request, app = await opened(session, of_person(by_user_id, request_id), now)
        await keep_switched_on(session, app)
        if app.force_urn_check and request.urn != school.urn:
            raise WrongSchool(request.urn)
        await _check_connected(session, school_id, now)
        teller = Teller(session, school, app, by_user_id, now, links)
        allowed = await _allow(teller, school_id, request, by_user_id, optional)
        await decide(session, request, authorisation_id=allowed.id, now=now)
        keep_code(session, code, request, allowed, now=now)
        announce(session, user_topic(by_user_id))
    return back_to_app(request, {"code": code}, links)


async def change_optional(
    database: Database,
    *,
    school_id: int,
    app_id: int,
    by_user_id: int,
    optional: Iterable[str],
    now: datetime,
    links: Links,
) -> Changed:
    """From now on the app holds these of the optional scopes it once offered.

    Its tokens stay and see the change at once.

    Raises:
        NotAllowed, OwnerUnverified, AuthorisationUnknown
    """
    async with database.transaction() as session:
        school = await permit_if_verified(
            session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN
        )
        allowed, app = await _in_force(session, school_id, app_id)
        changed = _give(allowed, optional)
        if changed:
            allowed.changed_at = now
            teller = Teller(session, school, app, by_user_id, now, links)
            await teller.tell(Happening.CHANGED, allowed, changed)
    return changed


async def revoke(
    database: Database,
    *,
    school_id: int,
    app_id: int,
    by_user_id: int,
    now: datetime,
    links: Links,
) -> int:
    """Take everything back; the app's next call is refused. The number of the authorisation.

    Raises:
        NotAllowed, AuthorisationUnknown
    """
    async with database.transaction() as session:
        school = await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        allowed, app = await _in_force(session, school_id, app_id)
        allowed.revoked_by = by_user_id
        await _end(Teller(session, school, app, by_user_id, now, links), Happening.REVOKED, allowed)
        assert allowed.id is not None
        return allowed.id


async def end_by_app(
    database: Database, *, authorisation_id: int, now: datetime, links: Links
) -> None:
    """The app gives up its access to a school (`POST /school/deauthorize`). Safe to repeat.

    Raises:
        AuthorisationUnknown
    """
    async with database.transaction() as session:
        found = await session.get(Authorisation, authorisation_id)
        school = await lock_school(session, found.school_id) if found else None
        if found is None or school is None:
            raise AuthorisationUnknown
        await session.refresh(found)
        if found.revoked_at is None:
            app = await session.get_one(App, found.app_id)
            teller = Teller(session, school, app, None, now, links)
            await _end(teller, Happening.ENDED_BY_APP, found)


async def revoke_all(database: Database, *, school_id: int, now: datetime, links: Links) -> int:
    """End every app's access to a school, for an operator; the number of authorisations.

    What was synced for them is deleted with the next run of the sync.
    """
    async with database.transaction() as session:
        school = await lock_school(session, school_id)
        query = select(Authorisation).where(
            col(Authorisation.school_id) == school_id, col(Authorisation.revoked_at).is_(None)
        )
        ending = list(await session.exec(query)) if school else []
        for allowed in ending:
            app = await session.get_one(App, allowed.app_id)
            assert school is not None
            await _end(Teller(session, school, app, None, now, links), Happening.REVOKED, allowed)
        if school:
            await purge_soon(session, school_id=school_id, now=now)
    return len(ending)


async def ask_for_deletion(
    database: Database,
    *,
    school_id: int,
    authorisation_id: int,
    by_user_id: int,
    now: datetime,
    links: Links,
) -> datetime:
    """Ask the people behind an app to delete what they hold; once. When they were asked.

    Raises:
        NotAllowed, AuthorisationUnknown
        NotRevoked: the app could read it all again.
    """
    async with database.transaction() as session:
        school = await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        allowed = await session.get(Authorisation, authorisation_id)
        if allowed is None or allowed.school_id != school_id:
            raise AuthorisationUnknown
        if allowed.revoked_at is None:
            raise NotRevoked
        if allowed.deletion_asked_at:
            return allowed.deletion_asked_at
        allowed.deletion_asked_at = now
        app = await session.get_one(App, allowed.app_id)
        teller = Teller(session, school, app, by_user_id, now, links)
        await ask_app_to_delete(
            session,
            school=school,
            app=app,
            allowed=allowed,
            by_user_id=by_user_id,
            links=links,
            now=now,
        )
        teller.write_down(Happening.DELETION_ASKED, Changed())
        await teller.send_receipts(Happening.DELETION_ASKED, (), Changed())
    return now


async def _check_connected(session: Session, school_id: int, now: datetime) -> None:
    connection = await session.get(Connection, school_id)
    if not is_open(connection):
        raise NotConnected(status_of(connection or Connection(school_id=school_id), now))


async def _allow(
    teller: Teller,
    school_id: int,
    request: AccessRequest,
    by_user_id: int,
    optional: Iterable[str],
) -> Authorisation:
    session, now = teller.session, teller.now
    allowed, what = await _found_in_force(session, school_id, request.app_id), Happening.CHANGED
    if allowed is None:
        what = Happening.AUTHORISED
        allowed = Authorisation(
            school_id=school_id,
            app_id=request.app_id,
            required_scopes=[],
            offered_scopes=[],
            optional_scopes=[],
            scopes=[],
            granted_by=by_user_id,
            granted_at=now,
        )
    allowed.required_scopes = request.required_scopes
    allowed.offered_scopes = request.optional_scopes
    changed = _give(allowed, optional)
    session.add(allowed)
    await session.flush()
    if not changed:
        # The same again: the app gets a new code and nothing else is different.
        teller.write_down(Happening.AUTHORISED, changed)
        return allowed
    if what is Happening.CHANGED:
        allowed.changed_at = now
    await teller.tell(what, allowed, changed)
    return allowed


def _give(allowed: Authorisation, optional: Iterable[str]) -> Changed:
    ticked, before = set(optional), set(allowed.scopes)
    chosen = [scope for scope in allowed.offered_scopes if scope in ticked]
    held = with_dependencies([*allowed.required_scopes, *chosen])
    allowed.optional_scopes, allowed.scopes = chosen, sorted(held)
    return Changed(tuple(sorted(held - before)), tuple(sorted(before - held)))


async def _end(teller: Teller, what: Happening, allowed: Authorisation) -> None:
    allowed.revoked_at = teller.now
    of_it = col(OAuthToken.authorisation_id) == allowed.id, col(OAuthToken.revoked_at).is_(None)
    await teller.session.exec(update(OAuthToken).where(*of_it).values(revoked_at=teller.now))
    await teller.tell(what, allowed, Changed(removed=tuple(allowed.scopes)))


async def _in_force(session: Session, school_id: int, app_id: int) -> tuple[Authorisation, App]:
    found = await _found_in_force(session, school_id, app_id)
    if found is None:
        raise AuthorisationUnknown
    return found, await session.get_one(App, app_id)


async def _found_in_force(session: Session, school_id: int, app_id: int) -> Authorisation | None:
    query = select(Authorisation).where(
        col(Authorisation.school_id) == school_id,
        col(Authorisation.app_id) == app_id,
        col(Authorisation.revoked_at).is_(None),
    )
    return (await session.exec(query)).first()
