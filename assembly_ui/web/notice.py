"""One sentence that confirms what a person just did, above whatever page they are on."""

from __future__ import annotations

from collections import deque

import reflex as rx
import structlog
from reflex.event import EventSpec
from reflex_base.event.context import EventContext

from assembly_ui.accounts.errors import Throttled
from assembly_ui.db.database import is_not_saved
from assembly_ui.jobs.worker_pools import PoolBusy
from assembly_ui.web import access
from assembly_ui.web.components import alert, button, row
from assembly_ui.web.live import tabs

log = structlog.get_logger()

SORRY = (
    "Something went wrong on our side, and we have noted it. What you did last was not kept; "
    "everything before it was. Try it again in a moment."
)

NOT_SAVED = (
    "Assembly cannot save anything at the moment: the disk of its server is full, or its database "
    "was removed. What you did last was not kept; everything before it was. Try it again in a few "
    "minutes; the server's log says what has to be done."
)

TOO_FAST = (
    "That was more than we can take at once, so what you did last was not carried out. Nothing "
    "else was lost. Wait a few seconds, then do it again."
)

_apologised: deque[str] = deque(maxlen=1000)
"""The events that failed last, so that nobody apologises for an apology."""


class NoticeState(rx.State):
    """The confirmation on the screen, if any."""

    words: str = ""
    tone: str = "success"
    _survives: bool = False

    @access.public
    async def dismiss(self):
        """Take the notice away."""
        self.words = ""

    @access.public
    async def apologise(self):
        """Say that the last click failed on our side."""
        self.words, self.tone = SORRY, "danger"

    @access.public
    async def say_not_saved(self):
        """Say that nothing can be saved, the last click included."""
        self.words, self.tone = NOT_SAVED, "danger"

    @access.public
    async def slow_down(self):
        """Say that clicks were dropped, since too many came at once."""
        self.words, self.tone = TOO_FAST, "warning"


def after_failure(exception: Exception) -> EventSpec | None:
    """What becomes of an error no handler foresaw: a line in the log, a word on the screen."""
    if isinstance(exception, PoolBusy | Throttled):
        return NoticeState.slow_down()
    log.error("handler.failed", exc_info=exception)
    failed = EventContext.get()
    if failed.parent_txid in _apologised:
        # The apology failed as well. Another would, and so on without end.
        return None
    _apologised.append(failed.txid)
    return NoticeState.say_not_saved() if is_not_saved(exception) else NoticeState.apologise()


async def notify(
    state: rx.State, words: str, tone: str = "success", *, on_next_page: bool = False
) -> None:
    """Show `words` on the tab of `state` until dismissed or the page changes.

    With `on_next_page` it outlives one change of page: for handlers that
    confirm and then send the person elsewhere.
    """
    notice = await state.get_state(NoticeState)
    notice.words, notice.tone, notice._survives = words, tone, on_next_page


async def page_changed(state: rx.State) -> None:
    """Take away what belonged to the page before: its notice, and what it kept showing.

    Else a person who switches schools on a page without the bar would be told,
    on the next page with one, that the window's school is not theirs any more.
    """
    tabs.forget(state)
    notice = await state.get_state(NoticeState)
    if not notice._survives:
        notice.words = ""
    notice._survives = False


def notice_area() -> rx.Component:
    """Where notices appear; read out by screen readers when they do."""

    def shown(tone: str) -> rx.Component:
        line = row(
            rx.el.p(NoticeState.words),
            button("Dismiss", kind="quiet", on_click=NoticeState.dismiss),
            spread=True,
        )
        return alert(line, tone=tone)

    return rx.el.div(
        rx.cond(
            NoticeState.words,
            rx.match(
                NoticeState.tone,
                ("danger", shown("danger")),
                ("warning", shown("warning")),
                ("info", shown("info")),
                shown("success"),
            ),
            rx.fragment(),
        ),
        role="status",
        class_name="notice-area",
    )


def after_browser_failure(exception: Exception) -> None:
    """Note that a page failed in a browser. Anyone may send what it says, so that is not logged."""
    log.warning("browser.page_failed")
