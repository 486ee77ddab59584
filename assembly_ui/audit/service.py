"""Writing the record of who did what, in the transaction of the deed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.models import AuditEntry
from assembly_ui.audit.origin import current_origin
from assembly_ui.audit.security_log import report_after_commit
from assembly_ui.db.database import Session


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
    OWNER_VERIFIED = "owner_verified"
    OWNERSHIP_LINK_SENT = "ownership_link_sent"
    OWNERSHIP_DISPUTED = "ownership_disputed"
    OWNERSHIP_MOVED = "ownership_moved"
    ACCESS_GRANTED = "access_granted"
    CONNECTION_TESTED = "connection_tested"
    CONNECTION_MOVED = "connection_moved"
    APP_REGISTERED = "app_registered"
    APP_SECRET_ROTATED = "app_secret_rotated"
    APP_REFRESH_CHANGED = "app_refresh_changed"
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


SECURITY_EVENTS: Mapping[Action, SecurityEvent] = {
    Action.SIGNED_UP: SecurityEvent.SIGN_UP,
    Action.EMAIL_CONFIRMED: SecurityEvent.EMAIL_CONFIRMATION,
    Action.EMAIL_CORRECTED: SecurityEvent.EMAIL_CHANGED,
    Action.LOGGED_IN: SecurityEvent.LOG_IN,
    Action.LOGGED_OUT: SecurityEvent.LOG_OUT,
    Action.PASSWORD_RESET: SecurityEvent.PASSWORD_RESET,
    Action.SCHOOL_SET_UP: SecurityEvent.SCHOOL_CHANGE,
    Action.SCHOOL_EDITED: SecurityEvent.SCHOOL_CHANGE,
    Action.MIS_CHANGED: SecurityEvent.SCHOOL_CHANGE,
    Action.JOIN_REQUESTED: SecurityEvent.JOIN_REQUEST,
    Action.JOIN_DECIDED: SecurityEvent.JOIN_DECISION,
    Action.COLLEAGUE_INVITED: SecurityEvent.MEMBER_INVITATION,
    Action.INVITATION_RESENT: SecurityEvent.MEMBER_INVITATION,
    Action.INVITATION_REVOKED: SecurityEvent.INVITATION_REVOKED,
    Action.INVITATION_ACCEPTED: SecurityEvent.INVITATION_ACCEPTANCE,
    Action.ROLE_CHANGED: SecurityEvent.ROLE_CHANGE,
    Action.MEMBER_REMOVED: SecurityEvent.MEMBER_REMOVAL,
    Action.OWNERSHIP_TRANSFERRED: SecurityEvent.OWNERSHIP_TRANSFER,
    Action.OWNER_VERIFIED: SecurityEvent.SCHOOL_CLAIM,
    Action.OWNERSHIP_LINK_SENT: SecurityEvent.SCHOOL_CLAIM,
    Action.OWNERSHIP_DISPUTED: SecurityEvent.SCHOOL_CONFLICT,
    Action.OWNERSHIP_MOVED: SecurityEvent.SCHOOL_MOVED,
    Action.ACCESS_GRANTED: SecurityEvent.GRANT_ACCESS,
    Action.CONNECTION_TESTED: SecurityEvent.CONNECTION_TEST,
    Action.CONNECTION_MOVED: SecurityEvent.SCHOOL_MOVED,
    Action.APP_REGISTERED: SecurityEvent.APP_REGISTRATION,
    Action.APP_SECRET_ROTATED: SecurityEvent.APP_SECRET_ROTATION,
    Action.APP_REFRESH_CHANGED: SecurityEvent.APP_REFRESH_CHANGE,
    Action.APP_DISABLED: SecurityEvent.APP_DISABLED,
    Action.APP_AUTHORISED: SecurityEvent.CONSENT,
    Action.APP_SCOPES_CHANGED: SecurityEvent.CONSENT_CHANGE,
    Action.APP_DECLINED: SecurityEvent.CONSENT_DECLINED,
    Action.APP_REVOKED: SecurityEvent.CONSENT_REVOKED,
    Action.APP_ENDED_ACCESS: SecurityEvent.APP_ENDED_ACCESS,
    Action.APP_DELETION_ASKED: SecurityEvent.DELETION_REQUEST,
    Action.MAPPING_CHANGED: SecurityEvent.DATA_CHANGE,
    Action.CHANGE_APPROVED: SecurityEvent.DATA_CHANGE,
    Action.CHANGE_LEFT: SecurityEvent.DATA_CHANGE,
}
"""The event that each audited action is in the security log, with the outcome `succeeded`."""


def record(
    session: Session,
    action: Action,
    *,
    now: datetime,
    user_id: int | None = None,
    school_id: int | None = None,
    client_id: str = "",
    **fields: Any,
) -> None:
    """Append one entry to the caller's transaction, and report it once that has committed.

    `client_id` is the app concerned, for the security log.
    """
    ip = current_origin().ip or None
    session.add(
        AuditEntry(
            at=now, action=action, user_id=user_id, school_id=school_id, ip=ip, fields=fields
        )
    )
    report_after_commit(
        session,
        SECURITY_EVENTS[action],
        user_id=user_id,
        school_id=school_id,
        client_id=client_id,
    )
