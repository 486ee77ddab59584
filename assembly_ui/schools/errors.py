"""What can go wrong in this room. Errors carry data; the web finds the words.

SchoolsError
├── NotAllowed                  the person's role does not permit this, or they are no member
├── FieldProblems               something typed cannot be used; `problems` by field
├── SchoolNotInRegister         no school with that URN
├── SchoolTaken                 it belongs to someone already; one may ask to join
├── MisUnknown                  not an MIS of the catalogue
├── AlreadyMember               the person belongs to the school already
├── RequestNotFound             no such join request at this school
├── MemberNotFound              no such member of this school
├── OwnerMustStay               a school is never without an owner
├── InvitationProblem
│   ├── InvitationUnknown       the link is mangled or was never ours
│   ├── InvitationUsed          accepted before
│   ├── InvitationRevoked       taken back by the school
│   ├── InvitationExpired       too late
│   ├── InvitationForSomeoneElse  meant for another address
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


class SchoolTaken(SchoolsError):
    """The school belongs to someone already."""

    def __init__(self, school_id: int, school_name: str) -> None:
        super().__init__(school_id)
        self.school_id = school_id
        self.school_name = school_name


class MisUnknown(SchoolsError):
    """The MIS is not in the catalogue."""


class AlreadyMember(SchoolsError):
    """The person belongs to the school already."""

    def __init__(self, school_id: int) -> None:
        super().__init__(school_id)
        self.school_id = school_id


class RequestNotFound(SchoolsError):
    """The school has no such join request."""


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
