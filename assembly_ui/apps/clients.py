"""Finding apps, and knowing them by their secret."""

from __future__ import annotations

import hmac
import re
import unicodedata

from sqlmodel import col, or_, select

from assembly_ui.accounts.tokens import hash_token
from assembly_ui.apps.errors import AppUnknown
from assembly_ui.apps.models import App
from assembly_ui.db.database import Session

LONGEST_CLIENT_ID = 64


async def find_client(session: Session, client_id: str) -> App | None:
    """The app with this client id, switched off or not."""
    # No database takes every character that an address may hold.
    if not (client_id.isascii() and client_id.isprintable()) or len(client_id) > LONGEST_CLIENT_ID:
        return None
    return (await session.exec(select(App).where(col(App.client_id) == client_id))).first()


async def find_app(session: Session, client: str) -> App:
    """The app with this client id or slug.

    Raises:
        AppUnknown
    """
    query = select(App).where(or_(col(App.client_id) == client, col(App.slug) == client))
    found = (await session.exec(query)).first()
    if found is None:
        raise AppUnknown
    return found


def slug_of(name: str) -> str:
    """A name as it stands in addresses: "School Booking (UK)" becomes "school-booking-uk"."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:80]


def is_secret_of(app: App, secret: str) -> bool:
    """Whether this is the app's secret."""
    return bool(app.secret_hash) and hmac.compare_digest(app.secret_hash, hash_token(secret))
