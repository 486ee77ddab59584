"""The posted authorisation: read leniently, refused when it cannot be one."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.xporter.callback import (
    LONGEST_BODY,
    LONGEST_SECRET,
    MOST_MEMBERS,
    MOST_SCOPES,
    parse_body,
    parse_form,
)
from assembly_ui.xporter.errors import CallbackUnreadable

SECRET = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
NEEDED = {"schoolSecret": SECRET, "schoolId": "3281102"}
DOCUMENTED = NEEDED | {
    "schoolEmail": "office@kings.sch.uk",
    "schoolName": "King's School",
    "templateScopes": "School,Student,Staff",
    "scopes": "School,Student",
    "thirdParty": "XporterOnDemand",
    "partnerId": "assembly.example",
}


def _body(members: object) -> bytes:
    return urlencode(members).encode()  # type: ignore[arg-type]


def test_the_documented_form_is_read() -> None:
    read = parse_body(_body(DOCUMENTED | {"xodInstalled": "true", "installCompleted": "false"}))
    assert (read.estab, read.secret) == ("3281102", SECRET)
    assert (read.school_name, read.school_email) == ("King's School", "office@kings.sch.uk")
    assert read.scopes_asked == ("School", "Student", "Staff")
    assert read.scopes_granted == ("School", "Student")
    assert (read.installed, read.install_completed) == (True, False)
    assert read.partner_id == "assembly.example"


def test_what_is_not_said_is_not_known() -> None:
    read = parse_body(_body(NEEDED))
    assert (read.installed, read.install_completed) == (None, None)
    assert (read.school_name, read.scopes_granted) == ("", ())


@pytest.mark.parametrize(
    "spelt",
    [
        {"SCHOOLSECRET": SECRET, "SchoolID": "3281102"},
        {"school_secret": SECRET, "school-id": "3281102"},
        {"schoolSecret": f" {SECRET} ", "schoolId": "3281102\n"},
    ],
)
def test_names_are_compared_without_case_and_underscores(spelt: dict[str, str]) -> None:
    read = parse_body(_body(spelt))
    assert (read.estab, read.secret) == ("3281102", SECRET)


@pytest.mark.parametrize(
    ("said", "installed"),
    [
        ("true", True),
        ("True", True),
        ("1", True),
        ("yes", True),
        ("FALSE", False),
        ("0", False),
        ("", None),
        ("soon", None),
    ],
)
def test_installed_is_yes_no_or_unsaid(said: str, installed: bool | None) -> None:
    assert parse_body(_body(NEEDED | {"xodInstalled": said})).installed is installed


RECORDED = {
    "schoolId": "3281102",
    "schoolEmail": "office@kings.sch.uk",
    "schoolSecret": SECRET,
    "schoolName": "King's School",
    "templateScopes": "School,Student,Staff",
    "scopes": "School,Student",
    "thirdParty": "XporterOnDemand",
    "partnerId": "assembly.example",
    "authorisationPaused": "",
    "installcomplete": "false",
}
"""The members of a callback that the real service sent, in their spelling and order."""


@pytest.mark.parametrize("said", [True, False])
def test_the_recorded_form_says_whether_installation_is_complete(said: bool) -> None:
    read = parse_body(_body(RECORDED | {"installcomplete": str(said).lower()}))
    assert (read.installed, read.install_completed) == (None, said)


@pytest.mark.parametrize(
    "name", ["installcomplete", "InstallComplete", "install_complete", "installCompleted"]
)
def test_each_known_name_of_a_member_is_read(name: str) -> None:
    assert parse_body(_body(NEEDED | {name: "true"})).install_completed is True


def test_of_two_names_that_differ_the_later_state_counts() -> None:
    both = {"installcomplete": "false", "installCompleted": "true"}
    assert parse_body(_body(NEEDED | both)).install_completed is True


REFUSED = {
    "nothing": (b"", "schoolId: missing"),
    "no secret": (_body({"schoolId": "3281102"}), "schoolSecret: missing"),
    "no school": (_body({"schoolSecret": SECRET}), "schoolId: missing"),
    "an empty secret": (_body(NEEDED | {"schoolSecret": " "}), "schoolSecret: missing"),
    "a short number": (_body(NEEDED | {"schoolId": "328110"}), "schoolId: not 7 digits"),
    "a number of another script": (
        _body(NEEDED | {"schoolId": "٣٢٨١١٠٢"}),
        "schoolId: not 7 digits",
    ),
    "a path": (_body(NEEDED | {"schoolId": "../3281"}), "schoolId: not 7 digits"),
    "a long secret": (
        _body(NEEDED | {"schoolSecret": "x" * (LONGEST_SECRET + 1)}),
        "schoolSecret: too long",
    ),
    "a secret with a line end": (
        _body(NEEDED | {"schoolSecret": "a\r\nb"}),
        "schoolSecret: not plain text",
    ),
    "a secret outside ASCII": (
        _body(NEEDED | {"schoolSecret": "sécret"}),
        "schoolSecret: not plain text",
    ),
    "two secrets": (
        _body([*NEEDED.items(), ("SchoolSecret", "another")]),
        "schoolSecret: repeated",
    ),
    "two schools": (_body([*NEEDED.items(), ("schoolid", "3281110")]), "schoolId: repeated"),
    "too long": (_body(NEEDED) + b"&x=" + b"y" * LONGEST_BODY, "body: too long"),
    "too many members": (
        _body([*NEEDED.items(), *[(f"m{n}", "1") for n in range(MOST_MEMBERS)]]),
        "body: too many members",
    ),
    "JSON": (b'{"schoolSecret": "a", "schoolId": "3281102"}', "schoolId: missing"),
    "bytes": (bytes(range(256)), "schoolId: missing"),
}


@pytest.mark.parametrize(("body", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_one_is_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(CallbackUnreadable) as caught:
        parse_body(body)
    assert caught.value.detail == why


def test_the_same_value_twice_is_one_value() -> None:
    assert parse_body(_body([*NEEDED.items(), *NEEDED.items()])).estab == "3281102"


def test_a_long_tail_is_cut() -> None:
    scopes = ",".join(f"Scope{n}" for n in range(MOST_SCOPES + 50))
    read = parse_body(_body(NEEDED | {"schoolName": "x" * 5000, "scopes": scopes}))
    assert (len(read.school_name), len(read.scopes_granted)) == (300, MOST_SCOPES)


def test_the_secret_is_not_printed() -> None:
    assert SECRET not in repr(parse_body(_body(DOCUMENTED)))


def test_a_refusal_repeats_nothing_of_what_was_posted() -> None:
    with pytest.raises(CallbackUnreadable) as caught:
        parse_body(_body({"schoolSecret": SECRET, "schoolId": SECRET}))
    assert SECRET not in f"{caught.value!r} {caught.value}"


@given(body=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(CallbackUnreadable):
        assert len(parse_body(body).estab) == 7


names = st.sampled_from([*DOCUMENTED, "xodInstalled", "installcomplete", "SCOPES", "x"])
values = st.text(st.characters(), max_size=60) | st.sampled_from([SECRET, "3281102", "true"])


@given(pairs=st.lists(st.tuples(names, values), max_size=12))
def test_any_form_is_read_into_plain_values_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        read = parse_form(pairs)
    except CallbackUnreadable:
        return
    assert len(read.estab) == 7
    assert 0 < len(read.secret) <= LONGEST_SECRET
    for text in (read.estab, read.secret, read.school_name, read.partner_id, *read.scopes_granted):
        assert "\0" not in text
        text.encode()


@given(pairs=st.lists(st.tuples(st.text(max_size=20), st.none() | st.integers() | st.binary())))
def test_members_of_other_types_are_as_good_as_missing(pairs: list) -> None:
    with pytest.raises(CallbackUnreadable):
        parse_form(pairs)
