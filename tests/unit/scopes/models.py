"""The models of the API as the facts file has them (section 2.7), and records filled from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

_MODELS = """
    AcademicYear = object=academic_year id name start_date end_date terms:AcademicYearTerms
    AcademicYearTerms = object=term id name start_date end_date
    Assessment = object=assessment id name family_id family_name mis_assessments
    AssessmentPoint = object=assessment_point rank name type year_code
    Attendance = object=attendance id student_id registration_group_id group_id session_date
        session_name attendance_mark minutes_late comments
    AttendanceSummary = object=attendance_summary id student_id registration_group_id group_id
        academic_year_id start_date end_date possible_sessions attended_sessions late_sessions
        authorised_absence_sessions unauthorised_absence_sessions
    CalendarEvent = object=calendar_event id type name description start_date end_date
    Contact = object=contact id mis_id first_name middle_name last_name gender title
        salutation address:ContactAddress emails:EmailInfo
        telephone_numbers:TelephoneNumberInfo students:ContactStudents
    ContactAddress = object=address address_line_1 address_line_2 town_city county country
        postcode
    ContactStudents = object=contact_student student_id
        relationship:StudentContactRelationship
    DietaryNeed = object=dietary_need id code name
    EmailInfo = object=email id email type is_primary
    Exclusion = object=exclusion id student_id exclusion_type exclusion_reason
        exclusion_reason_2 exclusion_reason_3 start_date start_session end_date end_session
        exclusion_length
    Facet = object=facet id name
    FsmEntitlement = object=fsm_entitlement id start_date end_date
    Grade = object=grade id name value
    GradeSet = object=grade_set id name grades:Grade
    Group = object=group id name code type mis_subject:GroupMisSubject start_date end_date
        supervisors:Supervisor student_ids
    GroupMisSubject = object=mis_subject id name code subject:GroupMisSubjectSubject
    GroupMisSubjectSubject = object=subject id code name alt_name alt_code
    LearningAim = object=learning_aim qualification_name qualification_number discount_code
        qan_subject expiry_date
    Lesson = object=lesson id type start_date end_date group:LessonGroup
        supervisors:Supervisor rooms:LessonRooms
    LessonGroup = object=group id name code type mis_subject:LessonGroupMisSubject
        subject:MisSubjectSubject
    LessonGroupMisSubject = object=mis_subject id name code alt_name alt_code
    LessonRooms = object=room id code name description
    MedicalCondition = object=medical_condition id code name
    MisSubject = object=mis_subject id name code alt_name alt_code subject:MisSubjectSubject
    MisSubjectSubject = object=subject id code name
    PpEntitlement = object=pp_entitlement id start_date end_date
    RegistrationGroup = object=registration_group id name start_date end_date supervisor_ids
        student_ids
    Result = object=result_date id student_id subject_id assessment_id assessment_point_rank
        facet_id grade_id result_date created_at updated_at
    Room = object=room id code name description maximum_capacity
    School = object=school name slug urn mis_provider la_code la_name establishment_number
        establishment_type phase street town postcode head_teacher
    SenCategory = object=sen_category id code description start_date end_date
    SenNeed = object=sen_need id start_date sen_need_type_code sen_need_type_name
        sen_broad_need_type_code sen_broad_need_type_name priority
    StaffAbsence = object=staff_absence id staff_member_id start_date end_date
        working_days_lost absence_category absence_category_code illness_category pay_rate
    StaffAllowance = object=staff_allowance id additional_payment_type
        additional_payment_amount start_date end_date
    StaffContract = object=staff_contract id staff_member_id start_date end_date
        national_insurance_number payroll_number contract_type post origin destination
        daily_rate pay_review_date roles:StaffRole salaries:StaffSalary
        allowances:StaffAllowance
    StaffMember = object=staff_member id mis_id staff_code first_name legal_first_name
        middle_name last_name legal_last_name former_last_name title salutation dob
        address:StaffMemberAddress email emails:EmailInfo
        telephone_numbers:TelephoneNumberInfo is_teaching_staff included_in_census start_date
        end_date demographics:StaffMemberDemographics
        qualification_info:StaffMemberQualificationInfo
    StaffMemberAddress = object=address address_line_1 address_line_2 town_city county country
        postcode
    StaffMemberDemographics = object=staff_demographics ethnicity_code ethnicity_group gender
        disability disability_cdoe
    StaffMemberQualificationInfo = object=staff_qualification_info teacher_number qt_status
        hlta_status qts_route qualifications:StaffQualification
    StaffQualification = object=staff_qualification id qualification_code degree_class
        first_subject_code first_subject_name second_subject_code second_subject_name
    StaffRole = object=staff_role id role_type start_date end_date
    StaffSalary = object=staff_salary id hours_per_week fte weeks_per_year pay_range
        start_date end_date pay_scale_framework regional_spine base_pay actual_pay
        safeguarded_salary
    Student = object=student id year_code upn former_upn uln mis_id pan first_name
        legal_first_name middle_name last_name legal_last_name former_last_name dob start_date
        end_date enrolment_status demographics:StudentDemographics medical:StudentMedical
        contacts:StudentContacts emails:EmailInfo address:StudentAddress
        languages:StudentLanguages learning_aims:StudentLearningAims photo:StudentPhoto
    StudentAddress = object=address address_line_1 address_line_2 town_city county country
        postcode
    StudentContactRelationship = object=relationship relationship_type priority
        parental_responsibility
    StudentContacts = object=student_contact contact_id
        relationship:StudentContactRelationship
    StudentDemographics = object=student_demographics ethnicity_code ethnicity_group gender
        is_pp pp_history:PpEntitlement is_eal sen_category sen_category_history:SenCategory
        country_of_birth nationalities fsm_review_date is_fsm is_fsm6
        fsm_history:FsmEntitlement in_care ever_in_care service_child sen_needs:SenNeed
    StudentLanguages = object=student_languages home_language_code home_language_name
        first_language_code first_language_name proficiency_in_english_code
        proficiency_in_english_name
    StudentLearningAims = object=learning_aim_learner learning_aim_source_id start_date
        planned_end_date actual_end_date completion_status withdrawal_reason
        core_aim_indicator
    StudentMedical = object=student_medical nhs_number is_pregnant has_emergency_consent
        conditions:StudentMedicalCondition dietary_needs notes:StudentMedicalNote
    StudentMedicalCondition = object=student_medical_condition id information_received_on code
        name notes:StudentMedicalNote
    StudentMedicalNote = object=student_medical_note id status summary detail created_by_id
        last_modified_by_id last_modified_date
    StudentPhoto = object=photo url hash
    Subject = object=subject id code name mis_subjects:MisSubject
    Supervisor = object=supervisor staff_member_id role
    TeachingGroup = object=teaching_group id name start_date end_date academic_year_id
        supervisor_ids student_ids subject:Subject mis_level assessment:Assessment
    TelephoneNumberInfo = object=telephone_number id type telephone_number is_primary
    TimetableStructure = object=timetable id name description start_date end_date weeks
        days_per_week periods_per_day days:TimetableStructureDays
    TimetableStructureDays = object=day id short_name long_name display_order occurs_on
        periods:TimetableStructurePeriods
    TimetableStructurePeriods = object=period id short_name long_name start_time end_time
        display_order
    YearGroup = object=year_group id code name start_date end_date supervisor_ids student_ids
