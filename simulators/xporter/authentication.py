"""Who may call the API: secrets become tokens, tokens lead back to a school."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from urllib.parse import unquote

from sqlmodel import select
from starlette.requests import Request

from simulators.xporter import errors
from simulators.xporter.models import Sharing
from simulators.xporter.onboarding_steps import is_authorised, is_paused
from simulators.xporter.simulator import XporterSimulator
from simulators.xporter.tokens import MANAGEMENT, Claims, mark_of


async def check_secret(stand_in: XporterSimulator, *, estab: str, secret: str) -> None:
    """Return if the secret makes a token: the application's own, or a school's.

    Raises:
        WrongSecret, Paused
    """
    if estab != MANAGEMENT:
        await _sharing(stand_in, estab, mark_of(secret))
    elif not _same(secret, stand_in.management_secret):
        raise errors.WrongSecret


def read_claims(stand_in: XporterSimulator, request: Request, scheme: str = "idaas") -> Claims:
    """What the token of a call says of itself. `scheme` is lower-case.

    Raises:
        TokenMissing, TokenUnreadable, TokenTooOld
    """
    named, _, token = request.headers.get("authorization", "").partition(" ")
    if named.casefold() != scheme or not token:
        raise errors.TokenMissing
    return stand_in.tokens.read(token.strip(), stand_in.clock())


def read_basic(request: Request) -> tuple[str, str, str]:
    """Relying party, estab and secret of `Basic base64("{rp}|{estab}:{secret}")`.

    Raises:
        WrongSecret: no such header.
    """
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        raise errors.WrongSecret
    try:
        plain = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise errors.WrongSecret from None
    client, _, secret = plain.partition(":")
    relying_party, _, estab = unquote(client).partition("|")
    return relying_party, estab, secret


async def sharing_of(stand_in: XporterSimulator, claims: Claims) -> Sharing:
    """The sharing that a school's token stands for.

    Raises:
        Paused
        TokenUnreadable: withdrawn or authorised anew; it died with its secret.
    """
    try:
        return await _sharing(stand_in, claims.estab, claims.mark)
    except errors.WrongSecret:
        raise errors.TokenUnreadable from None


async def _sharing(stand_in: XporterSimulator, estab: str, mark: str) -> Sharing:
    if not re.fullmatch(r"[0-9]{7}", estab):
        raise errors.WrongSecret
    query = select(Sharing).where(
        Sharing.relying_party == stand_in.relying_party, Sharing.estab == estab
    )
    async with stand_in.database.read() as session:
        sharing = (await session.exec(query)).first()
    if sharing is None or not is_authorised(sharing) or not _same(mark_of(sharing.secret), mark):
        raise errors.WrongSecret
    if is_paused(sharing):
        raise errors.Paused
    return sharing


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
