"""From Assembly's records to what SchoolBooking keeps of them. Pure.

Whatever it does not need it does not keep: of pupils in a class only how many there are.
Any field may be null or missing (facts file, 2.7).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]


def staff_member(record: Data) -> Data:
    """Name, code and address."""
    names = [record.get("title"), record.get("first_name"), record.get("last_name")]
    return {
        "name": " ".join(name for name in names if name),
        "sorted_by": f"{record.get('last_name') or ''} {record.get('first_name') or ''}".casefold(),
        "code": record.get("staff_code") or "",
        "email": record.get("email") or _first_email(record.get("emails")),
        "is_teacher": bool(record.get("is_teaching_staff")),
    }


def room(record: Data) -> Data:
    """Name and size."""
    name, code = record.get("name") or record.get("code") or "", record.get("code") or ""
    return {
        "name": name,
        "sorted_by": _in_order(name),
        "code": "" if code == name else code,
        "capacity": record.get("maximum_capacity"),
    }


def group(record: Data) -> Data:
    """A class, a form or another group; with how many pupils are in it, if that is shared."""
    subject = record.get("subject") or record.get("mis_subject") or {}
    name, pupils = record.get("name") or "", record.get("student_ids")
    return {
        "name": name,
        "sorted_by": _in_order(name),
        "type": record.get("type") or "",
        "subject": subject.get("name") or "",
        "supervisors": record.get("supervisor_ids")
        or [held["staff_member_id"] for held in record.get("supervisors") or []],
        "size": None if pupils is None else len(pupils),
    }


def calendar_event(record: Data) -> Data:
    """What is on, from when to when."""
    return {
        "name": record.get("name") or "",
        "sorted_by": record.get("start_date") or "",
        "type": record.get("type") or "",
        "description": record.get("description") or "",
        "starts": record.get("start_date") or "",
        "ends": record.get("end_date") or record.get("start_date") or "",
    }


def span(record: Data) -> Data:
    """A timetable or an academic year."""
    return {
        "name": record.get("name") or "",
        "sorted_by": record.get("start_date") or "",
        "starts": record.get("start_date") or "",
        "ends": record.get("end_date") or "",
    }


TRIMS: dict[str, Callable[[Data], Data]] = {
    "academic_years": span,
    "staff_members": staff_member,
    "groups": group,
    "teaching_groups": group,
    "registration_groups": group,
    "rooms": room,
    "timetables": span,
    "calendar_events": calendar_event,
}
"""Every list that is read, by its path in the API, in the order in which it is read."""


def _in_order(name: str) -> str:
    """What it is sorted by: Room 2 comes before Room 10."""
    return re.sub(r"\d+", lambda found: found.group().zfill(6), name.casefold())


def _first_email(emails: Any) -> str:
    listed = [email for email in emails or [] if email.get("email")]
    listed.sort(key=lambda email: not email.get("is_primary"))
    return listed[0]["email"] if listed else ""
