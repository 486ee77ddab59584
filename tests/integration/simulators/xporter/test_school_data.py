"""Reading a school's data over HTTP: what is shared, in which shape, of when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter import consent, school_clock
from simulators.xporter import sharing as in_force
from simulators.xporter.api.endpoints import ENDPOINTS
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    EVERY_SCOPE,
    InstalledSchool,
    Mailbox,
    Partner,
    an_installed_school,
    authorise,
    get_token,
)


@pytest.fixture
async def school(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> InstalledSchool:
    return await an_installed_school(web, stand_in, mailbox)


Sharing = tuple[str, ...]


@pytest.fixture
async def sharing(web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox) -> Any:
    async def make(*ticked: str, people: str = "everyone") -> InstalledSchool:
        return await an_installed_school(web, stand_in, mailbox, ticked=ticked, people=people)

    return make


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["Id"] for row in rows]


_DAYS = {"DateFrom": "2026-09-01", "DateTo": "2026-11-24"}
PARAMS: dict[str, dict[str, str]] = {
    **dict.fromkeys(
        ("ConductForDateRange", "AchievementForDateRange", "BehaviourForDateRange"), _DAYS
    ),
    "studentuserdefinedfields": {"UDFName": "Locker Number"},
    "LinkedDocuments": {"DocumentTypeName": "General Document"},
    "assessmentresults": {"ResultSets": "1"},
    "TimetableForStaff": {"id": "1"},
    "TimetableForStudent": {"id": "1"},
    "AttendanceForDateRange": {"DateFrom": "2026-11-16", "DateTo": "2026-11-17"},
}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.id)
async def test_every_endpoint_answers_with_its_tables(
    school: InstalledSchool, endpoint: Any
) -> None:
    params = PARAMS.get(endpoint.path, {})
    answer = await school.read(endpoint.path.upper(), **params)
    assert "ExceptionMessage" not in answer
    assert set(answer) == {*endpoint.tables, *endpoint.subtables, "meta"}
    assert answer["meta"][0]["MIS"] == "isams"


async def test_rows_have_text_ids_a_hash_and_a_time(school: InstalledSchool) -> None:
    for row in (await school.read("Students"))["Students"]:
        assert isinstance(row["Id"], str)
        assert len(row["RowHash"]) == 40
        assert row["LastUpdated"][10] == "T"
        assert row["StudentStatus"] == "OnRoll"


async def test_columns_come_with_their_scope(sharing: Any) -> None:
    school = await sharing("Student")
    (row, *_) = (await school.read("Students", options="includeGroupIds"))["Students"]
    assert {"Forename", "AdmissionNo", "GroupIds"} <= set(row)
    assert not {"DateofBirth", "UPN", "Ethnicity", "PostCode", "FSMEligible"} & set(row)


async def test_the_lite_scope_has_less_than_the_whole_one(sharing: Any) -> None:
    school = await sharing("StudentLite")
    (row, *_) = (await school.read("Students"))["Students"]
    assert "Forename" in row
    assert "AdmissionNo" not in row


async def test_every_scope_brings_its_columns(school: InstalledSchool) -> None:
    (row, *_) = (await school.read("Students"))["Students"]
    assert {"UPN", "DateofBirth", "Ethnicity", "PostCode", "FSMEligible", "SENProvision"} <= set(
        row
    )


async def test_what_is_not_granted_is_refused(sharing: Any) -> None:
    school = await sharing("Staff")
    answer = await school.read("StudentContacts")
    assert answer["ExceptionMessage"].startswith("The scope needed is not granted")
    assert (await school.get("School/3302005/Students", httpStatusCodes="true")).status_code == 403


async def test_contact_and_student_are_both_needed(sharing: Any) -> None:
    school = await sharing("Contact")
    assert "ExceptionMessage" in await school.read("StudentContacts")


async def test_options_bring_columns_and_sub_tables(school: InstalledSchool) -> None:
    plain = await school.read("Groups")
    assert plain["StudentMembers"] == []
    assert "SubjectCode" not in plain["Group"][0]
    asked = await school.read(
        "Groups", options="includeStudentMembers,INCLUDESTAFFMEMBERS,includeSubjects"
    )
    groups = set(_ids(asked["Group"]))
    assert asked["StudentMembers"]
    assert asked["StaffMembers"]
    assert {row["GroupId"] for row in asked["StudentMembers"]} <= groups
    assert any(row["SubjectCode"] for row in asked["Group"])


async def test_members_go_with_the_groups_asked_for(school: InstalledSchool) -> None:
    asked = await school.read("Groups", Type="RegGrp", options="includeStudentMembers")
    assert {row["Type"] for row in asked["Group"]} == {"RegGrp"}
    assert {row["GroupId"] for row in asked["StudentMembers"]} == set(_ids(asked["Group"]))


async def test_one_record_by_path_or_parameter_and_any_of_its_ids(
    school: InstalledSchool,
) -> None:
    row = (await school.read("Students"))["Students"][3]
    for answer in (
        await school.read(f"Students/{row['Id']}"),
        await school.read("students", ID=row["IdaasId"]),
        await school.read("Students", id=row["ExternalId"]),
    ):
        assert answer["Students"] == [row]


async def test_select_leaves_only_what_was_asked_for(school: InstalledSchool) -> None:
    whole = (await school.read("Students"))["Students"][0]
    (row, *_) = (await school.read("Students", select="forename,Surname"))["Students"]
    assert set(row) == {"Id", "Forename", "Surname", "LastUpdated", "RowHash"}
    assert row["RowHash"] == whole["RowHash"]


async def test_a_year_group_and_what_changed_since(school: InstalledSchool) -> None:
    rows = (await school.read("Students"))["Students"]
    year = rows[0]["YearGroupId"]
    of_year = (await school.read("Students", yeargroupid=year))["Students"]
    assert of_year == [row for row in rows if row["YearGroupId"] == year]
    newest = max(row["LastUpdated"] for row in rows)
    assert (await school.read("Students", updatedSince=newest))["Students"] == []
    assert (await school.read("Students", updatedSince="2000-01-01"))["Students"] == rows


async def test_leavers_come_when_asked_for(school: InstalledSchool) -> None:
    rows = (await school.read("Students", options="includeLeavers"))["Students"]
    only = (await school.read("Students", studentStatus="Leaver"))["Students"]
    assert {row["StudentStatus"] for row in rows} == {"OnRoll", "Leaver"}
    assert {row["StudentStatus"] for row in only} == {"Leaver"}


async def test_teachers_only(school: InstalledSchool) -> None:
    rows = (await school.read("Staff", options="teachersOnly"))["Staff"]
    assert {row["IsTeacher"] for row in rows} == {1}


async def test_lessons_lie_between_the_days_asked_for(school: InstalledSchool) -> None:
    rows = (
        await school.read(
            "Timetable", options="includeLessons", DateFrom="2026-11-16", DateTo="2026-11-17"
        )
    )["Lessons"]
    assert {row["StartDateTime"][:10] for row in rows} == {"2026-11-16", "2026-11-17"}


async def test_lessons_of_one_person(school: InstalledSchool) -> None:
    options = "includeLessons,includeLessonStaff"
    whole = await school.read("Timetable", options=options)
    staff = whole["LessonStaff"][0]["StaffId"]
    taught = {row["LessonId"] for row in whole["LessonStaff"] if row["StaffId"] == staff}
    lessons = (await school.read(f"TimetableForStaff/{staff}"))["Lessons"]
    assert set(_ids(lessons)) == taught
    pupil = (await school.read("Students"))["Students"][0]["Id"]
    attended = (await school.read(f"TimetableForStudent/{pupil}"))["Lessons"]
    assert attended
    assert set(_ids(attended)) < set(_ids(whole["Lessons"]))
    missing = await school.read("TimetableForStaff")
    assert missing["ExceptionMessage"] == "Mandatory parameter missing: id"


@pytest.mark.parametrize(
    ("endpoint", "params", "missing"),
    [
        ("assessmentresults", {}, "Students or Groups"),
        ("AttendanceForDateRange", {"DateFrom": "2026-11-16"}, "DateTo"),
    ],
)
async def test_mandatory_parameters(
    school: InstalledSchool, endpoint: str, params: dict[str, str], missing: str
) -> None:
    answer = await school.read(endpoint, **params)
    assert answer["ExceptionMessage"].startswith(f"Mandatory parameter missing: {missing}")


@pytest.mark.parametrize(
    "params",
    [
        {"page": "0"},
        {"page": "x"},
        {"pageSize": "-1"},
        {"page": "9" * 40},
        {"updatedSince": "yesterday"},
        {"callbackUrl": "file:///etc/passwd"},
        {"callbackUrl": "http://["},
    ],
)
async def test_parameters_that_cannot_be_read(
    school: InstalledSchool, params: dict[str, str]
) -> None:
    answer = await school.get("School/3302005/Students", httpStatusCodes="true", **params)
    assert answer.status_code == 400
    assert answer.json()["ExceptionMessage"].startswith("Parameter is not valid")


async def test_results_are_narrowed_by_each_filter(school: InstalledSchool) -> None:
    everyone = (await school.read("Students"))["Students"]
    students = ",".join(_ids(everyone)[:5])
    rows = (await school.read("assessmentresults", Students=students))["AsmResults"]
    assert rows
    assert {row["StudentId"] for row in rows} <= set(students.split(","))
    aspect, result_set = rows[0]["AspectId"], rows[0]["ResultSetId"]
    pinned = await school.read(
        "assessmentresults", Students=students, Aspects=f"{aspect}|{result_set}"
    )
    assert {(row["AspectId"], row["ResultSetId"]) for row in pinned["AsmResults"]} == {
        (aspect, result_set)
    }


async def test_a_selection_leaves_other_people_out_everywhere(sharing: Any) -> None:
    school = await sharing(*EVERY_SCOPE, people="selection")
    database, now = school.stand_in.database, school.stand_in.clock()
    await in_force.finish_selection(
        database, token=school.link, groups=["Year 9", "Teaching staff"], now=now
    )
    school.token = (await get_token(school.web, estab="3302005", password=school.secret))["token"]
    students = (await school.read("Students"))["Students"]
    assert {" ".join(row["YearGroup"].split()) for row in students} == {"Year 9"}
    ids = set(_ids(students))
    (gdpr,) = (await school.get("GDPRIDs")).json()["GDPR"]
    assert gdpr["IsOptIn"] is True
    assert set(gdpr["StudentIds"]) == ids
    groups = await school.read("Groups", options="includeStudentMembers,includeMembersIds")
    assert {row["StudentId"] for row in groups["StudentMembers"]} <= ids
    listed = {one for row in groups["Group"] for one in (row["StudentIds"] or "").split(",")}
    assert listed - {""} <= ids
    contacts = await school.read("StudentContacts")
    assert {row["StudentId"] for row in contacts["StudentContacts"]} <= ids
    parents = (await school.read("Contacts"))["Contacts"]
    assert {child for row in parents for child in row["ChildIds"].split(",")} <= ids
    assert set(gdpr["ContactIds"]) == {row["ContactId"] for row in contacts["StudentContacts"]}
    marks = (await school.read("AttendanceForDate", date="2026-11-20"))["AttendMarks"]
    assert {row["StudentId"] for row in marks} <= ids
    (count,) = [
        row["Count"] for row in (await school.read("Counts"))["Counts"] if row["Area"] == "Students"
    ]
    assert count == len(ids)


async def test_everybody_is_shared_without_a_selection(school: InstalledSchool) -> None:
    (gdpr,) = (await school.get("GDPRIDs")).json()["GDPR"]
    assert gdpr == {
        "IsOptIn": False,
        "Estab": "3302005",
        "RelyingParty": "assembly.education",
        "MIS": "isams",
        "StudentIds": [],
        "StaffIds": [],
        "ContactIds": [],
        "OtherIds": [],
    }


async def test_data_are_of_the_last_night_and_results_of_now(
    school: InstalledSchool, clock: ManualClock, database: Database
) -> None:
    first = await school.read("SchoolInfo")
    assert first["meta"][0]["DateTime"] == "2026-11-23T09:00:00.000"
    await school_clock.advance(database, timedelta(hours=20).total_seconds())
    night = await school.read("SchoolInfo")
    assert night["meta"][0]["DateTime"] == "2026-11-24T03:00:00.000"
    live = await school.read("AttendanceForDate")
    assert live["meta"][0]["DateTime"] == "2026-11-24T05:00:00.000"
    assert clock().day == 23


async def test_moving_the_schools_clock_on_ends_no_token(
    school: InstalledSchool, database: Database
) -> None:
    await school_clock.advance(database, timedelta(days=60).total_seconds())
    assert (await school.read("SchoolInfo"))["SchoolInfo"]


async def test_only_the_state_of_the_databases(school: InstalledSchool) -> None:
    answer = await school.read("Students", onlyGetDbStatus="true")
    assert set(answer) == {"__dbStatus__", "meta"}
    assert [(row["Database"], row["Status"]) for row in answer["__dbStatus__"]] == [
        ("XodSchoolData", "OK")
    ]


async def test_a_callback_says_when_data_are_fresh(
    school: InstalledSchool, stand_in: XporterSimulator, partner: Partner
) -> None:
    await school.read("Students", callbackUrl="http://partner.test/fresh?estab=3302005")
    await stand_in.do_due()
    (told,) = partner.told
    assert told["DbStatus"][0]["Status"] == "OK"


async def test_a_new_authorisation_changes_secret_and_scopes(
    school: InstalledSchool, database: Database, clock: ManualClock
) -> None:
    await consent.start_again(database, token=school.link, now=clock())
    await authorise(database, school.link, now=clock(), ticked=("Staff",))
    assert "ExceptionMessage" in await school.read("Students")
    assert (await get_token(school.web, estab="3302005", password=school.secret))["token"] is None


async def test_the_catalogue_lists_what_the_token_may_call(sharing: Any) -> None:
    school = await sharing("Staff")
    answer = (await school.get("Queries")).json()
    ids = {row["Id"] for row in answer["Endpoints"]}
    assert {"school.schoolinfo", "school.staff", "school.groups"} <= ids
    assert "school.students" not in ids
    assert answer["ExceptionMessage"] is None


async def test_usage_counts_the_calls(school: InstalledSchool, clock: ManualClock) -> None:
    for _ in range(3):
        await school.read("SchoolInfo")
    (usage,) = (await school.get("Usage")).json()["Usage"]
    (area,) = usage["Areas"]
    # SchoolRegister and GetToken are calls about the school too.
    assert (area["Area"], area["Total"], area["Today"]) == ("request", 5, 5)
    assert area["History"] == [{"month": "2026-11", "count": 5}]
    clock.advance(timedelta(days=1))
    await school.read("SchoolInfo")
    (later,) = (await school.get("Usage")).json()["Usage"]
    assert later["Areas"][0]["Total"] == 7
    assert later["Areas"][0]["Today"] == 1


async def test_logs_tell_of_the_last_calls(school: InstalledSchool) -> None:
    await school.read("SchoolInfo")
    await school.read("Nonsense")
    rows = (await school.get("Logs", take=1)).json()["Logs"]
    assert [row["Endpoint"] for row in rows] == ["nonsense"]
    (found,) = (await school.get("Logs", trackingId=rows[0]["TrackingId"])).json()["Logs"]
    assert found == rows[0]


async def test_the_application_gets_a_token_of_every_school(
    school: InstalledSchool, database: Database, clock: ManualClock
) -> None:
    application = (await get_token(school.web))["token"]
    headers = {"Authorization": f"Idaas {application}"}
    path = "/api/manage/GetXodSchoolTokens?applicationid=assembly.education"
    (listed,) = (await school.web.get(path, headers=headers)).json()["Tokens"]
    school.token = listed["token"]
    assert (await school.get("TokenDetails")).json()["Estab"] == listed["estab"] == "3302005"
    assert (await school.get("../manage/GetXodSchoolTokens")).json()["ExceptionMessage"]
    await in_force.withdraw(database, token=school.link, now=clock())
    assert (await school.web.get(path, headers=headers)).json()["Tokens"] == []


async def test_schools_can_be_looked_up(school: InstalledSchool) -> None:
    answer = (await school.get("RunQuery/", id="edubase.search", q="king", la_code="330")).json()
    assert [row["Estab"] for row in answer["EduBase"]] == ["3302005"]


async def test_the_structure_of_the_timetable_is_answered_as_it_was_recorded(
    school: InstalledSchool,
) -> None:
    """Members of a recorded answer; what lessons refer to, and when rows changed, is ours."""
    days = {"DateFrom": "2026-11-23", "DateTo": "2026-11-24"}
    answer = await school.read("TimetableStructure", **days)
    event = {"Id", "EventId", "EventDescription", "StartDateTime", "EndDateTime"}
    recorded = {
        "TTDays": event,
        "TTSessions": event | {"DayId", "Session"},
        "TTPeriods": event | {"DayId", "SessionId", "Session"},
        "TTSubjects": {"Id", "Code", "Name"},
        "TTRooms": {"Id", "Code", "Name"},
    }
    for table, columns in recorded.items():
        assert answer[table]
        for row in answer[table]:
            assert columns <= row.keys() <= columns | {"PeriodId", "LastUpdated", "RowHash"}
    monday = answer["TTDays"][0]
    assert (monday["EventDescription"], monday["StartDateTime"], monday["EndDateTime"]) == (
        "Monday",
        "2026-11-23T00:00:00",
        "2026-11-23T23:59:59",
    )
    assert [row["EventDescription"] for row in answer["TTSessions"][:2]] == [
        "Monday AM",
        "Monday PM",
    ]


async def test_whether_a_pupil_boards_is_a_number(school: InstalledSchool) -> None:
    answer = await school.read("Students")
    assert {row["Boarder"] for row in answer["Students"]} <= {0, 1}


CONDUCT = {
    "Conduct": ("Conducts", "StudentConducts", "StaffConducts", "ConductId"),
    "Achievement": (
        "Achievements",
        "StudentAchievements",
        "StaffAchievements",
        "AchievementId",
    ),
    "Behaviour": ("Behaviour", "StudentBehaviour", "StaffBehaviour", "BehaviourId"),
}


@pytest.mark.parametrize("kind", CONDUCT)
async def test_conduct_of_a_range_comes_with_its_pupils_and_staff(
    school: InstalledSchool, kind: str
) -> None:
    main, students, staff, refers = CONDUCT[kind]
    answer = await school.read(f"{kind}ForDateRange", **_DAYS)
    assert answer[main]
    assert _ids(answer[main]) == _ids(answer[main])
    for table in (students, staff):
        assert {row[refers] for row in answer[table]} == set(_ids(answer[main]))
    assert all("StudentIds" not in row for row in answer[main])
    pupil = answer[students][0]["StudentId"]
    with_ids = await school.read(
        f"{kind}ForDateRange", **_DAYS, StudentId=pupil, options="includeStudentIds"
    )
    assert {row["StudentIds"] for row in with_ids[main]} == {pupil}
    assert {row["StudentId"] for row in with_ids[students]} == {pupil}
    categories = {row["Category"] for row in answer[main]}
    assert categories == ({"Ach", "Beh"} if kind == "Conduct" else {kind[:3]})


async def test_conduct_without_its_days_is_refused(school: InstalledSchool) -> None:
    answer = await school.read("BehaviourForDateRange")
    assert "DateFrom" in answer["ExceptionMessage"]


async def test_attendance_is_summed_up_to_yesterday_and_told_with_pupils(
    school: InstalledSchool,
) -> None:
    summary = (await school.read("AttendanceSummary"))["AttendanceSummary"]
    students = (await school.read("Students", options="includeAttStats,includeAttMarkString"))[
        "Students"
    ]
    by_id = {row["Id"]: row for row in summary}
    assert by_id.keys() == set(_ids(students))
    for row in students:
        told = by_id[row["Id"]]
        assert row["NumPossMarks"] == told["NumPossMarks"] == len(row["Marks"]) > 0
        parts = ("NumPresMarks", "NumAEAMarks", "NumAuthAbsMarks", "NumUnauthAbsMarks")
        assert sum(told[part] for part in parts) == told["NumPossMarks"]
    plain = (await school.read("Students"))["Students"][0]
    assert "Marks" not in plain
    assert "NumPossMarks" not in plain


@pytest.mark.parametrize(("year", "is_known"), [("2024", True), ("1999", False)])
async def test_an_earlier_year_is_summed_up(
    school: InstalledSchool, year: str, is_known: bool
) -> None:
    answer = await school.read("HistoricalAttendanceSummary", SchoolYear=year)
    rows = answer["HistoricalAttendanceSummary"]
    assert {row["AttStatsStartDate"][:4] for row in rows} == ({year} if is_known else set())


async def test_a_year_that_is_none_is_refused(school: InstalledSchool) -> None:
    answer = await school.read("HistoricalAttendanceSummary", SchoolYear="last")
    assert "SchoolYear" in answer["ExceptionMessage"]


async def test_meals_seats_and_fields_of_the_school_are_told(school: InstalledSchool) -> None:
    pupils = set(_ids((await school.read("Students"))["Students"]))
    meals = (await school.read("StudentMeals"))["StudentMeals"]
    assert set(_ids(meals)) == pupils
    assert {row["MondayType"] for row in meals} <= {
        "School Meal",
        "Packed Lunch",
        "Free School Meal",
    }
    seats = (await school.read("SeatingPlans"))["SeatingPlans"]
    assert {row["StudentId"] for row in seats} <= pupils
    names = [row["UDFName"] for row in (await school.read("UserDefinedFields"))["UDFs"]]
    values = await school.read("StudentUserDefinedFields", UDFName=names[0])
    assert {row["UDFName"] for row in values["StudentUDFs"]} == {names[0]}
    refused = await school.read("StudentUserDefinedFields")
    assert "UDFName" in refused["ExceptionMessage"]


async def test_needs_and_provisions_are_narrowed_alike(school: InstalledSchool) -> None:
    everything = await school.read("SEN")
    pupil = everything["StudentSENTypeHistory"][0]["StudentMis_Id"]
    one = await school.read("SEN", StudentId=pupil)
    for table in ("StudentSENTypeHistory", "StudentSENProvisionHistory"):
        assert {row["StudentMis_Id"] for row in one[table]} == {pupil}
    first = await school.read("SEN", SENTypeRank="1")
    assert {row["Rank"] for row in first["StudentSENTypeHistory"]} == {1}


async def test_nothing_is_told_of_pupils_who_are_not_shared(sharing: Any) -> None:
    school = await sharing(*EVERY_SCOPE, people="selection")
    database, now = school.stand_in.database, school.stand_in.clock()
    await in_force.finish_selection(database, token=school.link, groups=["Year 9"], now=now)
    school.token = (await get_token(school.web, estab="3302005", password=school.secret))["token"]
    pupils = set(_ids((await school.read("Students"))["Students"]))
    conduct = await school.read("ConductForDateRange", **_DAYS, options="includeStudentIds")
    told = {row["StudentIds"] for row in conduct["Conducts"]}
    told |= {row["StudentId"] for row in conduct["StudentConducts"]}
    assert told
    for endpoint, table, column in (
        ("StudentMeals", "StudentMeals", "Id"),
        ("ConductPoints", "ConductPoints", "Id"),
        ("AttendanceSummary", "AttendanceSummary", "StudentId"),
        ("HistoricalAttendanceSummary", "HistoricalAttendanceSummary", "StudentId"),
        ("SeatingPlans", "SeatingPlans", "StudentId"),
        ("EntitlementHistory", "EntitlementGroupStudents", "StudentId"),
        ("StudentMedical", "StudentMedical", "Id"),
        ("StudentMedical", "StudentConditions", "StudentId"),
        ("StudentMedical", "StudentMedicalNotes", "StudentId"),
        ("SEN", "StudentSENTypeHistory", "StudentMis_Id"),
        ("SEN", "StudentSENProvisionHistory", "StudentMis_Id"),
    ):
        told |= {row[column] for row in (await school.read(endpoint))[table]}
    values = await school.read("StudentUserDefinedFields", UDFName="Locker Number,Instrument")
    told |= {row["StudentId"] for row in values["StudentUDFs"]}
    assert told <= pupils


async def test_columns_that_a_published_pipeline_reads_are_there(school: InstalledSchool) -> None:
    options = "includeAttStats,includeAttMarkString"
    (pupil, *_) = (await school.read("Students", options=options))["Students"]
    columns = (
        "AttMarksStartDate AttMarksEndDate BoardingHouse CountryOfBirth CountryOfBirthCode "
        "Disabled EnglishProficiencyLevelCode FsmStartDate KeyStage NCYear Marks OnReport PartTime "
        "PreviousLegalSurname StandardYearGroupCode StandardYearGroupName"
    )
    assert set(columns.split()) <= pupil.keys()
    year = pupil["NCYear"]
    assert pupil["StandardYearGroupName"] in (f"Year {year}", "Reception")
    assert "PlatformId" in (await school.read("Groups"))["Group"][0]
