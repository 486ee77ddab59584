"""Every fact about Xporter on Demand that is inferred, not documented.

Source of each: facts file, items tagged [INF], and its list of gaps. When the
real service turns out to speak differently, change it here or pass another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo


@dataclass(frozen=True)
class Dialect:
    """How the service is believed to word things.

    The `..._words` are regular expressions, looked for in the text of a failure
    without regard to case. The first that fits decides, in the order below.
    """

    paused_words: str = r"\bpaused\b"
    not_authorised_words: str = r"relying party not found|secret not correct"
    expired_words: str = (
        r"token\b.*\b(expired|invalid|not valid)\b"
        r"|\b(expired|invalid)\b.*\btoken"
        r"|^unauthori[sz]ed\b"
    )
    scope_words: str = r"\bscopes?\b"
    no_data_words: str = r"\bno data\b|\bnot (yet |been )*(installed|collected)\b"
    not_found_words: str = r"\bendpoint not found\b|\bunknown endpoint\b|\bschool not found\b"

    paused_member: str = "AuthorisationPaused"
    """Flag in the answer of GetToken; compared without case and underscores."""

    accepted_statuses: tuple[str, ...] = ("OK",)
    """`Status` of a school whose invitation was taken. OK is attested, others are not."""

    table_names: Mapping[str, str] = field(default_factory=dict)
    """Tables that turn out to be called otherwise than in `rows`, by their name there.

    Inferred are Counts, StudentContacts, PersonComms, Photos, Calendar, AttendanceCodes,
    AttendMarks and AsmResults. A main table under an unexpected name is found anyway
    when nothing else could be it.
    """

    school_tokens_path: str = "/api/manage/GetXodSchoolTokens"
    """Which schools are authorised: seen in use by the vendor's staff, documented nowhere."""

    is_collection_steady: bool = True
    """Whether meta.DateTime stays the same until the data are collected anew. If so, a
    collection that happens between two pages of one reading shows by it."""

    real_status_codes: bool = True
    """Ask school data calls for real HTTP status codes; both styles are read anyway."""

    assumed_zone: tzinfo = UTC
    """Zone of times that name none."""

    pause_when_limited: timedelta = timedelta(seconds=60)
    """How long to stay away after a 429 without Retry-After."""
