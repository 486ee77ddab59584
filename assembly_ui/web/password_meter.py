"""How strong a password is, said while it is being typed."""

from __future__ import annotations

from collections.abc import Iterable

import reflex as rx

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.password_policy import measure
from assembly_ui.accounts.throttles import Deed
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import STRENGTH


async def show_strength(state: rx.State, password: str, personal: Iterable[str] = ()) -> None:
    """Put the strength of `password` into the vars `strength` and `strength_words` of a page.

    When it is asked too often, or there is too much to weigh, the meter stays as it is: the
    password is checked when the form is sent.
    """
    try:
        await get_services().throttles.hit(Deed.MEASURE, caller=access.client_ip(state))
        score = await measure(password, tuple(personal))
    except Throttled:
        return
    state.strength, state.strength_words = score, STRENGTH[score] if password else ""
