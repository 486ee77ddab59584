"""Browsers: by which cookie one is known again, and where it may be led."""

from __future__ import annotations

import secrets

from fastapi.responses import Response
from starlette.requests import Request

from simulators.schoolbooking import accounts
from simulators.schoolbooking.accounts import Me
from simulators.schoolbooking.application import CALLBACK, INSTALL, SchoolBooking
from simulators.schoolbooking.errors import NotLoggedIn
from simulators.xporter.text_validation import line

# Lax: no other site can post in a customer's name, yet Assembly can send them back.
WORD, ADDRESS = "schoolbooking", "schoolbooking_address"
YEAR = 365 * 24 * 3600


async def who(booking: SchoolBooking, request: Request) -> Me | None:
    """Whoever is logged in there, if anybody is."""
    word = request.cookies.get(WORD, "")
    try:
        return await accounts.who(booking.database, word=word, now=booking.clock())
    except NotLoggedIn:
        return None


def remember(booking: SchoolBooking, answer: Response, *, word: str, address: str) -> None:
    """Have the browser stay logged in, and know the address the next time."""
    for name, value in ((WORD, word), (ADDRESS, address)):
        answer.set_cookie(
            name,
            value,
            max_age=YEAR,
            path=booking.path or "/",
            secure=booking.is_https,
            httponly=True,
            samesite="lax",
        )


def forget(booking: SchoolBooking, answer: Response) -> None:
    """Have the browser be logged in no more."""
    answer.delete_cookie(WORD, path=booking.path or "/")


def likely_address(request: Request) -> str:
    """The address used last; else one that nobody has, so that two demos never meet."""
    known = line(request.cookies.get(ADDRESS, ""), 254)
    return known or f"bookings.{secrets.token_hex(2)}@example.sch.uk"


def safe_tail(typed: str) -> str:
    """Where to go on after logging in, as it came in an address; nowhere that is not ours."""
    is_ours = typed == INSTALL or typed.startswith(f"{CALLBACK}?")
    return typed if is_ours and typed.isascii() and typed.isprintable() else ""
