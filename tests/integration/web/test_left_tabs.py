"""How long the state of a tab is kept once its socket is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory

from assembly_ui.schools.register import Register
from assembly_ui.settings import Settings
from assembly_ui.web import left_tabs
from assembly_ui.web.binding import Binding
from assembly_ui.web.left_tabs import ANONYMOUS_SECONDS, LeftTabs


class Tabs:
    """Tabs with a state each, and a clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.manager = StateManagerMemory()
        self.connected: dict[str, object] = {}
        tokens = SimpleNamespace(token_to_socket=self.connected)
        app = SimpleNamespace(
            state_manager=self.manager, event_namespace=SimpleNamespace(_token_manager=tokens)
        )
        self.left = LeftTabs(app, now=lambda: self.time)  # type: ignore[arg-type]

    async def leaves(self, token: str, *, log_in: str = "") -> None:
        ident = rx.BaseStateToken(ident=token, cls=rx.State)
        async with self.manager.modify_state(ident) as state:
            (await state.get_state(Binding))._log_in = log_in
        self.left.left(token)

    def kept(self) -> set[str]:
        self.left.sweep()
        return {key.partition("/")[0] for key in self.manager.states}


async def test_a_tab_nobody_logged_in_with_is_forgotten_soon() -> None:
    tabs = Tabs()
    await tabs.leaves("stranger")
    await tabs.leaves("member", log_in="a fingerprint")
    assert tabs.kept() == {"stranger", "member"}
    tabs.time += ANONYMOUS_SECONDS
    assert tabs.kept() == {"member"}
    await tabs.manager.close()


async def test_a_tab_that_came_back_is_kept() -> None:
    tabs = Tabs()
    await tabs.leaves("stranger")
    tabs.connected["stranger"] = object()
    tabs.time += ANONYMOUS_SECONDS
    assert tabs.kept() == {"stranger"}
    await tabs.manager.close()


async def test_a_state_that_is_being_changed_is_left_alone() -> None:
    tabs = Tabs()
    await tabs.leaves("stranger")
    tabs.time += ANONYMOUS_SECONDS
    ident = rx.BaseStateToken(ident="stranger", cls=rx.State)
    async with tabs.manager.modify_state(ident):
        assert tabs.kept() == {"stranger"}
    assert tabs.kept() == set()
    await tabs.manager.close()


async def test_of_the_tabs_with_a_log_in_those_that_left_last_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(left_tabs, "KEPT_AT_MOST", 2)
    tabs = Tabs()
    for token in ("first", "second", "third"):
        await tabs.leaves(token, log_in="a fingerprint")
    assert tabs.kept() == {"second", "third"}
    await tabs.manager.close()


async def test_the_product_hears_of_each_tab_that_goes(app: rx.App) -> None:
    # As the fixture imports it: late.
    from assembly_ui.assembly_ui import left_tabs as of_product

    namespace, token = app.event_namespace, str(uuid4())
    assert namespace is not None
    await namespace._token_manager.link_token_to_sid(token, "a socket")
    await namespace.trigger_event("disconnect", "a socket", "gone")
    assert token in of_product._left


async def test_the_product_looks_again_and_again_for_what_is_due(
    app: rx.App, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assembly_ui import assembly_ui as product

    settings = Settings(data_dir=tmp_path, database_url=database_url, work_in_web=False)
    monkeypatch.setattr(product, "SETTINGS", settings)
    # The whole register takes seconds to load.
    monkeypatch.setattr(Register, "load", lambda _folder: Register([]))
    async with product._product(app):
        running = {task.get_name() for task in asyncio.all_tasks()}
    assert running >= {"live", "watching", "connections", "left-tabs"}
