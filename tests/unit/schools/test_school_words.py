"""Every error of the room has words of its own, in plain English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from assembly_ui.accounts.errors import Throttled
from assembly_ui.schools import errors
from assembly_ui.schools.mis import CATALOGUE
from assembly_ui.schools.models import Role
from assembly_ui.schools.unlisted import FIELDS
from assembly_ui.web.school_words import (
    MIS_CHOICES,
    ROLE_CHOICES,
    ROLE_MEANINGS,
    a_role,
    changing_words,
    invitation_words,
    not_available_words,
    set_up_words,
    unlisted_words,
    words_for,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=42)
ARGUMENTS: dict[type, tuple] = {
    errors.SchoolListed: ("100001", "Abbey School"),
    errors.SchoolTaken: (1, "Abbey School"),
    errors.NumberShared: ([],),
    errors.AlreadyMember: (1,),
    errors.RequestDeclined: (SOON,),
    errors.InvitationExpired: (SOON,),
    errors.InvitationForSomeoneElse: ("ann@kings.sch.uk",),
    errors.InvitedTooSoon: (SOON,),
    errors.FieldProblems: ({},),
    errors.TooManyUnverified: (3,),
    errors.AddressElsewhere: ("abbey.gloucs.sch.uk",),
    errors.ProofLinkSent: (SOON,),
    errors.DisputedAlready: (NOW,),
}
# Answered elsewhere: by the field, by asking to join, by the command line.
ELSEWHERE = (errors.FieldProblems, errors.SchoolTaken, errors.RegisterImportProblem)


def _leaves(of: type[errors.SchoolsError]) -> Iterator[type[errors.SchoolsError]]:
    below = of.__subclasses__()
    if not below:
        yield of
    for kind in below:
        yield from _leaves(kind)


SPOKEN = [
    errors.NotAllowed,
    *(kind for kind in _leaves(errors.SchoolsError) if not issubclass(kind, ELSEWHERE)),
]


@pytest.mark.parametrize("kind", SPOKEN)
def test_every_error_says_what_happened(kind: type[errors.SchoolsError]) -> None:
    said = words_for(kind(*ARGUMENTS.get(kind, ())), now=NOW)
    assert said.endswith(".")
    assert "That did not work" not in said


def test_no_two_invitations_that_open_nothing_are_explained_alike() -> None:
    dead = [
        errors.InvitationUnknown(),
        errors.InvitationUsed(),
        errors.InvitationRevoked(),
        errors.InvitationReplaced(),
        errors.InvitationOnHold(),
        errors.InvitationExpired(NOW),
    ]
    assert len({invitation_words(problem) for problem in dead}) == len(dead)
    assert "23 November 2026 at 09:00 UTC" in invitation_words(dead[-1])[1]


def test_a_cool_down_says_when_it_is_over() -> None:
    assert "in 42 seconds" in words_for(errors.InvitedTooSoon(SOON), now=NOW)
    assert "in 42 seconds" in words_for(Throttled(SOON), now=NOW)


def test_every_field_of_an_unlisted_school_has_words_for_every_problem() -> None:
    for problem in ("missing", "too_long", "malformed", "something new"):
        said = unlisted_words(dict.fromkeys(FIELDS, problem))
        assert list(said) == list(FIELDS)
        assert all(words.endswith(".") for words in said.values())


def test_isams_via_xporter_on_demand_heads_the_drop_down_list() -> None:
    assert MIS_CHOICES[0] == ("isams-xod", "iSAMS (via Xporter on Demand)")


@pytest.mark.parametrize("mis", CATALOGUE)
def test_only_an_mis_that_is_not_available_says_so(mis) -> None:
    assert bool(not_available_words(mis.key)) is not mis.is_available
    assert ("cannot be connected" in set_up_words("Abbey", mis.key, wants_news=False)) is (
        not mis.is_available
    )


def test_news_is_promised_to_those_who_asked_for_it() -> None:
    assert "We will email you" in set_up_words("Abbey", "bromcom", wants_news=True)
    assert "We will email you" not in set_up_words("Abbey", "bromcom", wants_news=False)
    assert "We will email you" not in set_up_words("Abbey", "isams-xod", wants_news=True)


@pytest.mark.parametrize(
    ("before", "after", "telling"),
    [
        ("isams-xod", "bromcom", "Bromcom cannot be connected"),
        ("bromcom", "isams-xod", "click Grant Access"),
        ("isams-xod", "sims-xod", "must be installed for SIMS too"),
        ("isams-xod", "gone", "cannot be connected"),
        ("gone", "isams-xod", "click Grant Access"),
    ],
)
def test_what_another_mis_means_is_spelt_out(before: str, after: str, telling: str) -> None:
    said = " ".join(changing_words(before, after))
    assert telling in said
    assert "What we already hold of your school stays as it is." in said


def test_roles_are_named_explained_and_only_two_are_given() -> None:
    assert [a_role(role) for role in Role] == ["an owner", "an admin", "a viewer"]
    assert set(ROLE_MEANINGS) == set(Role)
    assert [value for value, _ in ROLE_CHOICES] == ["viewer", "admin"]
