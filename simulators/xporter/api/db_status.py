"""How fresh a school's databases are: `onlygetDBStatus` and `callbackUrl`.

The databases and their times to live are documented (facts known of Xporter on
Demand, section 5); the members of the object are ours, its Status apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from simulators.xporter.api.data_query import DataQuery
from simulators.xporter.api.view import View

_SCHOOL, _RESULTS, _MARKS = "XodSchoolData", "XodAssessmentResults", "XodAttendanceForDate"
_MINUTES = {_SCHOOL: 1440, "XodAssessmentTables": 1440, _RESULTS: 30, _MARKS: 30}
_DATABASES = {
    "assessmentstructure": "XodAssessmentTables",
    "assessmentresults": _RESULTS,
    "attendancefordate": _MARKS,
    "attendancefordaterange": _MARKS,
}
OK, PENDING = "OK", "Pending"


def db_status(view: View, question: DataQuery) -> list[dict[str, Any]]:
    """A row for each database that the question is answered from."""
    name = _DATABASES.get(question.endpoint, _SCHOOL)
    minutes = _MINUTES[name]
    return [
        {
            "Database": name,
            "Status": OK if view.at else PENDING,
            "LastRefreshed": _time(view.moment),
            "Expires": _time(view.moment and view.moment + timedelta(minutes=minutes)),
            "TTLMinutes": minutes,
        }
    ]


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
