"""The `__Host-` prefix of every cookie over https (RFC 6265bis, 4.1.3.2).

Browsers take a cookie of such a name from this host alone, over TLS, for every path. So
neither a neighbouring subdomain nor an address without TLS can plant a log-in. The routes
know their cookies by the plain names; the names change here, at the edge, so that no new
cookie can be forgotten.
"""

from __future__ import annotations

import re

PREFIX = "__Host-"
_NARROWER = re.compile(r"path|domain|secure", re.IGNORECASE)

Headers = list[tuple[bytes, bytes]]


def received(headers: Headers) -> Headers:
    """Request headers with plain cookie names; cookies that lack the prefix are dropped."""
    return [
        (name, _received(value) if name.lower() == b"cookie" else value) for name, value in headers
    ]


def sent(headers: Headers) -> Headers:
    """Answer headers in which every cookie has the prefix and what the prefix demands."""
    return [
        (name, _sent(value) if name.lower() == b"set-cookie" else value) for name, value in headers
    ]


def _received(value: bytes) -> bytes:
    pairs = (pair.strip() for pair in value.decode("latin-1").split(";"))
    kept = (pair.removeprefix(PREFIX) for pair in pairs if pair.startswith(PREFIX))
    return "; ".join(kept).encode("latin-1")


def _sent(value: bytes) -> bytes:
    pair, *attributes = (part.strip() for part in value.decode("latin-1").split(";"))
    kept = (part for part in attributes if not _NARROWER.fullmatch(part.partition("=")[0]))
    return "; ".join([PREFIX + pair, *kept, "Path=/", "Secure"]).encode("latin-1")
