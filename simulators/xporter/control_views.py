"""What the control API shows of the stand-in's world, as plain JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from simulators.xporter.faults import list_faults
from simulators.xporter.mail import letter
from simulators.xporter.models import Callback, Invitation, Sharing
from simulators.xporter.onboarding_steps import (
    awaits_selection,
    is_authorised,
    is_paused,
    next_step,
    stage,
)
from simulators.xporter.simulator import XporterSimulator

MOST = 200
Shown = dict[str, Any]


async def schools(stand_in: XporterSimulator) -> list[Shown]:
    """Every school that was ever invited, and where it stands."""
    async with stand_in.database.read() as session:
        query = select(Sharing).where(Sharing.relying_party == stand_in.relying_party)
        rows = (await session.exec(query.order_by(col(Sharing.id)))).all()
    return [_school(row, stand_in.clock()) for row in rows]


async def mail_sent(stand_in: XporterSimulator) -> list[Shown]:
    """The invitations written, newest first, as they were mailed."""
    async with stand_in.database.read() as session:
        query = (
            select(Invitation, Sharing)
            .where(Invitation.sharing_id == Sharing.id)
            .order_by(col(Invitation.id).desc())
            .limit(MOST)
        )
        rows = (await session.exec(query)).all()
    return [_mail(stand_in, invitation, sharing) for invitation, sharing in rows]


async def callbacks(stand_in: XporterSimulator) -> list[Shown]:
    """The callbacks owed so far, newest first, and what became of them."""
    async with stand_in.database.read() as session:
        query = select(Callback).order_by(col(Callback.id).desc()).limit(MOST)
        rows = (await session.exec(query)).all()
    return [
        {
            "estab": row.form.get("schoolId", ""),
            "url": row.url,
            "form": row.form,
            "created_at": _time(row.created_at),
            "due_at": _time(row.due_at),
            "delivered_at": _time(row.delivered_at),
            "dropped_at": _time(row.dropped_at),
            "attempts": row.attempts,
            "last_answer": row.last_answer,
        }
        for row in rows
    ]


async def faults_on(stand_in: XporterSimulator) -> list[Shown]:
    """The faults that are switched on."""
    found = await list_faults(stand_in.database, now=stand_in.clock())
    return [asdict(fault) | {"until": _time(fault.until)} for fault in found]


def _school(sharing: Sharing, now: datetime) -> Shown:
    return {
        "estab": sharing.estab,
        "name": sharing.school_name,
        "mis": sharing.mis,
        "secret": sharing.secret,
        "scopes": sharing.scopes.split(",") if sharing.scopes else [],
        "asked": sharing.scopes_asked.split(","),
        "people": sharing.people,
        "selection": sharing.selection,
        "step": next_step(sharing),
        "stage": stage(sharing, now),
        "authorised": is_authorised(sharing),
        "paused": is_paused(sharing),
        "awaits_selection": awaits_selection(sharing),
        "installed": sharing.installed_at is not None,
        "is_another_school": sharing.mis_estab,
    }


def _mail(stand_in: XporterSimulator, invitation: Invitation, sharing: Sharing) -> Shown:
    words = letter(stand_in.pages, invitation, sharing, address=stand_in.address)
    return {
        "estab": sharing.estab,
        "to": words.to,
        "name": invitation.to_name,
        "subject": words.subject,
        "text": words.text,
        "link": f"{stand_in.address}/authorise/{invitation.token}",
        "created_at": _time(invitation.created_at),
        "sent_at": _time(invitation.sent_at),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
