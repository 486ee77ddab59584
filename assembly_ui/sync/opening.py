"""Which schools can be read, and with what."""

from __future__ import annotations

from assembly_ui.connector.facts import facts_of
from assembly_ui.connector.models import Connection
from assembly_ui.connector.status import is_complete


def is_open(connection: Connection | None) -> bool:
    """Whether the school is connected, be it that calls fail at the moment."""
    facts = facts_of(connection)
    return is_complete(facts) and not (facts.withdrawn_at or facts.paused_at)
