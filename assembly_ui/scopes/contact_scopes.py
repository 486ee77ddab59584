"""Scopes of parents, carers and other contacts."""

from __future__ import annotations

from assembly_ui.scopes.scope import Field, Line, Scope, fields

CONTACTS = "Contacts"
_STUDENTS = ("students.basic",)
_BASIC = ("contacts.basic",)


def _scope(name: str, title: str, summary: str, *parts: tuple[Field, ...]) -> Scope:
    return Scope(
        f"contacts.{name}",
        f"Contact {title}",
        summary,
        CONTACTS,
        tuple(field for part in parts for field in part),
    )


def _of(*lines: Line) -> tuple[Field, ...]:
    return fields("contact", *lines)


def _relationship(path: str, words: str, sample: str) -> tuple[Field, ...]:
    """Something about how a contact and a student belong together, seen from either."""
    both = (*_BASIC, *_STUDENTS)
    return (
        *fields("contact", (f"students.relationship.{path}", words, sample), also=both),
        *fields(
            "student", (f"contacts.relationship.{path}", f"{words} of a student", sample), also=both
        ),
    )


CONTACT_SCOPES = (
    _scope(
        "addresses",
        "Addresses",
        "Home addresses of contacts.",
        _of(
            ("address.address_line_1", "First line of the address", "•• R•••• Lane"),
            ("address.address_line_2", "Second line of the address", "••••••"),
            ("address.town_city", "Town or city", "C••••••"),
            ("address.county", "County", "M••••••"),
            ("address.country", "Country", "United Kingdom"),
            ("address.postcode", "Postcode", "XX•• •••"),
        ),
    ),
    _scope(
        "basic",
        "Basic Information",
        "Names and titles of contacts, and how each is related to a student.",
        _of(
            ("first_name", "First name", "J•••"),
            ("last_name", "Last name", "M•••"),
            ("title", "Title", "Mr"),
            ("salutation", "How the contact is addressed", "Mr M•••"),
        ),
        fields(
            "contact",
            ("students.student_id", "Whose contact it is", "Student 1207"),
            also=_STUDENTS,
        ),
        fields(
            "student",
            ("contacts.contact_id", "Contacts of a student", "Contact 88"),
            also=_STUDENTS,
        ),
        _relationship("relationship_type", "Relationship", "Mother"),
    ),
    _scope(
        "emails",
        "Emails",
        "Email addresses of contacts.",
        _of(("emails", "Email addresses", "j•••@example.com")),
    ),
    _scope("gender", "Gender", "Gender of contacts.", _of(("gender", "Gender", "F"))),
    _scope(
        "middle_names",
        "Middle Names",
        "Middle names of contacts.",
        _of(("middle_name", "Middle names", "A•••")),
    ),
    _scope(
        "mis_id",
        "MIS Identifier",
        "The number by which the school's system knows a contact.",
        _of(("mis_id", "Number in the school's system", "46••••")),
    ),
    _scope(
        "parental_responsibility",
        "Parental Responsibility",
        "Whether a contact has parental responsibility.",
        _relationship("parental_responsibility", "Parental responsibility", "Yes"),
    ),
    _scope(
        "priority",
        "Priority",
        "In which order contacts are called.",
        _relationship("priority", "Priority", "1"),
    ),
    _scope(
        "telephone_numbers",
        "Telephone Numbers",
        "Telephone numbers of contacts.",
        _of(("telephone_numbers", "Telephone numbers", "07700 9•••••")),
    ),
)
