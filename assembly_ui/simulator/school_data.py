"""What a school's MIS would say: believable, the same every time, about no real person.

Shapes: facts known of Xporter on Demand, section 7.3. Health is ours, since its
shape is not published.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from assembly_ui.simulator.models import Sharing
from assembly_ui.simulator.scopes import scopes_of
from assembly_ui.simulator.steps import Stage, stage

Row = dict[str, Any]
MIS_VERSION = "4"
_STAGES = {
    Stage.NOT_CHOSEN: "Not Installed",
    Stage.QUEUED: "Onboarding Queue",
    Stage.INSTALLING: "Installing",
    Stage.INSTALLED: "Installed",
}


def school_info(sharing: Sharing, now: datetime) -> dict[str, Any]:
    """Who the school is; no row before anything was collected."""
    row = {
        "Id": "1",
        "Name": sharing.school_name,
        "Head": None,
        "MainContact": None,
        "Telephone": sharing.phone or None,
        "Web": None,
        "Email": None,
        "DeniNo": None,
        "Governance": None,
        "Phase": None,
        "ExamCentre": None,
        "Address": None,
        "EstabId": sharing.estab,
        "CurrentAcademicYear": str(now.year if now.month >= 9 else now.year - 1),
    }
    return _table("SchoolInfo", sharing, [row])


def counts(sharing: Sharing, _now: datetime) -> dict[str, Any]:
    """How many rows there are in each area the school shares."""
    numbers = _numbers(sharing.estab)
    areas = [area for scope in scopes_of(sharing.scopes) for area in scope.areas]
    return _table("Counts", sharing, [{"Area": area, "Count": numbers[area]} for area in areas])


def health(sharing: Sharing, now: datetime) -> dict[str, Any]:
    """How the collection is doing, whether or not it has begun."""
    at = stage(sharing, now)
    row = {
        "Area": "Agent",
        "Status": "OK" if at is Stage.INSTALLED else "Warning",
        "Message": _STAGES[at],
        "LastChecked": _plain_time(now),
    }
    return {"Health": [row], "meta": _meta(sharing)}


TABLES: dict[str, Callable[[Sharing, datetime], dict[str, Any]]] = {
    "schoolinfo": school_info,
    "counts": counts,
    "health": health,
}
"""Endpoints below a school, by lower-case name."""

FREE_OF_SCOPE = {"health"}


def _table(name: str, sharing: Sharing, rows: list[Row]) -> dict[str, Any]:
    collected = [_stamped(row, sharing) for row in rows] if sharing.installed_at else []
    return {name: collected, "meta": _meta(sharing)}


def _stamped(row: Row, sharing: Sharing) -> Row:
    content = json.dumps(row, sort_keys=True).encode()
    assert sharing.installed_at is not None
    return row | {
        "LastUpdated": _plain_time(sharing.installed_at),
        "RowHash": hashlib.sha256(content).hexdigest()[:40],
    }


def _meta(sharing: Sharing) -> list[Row]:
    at = _plain_time(sharing.installed_at) if sharing.installed_at else None
    return [{"Id": 1, "MIS": sharing.mis, "Version": MIS_VERSION, "DateTime": at}]


def _numbers(estab: str) -> dict[str, int]:
    dice = random.Random(estab)  # noqa: S311  (the same school has the same size every time)
    students = dice.randint(180, 1450)
    staff = students // dice.randint(8, 12) + dice.randint(6, 20)
    return {
        "Students": students,
        "Staff": staff,
        "Groups": students // 6 + dice.randint(10, 40),
        "Contacts": students * 2 - dice.randint(0, students // 3),
        "AttendanceMarks": students * 2 * dice.randint(45, 60),
        "AssessmentResults": students * dice.randint(20, 60),
    }


def _plain_time(moment: datetime) -> str:
    """Times of data name no zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
