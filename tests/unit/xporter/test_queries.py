"""A query is checked before anything is sent, and is the same whenever the same is asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.xporter.endpoints import ENDPOINTS, Endpoint
from assembly_ui.xporter.queries import Query, WrongQuery
from assembly_ui.xporter.rows.assessment import Result
from assembly_ui.xporter.wire import same_name

EVERY = [
    "SchoolInfo",
    "Counts",
    "Health",
    "Students",
    "Staff",
    "Groups",
    "Contacts",
    "StudentContacts",
    "PersonComms",
    "Timetable",
    "TimetableModel",
    "TimetableStructure",
    "Calendar",
    "assessmentstructure",
    "assessmentresults",
    "AttendanceCodes",
    "AttendanceForDate",
    "AttendanceForDateRange",
    "Photos",
    "SEN",
    "StudentMedical",
]
NEEDED: dict[str, dict[str, Any]] = {
    "Timetable": {"options": ["includeLessons"]},
    "assessmentresults": {"Students": "1"},
    "AttendanceForDateRange": {"DateFrom": "2026-09-01", "DateTo": "2026-09-30"},
}
"""What some endpoints do not answer without."""


def test_every_endpoint_a_school_platform_reads_is_described() -> None:
    assert sorted(ENDPOINTS) == sorted(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_every_endpoint_can_be_asked_for_all_it_has(name: str) -> None:
    endpoint = ENDPOINTS[name]
    values = {
        parameter: allowed[0] if allowed else "1"
        for parameter, allowed in endpoint.parameters.items()
    }
    record = "7" if endpoint.takes_id else ""
    query = Query.of(name, record, options=endpoint.options, select=["Id"], **values)
    assert query.tail == name + ("/7" if record else "")
    assert {*query.params} - {"options", "select"} == set(endpoint.parameters)


@pytest.mark.parametrize("name", EVERY)
def test_the_least_one_can_ask(name: str) -> None:
    assert Query.of(name, **NEEDED.get(name, {})).tail == name


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_a_description_names_nothing_twice(endpoint: Endpoint) -> None:
    for names in (endpoint.tables, endpoint.options, tuple(endpoint.parameters)):
        assert len({same_name(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("Pupils", {}, "'Pupils' is no endpoint; known: SchoolInfo, Counts"),
        ("Counts", {"options": ["includeAll"]}, "no option of Counts; known: none"),
        ("Staff", {"options": ["includeLeavers"]}, "'includeLeavers' is no option of Staff"),
        ("Staff", {"studentStatus": "OnRoll"}, "'studentStatus' is no parameter of Staff"),
        ("Staff", {"staffStatus": "Retired"}, "no value of Staff.staffStatus; known: Current"),
        ("Counts", {"record": "1"}, "Counts has no single records."),
        ("Students", {"record": ".."}, "'..' would lead to another path."),
        ("Timetable", {}, "answers nothing without one of includeLessons"),
        ("assessmentresults", {}, "needs one of Students, Groups, Aspects"),
        ("assessmentresults", {"Students": []}, "needs one of"),
        ("AttendanceForDateRange", {"DateFrom": "2026-09-01"}, "needs DateTo."),
        ("AttendanceForDateRange", {}, "needs DateFrom and DateTo."),
    ],
)
def test_a_mistake_is_named_before_anything_is_sent(
    name: str, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(WrongQuery, match=says):
        Query.of(name, **given)


def test_values_are_written_as_the_service_wants_them() -> None:
    query = Query.of(
        "assessmentresults",
        Students=["9919", "9925"],
        Aspects=("702|34", "702|"),
        ResultDateFrom=date(2026, 9, 1),
    )
    assert query.params == {
        "Students": "9919,9925",
        "Aspects": "702|34,702|",
        "ResultDateFrom": "2026-09-01",
    }
    assert Query.of("StudentContacts", priority=1, parresp="1").params["priority"] == "1"
    since = Query.of("Staff", updatedSince=datetime(2026, 9, 1, 3, 0))  # noqa: DTZ001
    assert since.params == {"updatedSince": "2026-09-01T03:00:00"}


def test_spelling_and_order_make_no_other_query() -> None:
    one = Query.of(
        "students",
        options=["INCLUDEGROUPIDS", "includeLeavers"],
        select=["Surname", "Id"],
        STUDENTSTATUS="onroll",
        yeargroupid=3,
    )
    other = Query.of(
        "Students",
        options=["includeLeavers", "includeGroupIds", "includeLeavers"],
        select=["Id", "Surname"],
        yearGroupId="3",
        studentStatus="OnRoll",
    )
    assert one == other
    assert one.key("3281102") == other.key("3281102") != one.key("3281110")
    assert one.params["options"] == "includeGroupIds,includeLeavers"


def test_every_difference_makes_another_query() -> None:
    queries = [
        Query.of("Students"),
        Query.of("Staff"),
        Query.of("Students", "1"),
        Query.of("Students", yearGroupId=1),
        Query.of("Students", yearGroupId=2),
        Query.of("Students", options=["includeLeavers"]),
        Query.of("Students", select=["Id"]),
    ]
    assert len({query.key("3281102") for query in queries}) == len(queries)


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")))
def test_no_id_leads_to_another_path(record: str) -> None:
    tail = Query.of("Students", record).tail
    assert tail.startswith("Students/")
    assert not {"/", "?", "#"} & set(tail.removeprefix("Students/"))


@pytest.mark.parametrize(
    ("name", "granted", "is_open"),
    [
        ("SchoolInfo", ["SchoolLite"], True),
        ("SchoolInfo", ["Student"], False),
        ("StudentContacts", ["Contact"], False),
        ("StudentContacts", ["Contact", "StudentLite"], True),
        ("PersonComms", ["Staff"], True),
        ("Health", [], True),
    ],
)
def test_scopes_open_endpoints(name: str, granted: list[str], is_open: bool) -> None:
    assert ENDPOINTS[name].is_open_to(granted) is is_open


def test_what_may_be_read_from_the_mis_while_we_wait_is_known() -> None:
    live = {name for name, endpoint in ENDPOINTS.items() if endpoint.live}
    assert live == {"assessmentresults", "AttendanceForDate", "AttendanceForDateRange"}
    assert ENDPOINTS["assessmentresults"].rows == (Result,)
