"""What becomes of an error no handler foresaw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from reflex_base.event.context import EventContext

from assembly_ui.web.notice import after_failure


async def _nothing(*_: Any) -> None:
    return None


def _click() -> EventContext:
    return EventContext(token="a-tab", state_manager=None, enqueue_impl=_nothing)  # type: ignore[arg-type]


@pytest.fixture
def failed() -> Iterator[EventContext]:
    with _click() as context:
        yield context


def test_a_person_is_told_that_their_click_failed(failed: EventContext) -> None:
    assert after_failure(ValueError("unforeseen")) is not None


def test_an_apology_that_fails_is_not_followed_by_another(failed: EventContext) -> None:
    after_failure(ValueError("unforeseen"))
    with failed.fork():
        assert after_failure(ValueError("unforeseen")) is None


def test_the_next_click_that_fails_is_apologised_for(failed: EventContext) -> None:
    after_failure(ValueError("unforeseen"))
    with _click():
        assert after_failure(ValueError("unforeseen")) is not None
