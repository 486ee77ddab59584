"""Every handler that can be called from outside declares who may call it (rule 4)."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from assembly_ui.web.doorman import (
    LONGEST_KEPT,
    LONGEST_PATH,
    admitted,
    declared_handlers,
    is_frameworks,
    kept_by_browsers,
)
from assembly_ui.web.shell import ShellState
from assembly_ui.web.ticket import TicketState

ACCESS = {"public", "signed in", "member", "admin", "owner"}
PUBLIC_STATES = {
    "notice_state",
    "confirm_state",
    "confirm_email_state",
    "forgotten_password_state",
    "front_state",
    "invitation_state",
    "log_in_state",
    "mailbox_state",
    "resend_confirmation_state",
    "request_state",
    "reset_password_state",
    "sign_up_state",
    "signed_in_state",
    "terms_state",
}
LEAVING = {"leave", "close", "back", "move_on"}
OF_THE_OWNER = {
    "ownership_state.send_link",
    "member_state.ask_to_transfer",
    "member_state.transfer",
}


@pytest.fixture
def handlers(app: rx.App) -> dict[str, str]:
    return dict(declared_handlers())


def _ours(handlers: dict[str, str]) -> dict[str, str]:
    return {name: access for name, access in handlers.items() if "assembly_ui" in name}


def test_every_handler_declares_who_may_call_it(handlers: dict[str, str]) -> None:
    undeclared = [
        name
        for name, access in _ours(handlers).items()
        if access not in ACCESS and not name.endswith(".setvar")
    ]
    assert not undeclared, (
        f"These can be called by anyone on the internet: {undeclared}. Decorate them with one of "
        "access.public, signed_in, member, admin, owner, or begin their names with an underscore."
    )


def test_only_pages_for_strangers_have_handlers_for_strangers(handlers: dict[str, str]) -> None:
    open_to_all = {
        name
        for name, access in _ours(handlers).items()
        if access == "public" and name.rpartition(".")[2] not in LEAVING
    }
    states = {name.split("____")[-1].rpartition(".")[0] for name in open_to_all}
    assert states <= PUBLIC_STATES, "A new public handler: if that is meant, list its State here."


def test_what_the_owner_alone_may_do_is_known_by_name(handlers: dict[str, str]) -> None:
    owners = {name.split("____")[-1] for name, access in handlers.items() if access == "owner"}
    assert owners == OF_THE_OWNER, (
        "An admin could do what was the owner's, or the other way round. If that is meant, say so "
        "here."
    )


def test_no_handler_is_reachable_through_setvar(app: rx.App) -> None:
    registered = RegistrationContext.get()
    for name, state in registered.base_states.items():
        reachable = [method for method in vars(state) if method.startswith("set_")]
        assert not reachable or "assembly_ui" not in name, (
            f"{name}.{reachable} can be called by setvar; no handler is named set_…"
        )


def test_a_handler_takes_only_arguments_that_can_be_cleaned(app: rx.App) -> None:
    for name, entry in RegistrationContext.get().event_handlers.items():
        handler = inspect.unwrap(entry.handler.fn)
        if not getattr(entry.handler.fn, "__access__", ""):
            continue
        hidden = 1 if entry.handler.fn.__access__ == "public" else 2
        for parameter in list(inspect.signature(handler).parameters.values())[hidden:]:
            kind = str(parameter.annotation).partition("[")[0]
            assert kind in {"str", "int", "bool", "dict"}, f"{name}: {parameter}"


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        ["list"],
        {},
        {"name": 7, "payload": {}},
        {"name": "reflex___state____state.nothing", "payload": {}},
        {"name": "reflex___state____state.hydrate", "payload": {"extra": 1}},
        {"name": "reflex___state____state.hydrate", "payload": "text"},
        {"name": "reflex___state____state.hydrate_and_load", "payload": {"hashes": [{}]}},
        {"name": "reflex___state____state.hydrate_and_load", "payload": {"hashes": "text"}},
        {"name": "reflex___state____state.set_is_hydrated", "payload": {}},
        {"name": "reflex___state____state.set_is_hydrated", "payload": {"value": {}}},
        {"name": "\ud800", "payload": {}},
    ],
)
def test_what_is_no_event_of_ours_goes_no_further(handlers: dict[str, str], data: Any) -> None:
    assert admitted(data, handlers) is None


def test_setvar_goes_no_further(handlers: dict[str, str]) -> None:
    setvars = [name for name in handlers if name.endswith(".setvar")]
    assert setvars
    for name in setvars:
        payload = {"var_name": "is_hydrated", "value": True}
        assert admitted({"name": name, "payload": payload}, handlers) is None


def test_the_envelope_is_put_into_shape(handlers: dict[str, str]) -> None:
    name = next(name for name, access in _ours(handlers).items() if access == "public")
    event = admitted(
        {
            "name": name,
            "payload": {},
            "router_data": {
                "pathname": {"not": "text"},
                "asPath": "/confirm?token=a",
                "query": {"token": "a", "b": ["list"]},
                "headers": {"cookie": "forged"},
                "token": "forged",
            },
        },
        handlers,
    )
    assert event is not None
    assert event["router_data"] == {
        "pathname": "/",
        "asPath": "/confirm?token=a",
        "query": {"token": "a"},
    }


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/users?page=2", "/users?page=2"),
        ("/users?back=//elsewhere", "/users?back=//elsewhere"),
        ("//evil.example/users", "/"),
        ("//[", "/"),
        ("/\t/[", "/"),
        ("users", "/"),
        ("/" + "x" * 10_000, "/" + "x" * 3999),
    ],
)
def test_a_page_is_a_path_of_ours(handlers: dict[str, str], sent: str, kept: str) -> None:
    name = next(name for name, access in _ours(handlers).items() if access == "public")
    event = admitted({"name": name, "router_data": {"asPath": sent}}, handlers)
    assert event is not None
    assert event["router_data"]["asPath"] == kept


def test_what_a_browser_kept_for_states_there_are_not_is_left_out(
    handlers: dict[str, str],
) -> None:
    ticket = f"{TicketState.get_full_name()}.ticket"
    shell = f"{ShellState.get_full_name()}.status"
    sent = {ticket: "x", "": "x", "nothing": "x", "a.b.c": "x", shell: "x"}
    takers = [n for n in handlers if n.endswith((".update_vars_internal", ".hydrate_and_load"))]
    assert len(takers) == 2
    for name in takers:
        event = admitted({"name": name, "payload": {"vars": sent}}, handlers)
        assert event is not None
        assert event["payload"] == {"vars": {ticket: "x"}}


def test_all_that_a_browser_may_keep_for_us_is_known_by_name(app: rx.App) -> None:
    assert kept_by_browsers() == {f"{TicketState.get_full_name()}.ticket"}


@pytest.mark.parametrize("value", ["x" * (LONGEST_KEPT + 1), "x" * 1_000_000])
def test_what_a_browser_kept_is_short_or_left_out(handlers: dict[str, str], value: str) -> None:
    name = next(name for name in handlers if name.endswith(".hydrate_and_load"))
    sent = {f"{TicketState.get_full_name()}.ticket": value}
    event = admitted({"name": name, "payload": {"vars": sent}}, handlers)
    assert event is not None
    assert event["payload"] == {"vars": {}}


def test_the_parameters_of_an_address_are_no_longer_than_an_address(
    handlers: dict[str, str],
) -> None:
    name = next(name for name, access in _ours(handlers).items() if access == "public")
    query = {"a": "x" * LONGEST_PATH, "b": "y"}
    event = admitted({"name": name, "router_data": {"query": query}}, handlers)
    assert event is not None
    assert event["router_data"]["query"] == {}


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("connect", [{"QUERY_STRING": "token=another", "REMOTE_ADDR": "203.0.113.9"}]),
        ("connect", [None]),
        ("connect", []),
        ("event", []),
        ("event", [None, 1, 2]),
        ("client_error", []),
        ("link_token_to_sid", ["another"]),
        (None, [1]),
        (7, [1]),
        ({"a": 1}, [1]),
    ],
)
async def test_what_a_client_calls_an_event_is_not_believed(
    app: rx.App, name: Any, sent: list[Any]
) -> None:
    namespace = app.event_namespace
    assert namespace is not None
    await namespace.trigger_event(name, "a socket", *sent)
    assert "a socket" not in namespace.sid_to_token
    assert "a socket" not in namespace._static_router_data


def test_no_argument_takes_the_place_of_the_state(app: rx.App) -> None:
    for name, entry in RegistrationContext.get().event_handlers.items():
        if getattr(entry.handler.fn, "__access__", ""):
            code = entry.handler.fn.__code__
            assert code.co_posonlyargcount == 1, name


def test_what_the_framework_needs_is_known_by_name(handlers: dict[str, str]) -> None:
    needed = {name.rpartition(".")[2] for name in handlers if is_frameworks(name)}
    assert needed == {
        "hydrate",
        "hydrate_and_load",
        "set_is_hydrated",
        "on_load_internal",
        "update_vars_internal",
    }


def test_what_the_client_of_reflex_kept_arrives(handlers: dict[str, str]) -> None:
    name = next(name for name in handlers if name.endswith(".hydrate_and_load"))
    # The client marks the names of vars, which the server's own do not have.
    sent = {f"{TicketState.get_full_name()}.ticket_rx_state_": "a-ticket"}
    event = admitted({"name": name, "payload": {"vars": sent}}, handlers)
    assert event is not None
    assert event["payload"] == {"vars": sent}
