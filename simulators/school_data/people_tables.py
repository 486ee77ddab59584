"""Rows of pupils and staff at a moment: Students, StudentSiblings, Staff."""

from __future__ import annotations

from collections.abc import Iterable

from simulators.school_data.academic_year import (
    FORMS,
    FORMS_A_YEAR,
    HOUSES,
    YEAR_GROUPS,
    AcademicYearData,
    last_of,
    latest,
)
from simulators.school_data.addresses import school_domain
from simulators.school_data.identity import Row, Stamp
from simulators.school_data.pupils import Pupil, sibling_row, student_row
from simulators.school_data.school_profile import form_name, year_name
from simulators.school_data.staff_members import Member, staff_row, status_at
from simulators.school_data.staffing import Staffing
from simulators.school_data.teaching_groups import form_of

PLACED = (
    "RegGroupId", "RegGroup", "YearGroupId", "YearGroup", "HouseGroupId", "HouseGroup",
    "YearTaughtIn", "GroupIds", "GroupIdaasIds", "StudentSiblingIds", "LeavingYearGroup",
    "LeavingRegGroup", "PreAdmissionYearGroup", "PreAdmissionRegGroup", "KeyStage", "NCYear",
    "StandardYearGroupCode", "StandardYearGroupName", "BoardingHouse",
)  # fmt: skip
NOWHERE: Row = dict.fromkeys(PLACED)
Named = tuple[str, str]
"""Id and IdaasId of a group."""


def student_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table Students."""
    domain = school_domain(core.identity)
    taking = _groups_by_pupil(core, at)
    rows = []
    for pupil in core.pupils.values():
        status = _status(pupil, at)
        if status:
            placed = NOWHERE | _placed(core, pupil, at, status, taking.get(pupil.number, ()))
            row = student_row(core.identity, pupil, placed, at=at, status=status, domain=domain)
            row["LastUpdated"] = _student_stamp(core, pupil, at, status)
            rows.append(row)
    return rows


def sibling_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentSiblings, for pupils on roll."""
    return [
        sibling_row(core.identity, pupil, core.pupils[one.number], max(pupil.life.joins, one.joins))
        for pupil in core.enrolled
        if pupil.life.is_on_roll(at)
        for one in core.siblings(pupil.life)
        if one.is_on_roll(at)
    ]


def staff_rows(core: AcademicYearData, staffing: Staffing, at: Stamp) -> list[Row]:
    """The table Staff."""
    groups, changes = staffing.groups_of(), staffing.changes()
    rows = []
    for member in core.members.values():
        status = status_at(member, at)
        if status:
            own = groups.get(member.number, []) if status == "Current" else []
            row = staff_row(core.identity, member, at=at, status=status, placed=_teaching(own))
            row["LastUpdated"] = _staff_stamp(member, at, status, changes)
            rows.append(row)
    return rows


def _status(pupil: Pupil, at: Stamp) -> str | None:
    life = pupil.life
    if not life.applies <= at < life.forgotten:
        return None
    if at < life.joins:
        return "PreAdmission"
    return "OnRoll" if at < life.leaves else "Leaver"


def _placed(
    core: AcademicYearData, pupil: Pupil, at: Stamp, status: str, groups: Iterable[Named]
) -> Row:
    life, form = pupil.life, form_of(core.shape, pupil)
    if status != "OnRoll":
        entry = int(life.joins[:4]) - (life.joins[5:7] < "09")
        group = core.group_of(life, life.last_year if status == "Leaver" else entry)
        prefix = "Leaving" if status == "Leaver" else "PreAdmission"
        return {
            f"{prefix}YearGroup": year_name(group),
            f"{prefix}RegGroup": form_name(group, form),
        }
    group, house = core.group_of(life), life.house_at(at)
    siblings = sorted(one.number for one in core.siblings(life) if one.is_on_roll(at))
    return {
        "RegGroupId": str(FORMS + group * FORMS_A_YEAR + form),
        "RegGroup": form_name(group, form),
        "YearGroupId": str(YEAR_GROUPS + group),
        "YearGroup": year_name(group),
        "HouseGroupId": str(HOUSES + house),
        "HouseGroup": core.shape.houses[house],
        "YearTaughtIn": str(group or "R"),
        "KeyStage": _key_stage(group),
        "NCYear": str(group or "R"),
        "StandardYearGroupCode": str(group or "R"),
        "StandardYearGroupName": " ".join(year_name(group).split()),
        "BoardingHouse": None if life.boards is None else core.shape.boarding[life.boards],
        "GroupIds": ",".join([number for number, _ in groups]),
        "GroupIdaasIds": ",".join([idaas for _, idaas in groups]),
        "StudentSiblingIds": ",".join(map(str, siblings)) or None,
    }


def _key_stage(year: int) -> str:
    """The key stage of a year group of England; Reception, year 0, comes before the first."""
    stages = ((0, "EYFS"), (2, "1"), (6, "2"), (9, "3"), (11, "4"))
    return next((stage for last, stage in stages if year <= last), "5")


def _groups_by_pupil(core: AcademicYearData, at: Stamp) -> dict[int, list[Named]]:
    found: dict[int, list[Named]] = {}
    for number in sorted(core.spans):
        name = _named(number)
        for span in core.spans[number]:
            if span.since <= at < span.until:
                found.setdefault(span.pupil, []).append(name)
    return found


def _named(group: int) -> Named:
    return str(group), f"{'GY' if group < HOUSES else 'GC'}-{group}"


def _student_stamp(core: AcademicYearData, pupil: Pupil, at: Stamp, status: str) -> Stamp:
    if status == "Leaver":
        return pupil.life.leaves
    if status == "PreAdmission":
        return last_of(pupil.home.moves, at, pupil.life.applies)
    return latest(core.changes[pupil.number], at)


def _teaching(groups: list[int]) -> Row:
    named = [_named(number) for number in sorted(groups)]
    forms = [number - FORMS for number in sorted(groups) if FORMS <= number < 1000]
    names = [form_name(*divmod(number, FORMS_A_YEAR)) for number in forms]
    return {
        "RegGroup": ",".join(names) or None,
        "GroupIds": ",".join([number for number, _ in named]) or None,
        "GroupIdaasIds": ",".join([idaas for _, idaas in named]) or None,
    }


def _staff_stamp(member: Member, at: Stamp, status: str, changes: dict[int, Stamp]) -> Stamp:
    holder = member.holder
    if status == "Previous":
        return holder.ends
    if status == "Future":
        return holder.known
    since = max(holder.starts, changes.get(holder.post.index, ""))
    return last_of(member.changes(), at, since)
