"""From what Xporter on Demand gave to the records that apps read. Pure.

The shapes are those of the API's models (facts file, section 2.7). Nothing is guessed:
what the MIS does not say is null, and a number refers only to somebody or something
that was read as well. Times are in UTC.
"""

from __future__ import annotations

from assembly_ui.sync.mapping.assessments import ASSESSMENT_KINDS, aspects_wanted
from assembly_ui.sync.mapping.attendance import ATTENDANCE_KINDS
from assembly_ui.sync.mapping.groups import GROUP_KINDS
from assembly_ui.sync.mapping.lessons import LESSON_KINDS
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Meaning, Source
from assembly_ui.sync.mapping.results import RESULT_KINDS
from assembly_ui.sync.mapping.school import SCHOOL_KINDS
from assembly_ui.sync.mapping.staff import STAFF_KINDS
from assembly_ui.sync.mapping.students import STUDENT_KINDS
from assembly_ui.sync.mapping.subjects import SUBJECT_KINDS
from assembly_ui.sync.mapping.timetables import TIMETABLE_KINDS

__all__ = ["KINDS", "Chosen", "Ids", "Kind", "Made", "Meaning", "Source", "aspects_wanted"]

KINDS: tuple[Kind, ...] = (
    *SCHOOL_KINDS,
    *SUBJECT_KINDS,
    *STAFF_KINDS,
    *STUDENT_KINDS,
    *GROUP_KINDS,
    *TIMETABLE_KINDS,
    *LESSON_KINDS,
    *ASSESSMENT_KINDS,
    *RESULT_KINDS,
    *ATTENDANCE_KINDS,
)
"""Every kind, those referred to before those that refer to them."""
