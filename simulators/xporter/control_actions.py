"""What the control API can have a school do: answer, pause, withdraw, be another school."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, Field
from sqlmodel import select

from assembly_ui.db.database import announce
from simulators.xporter import callbacks, consent
from simulators.xporter import sharing as in_force
from simulators.xporter.auto_consent import ConsentChoices, authorise_again, give_consent, held_by
from simulators.xporter.errors import NotNow
from simulators.xporter.invitations import SIMULATOR_TOPIC
from simulators.xporter.models import Install, People, Sharing
from simulators.xporter.onboarding_steps import Stage, is_authorised, stage
from simulators.xporter.simulator import XporterSimulator

Done = dict[str, Any]


class ActionUnknown(Exception):
    """There is no such action."""


class WantedAnswers(BaseModel):
    """How a school answers; see `saying_yes.Answers`."""

    mis: str = "isams"
    scopes: list[str] | None = None
    people: People = People.EVERYONE
    groups: list[str] = []
    install: Install | None = Install.NOW
    secret: str = Field("", max_length=36)

    def plain(self) -> ConsentChoices:
        """The same, as the services take it."""
        return ConsentChoices(**self.model_dump() | {"install": self.install or ""})


class Selection(BaseModel):
    """Whom a school that selects people shares."""

    groups: list[str]


class OtherSchool(BaseModel):
    """The school whose MIS answers; without estab it is the right one again."""

    estab: str = Field("", pattern=r"^([0-9]{7})?$")
    name: str = Field("Another School Altogether", max_length=200)


class Again(BaseModel):
    """How often a callback is posted once more."""

    times: int = Field(1, ge=1, le=10)


async def _answer(stand_in: XporterSimulator, estab: str, asked: object) -> Done:
    wanted = WantedAnswers.model_validate(asked)
    return {"secret": await give_consent(stand_in, estab=estab, answers=wanted.plain())}


async def _authorise_anew(stand_in: XporterSimulator, estab: str, asked: object) -> Done:
    wanted = WantedAnswers.model_validate(asked)
    return {"secret": await authorise_again(stand_in, estab=estab, answers=wanted.plain())}


async def _decline(stand_in: XporterSimulator, estab: str, _asked: object) -> Done:
    token, _ = await held_by(stand_in, estab)
    await consent.decline(stand_in.database, token=token, now=stand_in.clock())
    return {"done": True}


async def _pause(stand_in: XporterSimulator, estab: str, _asked: object) -> Done:
    token, _ = await held_by(stand_in, estab)
    await in_force.pause(stand_in.database, token=token, now=stand_in.clock())
    return {"done": True}


async def _resume(stand_in: XporterSimulator, estab: str, _asked: object) -> Done:
    token, _ = await held_by(stand_in, estab)
    await in_force.resume(stand_in.database, token=token)
    return {"done": True}


async def _select(stand_in: XporterSimulator, estab: str, asked: object) -> Done:
    wanted = Selection.model_validate(asked)
    token, _ = await held_by(stand_in, estab)
    await in_force.finish_selection(
        stand_in.database, token=token, groups=wanted.groups, now=stand_in.clock()
    )
    return {"done": True}


async def _withdraw(stand_in: XporterSimulator, estab: str, _asked: object) -> Done:
    token, _ = await held_by(stand_in, estab)
    await in_force.withdraw(stand_in.database, token=token, now=stand_in.clock())
    return {"done": True}


async def _finish_installation(stand_in: XporterSimulator, estab: str, _asked: object) -> Done:
    """Whoever waits in the queue waits no longer."""
    async with stand_in.database.transaction() as session:
        query = select(Sharing).where(
            Sharing.estab == estab, Sharing.relying_party == stand_in.relying_party
        )
        sharing = (await session.exec(query.with_for_update())).one()
        if stage(sharing) is not Stage.INSTALLING:
            raise NotNow
        sharing.queue_until, sharing.install_until = None, stand_in.clock()
        announce(session, SIMULATOR_TOPIC)
    return {"done": True}


async def _be_another_school(stand_in: XporterSimulator, estab: str, asked: object) -> Done:
    wanted = OtherSchool.model_validate(asked)
    await held_by(stand_in, estab)
    async with stand_in.database.transaction() as session:
        query = select(Sharing).where(
            Sharing.estab == estab, Sharing.relying_party == stand_in.relying_party
        )
        sharing = (await session.exec(query.with_for_update())).one()
        sharing.mis_estab = wanted.estab
        sharing.mis_school_name = wanted.name if wanted.estab else ""
    return {"done": True}


async def _resend_callback(stand_in: XporterSimulator, estab: str, asked: object) -> Done:
    wanted = Again.model_validate(asked)
    _, sharing = await held_by(stand_in, estab)
    if not is_authorised(sharing):
        raise NotNow
    async with stand_in.database.transaction() as session:
        for _ in range(wanted.times):
            await callbacks.resend(session, sharing, now=stand_in.clock())
    return {"done": True}


async def _drop_callbacks(stand_in: XporterSimulator, estab: str, _asked: object) -> Done:
    """Whatever is owed to the partner about this school is never posted."""
    _, sharing = await held_by(stand_in, estab)
    async with stand_in.database.transaction() as session:
        await callbacks.drop(session, sharing)
    return {"done": True}


Action = Callable[[XporterSimulator, str, object], Awaitable[Done]]

ACTIONS: dict[str, Action] = {
    "answer": _answer,
    "authorise-again": _authorise_anew,
    "decline": _decline,
    "pause": _pause,
    "resume": _resume,
    "select": _select,
    "withdraw": _withdraw,
    "finish-installation": _finish_installation,
    "be-another-school": _be_another_school,
    "resend-callback": _resend_callback,
    "drop-callbacks": _drop_callbacks,
}
"""By the last word of their address, `control/schools/{estab}/{action}`."""
