"""Proof Key for Code Exchange: what is asked of whom, and what proves what."""

from __future__ import annotations

import pytest

from assembly_ui.apps.pkce import is_proven, problem_of, s256

# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_example_of_the_standard_is_proven() -> None:
    assert s256(VERIFIER) == CHALLENGE
    assert is_proven(VERIFIER, CHALLENGE, "S256")


@pytest.mark.parametrize(
    ("verifier", "challenge", "method"),
    [
        ("", CHALLENGE, "S256"),
        (CHALLENGE, CHALLENGE, "S256"),
        (VERIFIER[:-1] + "x", CHALLENGE, "S256"),
        (VERIFIER, VERIFIER, "plain"),
        (VERIFIER, CHALLENGE, ""),
        (VERIFIER[:42], s256(VERIFIER[:42]), "S256"),
        (VERIFIER + "\n", s256(VERIFIER + "\n"), "S256"),
        ("x" * 129, s256("x" * 129), "S256"),
    ],
)
def test_nothing_else_is(verifier: str, challenge: str, method: str) -> None:
    assert not is_proven(verifier, challenge, method)


def test_without_a_challenge_there_must_be_no_proof_either() -> None:
    assert is_proven("", "", "")
    assert not is_proven(VERIFIER, "", "")


@pytest.mark.parametrize(
    ("challenge", "method", "is_required", "is_fine"),
    [
        ("", "", False, True),
        ("", "", True, False),
        ("", "S256", False, False),
        (CHALLENGE, "S256", True, True),
        (CHALLENGE, "S256", False, True),
        (CHALLENGE, "s256", False, False),
        (CHALLENGE, "S512", False, False),
        (CHALLENGE + "=", "S256", False, False),
        (CHALLENGE[:-1], "S256", False, False),
        (VERIFIER, "plain", False, False),
        (VERIFIER, "", False, False),
        (CHALLENGE, "", False, False),
        (VERIFIER, "plain", True, False),
        (VERIFIER, "", True, False),
        ("short", "plain", False, False),
    ],
)
def test_who_may_ask_how(challenge: str, method: str, is_required: bool, is_fine: bool) -> None:
    assert (problem_of(challenge, method, is_required=is_required) == "") is is_fine
