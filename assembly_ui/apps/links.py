"""Where messages and answers of this room point to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Links:
    """Our public `address`, without a trailing slash, and whom to ask.

    The address is also who we are to apps: the issuer (RFC 8414, RFC 9207).
    """

    address: str
    help_email: str

    @property
    def apps(self) -> str:
        """The page of apps."""
        return f"{self.address}/apps"

    @property
    def authorisations(self) -> str:
        """The record of every grant, change and revocation."""
        return f"{self.address}/authorisations"
