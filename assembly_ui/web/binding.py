"""Ties what a tab shows to the log-in it was shown to.

Reflex gives a tab's state to whoever presents the tab's token. This middleware
makes that token worthless without the log-in cookie: when the cookie changes
(logged in, logged out, another person, a stolen token) everything the tab held
is forgotten before any event, the first one included, is handled.
"""

from __future__ import annotations

import hashlib
from typing import Any

import reflex as rx
from reflex.event import Event

from assembly_ui.web.access import session_token


class Binding(rx.State):
    """The fingerprint of the log-in this tab's state belongs to."""

    _log_in: str = ""


class BindToLogIn(rx.Middleware):
    """Resets a tab's state when it is not the log-in's it was made for."""

    async def preprocess(self, app: rx.App, state: rx.State, event: Event) -> Any:
        """Run before every event; never answers one itself."""
        binding = await state.get_state(Binding)
        token = session_token(state)
        log_in = hashlib.sha256(token.encode()).hexdigest() if token else ""
        if binding._log_in != log_in:
            state.reset()
            binding._log_in = log_in


def is_logged_in(root: rx.State) -> bool:
    """Whether this tab's state, seen from its root, belongs to a log-in."""
    binding = root.get_substate(Binding.get_full_name().split("."))
    return bool(binding._log_in)
