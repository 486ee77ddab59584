"""No secret and no token gets into an error, a log line or a printed object.

Whatever the service answers, even if it repeats our own secret in its words.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import string
import traceback
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assembly_ui.clock import ManualClock
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import XporterError
from assembly_ui.xporter.records import Token
from assembly_ui.xporter.transport import Call
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import NULLS, a_client
from tests.integration.xporter.test_calls import INVITATION

CLOCK = ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
TOKEN_LETTERS = string.ascii_letters + string.digits + "+/="

guids = st.uuids().map(str) | st.uuids().map(lambda value: str(value).upper())
tokens = st.text(TOKEN_LETTERS, min_size=24, max_size=80)
words = st.text(max_size=30)


@st.composite
def talkative_replies(draw: st.DrawFn) -> tuple[str, str, int, str]:
    """A secret, a token, and a reply that may give both away."""
    secret, token = draw(guids), draw(tokens)
    parts = [draw(words), secret, draw(words), token, secret.upper(), f"<b>{token}</b>"]
    told = " ".join(draw(st.permutations(parts)))
    names = ["Message", "ExceptionMessage", "ExceptionType", "InnerException"]
    body: Any = dict.fromkeys(names) | {draw(st.sampled_from(names)): told}
    body |= draw(st.sampled_from([{}, {"Schools": [{"Status": "No", "Message": told}]}]))
    page = f"<html>{told}</html>"
    text = draw(st.sampled_from([json.dumps(body), page, told, json.dumps([told]), "{" + told]))
    return secret, token, draw(st.sampled_from([200, 302, 400, 401, 403, 404, 429, 500, 503])), text


class Recorded:
    """Everything logged meanwhile, by whichever way."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._handler = logging.StreamHandler(self._text)

    def __enter__(self) -> Recorded:
        self._before = structlog.get_config()
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(self._text))
        root = logging.getLogger()
        root.addHandler(self._handler)
        self._level, _ = root.level, root.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_error: object) -> None:
        structlog.configure(**self._before)
        logging.getLogger().removeHandler(self._handler)
        logging.getLogger().setLevel(self._level)

    def __str__(self) -> str:
        return self._text.getvalue()


async def _errors_of(secret: str, token: str, status: int, text: str) -> list[XporterError]:
    """What every call fails with: first while tokens are made, then while none is."""
    caught: list[XporterError] = []
    for gives_tokens in (True, False):

        def reply(request: httpx.Request, gives_tokens: bool = gives_tokens) -> httpx.Response:
            if gives_tokens and request.url.path.endswith("GetToken"):
                good = {"token": token, "expires": "2026-11-28T09:00:00Z"} | NULLS
                return httpx.Response(200, json=good)
            return httpx.Response(status, content=text.encode(errors="ignore"))

        async with httpx.AsyncClient(transport=httpx.MockTransport(reply)) as http:
            for call in _calls(a_client(http, CLOCK, management_secret=secret), secret):
                try:
                    await call
                except XporterError as error:
                    caught.append(error)
    return caught


def _calls(client: XporterClient, secret: str) -> list[Any]:
    return [
        client.school_info(DFE_NUMBER, secret),
        client.counts(DFE_NUMBER, secret),
        client.token_details(DFE_NUMBER, secret),
        client.register_school(INVITATION),
    ]


def _shown(error: BaseException | None) -> str:
    """Every way an error is shown, with all that hangs on it."""
    if error is None:
        return ""
    said = [str(error), repr(error), repr(error.args), repr(vars(error))]
    said += traceback.format_exception(error)
    return "\n".join(said) + _shown(error.__cause__) + _shown(error.__context__)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(reply=talkative_replies())
def test_no_secret_leaves_the_room(reply: tuple[str, str, int, str]) -> None:
    secret, token, status, text = reply
    with Recorded() as log:
        caught = asyncio.run(_errors_of(secret, token, status, text))
    assert caught
    shown = "\n".join([str(log), *map(_shown, caught)])
    for hidden in (secret, token, secret.upper(), secret.lower()):
        assert hidden not in shown


def test_what_holds_a_secret_does_not_print_it() -> None:
    secret, token = str(uuid.uuid4()), "t" * 600
    call = Call("GET", "/x", 1, token=token, json={"password": secret}, hide=(secret,))
    for thing in (call, Token(token, None)):
        assert secret not in repr(thing)
        assert token not in repr(thing)
