"""Proof Key for Code Exchange (RFC 7636). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

S256 = "S256"
# 43 to 128 unreserved characters (RFC 7636, 4.1); a S256 challenge always has 43.
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")


def problem_of(challenge: str, method: str, *, is_required: bool) -> str:
    """Why an app may not ask like this; empty when it may.

    `plain` is refused, also when it is meant by leaving the method out: whoever reads the
    request would read the verifier (RFC 9700, 2.1.1).
    """
    if not challenge:
        if method:
            return "code_challenge_method was sent without code_challenge"
        return "code_challenge is required of this client" if is_required else ""
    if method != S256:
        return "code_challenge_method must be S256"
    fits = _S256_CHALLENGE.fullmatch(challenge)
    return "" if fits else "code_challenge is not 43 characters of base64url"


def is_proven(verifier: str, challenge: str, method: str) -> bool:
    """Whether the verifier belongs to the challenge, by S256.

    A verifier without a challenge is refused as well: somebody may have cut the challenge
    out of the request (RFC 9700, 4.8.2).
    """
    if not challenge:
        return not verifier
    if method != S256 or not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(s256(verifier), challenge)


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
