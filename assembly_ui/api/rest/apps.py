"""What an app reads of itself, and of the schools that authorised it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from assembly_ui.api.rest.answers import Data, a_list, an_object, moment, to_json
from assembly_ui.api.rest.page_cursors import read_page, source_of
from assembly_ui.api.rest.resource import Answer, Call
from assembly_ui.api.rest.school import REGISTERED, as_registered, registered_school
from assembly_ui.api.rest.version import Version
from assembly_ui.apps.models import App, Authorisation
from assembly_ui.apps.tokens import SCHOOL_LEVEL
from assembly_ui.schools.models import School

_APP = select(
    col(App.id),
    col(App.name),
    col(App.description),
    col(App.website_uri),
    col(App.support_uri),
    col(App.privacy_policy_uri),
    col(App.redirect_uris),
    col(App.install_uri),
    col(App.listed),
    col(App.sandbox),
    col(App.force_urn_check),
    col(App.created_at),
    col(App.updated_at),
).where(col(App.id) == bindparam("app_id"))
_EVERY = (
    select(*REGISTERED)
    .join(Authorisation, col(Authorisation.school_id) == col(School.id))
    .where(
        col(Authorisation.app_id) == bindparam("app_id"),
        col(Authorisation.revoked_at).is_(None),
    )
    .order_by(col(School.id))
)


async def me(call: Call) -> Answer:
    """The app, and what the token opens."""
    app = await call.services.database.glance(_APP, {"app_id": call.bearer.app_id})
    return an_object(await _me_of_version_1(call, app) if _is_old(call) else _me(call, app))


def _is_old(call: Call) -> bool:
    return call.version is Version.V1


def _me(call: Call, app: Any) -> Data:
    return {
        "object": "application",
        "id": app.id,
        "name": app.name,
        # As the SDKs spell it (facts of the platform, 2.7), and as it should be.
        "decription": app.description or None,
        "description": app.description or None,
        "website_uri": app.website_uri or None,
        "support_uri": app.support_uri or None,
        "privacy_policy_uri": app.privacy_policy_uri or None,
        "redirect_uri": next(iter(app.redirect_uris), None),
        "install_uri": app.install_uri or None,
        "listed": app.listed,
        "sandbox": app.sandbox,
        "force_urn_check": app.force_urn_check,
        "created_at": moment(app.created_at),
        "updated_at": moment(app.updated_at),
        "token": {"access_level": call.bearer.level, "scopes": sorted(call.bearer.scopes)},
    }


async def _me_of_version_1(call: Call, app: Any) -> Data:
    told: Data = {"level": call.bearer.level, "app": {"id": app.id, "name": app.name}}
    if call.bearer.level == SCHOOL_LEVEL:
        school = await registered_school(call.services.database, call.school_id)
        named = ("urn", "name", "slug", "la_code", "establishment_number", "phase")
        told["school"] = {
            "id": call.school_id,
            **{name: school[name] for name in named},
            "scopes": sorted(call.bearer.scopes),
        }
    return told


async def authorizations(call: Call) -> Answer:
    """The schools that allow the app something, as version 1 told it."""
    app = await call.services.database.glance(_APP, {"app_id": call.bearer.app_id})
    schools = await call.services.database.glance_all(_EVERY, {"app_id": app.id})
    return an_object(
        {
            "object": "authorizations",
            "id": app.id,
            "name": app.name,
            "data": [
                {
                    "object": "authorization",
                    "school_id": school.id,
                    "school_name": school.name,
                    "school_urn": school.urn,
                }
                for school in schools
            ],
        }
    )


async def registered_schools(call: Call) -> Answer:
    """The schools that allow the app something, each as `/school` tells it, with its id."""
    schools = await call.services.database.glance_all(_EVERY, {"app_id": call.bearer.app_id})
    page = await read_page(call, source_of([(school.id, school) for school in schools]))
    rows = [to_json({**as_registered(school), "id": school.id}) for school in page.rows]
    return a_list(call.version, rows, call.asked.paging(), page.total, page.pages)
