"""Every resource of the API, a line each (facts of the platform, 2.6). docs/api.md repeats it.

Another resource is another line; what it answers with is a handler of one of the modules
named below.
"""

from __future__ import annotations

from dataclasses import replace

from assembly_ui.api.rest import apps, lists, school, timetables
from assembly_ui.api.rest.filters import (
    ACADEMIC_YEAR,
    ATTENDED_ON,
    HAD_LEFT_ON,
    IS_THERE,
    LEFT,
    LESSONS_ON,
    PUPILS_OF_YEAR,
    RESULTS_OF,
    RUNS_ON,
    STUDENTS,
    SUBJECT_CODE,
    TEACHERS,
    TYPE,
    WAS_THERE_ON,
    YEAR_CODE,
    a_number,
    a_text,
    listing,
    of_path,
)
from assembly_ui.api.rest.members import students_of
from assembly_ui.api.rest.resource import Filter, Handler, Level, Part, Resource

SCHOOL = ("school",)
STAFF = ("staff_members.basic",)
STUDENT = ("students.basic",)
CONTACT = ("contacts.basic",)
GROUP = ("groups", "groups.user")
TIMETABLE = ("timetables",)
RESULT = ("assessments.internal", "assessments.examinations", "assessments.national")
ASSESSMENT = (*RESULT, "assessments.write")

STUDENT_PARTS = (
    Part("demographics", "demographics"),
    Part("contacts", "contacts"),
    Part("sen_needs", "demographics.sen_needs"),
    Part("emails", "emails"),
    Part("addresses", "address"),
    Part("care", "demographics.in_care", needs="demographics"),
    Part("ever_in_care", "demographics.ever_in_care", needs="demographics"),
    Part("languages", "languages"),
    Part("photo", "photo"),
)
STAFF_PARTS = (
    Part("addresses", "address"),
    Part("demographics", "demographics"),
    Part("qualifications", "qualification_info"),
)
CONTACT_PARTS = (Part("addresses", "address"),)

GROUPS = (PUPILS_OF_YEAR, RUNS_ON, ACADEMIC_YEAR)
MEMBERS = (IS_THERE, YEAR_CODE, WAS_THERE_ON)
YEAR = ("academic_year_id",)


def _list(
    path: str,
    kind: str,
    scopes: tuple[str, ...],
    *filters: Filter,
    answer: Handler = lists.every,
    parts: tuple[Part, ...] = (),
    conditional: bool = False,
    daily: bool = False,
    reads: tuple[str, ...] = (),
) -> Resource:
    return Resource(
        path,
        answer,
        scopes,
        kind=kind,
        filters=filters,
        parts=parts,
        conditional=conditional,
        daily=daily,
        reads=reads,
    )


def _one(
    path: str,
    kind: str,
    scopes: tuple[str, ...],
    *filters: Filter,
    parts: tuple[Part, ...] = (),
    reads: tuple[str, ...] = (),
) -> Resource:
    address = f"{path}/{{id}}"
    return Resource(
        address, lists.one, scopes, kind=kind, filters=filters, parts=parts, reads=reads
    )


def _members(
    path: str, kind: str, scopes: tuple[str, ...], *filters: Filter, reads: tuple[str, ...] = ()
) -> Resource:
    return Resource(
        f"{path}/{{id}}/students",
        students_of(kind),
        scopes,
        also="students.basic",
        kind="student",
        filters=filters,
        parts=STUDENT_PARTS,
        conditional=True,
        reads=reads,
    )


