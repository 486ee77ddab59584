"""Conditional requests: `304`, or only what has changed (facts of the platform, 2.5).

Differently from HTTP at large, a list that has changed is answered with its changed
records alone, whichever of the two headers asked.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from assembly_ui.api.rest.iso_dates import SCHOOL_TIME, SECOND, read_second
from assembly_ui.api.rest.question import PAGING
from assembly_ui.api.rest.resource import Call, Conditions
from assembly_ui.apps.models import Authorisation

UNSETTLED = timedelta(seconds=5)
"""So long after a change another may come with the same second; it must not be missed."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_TAG = re.compile(r'W?/?"?([0-9a-f]{16})-([0-9a-f]{1,14})"?')

_ALLOWED_SINCE = select(col(Authorisation.granted_at), col(Authorisation.changed_at)).where(
    col(Authorisation.id) == bindparam("authorisation_id")
)


def read_conditions(modified_since: str, none_match: str, now: datetime) -> Conditions:
    """What the headers say; what cannot be read, or lies ahead, is as if it had not come."""
    since = _moment(modified_since)
    if since and not EPOCH <= since <= now:
        since = None
    return Conditions(since, none_match.strip())


@dataclass(frozen=True)
class Standing:
    """How a list stands: when it last changed, and what tells this answer from others.

    To an app that knows it from before `whole_from`, all of it is new.
    """

    last: datetime | None
    question: str
    now: datetime
    whole_from: datetime = EPOCH

    @property
    def tag(self) -> str:
        """The ETag: the question, and the exact moment of the last change."""
        return f'W/"{self.question}-{_microseconds(self.last):x}"'

    @property
    def headers(self) -> dict[str, str]:
        """What an app may send back to us."""
        if self.last is None:
            return {"ETag": self.tag}
        return {"ETag": self.tag, "Last-Modified": format_datetime(self._modified, usegmt=True)}

    @property
    def _modified(self) -> datetime:
        assert self.last is not None
        whole = self.last.astimezone(UTC).replace(microsecond=0)
        return whole - SECOND if self.now - self.last < UNSETTLED else whole

    def as_of(self, last: datetime | None, now: datetime) -> Standing:
        """As the list stood when its first page was read."""
        return replace(self, last=last, now=now)

    def first_new(self, conditions: Conditions) -> datetime | None:
        """The moment from which on changes are new to the app; None when all of it is."""
        found = self._first_unknown(conditions)
        # What has been allowed since then is new to the app, however old it is.
        return None if found is None or self.whole_from >= found else found

    def _first_unknown(self, conditions: Conditions) -> datetime | None:
        """A tag says more than a date, so it is heard first (RFC 9110, 13.2.2)."""
        if conditions.tag:
            found = _TAG.search(conditions.tag)
            if not found or found[1] != self.question:
                return None
            known = EPOCH + timedelta(microseconds=int(found[2], 16))
            # What lies ahead is not from us.
            return known + MICROSECOND if known <= self.now else None
        return conditions.since + SECOND if conditions.since else None

    def is_unchanged(self, first_new: datetime) -> bool:
        """Whether nothing has changed from that moment on."""
        return self.last is not None and self.last < first_new


async def standing(call: Call, last: datetime | None) -> Standing:
    """How a list stands whose data last changed then.

    It changes for an app with what the school allows it, and what is daily with the day.
    """
    row = await call.services.database.glance(
        _ALLOWED_SINCE, {"authorisation_id": call.bearer.authorisation_id}
    )
    moments = [moment for moment in row or () if moment]
    if call.resource.daily:
        moments.append(_begin(call.today))
    whole_from = max(moments, default=EPOCH)
    return Standing(max(last or EPOCH, whole_from), _question(call), call.now, whole_from)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SCHOOL_TIME)


def _question(call: Call) -> str:
    asked = (
        call.school_id,
        call.resource.path,
        call.number,
        call.version.value,
        sorted(call.bearer.scopes),
        [(name, values) for name, values in call.asked.pairs if name not in PAGING],
        call.today.isoformat() if call.resource.daily else "",
    )
    return hashlib.blake2b(repr(asked).encode(), digest_size=8).hexdigest()


def _microseconds(moment: datetime | None) -> int:
    return 0 if moment is None else (moment - EPOCH) // MICROSECOND


def _moment(header: str) -> datetime | None:
    """A date of HTTP, or of ISO 8601 as typed clients send it."""
    if found := read_second(header.strip()):
        return found
    try:
        found = parsedate_to_datetime(header.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
