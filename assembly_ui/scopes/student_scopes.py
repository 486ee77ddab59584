"""Scopes of students: who they are and how they are reached."""

from __future__ import annotations

from assembly_ui.scopes.scope import Line, Scope, fields

STUDENTS = "Students"


def student_scope(name: str, title: str, summary: str, *lines: Line) -> Scope:
    """A scope of students' records alone."""
    return Scope(
        f"students.{name}", f"Student {title}", summary, STUDENTS, fields("student", *lines)
    )


STUDENT_SCOPES = (
    student_scope(
        "addresses",
        "Addresses",
        "Home addresses of students.",
        ("address.address_line_1", "First line of the address", "•• R•••• Lane"),
        ("address.address_line_2", "Second line of the address", "••••••"),
        ("address.town_city", "Town or city", "C••••••"),
        ("address.county", "County", "M••••••"),
        ("address.country", "Country", "United Kingdom"),
        ("address.postcode", "Postcode", "XX•• •••"),
    ),
    student_scope(
        "basic",
        "Basic Information",
        "Names and year groups of students.",
        ("first_name", "First name", "E•••"),
        ("last_name", "Last name", "J•••••••"),
        ("year_code", "Year group", "8"),
    ),
    student_scope(
        "care",
        "In Care",
        "Whether students are in the care of a local authority.",
        ("demographics.in_care", "In care now", "•••"),
    ),
    student_scope(
        "country_of_birth",
        "Country of Birth",
        "Countries in which students were born.",
        ("demographics.country_of_birth", "Country of birth", "••••••"),
    ),
    student_scope(
        "dates",
        "Dates",
        "When students joined and left the school.",
        ("start_date", "First day at the school", "1 Sep 2023"),
        ("end_date", "Last day at the school", ""),
    ),
    student_scope(
        "dob",
        "Date of Birth",
        "Dates of birth of students.",
        ("dob", "Date of birth", "•• ••• 20••"),
    ),
    student_scope(
        "eal",
        "English as an Additional Language",
        "Whether English is an additional language for students.",
        ("demographics.is_eal", "English is an additional language", "•••"),
    ),
    student_scope(
        "emails",
        "Emails",
        "Email addresses of students.",
        ("emails", "Email addresses", "1••••@pupils.school.example"),
    ),
    student_scope(
        "enrolment_status",
        "Enrolment Status",
        "How students are enrolled, such as at this school alone or at two.",
        ("enrolment_status", "Enrolment status", "C"),
    ),
    student_scope(
        "ethnicity",
        "Ethnicity",
        "Ethnicity of students.",
        ("demographics.ethnicity_code", "Code of the ethnicity", "••••"),
        ("demographics.ethnicity_group", "Ethnicity", "••••••"),
    ),
    student_scope(
        "ever_in_care",
        "Ever in Care",
        "Whether students have ever been in the care of a local authority.",
        ("demographics.ever_in_care", "Ever in care", "•••"),
    ),
    student_scope(
        "first_language",
        "First Language",
        "First languages of students.",
        ("languages.first_language_code", "Code of the first language", "•••"),
        ("languages.first_language_name", "First language", "••••••"),
    ),
    student_scope(
        "former_names",
        "Former Names",
        "Former last names of students.",
        ("former_last_name", "Former last name", "H••••"),
    ),
    student_scope(
        "former_upn",
        "Former UPN",
        "Former unique pupil numbers.",
        ("former_upn", "Former unique pupil number", "A•••••••••••"),
    ),
    student_scope(
        "gender", "Gender", "Gender of students.", ("demographics.gender", "Gender", "F")
    ),
    student_scope(
        "home_language",
        "Home Language",
        "Languages that students speak at home.",
        ("languages.home_language_code", "Code of the home language", "•••"),
        ("languages.home_language_name", "Home language", "••••••"),
    ),
    student_scope(
        "legal_names",
        "Legal Names",
        "Legal names of students.",
        ("legal_first_name", "Legal first name", "E•••"),
        ("legal_last_name", "Legal last name", "J•••••••"),
    ),
    student_scope(
        "middle_names",
        "Middle Names",
        "Middle names of students.",
        ("middle_name", "Middle names", "V•••••"),
    ),
    student_scope(
        "mis_id",
        "MIS Identifier",
        "The number by which the school's system knows a student.",
        ("mis_id", "Number in the school's system", "11••••"),
    ),
    student_scope(
        "nationality",
        "Nationality",
        "Nationalities of students.",
        ("demographics.nationalities", "Nationalities", "••••••"),
    ),
    student_scope(
        "pan",
        "Admission Number",
        "Admission numbers of students.",
        ("pan", "Admission number", "11••••"),
    ),
    student_scope(
        "photo",
        "Photo",
        "Photographs of students.",
        ("photo.url", "Where the photograph is", ""),
        ("photo.hash", "Whether the photograph has changed", ""),
    ),
    student_scope("siblings", "Siblings", "Which students of the school are brothers and sisters."),
    student_scope(
        "uln", "ULN", "Unique learner numbers.", ("uln", "Unique learner number", "9•••••••••")
    ),
    student_scope(
        "upn", "UPN", "Unique pupil numbers.", ("upn", "Unique pupil number", "A•••••••••••")
    ),
)
