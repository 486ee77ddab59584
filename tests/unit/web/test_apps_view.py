"""What the pages of apps say, from what is known of apps and requests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assembly_ui.apps import errors
from assembly_ui.apps.catalogue import AppView, Held
from assembly_ui.apps.models import Happening
from assembly_ui.connector.status import Status
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.web.apps_view import (
    app_shown,
    change_words,
    difference_words,
    optional_shown,
    own_page,
    required_shown,
)
from assembly_ui.web.apps_words import (
    EVENT_TONES,
    EVENTS,
    list_of,
    not_connected_words,
    request_words,
    words_for,
)
from assembly_ui.web.in_pages import contains, page_of
from assembly_ui.web.record_words import counted
from assembly_ui.web.request_steps import Missing, missing, steps
from assembly_ui.web.scopes_view import shown

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _caller(role: Role | None, school_id: int | None = 1) -> Caller:
    return Caller(session_id=1, user_id=1, name="J", email="j@k.uk", school_id=school_id, role=role)


def _app(held: Held | None = None, **different: str) -> AppView:
    given = {
        "website_uri": "https://rooms.example",
        "support_uri": "mailto:help@rooms.example",
        "privacy_policy_uri": "",
        "install_uri": "https://rooms.example/install",
    }
    return AppView(
        id=1,
        slug="rooms",
        name="Rooms",
        summary="",
        description="",
        purpose="",
        required_scopes=("timetables",),
        optional_scopes=("contacts.emails", "students.basic"),
        is_ours=False,
        disabled_at=None,
        authorisation=held,
        **{**given, **different},
    )


def _held(*scopes: str, offered: tuple[str, ...] = ("contacts.emails", "students.basic")) -> Held:
    return Held(1, scopes, ("school", "timetables"), (), offered, NOW, "James", None, None, None)


@pytest.mark.parametrize(
    ("me", "status", "step"),
    [
        (None, None, Missing.ACCOUNT),
        (_caller(None, None), None, Missing.SCHOOL),
        (_caller(Role.OWNER), None, Missing.CONNECTION),
        (_caller(Role.OWNER), Status.ACCESS_PAUSED, Missing.CONNECTION),
        (_caller(Role.VIEWER), Status.CONNECTED, Missing.AUTHORITY),
        (_caller(Role.ADMIN), Status.CONNECTED, Missing.NOTHING),
        (_caller(Role.OWNER), Status.CONNECTED, Missing.NOTHING),
    ],
)
def test_the_first_missing_step_is_found(
    me: Caller | None, status: Status | None, step: Missing
) -> None:
    assert missing(me, status) is step


def test_what_is_done_is_marked_and_what_lies_ahead_is_not() -> None:
    shown_steps = steps(Missing.CONNECTION, app="Rooms", school="King's School")
    assert [step["mark"] for step in shown_steps] == ["pass", "pass", "wait", "wait"]
    assert shown_steps[1]["words"] == "You look after King's School"


def test_a_scope_says_how_many_it_concerns_and_what_it_brings() -> None:
    counts = {"contact": 2361, "student": 1122}
    (emails,) = shown(["contacts.emails"], counts=counts, held=["contacts.emails"])
    assert (emails["figures"], emails["brings"]) == ("2,361 contacts", "Contact Basic Information")
    assert (emails["ticked"], emails["group"]) == (True, "contacts")
    (emails,) = shown(["contacts.emails"], counts={}, beside=["contacts.basic"])
    assert (emails["figures"], emails["brings"], emails["ticked"]) == ("", "", False)


def test_scopes_stand_in_the_order_of_the_catalogue_and_unknown_ones_are_passed_over() -> None:
    names = [scope.name for scope in SCOPES]
    listed = shown([*reversed(names), "gone.for.good"], counts={})
    assert [scope["name"] for scope in listed] == names


def test_every_example_is_invented_and_every_field_in_words() -> None:
    for scope in shown([scope.name for scope in SCOPES], counts={}):
        for field in scope["fields"]:
            assert field["words"], scope["name"]
        keys = [field["key"] for field in scope["fields"]]
        assert len(keys) == len(set(keys)), scope["name"]


def test_what_came_along_with_an_optional_scope_is_shown_and_told_apart() -> None:
    view = _app(_held("school", "timetables", "contacts.basic", "contacts.emails"))
    listed = {scope["name"]: scope["note"] for scope in required_shown(view, {})}
    assert listed == {
        "school": "",
        "timetables": "",
        "contacts.basic": "Comes with an optional one",
    }
    ticked = {scope["name"]: scope["ticked"] for scope in optional_shown(view, {})}
    assert ticked == {"contacts.emails": True, "students.basic": False}


def test_a_change_is_told_with_what_it_brings_and_takes_along() -> None:
    held = _held("school", "timetables", "contacts.basic", "contacts.emails")
    assert change_words(held, ["students.basic"]) == (
        ["Student Basic Information"],
        ["Contact Basic Information", "Contact Emails"],
    )
    assert change_words(held, ["contacts.emails"]) == ([], [])


@pytest.mark.parametrize(
    ("new", "gone", "words"),
    [
        (0, 0, "asks for what it has already"),
        (1, 0, "Rooms asks for 1 set of data more."),
        (0, 2, "Rooms does not ask for 2 sets of data any more."),
        (3, 1, "asks for 3 sets of data more and does not ask for 1 set of data any more"),
    ],
)
def test_a_difference_is_told(new: int, gone: int, words: str) -> None:
    assert words in difference_words("Rooms", new=new, gone=gone)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://rooms.example", True),
        ("http://localhost:3000/x", True),
        ("mailto:help@rooms.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        (" https://rooms.example", False),
        ("//rooms.example", False),
        ("", False),
    ],
)
def test_people_are_sent_to_web_addresses_and_mailboxes_only(address: str, kept: bool) -> None:
    assert own_page(address) == (address if kept else "")
    assert app_shown(_app(install_uri=address))["install"] == (address if kept else "")


def test_everything_that_happens_has_words_and_a_tone() -> None:
    assert set(EVENTS) == set(EVENT_TONES) == set(Happening)


def _leaves(kind: type[errors.AppsError]) -> list[type[errors.AppsError]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return below or [kind]


def test_every_request_that_opens_nothing_says_why_and_how_to_go_on() -> None:
    said = {request_words(kind()) for kind in _leaves(errors.RequestProblem)}
    assert len(said) == len(_leaves(errors.RequestProblem))
    assert all(sentence.endswith(".") for _, sentence in said)


@pytest.mark.parametrize(
    "error",
    [
        errors.NotConnected("access_paused"),
        errors.WrongSchool("123456"),
        errors.AuthorisationUnknown(),
        errors.NotRevoked(),
        errors.AppUnknown(),
        errors.RequestExpired(),
        errors.AppsError(),
    ],
)
def test_every_refusal_has_a_sentence(error: errors.AppsError) -> None:
    assert words_for(error).endswith(".")


def test_a_status_we_do_not_know_is_not_connected() -> None:
    assert "It is not connected now" in not_connected_words("")


def test_words_in_a_row() -> None:
    assert [list_of(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_list_in_memory_is_cut_into_pages() -> None:
    assert page_of(range(60), 2).rows == list(range(25, 50))
    last = page_of(range(60), 99)
    assert (last.number, last.pages, last.total, last.rows) == (3, 3, 60, list(range(50, 60)))
    assert page_of([], -5).number == 1


def test_every_word_of_what_is_sought_must_be_found() -> None:
    assert contains("rooms BOOK", "Books rooms")
    assert contains("", "anything")
    assert not contains("rooms cars", "Books rooms")


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        ("room", 1, "1 room"),
        ("student", 1204, "1,204 students"),
        ("mis_subject", 2, "2 MIS subjects"),
        ("something_new", 3, "3 something new"),
    ],
)
def test_records_are_counted_in_words(kind: str, count: int, words: str) -> None:
    assert counted(kind, count) == words


def test_what_shows_some_records_of_a_kind_does_not_claim_all_of_them() -> None:
    (cover, timetable) = shown(["timetables.cover", "timetables"], counts={"lesson": 5009})[::-1]
    assert (cover["figures"], timetable["figures"]) == ("", "5,009 lessons")
