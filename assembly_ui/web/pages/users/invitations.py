"""Inviting a colleague, and the invitations nobody has accepted yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import reflex as rx

from assembly_ui import settings
from assembly_ui.accounts.errors import AccountsError, FieldProblem
from assembly_ui.accounts.throttles import Deed
from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.invitations import (
    Sent,
    check_invitation,
    check_resend,
    invite,
    list_open,
    resend,
    revoke,
)
from assembly_ui.schools.models import Role
from assembly_ui.schools.ownership import read_ownership
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words
from assembly_ui.web.components import (
    ago,
    badge,
    button,
    card,
    field,
    jump,
    muted,
    p,
    row,
    select_field,
    submit,
)
from assembly_ui.web.components.pager import pager
from assembly_ui.web.focus import move_focus
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.pages.ownership import NOTICE
from assembly_ui.web.school_words import CHOOSE_ROLE, ROLE_CHOICES, ROLES_HINT, a_role, words_for
from assembly_ui.web.still_here import still_member
from assembly_ui.web.typed import typed_in
from assembly_ui.web.users_view import Invited, invited

FORM = "invite"
_DAYS = settings.load().invitation_days


class InvitationsState(Live, rx.State):
    """Screen values of the two sections. They change by themselves."""

    may_act: bool = False
    is_owner: bool = False
    is_unverified: bool = False
    invitations: list[Invited] = []
    page: int = 1
    pages: int = 1
    errors: dict[str, str] = {"email": "", "role": ""}
    busy: bool = False
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """Show open invitations and keep showing them."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        await self._list(me)

    @access.admin
    async def invite(self, me: Caller, form: dict):
        """Invite a colleague."""
        self.busy = True
        self.errors = {"email": "", "role": ""}
        yield
        try:
            sent = await self._invite(me, form)
            await notify(self, _sent_words(sent))
            yield rx.set_value("email", "")
        except FieldProblem as problem:
            yield self._refuse("email", field_words("email", problem))
        except errors.RoleUnknown:
            yield self._refuse("role", CHOOSE_ROLE)
        except (errors.SchoolsError, AccountsError) as error:
            yield self._refuse("email", words_for(error, now=get_services().clock()))
        finally:
            self.busy = False

    @access.admin
    async def resend(self, me: Caller, invitation_id: int):
        """Send an invitation again."""
        services = get_services()
        try:
            to = await check_resend(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                invitation_id=invitation_id,
                now=services.clock(),
            )
            await self._count(me, to)
            sent = await resend(
                services.database,
                invitation_id=invitation_id,
                **self._letter(me),
            )
            await notify(self, _sent_words(sent))
        except (errors.SchoolsError, AccountsError) as error:
            await notify(self, words_for(error, now=services.clock()), "warning")

    @access.admin
    async def revoke(self, me: Caller, invitation_id: int):
        """Take an invitation back."""
        services = get_services()
        try:
            email = await revoke(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                invitation_id=invitation_id,
                now=services.clock(),
            )
            await notify(self, f"The invitation of {email} is taken back. Its link is dead.")
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")

    @access.admin
    async def correct(self, me: Caller, invitation_id: int):
        """Take an invitation back whose address was wrong, and put the address into the form."""
        services = get_services()
        try:
            email = await revoke(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                invitation_id=invitation_id,
                now=services.clock(),
            )
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
            return
        await notify(
            self,
            f"The invitation of {email} is taken back. Correct the address and send it.",
        )
        yield rx.set_value("email", email)
        yield move_focus("email")

    @access.member
    async def turn_to(self, me: Caller, number: int):
        """Show another page."""
        self.page = number
        await self._list(me)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    async def _invite(self, me: Caller, form: dict[str, str]) -> Sent:
        services, letter = get_services(), self._letter(me)
        typed = {"email": form.get("email", ""), "role": form.get("role", "")}
        # A form that is refused uses up nothing of what others may send to that mailbox.
        await services.throttles.hit(Deed.CHECK, caller=access.client_ip(self))
        to = await check_invitation(
            services.database,
            school_id=me.school_id,
            by_user_id=me.user_id,
            now=letter["now"],
            **typed,
        )
        await self._count(me, to)
        return await invite(
            services.database, asks_dns=services.settings.asks_dns, **typed, **letter
        )

    async def _count(self, me: Caller, to: str) -> None:
        """Count a message to a mailbox, the first of an invitation and each further one alike."""
        await get_services().throttles.hit(
            Deed.INVITE,
            caller=access.client_ip(self),
            address=to,
            mailbox=to,
            account=me.user_id,
        )

    def _letter(self, me: Caller) -> dict[str, Any]:
        services = get_services()
        return {
            "school_id": me.school_id,
            "by_user_id": me.user_id,
            "address": services.settings.address,
            "life": timedelta(days=services.settings.invitation_days),
            "now": services.clock(),
        }

    def _refuse(self, name: str, words: str) -> Any:
        self.errors[name] = words
        return move_focus(name)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab shows a page of its own.
        return None

    async def _show(self, seen: None) -> None:
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._list(me)

    async def _list(self, me: Caller) -> None:
        services = get_services()
        found = await list_open(services.database, school_id=me.school_id, page=self.page)
        ownership = await read_ownership(
            services.database, services.register, school_id=me.school_id
        )
        self.invitations = [invited(view, now=services.clock()) for view in found.rows]
        self.page, self.pages = found.number, found.pages
        self.is_unverified = ownership.unverified_since is not None
        self.may_act, self.is_owner = me.may_act_as(Role.ADMIN), me.may_act_as(Role.OWNER)


