"""Where the current request, socket event or command comes from, and who is behind it.

A context variable holds it, so that records name their origin without every
function passing it on. It is set once for each HTTP request and socket event.
"""

from __future__ import annotations

import getpass
import secrets
from contextvars import ContextVar
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Network, ip_address

IPV6_PREFIX = 64
"""The smallest network that a provider gives to one customer."""
ORIGIN_LIMIT = 64
COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Origin:
    """`ip` is a client network, or `command line (user)`; empty for background work.

    `client_id` is the app that calls, `subject` the email address typed into a form.
    """

    ip: str = ""
    request_id: str = ""
    user_id: int | None = None
    school_id: int | None = None
    client_id: str = ""
    subject: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current_origin() -> Origin:
    """The origin of what runs now."""
    return _origin.get()


def set_origin(client_ip: str) -> None:
    """Begin a request or socket event of this client; who is behind it is not known yet."""
    network = network_of("".join(c for c in client_ip[:ORIGIN_LIMIT] if c.isprintable()))
    _origin.set(Origin(network, secrets.token_hex(8)))


def set_person(user_id: int | None, school_id: int | None = None) -> None:
    """Add the signed-in person, and the school they act for, to the current origin."""
    _origin.set(replace(_origin.get(), user_id=user_id, school_id=school_id))


def set_client(client_id: str) -> None:
    """Add the app that calls, or says it is that app, to the current origin."""
    _origin.set(replace(_origin.get(), client_id=client_id))


def set_subject(subject: str) -> None:
    """Add what the request is about, such as the email address typed, to the current origin."""
    _origin.set(replace(_origin.get(), subject=subject))


def set_command_line() -> None:
    """The origin of an operator's command: the user of the operating system."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    _origin.set(Origin(f"{COMMAND_LINE} ({user})"[:ORIGIN_LIMIT], secrets.token_hex(8)))


def network_of(client_ip: str) -> str:
    """The address of a client; for IPv6 its /64, in which one client has 2**64 addresses."""
    try:
        address = ip_address(client_ip)
    except ValueError:
        return client_ip
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((int(address), IPV6_PREFIX), strict=False))
