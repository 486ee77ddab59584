"""The school that gave the token: who it is, how its sync stands, asking for one, ending."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from assembly_ui.api.rest.answers import Data, an_object, moment
from assembly_ui.api.rest.errors import SyncPending, SyncRefused
from assembly_ui.api.rest.reading import read_first
from assembly_ui.api.rest.resource import Answer, Call
from assembly_ui.api.rest.showing import shows
from assembly_ui.apps.authorising import end_by_app
from assembly_ui.apps.links import Links
from assembly_ui.clock import is_recent
from assembly_ui.db.database import Database
from assembly_ui.schools.mis import find_mis
from assembly_ui.schools.models import School
from assembly_ui.sync.errors import NotConnected, NothingWanted
from assembly_ui.sync.models import Reason
from assembly_ui.sync.requests import FOR_APPS, ask
from assembly_ui.sync.status import SyncStatus, read_status

ACCEPTED = 202

REGISTERED: tuple[Any, ...] = (
    col(School.id),
    col(School.name),
    col(School.urn),
    col(School.mis),
    col(School.la_code),
    col(School.local_authority),
    col(School.establishment_number),
    col(School.type),
    col(School.phase),
    col(School.town),
    col(School.postcode),
)
"""The columns `as_registered` reads: fewer than a whole row, in a fraction of its time."""

_SCHOOL = select(*REGISTERED).where(col(School.id) == bindparam("school_id"))


async def the_school(call: Call) -> Answer:
    """The school as it is registered, and where that is silent as its MIS knows it."""
    database, school_id = call.services.database, call.school_id
    registered = await registered_school(database, school_id)
    kept = await read_first(database, (), {"school_id": school_id, "kind": "school"})
    said = json.loads(kept) if kept else {}
    whole = said | {name: value for name, value in registered.items() if value is not None}
    return an_object(shows(call, "school")({**_NOTHING, **whole}) or {})


_NOTHING: Data = {
    "object": "school",
    "name": None,
    "slug": None,
    "urn": None,
    "mis_provider": None,
    "la_code": None,
    "la_name": None,
    "establishment_number": None,
    "establishment_type": None,
    "phase": None,
    "street": None,
    "town": None,
    "postcode": None,
    "head_teacher": None,
}


async def registered_school(database: Database, school_id: int) -> Data:
    """The school as it is registered."""
    return as_registered(await database.glance(_SCHOOL, {"school_id": school_id}))


def as_registered(school: Any) -> Data:
    """What the register says of a school, in the shape of the API's model."""
    mis = find_mis(school.mis)
    return {
        "object": "school",
        "name": school.name,
        "slug": slug_of(school.name),
        "urn": school.urn,
        "mis_provider": mis.name if mis else None,
        "la_code": _whole(school.la_code),
        "la_name": school.local_authority or None,
        "establishment_number": _whole(school.establishment_number),
        "establishment_type": school.type or None,
        "phase": school.phase or None,
        "town": school.town or None,
        "postcode": school.postcode or None,
    }


def slug_of(name: str) -> str | None:
    """A school's name as it may be part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or None


async def status(call: Call) -> Answer:
    """When the school was last synced, when that brought changes, and how it ended.

    `changes_held_since`: since then a person at the school has to allow large changes.
    """
    found = await read_status(call.services.database, school_id=call.school_id)
    return an_object(
        {
            "object": "school_status",
            "last_changes_at": moment(found.last_changes_at),
            "last_sync_at": moment(found.last_sync_at),
            "last_sync_status": found.last_status or None,
            "changes_held_since": moment(found.held_since),
        }
    )


async def sync(call: Call) -> Answer:
    """Have the school synced soon."""
    found = await read_status(call.services.database, school_id=call.school_id)
    if _is_pending(found, call.now):
        raise SyncPending
    try:
        await ask(
            call.services.database,
            school_id=call.school_id,
            reason=Reason.APP,
            now=call.now,
            by_app_id=call.bearer.app_id,
        )
    except (NothingWanted, NotConnected) as error:
        raise SyncRefused from error
    return Answer(status=ACCEPTED)


async def deauthorize(call: Call) -> Answer:
    """The app gives its access up; its tokens end with it."""
    assert call.bearer.authorisation_id is not None
    settings = call.services.settings
    await end_by_app(
        call.services.database,
        authorisation_id=call.bearer.authorisation_id,
        now=call.now,
        links=Links(settings.address, settings.help_email),
    )
    return Answer(status=ACCEPTED)


def _is_pending(found: SyncStatus, now: datetime) -> bool:
    is_due = found.due_at is not None and found.due_at <= now
    is_fresh = is_recent(found.last_sync_at, now, FOR_APPS)
    return bool(found.running or is_due or is_fresh)


def _whole(number: str) -> int | None:
    return int(number) if number.isdecimal() else None
