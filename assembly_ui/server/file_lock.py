"""A lock that other processes see, and that ends with the process whatever happens to it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assembly_ui.server.private_files import FILE_MODE, FOLDER_MODE


class Locked(Exception):
    """Another process holds the lock. `pid` is its number, if it has written it."""

    def __init__(self, pid: str) -> None:
        super().__init__(pid)
        self.pid = pid


def hold(path: Path) -> int:
    """Take the lock for as long as this process lives, also after it becomes another program.

    Returns the descriptor that holds it; closing it gives the lock back.

    Raises:
        Locked
    """
    holder = _open(path)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(holder, 20).decode(errors="replace").strip()
        os.close(holder)
        raise Locked(pid) from None
    os.ftruncate(holder, 0)
    os.write(holder, f"{os.getpid()}\n".encode())
    # Kept by exec; children that Python starts do not get it.
    os.set_inheritable(holder, True)
    return holder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock during the block; wait while another process does."""
    holder = _open(path)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(holder)


def _open(path: Path) -> int:
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
