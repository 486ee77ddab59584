"""What School Setup, School Details and Users show, from what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assembly_ui.connector.models import Connection
from assembly_ui.connector.overview import Overview
from assembly_ui.connector.status import Facts, Status
from assembly_ui.mail.delivery import Delivery
from assembly_ui.schools.invitations import OpenInvitation
from assembly_ui.schools.join import RequestView
from assembly_ui.schools.member_list import Order
from assembly_ui.schools.members import MemberView
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.register import Register
from assembly_ui.web import details_view, school_view, users_view

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _text(parts: list) -> str:
    return "".join(part["text"] for part in parts)


def _marked(parts: list) -> list[str]:
    return [part["text"] for part in parts if part["matched"]]


def test_a_suggestion_shows_name_town_postcode_authority_and_urn(register: Register) -> None:
    (first, *_) = school_view.suggestions(register.search("camden school for girls"))
    assert (first["label"], first["key"]) == ("The Camden School for Girls", "100054")
    shown = ("town", "postcode", "local_authority", "urn")
    assert [_text(first[name]) for name in shown] == ["London", "NW5 2DB", "Camden", "100054"]
    assert _marked(first["name"]) == ["Camden", "School", "for", "Girls"]


def test_the_dfe_number_is_shown_to_those_who_ask_by_it(register: Register) -> None:
    (by_number,) = school_view.suggestions(register.search("2024611"))
    assert _marked(by_number["dfe_number"]) == ["2024611"]
    (by_name, *_) = school_view.suggestions(register.search("camden school for girls"))
    assert by_name["dfe_number"] == []


def test_more_than_ten_ask_for_more_letters(register: Register) -> None:
    found = register.search("saint")
    assert len(school_view.suggestions(found)) == 10
    assert school_view.note_of("saint", found) == "More than 10 match, keep typing"
    assert school_view.says_of("saint", found) == (
        "10 schools are shown. More than 10 match, keep typing."
    )


@pytest.mark.parametrize(
    "asked", ["UKPRN 10012345", "UKPRN10012345", "10012345", "ukprn: 10012345"]
)
def test_a_ukprn_is_told_by_which_numbers_schools_are_found(register: Register, asked: str) -> None:
    found = register.search(asked)
    assert school_view.note_of(asked, found) == (
        "Search by name, postcode, URN or DfE number: we do not hold UKPRNs."
    )


def test_nothing_found_leads_to_typing_the_school_in(register: Register) -> None:
    found = register.search("zzzqqqxxx")
    (way_on,) = school_view.suggestions(found)
    assert (way_on["key"], way_on["label"]) == (school_view.NOT_LISTED, "")
    assert _text(way_on["name"]) == "My school is not listed"
    assert "zzzqqqxxx" in school_view.note_of("zzzqqqxxx", found)
    assert "not listed is available" in school_view.says_of("zzzqqqxxx", found)


def test_one_school_is_one_school(register: Register) -> None:
    assert school_view.says_of("100054", register.search("100054")) == "1 school available."


def test_the_choice_is_echoed(register: Register) -> None:
    echo = school_view.chosen(register.get("100054"))
    assert (echo["name"], echo["town"], echo["postcode"]) == (
        "The Camden School for Girls",
        "London",
        "NW5 2DB",
    )
    assert school_view.chosen(None)["urn"] == ""


def _overview(connection: Connection | None = None, **columns) -> Overview:
    values = {"name": "King's", "mis": "isams-xod", "mis_chosen_at": NOW, "created_at": NOW}
    school = School(id=1, **(values | columns))
    connection = connection or Connection(school_id=1)
    return Overview(school, "James", Status.AWAITING_INVITATION, Facts(), connection, NOW)


def test_the_record_shows_what_is_known_and_nothing_empty() -> None:
    view = details_view.view_of(
        _overview(urn="1", la_code="202", establishment_number="4611", town="London")
    )
    assert [(line["name"], line["value"]) for line in view["record"]] == [
        ("Name", "King's"),
        ("URN", "1"),
        ("DfE number", "2024611"),
        ("Town", "London"),
    ]
    assert view["is_listed"]
    assert not view["lacks_number"]


@pytest.mark.parametrize(
    ("website", "href"),
    [
        ("www.kings.sch.uk", "https://www.kings.sch.uk"),
        ("http://kings.sch.uk", "http://kings.sch.uk"),
        ("HTTPS://kings.sch.uk", "HTTPS://kings.sch.uk"),
        ("javascript:alert(1)", ""),
        ("data:text/html.x,x", ""),
        ("none", ""),
    ],
)
def test_only_web_addresses_become_links(website: str, href: str) -> None:
    record = details_view.view_of(_overview(website=website))["record"]
    assert [line["href"] for line in record if line["name"] == "Website"] == [href]


def test_what_the_mis_says_is_shown_once_it_has_spoken() -> None:
    view = details_view.view_of(
        _overview(
            Connection(
                school_id=1,
                mis_school_name="King's School",
                mis_estab="4611",
                school_matches=True,
                school_checked_at=NOW,
                first_connected_at=NOW,
            )
        )
    )
    assert (view["mis_name"], view["matches"]) == ("King's School", "pass")
    assert (view["checked"], view["connected_before"]) == (NOW.isoformat(), True)
    before = details_view.view_of(_overview())
    assert (before["mis_name"], before["matches"], before["connected_before"]) == (
        "",
        "wait",
        False,
    )


def test_what_the_mis_says_stands_beside_the_register_and_differences_are_marked() -> None:
    said = {
        "head": "Mrs A Head",
        "phase": "Primary",
        "address": "King's School\nCastle Lane\nLondon\nNW1 9AA",
        "telephone": "+44 20 7946 0000",
        "academic_year": "2026",
        "mis_version": "4",
    }
    connection = Connection(
        school_id=1,
        mis_school_name="KINGS SCHOOL",
        mis_estab="2024611",
        mis_code="isams",
        mis_says=said,
    )
    school = {
        "name": "King's School",
        "la_code": "202",
        "establishment_number": "4612",
        "postcode": "NW19AA",
        "phase": "Secondary",
        "telephone": "020 7946 0000",
    }
    lines = {
        line["name"]: line for line in details_view.view_of(_overview(connection, **school))["said"]
    }
    assert lines["Address"]["mis"] == "King's School, Castle Lane, London, NW1 9AA"
    assert lines["Academic year"]["mis"] == "2026/27"
    assert lines["MIS"]["mis"] == "iSAMS (version 4)"
    assert [name for name, line in lines.items() if line["differs"]] == ["DfE number", "Phase"]
    assert "Email" not in lines


def test_a_school_not_listed_and_without_number_says_so() -> None:
    view = details_view.view_of(_overview(needs_review_since=NOW, mis="bromcom"))
    assert not view["is_listed"]
    assert view["lacks_number"]
    assert view["in_review"] == NOW.isoformat()
    assert "Bromcom cannot be connected" in view["mis_not_available"]


def test_a_member_is_shown_by_name_or_else_by_address() -> None:
    view = MemberView(7, "", "ann@kings.sch.uk", Role.ADMIN, NOW, None)
    shown = users_view.member(view, me=7)
    assert (shown["name"], shown["role_name"], shown["seen"]) == ("ann@kings.sch.uk", "Admin", "")
    assert shown["is_me"]
    assert not shown["is_owner"]


def test_an_invitation_is_marked_when_it_is_too_late() -> None:
    view = OpenInvitation(1, "ann@kings.sch.uk", Role.VIEWER, "James", NOW, NOW, Delivery.SENT)
    assert users_view.invited(view, now=NOW)["expired"]
    assert not users_view.invited(view, now=NOW - timedelta(seconds=1))["expired"]
    assert users_view.invited(view, now=NOW)["until"] == "23 November 2026"


def test_a_person_without_a_name_asks_by_address() -> None:
    assert users_view.asking(RequestView(1, "", "ann@kings.sch.uk", NOW))["name"] == (
        "ann@kings.sch.uk"
    )


@pytest.mark.parametrize(
    ("asked", "order"), [("name", Order.NAME), ("last_seen", Order.LAST_SEEN), ("x", Order.ROLE)]
)
def test_any_other_order_is_by_role(asked: str, order: Order) -> None:
    assert users_view.order_of(asked) is order
