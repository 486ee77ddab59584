"""Changes too large to be made unseen: a person allows them, or leaves things as they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic, sync_topic
from assembly_ui.schools.membership import permit
from assembly_ui.schools.models import Role
from assembly_ui.sync.errors import NothingHeld
from assembly_ui.sync.models import Reason, RecordKind
from assembly_ui.sync.requests import ask_within


async def approve_held(
    database: Database, *, school_id: int, changeset_id: int, by_user_id: int, now: datetime
) -> None:
    """What a sync held back is done at once, from what it read.

    Raises:
        NotAllowed: the person is no admin of the school.
        NothingHeld: nothing of it waits for a decision.
    """
    async with database.transaction() as session:
        held = await _held(session, school_id, changeset_id, by_user_id)
        for kind in held:
            kind.approved_at, kind.approved_by = now, by_user_id
        await ask_within(
            session, school_id=school_id, reason=Reason.APPROVAL, now=now, by_user_id=by_user_id
        )
        _note(session, Action.CHANGE_APPROVED, school_id, changeset_id, by_user_id, now, held)


async def leave_held(
    database: Database, *, school_id: int, changeset_id: int, by_user_id: int, now: datetime
) -> None:
    """What a sync held back is not done; a later sync that is within the limits goes on.

    Raises:
        NotAllowed: the person is no admin of the school.
        NothingHeld: nothing of it waits for a decision.
    """
    async with database.transaction() as session:
        held = await _held(session, school_id, changeset_id, by_user_id)
        for kind in held:
            kind.held_in = None
        _note(session, Action.CHANGE_LEFT, school_id, changeset_id, by_user_id, now, held)


async def _held(
    session: Session, school_id: int, changeset_id: int, by_user_id: int
) -> list[RecordKind]:
    await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
    query = (
        select(RecordKind)
        .where(
            col(RecordKind.school_id) == school_id,
            col(RecordKind.held_in) == changeset_id,
            col(RecordKind.approved_at).is_(None),
        )
        .with_for_update()
    )
    held = list((await session.exec(query)).all())
    if not held:
        raise NothingHeld
    return held


def _note(
    session: Session,
    action: Action,
    school_id: int,
    changeset_id: int,
    by_user_id: int,
    now: datetime,
    held: Iterable[RecordKind],
) -> None:
    kinds = sorted(kind.kind for kind in held)
    record(
        session,
        action,
        now=now,
        user_id=by_user_id,
        school_id=school_id,
        changeset_id=changeset_id,
        kinds=kinds,
    )
    announce(session, sync_topic(school_id))
    announce(session, school_topic(school_id))
