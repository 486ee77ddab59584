"""What can go wrong when somebody asks something of the sync.

SyncError
├── NothingWanted     no app of the school holds any scope
├── NotConnected      the school is not connected, so there is nothing to read from
├── NoSuchChangeset   there is none of this number in this school
└── NothingHeld       nothing of this sync waits for a decision (any more)
"""

from __future__ import annotations


class SyncError(Exception):
    """Base of the room's errors."""


class NothingWanted(SyncError):
    """No app of the school holds any scope, so nothing may be read."""


class NotConnected(SyncError):
    """The school is not connected: not authorised, not installed, paused or withdrawn."""


class NoSuchChangeset(SyncError):
    """The school has no sync of this number."""


class NothingHeld(SyncError):
    """Nothing of this sync waits for a decision: somebody else decided, or a later sync did."""
