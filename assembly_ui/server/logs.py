"""How the product writes its log: one line an event, on standard error.

Nothing in it is a stranger's to write, and nothing in it is a secret or an address of a
person. Our own events have constant names; their values pass `redact`. Of what libraries log
only what is constant is kept: the place in their code, and the text without what was filled
in. Of an exception its type, its frames and its SQL state are kept; its message, which often
quotes what somebody sent, is not.

Nor does a stranger decide how much is written: of warnings and errors of one kind, and of
whatever a library says at one place, there is a number of lines a minute.
"""

from __future__ import annotations

import linecache
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from structlog.typing import EventDict

LONGEST_VALUE = 300
MOST_FRAMES = 30
MOST_CAUSES = 5
LINES_OF_A_KIND = 30
KIND_SECONDS = 60
"""Within which no more lines of one kind are written; the next one says how many were left out."""
ROOT = str(Path(__file__).resolve().parent.parent.parent)

HIDDEN = "[hidden]"
_SECRET_NAMES = re.compile(
    r"(^|_)(password|secret|token|cookie|authorization|key|code|email|address|name)$", re.IGNORECASE
)
_PATTERNS = (
    # A password in an address. First: it may hold signs at which an email address would end.
    (re.compile(r"://[^\s/]*@"), f"://{HIDDEN}@"),
    # Emails, as people write them.
    (re.compile(r"""[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+"""), HIDDEN),
    # What stands behind the question mark of an address.
    (re.compile(r"(\w+://[^\s?#]*|/[^\s?#]*)[?#]\S+"), rf"\1?{HIDDEN}"),
    (re.compile(r"\b(bearer|basic|idaas)\s+\S+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"""\b([\w-]*(?:password|secret|token|cookie|session|authorization|api[_-]?key|code))"""
            r"""(["']?\s*[=:]\s*["']?)[^\s"']+""",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    # Anything long that looks as if it was drawn at random.
    (re.compile(r"(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{24,}"), HIDDEN),
)

_OWN_MESSAGES = frozenset({"_granian", "alembic.runtime.migration"})
"""Libraries that log nothing but themselves."""

_SOCKETS = ("engineio", "socketio")
"""They call it an error when somebody knocks at the wrong address; it is none of ours."""

_ACCESS = "granian.access"
_AREAS = frozenset({"api", "oauth", "assets", "auth", "_event", "callbacks", "health", "simulator"})


def configure(
    *, json: bool, level: int = logging.INFO, now: Callable[[], float] = time.monotonic
) -> None:
    """Set up structlog: `json` for machines, otherwise lines for people."""
    last = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _Repeats(now),
            _describe_exception,
            _redact_values,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    take_over_libraries()


def take_over_libraries() -> None:
    """Have every library log through us; again, when more of them were imported."""
    root = logging.getLogger()
    # Theirs only: those that a test runner listens with are of classes of their own.
    root.handlers = [one for one in root.handlers if type(one) is not logging.StreamHandler]
    if not any(isinstance(handler, _LibraryHandler) for handler in root.handlers):
        root.addHandler(_LibraryHandler(logging.WARNING))
    for name in list(logging.Logger.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers = [one for one in logger.handlers if not _writes_by_itself(one)]
        logger.propagate = True
    logging.getLogger(_ACCESS).handlers = [_LibraryHandler(logging.INFO)]
    logging.getLogger(_ACCESS).propagate = False


def take_over_interpreter() -> None:
    """Have errors that nothing caught logged by us, not printed by Python."""
    sys.excepthook = lambda kind, error, frames: _uncaught("main", error)
    threading.excepthook = lambda args: _uncaught("thread", args.exc_value)
    sys.unraisablehook = lambda args: _uncaught("finaliser", args.exc_value)


def redact(text: str) -> str:
    """`text` in one line of bounded length, without secrets and addresses of people."""
    # What is cut off must not leave half a secret that no pattern knows.
    text = text[: 4 * LONGEST_VALUE]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return line if len(line) <= LONGEST_VALUE else f"{line[: LONGEST_VALUE - 1]}…"


def describe(error: BaseException) -> str:
    """Type and frames of an exception and of its causes, without any message."""
    return "\n".join(_lines(error))


class _Repeats:
    """Leaves out lines of a kind of which enough were written within a minute.

    Kinds are told apart by places in code, so there is a number of them.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kinds: dict[tuple[Any, ...], _Kind] = {}

    def __call__(self, _logger: Any, method: str, event: EventDict) -> EventDict:
        """Let the event pass, or drop it.

        Raises:
            structlog.DropEvent
        """
        if method == "info" and "library" not in event:
            return event
        now = self._now()
        error = _exception_of(event)
        named = (event["event"], event.get("library"), event.get("where"))
        kind = self._kinds.setdefault((*named, type(error), _innermost(error)), _Kind(now))
        if now - kind.began >= KIND_SECONDS:
            kind.began, kind.lines = now, 0
        if kind.lines >= LINES_OF_A_KIND:
            kind.left_out += 1
            raise structlog.DropEvent
        kind.lines += 1
        if kind.left_out:
            event["left_out"], kind.left_out = kind.left_out, 0
        return event


@dataclass
class _Kind:
    began: float
    lines: int = 0
    left_out: int = 0


def _innermost(error: BaseException | None) -> tuple[str, int] | None:
    """Where in the code an exception was raised."""
    frames = list(traceback.walk_tb(error.__traceback__ if error else None))
    return (frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else None


def _exception_of(event: EventDict) -> BaseException | None:
    given = event.get("exc_info")
    error = given[1] if isinstance(given, tuple) else given
    if given is True:
        error = sys.exc_info()[1]
    return error if isinstance(error, BaseException) else None


def _describe_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    error = _exception_of(event)
    event.pop("exc_info", None)
    if error is not None:
        event["exception"] = describe(error)
    return event


def _redact_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {name: _safe(name, value) for name, value in event.items()}


def _safe(name: str, value: Any) -> Any:
    if name in ("exception", "timestamp", "level") or value is None:
        return value
    if isinstance(value, bool | int | float | date) and not isinstance(value, Enum):
        return value
    if isinstance(value, list | tuple | set):
        return [_safe(name, item) for item in list(value)[:20]]
    if _SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, BaseException):
        return type(value).__name__
    return redact(str(value.value) if isinstance(value, Enum) else str(value))


def _lines(error: BaseException, depth: int = 0) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth < MOST_CAUSES:
        yield from _lines(cause, depth + 1)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from _frames(error.__traceback__)
    yield _kind(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions[:MOST_CAUSES]:
            yield "of which one is:"
            yield from _lines(inner, depth + 1)


def _frames(frames: TracebackType | None) -> Iterator[str]:
    for frame, number in list(traceback.walk_tb(frames))[-MOST_FRAMES:]:
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        yield f"  {file.removeprefix(ROOT + '/')}:{number} in {name}"
        if statement := linecache.getline(file, number).strip():
            yield f"    {statement}"


def _kind(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, DBAPIError):
        return f"{kind} of {_kind(error.orig)}" if error.orig else kind
    facts = {
        # Constant texts of the system and of the database.
        "errno": getattr(error, "errno", None) if isinstance(error, OSError) else None,
        "sqlstate": getattr(error, "sqlstate", None),
        "constraint": getattr(getattr(error, "diag", None), "constraint_name", None),
        "sqlite": getattr(error, "sqlite_errorname", None),
    }
    return " ".join([kind, *(f"{name}={redact(str(v))}" for name, v in facts.items() if v)])


class _LibraryHandler(logging.Handler):
    """Logs what a library logged, without what it may have got from a stranger."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as an event of ours."""
        try:
            method = getattr(structlog.get_logger(), _method_of(record))
            if record.name == _ACCESS:
                method("http.served", **_access(record.args))
                return
            facts = {"library": record.name, "where": f"{record.module}:{record.lineno}"}
            if text := _constant_text(record):
                facts["text"] = text
            method("library.logged", **facts, exc_info=record.exc_info)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """One line, where logging itself would print the record with its arguments."""
        sys.stderr.write(f"a log record of {record.module}:{record.lineno} could not be written\n")


def _constant_text(record: logging.LogRecord) -> str:
    """The text before anything was filled in; "" when that cannot be told apart."""
    if record.name in _OWN_MESSAGES:
        return record.getMessage()
    return record.msg if record.args and isinstance(record.msg, str) else ""


def _access(facts: Any) -> dict[str, Any]:
    known = facts if isinstance(facts, dict) else {}
    area = str(known.get("path", "")).strip("/").partition("/")[0]
    return {
        "method": known.get("method") if known.get("method") in _METHODS else "other",
        "area": area if area in _AREAS else "page",
        "status": known.get("status"),
        "milliseconds": known.get("dt_ms"),
    }


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _method_of(record: logging.LogRecord) -> str:
    if record.name.startswith(_SOCKETS) and not record.exc_info:
        return "info"
    if record.levelno >= logging.ERROR:
        return "error"
    return "warning" if record.levelno >= logging.WARNING else "info"


def _writes_by_itself(handler: logging.Handler) -> bool:
    return type(handler) is logging.StreamHandler or type(handler).__module__.startswith("rich")


def _uncaught(where: str, error: BaseException | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    structlog.get_logger().error("error.uncaught", place=where, exc_info=error)
