"""How much the kernel has received on our connections, read or not.

The web server puts the pieces of a WebSocket message together before it hands
anything on, up to 64 MB, and has no setting for less. What has arrived of a message
that never ends is seen nowhere but here. Linux only; elsewhere nothing is known.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress

Peer = tuple[str, int]

# `tcpi_bytes_received` in `struct tcp_info` (linux/tcp.h, since 4.1).
_OFFSET, _LENGTH = 128, 136
# A descriptor that was closed, is no connection, or is one within the file system.
_NOT_IT = (OSError, ValueError)


class ReceivedBytes:
    """Asked again and again about the connections there are."""

    def __init__(self) -> None:
        self._fds: dict[Peer, int] = {}

    def of(self, peers: Collection[Peer]) -> Mapping[Peer, int]:
        """Bytes received so far on this process's connections with these peers."""
        if sys.platform != "linux":
            return {}
        self._fds = {peer: self._fds[peer] for peer in peers if peer in self._fds}
        if len(self._fds) < len(peers):
            self._search(set(peers))
        found = {}
        for expected, fd in list(self._fds.items()):
            # The web server may have closed it, and opened another of the same number.
            with suppress(*_NOT_IT):
                peer, count = _look(fd)
                if peer == expected:
                    found[peer] = count
                    continue
            del self._fds[expected]
        return found

    def _search(self, peers: set[Peer]) -> None:
        known = set(self._fds.values())
        for name in os.listdir("/proc/self/fd"):
            # A descriptor may be closed, by another thread, between any two of these steps.
            with suppress(*_NOT_IT):
                fd = int(name)
                if fd not in known and stat.S_ISSOCK(os.fstat(fd).st_mode):
                    peer, _ = _look(fd)
                    if peer in peers:
                        self._fds[peer] = fd


def _look(fd: int) -> tuple[Peer, int]:
    # Told what it is, since finding out costs three system calls.
    looking = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=fd)
    try:
        host, port = looking.getpeername()[:2]
        info = looking.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LENGTH)
        return (host, port), struct.unpack_from("=Q", info, _OFFSET)[0]
    finally:
        # It is the web server's.
        looking.detach()
