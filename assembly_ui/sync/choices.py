"""What people choose instead of our suggestions, and how it is undone.

One mapping at a time is changed, by somebody who says what they saw before: what a
colleague chose meanwhile is never overwritten unseen. Every change is kept with what
was there before it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlmodel import col, select, update

from assembly_ui.accounts.models import User
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import sync_topic
from assembly_ui.schools.membership import permit
from assembly_ui.schools.models import Role
from assembly_ui.sync.errors import NotConnected, NothingWanted
from assembly_ui.sync.mapping_errors import ChangeUnknown, MappingChanged
from assembly_ui.sync.models import (
    AssessmentMapping,
    MappingChange,
    Reason,
    RecordKind,
    SubjectMapping,
)
from assembly_ui.sync.requests import ask_within

Choice: TypeAlias = dict[str, str] | None
"""The columns of a mapping by name; None for our suggestion."""


@dataclass(frozen=True)
class Mapped:
    """A kind of mapping: where it is kept, and which records are made by it.

    `reads`: of what is mapped onto nothing nothing is read, so that a choice may need more
    than what was read before.
    """

    what: str
    table: Any
    key: str
    columns: tuple[str, ...]
    kinds: frozenset[str]
    reads: bool = False


SUBJECTS = Mapped(
    "subject",
    SubjectMapping,
    "mis_subject",
    ("subject_code",),
    frozenset({"mis_subject", "subject", "group", "teaching_group", "lesson", "timetable"}),
)
ASSESSMENTS = Mapped(
    "assessment",
    AssessmentMapping,
    "aspect",
    ("assessment_key", "facet", "subject_code"),
    frozenset({"assessment", "grade_set", "result"}),
)
_ALL = {mapped.what: mapped for mapped in (SUBJECTS, ASSESSMENTS)}


@dataclass(frozen=True)
class Chosen:
    """What somebody chose, and when."""

    values: dict[str, str]
    by_name: str
    at: datetime


async def read_choices(
    session: Session, mapped: Mapped, *, school_id: int
) -> dict[str, dict[str, str]]:
    """What people of a school chose, by what the MIS calls it."""
    return {
        key: chosen.values for key, chosen in (await chosen_by(session, mapped, school_id)).items()
    }


async def chosen_by(session: Session, mapped: Mapped, school_id: int) -> dict[str, Chosen]:
    """The same, with who chose it and when."""
    query = (
        select(mapped.table, User)
        .outerjoin(User, col(User.id) == col(mapped.table.chosen_by))
        .where(col(mapped.table.school_id) == school_id, col(mapped.table.chosen_by).is_not(None))
    )
    return {
        getattr(row, mapped.key): Chosen(
            _values(mapped, row), (user.name or user.email) if user else "", row.chosen_at
        )
        for row, user in await session.exec(query)
    }


async def choose(
    database: Database,
    mapped: Mapped,
    *,
    school_id: int,
    by_user_id: int,
    mis_key: str,
    choice: Choice,
    seen: Choice,
    now: datetime,
) -> int | None:
    """Map one thing of the MIS otherwise; returns the number by which that is undone.

    None when it is mapped so already. `seen` is what the person saw chosen before.

    Raises:
        NotAllowed: not an admin of the school.
        MappingChanged: somebody else changed it meanwhile.
    """
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        row = await _row(session, mapped, school_id, mis_key)
        before = _values(mapped, row) if row else None
        if before == choice:
            return None
        if before != seen:
            raise MappingChanged(before, await _name(session, row))
        await _put(session, mapped, row, school_id, mis_key, choice, by_user_id, now)
        change = MappingChange(
            school_id=school_id,
            what=mapped.what,
            mis_key=mis_key,
            before={"chosen": before},
            after={"chosen": choice},
            by_user_id=by_user_id,
            at=now,
        )
        session.add(change)
        await session.flush()
        _note(session, mapped, school_id, by_user_id, mis_key, now)
        await _make_anew(session, mapped, school_id, by_user_id, now)
        return change.id


async def undo(
    database: Database, *, school_id: int, by_user_id: int, change_id: int, now: datetime
) -> MappingChange:
    """Take a change back, if nothing was changed there since.

    Raises:
        NotAllowed: not an admin of the school.
        ChangeUnknown: no such change of this school, or it is undone already.
        MappingChanged: somebody changed it again meanwhile.
    """
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        change = await session.get(MappingChange, change_id)
        if change is None or change.school_id != school_id or change.undone_at is not None:
            raise ChangeUnknown
        mapped = _ALL[change.what]
        row = await _row(session, mapped, school_id, change.mis_key)
        now_chosen = _values(mapped, row) if row else None
        if now_chosen != change.after["chosen"]:
            raise MappingChanged(now_chosen, await _name(session, row))
        before = change.before["chosen"]
        await _put(session, mapped, row, school_id, change.mis_key, before, by_user_id, now)
        change.undone_at = now
        _note(session, mapped, school_id, by_user_id, change.mis_key, now)
        await _make_anew(session, mapped, school_id, by_user_id, now)
        return change


async def _row(session: Session, mapped: Mapped, school_id: int, mis_key: str) -> Any:
    return await session.get(mapped.table, (school_id, mis_key))


def _values(mapped: Mapped, row: Any) -> dict[str, str]:
    return {column: getattr(row, column) for column in mapped.columns}


async def _name(session: Session, row: Any) -> str:
    user = await session.get(User, row.chosen_by) if row else None
    return (user.name or user.email) if user else ""


async def _put(
    session: Session,
    mapped: Mapped,
    row: Any,
    school_id: int,
    mis_key: str,
    choice: Choice,
    by_user_id: int,
    now: datetime,
) -> None:
    if choice is None:
        if row:
            await session.delete(row)
        return
    if row is None:
        row = mapped.table(school_id=school_id, chosen_at=now, **{mapped.key: mis_key})
        session.add(row)
    for column, value in choice.items():
        setattr(row, column, value)
    row.chosen_by, row.chosen_at = by_user_id, now


async def _make_anew(
    session: Session, mapped: Mapped, school_id: int, by_user_id: int, now: datetime
) -> None:
    """What is made by this mapping is made again, as soon as there is room."""
    await session.exec(
        update(RecordKind)
        .where(col(RecordKind.school_id) == school_id, col(RecordKind.kind).in_(mapped.kinds))
        .values(is_stale=True)
    )
    # Without anybody to read for, it is kept for the day when there is.
    with suppress(NothingWanted):
        await _ask(session, mapped, school_id, by_user_id, now)
    announce(session, sync_topic(school_id))


async def _ask(
    session: Session, mapped: Mapped, school_id: int, by_user_id: int, now: datetime
) -> None:
    asked: dict[str, Any] = {"school_id": school_id, "now": now, "by_user_id": by_user_id}
    if mapped.reads:
        with suppress(NotConnected):
            await ask_within(session, reason=Reason.PERSON, **asked)
            return
    await ask_within(session, reason=Reason.MAPPING, **asked)


def _note(
    session: Session, mapped: Mapped, school_id: int, user_id: int, mis_key: str, now: datetime
) -> None:
    record(
        session,
        Action.MAPPING_CHANGED,
        now=now,
        user_id=user_id,
        school_id=school_id,
        what=mapped.what,
        mis_key=mis_key,
    )