def _sent_words(sent: Sent) -> str:
    if sent.again:
        return f"We have sent {sent.email} a new link. Those before it no longer work."
    return f"We have invited {sent.email} as {a_role(sent.role)}."


def invite_colleague() -> rx.Component:
    """The form, for those who may send it."""
    s = InvitationsState
    form = rx.el.form(
        field(
            "email",
            "Email",
            hint="We send them a link. "
            f"It can be used for {_DAYS} days, and you can take it back at any time.",
            error=s.errors["email"],
            required=True,
            type="email",
            auto_complete="off",
            spell_check=False,
        ),
        select_field(
            "role",
            "Role",
            ROLE_CHOICES,
            hint=ROLES_HINT,
            placeholder="",
            error=s.errors["role"],
        ),
        row(submit("Send invitation", busy=s.busy)),
        id=FORM,
        no_validate=True,
        on_submit=s.invite(typed_in(FORM)),
        class_name="stack",
    )
    content = rx.cond(s.is_unverified, _proof_first(), form)
    return rx.cond(s.may_act, card(content, title="Invite a colleague"), rx.fragment())


def _proof_first() -> rx.Component:
    """What has to be done before anybody can be invited."""
    owner = rx.fragment(
        p("You can invite colleagues once you have shown that this school is yours."),
        row(jump("Show that this school is yours", href=f"#{NOTICE}")),
    )
    admin = p(
        "You can invite colleagues once the owner of your school has shown that it is theirs. "
        "They find out how on this page."
    )
    return rx.cond(InvitationsState.is_owner, owner, admin)


def open_invitations() -> rx.Component:
    """The list, while there is anything in it."""
    s = InvitationsState
    listed = card(
        rx.el.ul(rx.foreach(s.invitations, _invitation), class_name="list"),
        pager("open invitations", number=s.page, pages=s.pages, on_go=s.turn_to),
        title="Open invitations",
    )
    return rx.fragment(
        rx.cond(s.invitations.length() > 0, listed, rx.fragment()),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _invitation(item: rx.Var[Invited]) -> rx.Component:
    s, email = InvitationsState, item["email"].to(str)
    correct = button(
        "Correct the address",
        on_click=s.correct(item["id"]),
        aria_label="Correct the address " + email,
    )
    again = button(
        "Send again",
        kind="secondary",
        on_click=s.resend(item["id"]),
        aria_label="Send the invitation of " + email + " again",
    )
    send = rx.fragment(rx.cond(item["is_refused"], correct, rx.fragment()), again)
    actions = row(
        rx.cond(s.is_unverified, rx.fragment(), send),
        button(
            "Take back",
            kind="secondary",
            on_click=s.revoke(item["id"]),
            aria_label="Take back the invitation of " + email,
        ),
    )
    until = rx.el.span("Can be used until ", item["until"])
    undelivered = rx.fragment(
        rx.el.span(badge(item["delivery"], "warning")),
        rx.el.span(item["delivery_words"]),
    )
    return rx.el.li(
        rx.el.span(
            rx.el.strong(item["email"]),
            rx.el.span(item["role_name"]),
            muted("sent ", ago(item["sent"]), " by ", item["by"]),
            rx.cond(item["expired"], badge("Expired", "warning"), until),
            rx.cond(item["delivery"], undelivered, rx.fragment()),
            class_name="listed-words",
        ),
        rx.cond(s.may_act, actions, rx.fragment()),
        key=item["id"],
        class_name="listed",
    )
