"""Addresses of apps: which may be registered, and how an answer is put on one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from assembly_ui.apps.errors import AddressUnusable

LONGEST = 500
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What may stand in an address at all (RFC 3986, 2); browsers repair others, each its own way.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")


def checked_uri(uri: str) -> str:
    """`uri` as it was given, if people may be sent there: https, or http on this machine.

    Raises:
        AddressUnusable: another scheme, a fragment (RFC 6749, 3.1.2), a user name in it,
            no host, too long, or characters that do not belong in an address.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressUnusable(uri) from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    is_plain = len(uri) <= LONGEST and _PLAIN.fullmatch(uri) and "@" not in parts.netloc
    if not (is_safe and is_plain and host):
        raise AddressUnusable(uri)
    return uri


def answered(redirect_uri: str, answer: Mapping[str, str], *, state: str | None) -> str:
    """The redirect URI with an answer added to its query, and the state the app sent.

    `state` is percent-encoded as `kept_state` keeps it, so it comes back byte for byte.
    """
    pairs = [f"{name}={quote(value, safe='')}" for name, value in answer.items()]
    if state is not None:
        pairs.append(f"state={state}")
    parts = urlsplit(redirect_uri)
    base = redirect_uri
    if not parts.query:
        return f"{base.removesuffix('?')}?{'&'.join(pairs)}"
    return f"{base.removesuffix('&')}&{'&'.join(pairs)}"


def kept_state(state: bytes | None) -> str | None:
    """An app's state as it is kept: percent-encoded, since it may be any bytes at all."""
    return None if state is None else quote(state, safe="")


def host_of(uri: str) -> str:
    """The host of an address, for people to recognise."""
    return urlsplit(uri).hostname or ""
