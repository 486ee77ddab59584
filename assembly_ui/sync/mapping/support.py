"""Special educational needs, and entitlement to free school meals, with their dates.

Columns of the endpoint SEN are inferred: its catalogue names only the parameters by which
it is asked. Shapes: those of the API's SenNeed, SenCategory and FsmEntitlement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass
class _Support:
    """What is known of one pupil: types of need, and provisions, each with its first row."""

    needs: dict[str, SourceRow] = field(default_factory=dict)
    provisions: dict[tuple[str, str], SourceRow] = field(default_factory=dict)


class SenOfStudents:
    """The rows of SEN by pupil. Of a pupil without any, nothing is known to be needed."""

    def __init__(self, source: Source) -> None:
        self._is_read = False
        self._found: dict[str, _Support] = defaultdict(_Support)
        for row in sorted(source.rows("SEN", "SEN"), key=lambda row: text(row, "StartDate")):
            self._is_read = True
            found = self._found[text(row, "StudentId")]
            if (type_ := _type_of(row)) and _is_active(row):
                found.needs.setdefault(type_, row)
            if provision := text(row, "SENProvision"):
                found.provisions.setdefault((provision, text(row, "StartDate")), row)

    def needs(self, ids: Ids, student: str) -> list[Json] | None:
        """What a pupil needs now, the most important first; None when nothing was read."""
        if not self._is_read:
            return None
        needs = self._of(student).needs
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
                "start_date": _date(row, "StartDate"),
                "end_date": _date(row, "EndDate"),
            }
            for (code, since), row in self._of(student).provisions.items()
        ]

    def _of(self, student: str) -> _Support:
        return self._found.get(student) or _Support()


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
        "start_date": _date(row, "StartDate"),
        "sen_need_type_code": type_,
        "sen_need_type_name": maybe(row, "SENTypeDescription", "SENTypeName"),
        "sen_broad_need_type_code": broad_code,
        "sen_broad_need_type_name": broad_name,
        "priority": _rank(row),
    }


def _broad_need(type_: str) -> tuple[str | None, str | None]:
    return _BROAD_NEEDS.get(type_.upper(), (None, None))


def _type_of(row: Mapping[str, object]) -> str:
    return text(row, "SENType", "SENTypeCode")


def _is_active(row: SourceRow) -> bool:
    is_active = flag(row, "Active")
    return not text(row, "EndDate") if is_active is None else is_active


def _rank(row: SourceRow) -> int | None:
    return whole(row, "SENTypeRank")


def _date(row: SourceRow, name: str) -> str | None:
    found = day(row, name)
    return found.isoformat() if found else None
