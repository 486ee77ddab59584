"""What a browser, or a program, gets in place of an answer that failed on our side.

The pages themselves say so in a notice; this is for plain forms and addresses opened directly.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.db.database import is_disk_full
from assembly_ui.db.sqlite_storage import StorageLost
from assembly_ui.jobs.worker_pools import PoolBusy
from assembly_ui.settings import Settings
from assembly_ui.web.plain_pages import plain_page


@dataclass(frozen=True)
class Failure:
    """A kind of failure, as it is told. `error` is the word for programs."""

    error: str
    status: HTTPStatus
    title: str
    what_happened: str
    what_is_safe: str
    what_to_do: str
    retry_after: int = 0


DATABASE_AWAY = Failure(
    "database_away",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Assembly is not available for a moment",
    "We cannot reach our database, so what you sent last may not have been kept.",
    "Everything from before is as it was, and nobody was let in or out by mistake.",
    "Wait a minute, go back and try again.",
    retry_after=60,
)
DISK_FULL = Failure(
    "disk_full",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Assembly cannot save anything for a moment",
    "Our disk is full, so what you sent last was not kept.",
    "Everything from before is as it was.",
    "Wait until we have made room, go back and try again.",
    retry_after=300,
)
STORAGE_LOST = Failure(
    "storage_lost",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Assembly cannot save anything for a moment",
    "The file of our database was removed, so what you sent last was not kept.",
    "What it held before is copied, and nothing more is written until it is back in its place.",
    "Wait a few minutes, go back and try again.",
    retry_after=300,
)
FAILED = Failure(
    "failed",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong on our side",
    "We have noted it. What you sent last may not have been kept.",
    "Everything from before is as it was.",
    "Go back and try again in a moment.",
)


def busy(seconds: int) -> Failure:
    """Too many ask at once; it is worth trying again after `seconds`."""
    return Failure(
        "busy",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Assembly is busy",
        "More is asked at this moment than we can take at once, so what you sent last was not "
        "carried out.",
        "Nothing was changed.",
        f"Wait {seconds} seconds, go back and try again.",
        retry_after=seconds,
    )


def failure_of(error: Exception) -> Failure:
    """How an error that nobody foresaw is told."""
    if isinstance(error, PoolBusy):
        return busy(error.retry_after)
    if is_disk_full(error):
        return DISK_FULL
    if isinstance(error, StorageLost):
        return STORAGE_LOST
    return DATABASE_AWAY if isinstance(error, SQLAlchemyError) else FAILED


def answer_failure(settings: Settings, request: Request, error: Exception) -> Response:
    """A page for browsers, JSON for programs; with a status that fits the error."""
    failure = failure_of(error)
    headers = {"Cache-Control": "no-store"}
    if failure.retry_after:
        headers["Retry-After"] = str(failure.retry_after)
    if "text/html" not in request.headers.get("accept", ""):
        message = f"{failure.what_happened} {failure.what_is_safe} {failure.what_to_do}"
        return JSONResponse({"error": failure.error, "message": message}, failure.status, headers)
    values = {
        "title": failure.title,
        "what_happened": failure.what_happened,
        "what_is_safe": failure.what_is_safe,
        "what_to_do": failure.what_to_do,
    }
    return plain_page(settings, "failed", values, status=failure.status, headers=headers)
