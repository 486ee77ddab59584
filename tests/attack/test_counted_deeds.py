"""What a handler does is counted as that, and not as any click of somebody who is logged in.

Each limit is used up by other means, so that the handler has nothing left of this one alone. It
must be refused for it. What it would have done cannot be told from the limit that is wide.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlmodel import func, select

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import THROTTLED, Deed
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.models import SecurityEventRow
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import Role
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.pages.confirm import ConfirmState
from assembly_ui.web.pages.confirm_email import ConfirmEmailState
from assembly_ui.web.pages.connector.state import ConnectorState
from assembly_ui.web.pages.forgotten_password import ForgottenPasswordState
from assembly_ui.web.pages.invitation import InvitationState
from assembly_ui.web.pages.join import JoinState
from assembly_ui.web.pages.prove_ownership import ProveOwnershipState
from assembly_ui.web.pages.resend_confirmation import ResendConfirmationState
from assembly_ui.web.pages.reset_password import ResetPasswordState
from assembly_ui.web.pages.school_setup import SchoolSetupState
from assembly_ui.web.pages.sign_up import SignUpState
from assembly_ui.web.pages.users.invitations import InvitationsState
from assembly_ui.web.pages.users.member import MemberState
from tests.factories.accounts import PASSWORD, a_person, a_token
from tests.factories.parts import parts
from tests.factories.people import a_colleague
from tests.factories.schools import a_school
from tests.factories.states import Tab

__all__ = ["parts"]

CALLER = "192.0.2.1"
"""The address of a `Tab`."""
FORM: dict[str, Any] = {
    "email": "ben@kings.sch.uk",
    "role": "viewer",
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
    "name": "Ben",
}
COUNTED: list[tuple[Deed, Any, dict[str, Any]]] = [
    (Deed.SEARCH, SchoolSetupState.search, {"text": "kings"}),
    (Deed.JOIN_LOOK, JoinState.load, {}),
    (Deed.JOIN, JoinState.ask, {}),
    (Deed.DISPUTE, JoinState.dispute, {}),
    (Deed.GRANT, ConnectorState.grant_access, {}),
    (Deed.INVITE, InvitationsState.invite, {"form": FORM}),
    (Deed.REAUTHENTICATE, MemberState.transfer, {"form": FORM}),
    (Deed.CONFIRM, ProveOwnershipState.load, {}),
    (Deed.CONFIRM, ProveOwnershipState.prove, {}),
    (Deed.CONFIRM, ConfirmState.load, {}),
    (Deed.CONFIRM, ConfirmState.create, {"form": FORM}),
    (Deed.CONFIRM, ResetPasswordState.load, {}),
    (Deed.CONFIRM, ResetPasswordState.submit, {"form": FORM}),
    (Deed.CONFIRM, InvitationState.load, {}),
    (Deed.CONFIRM, InvitationState.create, {"form": FORM}),
    (Deed.CHECK, SignUpState.check, {"name": "email", "form": FORM}),
    (Deed.CHECK, SignUpState.submit, {"form": FORM}),
    (Deed.MEASURE, SignUpState.measure, {"form": FORM}),
    (Deed.MEASURE, ConfirmState.measure, {"form": FORM}),
    (Deed.MEASURE, ResetPasswordState.measure, {"form": FORM}),
    (Deed.MEASURE, InvitationState.measure, {"form": FORM}),
    (Deed.RESEND, ConfirmEmailState.correct, {"form": FORM}),
    (Deed.RESEND, ResendConfirmationState.submit, {"form": FORM}),
    (Deed.RESET, ForgottenPasswordState.submit, {"form": FORM}),
]
ELSEWHERE = {
    Deed.SIGN_UP: "what becomes of a form that is sent too often: `test_sign_up_page.py`",
    Deed.SET_UP: "`test_ownership.py`",
    Deed.PROVE: "`test_ownership.py`",
    Deed.CHANGE: "whatever a person who is logged in does: `test_resource_pools.py`",
    **dict.fromkeys(
        (Deed.LOG_IN, Deed.API, Deed.CALLBACK, Deed.APP, Deed.AUTHORIZE, Deed.TOKEN, Deed.REPORT),
        "routes: `test_http_floods.py`",
    ),
}


def test_each_limit_is_tried_here_or_elsewhere() -> None:
    assert {deed for deed, _, _ in COUNTED} | ELSEWHERE.keys() == set(Deed)


@pytest.mark.parametrize(
    ("deed", "handler", "arguments"),
    COUNTED,
    ids=[f"{deed}-{handler.fn.__qualname__}" for deed, handler, _ in COUNTED],
)
async def test_what_a_handler_does_is_counted_as_that(
    parts: Services,
    database: Database,
    clock: ManualClock,
    deed: Deed,
    handler: Any,
    arguments: dict[str, Any],
) -> None:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    ann = await a_colleague(database, school, Role.ADMIN, now=clock())
    token = await a_token(database, james, now=clock())
    me = await find_caller(database, token=token, now=clock())
    assert me is not None
    await switch_school(
        database, session_id=me.session_id, user_id=james.id, school_id=school.id or 0
    )
    tab = Tab(f"{COOKIE}={token}", "/x?token=guessed&school=1")
    await tab.send(MemberState.open, user_id=ann.id)
    with suppress(Throttled):
        while True:
            await parts.throttles.hit(deed, caller=CALLER, account=james.id)
    before = await _refused(parts, deed)
    with suppress(Throttled):
        await tab.send(handler, **arguments)
    assert await _refused(parts, deed) == before + 1


async def _refused(parts: Services, deed: Deed) -> int:
    """How often something was refused for being done too often, as the security log has it."""
    await parts.security_log.flush()
    counted = select(func.coalesce(func.sum(SecurityEventRow.count), 0)).where(
        SecurityEventRow.event == THROTTLED.get(deed, SecurityEvent.RATE_LIMIT).value,
        SecurityEventRow.outcome == Outcome.THROTTLED.value,
    )
    async with parts.database.read() as session:
        return int((await session.exec(counted)).one())
