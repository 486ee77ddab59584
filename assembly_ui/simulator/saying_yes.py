"""A school that says yes to everything at once, for demos that begin further on."""

from __future__ import annotations

from sqlmodel import select

from assembly_ui.simulator import consent, invitations, queue
from assembly_ui.simulator.models import Install, People, Sharing
from assembly_ui.simulator.stand_in import StandIn


async def say_yes(stand_in: StandIn, *, estab: str) -> None:
    """Answer the newest invitation of a school as its portal would, and install at once.

    Raises:
        NoResultFound: the school was never invited.
        NotNow: it has answered already.
    """
    database, now = stand_in.database, stand_in.clock()
    token, asked = await _invited(stand_in, estab)
    await consent.confirm_authority(database, token=token, now=now)
    await consent.choose_mis(database, token=token, code="isams")
    await consent.choose_scopes(database, token=token, ticked=asked.split(","))
    await consent.choose_people(database, token=token, people=People.EVERYONE)
    async with database.read() as session:
        sharing = (await session.exec(select(Sharing).where(Sharing.estab == estab))).one()
    await consent.authorise(database, token=token, seen=consent.summary_mark(sharing), now=now)
    await queue.choose_install(
        database,
        token=token,
        choice=Install.NOW,
        now=now - stand_in.install_time,
        queue=stand_in.queue_time,
        installing=stand_in.install_time,
    )


async def _invited(stand_in: StandIn, estab: str) -> tuple[str, str]:
    async with stand_in.database.read() as session:
        query = select(Sharing).where(
            Sharing.estab == estab, Sharing.relying_party == stand_in.relying_party
        )
        sharing = (await session.exec(query)).one()
        assert sharing.id is not None
        invitation = await invitations.newest(session, sharing.id)
    return invitation.token, sharing.scopes_asked
