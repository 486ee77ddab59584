"""How far ahead the moments of each table may lie, by the rules that set them."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col

from assembly_ui.connector import health, inbox, reconciling, watcher
from assembly_ui.connector.models import (
    Connection,
    ReceivedCallback,
    Reconciliation,
    ServiceHealth,
)
from assembly_ui.connector.schedule import LONGEST_BACKOFF, LONGEST_WITHDRAWN, Pace
from assembly_ui.connector.service import LONGEST_PROBE
from assembly_ui.jobs.due_times import Bound
from assembly_ui.mail import worker as mail
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.sync import pace as sync
from assembly_ui.sync import worker as sync_worker
from assembly_ui.sync.models import SchoolSync

SPREAD = 1.3
"""Jitter lengthens waits by a quarter at most."""


def due_bounds(pace: Pace, sync_pace: sync.Pace, sending: timedelta) -> list[Bound]:
    """Of every table of the product's background work. `sending` is how long a mail may take."""
    settled = max(pace.settled, pace.paused, pace.unattended, LONGEST_BACKOFF)
    # Of these Xporter on Demand said itself when to come back, or how long it is has no end.
    is_usual = col(Connection.withdrawn_at).is_(None) & col(Connection.held_until).is_(None)
    is_no_purge = col(SchoolSync.purge_at).is_(None) | (
        col(SchoolSync.purge_at) != col(SchoolSync.due_at)
    )
    every_sync = max(sync_pace.every, sync.LONGEST_RETRY, sync.WAITING)
    return [
        Bound(OutboxMessage, mail.LONGEST_RETRY * SPREAD, sending + mail.MARGIN),
        Bound(Connection, settled * SPREAD, watcher.LEASE, is_usual),
        Bound(Connection, max(settled, LONGEST_WITHDRAWN) * SPREAD, watcher.LEASE),
        Bound(SchoolSync, every_sync * SPREAD, sync_worker.LEASE, is_no_purge),
        Bound(ReceivedCallback, inbox.LONGEST_RETRY * SPREAD, inbox.LEASE),
        Bound(Reconciliation, reconciling.SETTLED * SPREAD, reconciling.LEASE),
        Bound(ServiceHealth, LONGEST_PROBE * SPREAD, health.PROBE_LEASE),
    ]
