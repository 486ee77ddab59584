"""Scopes of students' health and of the support they have."""

from __future__ import annotations

from assembly_ui.scopes.scope import Scope, fields
from assembly_ui.scopes.student_scopes import STUDENTS, student_scope

_CODED = (("code", "Code", "•••"), ("name", "Name", "••••••"))

SUPPORT_SCOPES = (
    student_scope(
        "fsm",
        "Free School Meals",
        "Whether students are entitled to free school meals, now or in the last six years.",
        ("demographics.is_fsm", "Free school meals now", "•••"),
        ("demographics.is_fsm6", "Free school meals in the last six years", "•••"),
    ),
    student_scope(
        "fsm_history",
        "Free School Meals History",
        "When students were entitled to free school meals.",
        ("demographics.fsm_history", "Dates of entitlement to free school meals", "•• ••• 20••"),
    ),
    student_scope(
        "fsm_review_dates",
        "Free School Meals Review Dates",
        "When entitlement to free school meals is next looked at.",
        ("demographics.fsm_review_date", "Date of the next review", "•• ••• 20••"),
    ),
    Scope(
        "students.medical.conditions",
        "Student Medical Conditions",
        "Medical conditions of students, with notes on them.",
        STUDENTS,
        (
            *fields("student", ("medical.conditions", "Medical conditions and notes", "••••••")),
            *fields("medical_condition", *_CODED),
        ),
    ),
    Scope(
        "students.medical.dietary_needs",
        "Student Dietary Needs",
        "What students need to eat or must not eat.",
        STUDENTS,
        (
            *fields("student", ("medical.dietary_needs", "Dietary needs", "••••••")),
            *fields("dietary_need", *_CODED),
        ),
    ),
    student_scope(
        "medical.emergency_consent",
        "Emergency Consent",
        "Whether the school may have a student treated in an emergency.",
        ("medical.has_emergency_consent", "Consent to emergency treatment", "•••"),
    ),
    student_scope(
        "medical.nhs_number",
        "NHS Number",
        "NHS numbers of students.",
        ("medical.nhs_number", "NHS number", "••• ••• ••••"),
    ),
    student_scope(
        "medical.notes",
        "Medical Notes",
        "Medical notes on students.",
        ("medical.notes", "Medical notes", "••••••"),
    ),
    student_scope(
        "medical.pregnancy",
        "Pregnancy",
        "Whether students are pregnant.",
        ("medical.is_pregnant", "Pregnant", "•••"),
    ),
    student_scope(
        "pp",
        "Pupil Premium",
        "Whether the school receives pupil premium for students.",
        ("demographics.is_pp", "Pupil premium now", "•••"),
    ),
    student_scope(
        "pp_history",
        "Pupil Premium History",
        "When the school received pupil premium for students.",
        ("demographics.pp_history", "Dates of pupil premium", "•• ••• 20••"),
    ),
    student_scope(
        "proficiency_in_eng",
        "Proficiency in English",
        "How well students speak English.",
        ("languages.proficiency_in_english_code", "Code of the proficiency", "•"),
        ("languages.proficiency_in_english_name", "Proficiency in English", "••••••"),
    ),
    student_scope(
        "sen_needs",
        "Special Educational Needs",
        "Special educational needs of students.",
        ("demographics.sen_needs", "Needs, their kinds and dates", "••••••"),
    ),
    student_scope(
        "sen_provision",
        "SEN Provision",
        "Which provision students have for special educational needs.",
        ("demographics.sen_category", "Provision now", "•"),
    ),
    student_scope(
        "sen_provision_history",
        "SEN Provision History",
        "Which provision students had before for special educational needs.",
        ("demographics.sen_category_history", "Provision with its dates", "•, •• ••• 20••"),
    ),
    student_scope(
        "service_child",
        "Service Child",
        "Whether a parent of a student serves in the armed forces.",
        ("demographics.service_child", "Child of somebody who serves", "•••"),
    ),
)
