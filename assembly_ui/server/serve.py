"""Starting the product: check, migrate, build what changed, serve on one port.

Ends in the web server's own process, so that Ctrl-C and signals reach it.
"""

from __future__ import annotations

import errno
import os
import resource
import socket
import sys
from pathlib import Path

from reflex_base.environment import environment

from assembly_ui.accounts.invite_codes import DEFAULT_CODE
from assembly_ui.db import migrations
from assembly_ui.server import build, private_files
from assembly_ui.server.file_lock import Locked, hold
from assembly_ui.settings import Settings, unknown_words


class CannotStart(Exception):
    """The reason, as one sentence for the person who tried."""


APP = "assembly_ui.assembly_ui:app"
HEADER_SECONDS = 10
"""Within which a request has to begin; a connection that says nothing is then closed."""
CONNECTIONS = 8192
"""Of one web worker: its sockets (`Caps.sockets`) and its requests. The server stops accepting
at that number, so it lies well above what one network address may have open."""
FILES_PER_CONNECTION = 2
"""The connection itself, and what answering it opens."""


def serve(settings: Settings, app: str = APP) -> None:
    """Never returns: replaces this process by the web server, which serves `app`.

    Raises:
        CannotStart: with what to do about it.
    """
    check_folder(settings.data_dir)
    private_files.restrict(settings.private_paths)
    check_port(settings.host, settings.port)
    check_alone(settings)
    # A key file that holds no key is told before anything is encrypted with another.
    _ = settings.fernet_keys
    for words in unknown_words():
        _say(words)
    _migrate(settings)
    if not build.is_current(settings):
        _say("Building the pages (a few seconds) …")
        _build(settings)
    _say(_welcome(settings))
    server = Path(sys.executable).parent / "granian"
    _allow_open_files(settings)
    os.execve(server, _command(server, settings, app), _environment(settings))  # noqa: S606


def check_folder(folder: Path) -> None:
    """The data folder exists, or can be made, and takes files.

    Raises:
        CannotStart
    """
    try:
        # What is kept here is nobody else's on this machine.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} cannot be written to ({error.strerror}). Choose another one "
            "with ASSEMBLY_DATA_DIR, or change its permissions."
        ) from None


def check_alone(settings: Settings) -> None:
    """No other server works on the same SQLite file, from now on until this process ends.

    What one changes does not reach the tabs of the other, and both would do the same work.

    Raises:
        CannotStart
    """
    if (path := settings.server_lock) is None:
        return
    try:
        hold(path)
    except Locked as other:
        process = f" (process {other.pid})" if other.pid else ""
        raise CannotStart(
            f"Another Assembly{process} is running on the same data, in {path.parent}. Stop it, or "
            "choose another folder: make run PORT=3001 DATA=another-folder. Nothing was changed."
        ) from None


def check_port(host: str, port: int) -> None:
    """Nobody else listens there.

    Raises:
        CannotStart
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is taken by another program" if error.errno == errno.EADDRINUSE else error
            raise CannotStart(
                f"Port {port} {why}. Stop that program, or choose another port: make run PORT=3001."
            ) from None


def _migrate(settings: Settings) -> None:
    try:
        migrations.migrate(settings.database)
    except migrations.DatabaseUnusable as problem:
        raise CannotStart(str(problem)) from None


def _build(settings: Settings) -> None:
    try:
        build.build(settings)
    except build.BuildFailed as error:
        log = settings.data_dir / "build.log"
        private_files.write(log, error.output)
        raise CannotStart(
            "The pages could not be built. The first build needs the npm registry; what the build "
            f"said is in {log}."
        ) from None


def _allow_open_files(settings: Settings) -> None:
    wanted = CONNECTIONS * settings.web_workers * FILES_PER_CONNECTION
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _command(server: Path, settings: Settings, app: str) -> list[str]:
    return [
        str(server),
        "--interface=asgi",
        "--factory",
        f"--host={settings.host}",
        f"--port={settings.port}",
        "--log-level=warning",
        "--workers-kill-timeout=5",
        # Only HTTP/1 has a header timeout: HTTP/2, and finding out which of both it is, wait for
        # ever. Browsers speak HTTP/2 to the proxy.
        "--http=1",
        f"--backpressure={CONNECTIONS}",
        f"--http1-header-read-timeout={HEADER_SECONDS * 1000}",
        f"--workers={settings.web_workers}",
        *(["--respawn-failed-workers"] if settings.web_workers > 1 else []),
        app,
    ]


def _environment(settings: Settings) -> dict[str, str]:
    # Reflex's own switches, by the names it gives them: serve the build that is there.
    switches = (
        environment.REFLEX_SKIP_COMPILE,
        environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP,
    )
    return build.environment(settings) | {switch.name: "true" for switch in switches}


def _welcome(settings: Settings) -> str:
    lines = ["", f"  Assembly is at {settings.address}", ""]
    if settings.is_demo:
        lines += [
            f"  Sign up with the invite code {DEFAULT_CODE}.",
            f"  Mail arrives at {settings.address}/mailbox.",
            "",
        ]
    return "\n".join([*lines, "  Ctrl-C stops it; everything is kept.", ""])


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