"""

KINDS = {
    "academic_year": "AcademicYear",
    "assessment": "Assessment",
    "assessment_point": "AssessmentPoint",
    "attendance": "Attendance",
    "attendance_summary": "AttendanceSummary",
    "calendar_event": "CalendarEvent",
    "contact": "Contact",
    "dietary_need": "DietaryNeed",
    "exclusion": "Exclusion",
    "facet": "Facet",
    "grade_set": "GradeSet",
    "group": "Group",
    "learning_aim": "LearningAim",
    "lesson": "Lesson",
    "medical_condition": "MedicalCondition",
    "mis_subject": "MisSubject",
    "registration_group": "RegistrationGroup",
    "result": "Result",
    "room": "Room",
    "school": "School",
    "staff_absence": "StaffAbsence",
    "staff_contract": "StaffContract",
    "staff_member": "StaffMember",
    "student": "Student",
    "subject": "Subject",
    "teaching_group": "TeachingGroup",
    "timetable": "TimetableStructure",
    "year_group": "YearGroup",
}
"""The model of each kind of record."""

ALWAYS = ("object", "id")
ONE_OF = {
    "address", "assessment", "demographics", "group", "languages", "learning_aims", "medical",
    "mis_subject", "photo", "qualification_info", "relationship", "subject",
}  # fmt: skip
"""Members that are one object, not a list."""


@cache
def members_of(model: str) -> Mapping[str, str]:
    """The members of a model in order, each with the model it is of; "" for a plain value."""
    text = " ".join(_MODELS.split())
    found = re.search(rf"(?:^| ){model} = (.*?)(?= [A-Z]\w+ = |$)", text)
    assert found, model
    return {name: of for name, _, of in (word.partition(":") for word in found[1].split())}


def paths_of(kind: str) -> list[str]:
    """The paths of all plain values in records of a kind, but for what is always shown."""
    return list(_paths(KINDS[kind], ""))


def filled(kind: str) -> dict[str, Any]:
    """A record with a value at every path, which is the path itself."""
    return _filled(KINDS[kind], "")


def shown_in(data: Any, at: str = "") -> set[str]:
    """The paths at which a record says something, but for what is always shown."""
    if isinstance(data, Mapping):
        return {
            path
            for name, value in data.items()
            if name not in ALWAYS
            for path in shown_in(value, f"{at}.{name}".lstrip("."))
        }
    if isinstance(data, list):
        return {path for one in data for path in shown_in(one, at)}
    return set() if data is None else {at}


def _paths(model: str, at: str) -> Iterator[str]:
    for name, of in members_of(model).items():
        if name.partition("=")[0] not in ALWAYS:
            path = f"{at}.{name}".lstrip(".")
            yield from _paths(of, path) if of else (path,)


def _filled(model: str, at: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, of in members_of(model).items():
        path = f"{at}.{name}".lstrip(".")
        if name.startswith("object="):
            data["object"] = name.partition("=")[2]
        elif of:
            inner = _filled(of, path)
            data[name] = inner if name in ONE_OF else [inner]
        else:
            data[name] = path
    return data
