"""Scopes of the school itself: who it is, its calendar and timetable."""

from __future__ import annotations

from assembly_ui.scopes.scope import Scope, fields

SCHOOL, TIME = "School", "Calendar and timetable"
_STAFF = ("staff_members.basic",)

_LESSON = (
    ("type", "Whether a lesson is as planned or covered", "Scheduled"),
    ("start_date", "When a lesson starts", "23 Nov 2026, 9:00am"),
    ("end_date", "When a lesson ends", "23 Nov 2026, 9:55am"),
    ("group", "The class and its subject", "8B/Ma, Mathematics"),
    ("rooms", "The rooms of a lesson", "MA3"),
)
_SUPERVISORS = ("supervisors", "Who teaches a lesson", "Staff member 214")

SCHOOL_SCOPES = (
    Scope(
        "school",
        "Public School Data",
        "The school's name, numbers and address, its academic years and subjects.",
        SCHOOL,
        (
            *fields(
                "school",
                ("name", "Name of the school", "Millbrook School"),
                ("slug", "Short name for web addresses", "millbrook-school"),
                ("urn", "Unique reference number (URN)", "100000"),
                ("mis_provider", "Management information system", "iSAMS"),
                ("la_code", "Local authority number", "328"),
                ("la_name", "Local authority", "Marlshire"),
                ("establishment_number", "Establishment number", "1101"),
                ("establishment_type", "Type of school", "Independent"),
                ("phase", "Phase of education", "Secondary"),
                ("street", "Street", "Lime Gardens"),
                ("town", "Town", "Castlebridge"),
                ("postcode", "Postcode", "XX13 1HD"),
                ("head_teacher", "Head teacher", "Mr F H•••••"),
            ),
            *fields(
                "academic_year",
                ("name", "Academic year", "2026/2027"),
                ("start_date", "First day of the academic year", "1 Sep 2026"),
                ("end_date", "Last day of the academic year", "31 Aug 2027"),
            ),
            *fields(
                "subject",
                ("code", "Code of a subject", "MAT"),
                ("name", "Name of a subject", "Mathematics"),
                ("mis_subjects", "Which of the school's own subjects it is", "Maths"),
            ),
            *fields(
                "mis_subject",
                ("name", "Name of a subject at the school", "Maths"),
                ("code", "Code of a subject at the school", "Ma"),
                ("alt_name", "Other name of a subject at the school", ""),
                ("alt_code", "Other code of a subject at the school", ""),
                ("subject", "The subject it is everywhere", "Mathematics"),
            ),
        ),
    ),
    Scope(
        "calendar",
        "Calendar",
        "Term dates, holidays and events in the school's calendar.",
        TIME,
        (
            *fields(
                "calendar_event",
                ("type", "Kind of event", "Holiday"),
                ("name", "Name of an event", "Autumn half term"),
                ("description", "Description of an event", "Autumn half term"),
                ("start_date", "When an event starts", "19 Oct 2026"),
                ("end_date", "When an event ends", "30 Oct 2026"),
            ),
            *fields("academic_year", ("terms", "Terms and their dates", "Autumn term")),
        ),
    ),
    Scope(
        "timetables",
        "Timetables",
        "The timetable, the rooms, and the lessons of each class as they are planned.",
        TIME,
        (
            *fields("lesson", *_LESSON),
            *fields("lesson", _SUPERVISORS, also=_STAFF),
            *fields(
                "timetable",
                ("name", "Name of the timetable", "Two-week timetable"),
                ("description", "Description of the timetable", "Two-week timetable"),
                ("start_date", "When the timetable starts", "1 Sep 2026"),
                ("end_date", "When the timetable ends", "31 Aug 2027"),
                ("weeks", "Weeks in its cycle", "2"),
                ("days_per_week", "School days in a week", "5"),
                ("periods_per_day", "Periods in a day", "6"),
                ("days", "Its days and the times of their periods", "Monday A, 9:00am"),
            ),
            *fields(
                "room",
                ("code", "Code of a room", "MA3"),
                ("name", "Name of a room", "MA3"),
                ("description", "Description of a room", ""),
                ("maximum_capacity", "How many people a room holds", "30"),
            ),
        ),
    ),
    Scope(
        "timetables.cover",
        "Timetable Cover",
        "Lessons that somebody else teaches, or that are moved to another room.",
        TIME,
        (
            *fields("lesson", *_LESSON),
            *fields("lesson", _SUPERVISORS, also=_STAFF),
        ),
    ),
)
