"""Files and folders that only the user of the process may use.

`restrict_new_files` makes that the rule for what is created from then on;
`restrict` repairs what an older version, a backup or another program left open.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o600, 0o700
UMASK = 0o077


def restrict_new_files() -> None:
    """Give this process and those it starts a umask that leaves group and others nothing."""
    os.umask(UMASK)


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The text of a secret file, which is created with what `make` returns if it is missing."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    try:
        # O_EXCL lets the first of several processes win; the others read its text.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, FILE_MODE), "w") as file:
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text()


def write(path: Path, text: str) -> None:
    """Write a file that nobody else may read, whatever there was before."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, FILE_MODE), "w") as file:
        file.write(text)


def exposed(paths: Iterable[Path]) -> list[Path]:
    """Those of `paths` that group or others may use."""
    return [path for path in paths if _is_open(path)]


def restrict(paths: Iterable[Path]) -> None:
    """Take what group and others may do from those of `paths` that are open.

    Files of another user stay as they are: `exposed` still names them.
    """
    for path in exposed(paths):
        with suppress(OSError):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & FOLDER_MODE)


def _is_open(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    if stat.S_ISDIR(mode):
        # The sticky bit says that a folder is everybody's on purpose. A group that may only
        # pass through sees no name and opens none of the files, which are closed themselves.
        return not mode & stat.S_ISVTX and bool(mode & (UMASK & ~stat.S_IXGRP))
    return stat.S_ISREG(mode) and bool(mode & UMASK)
