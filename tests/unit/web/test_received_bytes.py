"""What the kernel has received on our connections, whether anybody has read it or not."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from assembly_ui.web.received_bytes import ReceivedBytes

IS_KNOWN = sys.platform == "linux"


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0] as served,
    ):
        yield client, served


def test_what_has_arrived_is_known_before_it_is_read(
    connection: tuple[socket.socket, socket.socket],
) -> None:
    client, served = connection
    received, peer = ReceivedBytes(), served.getpeername()
    assert received.of([peer]) == ({peer: 0} if IS_KNOWN else {})
    client.sendall(b"x" * 5000)
    served.recv(5000, socket.MSG_WAITALL | socket.MSG_PEEK)
    assert received.of([peer]) == ({peer: 5000} if IS_KNOWN else {})
    served.recv(5000, socket.MSG_WAITALL)
    assert received.of([peer]) == ({peer: 5000} if IS_KNOWN else {})


def test_a_connection_that_closed_is_not_taken_for_another(
    connection: tuple[socket.socket, socket.socket],
) -> None:
    _, served = connection
    received, peer = ReceivedBytes(), served.getpeername()
    received.of([peer])
    number = served.fileno()
    served.close()
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert other.fileno() == number
        assert received.of([peer]) == {}


def test_nothing_is_known_of_a_stranger() -> None:
    assert ReceivedBytes().of([("192.0.2.1", 1)]) == {}


def test_a_socket_that_is_no_connection_is_passed_over(
    connection: tuple[socket.socket, socket.socket],
) -> None:
    _, served = connection
    peer = served.getpeername()
    one, other = socket.socketpair()
    with one, other, socket.socket(socket.AF_INET, socket.SOCK_DGRAM):
        assert ReceivedBytes().of([peer]) == ({peer: 0} if IS_KNOWN else {})
