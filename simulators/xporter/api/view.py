"""A school as a partner may see it at a moment: what decides every answer about it.

The cache model of the service (facts known of Xporter on Demand, section 5): a
school's data are of its last collection, at the end of the installation and then
every night at three. Results and attendance are read from the school when they
are asked for, and kept for half an hour.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulators.school_data import Identity
from simulators.xporter.api.call import Call
from simulators.xporter.api.fault_injection import seen_through
from simulators.xporter.models import People, Sharing
from simulators.xporter.school_clock import school_time
from simulators.xporter.simulator import XporterSimulator

UK = ZoneInfo("Europe/London")
COLLECTED_AT_HOUR = 3
KEPT_LIVE = timedelta(minutes=30)
FEWEST_PUPILS, MOST_PUPILS = 300, 1500


@dataclass(frozen=True)
class View:
    """Whose data, of when, and how much of them. `at` is None before the first collection."""

    estab: str
    name: str
    phone: str
    mis: str
    pupils: int
    seed: int
    scopes: str
    selection: str
    at: str | None
    postcode: str | None = None

    @property
    def identity(self) -> Identity:
        """The school, as the maker of its data knows it."""
        phone = self.phone or None
        return Identity(
            self.estab, self.name, self.mis, self.pupils, self.seed, phone, self.postcode
        )

    @property
    def granted(self) -> frozenset[str]:
        """The scopes the school has granted."""
        return frozenset(self.scopes.split(","))

    @property
    def moment(self) -> datetime | None:
        """The moment of the data, UTC without zone."""
        return datetime.fromisoformat(self.at) if self.at else None

    def plain(self) -> dict[str, object]:
        """The same as JSON."""
        return asdict(self)


async def view_of(call: Call, sharing: Sharing, *, live: bool = False) -> View:
    """The school as this call may see it, with the faults that are on."""
    stand_in = call.stand_in
    now = await school_time(stand_in.database, call.now)
    return view_at(stand_in, seen_through(call.faults, sharing), now, live=live)


def view_at(stand_in: XporterSimulator, sharing: Sharing, now: datetime, *, live: bool) -> View:
    """The school at a moment of its clock. Pure."""
    at = None
    if sharing.installed_at:
        at = _half_hour(now) if live else collected_at(sharing.installed_at, now)
    return View(
        estab=sharing.estab,
        name=sharing.school_name,
        phone=sharing.phone,
        mis=sharing.mis,
        pupils=sharing.pupils or stand_in.pupils or pupils_of(sharing.estab),
        seed=stand_in.seed,
        scopes=sharing.scopes,
        selection=sharing.selection if sharing.people is People.SELECTION else "",
        at=at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() if at else None,
        postcode=stand_in.postcode_of(sharing.estab, sharing.school_name),
    )


def collected_at(installed_at: datetime, now: datetime) -> datetime:
    """When the data were last collected: at the installation, or three in the night since."""
    here = now.astimezone(UK)
    night = here.replace(hour=COLLECTED_AT_HOUR, minute=0, second=0, microsecond=0)
    if night > here:
        night = (night - timedelta(days=1)).replace(hour=COLLECTED_AT_HOUR)
    return max(installed_at, night.astimezone(UTC))


def pupils_of(estab: str) -> int:
    """A believable size, the same every time for one school."""
    drawn = int.from_bytes(hashlib.sha256(estab.encode()).digest()[:4])
    return FEWEST_PUPILS + drawn % (MOST_PUPILS - FEWEST_PUPILS + 1)


def _half_hour(now: datetime) -> datetime:
    seconds = now.timestamp()
    return datetime.fromtimestamp(seconds - seconds % KEPT_LIVE.total_seconds(), UTC)
