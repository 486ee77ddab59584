"""Proving that a school belongs to its owner.

Anyone with an account may name any school of the register. Where `prove_ownership` is
asked for, a school therefore begins unverified: it invites nobody, is not told who asks to
join, and authorises no app, until one of these shows that it is its owner's (`OwnerProof`):

- the owner's own, confirmed address, or one to which a link is mailed, is at the domain of
  the school's website in the register;
- Xporter on Demand answers with data of the right school (see the connector);
- an operator says so.

Rules read only the facts in `School`; whether proof is asked for is decided where a school
is set up or changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, func, select

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.models import User
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.delivery import Delivery, read_delivery
from assembly_ui.mail.outbox import post, post_tracked
from assembly_ui.pubsub.topics import school_topic, user_topic
from assembly_ui.schools.errors import (
    AddressElsewhere,
    DomainUnknown,
    ProofLinkDead,
    ProofLinkOfSomeoneElse,
    ProofLinkSent,
    TooManyUnverified,
)
from assembly_ui.schools.invitations import end_invitations_of
from assembly_ui.schools.membership import (
    add_member,
    lock_school,
    membership_of,
    owner_of,
    permit,
)
from assembly_ui.schools.models import (
    Membership,
    OwnerProof,
    OwnershipDispute,
    OwnershipLink,
    Role,
    School,
)
from assembly_ui.schools.register import Register
from assembly_ui.schools.website_domain import is_address_at, is_office_address

MOST_UNVERIFIED = 3
"""Unverified schools of one owner; verified ones are not counted, so a trust may have many."""

IsUnderWay = Callable[[Session, int], Awaitable[bool]]
"""Whether a school is being connected, or is."""

LINK_LIFE = timedelta(days=1)
SEND_AGAIN_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class OwnershipView:
    """How far a school's owner is verified. `domain` is that at which a link can be mailed.

    `link_delivery` is what became of the mailed link.
    """

    school_name: str
    unverified_since: datetime | None
    domain: str
    link_email: str = ""
    link_sent_at: datetime | None = None
    link_delivery: Delivery = Delivery.WAITING


@dataclass(frozen=True)
class ProofLinkView:
    """What a link would prove."""

    school_name: str
    email: str


async def read_ownership(
    database: Database, register: Register, *, school_id: int
) -> OwnershipView:
    """How far the school's owner is verified."""
    async with database.read() as session:
        school = await session.get_one(School, school_id)
        link = await session.get(OwnershipLink, school_id)
        delivery = await read_delivery(session, link.mail_id if link else None)
    return OwnershipView(
        school_name=school.name,
        unverified_since=school.owner_unverified_since,
        domain=register.mail_domain(school.urn),
        link_email=link.email if link else "",
        link_sent_at=link.sent_at if link else None,
        link_delivery=delivery,
    )


def begin_unverified(
    session: Session, school: School, owner: User, register: Register, now: datetime
) -> None:
    """The owner of a new school has to prove it, unless their own address does already."""
    school.owner_unverified_since = now
    if proves_by_address(register, school, owner):
        verify_owner(session, school, OwnerProof.ADDRESS, now=now, user_id=owner.id)


def proves_by_address(register: Register, school: School, person: User) -> bool:
    """Whether the person's own address is at the school's domain, and confirmed."""
    domain = register.mail_domain(school.urn)
    return person.confirmed_at is not None and is_address_at(person.email, domain)


async def refuse_too_many(session: Session, user_id: int) -> None:
    """Nobody gathers schools that are not theirs; called with the person's row locked.

    Raises:
        TooManyUnverified
    """
    query = (
        select(func.count())
        .select_from(Membership)
        .join(School, col(School.id) == col(Membership.school_id))
        .where(
            col(Membership.user_id) == user_id,
            col(Membership.role) == Role.OWNER,
            col(School.owner_unverified_since).is_not(None),
        )
    )
    if (await session.exec(query)).one() >= MOST_UNVERIFIED:
        raise TooManyUnverified(MOST_UNVERIFIED)


def verify_owner(
    session: Session,
    school: School,
    proof: OwnerProof,
    *,
    now: datetime,
    user_id: int | None = None,
) -> bool:
    """Note in the caller's transaction that the school is its owner's; False if it was known.

    Who waited for that (requests to join, invitations on hold) goes on from here.
    """
    if school.owner_unverified_since is None:
        return False
    school.owner_unverified_since = None
    school.owner_verified_at, school.owner_verified_by = now, proof.value
    record(
        session,
        Action.OWNER_VERIFIED,
        now=now,
        user_id=user_id,
        school_id=school.id,
        by=proof.value,
    )
    announce(session, school_topic(school.id or 0))
    return True


