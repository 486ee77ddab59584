"""What can go wrong between SchoolBooking and Assembly.

BookingError
├── NotLoggedIn               no such browser, or it logged out
├── NotAnAddress              what was typed is no email address
├── SentBack                  error, description: Assembly sent the person back without a code
├── NotAwaited                a state nobody here was sent away with, or used already
├── BegunByAnother            the state belongs to another account
└── CallFailed
    ├── AccessEnded           Assembly refuses our tokens for good
    ├── TokenRefused          the access token is over; a new one may help
    ├── NotShared             the school does not share what was asked for
    ├── TooManyCalls          seconds: how long to wait
    └── NoAnswer              Assembly is away, or answers what cannot be understood

Errors carry data, never wording.
"""

from __future__ import annotations


class BookingError(Exception):
    """Base of them all."""


class NotLoggedIn(BookingError):
    """Nobody is logged in here."""


class NotAnAddress(BookingError):
    """No email address."""


class SentBack(BookingError):
    """Back from Assembly with an error (RFC 6749, 4.1.2.1) in place of a code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class NotAwaited(BookingError):
    """Nobody was sent to Assembly with this state, or they are back already."""


class BegunByAnother(BookingError):
    """Somebody else was sent to Assembly with this state."""


class CallFailed(BookingError):
    """A call brought nothing."""


class AccessEnded(CallFailed):
    """The school revoked our access, or Assembly did."""


class TokenRefused(CallFailed):
    """This access token is good no longer."""


class NotShared(CallFailed):
    """The token lacks the scope."""


class TooManyCalls(CallFailed):
    """The limit is reached."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NoAnswer(CallFailed):
    """Nothing came back that could be used."""
