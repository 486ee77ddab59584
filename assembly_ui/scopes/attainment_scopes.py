"""Scopes of attendance, exclusions and assessment."""

from __future__ import annotations

from assembly_ui.scopes.scope import Field, Scope, fields

ATTENDANCE, ASSESSMENT = "Attendance", "Assessment"
_STUDENTS, _GROUPS, _FORMS = ("students.basic",), ("groups",), ("registration_groups",)


def _of_groups(kind: str, words: str) -> tuple[Field, ...]:
    """To which groups something belongs."""
    return (
        *fields(kind, ("group_id", f"Class {words}", "8B/Ma"), also=_GROUPS),
        *fields(kind, ("registration_group_id", "Registration group", "8B"), also=_FORMS),
    )


def _catalogue() -> tuple[Field, ...]:
    """What every app needs that knows of assessments; it says nothing about anybody."""
    return (
        *fields(
            "assessment",
            ("name", "Name of an assessment", "GCSE grade (9 to 1)"),
            ("family_id", "Number of its family", "3"),
            ("family_name", "What it belongs to", "GCSE"),
            ("mis_assessments", "What the school calls it", "Mathematics GCSE grade"),
        ),
        *fields(
            "assessment_point",
            ("rank", "Its place in the order of time", "93"),
            ("name", "When students are assessed", "Year 8 Autumn"),
            ("type", "How long a time it is", "Term"),
            ("year_code", "For which year group", "8"),
        ),
        *fields("facet", ("name", "Whether a result is achieved, a target or predicted", "target")),
        *fields(
            "grade_set",
            ("name", "Name of a set of grades", "GCSE grade (9 to 1)"),
            ("grades", "The grades of a set", "9, 8, 7"),
        ),
    )


def _results(what: str) -> tuple[Field, ...]:
    return (
        *fields("result", ("grade_id", f"Grade or mark in {what}", "•")),
        *fields("result", ("student_id", "Whose result it is", "Student 1207"), also=_STUDENTS),
        *fields(
            "result",
            ("subject_id", "Subject of a result", "Mathematics"),
            ("assessment_id", "What was assessed", "GCSE grade (9 to 1)"),
            ("assessment_point_rank", "When it was assessed", "Year 8 Autumn"),
            ("facet_id", "Whether it is achieved, a target or predicted", "achieved"),
            ("result_date", "Date of a result", "19 Nov 2026"),
            ("created_at", "When a result was first recorded", "19 Nov 2026"),
            ("updated_at", "When a result was last changed", "19 Nov 2026"),
        ),
        *_catalogue(),
    )


ATTAINMENT_SCOPES = (
    Scope(
        "attendances",
        "Attendances",
        "Registration marks, morning and afternoon.",
        ATTENDANCE,
        (
            *fields(
                "attendance",
                ("attendance_mark", "Mark of a session", "/"),
                ("session_date", "Date of a session", "23 Nov 2026"),
                ("session_name", "Morning or afternoon", "AM"),
                ("minutes_late", "Minutes late", "5"),
                ("comments", "Comments on a mark", "••••••"),
            ),
            *_of_groups("attendance", "in which the mark was given"),
            *fields(
                "attendance", ("student_id", "Whose mark it is", "Student 1207"), also=_STUDENTS
            ),
        ),
    ),
    Scope(
        "attendances.summaries",
        "Attendance Summaries",
        "How many sessions each student attended or missed.",
        ATTENDANCE,
        (
            *fields(
                "attendance_summary",
                ("possible_sessions", "Possible sessions", "120"),
                ("attended_sessions", "Attended sessions", "114"),
                ("late_sessions", "Sessions with late arrival", "2"),
                ("authorised_absence_sessions", "Authorised absences", "5"),
                ("unauthorised_absence_sessions", "Unauthorised absences", "1"),
                ("start_date", "First day that is counted", "1 Sep 2026"),
                ("end_date", "Last day that is counted", "23 Nov 2026"),
                ("academic_year_id", "Academic year", "2026/2027"),
            ),
            *_of_groups("attendance_summary", "that is counted"),
            *fields(
                "attendance_summary",
                ("student_id", "Whose sessions they are", "Student 1207"),
                also=_STUDENTS,
            ),
        ),
    ),
    Scope(
        "exclusions",
        "Exclusions",
        "Exclusions of students, with their reasons and dates.",
        ATTENDANCE,
        (
            *fields(
                "exclusion",
                ("exclusion_type", "Kind of exclusion", "Fixed Term"),
                ("exclusion_reason", "Reason", "••••••"),
                ("exclusion_reason_2", "Second reason", "••••••"),
                ("exclusion_reason_3", "Third reason", "••••••"),
                ("start_date", "First day", "•• Nov 2026"),
                ("start_session", "First session", "AM"),
                ("end_date", "Last day", "•• Nov 2026"),
                ("end_session", "Last session", "PM"),
                ("exclusion_length", "Length in sessions", "4"),
            ),
            *fields(
                "exclusion", ("student_id", "Who was excluded", "Student 1207"), also=_STUDENTS
            ),
        ),
    ),
    Scope(
        "assessments.examinations",
        "Examination Assessments",
        "Results of public examinations, such as GCSE and A level.",
        ASSESSMENT,
        _results("an examination"),
    ),
    Scope(
        "assessments.internal",
        "Internal Assessments",
        "Results of the school's own assessments, for those that the school has mapped.",
        ASSESSMENT,
        _results("the school's own assessment"),
    ),
    Scope(
        "assessments.national",
        "National Assessments",
        "Results of national tests, such as those of key stage 2.",
        ASSESSMENT,
        _results("a national assessment"),
    ),
    Scope(
        "assessments.write",
        "Write Assessment Results",
        "Lets the app store results that it made itself.",
        ASSESSMENT,
        _catalogue(),
    ),
)
