"""The school's own record, and the choice of its MIS."""

from __future__ import annotations

from datetime import datetime

from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.errors import NotAllowed, SchoolTaken
from assembly_ui.schools.membership import permit
from assembly_ui.schools.mis import find_mis, parse_mis
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.ownership import doubt_again
from assembly_ui.schools.register import Register
from assembly_ui.schools.setup import find_by_dfe_number, refuse_listed
from assembly_ui.schools.unlisted import UnlistedForm, UnlistedSchool, check_unlisted


async def read_school(database: Database, *, school_id: int) -> School:
    """The school's record."""
    async with database.read() as session:
        return await session.get_one(School, school_id)


async def change_mis(
    database: Database, *, school_id: int, by_user_id: int, mis: object, now: datetime
) -> bool:
    """The school uses this MIS from now on; False when it did already.

    Raises:
        NotAllowed, MisUnknown
    """
    chosen = parse_mis(mis)
    async with database.transaction() as session:
        school = await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        if school.mis == chosen.key:
            return False
        before, school.mis, school.mis_chosen_at = school.mis, chosen.key, now
        school.wants_news_of_mis_since = None
        record(
            session,
            Action.MIS_CHANGED,
            now=now,
            user_id=by_user_id,
            school_id=school_id,
            before=before,
            after=chosen.key,
        )
        announce(session, school_topic(school_id))
    return True


async def ask_for_news(
    database: Database, *, school_id: int, by_user_id: int, wanted: bool, now: datetime
) -> None:
    """Note whether the school wants to be told when its MIS can be connected.

    Raises:
        NotAllowed: not an admin, or the MIS can be connected as it is.
    """
    async with database.transaction() as session:
        school = await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        mis = find_mis(school.mis)
        if mis is None or mis.is_available:
            raise NotAllowed
        school.wants_news_of_mis_since = now if wanted else None
        announce(session, school_topic(school_id))


async def edit_unlisted_school(
    database: Database,
    register: Register,
    *,
    school_id: int,
    by_user_id: int,
    form: UnlistedForm,
    prove_ownership: bool = False,
    now: datetime,
) -> None:
    """Correct what was typed in of a school that is not in the register.

    With `prove_ownership`, a verified owner has to prove anew that a school of another name,
    place or number is theirs.

    Raises:
        FieldProblems
        NotAllowed: not an admin, or the record is the register's.
        SchoolListed: the DfE number is that of a school of the register.
        SchoolTaken: the DfE number is that of another school that is set up. What
            Xporter on Demand says of schools, it says by that number.
    """
    typed = check_unlisted(form)
    await refuse_listed(register, typed.dfe_number)
    async with database.transaction() as session:
        school = await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        if school.urn is not None:
            raise NotAllowed
        await _refuse_taken(session, school, typed.dfe_number)
        changed = _apply(school, typed)
        if not changed:
            return
        school.needs_review_since = now
        if prove_ownership and school.owner_verified_at:
            doubt_again(session, school, now)
        record(
            session,
            Action.SCHOOL_EDITED,
            now=now,
            user_id=by_user_id,
            school_id=school_id,
            changed=changed,
        )
        announce(session, school_topic(school_id))


async def _refuse_taken(session: Session, school: School, dfe_number: str) -> None:
    if not dfe_number or dfe_number == school.dfe_number:
        return
    for other in await find_by_dfe_number(session, dfe_number):
        raise SchoolTaken(other.id or 0, other.name)


def _apply(school: School, typed: UnlistedSchool) -> list[str]:
    values = {
        "name": typed.name,
        "town": typed.town,
        "postcode": typed.postcode,
        "local_authority": typed.local_authority,
        "la_code": typed.dfe_number[:3],
        "establishment_number": typed.dfe_number[3:],
    }
    changed = [column for column, value in values.items() if getattr(school, column) != value]
    for column in changed:
        setattr(school, column, values[column])
    return changed
