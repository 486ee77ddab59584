"""Start, say where everything is, serve until told to stop."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from assembly_ui.clock import system_clock
from assembly_ui.db.database import Database, Row
from assembly_ui.pubsub.topics import PubSub
from assembly_ui.server import logs, private_files
from simulators.xporter.onboarding_steps import is_authorised
from simulators.xporter.router import router
from simulators.xporter.simulator import XporterSimulator
from simulators.xporter.standalone.http_server import (
    CannotListen,
    port_to_use,
    server_of,
    until_listening,
)
from simulators.xporter.standalone.options import Options, read_options
from simulators.xporter.standalone.population import (
    RELYING_PARTY,
    derived_guid,
    first_schools,
    populate,
    sharings,
)

INSTALL_SECONDS = 3.0
DATABASE_FILE = "stand-in.db"
KEY_FILE = "secret.key"


def main() -> None:
    """Run until killed; exit code 1 and one sentence when that cannot be."""
    private_files.restrict_new_files()
    logs.configure(json=False, level=logging.WARNING)
    options = read_options()
    try:
        port = port_to_use(options.host, options.port)
    except CannotListen as problem:
        sys.exit(str(problem))
    # Killed before it listens, it leaves no folder behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _folder(options.data) as folder:
        asyncio.run(_run(options, port, folder))


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield wanted
    else:
        with tempfile.TemporaryDirectory(prefix="xporter-stand-in-") as made:
            yield Path(made)


async def _run(options: Options, port: int, folder: Path) -> None:
    pubsub = PubSub()
    url = f"sqlite+aiosqlite:///{(folder / DATABASE_FILE).resolve()}"
    database = Database(url, pubsub.announce)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(Row.metadata.create_all)
        key = private_files.read_or_create(
            options.key_file or folder / KEY_FILE, lambda: secrets.token_hex(32)
        )
        stand_in = _stand_in(options, port, database, key)
        await populate(stand_in, first_schools(options.seed, options.schools, key))
        await _serve(stand_in, options, port, pubsub)
    finally:
        await database.close()


async def _serve(stand_in: XporterSimulator, options: Options, port: int, pubsub: PubSub) -> None:
    app = FastAPI(openapi_url=None)
    app.include_router(router(lambda: stand_in))
    server = server_of(app, options.host, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    background = asyncio.create_task(stand_in.run(pubsub))
    serving = asyncio.create_task(server.serve())
    await until_listening(options.host, port)
    print(await _first_line(stand_in), flush=True)
    await serving
    background.cancel()
    await asyncio.wait([background])


async def _first_line(stand_in: XporterSimulator) -> str:
    schools = [
        {
            "estab": school.estab,
            "name": school.school_name,
            "mis": school.mis,
            "secret": school.secret,
            "installed": school.installed_at is not None,
        }
        for school in await sharings(stand_in)
        if is_authorised(school)
    ]
    return json.dumps(
        {
            "base_url": stand_in.address,
            "relying_party": stand_in.relying_party,
            "management_secret": stand_in.management_secret,
            "control_key": stand_in.control_key,
            "schools": schools,
        }
    )


def _stand_in(options: Options, port: int, database: Database, key: str) -> XporterSimulator:
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{host}:{port}"
    return XporterSimulator(
        database,
        address=address,
        product_address=address,
        deliver=_print_mail,
        callback_url=options.callback_url,
        relying_party=RELYING_PARTY,
        management_secret=derived_guid(key, "management"),
        queue_seconds=options.queue_seconds,
        install_seconds=INSTALL_SECONDS,
        control_key=derived_guid(key, "control"),
        pupils=options.pupils,
        seed=options.seed,
        clock=system_clock,
    )


async def _print_mail(
    *, message_id: str, sender: str, to: str, subject: str, html: str, text: str
) -> None:
    """Mail goes to standard error, its link alone; the control API shows all of it."""
    link = next((line for line in text.splitlines() if "/authorise/" in line), "")
    sys.stderr.write(f"Mail to {to}: {subject}\n  {link}\n")
