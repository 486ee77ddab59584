"""Writing the record of who did what, in the transaction of the deed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from assembly_ui.audit.models import AuditEntry
from assembly_ui.database import Session


class Action(StrEnum):
    """The closed vocabulary of the audit record."""

    SIGNED_UP = "signed_up"
    EMAIL_CONFIRMED = "email_confirmed"
    EMAIL_CORRECTED = "email_corrected"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    PASSWORD_RESET = "password_reset"
    SCHOOL_SET_UP = "school_set_up"
    SCHOOL_EDITED = "school_edited"
    MIS_CHANGED = "mis_changed"
    JOIN_REQUESTED = "join_requested"
    JOIN_DECIDED = "join_decided"
    COLLEAGUE_INVITED = "colleague_invited"
    INVITATION_RESENT = "invitation_resent"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    ROLE_CHANGED = "role_changed"
    MEMBER_REMOVED = "member_removed"
    OWNERSHIP_TRANSFERRED = "ownership_transferred"
    ACCESS_GRANTED = "access_granted"
    CONNECTION_TESTED = "connection_tested"
    APP_REGISTERED = "app_registered"
    APP_SECRET_ROTATED = "app_secret_rotated"
    APP_DISABLED = "app_disabled"
    APP_AUTHORISED = "app_authorised"
    APP_SCOPES_CHANGED = "app_scopes_changed"
    APP_DECLINED = "app_declined"
    APP_REVOKED = "app_revoked"
    APP_ENDED_ACCESS = "app_ended_access"
    APP_DELETION_ASKED = "app_deletion_asked"
    MAPPING_CHANGED = "mapping_changed"
    CHANGE_APPROVED = "change_approved"
    CHANGE_LEFT = "change_left"


def record(
    session: Session,
    action: Action,
    *,
    now: datetime,
    user_id: int | None = None,
    school_id: int | None = None,
    **fields: Any,
) -> None:
    """Append one entry to the caller's transaction."""
    session.add(
        AuditEntry(at=now, action=action, user_id=user_id, school_id=school_id, fields=fields)
    )
