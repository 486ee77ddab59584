"""Values that a browser claims for the variables of States: none is ever believed."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from assembly_ui.web.doorman import admitted, declared_handlers
from tests.attack import surface
from tests.attack.people import People
from tests.attack.records import changed, fingerprints
from tests.attack.surface import ROOT_STATE, Handler
from tests.attack.tabs import open_tab
from tests.factories.states import Tab
from tests.journeys.server import Server

AT_ONCE = 50
"""Variables in one message; longer ones close the socket."""
FORGED = "forged-by-a-browser"
KEPT_BY_BROWSERS = {"assembly_ui___web___ticket____ticket_state.ticket"}
"""What a browser does keep for us: the ticket of a sign-up, which proves nothing by itself."""


def _forged(value: Any) -> dict[str, Any]:
    return {
        f"{state}.{name}{suffix}": value
        for state, names in surface.state_vars().items()
        for name in names
        for suffix in ("", "_rx_state_")
    }


def test_the_only_values_that_browsers_keep_are_known(app: rx.App) -> None:
    kept = {
        f"{name}.{var}".removeprefix(f"{ROOT_STATE}.")
        for name, state in RegistrationContext.get().base_states.items()
        for var in state.base_vars
        if state._is_client_storage(var)
    }
    assert kept == KEPT_BY_BROWSERS, (
        "A browser may write these as it likes. If that is meant, name them here, and let nothing "
        "depend on them that the server did not prove."
    )


async def test_no_var_of_any_state_takes_what_a_browser_claims(app: rx.App) -> None:
    tab = Tab()
    before = await _all_values(tab)
    (name,) = [name for name in declared_handlers() if name.endswith(".update_vars_internal")]
    event = admitted({"name": name, "payload": {"vars": _forged(FORGED)}}, declared_handlers())
    assert event is not None
    entry = RegistrationContext.get().event_handlers[name]
    state = await tab.state(RegistrationContext.get().base_states[name.rpartition(".")[0]])
    await entry.handler.fn(state, **event["payload"])
    after = await _all_values(tab)
    assert {key.removeprefix(f"{ROOT_STATE}.") for key in after if after[key] != before[key]} == (
        KEPT_BY_BROWSERS
    )


async def _all_values(tab: Tab) -> dict[str, str]:
    """Every base and backend var of every State; those that are computed follow from them."""
    found = {}
    for name, kind in RegistrationContext.get().base_states.items():
        state = await tab.state(kind)
        for var in {**kind.base_vars, **(kind._backend_vars or {})}:
            found[f"{name}.{var}"] = repr(getattr(state, var, None))
    return found


@pytest.mark.parametrize("way", ["update_vars_internal", "hydrate_and_load", "setvar", "set_"])
async def test_forged_values_reach_no_tab_and_open_no_door(
    server: Server, people: People, victim: dict[str, Any], handlers: dict[str, Handler], way: str
) -> None:
    stranger = await people.stranger()
    before = fingerprints(server)
    async with open_tab(server, cookie=stranger.cookie) as tab:
        await tab.hydrate()
        for value in (FORGED, str(victim["school_id"])):
            for name, payload in _calls(way, value, handlers):
                await tab.call(name, payload)
        for name, payload in _calls(way, victim["school_id"], handlers):
            await tab.call(name, payload)
        await tab.ask(f"{ROOT_STATE}.hydrate")
        shown = {
            f"{state}.{var}".removeprefix(f"{ROOT_STATE}.")
            for state, values in tab.state.items()
            for var, value in values.items()
            if FORGED in repr(value)
        }
        assert shown <= KEPT_BY_BROWSERS
    assert changed(before, fingerprints(server)) == []


def _calls(way: str, value: Any, handlers: dict[str, Handler]) -> list[tuple[str, dict[str, Any]]]:
    """An event for each State, which tries all or one of its variables."""
    states = {name: names for name, names in surface.state_vars().items() if names}
    if way == "setvar":
        return [
            (f"{name}.setvar", {"var_name": names[-1], "value": value})
            for name, names in states.items()
            if f"{name}.setvar" in handlers
        ]
    if way == "set_":
        return [
            (f"{name}.set_{names[-1]}", {"value": value})
            for name, names in states.items()
            if names[-1] != "is_hydrated"
        ]
    (name,) = [name for name in handlers if name.endswith(f".{way}")]
    forged = list(_forged(value).items())
    return [
        (name, {"vars": dict(forged[first : first + AT_ONCE])})
        for first in range(0, len(forged), AT_ONCE)
    ]
