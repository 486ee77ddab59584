"""All 85 scopes are there, and everything the API's models can say belongs to some of them."""

from __future__ import annotations

from collections import defaultdict

import pytest

from assembly_ui.scopes.catalogue import AREAS, SCOPES, Scope, UnknownScope, scope_named
from tests.unit.scopes.models import KINDS, paths_of

OF_THE_FACTS = [
    "school",
    "calendar",
    "timetables",
    "timetables.cover",
    "groups",
    "groups.user",
    "registration_groups",
    "teaching_groups",
    "learning_aims",
    "attendances",
    "attendances.summaries",
    "exclusions",
    "assessments.examinations",
    "assessments.internal",
    "assessments.national",
    "assessments.write",
    "contacts.addresses",
    "contacts.basic",
    "contacts.emails",
    "contacts.gender",
    "contacts.middle_names",
    "contacts.mis_id",
    "contacts.parental_responsibility",
    "contacts.priority",
    "contacts.telephone_numbers",
    "staff_members.absences",
    "staff_members.addresses",
    "staff_members.basic",
    "staff_members.contracts",
    "staff_members.dates",
    "staff_members.disability",
    "staff_members.dob",
    "staff_members.emails",
    "staff_members.ethnicity",
    "staff_members.former_names",
    "staff_members.gender",
    "staff_members.included_in_census",
    "staff_members.legal_names",
    "staff_members.middle_names",
    "staff_members.mis_id",
    "staff_members.qualifications",
    "staff_members.salaries",
    "staff_members.teaching_status",
    "staff_members.telephone_numbers",
    "students.addresses",
    "students.basic",
    "students.care",
    "students.country_of_birth",
    "students.dates",
    "students.dob",
    "students.eal",
    "students.emails",
    "students.enrolment_status",
    "students.ethnicity",
    "students.ever_in_care",
    "students.first_language",
    "students.former_names",
    "students.former_upn",
    "students.fsm",
    "students.fsm_history",
    "students.fsm_review_dates",
    "students.gender",
    "students.home_language",
    "students.legal_names",
    "students.medical.conditions",
    "students.medical.dietary_needs",
    "students.medical.emergency_consent",
    "students.medical.nhs_number",
    "students.medical.notes",
    "students.medical.pregnancy",
    "students.middle_names",
    "students.mis_id",
    "students.nationality",
    "students.pan",
    "students.photo",
    "students.pp",
    "students.pp_history",
    "students.proficiency_in_eng",
    "students.sen_needs",
    "students.sen_provision",
    "students.sen_provision_history",
    "students.service_child",
    "students.siblings",
    "students.uln",
    "students.upn",
]

TITLES = {
    "school": "Public School Data",
    "attendances": "Attendances",
    "contacts.basic": "Contact Basic Information",
    "contacts.emails": "Contact Emails",
    "contacts.gender": "Contact Gender",
    "contacts.middle_names": "Contact Middle Names",
    "contacts.parental_responsibility": "Contact Parental Responsibility",
    "contacts.priority": "Contact Priority",
    "contacts.telephone_numbers": "Contact Telephone Numbers",
    "assessments.examinations": "Examination Assessments",
    "exclusions": "Exclusions",
    "assessments.internal": "Internal Assessments",
    "assessments.national": "National Assessments",
    "staff_members.absences": "Staff Member Absences",
    "staff_members.basic": "Staff Member Basic Information",
    "staff_members.contracts": "Staff Member Contracts",
    "staff_members.dob": "Staff Member Date of Birth",
    "staff_members.disability": "Staff Member Disability Status",
    "staff_members.emails": "Staff Member Emails",
    "staff_members.ethnicity": "Staff Member Ethnicity",
    "staff_members.former_names": "Staff Member Former Names",
    "staff_members.gender": "Staff Member Gender",
    "staff_members.included_in_census": "Staff Member Included in Census",
    "staff_members.legal_names": "Staff Member Legal Names",
}
"""Those of the facts file, section 1.11."""

