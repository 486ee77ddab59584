"""Moments as the screen takes them."""

from __future__ import annotations

from datetime import datetime


def iso(moment: datetime | None) -> str:
    """ISO 8601, which the browser makes relative; "" for none."""
    return moment.isoformat() if moment else ""