async def check_proof_address(
    database: Database,
    register: Register,
    *,
    school_id: int,
    by_user_id: int,
    email: object,
    now: datetime,
) -> str:
    """The address as it was understood, if `send_proof_link` would mail it; it is not mailed.

    Raises:
        As `send_proof_link`.
    """
    to = parse_email(email)
    async with database.read() as session:
        await _mailable(session, register, school_id, by_user_id, to, now)
    return to


async def send_proof_link(
    database: Database,
    register: Register,
    *,
    school_id: int,
    by_user_id: int,
    email: object,
    address: str,
    now: datetime,
) -> str:
    """Mail a single-use link to an address at the school's domain; the one before is dead.

    Raises:
        FieldProblem: of accounts; the address cannot be used.
        NotAllowed: not the owner.
        DomainUnknown, AddressElsewhere, ProofLinkSent
    """
    to = parse_email(email)
    token = new_token()
    async with database.transaction() as session:
        school = await _mailable(session, register, school_id, by_user_id, to, now)
        if before := await session.get(OwnershipLink, school_id):
            await session.delete(before)
            await session.flush()
        link = OwnershipLink(
            school_id=school_id,
            user_id=by_user_id,
            email=to,
            token_hash=hash_token(token),
            sent_at=now,
            expires_at=now + LINK_LIFE,
        )
        session.add(link)
        owner = await session.get_one(User, by_user_id)
        mail = messages.prove_ownership(
            to=to,
            school_name=school.name,
            owner_email=owner.email,
            href=f"{address}/prove-ownership?token={token}",
            expires_at=link.expires_at,
        )
        topic = school_topic(school_id)
        link.mail_id = await post_tracked(session, mail, now=now, topic=topic)
        record(
            session,
            Action.OWNERSHIP_LINK_SENT,
            now=now,
            user_id=by_user_id,
            school_id=school_id,
        )
        announce(session, school_topic(school_id))
    return to


async def _mailable(
    session: Session, register: Register, school_id: int, user_id: int, to: str, now: datetime
) -> School:
    """The school, locked, if its owner may have a link mailed to this address."""
    school = await permit(session, school_id=school_id, user_id=user_id, role=Role.OWNER)
    domain = register.mail_domain(school.urn)
    if not domain or school.owner_unverified_since is None:
        raise DomainUnknown
    if not is_address_at(to, domain):
        raise AddressElsewhere(domain)
    before = await session.get(OwnershipLink, school_id)
    if before and before.sent_at + SEND_AGAIN_AFTER > now:
        raise ProofLinkSent(before.sent_at + SEND_AGAIN_AFTER)
    return school


async def look_at_proof_link(
    database: Database, *, token: object, user_id: int, now: datetime
) -> ProofLinkView:
    """What the link would prove; it stays unused.

    Raises:
        ProofLinkDead, ProofLinkOfSomeoneElse
    """
    async with database.read() as session:
        link = await _find_link(session, token, user_id, now)
        school = await session.get_one(School, link.school_id)
    return ProofLinkView(school.name, link.email)


async def use_proof_link(database: Database, *, token: object, user_id: int, now: datetime) -> str:
    """The owner who asked for the link shows that it reached them. The school's name.

    It counts in no other hands: whoever reads the school's mail and follows the link for a
    stranger verifies nobody.

    Raises:
        ProofLinkDead, ProofLinkOfSomeoneElse
    """
    async with database.transaction() as session:
        link = await _find_link(session, token, user_id, now)
        school = await lock_school(session, link.school_id)
        # Whoever held the lock before may have used it, or sent another.
        link = await _find_link(session, token, user_id, now)
        assert school is not None
        verify_owner(session, school, OwnerProof.LINK, now=now, user_id=user_id)
        await session.delete(link)
    return school.name


async def require_proofs(database: Database, register: Register, *, now: datetime) -> int:
    """Owners from before proof was asked for have to give it too. How many are unverified now.

    Called when a process starts; the migration has verified those whose school was connected.
    """
    query = (
        select(School, User)
        .join(Membership, col(Membership.school_id) == col(School.id))
        .join(User, col(User.id) == col(Membership.user_id))
        .where(
            col(Membership.role) == Role.OWNER,
            col(School.owner_unverified_since).is_(None),
            col(School.owner_verified_at).is_(None),
        )
        .with_for_update(of=School)
    )
    async with database.transaction() as session:
        found = (await session.exec(query)).all()
        for school, owner in found:
            begin_unverified(session, school, owner, register, now)
    return sum(school.owner_unverified_since is not None for school, _ in found)


