"""How long the state of a tab is kept once its socket is gone.

Reflex keeps it for an hour, for a tab that comes back. One that nobody logged in with
holds nothing worth that: it is made anew when the tab comes back, as after any hour.
Of those with a log-in the ones that left last are kept, so that opening and closing
tabs fills no memory.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory

from assembly_ui.web.binding import is_logged_in

ANONYMOUS_SECONDS = 60
"""Longer than it takes to reload a page, or to change from one network to another."""
KEPT_AT_MOST = 2000
SWEEP_SECONDS = 10


class LeftTabs:
    """One for the process."""

    def __init__(self, app: rx.App, *, now: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._now = now
        self._left: OrderedDict[str, float] = OrderedDict()

    def left(self, token: str) -> None:
        """The socket of this tab is gone."""
        self._left[token] = self._now()
        self._left.move_to_end(token)

    async def run(self) -> None:
        """Forget states again and again, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Forget those that are due."""
        namespace, manager = self._app.event_namespace, self._app.state_manager
        if namespace is None or not isinstance(manager, StateManagerMemory):
            return
        too_many = len(self._left) - KEPT_AT_MOST
        for number, (token, at) in enumerate(list(self._left.items())):
            ident = manager._coerce_token(rx.BaseStateToken(ident=token, cls=rx.State))
            state = manager.states.get(ident.cache_key)
            if state is None or token in namespace._token_manager.token_to_socket:
                del self._left[token]
                continue
            lock = manager._states_locks.get(ident.lock_key)
            is_busy = lock is not None and lock.locked()
            is_due = self._now() - at >= ANONYMOUS_SECONDS and not is_logged_in(state)
            if not is_busy and (is_due or number < too_many):
                manager._purge_token(ident)
                del self._left[token]
