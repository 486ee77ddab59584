"""Who is behind an HTTP request, for counting; and the request of an app a browser came with."""

from __future__ import annotations

from starlette.requests import Request

from assembly_ui.bootstrap import parts

REQUEST_COOKIE = "assembly_request"
"""Holds the token of a Data Access Request, until whoever came with it is known."""


def client_ip(request: Request) -> str:
    """The caller's network address, behind as many proxies as the settings trust."""
    hops = parts().settings.trusted_proxy_hops
    # Some proxies add a header of their own below the one the caller sent.
    sent = ",".join(request.headers.getlist("x-forwarded-for"))
    forwarded = [hop.strip() for hop in sent.split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return request.client.host if request.client else ""
