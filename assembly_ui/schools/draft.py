"""How far a person got with School Setup: kept as they go, so any device goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete

from assembly_ui.accounts.errors import FieldProblem
from assembly_ui.accounts.fields import plain
from assembly_ui.db.database import Database, Session
from assembly_ui.schools.errors import SchoolNotInRegister
from assembly_ui.schools.mis import parse_mis
from assembly_ui.schools.models import SchoolSetupDraft
from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.schools.unlisted import FIELDS, NAME_LIMIT


@dataclass(frozen=True)
class Draft:
    """What was chosen so far. `unlisted` holds what was typed of a school not listed."""

    school: RegisterSchool | None = None
    mis: str = ""
    unlisted: dict[str, str] = field(default_factory=dict)


async def read_draft(database: Database, register: Register, *, user_id: int) -> Draft:
    """Where the person left off; an empty draft when nowhere."""
    async with database.read() as session:
        kept = await session.get(SchoolSetupDraft, user_id)
    if kept is None:
        return Draft()
    # A newer register may have lost the school since.
    return Draft(register.get(kept.urn), kept.mis, kept.unlisted)


async def keep_school(
    database: Database, register: Register, *, user_id: int, urn: object, now: datetime
) -> RegisterSchool | None:
    """Keep the chosen school and return it; an empty `urn` forgets the choice.

    Raises:
        SchoolNotInRegister
    """
    school = find_in_register(register, urn) if urn else None
    async with database.transaction() as session:
        draft = await _draft_of(session, user_id, now)
        draft.urn = school.urn if school else ""
    return school


async def keep_mis(database: Database, *, user_id: int, mis: object, now: datetime) -> str:
    """Keep the chosen MIS and return its key; an empty one forgets the choice.

    Raises:
        MisUnknown
    """
    key = parse_mis(mis).key if mis else ""
    async with database.transaction() as session:
        draft = await _draft_of(session, user_id, now)
        draft.mis = key
    return key


async def keep_unlisted(
    database: Database, *, user_id: int, field: object, value: object, now: datetime
) -> None:
    """Keep what was typed into a field, right or wrong; what cannot be kept is not."""
    try:
        text = plain(value, NAME_LIMIT)
    except FieldProblem:
        return
    if field not in FIELDS:
        return
    async with database.transaction() as session:
        draft = await _draft_of(session, user_id, now)
        draft.unlisted = {**draft.unlisted, str(field): text}


async def forget_draft(session: Session, user_id: int) -> None:
    """The school is set up; in the caller's transaction."""
    await session.exec(delete(SchoolSetupDraft).where(col(SchoolSetupDraft.user_id) == user_id))


def find_in_register(register: Register, urn: object) -> RegisterSchool:
    """The school with this URN, if it is open.

    A closed school may share its DfE number with the one that took its place,
    and would then receive what is meant for that one.

    Raises:
        SchoolNotInRegister
    """
    school = register.get(urn) if isinstance(urn, str) else None
    if school is None or not school.is_open:
        raise SchoolNotInRegister
    return school


async def _draft_of(session: Session, user_id: int, now: datetime) -> SchoolSetupDraft:
    draft = await session.get(SchoolSetupDraft, user_id)
    if draft is None:
        draft = await _new_draft(session, user_id, now)
    draft.updated_at = now
    return draft


async def _new_draft(session: Session, user_id: int, now: datetime) -> SchoolSetupDraft:
    draft = SchoolSetupDraft(user_id=user_id, updated_at=now)
    try:
        async with session.begin_nested():
            session.add(draft)
    except IntegrityError:
        # Another device was quicker.
        return await session.get_one(SchoolSetupDraft, user_id)
    return draft
