"""Results keep what the school gave, at the point and with the grade it was."""

from __future__ import annotations

from typing import Any

import pytest

from assembly_ui.sync.mapping import Chosen, Meaning, aspects_wanted
from assembly_ui.sync.mapping.assessments import make_assessments, make_grade_sets
from assembly_ui.sync.mapping.catalogue import ASSESSMENT_POINTS, ASSESSMENTS
from assembly_ui.sync.mapping.results import make_results
from tests.unit.sync.mapping.read_school import Numbers, Read, Rows

CHOSEN = Chosen({}, {"12": Meaning("gcse_working", "target", "MAT")})
ROWS: Rows = {
    ("SchoolInfo", "SchoolInfo"): [{"Id": "1", "CurrentAcademicYear": "2026"}],
    ("Students", "Students"): [
        {"Id": "7", "YearGroup": "Year  10", "StudentStatus": "OnRoll"},
        {"Id": "8", "YearGroup": None, "LeavingYearGroup": "Year 11", "StudentStatus": "Leaver"},
    ],
    ("assessmentstructure", "Aspects"): [
        {"Id": "12", "Name": "Maths target", "GradeSetId": "2"},
        {"Id": "13", "Name": "Behaviour", "GradeSetId": None},
    ],
    ("assessmentstructure", "GradeSetHistory"): [{"Id": "20", "GradeSetId": "2"}],
    ("assessmentstructure", "Grades"): [
        {"Id": "201", "GradeSetHistoryId": "20", "Value": "4+", "NumericValue": 4.0},
        {"Id": "202", "GradeSetHistoryId": "20", "Value": "9", "NumericValue": 9.0},
    ],
}
RESULT = {
    "Id": "7.12.1",
    "StudentId": "7",
    "AspectId": "12",
    "ResultDate": "2026-11-19",
    "Result": "6",
    "LastUpdated": "2026-11-19T14:05:09",
}
POINTS = {point.rank: point.name for point in ASSESSMENT_POINTS}


def _read(*results: dict[str, Any]) -> Read:
    return Read(ROWS | {("assessmentresults", "AsmResults"): [RESULT | one for one in results]})


def _result(chosen: Chosen = CHOSEN, **said: Any) -> dict[str, Any]:
    (made,) = make_results(_read(said), Numbers(), chosen)
    return made.data


def _grades(read: Read) -> dict[str, int | None]:
    sets = {one.key: one.data for one in make_grade_sets(read, Numbers(), CHOSEN)}
    return {grade["name"]: grade["value"] for grade in sets["gcse_working"]["grades"]}


def test_it_is_what_the_aspect_means() -> None:
    numbers = Numbers()
    (made,) = make_results(_read({}), numbers, CHOSEN)
    assert made.data["assessment_id"] == numbers.of("assessment", "gcse_working")
    assert made.data["subject_id"] == numbers.of("subject", "MAT")
    assert made.data["facet_id"] == numbers.of("facet", "target")
    assert made.data["student_id"] == numbers.of("student", "7")
    assert made.data["grade_id"] == numbers.of("grade", "gcse_working 6")
    assert made.data["updated_at"] == "2026-11-19T14:05:09Z"
    assert made.data["object"] == "result_date"


def test_what_is_mapped_onto_nothing_is_no_result() -> None:
    assert list(make_results(_read({}), Numbers(), Chosen())) == []
    gone = Chosen({}, {"12": Meaning("no longer there")})
    assert list(make_results(_read({}), Numbers(), gone)) == []


@pytest.mark.parametrize(
    ("on", "point"),
    [
        ("2026-11-19", "Year 10 Autumn"),
        ("2027-01-20", "Year 10 Spring"),
        ("2027-06-20", "Year 10 Summer"),
        ("2026-06-20", "Year 9 Summer"),
        ("2025-09-01", "Year 9 Autumn"),
    ],
)
def test_it_is_of_the_term_and_the_year_group_of_its_date(on: str, point: str) -> None:
    assert POINTS[_result(ResultDate=on)["assessment_point_rank"]] == point


def test_of_leavers_and_strangers_nobody_knows_the_point() -> None:
    assert _result(StudentId="8")["assessment_point_rank"] is None
    stranger = _result(StudentId="99")
    assert (stranger["student_id"], stranger["assessment_point_rank"]) == (None, None)


def test_grades_are_compared_without_case() -> None:
    chosen = Chosen({}, {"12": Meaning("working_at")})
    numbers = Numbers()
    (made,) = make_results(_read({"Result": "exs"}), numbers, chosen)
    assert made.data["grade_id"] == numbers.of("grade", "working_at exs")


def test_grades_of_the_schools_own_scale_join_those_of_the_catalogue() -> None:
    grades = _grades(_read())
    assert list(grades)[:3] == ["U", "1", "2"]
    assert grades["4+"] == 4


def test_a_grade_on_no_scale_is_kept_as_it_was_given() -> None:
    assert _grades(_read({"Result": "6/7"}))["6/7"] is None
    assert _result(Result="6/7")["grade_id"]
    assert _result(Result="")["grade_id"] is None


def test_an_assessment_tells_what_the_school_calls_it() -> None:
    made = {one.key: one.data for one in make_assessments(_read(), Numbers(), CHOSEN)}
    assert made["gcse_working"]["mis_assessments"] == ["Maths target"]
    assert made["effort"]["mis_assessments"] == []


def test_only_what_is_mapped_and_shared_is_wanted() -> None:
    chosen = Chosen(
        {},
        {
            "1": Meaning("gcse_working"),
            "2": Meaning("gcse_examination"),
            "3": Meaning("ks2_scaled"),
            "4": Meaning("no longer there"),
        },
    )
    assert aspects_wanted(chosen, ["assessments.internal"]) == ("1",)
    assert aspects_wanted(chosen, ["assessments.examinations", "assessments.national"]) == (
        "2",
        "3",
    )
    assert aspects_wanted(chosen, ["assessments.write", "school"]) == ()


def test_results_are_shared_by_the_scope_of_their_assessment() -> None:
    assert _result()["_scope"] == "assessments.internal"
    of_exam = Chosen({}, {"12": Meaning("gcse_examination")})
    assert _result(of_exam)["_scope"] == "assessments.examinations"


def test_keys_and_ranks_are_for_ever() -> None:
    """Mappings hang on the keys, apps on the ranks: these must not change."""
    assert [one.key for one in ASSESSMENTS][:4] == [
        "working_at",
        "percentage",
        "gcse_working",
        "a_level_working",
    ]
    assert len({one.key for one in ASSESSMENTS}) == len(ASSESSMENTS)
    assert (POINTS[1], POINTS[93], POINTS[166]) == (
        "Reception Autumn 1",
        "Year 7 Summer",
        "Year 13",
    )
    assert list(POINTS) == sorted(POINTS)
