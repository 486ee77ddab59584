"""An authorised app for a seeded school, authorised as a person does it.

Its tokens come the real way too: a request, a yes, a code, an exchange with PKCE.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from sqlmodel import col, or_, select

from assembly_ui.accounts.tokens import new_token
from assembly_ui.api.oauth.token import lives
from assembly_ui.apps import grants, pkce
from assembly_ui.apps.asking import Ask
from assembly_ui.apps.authorising import authorise
from assembly_ui.apps.clients import is_secret_of, slug_of
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import App
from assembly_ui.apps.registration import NewApp, ensure_app
from assembly_ui.apps.requests import begin, claim
from assembly_ui.services import Services, register_booking
from assembly_ui.settings import Settings
from simulators.schoolbooking import requested_scopes as schoolbooking

REDIRECT_URIS = (
    "http://localhost:4567/auth/assembly/callback",
    "http://localhost:5000/assembly-auth",
)
"""Where the two published samples listen (facts of the platform, 3.1 and 3.2)."""


@dataclass(frozen=True)
class SeededApp:
    """An app's credentials and tokens.

    `client_secret` is None when somebody else registered the app, or it is public; the
    tokens are None while no school has authorised it.
    """

    name: str
    client_id: str
    client_secret: str | None
    access_token: str | None = None
    refresh_token: str | None = None
    scopes: tuple[str, ...] = ()


async def seed_app(services: Services, *, name: str) -> tuple[App, SeededApp]:
    """The app of this name; registered, with what SchoolBooking asks for, if there is none.

    Raises:
        NameUnusable
    """
    if slug_of(name) == slug_of(schoolbooking.NAME):
        await register_booking(services)
    elif await _find(services, name) is None:
        await ensure_app(
            services.database,
            NewApp(name=name, redirect_uris=REDIRECT_URIS, scopes=schoolbooking.SCOPE),
            client_id=f"app_{slug_of(name)[:50]}",
            client_secret=_secret(services.settings, name),
            now=services.clock(),
            is_ours=False,
        )
    app = await _find(services, name)
    assert app is not None
    known = (_secret(services.settings, name), services.settings.schoolbooking_secret)
    secret = next((secret for secret in known if is_secret_of(app, secret)), None)
    return app, SeededApp(app.name, app.client_id, secret)


async def authorise_app(
    services: Services, app: App, *, school_id: int, urn: str, owner: int
) -> SeededApp:
    """The owner authorises everything the app asks for, and the app gets its tokens.

    Raises:
        NotConnected
    """
    database, now = services.database, services.clock()
    verifier = new_token()
    ask = Ask(
        client_id=app.client_id,
        redirect_uri=app.redirect_uris[0],
        scope="" if app.required_scopes or app.optional_scopes else schoolbooking.SCOPE,
        urn=urn,
        code_challenge=pkce.s256(verifier),
        code_challenge_method=pkce.S256,
    )
    begun = await begin(database, ask, now=now)
    request = await claim(database, token=begun.token, user_id=owner, now=now)
    address = await authorise(
        database,
        request_id=request.id,
        school_id=school_id,
        by_user_id=owner,
        optional=request.optional,
        now=now,
        links=Links(services.settings.address, services.settings.help_email),
    )
    issued = await grants.exchange_code(
        database,
        app,
        code=parse_qs(urlsplit(address).query)["code"][0],
        redirect_uri=ask.redirect_uri,
        verifier=verifier,
        lives=lives(services.settings),
        now=now,
    )
    return SeededApp(
        name=app.name,
        client_id=app.client_id,
        client_secret=None,
        access_token=issued.access_token,
        refresh_token=issued.refresh_token,
        scopes=issued.scopes,
    )


def _secret(settings: Settings, name: str) -> str:
    """The secret of an app we register here: always the same, so that it can be shown again."""
    key = settings.fernet_keys[0].encode()
    return hmac.new(key, f"seeded-app:{slug_of(name)}".encode(), hashlib.sha256).hexdigest()


async def _find(services: Services, name: str) -> App | None:
    query = select(App).where(or_(col(App.name) == name, col(App.slug) == slug_of(name)))
    async with services.database.read() as session:
        return (await session.exec(query)).first()