def doubt_again(session: Session, school: School, now: datetime) -> None:
    """What was proved was proved of another school than the record is of now."""
    school.owner_unverified_since = now
    school.owner_verified_at, school.owner_verified_by = None, ""
    announce(session, school_topic(school.id or 0))


async def may_be_taken_over(
    session: Session, school: School, person: User, register: Register, is_under_way: IsUnderWay
) -> bool:
    """Whether the person's own address takes the school from its owner at once; it is locked.

    Pupils have addresses at the school's domain, so only one does that the school's office or
    head reads, and only from a claim that was never proved and on which nobody builds: no
    other members, no invitation to Xporter on Demand. A school in use before proof was asked
    for, or one that lost it, and all else is for an operator to decide.
    """
    assert school.id is not None
    members = select(func.count()).where(col(Membership.school_id) == school.id)
    return (
        school.owner_unverified_since == school.created_at
        and proves_by_address(register, school, person)
        and is_office_address(person.email)
        and (await session.exec(members)).one() == 1
        and not await is_under_way(session, school.id)
    )


async def move_ownership(
    session: Session,
    school: School,
    person: User,
    proof: OwnerProof,
    *,
    now: datetime,
    help_email: str,
    keep_members: bool = False,
) -> list[str]:
    """Make the person the verified owner, in the caller's transaction; who was it is out.

    So is everybody else, since a wrong owner, or a friend that the school was transferred to,
    chose who belongs to it. `keep_members`: the owner until now was the right one, and the
    others stay. Whoever is out is told, and nobody learns who the other is. Returns their
    addresses, the former owner's first.
    """
    assert school.id is not None
    assert person.id is not None
    before = await owner_of(session, school.id)
    out = [] if before.id == person.id else [before]
    if not keep_members:
        out += await _others(session, school.id, {before.id, person.id})
    for member in out:
        await _put_out(session, school, member, now, help_email)
    if before.id != person.id:
        own = await membership_of(session, school_id=school.id, user_id=person.id)
        if own is not None:
            own.role = Role.OWNER
        else:
            await add_member(
                session, school_id=school.id, user_id=person.id, role=Role.OWNER, now=now
            )
    school.owner_unverified_since = school.owner_unverified_since or now
    verify_owner(session, school, proof, now=now, user_id=person.id)
    await close_disputes(session, school.id, now)
    announce(session, user_topic(person.id))
    announce(session, school_topic(school.id))
    return [member.email for member in out]


async def close_disputes(session: Session, school_id: int, now: datetime) -> None:
    """An operator decided about the school, or its owner proved that it is theirs."""
    waiting = select(OwnershipDispute).where(
        col(OwnershipDispute.school_id) == school_id, col(OwnershipDispute.closed_at).is_(None)
    )
    for dispute in await session.exec(waiting):
        dispute.closed_at = now


async def _others(session: Session, school_id: int, known: set[int | None]) -> list[User]:
    query = (
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.school_id) == school_id, col(User.id).not_in(known))
        .order_by(col(Membership.id))
    )
    return list(await session.exec(query))


async def _put_out(
    session: Session, school: School, former: User, now: datetime, help_email: str
) -> None:
    assert school.id is not None
    assert former.id is not None
    membership = await membership_of(session, school_id=school.id, user_id=former.id)
    assert membership is not None
    was_owner = membership.role is Role.OWNER
    await session.delete(membership)
    await session.flush()
    await end_invitations_of(session, school_id=school.id, user_id=former.id, now=now)
    await session.exec(delete(OwnershipLink).where(col(OwnershipLink.school_id) == school.id))
    tell = messages.ownership_ended if was_owner else messages.membership_ended
    ended = tell(to=former.email, name=former.name, school_name=school.name, help_email=help_email)
    post(session, ended, now=now)
    record(
        session,
        Action.OWNERSHIP_MOVED if was_owner else Action.MEMBER_REMOVED,
        now=now,
        school_id=school.id,
        person=former.id,
    )
    announce(session, user_topic(former.id))


async def _find_link(session: Session, token: object, user_id: int, now: datetime) -> OwnershipLink:
    query = (
        select(OwnershipLink)
        .where(col(OwnershipLink.token_hash) == hash_token(token))
        .execution_options(populate_existing=True)
    )
    link = (await session.exec(query)).first()
    if link is None or link.expires_at <= now:
        raise ProofLinkDead
    membership = await membership_of(session, school_id=link.school_id, user_id=user_id)
    if link.user_id != user_id or membership is None or membership.role is not Role.OWNER:
        raise ProofLinkOfSomeoneElse
    return link
