"""A school that answers an invitation at once, for demos, tests and the presenter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from simulators.xporter import consent, install_queue, invitations
from simulators.xporter import sharing as in_force
from simulators.xporter.models import Install, People, Sharing
from simulators.xporter.onboarding_steps import Step, next_step
from simulators.xporter.simulator import XporterSimulator


@dataclass(frozen=True)
class ConsentChoices:
    """What the school says. By default it shares all that was asked, and installs at once.

    `install` may be "" for a school that has not decided yet. `secret` is made by
    chance unless it is given. `groups` are whom it selects, if it selects.
    """

    mis: str = "isams"
    scopes: Sequence[str] | None = None
    people: str = People.EVERYONE
    groups: Sequence[str] = ()
    install: str = Install.NOW
    secret: str = ""


YES = ConsentChoices()


async def give_consent(
    stand_in: XporterSimulator, *, estab: str, answers: ConsentChoices = YES
) -> str:
    """Answer the newest invitation of a school as its portal would; returns its secret.

    An installation that is not queued is due at once.

    Raises:
        NoResultFound: the school was never invited.
        NotNow: it has answered already.
        AnswerMissing: an answer that the portal would not take.
    """
    database, now = stand_in.database, stand_in.clock()
    token, sharing = await held_by(stand_in, estab)
    ticked = sharing.scopes_asked.split(",") if answers.scopes is None else answers.scopes
    await consent.confirm_authority(database, token=token, now=now)
    await consent.choose_mis(database, token=token, code=answers.mis)
    await consent.choose_scopes(database, token=token, ticked=ticked)
    await consent.choose_people(database, token=token, people=answers.people)
    _, answered = await held_by(stand_in, estab)
    secret = await consent.authorise(
        database,
        token=token,
        seen=consent.summary_mark(answered),
        secret=answers.secret,
        now=now,
    )
    if answers.groups and answers.people == People.SELECTION:
        await in_force.finish_selection(database, token=token, groups=answers.groups, now=now)
    _, authorised = await held_by(stand_in, estab)
    if answers.install and next_step(authorised) is Step.INSTALL:
        await _install(stand_in, token, answers.install)
    return secret


async def authorise_again(
    stand_in: XporterSimulator, *, estab: str, answers: ConsentChoices = YES
) -> str:
    """Have the school answer again: a new secret, and the old one dies.

    Raises: as `say_yes`.
    """
    token, _ = await held_by(stand_in, estab)
    await consent.start_again(stand_in.database, token=token, now=stand_in.clock())
    return await give_consent(stand_in, estab=estab, answers=answers)


async def held_by(stand_in: XporterSimulator, estab: str) -> tuple[str, Sharing]:
    """The newest link of a school, and its sharing as it is.

    Raises:
        NoResultFound: the school was never invited.
    """
    async with stand_in.database.read() as session:
        query = select(Sharing).where(
            Sharing.estab == estab, Sharing.relying_party == stand_in.relying_party
        )
        sharing = (await session.exec(query)).one()
        assert sharing.id is not None
        invitation = await invitations.newest(session, sharing.id)
    return invitation.token, sharing


async def _install(stand_in: XporterSimulator, token: str, choice: str) -> None:
    ahead = stand_in.install_time if choice == Install.NOW else timedelta()
    await install_queue.choose_install(
        stand_in.database,
        token=token,
        choice=choice,
        now=stand_in.clock() - ahead,
        queue=stand_in.queue_time,
        installing=stand_in.install_time,
    )
