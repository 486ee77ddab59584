"""What of the catalogue Assembly collects. Pure.

The API has more scopes and fields than anything is read for. What stands here is never
filled, for any school, so the pages on which a school decides say so instead of a number.
"""

from __future__ import annotations

from collections.abc import Mapping

from assembly_ui.scopes.catalogue import SCOPES, Field, Scope

EVERY = ""
"""Every field of a kind of record."""

_STUDENT = """
    learning_aims photo.hash photo.url
    medical.nhs_number
    demographics.fsm_review_date demographics.pp_history
"""
_STAFF = """
    former_last_name included_in_census
    demographics.disability demographics.disability_cdoe
    qualification_info.hlta_status qualification_info.qts_route qualification_info.qualifications
"""

NOT_COLLECTED: Mapping[str, tuple[str, ...]] = {
    "attendance": ("group_id",),
    "attendance_summary": (EVERY,),
    "dietary_need": (EVERY,),
    "exclusion": (EVERY,),
    "learning_aim": (EVERY,),
    "medical_condition": (EVERY,),
    "mis_subject": ("alt_code", "alt_name"),
    "result": ("created_at",),
    "room": ("description", "maximum_capacity"),
    "staff_absence": (EVERY,),
    "staff_contract": (EVERY,),
    "staff_member": tuple(_STAFF.split()),
    "student": tuple(_STUDENT.split()),
    "teaching_group": ("assessment", "mis_level"),
    "timetable": ("description",),
}
"""Paths of fields within the records of a kind that nothing fills."""

_NOT_READ = frozenset({"assessments.write", "groups.user"})
"""Scopes whose fields come by others: there is no way to store results, and Xporter on Demand
does not tell user-defined groups from others."""


def is_collected(field: Field) -> bool:
    """Whether the field is filled where a school's MIS has something for it."""
    absent = NOT_COLLECTED.get(field.kind, ())
    return EVERY not in absent and field.path not in absent


def collects(scope: Scope) -> bool:
    """Whether anything of what the scope shows is ever read for it."""
    return scope.name not in _NOT_READ and any(map(is_collected, scope.fields))


UNCOLLECTED_SCOPES: frozenset[str] = frozenset(
    scope.name for scope in SCOPES if not collects(scope)
)
"""The scopes for which nothing is read."""
