"""Where the holder of a link stands: what the pages show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.db.database import Database
from simulators.xporter import mis, scopes
from simulators.xporter.consent import summary_mark
from simulators.xporter.invitations import find, newest
from simulators.xporter.models import Install, Invitation, People, Sharing
from simulators.xporter.onboarding_steps import (
    Stage,
    Step,
    awaits_selection,
    is_authorised,
    is_paused,
    news_at,
    next_step,
    open_steps,
    stage,
)
from simulators.xporter.scopes import Scope


@dataclass(frozen=True)
class Newer:
    """The invitation written after the one whose link was opened."""

    created_at: datetime
    to_name: str
    forwarded: bool


@dataclass(frozen=True)
class GivenAnswers:
    """What was answered: in draft while an answer is awaited, else what is in force."""

    mis: str
    scopes: list[Scope]
    people: People | None

    @property
    def mis_name(self) -> str:
        """The MIS as people call it."""
        return mis.name_of(self.mis)


@dataclass(frozen=True)
class PortalView:
    """One school's sharing, seen from one invitation."""

    token: str
    step: Step
    open_steps: tuple[Step, ...]
    school_name: str
    estab: str
    partner: str
    to_name: str
    newer: Newer | None
    asked: list[Scope]
    draft: GivenAnswers
    in_force: GivenAnswers
    summary_mark: str
    is_asked: bool
    is_authorised: bool
    is_paused: bool
    awaits_selection: bool
    selection: str
    authorised_at: datetime | None
    withdrawn_at: datetime | None
    declined_at: datetime | None
    stage: Stage
    install: Install | None
    news_at: datetime | None


async def read_portal_view(database: Database, *, token: object, now: datetime) -> PortalView:
    """What the holder of this link may know.

    Raises:
        InvitationUnknown
    """
    async with database.read() as session:
        invitation = await find(session, token)
        sharing = await session.get_one(Sharing, invitation.sharing_id)
        last = await newest(session, invitation.sharing_id)
    return portal_view_of(sharing, invitation, last, now)


def portal_view_of(
    sharing: Sharing, invitation: Invitation, last: Invitation, now: datetime
) -> PortalView:
    """Put the rows into plain values. Pure."""
    newer = Newer(last.created_at, last.to_name, bool(last.forwarded_by))
    return PortalView(
        token=invitation.token,
        step=next_step(sharing),
        open_steps=open_steps(sharing),
        school_name=sharing.school_name,
        estab=sharing.estab,
        partner=sharing.partner_name,
        to_name=invitation.to_name,
        newer=None if last.id == invitation.id else newer,
        asked=scopes.scopes_of(sharing.scopes_asked),
        draft=_draft(sharing),
        in_force=GivenAnswers(sharing.mis, scopes.scopes_of(sharing.scopes), sharing.people),
        summary_mark=summary_mark(sharing),
        is_asked=sharing.asked_at is not None,
        is_authorised=is_authorised(sharing),
        is_paused=is_paused(sharing),
        awaits_selection=awaits_selection(sharing),
        selection=sharing.selection,
        authorised_at=sharing.authorised_at,
        withdrawn_at=sharing.withdrawn_at,
        declined_at=sharing.declined_at,
        stage=stage(sharing, now),
        install=sharing.install,
        news_at=news_at(sharing, now),
    )


def _draft(sharing: Sharing) -> GivenAnswers:
    """The answers so far; those not given yet as they were last time."""
    return GivenAnswers(
        sharing.draft_mis or sharing.mis,
        scopes.scopes_of(sharing.draft_scopes or sharing.scopes or sharing.scopes_asked),
        sharing.draft_people or sharing.people,
    )
