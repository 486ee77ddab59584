"""Whether Xporter on Demand as a whole has problems. Pure: no database, no clock.

Several schools failing in a row, none answering between, is no school's fault
(a circuit breaker). From then on no school is asked; one cheap probe goes out
at growing distances, and its first success has the schools asked again.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assembly_ui.xporter.errors import (
    OurCredentialsRefused,
    RateLimited,
    Refused,
    ServiceDown,
    TokenExpired,
    TooSlow,
    Unreachable,
    Unreadable,
    XporterError,
)

ENOUGH_SCHOOLS = 3
FIRST_PROBE = timedelta(seconds=10)
LONGEST_PROBE = timedelta(minutes=5)

SERVICE_FAULTS = (
    Unreachable,
    TooSlow,
    ServiceDown,
    RateLimited,
    Unreadable,
    OurCredentialsRefused,
    TokenExpired,
    # It says even "Object reference not set" with status 200 (facts file, section 8).
    Refused,
)
"""Failures that a fault of the service explains as well as one of the school."""


def _kinds(of: Iterable[type[XporterError]]) -> Iterator[str]:
    for error in of:
        yield error.kind
        yield from _kinds(error.__subclasses__())


SERVICE_KINDS = frozenset(_kinds(SERVICE_FAULTS))
"""What they are called where they are kept."""


@dataclass(frozen=True)
class ServiceFacts:
    """What is known of the service; each time is when it was learnt.

    `failed_schools` failed in a row since `failing_since`. While `opened_at` is
    set the service counts as down. `probes` that failed, or did not help, in a row.
    At `fine_at` a probe last succeeded beside a school that failed.
    """

    failing_since: datetime | None = None
    failing_kind: str = ""
    failed_schools: tuple[int, ...] = ()
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    probes: int = 0
    fine_at: datetime | None = None

    @property
    def is_down(self) -> bool:
        """Whether nobody is asked but the service itself."""
        return self.opened_at is not None

    @property
    def since(self) -> datetime | None:
        """Since when it has had problems; None while it has none.

        A school that failed while a probe succeeded has a problem of its own; but not
        one of several in a row, for a service may answer probes and nothing else.
        """
        if self.opened_at is None:
            return None
        by_a_probe = len(self.failed_schools) < ENOUGH_SCHOOLS
        began = [self.failing_since, self.fine_at if by_a_probe else None]
        return max((moment for moment in began if moment), default=self.opened_at)


def may_be_the_service(error: Exception) -> bool:
    """Whether this failure may be the service's own rather than the school's."""
    return isinstance(error, SERVICE_FAULTS)


def after_failure(
    facts: ServiceFacts, school_id: int, error: XporterError, now: datetime
) -> ServiceFacts:
    """One more school failed; enough of them in a row are the service's problem."""
    failed = tuple(dict.fromkeys((*facts.failed_schools, school_id)))[:ENOUGH_SCHOOLS]
    since = facts.failing_since or now
    noted = replace(facts, failed_schools=failed, failing_since=since, failing_kind=error.kind)
    return opened(noted, error, now) if len(failed) >= ENOUGH_SCHOOLS else noted


def after_answer(facts: ServiceFacts) -> ServiceFacts:
    """A school answered, so the failures before it were those schools' own."""
    return ServiceFacts(closed_at=facts.closed_at, fine_at=facts.fine_at)


def opened(facts: ServiceFacts, error: XporterError, now: datetime) -> ServiceFacts:
    """The service is down, if it was not already."""
    if facts.is_down:
        return facts
    since = facts.failing_since or now
    return replace(facts, opened_at=now, failing_since=since, failing_kind=error.kind)


def after_probe(facts: ServiceFacts, error: XporterError | None, now: datetime) -> ServiceFacts:
    """What a probe found: nothing yet, or that the schools may be asked again.

    The number of probes is forgotten only when a school answers, so that a
    service which answers probes and nothing else is left alone longer each time.
    """
    probes = facts.probes + 1
    if error is not None:
        return replace(facts, probes=probes, failing_kind=error.kind)
    return ServiceFacts(closed_at=now, probes=probes, fine_at=facts.fine_at)


def probe_wait(probes: int, jitter: random.Random) -> timedelta:
    """How long until the next probe, after so many: twice as long each time."""
    doubled = min(FIRST_PROBE * 2 ** min(probes, 12), LONGEST_PROBE)
    return doubled * (0.75 + 0.5 * jitter.random())
