"""The page behind a colleague's invitation: accept it, with an account or without."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from assembly_ui.accounts.account_form import FIELDS, AccountForm
from assembly_ui.accounts.errors import FieldProblem, FormRefused, Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import (
    InvitationForSomeoneElse,
    InvitationNeedsNoAccount,
    InvitationProblem,
)
from assembly_ui.schools.invitation_link import InvitationView, accept, look
from assembly_ui.schools.invited_account import create_account
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words
from assembly_ui.web.components import (
    button,
    card,
    error_summary,
    field,
    link,
    link_button,
    p,
    row,
    submit,
)
from assembly_ui.web.components.account_forms import account_form, new_password_fields
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.password_meter import show_strength
from assembly_ui.web.query import asked
from assembly_ui.web.school_words import (
    ROLE_MEANINGS,
    a_role,
    invitation_words,
    words_for,
)
from assembly_ui.web.signed_in import SignedInState, signed_in_as
from assembly_ui.web.typed import typed_in

FORM = "create-account"
HEADING = "Join your school on Assembly"


class InvitationState(rx.State):
    """What the link invites to, what its reader may do, or why it opens nothing."""

    heading: str = HEADING
    step: str = ""
    school_name: str = ""
    invited_by: str = ""
    email: str = ""
    role: str = ""
    meaning: str = ""
    log_in_href: str = "/log-in"
    problem: str = ""
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    summary: list[dict[str, str]] = []
    strength: int = 0
    strength_words: str = ""
    busy: bool = False

    @access.public
    async def load(self):
        """Look at the link, leaving it unused."""
        await page_changed(self)
        self.reset()
        token = asked(self, "token")
        self.log_in_href = f"/log-in?{urlencode({'next': f'{PAGE.route}?token={token}'})}"
        try:
            await self._count()
            services = get_services()
            seen = await look(services.database, token=token, now=services.clock())
            self._put(seen, await access.caller_of(self))
        except InvitationProblem as error:
            self._close(error)
        except Throttled as error:
            self.step, self.problem = "problem", words_for(error, now=get_services().clock())

    @access.signed_in
    async def accept(self, me: Caller):
        """Join the school."""
        services = get_services()
        try:
            await self._count()
            joined = await accept(
                services.database,
                token=asked(self, "token"),
                user_id=me.user_id,
                session_id=me.session_id,
                now=services.clock(),
            )
        except InvitationForSomeoneElse:
            self.step = "other"
            return None
        except InvitationProblem as error:
            self._close(error)
            return None
        except Throttled as error:
            await notify(self, words_for(error, now=services.clock()), "warning")
            return None
        await notify(self, f"You have joined {joined.school_name}.", on_next_page=True)
        return rx.redirect("/school-details")

    @access.public(supersedes=True)
    async def measure(self, form: dict):
        """Say how strong the password is while it is being typed."""
        personal = (self.email, form.get("name", ""), self.school_name)
        await show_strength(self, form.get("password", ""), personal)

    @access.public
    async def create(self, form: dict):
        """Make the account, and join the school with it."""
        self.busy = True
        yield
        try:
            school_name = await self._create(form)
            words = f"Your account is ready, and you have joined {school_name}. Log in to see it."
            await notify(self, words, on_next_page=True)
            yield rx.redirect("/log-in")
        except FormRefused as refused:
            yield self._refuse(refused.problems)
        except InvitationNeedsNoAccount:
            self.step = "log-in"
        except InvitationProblem as error:
            self._close(error)
        except Throttled as error:
            await notify(self, words_for(error, now=get_services().clock()), "warning")
        finally:
            self.busy = False

    async def _create(self, form: dict[str, str]) -> str:
        services = get_services()
        await self._count()
        typed = AccountForm(**{name: form.get(name, "") for name in FIELDS})
        joined = await create_account(
            services.database, token=asked(self, "token"), form=typed, now=services.clock()
        )
        return joined.school_name

    async def _count(self) -> None:
        await get_services().throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))

    def _put(self, seen: InvitationView, me: Caller | None) -> None:
        self.heading = f"Join {seen.school_name} on Assembly"
        self.school_name, self.invited_by = seen.school_name, seen.invited_by
        self.email, self.role = seen.email, a_role(seen.role)
        self.meaning = ROLE_MEANINGS[seen.role]
        if me is not None:
            self.step = "accept" if me.email == seen.email else "other"
        else:
            self.step = "log-in" if seen.has_account else "create"

    def _close(self, error: InvitationProblem) -> None:
        self.heading, self.problem = invitation_words(error)
        self.step, self.summary = "problem", []

    def _refuse(self, problems: dict[str, FieldProblem]) -> Any:
        self.errors = dict.fromkeys(FIELDS, "")
        for name, problem in problems.items():
            self.errors[name] = field_words(name, problem)
        self.summary = [{"field": name, "message": self.errors[name]} for name in problems]
        return move_focus(self.summary[0]["field"])


def _offer() -> rx.Component:
    s = InvitationState
    return rx.fragment(
        p(
            rx.el.strong(s.invited_by),
            " has invited you, ",
            rx.el.strong(s.email),
            ", to join ",
            rx.el.strong(s.school_name),
            " as ",
            s.role,
            ".",
        ),
        p(s.meaning),
    )


def _accept() -> rx.Component:
    return card(
        _offer(), row(button("Accept invitation", on_click=InvitationState.accept, wide=True))
    )


def _log_in() -> rx.Component:
    return card(
        _offer(),
        p("You have an account with this address. Log in, and we bring you back here to accept."),
        row(link_button("Log in", href=InvitationState.log_in_href)),
    )


def _someone_else() -> rx.Component:
    s = InvitationState
    return card(
        _offer(),
        p(
            "You are signed in with another address. Log out below, then open the link in the "
            "message again to accept as ",
            rx.el.strong(s.email),
            ". Nothing has changed so far.",
        ),
    )


def _wired(name: str) -> dict[str, Any]:
    return {"error": InvitationState.errors[name]}


def _create() -> rx.Component:
    s = InvitationState
    return card(
        _offer(),
        account_form(
            p("You need an account for that. No invite code is needed: the link is enough."),
            # Password managers file the new password under this address.
            rx.el.input(
                type="text", auto_complete="username", value=s.email, read_only=True, hidden=True
            ),
            field("name", "Name", hint="Your full name.", auto_complete="name", **_wired("name")),
            *new_password_fields(
                strength=s.strength,
                words=s.strength_words,
                on_change=s.measure(typed_in(FORM)).debounce(250),
                wired=_wired,
            ),
            p(
                "By creating an account you agree to our ",
                link(
                    "terms of service",
                    href="/terms",
                    target="_blank",
                    aria_label="terms of service (opens in a new tab)",
                ),
                ".",
            ),
            row(submit("Create account and join", busy=s.busy)),
            id=FORM,
            on_submit=s.create(typed_in(FORM)),
        ),
    )


def _problem() -> rx.Component:
    return card(
        p(InvitationState.problem, role="status"),
        row(
            rx.cond(
                SignedInState.email,
                link_button("Your schools", href="/schools", kind="secondary"),
                link_button("Log in", href="/log-in", kind="secondary"),
            )
        ),
    )


def invitation() -> rx.Component:
    """The page."""
    s = InvitationState
    return public_page(
        error_summary(s.summary),
        rx.match(
            s.step,
            ("accept", _accept()),
            ("other", _someone_else()),
            ("log-in", _log_in()),
            ("create", _create()),
            ("problem", _problem()),
            p("Looking at your invitation …"),
        ),
        signed_in_as(),
        heading=s.heading,
    )


PAGE = Page(
    route="/invitation",
    title="Invitation",
    description="Join your school on Assembly.",
    content=invitation,
    on_load=[SignedInState.look, InvitationState.load],
)
