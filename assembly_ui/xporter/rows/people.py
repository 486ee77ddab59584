"""Pupils, staff and contacts, how they belong together and how to reach them."""

from __future__ import annotations

from pydantic import Field

from assembly_ui.xporter.rows.base import Address, Row
from assembly_ui.xporter.wire import Day, Flag, Names, Text, Whole


class Person(Row):
    """What pupils, staff and contacts share."""

    xid: Text = ""
    external_id: Text = ""
    idaas_id: Text = ""
    forename: Text = ""
    middle_name: Text = ""
    surname: Text = ""
    display_name: Text = ""
    legal_forename: Text = ""
    legal_surname: Text = ""
    previous_legal_surname: Text = ""
    gender: Text = ""
    date_of_birth: Day = None
    work_email: Text = ""
    idaas_email: Text = ""
    group_ids: Names = ()
    group_idaas_ids: Names = ()


class Student(Person, Address):
    """A pupil."""

    table = "Students"

    admission_no: Text = ""
    upn: Text = ""
    former_upn: Text = ""
    unique_learner_number: Text = ""
    candidate_no: Text = ""
    student_status: Text = ""
    enrolment_status: Text = ""
    reg_group_id: Text = ""
    reg_group: Text = ""
    year_group_id: Text = ""
    year_group: Text = ""
    house_group_id: Text = ""
    house_group: Text = ""
    year_taught_in: Text = ""
    boarder: Flag = None
    entry_date: Day = None
    leaving_date: Day = None
    leaving_year_group: Text = ""
    leaving_reg_group: Text = ""
    pre_admission_year_group: Text = ""
    pre_admission_reg_group: Text = ""
    destination: Text = ""
    destination_start_date: Day = None
    reason_for_leaving: Text = ""
    sen_provision: Text = ""
    fsm_eligible: Flag = None
    fsm_start_date: Day = None
    fsm_end_date: Day = None
    fsm_ever6: Flag = None
    pupil_premium: Flag = None
    uniform_allowance: Flag = None
    eal: Flag = None
    gifted: Flag = None
    service_child: Flag = None
    in_lea_care: Flag = None
    lea_care_authority: Text = ""
    ever_in_care: Flag = None
    is_young_carer: Flag = None
    is_traveller: Flag = None
    asylum_status: Text = ""
    religion_code: Text = ""
    religion: Text = ""
    ethnicity_code: Text = ""
    ethnicity: Text = ""
    home_language_code: Text = ""
    home_language: Text = ""
    first_language_code: Text = ""
    first_language: Text = ""
    english_proficiency_level: Text = ""
    country_of_birth_code: Text = ""
    country_of_birth: Text = ""
    national_identity: Text = ""
    nationality: Text = ""
    mode_of_travel: Text = ""
    parental_salutation: Text = ""
    quick_note: Text = ""
    student_sibling_ids: Names = ()
    num_poss_marks: Whole = None
    num_pres_marks: Whole = None
    num_late_marks: Whole = None
    num_auth_abs_marks: Whole = None
    num_unauth_abs_marks: Whole = None


class StudentSibling(Row):
    """Two pupils of one family. Its columns are inferred."""

    table = "StudentSiblings"

    student_id: Text = ""
    sibling_id: Text = ""


class Staff(Person, Address):
    """A member of staff. `reg_group` are the groups registered by them."""

    table = "Staff"

    title: Text = ""
    suffix: Text = ""
    staff_code: Text = ""
    staff_status: Text = ""
    work_phone: Text = ""
    home_email: Text = ""
    home_phone: Text = ""
    mobile_phone: Text = ""
    ni_number: Text = ""
    teacher_number: Text = ""
    teacher_category: Text = ""
    ethnicity_code: Text = ""
    ethnicity: Text = ""
    payroll_number: Text = ""
    employment_start: Day = None
    employment_end: Day = None
    roles: Text = ""
    role_codes: Text = ""
    is_teacher: Flag = None
    is_support: Flag = None
    is_supply: Flag = None
    reg_group: Names = ()


class SpecialNeed(Row):
    """A special educational need of a pupil; the lowest rank is the most severe."""

    table = "StudentSENTypeHistory"

    student_mis_id: Text = ""
    need_type_code: Text = ""
    need_type_description: Text = ""
    rank: Whole = None
    need_notes: Text = ""
    need_start_date: Day = None
    need_end_date: Day = None
    active: Flag = None


class SenProvision(Row):
    """A provision that a pupil has or had for special educational needs."""

    table = "StudentSENProvisionHistory"

    student_mis_id: Text = ""
    sen_provision_code: Text = ""
    sen_provision_description: Text = ""
    sen_provision_start_date: Day = None
    sen_provision_end_date: Day = None
    active: Flag = None


class StudentDisability(Row):
    """A disability of a pupil."""

    table = "StudentDisabilities"

    student_mis_id: Text = ""
    disability: Text = ""
    disability_start_date: Day = None
    disability_end_date: Day = None
    active: Flag = None


class MedicalFacts(Row):
    """What is said of the health of one pupil; `id` is that of the pupil."""

    table = "StudentMedical"

    dietary_needs: Text = ""
    student_assessed_disabled: Flag = None
    emergency_consent: Flag = None
    pregnant_pupil: Flag = None


class MedicalCondition(Row):
    """A condition of a pupil."""

    table = "StudentConditions"

    student_id: Text = ""
    medical_condition_id: Text = ""
    condition_description: Text = ""


class ConditionLookup(Row):
    """A condition that the MIS knows."""

    table = "ConditionLookups"

    condition_description: Text = ""


class MedicalNote(Row):
    """A note on the health of a pupil."""

    table = "StudentMedicalNotes"

    student_id: Text = ""
    note: Text = Field("", repr=False)
    summary: Text = Field("", repr=False)
    last_modified: Day = None


class Contact(Person, Address):
    """A parent, or somebody else who answers for a pupil."""

    table = "Contacts"

    title: Text = ""
    suffix: Text = ""
    work_phone: Text = ""
    home_email: Text = ""
    home_phone: Text = ""
    mobile_phone: Text = ""
    home_language_code: Text = ""
    home_language: Text = ""
    translator_required: Flag = None
    child_idaas_ids: Names = ()
    child_xids: Names = ()


class StudentContact(Row):
    """What a contact is to a pupil. `par_resp` is parental responsibility."""

    table = "StudentContacts"

    student_id: Text = ""
    contact_id: Text = ""
    relationship: Text = ""
    priority: Whole = None
    par_resp: Flag = None
    student_external_id: Text = ""
    contact_external_id: Text = ""


class PersonComm(Row):
    """A further way to reach somebody: E email, T telephone, M mobile; H home, W work."""

    table = "PersonComms"

    person_id: Text = ""
    person_type: Text = ""
    comms_type: Text = ""
    location_code: Text = ""
    priority: Whole = None
    is_default: Flag = None
    value: Text = ""
    notes: Text = ""


class Photo(Row):
    """A photo, base64."""

    table = "Photos"

    person_id: Text = ""
    person_type: Text = ""
    person_name: Text = ""
    photo: Text = Field("", repr=False)
