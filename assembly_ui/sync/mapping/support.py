"""Special educational needs, and entitlement to free school meals, with their dates.

Shapes: those of the API's SenNeed, SenCategory and FsmEntitlement.
"""

from __future__ import annotations

from collections import defaultdict

from assembly_ui.sync.mapping.making import Ids, Source, SourceRow
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import day, flag, maybe, text, whole

_COGNITION = ("CL", "Cognition and learning")
_COMMUNICATION = ("CI", "Communication and interaction")
_SENSORY = ("SP", "Sensory and/or physical needs")
_BROAD_NEEDS = {
    **dict.fromkeys(("SPLD", "MLD", "SLD", "PMLD"), _COGNITION),
    **dict.fromkeys(("SLCN", "ASD"), _COMMUNICATION),
    **dict.fromkeys(("HI", "VI", "MSI", "PD"), _SENSORY),
    "SEMH": ("SEMH", "Social, emotional and mental health"),
}
"""The broad area of each type of need of the school census, as the SEND code of practice has
it; the codes of the areas are ours."""


class SenOfStudents:
    """The rows of SEN by pupil. Of a pupil without any, nothing is known to be needed."""

    def __init__(self, source: Source) -> None:
        self._needs: dict[str, dict[str, SourceRow]] = defaultdict(dict)
        self._provisions: dict[str, dict[tuple[str, str], SourceRow]] = defaultdict(dict)
        needs = _in_order(source, "StudentSENTypeHistory", "NeedStartDate")
        provisions = _in_order(source, "StudentSENProvisionHistory", "SENProvisionStartDate")
        self._is_read = bool(needs or provisions)
        for row in needs:
            if (code := text(row, "NeedTypeCode")) and _is_active(row):
                self._needs[_student_of(row)].setdefault(code, row)
        for row in provisions:
            if code := text(row, "SENProvisionCode"):
                since = text(row, "SENProvisionStartDate")
                self._provisions[_student_of(row)].setdefault((code, since), row)

    def needs(self, ids: Ids, student: str) -> list[Json] | None:
        """What a pupil needs now, the most severe first; None when nothing was read."""
        if not self._is_read:
            return None
        needs = self._needs.get(student, {})
        ranked = sorted(needs.items(), key=lambda one: (_rank(one[1]) or 99, one[0]))
        return [_need(ids, student, type_, row) for type_, row in ranked]

    def provisions(self, ids: Ids, student: str) -> list[Json] | None:
        """The provisions a pupil has and had, the oldest first; None when nothing was read."""
        if not self._is_read:
            return None
        return [
            {
                "object": "sen_category",
                "id": ids.of("sen_category", f"{student} {code} {since}"),
                "code": code,
                "description": maybe(row, "SENProvisionDescription"),
                "start_date": _date(row, "SENProvisionStartDate"),
                "end_date": _date(row, "SENProvisionEndDate"),
            }
            for (code, since), row in self._provisions.get(student, {}).items()
        ]


def _in_order(source: Source, table: str, column: str) -> list[SourceRow]:
    return sorted(source.rows("SEN", table), key=lambda row: text(row, column))


def _student_of(row: SourceRow) -> str:
    return text(row, "StudentMis_Id", "StudentId")


def fsm_history(ids: Ids, student: str, row: SourceRow) -> list[Json] | None:
    """The entitlement to free school meals that a row of Students dates; None without any."""
    since, until = _date(row, "FsmStartDate"), _date(row, "FsmEndDate")
    if not since and not until:
        return None
    return [
        {
            "object": "fsm_entitlement",
            "id": ids.of("fsm_entitlement", f"{student} {since or until}"),
            "start_date": since,
            "end_date": until,
        }
    ]


def _need(ids: Ids, student: str, type_: str, row: SourceRow) -> Json:
    broad_code, broad_name = _broad_need(type_)
    return {
        "object": "sen_need",
        "id": ids.of("sen_need", f"{student} {type_}"),
        "start_date": _date(row, "NeedStartDate"),
        "sen_need_type_code": type_,
        "sen_need_type_name": maybe(row, "NeedTypeDescription"),
        "sen_broad_need_type_code": broad_code,
        "sen_broad_need_type_name": broad_name,
        "priority": _rank(row),
    }


def _broad_need(type_: str) -> tuple[str | None, str | None]:
    return _BROAD_NEEDS.get(type_.upper(), (None, None))


def _is_active(row: SourceRow) -> bool:
    is_active = flag(row, "Active")
    return not text(row, "NeedEndDate") if is_active is None else is_active


def _rank(row: SourceRow) -> int | None:
    return whole(row, "Rank")


def _date(row: SourceRow, name: str) -> str | None:
    found = day(row, name)
    return found.isoformat() if found else None
