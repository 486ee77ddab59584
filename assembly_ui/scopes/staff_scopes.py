"""Scopes of the people who work at the school."""

from __future__ import annotations

from assembly_ui.scopes.scope import Field, Line, Scope, fields

STAFF = "Staff"


def _scope(name: str, title: str, summary: str, *lines: Line, kind: str = "staff_member") -> Scope:
    return _made(name, title, summary, fields(kind, *lines))


def _made(name: str, title: str, summary: str, shown: tuple[Field, ...]) -> Scope:
    return Scope(f"staff_members.{name}", f"Staff Member {title}", summary, STAFF, shown)


STAFF_SCOPES = (
    _scope(
        "absences",
        "Absences",
        "When members of staff were absent, and why.",
        ("start_date", "First day of absence", "•• Nov 2026"),
        ("end_date", "Last day of absence", "•• Nov 2026"),
        ("working_days_lost", "Working days lost", "2.5"),
        ("absence_category", "Kind of absence", "••••••"),
        ("absence_category_code", "Code of the kind of absence", "•••"),
        ("illness_category", "Kind of illness", "••••••"),
        ("pay_rate", "Rate of pay while absent", "Full"),
        ("staff_member_id", "Who was absent", "Staff member 214"),
        kind="staff_absence",
    ),
    _scope(
        "addresses",
        "Addresses",
        "Home addresses of members of staff.",
        ("address.address_line_1", "First line of the address", "•• R•••• Lane"),
        ("address.address_line_2", "Second line of the address", "••••••"),
        ("address.town_city", "Town or city", "C••••••"),
        ("address.county", "County", "M••••••"),
        ("address.country", "Country", "United Kingdom"),
        ("address.postcode", "Postcode", "XX•• •••"),
    ),
    _scope(
        "basic",
        "Basic Information",
        "Names, titles and staff codes, and who teaches.",
        ("staff_code", "Staff code", "J•••"),
        ("first_name", "First name", "J•••"),
        ("last_name", "Last name", "B••••"),
        ("title", "Title", "Mr"),
        ("salutation", "How the member of staff is addressed", "Mr B••••"),
        ("is_teaching_staff", "Whether the member of staff teaches", "Yes"),
    ),
    _made(
        "contracts",
        "Contracts",
        "Contracts, posts and roles, with payroll and National Insurance numbers; no pay.",
        fields(
            "staff_contract",
            ("start_date", "First day of a contract", "1 Sep 2022"),
            ("end_date", "Last day of a contract", ""),
            ("national_insurance_number", "National Insurance number", "QQ••••••C"),
            ("payroll_number", "Payroll number", "00••••"),
            ("contract_type", "Type of contract", "Permanent"),
            ("post", "Post", "Teacher of Art"),
            ("origin", "Where the member of staff came from", "••••••"),
            ("destination", "Where the member of staff went", "••••••"),
            ("roles", "Roles", "Teacher"),
            ("salaries.hours_per_week", "Hours a week", "32.5"),
            ("salaries.fte", "Full-time equivalent", "1.0"),
            ("salaries.weeks_per_year", "Weeks a year", "52"),
            ("staff_member_id", "Whose contract it is", "Staff member 214"),
        ),
    ),
    _scope(
        "dates",
        "Dates",
        "When members of staff started and left.",
        ("start_date", "First day at the school", "1 Sep 2022"),
        ("end_date", "Last day at the school", ""),
    ),
    _scope(
        "disability",
        "Disability Status",
        "Disabilities of members of staff.",
        ("demographics.disability", "Disability", "••••••"),
        ("demographics.disability_cdoe", "Code of the disability", "•••"),
    ),
    _scope(
        "dob",
        "Date of Birth",
        "Dates of birth of members of staff.",
        ("dob", "Date of birth", "•• ••• 19••"),
    ),
    _scope(
        "emails",
        "Emails",
        "Email addresses of members of staff.",
        ("email", "Main email address", "j•••@school.example"),
        ("emails", "All email addresses", "j•••@school.example"),
    ),
    _scope(
        "ethnicity",
        "Ethnicity",
        "Ethnicity of members of staff.",
        ("demographics.ethnicity_code", "Code of the ethnicity", "••••"),
        ("demographics.ethnicity_group", "Ethnicity", "••••••"),
    ),
    _scope(
        "former_names",
        "Former Names",
        "Former last names of members of staff.",
        ("former_last_name", "Former last name", "H••••"),
    ),
    _scope(
        "gender",
        "Gender",
        "Gender of members of staff.",
        ("demographics.gender", "Gender", "M"),
    ),
    _scope(
        "included_in_census",
        "Included in Census",
        "Whether members of staff are counted in the school workforce census.",
        ("included_in_census", "Included in the census", "Yes"),
    ),
    _scope(
        "legal_names",
        "Legal Names",
        "Legal names of members of staff.",
        ("legal_first_name", "Legal first name", "J•••"),
        ("legal_last_name", "Legal last name", "B••••"),
    ),
    _scope(
        "middle_names",
        "Middle Names",
        "Middle names of members of staff.",
        ("middle_name", "Middle names", "A•••"),
    ),
    _scope(
        "mis_id",
        "MIS Identifier",
        "The number by which the school's system knows a member of staff.",
        ("mis_id", "Number in the school's system", "11••"),
    ),
    _scope(
        "qualifications",
        "Qualifications",
        "Degrees and other qualifications of members of staff.",
        ("qualification_info.qualifications", "Qualifications and their subjects", "First degree"),
    ),
    _made(
        "salaries",
        "Salaries",
        "Pay and allowances of members of staff.",
        fields(
            "staff_contract",
            ("daily_rate", "Whether paid by the day", "No"),
            ("pay_review_date", "When pay is next looked at", "1 Sep 2027"),
            ("salaries", "Pay range, scale and pay", "£••,•••"),
            ("allowances", "Allowances", "£•,•••"),
        ),
    ),
    _scope(
        "teaching_status",
        "Teaching Status",
        "Teacher numbers and qualified teacher status.",
        ("qualification_info.teacher_number", "Teacher number", "90•••••"),
        ("qualification_info.qt_status", "Qualified teacher status", "Yes"),
        ("qualification_info.hlta_status", "Higher level teaching assistant", "No"),
        ("qualification_info.qts_route", "Route to qualified teacher status", "••••••"),
    ),
    _scope(
        "telephone_numbers",
        "Telephone Numbers",
        "Telephone numbers of members of staff.",
        ("telephone_numbers", "Telephone numbers", "07700 9•••••"),
    ),
)
