"""Proof Key for Code Exchange (RFC 7636). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

S256 = "S256"
PLAIN = "plain"
# 43 to 128 unreserved characters (RFC 7636, 4.1); a S256 challenge always has 43.
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")


def problem_of(challenge: str, method: str, *, is_public: bool) -> str:
    """Why an app may not ask like this; empty when it may.

    A public app must prove that it asked, and not by a word that anybody reads who reads
    the request (RFC 9700, 2.1.1).
    """
    if not challenge:
        if method:
            return "code_challenge_method was sent without code_challenge"
        return "code_challenge is required of public clients" if is_public else ""
    method = method or PLAIN
    if method == S256:
        fits = _S256_CHALLENGE.fullmatch(challenge)
        return "" if fits else "code_challenge is not 43 characters of base64url"
    if method != PLAIN:
        return "code_challenge_method must be S256"
    if is_public:
        return "code_challenge_method must be S256 for public clients"
    return "" if _VERIFIER.fullmatch(challenge) else "code_challenge is malformed"


def is_proven(verifier: str, challenge: str, method: str) -> bool:
    """Whether the verifier belongs to the challenge.

    A verifier without a challenge is refused as well: somebody may have cut the challenge
    out of the request (RFC 9700, 4.8.2).
    """
    if not challenge:
        return not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = s256(verifier) if method == S256 else verifier
    return hmac.compare_digest(made, challenge)


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
