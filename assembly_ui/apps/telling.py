"""One change of an authorisation, told everywhere in one transaction.

The record, the audit entry, the receipts, the sync and the open tabs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.apps.history import note
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import App, Authorisation, Happening
from assembly_ui.apps.receipts import send_receipts
from assembly_ui.apps.union import want_union
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import School
from assembly_ui.sync.models import Reason

ACTIONS = {
    Happening.AUTHORISED: Action.APP_AUTHORISED,
    Happening.CHANGED: Action.APP_SCOPES_CHANGED,
    Happening.DECLINED: Action.APP_DECLINED,
    Happening.REVOKED: Action.APP_REVOKED,
    Happening.ENDED_BY_APP: Action.APP_ENDED_ACCESS,
    Happening.DELETION_ASKED: Action.APP_DELETION_ASKED,
}


@dataclass(frozen=True)
class Changed:
    """The scopes that a change brought, and those that it took."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class Teller:
    """Tells of what a person (none: the app itself) does to a school's authorisation of an app."""

    session: Session
    school: School
    app: App
    by_user_id: int | None
    now: datetime
    links: Links

    async def tell(self, what: Happening, allowed: Authorisation, changed: Changed) -> None:
        """Write it down, send receipts, and have the sync fetch what is wanted now."""
        self.write_down(what, changed)
        await self.send_receipts(what, () if allowed.revoked_at else allowed.scopes, changed)
        reason = Reason.REVOCATION if changed.removed and not changed.added else Reason.GRANT
        await want_union(
            self.session,
            school_id=self._school_id,
            reason=reason,
            now=self.now,
            by_user_id=self.by_user_id,
        )

    def write_down(self, what: Happening, changed: Changed) -> None:
        """The line of the record and the audit entry; open tabs look again."""
        assert self.app.id is not None
        note(
            self.session,
            what,
            school_id=self._school_id,
            app_id=self.app.id,
            now=self.now,
            by_user_id=self.by_user_id,
            added=changed.added,
            removed=changed.removed,
        )
        record(
            self.session,
            ACTIONS[what],
            now=self.now,
            user_id=self.by_user_id,
            school_id=self._school_id,
            client_id=self.app.client_id,
            app=self.app.slug,
            scopes_added=list(changed.added),
            scopes_removed=list(changed.removed),
        )
        announce(self.session, school_topic(self._school_id))

    async def send_receipts(
        self, what: Happening, held: tuple[str, ...] | list[str], changed: Changed
    ) -> None:
        """An email to the owner and every admin."""
        await send_receipts(
            self.session,
            what,
            school=self.school,
            app=self.app,
            links=self.links,
            now=self.now,
            by_user_id=self.by_user_id,
            held=held,
            added=changed.added,
            removed=changed.removed,
        )

    @property
    def _school_id(self) -> int:
        assert self.school.id is not None
        return self.school.id
