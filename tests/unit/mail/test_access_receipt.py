"""A receipt says what happened to an app's access; a request for deletion whom to answer."""

from __future__ import annotations

import re

import pytest

from assembly_ui.mail.render import render
from tests.factories.mail import a_message

NOTHING: dict[str, object] = {"held": [], "added": [], "removed": []}


@pytest.mark.parametrize(
    ("what", "different", "subject", "said"),
    [
        ("authorised", {}, "may now read your school", "It may read:"),
        ("changed", {"added": ["Rooms"]}, "has changed", "It may now read as well:"),
        ("changed", {"removed": ["Rooms"]}, "has changed", "It may no longer read:"),
        ("revoked", {}, "can no longer read", "“Amina Khan” revoked the access of “SchoolBooking”"),
        ("ended_by_app", {"by": ""}, "can no longer read", "“SchoolBooking” itself ended"),
        ("deletion_asked", {}, "was asked to delete", "They answer to the person who asked."),
    ],
)
def test_what_happened_is_said(
    what: str, different: dict[str, object], subject: str, said: str
) -> None:
    rendered = render(
        a_message("access_receipt", what=what, **{**NOTHING, "held": ["Emails"], **different})
    )
    assert subject in rendered.subject
    assert said in " ".join(rendered.text.split())
    assert said in " ".join(re.sub("</?(bdi|strong)>", "", rendered.html).split())


def test_every_scope_has_a_line_of_its_own_however_many_there_are() -> None:
    titles = [f"Area {number}" for number in range(85)]
    text = render(a_message("access_receipt", held=titles)).text
    assert all(f"\n{title}\n" in text for title in titles)


def test_our_help_desk_is_told_how_to_pass_a_request_on() -> None:
    rendered = render(a_message("deletion_requested", support_page="https://rooms.example/help"))
    for words in (rendered.text, rendered.html):
        assert "https://rooms.example/help" in words
    assert "gave us no email address" not in render(a_message("deletion_requested")).text
