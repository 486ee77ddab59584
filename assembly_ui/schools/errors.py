"""What can go wrong in this room. Errors carry data; the web finds the words.

SchoolsError
├── NotAllowed                  the person's role does not permit this, or they are no member
│   └── OwnerUnverified         nobody has shown yet that the school is its owner's
├── OwnershipProblem
│   ├── TooManyUnverified       the person owns as many unverified schools as one may
│   ├── AddressElsewhere        not an address at the school's domain
│   ├── DomainUnknown           the school has no domain of its own that could speak for it
│   ├── ProofLinkSent           one was mailed a moment ago; again at `retry_at`
│   ├── ProofLinkDead           mangled, used, too old, or replaced by a newer one
│   ├── ProofLinkOfSomeoneElse  another person asked for it, or they own the school no more
│   └── DisputedAlready         the person told us before
├── FieldProblems               something typed cannot be used; `problems` by field
├── SchoolNotInRegister         no school with that URN
├── SchoolListed                typed in by hand, and in the register after all
├── SchoolTaken                 it belongs to someone already; one may ask to join
├── SchoolNotSetUp              nobody has set up a school of this number
├── NumberShared                several schools here have this DfE number; `choices` of them
├── MisUnknown                  not an MIS of the catalogue
├── RoleUnknown                 not a role that can be given
├── AlreadyMember               the person belongs to the school already
├── RequestNotFound             no open join request of this number at this school
├── RequestDeclined             the school said no a short while ago; again at `retry_at`
├── MemberNotFound              no such member of this school
├── OwnerMustStay               a school is never without an owner
├── InvitationProblem
│   ├── InvitationUnknown       the link is mangled or was never ours
│   ├── InvitationUsed          accepted before
│   ├── InvitationRevoked       taken back by the school
│   ├── InvitationOnHold        the school's owner has to be verified first
│   ├── InvitationReplaced      sent again since; the newer link opens
│   ├── InvitationExpired       too late
│   ├── InvitationForSomeoneElse  meant for another address
│   ├── InvitationNeedsNoAccount  the invited address has an account to log in with
│   └── InvitedTooSoon          sent a moment ago; again at `retry_at`
└── RegisterImportProblem
    ├── NotAGiasFile            columns are missing
    ├── RegisterFileEmpty       no school in it
    ├── RegisterFileUnreadable  cannot be opened, or is not text
    ├── RegisterFileCutOff      it ends within a row
    ├── RegisterImportDoubtful  too much would change at once; `report` says what
    ├── NoImportToUndo          the register is the one that came with this version
    └── RegisterFolderUnwritable  the data folder refuses the new file
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.refusal import Refusal

if TYPE_CHECKING:
    from assembly_ui.schools.register_import import ImportReport


class SchoolsError(Exception):
    """Anything this room refuses."""


class NotAllowed(Refusal, SchoolsError):
    """The person may not do this at this school."""

    security_event = SecurityEvent.ACCESS


class OwnerUnverified(NotAllowed):
    """Nobody has shown yet that the school is its owner's, so it invites and sees nobody."""


class OwnershipProblem(SchoolsError):
    """Something about proving that a school is one's own."""


class TooManyUnverified(Refusal, OwnershipProblem):
    """The person owns `limit` schools that nobody has verified, and must verify one first."""

    security_event = SecurityEvent.SCHOOL_CLAIM

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class AddressElsewhere(Refusal, OwnershipProblem):
    """The address is not at `domain`, the school's own."""

    security_event = SecurityEvent.SCHOOL_CLAIM

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        self.domain = domain


class DomainUnknown(OwnershipProblem):
    """The register knows no website of this school alone."""


class ProofLinkSent(OwnershipProblem):
    """A link was mailed a moment ago."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class ProofLinkDead(Refusal, OwnershipProblem):
    """The link opens nothing: mangled, used, too old, or replaced."""

    security_event = SecurityEvent.SCHOOL_CLAIM


class ProofLinkOfSomeoneElse(Refusal, OwnershipProblem):
    """Another person asked for the link, or it was the owner then and is no more."""

    security_event = SecurityEvent.SCHOOL_CLAIM


class DisputedAlready(OwnershipProblem):
    """The person told the operators before, at `since`."""

    def __init__(self, since: datetime) -> None:
        super().__init__(since)
        self.since = since


class FieldProblems(SchoolsError):
    """What was typed cannot be used. `problems` gives each field's problem as a short key."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class SchoolNotInRegister(SchoolsError):
    """No school has this URN."""


