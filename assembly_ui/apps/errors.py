"""What can go wrong in this room. Errors carry data; the faces find the words.

AppsError
├── AppUnknown               no such app, or none that this school may see
├── AuthorisationUnknown     the school allows this app nothing (any more)
├── NotRevoked               a deletion can be asked for once access was revoked
├── NotConnected             the school's MIS is not connected; `status` says how it stands
├── WrongSchool              the app asked for the school with another URN (`urn`)
├── RegistrationProblem      an app that cannot be registered like this
│   ├── NameUnusable         empty, too long, or with mark-up
│   ├── NameTaken            an app of this name exists (`client_id`)
│   ├── AddressUnusable      neither https nor this machine, or bent (`uri`)
│   ├── RedirectMissing      an app has at least one redirect URI
│   ├── RotationNeeded       a public app cannot keep one refresh token for good
│   ├── PkceNeeded           a public app has nothing but PKCE to prove itself by
│   ├── GrantUnusable        a grant that this type of client cannot use (`grant`)
│   └── ScopeUnusable        not a scope of the catalogue (`scope`)
├── RequestProblem           a Data Access Request that opens nothing
│   ├── RequestUnknown       mangled, never ours, or somebody else's
│   ├── RequestExpired       waited too long
│   ├── RequestDecided       authorised, declined or replaced by a newer one
│   └── RequestOfDisabledApp the app has been switched off since
├── AuthorizeRefused         GET /oauth/authorize cannot go on
│   ├── ClientUnknown        never redirects: nobody registered it (`is_disabled`: or it is off)
│   ├── RedirectMismatch     never redirects: not an address the app registered
│   ├── AskedTooMuch         never redirects: a state or scope longer than we keep
│   └── AskedWrongly         goes back to the app, with an `error` of RFC 6749, 4.1.2.1
└── GrantRefused             POST /oauth/token or /oauth/revoke; an `error` of RFC 6749, 5.2
"""

from __future__ import annotations

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.refusal import Refusal


class AppsError(Exception):
    """Anything this room refuses."""


class AppUnknown(AppsError):
    """No such app."""


class AuthorisationUnknown(Refusal, AppsError):
    """The school has no such authorisation in force."""

    security_event = SecurityEvent.ACCESS


class NotRevoked(AppsError):
    """The app still has access; only afterwards can it be asked to delete."""


class NotConnected(AppsError):
    """Nothing can be authorised before the MIS is connected."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class WrongSchool(Refusal, AppsError):
    """The app insists on another school than the one that would authorise it."""

    security_event = SecurityEvent.CONSENT

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self.urn = urn


class RegistrationProblem(AppsError):
    """An app cannot be registered like this."""


class NameUnusable(RegistrationProblem):
    """The name is empty, too long, or not plain text."""


class NameTaken(RegistrationProblem):
    """An app of this name exists already."""

    def __init__(self, client_id: str) -> None:
        super().__init__(client_id)
        self.client_id = client_id


class AddressUnusable(RegistrationProblem):
    """An address that people or secrets must not be sent to."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.uri = uri


class RedirectMissing(RegistrationProblem):
    """An app without any redirect URI could never be answered."""


class RotationNeeded(RegistrationProblem):
    """Whoever stole a lasting refresh token of a public app could use it unseen."""


class PkceNeeded(RegistrationProblem):
    """Without a secret and without PKCE, whoever reads a code could exchange it."""


class GrantUnusable(RegistrationProblem):
    """A client of this type, or without another grant, cannot use `grant`."""

    def __init__(self, grant: str) -> None:
        super().__init__(grant)
        self.grant = grant


class ScopeUnusable(RegistrationProblem):
    """Not a scope of the catalogue."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class RequestProblem(Refusal, AppsError):
    """A Data Access Request that opens nothing."""

    security_event = SecurityEvent.AUTHORIZE_REQUEST


class RequestUnknown(RequestProblem):
    """Never ours, mangled on its way, or somebody else's."""


class RequestExpired(RequestProblem):
    """It waited too long."""


class RequestDecided(RequestProblem):
    """It was authorised or declined, or the same app asked again since."""


class RequestOfDisabledApp(RequestProblem):
    """The app was switched off after it asked."""


class AuthorizeRefused(Refusal, AppsError):
    """An authorisation request that cannot go on."""

    security_event = SecurityEvent.AUTHORIZE_REQUEST


class ClientUnknown(AuthorizeRefused):
    """No app has this client id, or it `is_disabled`. Nobody is redirected."""

    def __init__(self, *, is_disabled: bool = False) -> None:
        super().__init__(is_disabled)
        self.is_disabled = is_disabled


class RedirectMismatch(AuthorizeRefused):
    """Not exactly a registered redirect URI of the app. Nobody is redirected."""

    def __init__(self, app_name: str) -> None:
        super().__init__(app_name)
        self.app_name = app_name


class AskedTooMuch(AuthorizeRefused):
    """A state or scope that is too long to be kept or sent back. Nobody is redirected."""

    def __init__(self, app_name: str) -> None:
        super().__init__(app_name)
        self.app_name = app_name


class AskedWrongly(AuthorizeRefused):
    """A known app asked in a way we cannot follow; `redirect_uri` is its own.

    `error` is one of RFC 6749, 4.1.2.1; `description` is for its developer, in ASCII.
    """

    def __init__(self, redirect_uri: str, error: str, description: str) -> None:
        super().__init__(error, description)
        self.redirect_uri = redirect_uri
        self.error = error
        self.description = description


class GrantRefused(AppsError):
    """A token call that cannot be answered.

    `error` is one of RFC 6749, 5.2; `description` is for the developer, in ASCII.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description
