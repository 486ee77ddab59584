"""What a page says of its connection to the server: the socket that Reflex works over.

assets/connection.js watches the socket and shows one of the messages below.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui import settings
from assembly_ui.web.components import away, button, row
from assembly_ui.web.routes.school_status import PATH as SCHOOL_STATUS
from assembly_ui.web.routes.school_status import socket_address

SOCKET = socket_address(settings.load())
_KEPT = "What you saved is kept."

# Reflex opens its socket from a module that may run before any file of ours has arrived, so the
# sockets and their first messages are kept for assets/connection.js.
_NOTE_SOCKETS = """
(() => {
  const RealSocket = window.WebSocket;
  window.openedSockets = [];
  window.WebSocket = class extends RealSocket {
    constructor(...given) {
      super(...given);
      if (!this.url.includes("/_event")) return;
      this.early = [];
      this.addEventListener("message", ({ data }) => {
        if (this.early?.length < 9) this.early.push(data);
      });
      window.openedSockets.push(this);
    }
    send(message) {
      this.sending?.(message);
      super.send(message);
    }
  };
})();
"""


def connection_scripts() -> list[rx.Component]:
    """For the head of every page, before the scripts of Reflex."""
    return [rx.el.script(_NOTE_SOCKETS), rx.el.script(src="/connection.js", type="module")]


def connection_banner() -> rx.Component:
    """The messages, all hidden until assets/connection.js shows one; read out when it does."""
    return rx.el.div(
        _message("lost", _text("No connection to Assembly. We are trying again. ", _KEPT)),
        _message(
            "refused",
            _text(
                rx.el.strong("Your network blocks the connection that this page needs. "),
                "Buttons do nothing until it is allowed. ",
                _KEPT,
            ),
            _text(
                "Ask whoever manages your school’s network to allow WebSocket connections to ",
                rx.el.code(SOCKET),
                " in the web filter, the proxy and the firewall.",
            ),
            _text(
                away("See your school’s status", href=SCHOOL_STATUS),
                " on a page that needs no such connection.",
            ),
            _dismiss(),
        ),
        _message(
            "press-lost",
            _text(
                "The connection was lost for a moment. “",
                rx.el.span(custom_attrs={"data-connection-press": ""}),
                "” may not have reached us. This page is up to date again: look at it, and press "
                "the button again if you need to.",
            ),
            _dismiss(),
        ),
        role="status",
    )


def _dismiss() -> rx.Component:
    return row(button("Dismiss", kind="quiet", custom_attrs={"data-connection-dismiss": ""}))


def _text(*words: Any) -> rx.Component:
    return rx.el.p(*words)


def _message(state: str, *content: Any) -> rx.Component:
    return rx.el.div(
        *content,
        hidden=True,
        class_name="connection-message stack stack-tight",
        custom_attrs={"data-connection": state},
    )
