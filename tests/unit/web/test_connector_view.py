"""The connector page in words: the guide's to the letter, ours for everything else."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assembly_ui.connector import layers
from assembly_ui.connector import models as tables
from assembly_ui.connector.check import LONGEST_CHECK
from assembly_ui.connector.errors import NumberHeld, SecretUnreadable
from assembly_ui.connector.facts import facts_of
from assembly_ui.connector.interrupted_invitations import INTERRUPTED
from assembly_ui.connector.models import Connection
from assembly_ui.connector.overview import Overview
from assembly_ui.connector.service import ServiceFacts
from assembly_ui.connector.status import Facts, Status, derive_status
from assembly_ui.connector.tester import LONGEST_RUN
from assembly_ui.connector.timeline import Entry, Kind
from assembly_ui.connector.warnings import Warn
from assembly_ui.schools.models import School
from assembly_ui.schools.shared_numbers import NumberSharer
from assembly_ui.web import connector_view
from assembly_ui.web.connector_problems import (
    ADMIN,
    ASSEMBLY,
    GROUPCALL,
    MANAGER,
    PROBLEMS,
    invite_failed_words,
    number_held_words,
    problem_of,
)
from assembly_ui.web.connector_view import View, view_of
from assembly_ui.web.connector_words import (
    BADGES,
    LAYER_PASSED,
    LAYER_TITLES,
    NEXT_STEPS,
    SERVICE_PROBLEM,
    STATUS_WORDS,
    TIMELINE,
    WARNINGS,
    WRONG_SCHOOL,
)
from assembly_ui.xporter.errors import XporterError
from tests.factories.connector import SECRET, connection_row
from tests.factories.schools import school_row
from tests.unit.connector.test_status import EVERY

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOUR_AGO = (NOW - HOUR).isoformat()


def _school(**described: Any) -> School:
    school = school_row(now=NOW, **described)
    school.id = 1
    return school


def _overview(connection: Connection, school: School | None = None) -> Overview:
    facts = facts_of(connection)
    status = derive_status(facts, NOW)
    return Overview(school or _school(), "James Walters", status, facts, connection, NOW)


def _view(entries: list[Entry] | None = None, test: Any = None, **described: Any) -> View:
    connection = connection_row(_school(), now=NOW, **described)
    return view_of(_overview(connection), entries or [], test)


def _rows(view: View) -> dict[str, tuple[str, str, str, str, str]]:
    return {
        row["key"]: (row["mark"], row["name"], row["before"], row["at"], row["after"])
        for row in view["rows"]
    }


SITUATIONS: dict[str, tuple[dict[str, Any], Status]] = {
    "nothing yet": ({}, Status.AWAITING_INVITATION),
    "invited": ({"invited": True}, Status.AWAITING_CONNECTION),
    "authorised": ({"authorised": True}, Status.AWAITING_CONNECTION),
    "wrong school": ({"wrong_school": True}, Status.AWAITING_CONNECTION),
    "connected": ({"connected": True}, Status.CONNECTED),
    "paused": ({"paused": True}, Status.ACCESS_PAUSED),
    "withdrawn": ({"withdrawn": True}, Status.ACCESS_WITHDRAWN),
    "failing": ({"failing": True}, Status.CONNECTION_PROBLEM),
}

GUIDE = {
    Status.AWAITING_INVITATION: (
        "Awaiting Invitation",
        "You have not sent an invitation to allow Assembly to access your data in Xporter on "
        "Demand. You can start this process by granting access below.",
    ),
    Status.AWAITING_CONNECTION: (
        "Awaiting Connection",
        "Assembly cannot establish a connection with Xporter on Demand. You must grant Assembly "
        "access to your data and have installed the Xporter on Demand connector before we can "
        "process your data.",
    ),
    Status.CONNECTED: (
        "Connected",
        "You have established a connection between Assembly and your data with Xporter on "
        "Demand. We will not extract any sensitive data until you have authorised an app.",
    ),
}


@pytest.mark.parametrize(("described", "status"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_every_situation_has_a_badge_a_sentence_a_next_step_and_who_must_act(
    described: dict[str, Any], status: Status
) -> None:
    view = _view(**described)
    words = STATUS_WORDS[status]
    assert (view["status"], view["badge"], view["tone"]) == (status, words.badge, words.tone)
    assert (view["badge"], view["tone"]) == BADGES[status]
    assert view["sentence"] == words.sentence
    assert view["next_step"].endswith(".")
    assert view["who"]
    assert view["title"] == "iSAMS XoD Connector"
    assert view["owner"] == "James Walters"
    if status in GUIDE:
        assert (view["badge"], view["sentence"]) == GUIDE[status]


def test_every_situation_there_is_has_been_looked_at() -> None:
    assert {status for _, status in SITUATIONS.values()} == set(Status) == set(STATUS_WORDS)


INVITED = "Open the email from Xporter on Demand, sent to james.walters@kings.sch.uk, and click"

STEPS: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing yet": ({}, "Click Grant Access below.", ADMIN),
    "refused": (
        {"invite_failed_at": NOW, "invite_failure": "invite_refused"},
        "Click Grant Access to try again",
        ADMIN,
    ),
    "perhaps sent": (
        {"invite_failed_at": NOW, "invite_failure": "too_slow"},
        "Look into the mailbox of James Walters",
        ADMIN,
    ),
    "being sent": (
        {"inviting_until": NOW + timedelta(seconds=30)},
        "Nothing to do for you: the invitation is being sent.",
        ASSEMBLY,
    ),
    "interrupted while being sent": (
        {"inviting_until": NOW},
        "Look into the mailbox of James Walters",
        ADMIN,
    ),
    "interrupted, and settled": (
        {"invite_failed_at": NOW, "invite_failure": "interrupted"},
        "Look into the mailbox of James Walters",
        ADMIN,
    ),
    "invited": ({"invited": True}, INVITED, "James Walters, the school owner"),
    "invited, a repeat refused": (
        {"invited": True, "invite_failed_at": NOW, "invite_failure": "service_down"},
        INVITED,
        "James Walters, the school owner",
    ),
    "authorised": (
        {"authorised": True},
        "Nothing to do for you: Xporter on Demand is preparing your connector.",
        GROUPCALL,
    ),
    "installed": (
        {"authorised": True, "installed_at": NOW},
        "Nothing to do for you: we are reading your school's name",
        ASSEMBLY,
    ),
    "authorised, the first call is lost": (
        {"authorised": True, "problem_at": NOW, "problem_kind": "too_slow"},
        "Nothing to do for you: Xporter on Demand is preparing your connector.",
        GROUPCALL,
    ),
    "authorised, calls fail for want of scope": (
        {"authorised": True, "problem_at": NOW - HOUR, "problem_kind": "scope_not_granted"},
        "Click Grant Access and authorise again, leaving School ticked.",
        ADMIN,
    ),
    "another school": (
        {"wrong_school": True},
        "Ask support@groupcall.com to connect the right MIS.",
        ADMIN,
    ),
    "connected": ({"connected": True}, "Authorise an app.", ADMIN),
    "paused": ({"paused": True}, "Resume sharing in Groupcall School Portal", MANAGER),
    "withdrawn": (
        {"withdrawn": True},
        "If this was not intended, click Grant Access",
        "You, or the person who manages Xporter on Demand at your school",
    ),
    "withdrawn, invited again": (
        {"withdrawn": True, "invited_at": NOW},
        INVITED,
        "James Walters, the school owner",
    ),
    "the service is down": (
        {"failing": True},
        "Nothing to do for you: we keep trying, and this page changes by itself.",
        GROUPCALL,
    ),
    "we are refused": (
        {"failing": True, "problem_kind": "our_credentials_refused"},
        "We keep trying. Tell help@assembly.education",
        ASSEMBLY,
    ),
    "turned into another school": (
        {"connected": True, "school_matches": False, "mismatched_at": NOW},
        "Ask support@groupcall.com to connect the right MIS.",
        ADMIN,
    ),
}


@pytest.mark.parametrize(("described", "step", "who"), STEPS.values(), ids=STEPS.keys())
def test_the_next_step_is_named_and_whose_it_is(
    described: dict[str, Any], step: str, who: str
) -> None:
    view = _view(**described)
    assert view["next_step"].startswith(step)
    assert view["who"] == who


def test_another_school_is_not_called_a_failing_call() -> None:
    view = _view(connected=True, school_matches=False, mismatched_at=NOW - HOUR)
    assert (view["badge"], view["sentence"]) == ("Connection Problem", WRONG_SCHOOL)
    assert view["since"] == HOUR_AGO


def _with_service(view_of_service: ServiceFacts, **described: Any) -> View:
    connection = connection_row(_school(), now=NOW, **described)
    return view_of(replace(_overview(connection), service=view_of_service), [], None)


@pytest.mark.parametrize(("described", "status"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_while_the_service_has_problems_every_badge_stays_and_since_when_is_said(
    described: dict[str, Any], status: Status
) -> None:
    service = ServiceFacts(opened_at=NOW, failing_since=NOW - HOUR)
    during, otherwise = _with_service(service, **described), _view(**described)
    assert (during["service_since"], otherwise["service_since"]) == (HOUR_AGO, "")
    assert {**during, "service_since": ""} == otherwise


def test_what_is_said_of_the_service_is_calm_and_complete() -> None:
    for needed in ("stays as it was", "Nobody at your school needs to do anything", "keep trying"):
        assert needed in SERVICE_PROBLEM


NOTES: dict[str, tuple[dict[str, Any], str, str]] = {
    "stale_data": (
        {"connected": True, "collected_at": NOW - 50 * HOUR},
        "Your data has not been refreshed for over two days",
        "ask support@groupcall.com",
    ),
    "unanswered": (
        {"invited": True, "invited_at": NOW - 80 * HOUR},
        "The invitation has not been answered",
        "Xporter on Demand sent it to james.walters@kings.sch.uk",
    ),
    "long_installation": (
        {"authorised": True, "authorised_at": NOW - 200 * HOUR},
        "The installation is taking unusually long",
        "two working days",
    ),
    "no_school_scope": (
        {"authorised": True, "scopes": "Student"},
        "School-level data was left out",
        "leaving School ticked",
    ),
    "scopes_left_out": (
        {"connected": True, "scopes_asked": "School,Photos,SEN,Staff"},
        "Your school shares less than we asked for",
        "without Photos, SEN and Staff.",
    ),
    "secret_unreadable": (
        {"connected": True, "secret_unreadable_at": NOW},
        "We need your school to authorise Assembly again",
        "Click Grant Access and authorise again.",
    ),
}


@pytest.mark.parametrize("kind", NOTES)
def test_an_early_warning_says_what_is_noticed_and_what_to_do(kind: str) -> None:
    described, title, words = NOTES[kind]
    (note,) = _view(**described)["notes"]
    assert (note["key"], note["title"]) == (kind, title)
    assert words in note["before"] + "…" + note["after"]
    assert note["at"]
    assert note["after"].endswith(".")


def test_every_early_warning_has_words() -> None:
    assert set(NOTES) == set(Warn) == set(WARNINGS)


@pytest.mark.parametrize("described", [row[0] for row in SITUATIONS.values()], ids=SITUATIONS)
def test_where_all_is_well_nothing_is_warned_of(described: dict[str, Any]) -> None:
    assert _view(**described)["notes"] == []


def test_before_an_invitation_there_are_no_rows() -> None:
    assert _view()["rows"] == []


AGAIN = '. Click the "Grant Access" below to begin or restart the authorization process'


def test_the_rows_of_an_invited_school_are_those_of_the_guide() -> None:
    rows = _rows(_view(invited=True))
    assert rows["authorised"] == (
        "fail",
        "Not Authorized",
        "An invitation was sent ",
        HOUR_AGO,
        AGAIN,
    )
    assert rows["installed"] == ("fail", "Not Installed", "Onboarding Queue", "", "")
    assert rows["school"][:3] == ("wait", "Right school", "Compared as soon as your MIS answers")
    assert rows["data"][:3] == ("wait", "Data", "Nothing was read yet")


def test_the_rows_of_a_connected_school_all_pass() -> None:
    assert _rows(_view(connected=True)) == {
        "authorised": ("pass", "Authorised", "Your school authorised Assembly ", HOUR_AGO, ""),
        "installed": ("pass", "Installed", "Xporter on Demand reads your iSAMS", "", ""),
        "school": ("pass", "Right school", "Your MIS says it is King's School (3281102)", "", ""),
        "data": ("pass", "Data", "Your MIS last answered ", HOUR_AGO, ""),
    }


def test_once_an_app_is_authorised_nothing_is_left_to_do() -> None:
    connection = connection_row(_school(), now=NOW, connected=True)
    view = view_of(_overview(connection), [], None, ["Rooms", "SchoolBooking"])
    assert view["sharing"]
    assert "until you have authorised" not in view["sentence"]
    step, who = "Nothing. We keep the data up to date for Rooms and SchoolBooking.", "Nobody"
    assert (view["next_step"], view["who"]) == (step, who)


def test_what_is_wrong_with_the_connection_is_said_whoever_is_authorised() -> None:
    connection = connection_row(_school(), now=NOW, connected=True, paused_at=NOW)
    alone = view_of(_overview(connection), [], None)
    assert view_of(_overview(connection), [], None, ["SchoolBooking"]) == alone
    assert not alone["sharing"]


ROWS: dict[str, tuple[dict[str, Any], str, tuple[str, str, str, str, str]]] = {
    "in the queue": (
        {"authorised": True},
        "installed",
        ("wait", "Not Installed", "Onboarding Queue", "", ""),
    ),
    "at a stage of its own": (
        {"authorised": True, "install_stage": "Booked for Monday"},
        "installed",
        ("wait", "Not Installed", "Booked for Monday", "", ""),
    ),
    "another school": (
        {"wrong_school": True},
        "school",
        (
            "fail",
            "Wrong school",
            "You chose King's School (3281102), but the MIS says it is Queen's School (3281110). "
            "The number and name differ",
            "",
            "",
        ),
    ),
    "another school without a number": (
        {"wrong_school": True, "mis_estab": ""},
        "school",
        (
            "fail",
            "Wrong school",
            "You chose King's School (3281102), but the MIS says it is Queen's School. "
            "The name differs",
            "",
            "",
        ),
    ),
    "a school that names itself by nothing": (
        {"wrong_school": True, "mis_estab": "", "mis_school_name": ""},
        "school",
        (
            "fail",
            "Wrong school",
            "You chose King's School (3281102), but the MIS says it is a school without a name. "
            "Other schools have this DfE number, so name and postcode must agree as well",
            "",
            "",
        ),
    ),
    "another school at another place": (
        {
            "wrong_school": True,
            "mis_estab": "3281102",
            "mis_says": {"address": "Queen's School\n1 High Street\nSW1A 1AA"},
        },
        "school",
        (
            "fail",
            "Wrong school",
            "You chose King's School (3281102, GL1 2LR), but the MIS says it is Queen's School "
            "(3281102, SW1A 1AA). The name and postcode differ",
            "",
            "",
        ),
    ),
    "the right school with another postcode": (
        {"connected": True, "mis_says": {"address": "1 High Street\nSW1A 1AA"}},
        "school",
        (
            "pass",
            "Right school",
            "Your MIS says it is King's School (3281102, SW1A 1AA), in the register it is King's "
            "School (3281102, GL1 2LR). The postcode differs",
            "",
            "",
        ),
    ),
    "failing": (
        {"failing": True},
        "data",
        (
            "fail",
            "Data",
            "Xporter on Demand did not answer in time. Failing since ",
            HOUR_AGO,
            "",
        ),
    ),
    "one lost call": (
        {"connected": True, "problem_at": NOW, "problem_kind": "too_slow"},
        "data",
        ("pass", "Data", "Your MIS last answered ", HOUR_AGO, ""),
    ),
    "withdrawn": (
        {"withdrawn": True},
        "authorised",
        ("fail", "Not Authorized", "Access was withdrawn ", HOUR_AGO, AGAIN),
    ),
    "withdrawn, invited again": (
        {"withdrawn": True, "invited_at": NOW},
        "authorised",
        ("fail", "Not Authorized", "An invitation was sent ", NOW.isoformat(), AGAIN),
    ),
}


@pytest.mark.parametrize(("described", "key", "row"), ROWS.values(), ids=ROWS.keys())
def test_a_row_says_what_is_the_matter(
    described: dict[str, Any], key: str, row: tuple[str, str, str, str, str]
) -> None:
    assert _rows(_view(**described))[key] == row


def test_every_combination_of_facts_makes_whole_sentences() -> None:
    school = _school()
    for facts in EVERY:
        known = {field.name: getattr(facts, field.name) for field in fields(Facts)}
        connection = connection_row(school, now=NOW, **known)
        view = view_of(_overview(connection, school), [], None)
        assert view["next_step"], facts
        assert view["who"], facts
        for row in view["rows"]:
            line = f"{row['before']}{'an hour ago' if row['at'] else ''}{row['after']}"
            assert not re.search(r"  | \.|[{}]|[ (]$|^$", line), (facts, line)


def test_since_and_last_checked_are_moments_or_nothing() -> None:
    view = _view()
    assert (view["since"], view["checked"], view["checking"]) == ("", "", False)
    view = _view(connected=True, checking_since=NOW - timedelta(seconds=1))
    assert (view["since"], view["checked"], view["checking"]) == (HOUR_AGO, HOUR_AGO, True)


def test_a_check_that_a_dead_process_left_open_is_not_going_on() -> None:
    assert not _view(connected=True, checking_since=NOW - LONGEST_CHECK)["checking"]


def _layer(layer: str, result: str = "pass", cause: str = "", **detail: str) -> dict[str, Any]:
    return {
        "layer": layer,
        "result": result,
        "cause": cause,
        "detail": detail,
        "milliseconds": 12,
    }


def _test(found: list[dict[str, Any]], **more: Any) -> tables.ConnectionTest:
    facts = {"school_id": 1, "started_by": 1, "started_at": NOW - timedelta(seconds=5)}
    return tables.ConnectionTest(**facts | more, layers=found)


PASSED = [
    (_layer("register_match", dfe_number="3281102", name="K"), "K has the DfE number 3281102"),
    (_layer("invitation", to="james@kings.sch.uk"), "Sent to james@kings.sch.uk"),
    (_layer("invitation", to=""), "Not needed: your school authorised Assembly of its own accord"),
    (_layer("authorisation"), "Xporter on Demand gave us a token for your school"),
    (_layer("scopes", scopes="School, Student"), "School, Student"),
    (_layer("installed", mis="isams"), "Your MIS answered"),
    (_layer("right_school", chosen="King's", found="The King's"), "The MIS says it is The King's"),
    (_layer("data", Students="1,042", Staff="88"), "1,042 students, 88 staff"),
    (_layer("data", AttendanceMarks="127,584"), "127,584 attendance marks"),
    (_layer("data", result="skip"), "Skipped: it rests on the one above"),
    (_layer("scopes", scopes="{__class__} %s"), "{__class__} %s"),
]


@pytest.mark.parametrize(("found", "words"), PASSED)
def test_a_layer_that_did_not_fail_says_what_it_found(found: dict[str, Any], words: str) -> None:
    layer = _view(connected=True, test=_test([found]))["layers"][0]
    assert (layer["words"], layer["remedy"]) == (words, "")
    assert layer["took"] == ("" if found["result"] == "skip" else "12 ms")
    assert layer["name"] == LAYER_TITLES[found["layer"]]


def test_a_slow_layer_is_timed_in_seconds() -> None:
    found = _layer("installed") | {"milliseconds": 12_345}
    assert _view(connected=True, test=_test([found]))["layers"][0]["took"] == "12.3 s"


@pytest.mark.parametrize("cause", [*PROBLEMS, "of a later version"])
def test_a_failed_layer_says_its_cause_and_its_remedy(cause: str) -> None:
    layer = _view(connected=True, test=_test([_layer("data", "fail", cause)]))["layers"][0]
    assert (layer["words"], layer["remedy"]) == problem_of(cause)[:2]
    assert layer["words"]
    assert layer["remedy"]


@pytest.mark.parametrize(
    ("test", "state"),
    [
        (None, ""),
        (_test([]), "running"),
        (_test([], finished_at=NOW), "finished"),
        (_test([], cancelled_at=NOW), "cancelled"),
        (_test([], started_at=NOW - LONGEST_RUN), "cancelled"),
        (_test([], started_at=NOW - LONGEST_RUN, finished_at=NOW), "finished"),
    ],
)
def test_a_test_runs_is_finished_or_was_stopped(test: Any, state: str) -> None:
    view = _view(connected=True, test=test)
    assert view["test_state"] == state
    assert bool(view["tested"]) == bool(state) == bool(view["bundle"])


@pytest.mark.parametrize("is_held", [True, False])
def test_a_school_of_the_same_number_is_told_of_by_its_public_record(is_held: bool) -> None:
    sharer = NumberSharer("Maypole School", "149917", "3281102")
    waiting = replace(_overview(Connection(school_id=1)), sharer=sharer, is_held_by_sharer=is_held)
    view = view_of(waiting, [], None)
    assert "DfE number 3281102 with Maypole School (URN 149917)" in view["shared_number"]
    assert ("cannot invite yours" in view["shared_number"]) is is_held
    assert view["join_href"] == "/join?school=149917"


def test_a_connected_school_is_not_troubled_by_another_of_its_number() -> None:
    connected = _overview(connection_row(_school(), now=NOW, connected=True))
    sharer = NumberSharer("Maypole School", "149917", "3281102")
    assert view_of(replace(connected, sharer=sharer), [], None)["shared_number"] == ""


def test_grant_access_says_who_holds_the_number_and_when_to_try_again() -> None:
    words = number_held_words(NumberHeld("3281102", "Maypole School", "149917", NOW))
    assert "shares DfE number 3281102 with Maypole School (URN 149917)" in words
    assert "No invitation was sent" in words
    assert "ask to join" in words
    assert "try again after 23 November 2026" in words
    assert "try again" not in number_held_words(NumberHeld("3281102", "Maypole School", ""))


def test_a_wrong_school_is_told_of_by_what_differs() -> None:
    detail = {"chosen": "King's", "found": "Queen's", "differing": "name, postcode"}
    found = _layer("right_school", "fail", "wrong_school", **detail)
    (layer,) = _view(test=_test([found]))["layers"]
    assert "You chose King's, the MIS has Queen's. The name and postcode differ." in layer["words"]


def test_the_support_bundle_tells_support_what_it_needs() -> None:
    found = [
        _layer("register_match", dfe_number="3281102", name="King's School"),
        _layer(
            "authorisation", "fail", "service_down", said="service_down (HTTP 503): Busy\n[pass]"
        ),
        _layer("right_school", "fail", "wrong_school"),
        _layer("data", "skip"),
    ]
    assert _view(failing=True, test=_test(found, finished_at=NOW))["bundle"].splitlines() == [
        "School: King's School, GL1 2LR, DfE 3281102, URN 123456",
        "MIS: iSAMS (via Xporter on Demand)",
        "Status: Connection Problem",
        "Failing since 2026-11-23T08:00:00+00:00: too_slow",
        "Tested: 2026-11-23T08:59:55+00:00",
        "[pass] Register match: King's School has the DfE number 3281102",
        "[fail] Authorisation: Xporter on Demand has a fault. "
        "(service_down (HTTP 503): Busy [pass])",
        "[fail] Right school: The MIS belongs to another school than the one you chose. "
        "(wrong_school)",
        "[skip] Data: Skipped: it rests on the one above",
    ]


def test_nothing_on_the_page_opens_a_door() -> None:
    connection = connection_row(_school(), now=NOW, failing=True)
    test = _test([_layer("authorisation"), _layer("scopes", scopes="School")], finished_at=NOW)
    shown = str(view_of(_overview(connection), [], test))
    assert connection.secret_encrypted
    assert connection.secret_encrypted not in shown
    assert SECRET not in shown


def _line(kind: Kind, **detail: Any) -> str:
    return _view([Entry(7, NOW, kind, "James Walters", detail)])["lines"][0]["words"]


LINES = [
    (Kind.INVITATION_SENT, {"to": "james@kings.sch.uk"}, "Invitation sent to james@kings.sch.uk"),
    (
        Kind.INVITATION_REFUSED,
        {"why": "invite_refused", "said": "School not found in EduBase"},
        "Invitation not confirmed. Xporter on Demand did not take the invitation. "
        "School not found in EduBase",
    ),
    (
        Kind.INVITATION_REFUSED,
        {"why": "too_slow", "said": ""},
        "Invitation not confirmed. Xporter on Demand did not answer in time.",
    ),
    (
        Kind.SCHOOL_MISMATCHED,
        {"name": "Queen's {School}"},
        "The MIS belongs to another school: Queen's {School}",
    ),
    (
        Kind.PROBLEM,
        {"why": "service_down"},
        "Calls to Xporter on Demand began to fail. Xporter on Demand has a fault.",
    ),
    (Kind.TESTED, {"passed": True}, "Connection tested: everything passed"),
    (Kind.TESTED, {"passed": False}, "Connection tested: something failed"),
    (Kind.CONNECTED, {}, "Connected"),
]


@pytest.mark.parametrize(("kind", "detail", "words"), LINES)
def test_a_line_of_the_timeline_is_a_sentence(
    kind: Kind, detail: dict[str, Any], words: str
) -> None:
    assert _line(kind, **detail) == words


def test_a_line_says_when_and_by_whom() -> None:
    entry = Entry(7, NOW, Kind.TESTED, "James Walters", {"passed": True})
    line = _view([entry])["lines"][0]
    assert (line["key"], line["at"], line["by"]) == ("7", NOW.isoformat(), "James Walters")


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        (
            "invite_refused",
            "School not found in EduBase.",
            "Xporter on Demand did not take the invitation. It said: School not found in EduBase. "
            "No invitation was sent, and nothing else changed. Check your school's details, then "
            "click Grant Access again. If it is refused once more, tell help@assembly.education.",
        ),
        (
            "service_down",
            "",
            "Xporter on Demand has a fault. No invitation was sent, and nothing else changed. "
            "Try again in a minute.",
        ),
        (
            "too_slow",
            "",
            "Xporter on Demand did not answer in time. The invitation may have been sent or not. "
            "Look into the mailbox of the school owner. If nothing has come within five minutes, "
            "click Grant Access again.",
        ),
    ],
)
def test_a_grant_that_came_to_nothing_says_why_what_is_safe_and_what_next(
    kind: str, said: str, words: str
) -> None:
    assert invite_failed_words(kind, said) == words


def _family(error: type[XporterError]) -> list[type[XporterError]]:
    return [error, *(member for child in error.__subclasses__() for member in _family(child))]


def test_every_error_of_the_client_and_of_the_room_has_words() -> None:
    kinds = {error.kind for error in _family(XporterError)} | {SecretUnreadable.kind}
    missing = kinds - set(PROBLEMS)
    assert not missing, f"Say in connector_problems.py what these mean: {sorted(missing)}"


def test_every_cause_a_layer_names_has_words() -> None:
    source = re.findall(r'Outcome\(FAIL, "(\w+)"', _source(layers))
    assert {"no_dfe_number", "not_installed"} <= set(source) <= set(PROBLEMS)


def test_no_words_are_kept_for_what_cannot_happen() -> None:
    kinds = {error.kind for error in _family(XporterError)} | {SecretUnreadable.kind, INTERRUPTED}
    named = re.findall(r'Outcome\(FAIL, "(\w+)"', _source(layers))
    assert set(PROBLEMS) == kinds | set(named)
    assert set(NEXT_STEPS) <= set(re.findall(r'"(\w+)"', _source(connector_view)))


def test_every_problem_is_whole_sentences_and_names_who_can_act() -> None:
    for kind, problem in PROBLEMS.items():
        assert re.fullmatch(r"[A-Z][^{}]*\.", problem.cause), kind
        assert re.fullmatch(r"[A-Z][^{}]*\.", problem.remedy), kind
        assert problem.who in (ADMIN, MANAGER, GROUPCALL, ASSEMBLY), kind


def test_whoever_has_nothing_to_do_is_not_named_as_the_one_to_act() -> None:
    for kind, problem in PROBLEMS.items():
        waits = problem.remedy.startswith("Nothing to do for you")
        assert not (waits and problem.who in (ADMIN, MANAGER)), kind


def test_every_kind_of_the_timeline_and_every_layer_has_words() -> None:
    assert set(TIMELINE) == {kind.value for kind in Kind}
    assert all(_line(kind) for kind in Kind)
    assert set(LAYER_TITLES) == set(layers.LAYERS) == set(LAYER_PASSED) | {"data"}


def _source(module: Any) -> str:
    with open(module.__file__) as file:
        return file.read()


def test_while_large_changes_wait_the_next_step_is_to_decide() -> None:
    connection = connection_row(_school(), now=NOW, connected=True)
    view = view_of(_overview(connection), [], None, ["SchoolBooking"], is_held=True)
    assert view["next_step"].startswith("Look at the large changes that wait for you")
    assert view["who"] == ADMIN
    paused = connection_row(_school(), now=NOW, connected=True, paused_at=NOW)
    found = view_of(_overview(paused), [], None, ["SchoolBooking"], is_held=True)
    assert found["next_step"] == view_of(_overview(paused), [], None)["next_step"]
