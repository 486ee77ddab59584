"""The school's answers to an invitation, one function each, in one transaction.

Every function may be called twice, late, or by a link that has been replaced:
it does its work once, or raises what `errors.py` names.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func
from sqlmodel import col, select

from assembly_ui.db.database import Database
from simulators.xporter import callbacks, mis, scopes
from simulators.xporter.errors import AnswerMissing, AnswersChanged, NotNow
from simulators.xporter.invitations import Held, holding, invite, newest
from simulators.xporter.models import Invitation, People, Sharing
from simulators.xporter.onboarding_steps import Step, open_steps
from simulators.xporter.text_validation import is_email, line

FORWARDS_PER_HOUR = 10
SAME_PRESS = timedelta(minutes=1)


async def confirm_authority(database: Database, *, token: object, now: datetime) -> None:
    """The person says that they may decide for the school.

    Raises:
        InvitationUnknown, NotNow
    """
    async with _answering(database, token, Step.AUTHORITY) as held:
        held.sharing.authority_at = held.sharing.authority_at or now


async def forward(
    database: Database, *, token: object, name: object, email: object, now: datetime
) -> None:
    """Have a colleague invited instead. Pressed twice, it is one invitation.

    Raises:
        InvitationUnknown, NotNow, AnswerMissing
    """
    to_name, to_email = line(name, 120), line(email, 300)
    if problems := _problems_of_colleague(to_name, to_email):
        raise AnswerMissing(**problems)
    async with _answering(database, token, Step.AUTHORITY) as held:
        assert held.sharing.id is not None
        if _is_repeat(await newest(held.session, held.sharing.id), to_email, now):
            return
        await _refuse_many(held, now)
        held.sharing.authority_at = None
        invite(
            held.session,
            held.sharing.id,
            to_name=to_name,
            to_email=to_email,
            forwarded_by=held.invitation.to_email,
            now=now,
        )


async def choose_mis(database: Database, *, token: object, code: object) -> None:
    """Which MIS the school has.

    Raises:
        InvitationUnknown, NotNow, AnswerMissing
    """
    if not isinstance(code, str) or code not in mis.CATALOGUE:
        raise AnswerMissing(mis="not_chosen")
    async with _answering(database, token, Step.MIS) as held:
        held.sharing.draft_mis = code


async def choose_scopes(database: Database, *, token: object, ticked: Sequence[str]) -> None:
    """Which of the areas asked for are shared. School always is.

    Raises:
        InvitationUnknown, NotNow
    """
    async with _answering(database, token, Step.SHARING) as held:
        held.sharing.draft_scopes = scopes.granted(held.sharing.scopes_asked, ticked)


async def choose_people(database: Database, *, token: object, people: object) -> None:
    """Everyone, or a selection.

    Raises:
        InvitationUnknown, NotNow, AnswerMissing
    """
    if not isinstance(people, str) or people not in set(People):
        raise AnswerMissing(people="not_chosen")
    async with _answering(database, token, Step.PEOPLE) as held:
        held.sharing.draft_people = People(people)


async def authorise(
    database: Database, *, token: object, seen: object, secret: str = "", now: datetime
) -> str:
    """Put the answers into force: a new secret, told to the partner; the old one dies.

    `seen` is the `summary_mark` of the answers the person agreed to. Returns the
    secret, which is made by chance unless it is given.

    Raises:
        InvitationUnknown, NotNow, AnswersChanged
    """
    async with _answering(database, token, Step.SUMMARY) as held:
        sharing = held.sharing
        if seen != summary_mark(sharing):
            raise AnswersChanged
        if sharing.mis != sharing.draft_mis:
            _forget_installation(sharing)
        sharing.secret = secret or str(uuid4())
        sharing.authorised_at, sharing.authorised_by = now, held.invitation.to_email
        sharing.mis, sharing.scopes = sharing.draft_mis, sharing.draft_scopes
        sharing.people = sharing.draft_people
        sharing.selection, sharing.selected_at = "", None
        sharing.paused_at = sharing.withdrawn_at = sharing.declined_at = None
        _clear_answers(sharing, asked_at=None)
        await callbacks.drop(held.session, sharing)
        await callbacks.owe(held.session, sharing, now=now)
        return sharing.secret


async def decline(database: Database, *, token: object, now: datetime) -> None:
    """Say no. What was shared before goes on being shared.

    Raises:
        InvitationUnknown, NotNow
    """
    async with _answering(database, token, Step.AUTHORITY) as held:
        held.sharing.declined_at = now
        _clear_answers(held.sharing, asked_at=None)


async def start_again(database: Database, *, token: object, now: datetime) -> None:
    """Be asked anew, after a no, a withdrawal, or to change what is shared.

    Raises:
        InvitationUnknown
    """
    async with holding(database, token) as held:
        if not held.sharing.asked_at:
            _clear_answers(held.sharing, asked_at=now)


def ask(sharing: Sharing, *, now: datetime) -> None:
    """Await an answer to a new invitation; answers begun before are void."""
    sharing.declined_at = None
    _clear_answers(sharing, asked_at=now)


def summary_mark(sharing: Sharing) -> str:
    """Stands for the answers a summary shows, so that only they are agreed to."""
    answers = (sharing.draft_mis, sharing.draft_scopes, sharing.draft_people)
    return hashlib.sha256(repr(answers).encode()).hexdigest()[:16]


@asynccontextmanager
async def _answering(database: Database, token: object, step: Step) -> AsyncIterator[Held]:
    async with holding(database, token) as held:
        if step not in open_steps(held.sharing):
            raise NotNow
        yield held


def _problems_of_colleague(name: str, email: str) -> dict[str, str]:
    problems = {} if name else {"name": "missing"}
    if not is_email(email):
        problems["email"] = "not_an_address" if email else "missing"
    return problems


def _is_repeat(last: Invitation, to_email: str, now: datetime) -> bool:
    same = bool(last.forwarded_by) and last.to_email.casefold() == to_email.casefold()
    return same and now - last.created_at < SAME_PRESS


async def _refuse_many(held: Held, now: datetime) -> None:
    query = select(func.count()).where(
        Invitation.sharing_id == held.sharing.id,
        Invitation.forwarded_by != "",
        col(Invitation.created_at) > now - timedelta(hours=1),
    )
    if (await held.session.exec(query)).one() >= FORWARDS_PER_HOUR:
        raise AnswerMissing(email="too_many")


def _clear_answers(sharing: Sharing, *, asked_at: datetime | None) -> None:
    sharing.asked_at = asked_at
    sharing.authority_at = None
    sharing.draft_mis = sharing.draft_scopes = ""
    sharing.draft_people = None


def _forget_installation(sharing: Sharing) -> None:
    sharing.install = None
    sharing.queue_until = sharing.install_until = sharing.installed_at = None
