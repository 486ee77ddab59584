"""Inviting a school: the body of SchoolRegister, and whether its answer is a yes.

Facts file, section 3. A yes is a `Status` the dialect accepts; a request that
fails as a whole has no `Schools` and one `Message`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assembly_ui.xporter import wire
from assembly_ui.xporter.answers import kind_of
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import (
    InviteRefused,
    NotAuthorised,
    OurCredentialsRefused,
    TokenExpired,
    WrongShape,
)
from assembly_ui.xporter.records import Registration, SchoolInvitation


def register_body(
    invitation: SchoolInvitation, registration: Registration, relying_party: str
) -> dict[str, Any]:
    """The JSON body that invites one school with all the scopes we asked for."""
    school = {
        "LeaCode": invitation.la_code,
        "DfesCode": invitation.dfes_code,
        "SchoolName": invitation.school_name,
        "SchoolContactFirstName": invitation.first_name,
        "SchoolContactLastName": invitation.last_name,
        "SchoolContactEmail": invitation.email,
        "SchoolContactPhone": invitation.phone,
        "PartnerApplicationId": relying_party,
        "PartnerName": registration.partner_name,
        "PartnerRegisteredEmail": registration.partner_email,
        "ScopesToAuthorise": None,
        "AuthParams": None,
        "WeAcceptGroupcallUsagePolicy": True,
    }
    return {"RegistrationType": registration.type, "Schools": [school]}


def check_accepted(
    answer: Mapping[str, Any],
    invitation: SchoolInvitation,
    dialect: Dialect,
    hide: tuple[str, ...] = (),
) -> None:
    """Return if the invitation was taken.

    Raises:
        InviteRefused: with the service's message, without the words in `hide`.
        OurCredentialsRefused: the message is about our application.
        WrongShape: the answer says neither yes nor no.
    """
    school = _answered(answer, invitation)
    if school is None:
        raise _refusal(wire.text(wire.members(answer).get("message")), dialect, hide)
    if school.status.casefold() in {status.casefold() for status in dialect.accepted_statuses}:
        return
    if not school.status and not school.message:
        raise WrongShape
    raise InviteRefused(wire.said(school.message, hide))


def _answered(
    answer: Mapping[str, Any], invitation: SchoolInvitation
) -> wire.RegisteredSchool | None:
    schools = [wire.RegisteredSchool.read(row) for row in wire.rows(answer, "Schools")]
    asked = (invitation.la_code, invitation.dfes_code)
    ours = [school for school in schools if (school.lea_code, school.dfes_code) == asked]
    return next(iter(ours or schools), None)


def _refusal(
    message: str, dialect: Dialect, hide: tuple[str, ...]
) -> InviteRefused | OurCredentialsRefused | WrongShape:
    if not message:
        return WrongShape()
    is_ours = kind_of(message, dialect) in (TokenExpired, NotAuthorised)
    return (OurCredentialsRefused if is_ours else InviteRefused)(wire.said(message, hide))
