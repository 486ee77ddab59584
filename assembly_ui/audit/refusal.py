"""Errors that refuse something for the sake of security record themselves."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report


class Refusal(Exception):
    """Base of such errors: making one counts its security event.

    Callers turn errors into words in many places; none of them can forget to record.
    Who and from where comes from the context (see `origin`).
    """

    security_event: ClassVar[SecurityEvent]
    outcome: ClassVar[Outcome] = Outcome.REFUSED

    def __new__(cls, *args: Any, **named: Any) -> Self:
        """Make the error and count it."""
        report(cls.security_event, cls.outcome)
        return super().__new__(cls, *args, **named)