RESOURCES: tuple[Resource, ...] = (
    Resource("/me", apps.me, level=Level.ANY),
    Resource("/authorizations", apps.authorizations, level=Level.APP),
    Resource("/schools/registered", apps.registered_schools, level=Level.APP),
    Resource("/school", school.the_school, SCHOOL, kind="school"),
    Resource("/school/status", school.status),
    Resource("/school/sync", school.sync, method="POST"),
    Resource("/school/deauthorize", school.deauthorize, method="POST"),
    _list("/academic_years", "academic_year", SCHOOL, reads=("terms",)),
    _one("/academic_years", "academic_year", SCHOOL),
    _list("/calendar_events", "calendar_event", ("calendar",), TYPE, conditional=True),
    _list("/subjects", "subject", SCHOOL),
    _list("/mis_subjects", "mis_subject", SCHOOL),
    _list(
        "/staff_members",
        "staff_member",
        STAFF,
        IS_THERE,
        TEACHERS,
        parts=STAFF_PARTS,
        conditional=True,
    ),
    _list(
        "/staff_members/left",
        "staff_member",
        STAFF,
        LEFT,
        TEACHERS,
        answer=lists.left,
        parts=STAFF_PARTS,
        conditional=True,
        daily=True,
    ),
    _one("/staff_members", "staff_member", STAFF, parts=STAFF_PARTS),
    _list(
        "/students",
        "student",
        STUDENT,
        IS_THERE,
        STUDENTS,
        YEAR_CODE,
        WAS_THERE_ON,
        parts=STUDENT_PARTS,
        conditional=True,
    ),
    _list(
        "/students/left",
        "student",
        STUDENT,
        LEFT,
        HAD_LEFT_ON,
        answer=lists.left,
        parts=STUDENT_PARTS,
        conditional=True,
        daily=True,
    ),
    _one("/students", "student", STUDENT, parts=STUDENT_PARTS),
    _list(
        "/contacts",
        "contact",
        CONTACT,
        listing("student_id", "students", "student_id", needs="students.basic"),
        parts=CONTACT_PARTS,
    ),
    _list("/groups", "group", GROUP, TYPE, *GROUPS, conditional=True),
    _one("/groups", "group", GROUP, RUNS_ON),
    _members("/groups", "group", GROUP, *MEMBERS, reads=YEAR),
    _list(
        "/year_groups",
        "year_group",
        ("groups",),
        a_text("year_code", "code"),
        RUNS_ON,
        ACADEMIC_YEAR,
        conditional=True,
    ),
    replace(_one("/year_groups", "year_group", ("groups",), RUNS_ON), has_code=True),
    replace(_members("/year_groups", "year_group", ("groups",), *MEMBERS), has_code=True),
    _list(
        "/registration_groups",
        "registration_group",
        ("registration_groups",),
        *GROUPS,
        conditional=True,
    ),
    _one("/registration_groups", "registration_group", ("registration_groups",), RUNS_ON),
    _members("/registration_groups", "registration_group", ("registration_groups",), *MEMBERS),
    _list(
        "/teaching_groups",
        "teaching_group",
        ("teaching_groups",),
        SUBJECT_CODE,
        *GROUPS,
        conditional=True,
    ),
    _one("/teaching_groups", "teaching_group", ("teaching_groups",), RUNS_ON),
    _members("/teaching_groups", "teaching_group", ("teaching_groups",), *MEMBERS, reads=YEAR),
    _list("/timetables", "timetable", TIMETABLE, conditional=True),
    Resource(
        "/timetables/{id}",
        timetables.with_lessons,
        TIMETABLE,
        kind="timetable",
        filters=(LESSONS_ON,),
    ),
    _list("/rooms", "room", TIMETABLE, conditional=True),
    _one("/rooms", "room", TIMETABLE, reads=("date", "start_date", "end_date")),
    Resource(
        "/rooms/{id}/lessons",
        timetables.in_room,
        TIMETABLE,
        kind="lesson",
        filters=(LESSONS_ON,),
    ),
    _list("/assessments", "assessment", ASSESSMENT),
    _one("/assessments", "assessment", ASSESSMENT),
    Resource("/assessments/{id}/grade_set", lists.grade_set, ASSESSMENT, kind="grade_set"),
    _list("/assessments/{id}/results", "result", RESULT, of_path("assessment_id"), RESULTS_OF),
    _list("/assessment_points", "assessment_point", ASSESSMENT, YEAR_CODE, TYPE),
    Resource(
        "/assessment_points/{id}",
        lists.first,
        ASSESSMENT,
        kind="assessment_point",
        filters=(of_path("rank"),),
    ),
    _list(
        "/assessment_points/{id}/results",
        "result",
        RESULT,
        of_path("assessment_point_rank"),
        RESULTS_OF,
    ),
    _list("/facets", "facet", ASSESSMENT),
    _one("/facets", "facet", ASSESSMENT),
    _list("/grade_sets", "grade_set", ASSESSMENT),
    _one("/grade_sets", "grade_set", ASSESSMENT),
    _list("/results", "result", RESULT, RESULTS_OF, conditional=True),
    _list(
        "/attendances",
        "attendance",
        ("attendances",),
        a_number("student_id", "student_id", needs="students.basic"),
        a_number("registration_group_id", "registration_group_id", needs="registration_groups"),
        a_number("group_id", "group_id", needs="groups"),
        ATTENDED_ON,
        conditional=True,
        daily=True,
    ),
)
