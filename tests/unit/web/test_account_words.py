"""Every error of the accounts room has words, and they help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assembly_ui.accounts import errors
from assembly_ui.accounts.sign_up_form import FIELDS
from assembly_ui.web.account_words import STRENGTH, field_words, link_words, wait, words_for

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LAST_RESORT = ("cannot be used", "did not work", "Fill in this field")

EXAMPLES = {
    errors.TooLong: (64,),
    errors.EmailUndeliverable: ("kings.sch.uk",),
    errors.PasswordTooShort: (8,),
    errors.InviteCodeUnknown: ("spring",),
    errors.InviteCodeExpired: ("spring", "Acme", NOW),
    errors.InviteCodeUsedUp: ("spring", "", 5),
    errors.InviteCodeDisabled: ("spring",),
    errors.FormRefused: ({"email": errors.Missing()},),
    errors.LinkUsed: (NOW,),
    errors.LinkExpired: (NOW,),
    errors.NotConfirmed: ("james@kings.sch.uk",),
    errors.Throttled: (NOW + timedelta(minutes=12),),
    errors.TooBusy: (NOW + timedelta(seconds=5),),
    errors.InviteCodeTaken: ("spring",),
}


def _leaves(kind: type[errors.AccountsError]) -> list[type[errors.AccountsError]]:
    below = kind.__subclasses__()
    own = [] if below and kind not in EXAMPLES else [kind]
    return own + [leaf for each in below for leaf in _leaves(each)]


def _example(kind: type[errors.AccountsError]) -> errors.AccountsError:
    return kind(*EXAMPLES.get(kind, ()))


@pytest.mark.parametrize("kind", _leaves(errors.AccountsError), ids=lambda kind: kind.__name__)
def test_every_error_has_words_of_its_own(kind: type[errors.AccountsError]) -> None:
    error = _example(kind)
    if isinstance(error, errors.FieldProblem):
        words = [field_words(field, error) for field in FIELDS]
    elif isinstance(error, errors.LinkProblem):
        words = [link_words(error, resets=resets).sentence for resets in (True, False)]
    else:
        words = [words_for(error, now=NOW)]
    for sentence in words:
        assert sentence[0].isupper() or sentence[0] == "“"
        assert sentence.endswith(".")
        assert not any(vague in sentence for vague in LAST_RESORT), f"{kind.__name__} has no words"


@pytest.mark.parametrize("kind", _leaves(errors.LinkProblem), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("resets", [True, False])
def test_every_broken_link_shows_a_way_on(kind: type[errors.LinkProblem], resets: bool) -> None:
    words = link_words(_example(kind), resets=resets)
    assert words.heading
    assert words.way_on
    assert words.href in {"/log-in", "/forgotten-password", "/resend-confirmation"}


@pytest.mark.parametrize("field", FIELDS)
def test_an_empty_field_is_asked_for_by_name(field: str) -> None:
    assert field_words(field, errors.Missing()).startswith(("Enter", "Type"))


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (errors.InviteCodeUnknown("spring"), "There is no invite code “spring”."),
        (errors.InviteCodeExpired("spring", "Acme", NOW), "expired on 23 November 2026 at 09:00"),
        (errors.InviteCodeExpired("spring", "Acme", NOW), "Ask Acme or help@assembly.education"),
        (errors.InviteCodeUsedUp("spring", "", 1), "the one person it was made for"),
        (errors.InviteCodeUsedUp("spring", "", 5), "all 5 people it was made for"),
        (errors.InviteCodeDisabled("spring"), "was switched off"),
    ],
)
def test_an_invite_code_says_which_and_whom_to_ask(problem: errors.FieldProblem, said: str) -> None:
    words = field_words("invite_code", problem)
    assert said in words
    assert "help@assembly.education" in words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "in 1 second"),
        (0.2, "in 1 second"),
        (42, "in 42 seconds"),
        (60, "in 1 minute"),
        (61, "in 2 minutes"),
        (900, "in 15 minutes"),
    ],
)
def test_a_refusal_says_when_to_return(seconds: float, words: str) -> None:
    assert wait(NOW + timedelta(seconds=seconds), NOW) == words


def test_every_strength_has_a_word() -> None:
    assert len(STRENGTH) == 5
