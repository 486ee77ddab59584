"""School Setup: a school out of the register, or one that is not listed.

Safe to press twice: whoever has set up the school already is simply shown it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import lock_user
from assembly_ui.accounts.sessions import look_at_school
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session
from assembly_ui.schools.draft import find_in_register, forget_draft
from assembly_ui.schools.errors import SchoolListed, SchoolTaken
from assembly_ui.schools.membership import add_member, lock_school, membership_of
from assembly_ui.schools.mis import Mis, parse_mis
from assembly_ui.schools.models import Membership, OwnerProof, Role, School
from assembly_ui.schools.ownership import (
    IsUnderWay,
    begin_unverified,
    may_be_taken_over,
    move_ownership,
    refuse_too_many,
)
from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.schools.unlisted import UnlistedForm, UnlistedSchool, check_unlisted

MOST_SHARING = 20
"""Schools of one DfE number that are offered to choose from."""
_COPIED = (
    "urn",
    "la_code",
    "establishment_number",
    "name",
    "local_authority",
    "postcode",
    "town",
    "phase",
    "type",
    "website",
    "telephone",
)


@dataclass(frozen=True)
class SchoolSetUp:
    """The school this browser looks at now. `is_new` unless it was set up before."""

    school_id: int
    school_name: str
    is_new: bool


@dataclass(frozen=True)
class Claim:
    """Who names a school as theirs, and whether they have to prove it."""

    user_id: int
    register: Register
    prove_ownership: bool
    help_email: str
    is_under_way: IsUnderWay | None
    now: datetime


async def set_up_school(
    database: Database,
    register: Register,
    *,
    user_id: int,
    session_id: int,
    urn: object,
    mis: object,
    wants_news: bool = False,
    prove_ownership: bool = False,
    help_email: str = "",
    is_under_way: IsUnderWay | None = None,
    now: datetime,
) -> SchoolSetUp:
    """Make the person the owner of a school of the register, and look at it.

    With `prove_ownership` they are unverified at first (see `ownership`). Whoever has an
    address of the school's office takes it from an owner who has proved nothing, where
    `is_under_way` says that nothing is; without it, from nobody.

    Raises:
        SchoolNotInRegister, MisUnknown
        SchoolTaken: it belongs to somebody else.
        TooManyUnverified
    """
    listed, chosen = find_in_register(register, urn), parse_mis(mis)
    claim = Claim(user_id, register, prove_ownership, help_email, is_under_way, now)
    async with database.transaction() as session:
        if prove_ownership:
            await _lock_person(session, user_id)
        school = _of_register(listed, chosen, wants_news, now)
        school.number_is_shared = register.is_shared(listed.dfe_number, besides=listed.urn)
        other = await _find_by_urn(session, listed.urn)
        if other is None and not await _add(session, school):
            other = await _find_by_urn(session, listed.urn)
        outcome = await _settle(session, school, other, claim)
    await look_at_school(database, session_id=session_id, school_id=outcome.school_id)
    return outcome


async def set_up_unlisted_school(
    database: Database,
    register: Register,
    *,
    user_id: int,
    session_id: int,
    form: UnlistedForm,
    mis: object,
    wants_news: bool = False,
    prove_ownership: bool = False,
    now: datetime,
) -> SchoolSetUp:
    """Make the person the owner of a school typed in by hand, kept for review.

    Raises:
        FieldProblems, MisUnknown, TooManyUnverified
        SchoolListed: the DfE number is that of a school of the register.
        SchoolTaken: a school of this DfE number belongs to somebody else.
    """
    typed, chosen = check_unlisted(form), parse_mis(mis)
    await refuse_listed(register, typed.dfe_number)
    claim = Claim(user_id, register, prove_ownership, "", None, now)
    async with database.transaction() as session:
        await _lock_person(session, user_id)
        school = _typed_in(typed, chosen, wants_news, now)
        other = await _find_own(session, typed, user_id)
        if other is None and typed.dfe_number:
            # Whichever it is: the page to join asks which one the person means.
            other = next(iter(await find_by_dfe_number(session, typed.dfe_number)), None)
        if other is None:
            await _add(session, school)
        outcome = await _settle(session, school, other, claim)
    await look_at_school(database, session_id=session_id, school_id=outcome.school_id)
    return outcome


async def refuse_listed(register: Register, dfe_number: str) -> None:
    """A school whose DfE number is in the register is chosen there.

    Raises:
        SchoolListed
    """
    if not dfe_number:
        return
    for found in (await register.find(dfe_number)).matches:
        if found.school.dfe_number == dfe_number and found.school.is_open:
            raise SchoolListed(found.school.urn, found.school.name)


async def find_by_dfe_number(session: Session, dfe_number: str) -> list[School]:
    """The schools that were set up with this DfE number, which two may share; the first ones."""
    query = (
        select(School)
        .where(
            col(School.la_code) == dfe_number[:3],
            col(School.establishment_number) == dfe_number[3:],
        )
        .order_by(col(School.id))
        .limit(MOST_SHARING)
    )
    return list(await session.exec(query))


async def _settle(
    session: Session, school: School, other: School | None, claim: Claim
) -> SchoolSetUp:
    user_id, now = claim.user_id, claim.now
    if other is not None and other.id is not None:
        if await membership_of(session, school_id=other.id, user_id=user_id) is None:
            await _take_over(session, other, claim)
        await forget_draft(session, user_id)
        return SchoolSetUp(other.id, other.name, is_new=False)
    assert school.id is not None
    owner = await session.get_one(User, user_id)
    if claim.prove_ownership:
        begin_unverified(session, school, owner, claim.register, now)
        if school.owner_unverified_since:
            await refuse_too_many(session, user_id)
    await add_member(session, school_id=school.id, user_id=user_id, role=Role.OWNER, now=now)
    await forget_draft(session, user_id)
    record(
        session,
        Action.SCHOOL_SET_UP,
        now=now,
        user_id=user_id,
        school_id=school.id,
        urn=school.urn,
        mis=school.mis,
    )
    return SchoolSetUp(school.id, school.name, is_new=True)


async def _take_over(session: Session, other: School, claim: Claim) -> None:
    """Proof goes before a claim without any; otherwise the school is taken."""
    assert other.id is not None
    person = await session.get_one(User, claim.user_id)
    await lock_school(session, other.id)
    await session.refresh(other)
    under_way = claim.is_under_way
    if under_way is None or not await may_be_taken_over(
        session, other, person, claim.register, under_way
    ):
        raise SchoolTaken(other.id, other.name)
    await move_ownership(
        session,
        other,
        person,
        OwnerProof.ADDRESS,
        now=claim.now,
        help_email=claim.help_email,
    )


async def _add(session: Session, school: School) -> bool:
    try:
        async with session.begin_nested():
            session.add(school)
    except IntegrityError:
        return False
    return True


async def _find_by_urn(session: Session, urn: str) -> School | None:
    return (await session.exec(select(School).where(col(School.urn) == urn))).first()


async def _find_own(session: Session, typed: UnlistedSchool, user_id: int) -> School | None:
    """The school of this name and postcode that the person typed in before."""
    query = (
        select(School)
        .join(Membership, col(Membership.school_id) == col(School.id))
        .where(
            col(Membership.user_id) == user_id,
            col(School.urn).is_(None),
            col(School.name) == typed.name,
            col(School.postcode) == typed.postcode,
        )
    )
    return (await session.exec(query)).first()


async def _lock_person(session: Session, user_id: int) -> None:
    # No unique column protects a school without URN from a second press.
    await lock_user(session, user_id)


def _of_register(listed: RegisterSchool, mis: Mis, wants_news: bool, now: datetime) -> School:
    copied = {column: getattr(listed, column) for column in _COPIED}
    return School(**copied, **_choice(mis, wants_news, now))


def _typed_in(typed: UnlistedSchool, mis: Mis, wants_news: bool, now: datetime) -> School:
    return School(
        name=typed.name,
        town=typed.town,
        postcode=typed.postcode,
        local_authority=typed.local_authority,
        la_code=typed.dfe_number[:3],
        establishment_number=typed.dfe_number[3:],
        needs_review_since=now,
        **_choice(mis, wants_news, now),
    )


def _choice(mis: Mis, wants_news: bool, now: datetime) -> dict[str, Any]:
    news = now if wants_news and not mis.is_available else None
    return {
        "mis": mis.key,
        "mis_chosen_at": now,
        "created_at": now,
        "wants_news_of_mis_since": news,
    }
