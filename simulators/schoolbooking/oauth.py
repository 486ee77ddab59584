"""SchoolBooking's side of OAuth 2: where people are sent, and how codes become tokens.

RFC 6749 with PKCE (RFC 7636). The client proves itself by HTTP Basic.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from simulators.schoolbooking.errors import AccessEnded, NoAnswer
from simulators.schoolbooking.requested_scopes import SCOPE

# What a server refuses for good; whatever else goes wrong may go right later.
FINAL = {"invalid_grant", "invalid_token", "unauthorized_client"}


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave. `refresh` is empty when the former one stays good."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime | None
    school_id: int
    scopes: list[str]


@dataclass(frozen=True)
class Client:
    """SchoolBooking as Assembly knows it.

    `authorise_at` is where browsers are sent, `token_at` where codes are exchanged.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    authorise_at: str
    token_at: str

    def authorise_address(self, *, state: str, verifier: str) -> str:
        """Where a person is sent to let a school's data be read."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.authorise_at}?{urlencode(asked)}"

    async def exchange(
        self, http: httpx.AsyncClient, *, code: str, verifier: str, now: datetime
    ) -> Tokens:
        """Tokens for a code.

        Raises:
            AccessEnded: the code is not good, or not any more.
            NoAnswer
        """
        return await self._ask(
            http,
            now,
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.redirect_uri,
            code_verifier=verifier,
        )

    async def refresh(self, http: httpx.AsyncClient, *, token: str, now: datetime) -> Tokens:
        """New tokens for a refresh token.

        Raises:
            AccessEnded: the school let us read no longer.
            NoAnswer
        """
        return await self._ask(http, now, grant_type="refresh_token", refresh_token=token)

    async def _ask(self, http: httpx.AsyncClient, now: datetime, **form: str) -> Tokens:
        try:
            answer = await http.post(
                self.token_at,
                data=form,
                auth=(self.client_id, self.client_secret),
                headers={"Accept": "application/json"},
            )
            body = answer.json()
            if answer.is_success:
                return _tokens(body, now)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError) as error:
            raise NoAnswer from error
        if isinstance(body, dict) and body.get("error") in FINAL:
            raise AccessEnded
        raise NoAnswer


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _tokens(body: Any, now: datetime) -> Tokens:
    if not isinstance(body, dict):
        raise NoAnswer
    lasts = body.get("expires_in")
    return Tokens(
        access=str(body["access_token"]),
        refresh=str(body.get("refresh_token") or ""),
        expires_at=now + timedelta(seconds=float(lasts)) if lasts else None,
        school_id=int(body["school_id"]),
        scopes=sorted(str(scope) for scope in body.get("scopes") or []),
    )
