"""What a page of an unverified school shows at its head: what that means, and the ways out."""

from __future__ import annotations

from typing import Any, NamedTuple

import reflex as rx

from assembly_ui.accounts.errors import AccountsError, FieldProblem
from assembly_ui.accounts.throttles import Deed
from assembly_ui.mail.delivery import Delivery
from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.schools.ownership import check_proof_address, read_ownership, send_proof_link
from assembly_ui.services import get_services
from assembly_ui.settings import load
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words
from assembly_ui.web.components import ago, alert, field, link, p, row, submit
from assembly_ui.web.focus import move_focus
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.school_words import words_for
from assembly_ui.web.typed import typed_in

FORM = "prove-ownership"
FIELD = "school-email"
NOTICE = "show-ownership"
"""The id of the notice, for links to it on its page."""
_HELP = load().help_email


_UNDELIVERED = {
    Delivery.REFUSED: (
        "was refused by the mail server there. Check the address and send the link to the "
        "right one."
    ),
    Delivery.DELAYED: "has not been delivered yet. We keep trying.",
    Delivery.GIVEN_UP: "could not be delivered, and we have stopped trying. Send the link again.",
}


class Shown(NamedTuple):
    """How far the owner is verified, as every tab of the school shows it."""

    since: str
    domain: str
    sent_to: str
    sent_at: str
    undelivered: str


class OwnershipState(Live, rx.State):
    """Screen values of the notice. They change by themselves."""

    since: str = ""
    domain: str = ""
    sent_to: str = ""
    sent_at: str = ""
    undelivered: str = ""
    is_owner: bool = False
    error: str = ""
    busy: bool = False

    @access.member
    async def load(self, me: Caller):
        """Show whether the school's owner is verified, and keep showing it."""
        topic = school_topic(me.school_id)
        self.reset()
        tabs.unwatch(self)
        tabs.watch(self, me, topic)
        self._offer(me)
        await self._show(await self._read(topic))

    @access.owner
    async def send_link(self, me: Caller, form: dict):
        """Mail a link to an address at the school's own domain."""
        services, caller = get_services(), access.client_ip(self)
        self.busy, self.error = True, ""
        yield
        try:
            # A form that is refused uses up nothing of what those may that mail something.
            await services.throttles.hit(Deed.CHECK, caller=caller)
            asked: dict[str, Any] = {
                "school_id": me.school_id,
                "by_user_id": me.user_id,
                "email": form.get(FIELD, ""),
                "now": services.clock(),
            }
            to = await check_proof_address(services.database, services.register, **asked)
            await services.throttles.hit(Deed.PROVE, caller=caller, address=to, account=me.user_id)
            await send_proof_link(
                services.database, services.register, address=services.settings.address, **asked
            )
            await notify(self, f"We have sent {to} a link. Open it in this browser.")
        except FieldProblem as problem:
            self.error = field_words("email", problem)
        except (errors.SchoolsError, AccountsError) as error:
            self.error = words_for(error, now=services.clock())
        finally:
            self.busy = False
        if self.error:
            yield move_focus(FIELD)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    def _offer(self, me: Caller) -> None:
        self._put(is_owner=me.may_act_as(Role.OWNER))

    @classmethod
    async def _read(cls, topic: Topic) -> Shown:
        services, school_id = get_services(), int(topic.partition(":")[2])
        seen = await read_ownership(services.database, services.register, school_id=school_id)
        if seen.unverified_since is None:
            return Shown("", "", "", "", "")
        sent_at = seen.link_sent_at.isoformat() if seen.link_sent_at else ""
        return Shown(
            seen.unverified_since.isoformat(),
            seen.domain,
            seen.link_email,
            sent_at,
            _UNDELIVERED.get(seen.link_delivery, ""),
        )

    async def _show(self, seen: Shown) -> None:
        self._put(**seen._asdict())


def ownership_notice() -> rx.Component:
    """The notice, while the school's owner is unverified."""
    s = OwnershipState
    return rx.fragment(
        rx.cond(s.since, _notice(), rx.fragment()),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _notice() -> rx.Component:
    s = OwnershipState
    return alert(
        p(
            "Anyone can name a school here, so we check whose it is. Until then nobody can be "
            "invited, you do not see who asks to join, and no app can be authorised. Everything "
            "else works."
        ),
        rx.cond(s.is_owner, _ways(), p("The owner of your school can show that it is theirs.")),
        title="Show that this school is yours",
        id=NOTICE,
        role="region",
        aria_label="Show that this school is yours",
    )


def _ways() -> rx.Component:
    s = OwnershipState
    connect = (
        "Connect your MIS: press ",
        link("Grant Access", href="/connector"),
        " and follow the steps. When Xporter on Demand answers with the data of your school, "
        "you are verified.",
    )
    ask = (
        "Write to ",
        link(_HELP, href=f"mailto:{_HELP}"),
        ", and we check it with the school.",
    )
    no_mail = rx.fragment(p(*connect), p("Or: ", *ask))
    return rx.cond(s.domain, rx.fragment(_mail(), p("Or: ", *connect), p("Or: ", *ask)), no_mail)


def _mail() -> rx.Component:
    s = OwnershipState
    form = rx.el.form(
        field(
            FIELD,
            "Your address at the school",
            hint=rx.fragment(
                "It must end in ", rx.el.strong("@", s.domain), ". We send a link there."
            ),
            error=s.error,
            required=True,
            type="email",
            auto_complete="off",
            spell_check=False,
        ),
        row(submit("Send the link", busy=s.busy)),
        id=FORM,
        no_validate=True,
        on_submit=s.send_link(typed_in(FORM)),
        class_name="stack",
    )
    sent = p(
        "A link went to ",
        rx.el.strong(s.sent_to),
        " ",
        ago(s.sent_at),
        ". Open it in a browser in which you are logged in; it works once, for a day.",
        role="status",
    )
    stuck = p("Our message to ", rx.el.strong(s.sent_to), " ", s.undelivered, role="status")
    told = rx.cond(s.undelivered, stuck, sent)
    return rx.fragment(rx.cond(s.sent_to, told, rx.fragment()), form)
