"""Students and their contacts, and how they belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source, SourceRow
from assembly_ui.sync.mapping.medical import MedicalOfStudents
from assembly_ui.sync.mapping.moments import of_day
from assembly_ui.sync.mapping.people import Json, address, emails, name_of, phones_of
from assembly_ui.sync.mapping.rows import day, flag, keys_of, maybe, said, text, whole
from assembly_ui.sync.mapping.support import SenOfStudents, fsm_history
from assembly_ui.sync.mapping.year_names import code_and_unknown

_LINKS = frozenset({"Students", "Contacts", "StudentContacts"})
_PROFICIENCY = {
    "A": "New to English",
    "B": "Early acquisition",
    "C": "Developing competence",
    "D": "Competent",
    "E": "Fluent",
    "N": "Not yet assessed",
}
"""The codes of the school census."""


def make_students(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Pupils on roll, and leavers who are still known."""
    links = _linked(source, ids, "StudentId", "ContactId", "Contacts", "contact")
    sen, medical = SenOfStudents(source), MedicalOfStudents(source)
    for row in source.rows("Students", "Students"):
        if key := text(row, "Id"):
            data = _student(ids, key, row, sen)
            data["medical"] = medical.of(ids, key)
            data["contacts"] = _related(links, key, "student_contact", "contact_id")
            yield Made(key, name_of(row), data)


def make_contacts(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Parents, carers and others who answer for pupils."""
    links = _linked(source, ids, "ContactId", "StudentId", "Students", "student")
    for row in source.rows("Contacts", "Contacts"):
        if key := text(row, "Id"):
            data = _contact(ids, key, row)
            data["students"] = _related(links, key, "contact_student", "student_id")
            yield Made(key, name_of(row), data)


def _student(ids: Ids, key: str, row: SourceRow, sen: SenOfStudents) -> Json:
    code, unknown = code_and_unknown(text(row, "YearGroup", "LeavingYearGroup"))
    return {
        "object": "student",
        "id": ids.of("student", key),
        "year_code": code,
        "upn": maybe(row, "UPN"),
        "former_upn": maybe(row, "FormerUPN"),
        "uln": maybe(row, "UniqueLearnerNumber"),
        "mis_id": key,
        "pan": maybe(row, "AdmissionNo"),
        "first_name": maybe(row, "Forename"),
        "legal_first_name": maybe(row, "LegalForename"),
        "middle_name": maybe(row, "MiddleName"),
        "last_name": maybe(row, "Surname"),
        "legal_last_name": maybe(row, "LegalSurname"),
        "former_last_name": maybe(row, "PreviousLegalSurname"),
        "dob": of_day(day(row, "DateofBirth", "DateOfBirth")),
        "start_date": of_day(day(row, "EntryDate")),
        "end_date": of_day(day(row, "LeavingDate")),
        "enrolment_status": maybe(row, "EnrolmentStatus"),
        "demographics": _demographics(ids, key, row, sen),
        "medical": None,
        "contacts": None,
        "emails": _student_emails(ids, key, row),
        "address": address(row),
        "languages": _languages(row),
        "learning_aims": None,
        "photo": None,
        "_left": text(row, "StudentStatus").casefold() == "leaver",
        **unknown,
    }


def _student_emails(ids: Ids, key: str, row: SourceRow) -> list[Json] | None:
    if not said(row, "WorkEmail"):
        return None
    return emails(ids, f"student {key}", [("Work", text(row, "WorkEmail"))])


def _demographics(ids: Ids, key: str, row: SourceRow, sen: SenOfStudents) -> Json:
    nationality = maybe(row, "Nationality")
    return {
        "object": "student_demographics",
        "ethnicity_code": maybe(row, "EthnicityCode"),
        "ethnicity_group": maybe(row, "Ethnicity"),
        "gender": maybe(row, "Gender"),
        "is_pp": flag(row, "PupilPremium"),
        "pp_history": None,
        "is_eal": flag(row, "EAL"),
        "sen_category": maybe(row, "SENProvision"),
        "sen_category_history": sen.provisions(ids, key),
        "country_of_birth": maybe(row, "CountryOfBirth"),
        "nationalities": [nationality] if nationality else None,
        "fsm_review_date": None,
        "is_fsm": flag(row, "FSMEligible"),
        "is_fsm6": flag(row, "FSMEver6"),
        "fsm_history": fsm_history(ids, key, row),
        "in_care": flag(row, "InLeaCare"),
        "ever_in_care": flag(row, "EverInCare"),
        "service_child": flag(row, "ServiceChild"),
        "sen_needs": sen.needs(ids, key),
    }


def _languages(row: SourceRow) -> Json:
    proficiency = maybe(row, "EnglishProficiencyLevel")
    return {
        "object": "student_languages",
        "home_language_code": maybe(row, "HomeLanguageCode"),
        "home_language_name": maybe(row, "HomeLanguage"),
        "first_language_code": maybe(row, "FirstLanguageCode"),
        "first_language_name": maybe(row, "FirstLanguage"),
        "proficiency_in_english_code": proficiency,
        "proficiency_in_english_name": _PROFICIENCY.get((proficiency or "").upper()),
    }


def _contact(ids: Ids, key: str, row: SourceRow) -> Json:
    whose = f"contact {key}"
    found = [
        ("Home", text(row, "HomeEmail", "Email")),
        ("Work", text(row, "WorkEmail")),
    ]
    return {
        "object": "contact",
        "id": ids.of("contact", key),
        "mis_id": key,
        "first_name": maybe(row, "Forename"),
        "middle_name": maybe(row, "MiddleName"),
        "last_name": maybe(row, "Surname"),
        "gender": maybe(row, "Gender"),
        "title": maybe(row, "Title"),
        "salutation": maybe(row, "Salutation"),
        "address": address(row),
        "emails": emails(ids, whose, found)
        if said(row, "HomeEmail", "Email", "WorkEmail")
        else None,
        "telephone_numbers": phones_of(ids, whose, row),
        "students": None,
    }


_Links = dict[str, list[tuple[int, Json]]]
"""Of somebody: the number of the other and how they belong together."""


def _linked(
    source: Source, ids: Ids, mine: str, other: str, others: str, kind: str
) -> _Links | None:
    """Who belongs to whom, by `mine`; None when that was not read."""
    found: dict[str, list[tuple[tuple[int, str], int, Json]]] = defaultdict(list)
    known = keys_of(source, others, others)
    rows = list(source.rows("StudentContacts", "StudentContacts"))
    for row in rows:
        key, its = text(row, mine), text(row, other)
        if key and its in known:
            priority = whole(row, "Priority")
            order = (99 if priority is None else priority, its)
            found[key].append((order, ids.of(kind, its), _relationship(row, priority)))
    if not rows:
        return None
    return {
        key: [(number, how) for _, number, how in sorted(theirs, key=lambda one: one[0])]
        for key, theirs in found.items()
    }


def _relationship(row: SourceRow, priority: int | None) -> Json:
    return {
        "object": "relationship",
        "relationship_type": maybe(row, "Relationship"),
        "priority": priority,
        "parental_responsibility": flag(row, "ParentalResponsibility", "ParResp"),
    }


def _related(links: _Links | None, key: str, called: str, name: str) -> list[Json] | None:
    if links is None:
        return None
    return [
        {"object": called, name: number, "relationship": how} for number, how in links.get(key, ())
    ]


STUDENT_KINDS = (
    Kind("student", _LINKS | {"SEN", "StudentMedical"}, make_students),
    Kind("contact", _LINKS, make_contacts),
)
