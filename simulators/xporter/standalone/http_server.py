"""Serving HTTP from inside this process, and knowing when it has begun."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import suppress

from fastapi import FastAPI
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

SOONEST_LOOK_SECONDS = 0.02


class CannotListen(Exception):
    """The reason, as one sentence for the person who tried."""


def port_to_use(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        CannotListen: somebody else has it, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is taken by another program" if taken else f"cannot be used: {error.strerror}"
            raise CannotListen(
                f"Port {port} of {host} {why}. Choose another with --port."
            ) from None
        return int(probe.getsockname()[1])


def server_of(app: FastAPI, host: str, port: int) -> Server:
    """A server of this app, not serving yet."""
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        log_enabled=False,
        log_level=LogLevels.error,
        websockets=False,
    )


async def until_listening(host: str, port: int) -> None:
    """Return once connections are taken."""
    there = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(there, port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(SOONEST_LOOK_SECONDS)
