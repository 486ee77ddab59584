"""What can go wrong in this room. Errors carry data; the web finds the words.

SchoolsError
├── NotAllowed                  the person's role does not permit this, or they are no member
├── FieldProblems               something typed cannot be used; `problems` by field
├── SchoolNotInRegister         no school with that URN
├── SchoolListed                typed in by hand, and in the register after all
├── SchoolTaken                 it belongs to someone already; one may ask to join
├── SchoolNotSetUp              nobody has set up a school of this number
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
│   ├── InvitationReplaced      sent again since; the newer link opens
│   ├── InvitationExpired       too late
│   ├── InvitationForSomeoneElse  meant for another address
│   ├── InvitationNeedsNoAccount  the invited address has an account to log in with
│   └── InvitedTooSoon          sent a moment ago; again at `retry_at`
└── RegisterImportProblem
    ├── NotAGiasFile            columns are missing
    ├── RegisterFileEmpty       no school in it
    ├── RegisterFileUnreadable  cannot be opened, or is not text
    └── RegisterFolderUnwritable  the data folder refuses the new file
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


class SchoolsError(Exception):
    """Anything this room refuses."""


class NotAllowed(SchoolsError):
    """The person may not do this at this school."""


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


class SchoolTaken(SchoolsError):
    """The school belongs to someone already."""

    def __init__(self, school_id: int, school_name: str) -> None:
        super().__init__(school_id)
        self.school_id = school_id
        self.school_name = school_name


class SchoolNotSetUp(SchoolsError):
    """Nobody has set up a school of this URN or DfE number."""


class MisUnknown(SchoolsError):
    """The MIS is not in the catalogue."""


class RoleUnknown(SchoolsError):
    """Not a role that can be given; ownership is transferred, never given."""


class AlreadyMember(SchoolsError):
    """The person belongs to the school already."""

    def __init__(self, school_id: int) -> None:
        super().__init__(school_id)
        self.school_id = school_id


class RequestNotFound(SchoolsError):
    """The school has no such join request that is still open."""


class RequestDeclined(SchoolsError):
    """The school declined the person a short while ago."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class MemberNotFound(SchoolsError):
    """The school has no such member."""


class OwnerMustStay(SchoolsError):
    """It would leave the school without an owner."""


class InvitationProblem(SchoolsError):
    """An invitation that cannot be sent or accepted."""


class InvitationUnknown(InvitationProblem):
    """The link was never ours, or was altered on its way."""


class InvitationUsed(InvitationProblem):
    """The invitation was accepted before."""


class InvitationRevoked(InvitationProblem):
    """The school took the invitation back."""


class InvitationReplaced(InvitationProblem):
    """The invitation was sent again; only the newest link opens it."""


class InvitationExpired(InvitationProblem):
    """The invitation came too late."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(expired_at)
        self.expired_at = expired_at


class InvitationForSomeoneElse(InvitationProblem):
    """The invitation is meant for `invited_email`, and the person has another address."""

    def __init__(self, invited_email: str) -> None:
        super().__init__(invited_email)
        self.invited_email = invited_email


class InvitationNeedsNoAccount(InvitationProblem):
    """The invited address has an account already, to log in with."""


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


class RegisterFolderUnwritable(RegisterImportProblem):
    """The new register cannot be written."""