OF_SEVERAL = {
    "lesson": {"timetables", "timetables.cover"},
    "group": {"groups", "groups.user"},
    "result": {"assessments.examinations", "assessments.internal", "assessments.national"},
    "assessment": {
        "assessments.examinations",
        "assessments.internal",
        "assessments.national",
        "assessments.write",
    },
}
OF_SEVERAL |= dict.fromkeys(("assessment_point", "facet", "grade_set"), OF_SEVERAL["assessment"])
"""Kinds of records that several scopes show alike."""

WITHOUT_FIELDS = {"students.siblings"}
"""Scopes for which the API's models have no place."""


def test_they_are_the_85_of_the_api() -> None:
    assert len(SCOPES) == 85
    assert sorted(scope.name for scope in SCOPES) == sorted(OF_THE_FACTS)


def test_they_are_called_what_the_platform_calls_them() -> None:
    assert {name: scope_named(name).title for name in TITLES} == TITLES
    assert len({scope.title for scope in SCOPES}) == 85


def test_those_of_an_area_stand_together() -> None:
    places = [AREAS.index(scope.area) for scope in SCOPES]
    assert places == sorted(places)


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(UnknownScope) as told:
        scope_named("students.shoe_size")
    assert told.value.name == "students.shoe_size"


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_every_scope_says_what_it_is_in_a_sentence_and_field_by_field(scope: Scope) -> None:
    assert scope.summary.endswith(".")
    assert scope.summary.count(".") == 1
    assert bool(scope.fields) is (scope.name not in WITHOUT_FIELDS)
    for field in scope.fields:
        assert field.words[0].isupper()
        assert not field.words.endswith(".")
    names = [(field.kind, field.path) for field in scope.fields]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_every_field_is_one_of_the_api(scope: Scope) -> None:
    for field in scope.fields:
        known = paths_of(field.kind)
        assert any(path == field.path or path.startswith(f"{field.path}.") for path in known), field


@pytest.mark.parametrize("kind", KINDS)
def test_everything_a_model_can_say_belongs_to_one_scope_or_to_those_meant(kind: str) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for scope in SCOPES:
        for field in scope.fields:
            if field.kind == kind:
                for path in paths_of(kind):
                    if path == field.path or path.startswith(f"{field.path}."):
                        owners[path].add(scope.name)
    for path in paths_of(kind):
        wanted = OF_SEVERAL.get(kind)
        if kind == "staff_contract" and path.startswith("salaries."):
            assert "staff_members.salaries" in owners[path], path
        elif wanted:
            assert owners[path] == wanted, path
        else:
            assert len(owners[path]) == 1, (path, owners[path])


SENSITIVE = {
    ("student", "upn"): "students.upn",
    ("student", "dob"): "students.dob",
    ("student", "address.postcode"): "students.addresses",
    ("student", "demographics.is_pp"): "students.pp",
    ("student", "demographics.is_fsm"): "students.fsm",
    ("student", "demographics.in_care"): "students.care",
    ("student", "demographics.ethnicity_code"): "students.ethnicity",
    ("student", "demographics.sen_needs.priority"): "students.sen_needs",
    ("student", "medical.notes.detail"): "students.medical.notes",
    ("student", "medical.is_pregnant"): "students.medical.pregnancy",
    ("student", "photo.url"): "students.photo",
    ("contact", "telephone_numbers.telephone_number"): "contacts.telephone_numbers",
    ("contact", "address.postcode"): "contacts.addresses",
    ("staff_member", "dob"): "staff_members.dob",
    ("staff_member", "address.postcode"): "staff_members.addresses",
    ("staff_member", "demographics.disability"): "staff_members.disability",
    ("staff_member", "qualification_info.teacher_number"): "staff_members.teaching_status",
    ("staff_contract", "national_insurance_number"): "staff_members.contracts",
    ("staff_contract", "salaries.actual_pay"): "staff_members.salaries",
}


@pytest.mark.parametrize(("what", "name"), SENSITIVE.items())
def test_what_is_sensitive_has_a_scope_of_its_own(what: tuple[str, str], name: str) -> None:
    kind, path = what
    owners = {
        scope.name
        for scope in SCOPES
        for field in scope.fields
        if field.kind == kind and (path == field.path or path.startswith(f"{field.path}."))
    }
    assert owners == {name}
