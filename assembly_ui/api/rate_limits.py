"""How programs are told of rate limits: by headers, and when to come back by `Retry-After`.

The names are those of the IETF draft `draft-ietf-httpapi-ratelimit-headers-07`; the
platform documents none (facts of the platform, 2.5).
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Allowance


def seconds_until(throttled: Throttled) -> int:
    """Whole seconds until it is worth trying again; the limits count by the machine's time."""
    return max(1, ceil((throttled.retry_at - datetime.now(UTC)).total_seconds()))


def headers_of(allowance: Allowance | None) -> dict[str, str]:
    """The headers that say what is left; none when nothing was counted."""
    if allowance is None:
        return {}
    return {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.remaining),
        "RateLimit-Reset": str(allowance.seconds),
    }


def headers_of_refusal(throttled: Throttled) -> dict[str, str]:
    """The headers of an answer with status 429."""
    seconds = seconds_until(throttled)
    used_up = headers_of(Allowance(throttled.limit, 0, seconds))
    return {**used_up, "Retry-After": str(seconds)}