class SchoolListed(SchoolsError):
    """The school is in the register, and should be chosen there."""

    def __init__(self, urn: str, name: str) -> None:
        super().__init__(urn)
        self.urn = urn
        self.name = name


class SchoolTaken(Refusal, SchoolsError):
    """The school belongs to someone already."""

    security_event = SecurityEvent.SCHOOL_CLAIM

    def __init__(self, school_id: int, school_name: str) -> None:
        super().__init__(school_id)
        self.school_id = school_id
        self.school_name = school_name


class SchoolNotSetUp(SchoolsError):
    """Nobody has set up a school of this URN or DfE number."""


@dataclass(frozen=True)
class NumberChoice:
    """One of several schools of a DfE number, as a stranger may see it.

    `number` names it alone: its URN, or the DfE number with the name.
    """

    number: str
    name: str
    place: str


class NumberShared(SchoolsError):
    """Several schools are set up under this DfE number, so it names none of them."""

    def __init__(self, choices: list[NumberChoice]) -> None:
        super().__init__(choices)
        self.choices = choices


class MisUnknown(SchoolsError):
    """The MIS is not in the catalogue."""


class RoleUnknown(SchoolsError):
    """Not a role that can be given; ownership is transferred, never given."""


class AlreadyMember(SchoolsError):
    """The person belongs to the school already."""

    def __init__(self, school_id: int) -> None:
        super().__init__(school_id)
        self.school_id = school_id


class RequestNotFound(Refusal, SchoolsError):
    """The school has no such join request that is still open."""

    security_event = SecurityEvent.ACCESS


class RequestDeclined(Refusal, SchoolsError):
    """The school declined the person a short while ago."""

    security_event = SecurityEvent.JOIN_REQUEST

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class MemberNotFound(Refusal, SchoolsError):
    """The school has no such member."""

    security_event = SecurityEvent.ACCESS


class OwnerMustStay(SchoolsError):
    """It would leave the school without an owner."""


class InvitationProblem(SchoolsError):
    """An invitation that cannot be sent or accepted."""


class InvitationUnknown(Refusal, InvitationProblem):
    """The link was never ours, or was altered on its way."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE


class InvitationUsed(Refusal, InvitationProblem):
    """The invitation was accepted before."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE


class InvitationRevoked(Refusal, InvitationProblem):
    """The school took the invitation back."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE


class InvitationOnHold(Refusal, InvitationProblem):
    """Nobody has shown yet that the school is its owner's."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE


class InvitationReplaced(Refusal, InvitationProblem):
    """The invitation was sent again; only the newest link opens it."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE


class InvitationExpired(Refusal, InvitationProblem):
    """The invitation came too late."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(expired_at)
        self.expired_at = expired_at


class InvitationForSomeoneElse(Refusal, InvitationProblem):
    """The invitation is meant for `invited_email`, and the person has another address."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE

    def __init__(self, invited_email: str) -> None:
        super().__init__(invited_email)
        self.invited_email = invited_email


class InvitationNeedsNoAccount(Refusal, InvitationProblem):
    """The invited address has an account already, to log in with."""

    security_event = SecurityEvent.INVITATION_ACCEPTANCE


class InvitedTooSoon(InvitationProblem):
    """It was sent a moment ago."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class RegisterImportProblem(SchoolsError):
    """A register file that was not imported."""

    def __init__(self, path: Path, reason: str = "") -> None:
        super().__init__(str(path), reason)
        self.path = path
        self.reason = reason


class NotAGiasFile(RegisterImportProblem):
    """Columns are `missing`; `is_extract` tells an incomplete extract from some other file."""

    def __init__(self, path: Path, missing: list[str], *, is_extract: bool) -> None:
        super().__init__(path, ", ".join(missing))
        self.missing = missing
        self.is_extract = is_extract


class RegisterFileEmpty(RegisterImportProblem):
    """The file holds no school."""


class RegisterFileUnreadable(RegisterImportProblem):
    """The file cannot be opened, or is not text."""


class RegisterFileCutOff(RegisterImportProblem):
    """The file ends within a row, in `line`."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(path, f"line {line} is not complete")
        self.line = line


class RegisterImportDoubtful(RegisterImportProblem):
    """Too much would change at once; `report` says what."""

    def __init__(self, path: Path, report: ImportReport) -> None:
        super().__init__(path, ", ".join(doubt.kind for doubt in report.doubts))
        self.report = report


class NoImportToUndo(RegisterImportProblem):
    """Nothing was imported: the register is the one that came with this version."""


class RegisterFolderUnwritable(RegisterImportProblem):
    """The new register cannot be written."""
