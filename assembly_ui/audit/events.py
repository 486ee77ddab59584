"""The closed vocabulary of the security log, each tag with the sentence operators read."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """How it ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    THROTTLED = "throttled"


class SecurityEvent(StrEnum):
    """What happened. A tag cannot be added without its sentence."""

    sentence: str

    def __new__(cls, tag: str, sentence: str = "") -> Self:
        """Keep the tag as the value and the sentence beside it."""
        member = str.__new__(cls, tag)
        member._value_ = tag
        member.sentence = sentence
        return member

    # Accounts
    LOG_IN = "log_in", "Log-in with email address and password."
    LOG_OUT = "log_out", "Log-out, of one browser or of all."
    SESSION = "session", "Use of a log-in that has ended or was never given out."
    REAUTHENTICATION = "reauthentication", "Password asked again before something important."
    SIGN_UP = "sign_up", "Sign-up for an account."
    INVITE_CODE = "invite_code", "Use of an invite code."
    INVITE_CODE_CHANGED = "invite_code_changed", "Invite code added or disabled."
    MAILED_LINK = "mailed_link", "Use of a mailed link that confirms or resets."
    EMAIL_CONFIRMATION = "email_confirmation", "Confirmation of an email address by its link."
    CONFIRMATION_EMAIL = "confirmation_email", "Request for the confirmation email again."
    EMAIL_CHANGED = "email_changed", "Correction of the email address of a waiting sign-up."
    PASSWORD_RESET_EMAIL = "password_reset_email", "Request for a link that resets a password."
    PASSWORD_RESET = "password_reset", "New password by a reset link."
    NEW_DEVICE = "new_device", "Log-in from a browser not seen before."

    # Access
    ACCESS = "access", "Call of something that the caller may not do."
    SOCKET_EVENT = "socket_event", "Socket event that no page sends."
    SOCKET_LIMIT = "socket_limit", "Sockets, tabs or messages over the limit of one address."
    PUSH = "push", "Update held back from a tab that may no longer see the school."
    CROSS_SITE_REQUEST = "cross_site_request", "Form post from another site or without its token."
    REQUEST = "request", "HTTP request that is oversized or names another host."
    RATE_LIMIT = "rate_limit", "More requests than the limits allow."
    POLICY_VIOLATION = "policy_violation", "Report of a browser about the content policy."

    # Schools and members
    SCHOOL_CLAIM = "school_claim", "Claim to be the first person of a school."
    SCHOOL_CONFLICT = "school_conflict", "Two schools with one number, or a school that moved."
    SCHOOL_MOVED = "school_moved", "Operator moved a school's connection or ownership."
    JOIN_REQUEST = "join_request", "Request to join a school."
    JOIN_DECISION = "join_decision", "Decision on a request to join a school."
    MEMBER_INVITATION = "member_invitation", "Invitation of a colleague, or its renewal."
    INVITATION_REVOKED = "invitation_revoked", "Invitation of a colleague taken back."
    INVITATION_ACCEPTANCE = "invitation_acceptance", "Acceptance of an invitation by its link."
    ROLE_CHANGE = "role_change", "Change of a member's role."
    MEMBER_REMOVAL = "member_removal", "Removal of a member."
    OWNERSHIP_TRANSFER = "ownership_transfer", "Transfer of a school's ownership."
    SCHOOL_CHANGE = "school_change", "Set-up or change of a school or its MIS."

    # Connection to Xporter on Demand
    GRANT_ACCESS = "grant_access", "Invitation of a school to share its data."
    CALLBACK = "callback", "Callback of Xporter on Demand."
    SCHOOL_SECRET = "school_secret", "A school's secret at Xporter on Demand stored or changed."
    SECRET_UNREADABLE = "secret_unreadable", "A stored secret that no key of ours decrypts."
    CONNECTION_WITHDRAWN = "connection_withdrawn", "A school took back what it shared with us."
    CONNECTION_TEST = "connection_test", "Test of a school's connection."

    # Apps, OAuth and the API
    APP_REGISTRATION = "app_registration", "Registration of an app."
    APP_SECRET_ROTATION = "app_secret_rotation", "New secret for an app."
    APP_REFRESH_CHANGE = "app_refresh_changed", "How an app refreshes its tokens, changed."
    APP_DISABLED = "app_disabled", "App switched off."
    AUTHORIZE_REQUEST = "authorize_request", "An app's request for a school's consent."
    CONSENT = "consent", "A school's consent to an app."
    CONSENT_CHANGE = "consent_change", "Change of what an app may read."
    CONSENT_DECLINED = "consent_declined", "A school declined an app's request."
    CONSENT_REVOKED = "consent_revoked", "A school revoked an app's access."
    APP_ENDED_ACCESS = "app_ended_access", "An app gave its access up."
    DELETION_REQUEST = "deletion_request", "A school asked an app to delete its data."
    CLIENT_AUTHENTICATION = "client_authentication", "An app's client id and secret."
    TOKEN_GRANT = "token_grant", "Exchange of a code or refresh token for an access token."
    PKCE = "pkce", "Proof key of an app's code (PKCE)."
    TOKEN_REUSE = "token_reuse", "Code or refresh token used a second time; its tokens end."
    TOKEN_REVOCATION = "token_revocation", "Revocation of a token by its app."
    API_TOKEN = "api_token", "Bearer token at the API."
    API_SCOPE = "api_scope", "API request for data outside the scopes held."

    # Data
    DATA_CHANGE = "data_change", "Decision on mappings or on a change of data."
