"""Dates and moments as ISO 8601 writes them, in the forms that published clients send.

Typed clients send a moment where a day is asked for: Java leaves the seconds out when they are
0, PHP writes the offset, and an offset's plus sign that was not escaped arrives as a space.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SCHOOL_TIME = ZoneInfo("Europe/London")
"""Schools in the UK live by this clock; days of the API are days there."""

SECOND = timedelta(seconds=1)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?P<fraction>\.[0-9]{1,9})?"
    r"(?:(?P<utc>[Zz])|(?P<sign>[ +-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?"
)


def read_day(value: str) -> date | None:
    """The day that a date is, or that it is at the school at a moment; None for anything else.

    Other spellings that Python reads are not promised to anybody.
    """
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
        if not (found := _MOMENT.fullmatch(value)):
            return None
        moment = _moment(found)
        return moment.astimezone(SCHOOL_TIME).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None


def read_second(value: str) -> datetime | None:
    """The second that has passed by a moment, in UTC unless it says otherwise; or None."""
    try:
        if not (found := _MOMENT.fullmatch(value)):
            return None
        moment = _moment(found)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        return moment - SECOND if (found["fraction"] or "").strip(".0") else moment
    except (ValueError, OverflowError):
        return None


def _moment(found: re.Match[str]) -> datetime:
    offset = "+00:00" if found["utc"] else ""
    if sign := found["sign"]:
        offset = f"{sign.replace(' ', '+')}{found['hours']}:{found['minutes']}"
    return datetime.fromisoformat(f"{found['day']}T{found['time']}{offset}")
