"""Building the pages, when anything they are made of has changed.

Pages are compiled by Reflex from `assembly_ui/web` and the assets, so a
fingerprint of those files, the locked packages and the address says whether
the last build still holds.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from assembly_ui.server.file_lock import locked
from assembly_ui.settings import Settings

ROOT = Path(__file__).parent.parent.parent
FINGERPRINT = "assembly-fingerprint"
REFLEX_NOTE = "reflex.json"
"""Without it Reflex prepares its folder anew."""
USUAL_PORT = 3000
_EAGER = b'<link rel="modulepreload" href'
_PATIENT = b'<link rel="modulepreload" fetchpriority="low" href'


class BuildFailed(Exception):
    """The pages could not be built; `output` is what the build tools said."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def web_folder(settings: Settings) -> Path:
    """Where Reflex keeps the built pages (its own variable for that is honoured).

    One for each port, since the port is compiled into them: two servers from one
    checkout do not pull the pages from under each other.
    """
    own = ".web" if settings.port == USUAL_PORT else f".web-{settings.port}"
    return Path(os.environ.get("REFLEX_WEB_WORKDIR", ROOT / own))


def is_current(settings: Settings) -> bool:
    """Whether the last build was made from what is here now."""
    mark = web_folder(settings) / FINGERPRINT
    return mark.is_file() and mark.read_text() == _fingerprint(settings)


def build(settings: Settings) -> None:
    """Build the pages, unless another process has done so while this one waited for it.

    Raises:
        BuildFailed: a package could not be fetched, or a page is wrong.
    """
    with locked(web_folder(settings).with_suffix(".lock")):
        if not is_current(settings):
            _build(settings)


def _build(settings: Settings) -> None:
    fingerprint = _fingerprint(settings)
    mark = web_folder(settings) / FINGERPRINT
    if not mark.is_file():
        # The last build failed, or was never ended. Reflex has noted the registry it asked then,
        # and would ask it for ever, however mistyped or unreachable it was.
        (web_folder(settings) / REFLEX_NOTE).unlink(missing_ok=True)
    mark.unlink(missing_ok=True)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    done = subprocess.run(  # noqa: S603  (our own interpreter, fixed words)
        command, cwd=ROOT, env=environment(settings), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildFailed(done.stdout + done.stderr)
    paint_before_scripts(web_folder(settings) / "build" / "client")
    mark.write_text(fingerprint)


def paint_before_scripts(pages: Path) -> None:
    """Let each page show itself before its scripts are fetched.

    Browsers fetch preloaded modules before the style sheet is applied; on a slow
    line that doubles the time until anything is seen. The compressed copies that
    the server prefers are written anew.
    """
    for page in pages.rglob("*.html"):
        html = page.read_bytes().replace(_EAGER, _PATIENT)
        page.write_bytes(html)
        packed = page.with_name(f"{page.name}.gz")
        if packed.exists():
            packed.write_bytes(gzip.compress(html))


def environment(settings: Settings) -> dict[str, str]:
    """The environment Reflex works in: Bun from our own packages, production mode."""
    own = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": os.pathsep.join([own, os.environ.get("PATH", "")]),
        "REFLEX_USE_SYSTEM_BUN": "1",
        "REFLEX_CHECK_LATEST_VERSION": "0",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(web_folder(settings)),
    }


def _fingerprint(settings: Settings) -> str:
    # The address is compiled into the pages, and so is what only the demo shows.
    digest = hashlib.sha256(f"{settings.pages_address} {settings.mode} {sys.version}".encode())
    for file in _ingredients():
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _ingredients() -> Iterator[Path]:
    yield from sorted((ROOT / "assembly_ui").rglob("*.py"))
    yield from sorted(file for file in (ROOT / "assets").rglob("*") if file.is_file())
    yield from sorted((ROOT / "reflex.lock").iterdir())
    yield from (ROOT / "rxconfig.py", ROOT / "constraints.txt")
