"""What the command line says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HIGHEST_PORT = 65_535
MOST_SCHOOLS, MOST_PUPILS = 500, 5_000


@dataclass(frozen=True)
class Options:
    """How the stand-in is to run. Without `data` nothing is left when it ends."""

    host: str
    port: int
    seed: int
    schools: int
    pupils: int | None
    data: Path | None
    key_file: Path | None
    callback_url: str
    queue_seconds: float


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options, or an explanation on standard error and exit code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.xporter",
        description="A stand-in for Xporter on Demand. The first line on standard output is JSON: "
        "base_url, relying_party, management_secret, control_key and schools.",
    )
    add = parser.add_argument
    add("--port", type=_port, default=9000, help="port to listen on; 0 takes a free one")
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--seed", type=int, default=0, help="the same seed makes the same schools")
    add("--schools", type=_within(1, MOST_SCHOOLS), default=4, help="the last one is in the queue")
    add("--pupils", type=_within(10, MOST_PUPILS), help="pupils of each school")
    add("--data", type=Path, help="folder to keep everything in; else nothing is kept")
    add(
        "--key-file",
        type=Path,
        help="file with the key all secrets are made from, created if missing; "
        "by default one in the --data folder, else random secrets at each start",
    )
    add("--callback-url", default="", help="where authorisation callbacks are posted")
    add("--queue-seconds", type=float, default=3600, help="how long the queue is")
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    return _within(0, HIGHEST_PORT)(text)


class _within:
    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        number = int(text)
        if not self._least <= number <= self._most:
            raise argparse.ArgumentTypeError(f"must be {self._least} to {self._most}")
        return number
