"""Scopes of groups: year groups, registration groups, classes, and what is studied."""

from __future__ import annotations

from assembly_ui.scopes.scope import Scope, fields

GROUPS = "Groups"
_STAFF, _STUDENTS = ("staff_members.basic",), ("students.basic",)

GROUP_SCOPES = (
    Scope(
        "groups",
        "Groups",
        "Year groups, houses, registration groups and classes, and who leads them.",
        GROUPS,
        (
            *fields(
                "group",
                ("name", "Name of a group", "Year 8"),
                ("code", "Code of a group", "8"),
                ("type", "Kind of group", "Year group"),
                ("mis_subject", "The subject of a class", "Maths"),
                ("start_date", "When a group starts", "1 Sep 2026"),
                ("end_date", "When a group ends", "31 Aug 2027"),
            ),
            *fields(
                "year_group",
                ("name", "Name of a year group", "Year 8"),
                ("code", "Code of a year group", "8"),
                ("start_date", "When a year group starts", "1 Sep 2026"),
                ("end_date", "When a year group ends", "31 Aug 2027"),
            ),
            *fields("group", ("supervisors", "Who leads a group", "Staff member 214"), also=_STAFF),
            *fields(
                "year_group",
                ("supervisor_ids", "Who leads a year group", "Staff member 214"),
                also=_STAFF,
            ),
            *fields(
                "group", ("student_ids", "Which students are in a group", "112"), also=_STUDENTS
            ),
            *fields(
                "year_group",
                ("student_ids", "Which students are in a year group", "112"),
                also=_STUDENTS,
            ),
        ),
    ),
    Scope(
        "groups.user",
        "User-Defined Groups",
        "Groups that the school made for itself, such as clubs.",
        GROUPS,
        (
            *fields(
                "group",
                ("name", "Name of a group", "Chess Club"),
                ("code", "Code of a group", "CHESS"),
                ("type", "Kind of group", "User-defined group"),
                ("mis_subject", "The subject of a group", ""),
                ("start_date", "When a group starts", "1 Sep 2026"),
                ("end_date", "When a group ends", "31 Aug 2027"),
            ),
            *fields("group", ("supervisors", "Who leads a group", "Staff member 214"), also=_STAFF),
            *fields(
                "group", ("student_ids", "Which students are in a group", "112"), also=_STUDENTS
            ),
        ),
    ),
    Scope(
        "registration_groups",
        "Registration Groups",
        "Registration groups, who takes their register, and who is in them.",
        GROUPS,
        (
            *fields(
                "registration_group",
                ("name", "Name of a registration group", "8B"),
                ("start_date", "When a registration group starts", "1 Sep 2026"),
                ("end_date", "When a registration group ends", "31 Aug 2027"),
            ),
            *fields(
                "registration_group",
                ("supervisor_ids", "Who takes the register", "Staff member 214"),
                also=_STAFF,
            ),
            *fields(
                "registration_group",
                ("student_ids", "Which students are in it", "112"),
                also=_STUDENTS,
            ),
        ),
    ),
    Scope(
        "teaching_groups",
        "Teaching Groups",
        "Classes and their subjects, for subjects that the school has mapped.",
        GROUPS,
        (
            *fields(
                "teaching_group",
                ("name", "Name of a class", "8B/Ma"),
                ("subject", "Subject of a class", "Mathematics"),
                ("mis_level", "Level at which it is taught", "GCSE"),
                ("assessment", "How it is assessed", "GCSE grade (9 to 1)"),
                ("start_date", "When a class starts", "1 Sep 2026"),
                ("end_date", "When a class ends", "31 Aug 2027"),
                ("academic_year_id", "The academic year of a class", "2026/2027"),
            ),
            *fields(
                "teaching_group",
                ("supervisor_ids", "Who teaches a class", "Staff member 214"),
                also=_STAFF,
            ),
            *fields(
                "teaching_group",
                ("student_ids", "Which students are in a class", "112"),
                also=_STUDENTS,
            ),
        ),
    ),
    Scope(
        "learning_aims",
        "Learning Aims",
        "Qualifications that students over 16 work towards.",
        GROUPS,
        (
            *fields(
                "learning_aim",
                ("qualification_name", "Name of a qualification", "GCE A Level in Physics"),
                ("qualification_number", "Number of a qualification", "60000000"),
                ("discount_code", "Discount code", "RC1"),
                ("qan_subject", "Subject of a qualification", "Physics"),
                ("expiry_date", "When a qualification expires", "31 Jul 2028"),
            ),
            *fields(
                "student",
                ("learning_aims", "What a student works towards, from when to when", "Since 2026"),
                also=_STUDENTS,
            ),
        ),
    ),
)
