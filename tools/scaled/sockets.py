"""Where the servers of one data folder listen: sockets no other user can reach."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

LONGEST = 90
"""A socket's path may have some hundred bytes; the file's own name takes part of them."""


def sockets_folder(data: Path) -> Path:
    """A folder for sockets: in the data folder, or a short one of its own when that lies deep."""
    folder = data.resolve() / "sockets"
    if len(str(folder)) > LONGEST:
        mark = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"assembly-{mark}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
