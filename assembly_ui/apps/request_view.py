"""What a person sees of a Data Access Request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.apps.models import AccessRequest, App
from assembly_ui.apps.uris import host_of


@dataclass(frozen=True)
class RequestView:
    """Who asks for what. Scopes of `required` hold all that they depend on.

    `urn` is the school the app expects, if it said so; it insists when `insists_on_urn`.
    `returns_to` is the host to which the person will return. `user_id` is who claimed it.
    """

    id: int
    app_id: int
    app_name: str
    slug: str
    summary: str
    description: str
    purpose: str
    website_uri: str
    support_uri: str
    privacy_policy_uri: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    urn: str
    insists_on_urn: bool
    returns_to: str
    user_id: int | None
    created_at: datetime
    expires_at: datetime


def view_of(request: AccessRequest, app: App) -> RequestView:
    assert request.id is not None
    return RequestView(
        id=request.id,
        app_id=request.app_id,
        app_name=app.name,
        slug=app.slug,
        summary=app.summary,
        description=app.description,
        purpose=app.purpose,
        website_uri=app.website_uri,
        support_uri=app.support_uri,
        privacy_policy_uri=app.privacy_policy_uri,
        required=tuple(request.required_scopes),
        optional=tuple(request.optional_scopes),
        urn=request.urn,
        insists_on_urn=app.force_urn_check,
        returns_to=host_of(request.redirect_uri),
        user_id=request.user_id,
        created_at=request.created_at,
        expires_at=request.expires_at,
    )
