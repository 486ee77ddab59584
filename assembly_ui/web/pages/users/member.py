"""What can be done with one member: change the role, transfer the ownership, remove."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui.accounts.errors import (
    PasswordWrong,
    ReauthenticationNeeded,
    Throttled,
)
from assembly_ui.accounts.sessions import is_recently_authenticated, reauthenticate
from assembly_ui.accounts.throttles import Deed
from assembly_ui.schools import errors, members
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.web import access, account_words
from assembly_ui.web.components import button, muted, p, password_field, row, select_field, stack
from assembly_ui.web.components.dialog import dialog
from assembly_ui.web.focus import move_focus
from assembly_ui.web.notice import notify
from assembly_ui.web.school_words import ROLE_CHOICES, ROLES_HINT, a_role, words_for
from assembly_ui.web.typed import typed_in
from assembly_ui.web.users_view import NOBODY, Member, member

TRANSFER = "transfer-ownership"


class MemberState(rx.State):
    """The member the dialog is about, and the step it is at."""

    member: Member = NOBODY
    role: str = Role.VIEWER.value
    step: str = ""
    i_own: bool = False
    may_act: bool = False
    asks_password: bool = False
    error: str = ""
    busy: bool = False

    @access.member
    async def open(self, me: Caller, user_id: int):
        """Ask what to do with a member."""
        try:
            view = await members.get_member(
                get_services().database, school_id=me.school_id, user_id=user_id
            )
        except errors.SchoolsError as error:
            await self._explain(error)
            return
        self.member, self.role = member(view, me=me.user_id), view.role.value
        self.i_own, self.may_act = me.may_act_as(Role.OWNER), me.may_act_as(Role.ADMIN)
        self.step = "leave" if self.member["is_me"] and not self.may_act else "member"

    @access.public
    async def close(self):
        """Do nothing after all."""
        self.step = ""

    @access.public
    async def back(self):
        """Back to what can be done."""
        self.step = "member"

    @access.admin
    async def ask_to_remove(self, me: Caller):
        """Make sure before removing."""
        self.step = "leave" if self.member["is_me"] else "remove"

    @access.owner
    async def ask_to_transfer(self, me: Caller):
        """Make sure before transferring the ownership."""
        self.step, self.error = "transfer", ""
        self.asks_password = not await is_recently_authenticated(
            get_services().database,
            session_id=me.session_id,
            user_id=me.user_id,
            now=get_services().clock(),
        )

    @access.admin
    async def choose_role(self, me: Caller, role: str):
        """Choose another role; it is changed by Save."""
        self.role = role

    @access.admin
    async def change_role(self, me: Caller):
        """Give the member another role."""
        services, who = get_services(), self.member["name"]
        try:
            view = await members.change_role(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                user_id=self.member["id"],
                role=self.role,
                now=services.clock(),
            )
            await notify(self, f"{who} is {a_role(view.role)} now.")
        except errors.SchoolsError as error:
            await self._explain(error)
        self.step = ""

    @access.admin
    async def remove(self, me: Caller):
        """Take the member out of the school."""
        services, who = get_services(), self.member["name"]
        try:
            await members.remove_member(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                user_id=self.member["id"],
                now=services.clock(),
            )
            await notify(self, f"{who} no longer belongs to {me.school_name}.")
        except errors.SchoolsError as error:
            await self._explain(error)
        self.step = ""

    @access.owner
    async def transfer(self, me: Caller, form: dict):
        """Make the member the owner, once the password has been given lately."""
        self.busy, self.error = True, ""
        yield
        try:
            await self._transfer(me, form.get("password", ""))
            self.step = ""
        except ReauthenticationNeeded:
            self.asks_password, self.error = True, "Enter your password."
            yield move_focus("password")
        except PasswordWrong as error:
            self.error = account_words.words_for(error, now=get_services().clock())
            yield move_focus("password")
        except Throttled as error:
            self.error = account_words.words_for(error, now=get_services().clock())
        except errors.SchoolsError as error:
            await self._explain(error)
            self.step = ""
        finally:
            self.busy = False

    @access.member
    async def leave_school(self, me: Caller):
        """Leave the school oneself."""
        services = get_services()
        await access.use_limit(self, me)
        self.step = ""
        try:
            await members.leave_school(
                services.database, school_id=me.school_id, user_id=me.user_id, now=services.clock()
            )
        except errors.SchoolsError as error:
            await self._explain(error)
            return None
        await notify(self, f"You have left {me.school_name}.", on_next_page=True)
        return rx.redirect("/schools")

    async def _transfer(self, me: Caller, password: str) -> None:
        services, who = get_services(), self.member["name"]
        if password:
            await services.throttles.hit(
                Deed.REAUTHENTICATE, caller=access.client_ip(self), account=me.user_id
            )
            await reauthenticate(
                services.database, session_id=me.session_id, password=password, now=services.clock()
            )
        await members.transfer_ownership(
            services.database,
            school_id=me.school_id,
            by_user_id=me.user_id,
            session_id=me.session_id,
            user_id=self.member["id"],
            now=services.clock(),
        )
        await notify(self, f"{who} is the owner of {me.school_name} now. You are an admin.")

    async def _explain(self, error: errors.SchoolsError) -> None:
        await notify(self, words_for(error, now=get_services().clock()), "warning")


def member_dialog() -> rx.Component:
    """The dialog, while it is about someone."""
    s = MemberState
    return dialog(
        rx.match(
            s.step,
            ("member", _member()),
            ("remove", _remove()),
            ("transfer", _transfer()),
            ("leave", _leave()),
            rx.fragment(),
        ),
        title=s.member["name"],
        shown=s.step != "",
        on_dismiss=s.close,
    )


def _member() -> rx.Component:
    s = MemberState
    transfer = button("Transfer ownership", kind="secondary", on_click=s.ask_to_transfer)
    return stack(
        muted(s.member["email"]),
        select_field(
            "member-role",
            "Role",
            ROLE_CHOICES,
            hint=ROLES_HINT,
            placeholder="",
            value=s.role,
            on_change=s.choose_role,
        ),
        row(button("Save", on_click=s.change_role, wide=True)),
        row(
            rx.cond(s.i_own, transfer, rx.fragment()),
            button(
                rx.cond(s.member["is_me"], "Leave the school", "Remove from the school"),
                kind="danger",
                on_click=s.ask_to_remove,
            ),
        ),
    )


def _sure(question: Any, *words: Any, yes: str, on_yes: Any, no: Any) -> rx.Component:
    return stack(
        p(rx.el.strong(question)),
        *words,
        row(
            button(yes, kind="danger", on_click=on_yes, wide=True),
            button("Cancel", kind="secondary", on_click=no, wide=True),
        ),
    )


def _remove() -> rx.Component:
    s = MemberState
    return _sure(
        rx.fragment("Remove ", s.member["name"], " from the school?"),
        p(
            "They see nothing of the school from now on. Their account stays, and you can invite "
            "them again."
        ),
        yes="Yes, remove",
        on_yes=s.remove,
        no=s.back,
    )


def _transfer() -> rx.Component:
    s = MemberState
    password = password_field(
        "password",
        "Your password",
        hint="We ask for it again, since this cannot be undone by you.",
        error=s.error,
        auto_complete="current-password",
    )
    refusal = rx.cond(s.error, p(s.error, role="alert"), rx.fragment())
    return stack(
        p(rx.el.strong("Transfer the ownership to ", s.member["name"], "?")),
        p(
            "Invitations to share data go to the owner, who alone can transfer the school again. "
            "You stay as an admin, and only they can give it back. You are both told by email."
        ),
        rx.el.form(
            stack(
                rx.cond(s.asks_password, password, refusal),
                row(
                    button("Yes, transfer", kind="danger", type="submit", busy=s.busy, wide=True),
                    button("Cancel", kind="secondary", on_click=s.back, wide=True),
                ),
            ),
            id=TRANSFER,
            no_validate=True,
            on_submit=s.transfer(typed_in(TRANSFER)),
        ),
    )


def _leave() -> rx.Component:
    s = MemberState
    return _sure(
        "Leave the school?",
        p("You see nothing of it from now on. Somebody there can invite you again."),
        yes="Yes, leave",
        on_yes=s.leave_school,
        no=s.close,
    )
