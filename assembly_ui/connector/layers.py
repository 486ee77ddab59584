"""The layers of Test Connection, one function each, from the register to the data.

A layer answers with its outcome; the first failure makes the layers that rest
on it "skip". No layer asks for more than School-level data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.learning import compared, is_of
from assembly_ui.connector.overview import Overview
from assembly_ui.xporter.client import Key, SchoolInfo, Token, XporterClient
from assembly_ui.xporter.errors import NoDataYet, NotAuthorised, XporterError


@dataclass(frozen=True)
class Outcome:
    """What a layer found. `cause` names it for the words; `detail` are its figures."""

    result: str
    cause: str = ""
    detail: dict[str, str] = field(default_factory=dict)


@dataclass
class Examination:
    """What the layers share while they run.

    `key` is empty before the school authorised us, and when we cannot read it.
    """

    overview: Overview
    key: Key
    xporter: XporterClient
    info: SchoolInfo | None = None

    @property
    def estab(self) -> str:
        """The school of Xporter on Demand that the key was given for."""
        return self.overview.connection.xporter_estab or ""


Layer = Callable[[Examination], Awaitable[Outcome]]

PASS, FAIL, SKIP = "pass", "fail", "skip"
NEEDED_SCOPES = ("School", "SchoolLite")
LONGEST_DETAIL, LONGEST_AREA, MOST_AREAS = 1000, 60, 60


async def register_match(exam: Examination) -> Outcome:
    """The school has the DfE number by which Xporter on Demand knows schools."""
    overview = exam.overview
    if not overview.school.dfe_number:
        return Outcome(FAIL, "no_dfe_number")
    named = {"dfe_number": overview.school.dfe_number, "name": overview.school.name}
    if overview.is_held_by_sharer:
        return Outcome(FAIL, "number_held", named)
    return Outcome(PASS, detail=named)


async def invitation(exam: Examination) -> Outcome:
    """An invitation was sent, or is no longer needed."""
    connection = exam.overview.connection
    if connection.invited_at is None and connection.authorised_at is None:
        return Outcome(FAIL, "not_invited")
    return Outcome(PASS, detail={"to": connection.invited_email})


async def authorisation(exam: Examination) -> Outcome:
    """Xporter on Demand gives us a new token for the school."""
    if exam.overview.service.is_down:
        # It is known to be down, so it is not asked.
        return Outcome(FAIL, "service_problem")
    if not exam.key:
        kept = exam.overview.connection.secret_encrypted
        return Outcome(FAIL, SecretUnreadable.kind if kept else NotAuthorised.kind)
    try:
        if isinstance(exam.key, Token):
            await exam.xporter.token_details(exam.estab, exam.key)
        else:
            exam.xporter.forget(exam.estab, exam.key)
            await exam.xporter.school_token(exam.estab, exam.key)
    except XporterError as error:
        return _failure(error)
    return Outcome(PASS)


async def scopes(exam: Examination) -> Outcome:
    """The token carries School-level scopes, and says which others."""
    try:
        details = await exam.xporter.token_details(exam.estab, exam.key)
    except XporterError as error:
        return _failure(error)
    if not set(NEEDED_SCOPES) & set(details.scopes):
        return Outcome(FAIL, "no_school_scope")
    return Outcome(PASS, detail={"scopes": ", ".join(details.scopes)[:LONGEST_DETAIL]})


async def installed(exam: Examination) -> Outcome:
    """The school's MIS answers through Xporter on Demand."""
    try:
        exam.info = await exam.xporter.school_info(exam.estab, exam.key)
    except NoDataYet:
        return Outcome(FAIL, "not_installed")
    except XporterError as error:
        return _failure(error)
    return Outcome(PASS, detail={"mis": exam.info.mis})


async def right_school(exam: Examination) -> Outcome:
    """The MIS belongs to the school that was chosen."""
    school, info = exam.overview.school, exam.info
    if info is None:
        return Outcome(SKIP)
    both = {
        "chosen": school.name,
        "found": info.name[:LONGEST_DETAIL],
        "differing": ", ".join(compared(school, info).differing),
    }
    matches = is_of(
        school,
        info,
        exam.overview.connection,
        number_is_shared=exam.overview.number_is_shared,
    )
    return Outcome(PASS, detail=both) if matches else Outcome(FAIL, "wrong_school", both)


async def data(exam: Examination) -> Outcome:
    """How many rows stand behind each area; numbers only, no people."""
    try:
        counts = await exam.xporter.counts(exam.estab, exam.key)
    except XporterError as error:
        return _failure(error)
    if not counts:
        return Outcome(FAIL, "no_counts")
    areas = list(counts.items())[:MOST_AREAS]
    return Outcome(PASS, detail={area[:LONGEST_AREA]: f"{count:,}" for area, count in areas})


LAYERS: dict[str, Layer] = {
    "register_match": register_match,
    "invitation": invitation,
    "authorisation": authorisation,
    "scopes": scopes,
    "installed": installed,
    "right_school": right_school,
    "data": data,
}


def _failure(error: XporterError) -> Outcome:
    return Outcome(FAIL, error.kind, {"said": str(error)})
