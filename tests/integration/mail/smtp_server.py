"""A small, real SMTP server for tests: keeps what it takes, refuses what it is told to."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage


class SmtpServer:
    """Answers one command after the other. `refusals` maps a command to the reply it gets."""

    def __init__(
        self,
        *,
        refusals: dict[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        log_in: tuple[str, str] | None = None,
    ) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.encrypted: list[bool] = []
        self.port = 0
        self._refusals = refusals or {}
        self._tls = tls
        self._log_in = log_in
        self._conversations: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[SmtpServer]:
        """Listen on a free port while the block runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()
            # A client that leaves its connection open makes this wait, and the test fail.
            async with asyncio.timeout(5):
                await asyncio.gather(*self._conversations)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._conversations.add(task)
        try:
            await self._converse(reader, writer)
        except OSError:
            pass  # the client hung up; whether it should have is the test's question
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test ready\r\n")
        encrypted = False
        while line := await reader.readline():
            command, _, rest = line.decode().strip().partition(" ")
            reply = self._refusals.get(command.upper()) or self._reply(command.upper(), rest)
            writer.write(reply.encode() + b"\r\n")
            await writer.drain()
            if reply.startswith("354"):
                self._keep(await reader.readuntil(b"\r\n.\r\n"), encrypted)
                writer.write(b"250 kept\r\n")
            if reply.startswith("220"):
                await writer.start_tls(self._tls)
                encrypted = True
            if reply.startswith("221"):
                break

    def _reply(self, command: str, rest: str) -> str:
        match command:
            case "EHLO":
                offers = ["STARTTLS"] * bool(self._tls) + ["AUTH PLAIN"] * bool(self._log_in)
                return "\r\n".join(f"250-{line}" for line in ["test", *offers]) + "\r\n250 8BITMIME"
            case "MAIL":
                self.senders.append(_address(rest))
            case "RCPT":
                self.recipients.append(_address(rest))
            case "DATA":
                return "354 go on"
            case "STARTTLS":
                return "220 begin"
            case "AUTH":
                return "235 welcome" if self._knows(rest) else "535 unknown"
            case "QUIT":
                return "221 bye"
        return "250 yes"

    def _knows(self, rest: str) -> bool:
        _, name, word = base64.b64decode(rest.split()[1]).decode().split("\0")
        return (name, word) == self._log_in

    def _keep(self, raw: bytes, encrypted: bool) -> None:
        body = raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        parsed = message_from_bytes(body, policy=policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        self.encrypted.append(encrypted)


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]
