"""A stranger who types wrong passwords, or asks for messages, shuts nobody else out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from assembly_ui.accounts.confirmation import confirm
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.accounts.known_devices import LIFE, MOST_DEVICES, find_device, remember_device
from assembly_ui.accounts.models import KnownDevice
from assembly_ui.accounts.people import Person
from assembly_ui.accounts.throttles import LIMITS, Deed, Per
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.invitations import list_open
from assembly_ui.schools.membership import switch_school
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.pages.confirm_email import ConfirmEmailState
from assembly_ui.web.pages.forgotten_password import ForgottenPasswordState
from assembly_ui.web.pages.resend_confirmation import ResendConfirmationState
from assembly_ui.web.pages.reset_password import ResetPasswordState
from assembly_ui.web.pages.sign_up import SignUpState
from assembly_ui.web.pages.users.invitations import InvitationsState
from assembly_ui.web.routes.accounts import DEVICE_COOKIE
from assembly_ui.web.ticket import TicketState
from tests.attack.accounts import NewBrowser, browser, cookies_of, is_logged_in, log_in
from tests.factories.accounts import (
    ADDRESS,
    PASSWORD,
    a_person,
    a_sign_up,
    a_token,
    cheap_bcrypt,
    mailed_token,
    posted,
    the_user,
)
from tests.factories.parts import parts
from tests.factories.schools import a_school
from tests.factories.states import Tab, notice, went_to

__all__ = ["browser", "cheap_bcrypt", "parts"]

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")

EMAIL = "james.walters@kings.sch.uk"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def _most(deed: Deed, per: Per) -> int:
    return max(limit.amount for limit in LIMITS if limit.deed is deed and limit.per is per)


async def _floods(browser: NewBrowser, ip: str, times: int = 30) -> str:
    """Wrong passwords from one address; where the last of them led."""
    attacker, last = browser(ip), ""
    for _ in range(times):
        last = await log_in(attacker, EMAIL, "wrong")
    return last


async def test_wrong_passwords_from_another_network_do_not_keep_the_right_one_out(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    assert (await _floods(browser, ELSEWHERE)).endswith("#throttled")
    assert await log_in(browser(HOME), EMAIL) == "/continue"


async def test_wrong_passwords_from_everywhere_slow_down_unknown_browsers_only(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    james = browser(HOME)
    assert await log_in(james, EMAIL) == "/continue"
    for n in range(20):
        await _floods(browser, f"203.0.113.{n}", 5)
    assert (await log_in(browser("192.0.2.200"), EMAIL)).endswith("#throttled")
    james.cookies.delete("assembly_session")
    assert await log_in(james, EMAIL) == "/continue"
    # That the owner gets in gives nobody else another try.
    assert (await log_in(browser("192.0.2.201"), EMAIL)).endswith("#throttled")


async def test_who_has_an_account_gets_no_more_guesses_at_others_for_it(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock(), email="eve@evil.example")
    eve, last = browser(ELSEWHERE), ""
    for n in range(_most(Deed.LOG_IN, Per.CALLER)):
        if n % 40 == 0:
            assert await log_in(eve, "eve@evil.example") == "/continue"
        last = await log_in(eve, f"nobody{n}@kings.sch.uk", "wrong")
    assert last.endswith("#throttled")


@pytest.mark.parametrize("is_known", [True, False])
async def test_who_gets_in_has_all_tries_again(
    database: Database, clock: ManualClock, browser: NewBrowser, is_known: bool
) -> None:
    await a_person(database, now=clock())
    james = browser(HOME)
    for _ in range(3):
        for _ in range(4):
            assert await log_in(james, EMAIL, "wrong") == "/log-in#wrong"
        assert await log_in(james, EMAIL) == "/continue"
        james = james if is_known else browser(HOME)


async def test_a_known_browser_on_the_attackers_network_gets_through(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    james = browser(HOME)
    await log_in(james, EMAIL)
    attacker = browser(HOME)
    for n in range(_most(Deed.LOG_IN, Per.CALLER) + 1):
        await log_in(attacker, f"nobody{n}@kings.sch.uk", "wrong")
    assert (await log_in(attacker, EMAIL)).endswith("#throttled")
    assert await log_in(james, EMAIL) == "/continue"


async def test_a_known_browser_is_counted_too(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    james = browser(HOME)
    await log_in(james, EMAIL)
    for _ in range(5):
        assert await log_in(james, EMAIL, "wrong") == "/log-in#wrong"
    assert (await log_in(james, EMAIL)).endswith("#throttled")
    # Somewhere else the same person goes on.
    assert await log_in(browser(ELSEWHERE), EMAIL) == "/continue"


async def test_who_waits_is_told_how_long_and_each_further_try_costs_more(
    parts: Services, browser: NewBrowser
) -> None:
    waits = [
        limit.seconds for limit in LIMITS if limit.deed is Deed.LOG_IN and limit.per is Per.PAIR
    ]
    assert waits == sorted(waits)
    assert len(waits) == 3
    last = await _floods(browser, ELSEWHERE, 6)
    assert last.startswith("/log-in?retry=")


async def test_an_unknown_address_is_slowed_down_exactly_like_an_account(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    answers = []
    for email in (EMAIL, "nobody@kings.sch.uk"):
        stranger = browser(ELSEWHERE if email == EMAIL else "203.0.113.10")
        locations = [await log_in(stranger, email, "wrong") for _ in range(7)]
        answers.append([location.partition("#")[2] for location in locations])
    assert answers[0] == answers[1] == ["wrong"] * 5 + ["throttled"] * 2


async def test_the_cookie_of_a_browser_opens_nothing_and_scripts_cannot_read_it(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    fields = {"email": EMAIL, "password": PASSWORD}
    answer = await browser(HOME).post("/auth/log-in", data=fields)
    cookie = cookies_of(answer)[DEVICE_COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "lax"
    stranger = browser(ELSEWHERE)
    stranger.cookies.set(DEVICE_COOKIE, cookie.value)
    assert (await stranger.get("/continue")).headers["location"] == "/log-in"
    async with database.read() as session:
        (row,) = await session.exec(select(KnownDevice))
    assert cookie.value not in repr(row)


async def _remembered(database: Database, person: Person, token: str = "", *, now: datetime) -> str:
    """The person logs in with this browser, or a new one."""
    log_in = await a_token(database, person, now=now)
    return await remember_device(database, token=token, user_id=person.id, log_in=log_in, now=now)


@pytest.mark.parametrize("forged", ["", "x", "x" * 5000, "1", "é", "1.1"])
async def test_a_made_up_cookie_makes_no_browser_known(
    database: Database, clock: ManualClock, forged: str
) -> None:
    person = await a_person(database, now=clock())
    await _remembered(database, person, now=clock())
    assert await find_device(database, token=forged, email=EMAIL, now=clock()) is None


async def test_a_browser_is_known_to_each_account_that_logged_in_with_it_and_to_no_other(
    database: Database, clock: ManualClock
) -> None:
    ann, bob = [
        await a_person(database, now=clock(), email=f"{name}@kings.sch.uk") for name in ("a", "b")
    ]
    token = await _remembered(database, ann, now=clock())
    assert await find_device(database, token=token, email=bob.email, now=clock()) is None
    assert await _remembered(database, bob, token, now=clock()) == token
    for person in (ann, bob):
        assert await find_device(database, token=token, email=person.email, now=clock())


async def test_no_more_than_so_many_browsers_are_known_and_not_for_ever(
    database: Database, clock: ManualClock
) -> None:
    james = await a_person(database, now=clock())
    tokens = []
    for _ in range(MOST_DEVICES + 2):
        now = clock.advance(timedelta(minutes=1))
        tokens.append(await _remembered(database, james, now=now))
    known = [await find_device(database, token=token, email=EMAIL, now=clock()) for token in tokens]
    assert [number is not None for number in known] == [False] * 2 + [True] * MOST_DEVICES
    later = clock.advance(LIFE)
    assert await find_device(database, token=tokens[-1], email=EMAIL, now=later) is None


async def test_a_new_password_forgets_the_browsers_and_clears_the_way_to_log_in(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    james = await a_person(database, now=clock())
    token = await _remembered(database, james, now=clock())
    for n in range(20):
        await _floods(browser, f"203.0.113.{n}", 5)
    await Tab().send(ForgottenPasswordState.submit, form={"email": EMAIL})
    tab = Tab(path=f"/reset-password?token={await mailed_token(database, EMAIL)}")
    new = {"password": "Winter-Teapot-43", "password_confirmation": "Winter-Teapot-43"}
    assert went_to(await tab.send(ResetPasswordState.submit, form=new)) == ["/log-in"]
    assert await find_device(database, token=token, email=EMAIL, now=clock()) is None
    assert await log_in(browser(HOME), EMAIL, "Winter-Teapot-43") == "/continue"


class _At(Tab):
    """A tab at another network address."""

    def __init__(self, ip: str, path: str = "/") -> None:
        super().__init__(path=path)
        sent = {
            "headers": {"cookie": "", "origin": ADDRESS},
            "token": "a-tab",
            "ip": ip,
            "asPath": path,
            "pathname": path,
        }
        self._root._update_router_vars(sent, {})


@pytest.mark.parametrize("page", [ForgottenPasswordState, ResendConfirmationState])
async def test_requests_of_a_stranger_do_not_keep_the_owner_from_asking(
    parts: Services, page: type
) -> None:
    for _ in range(70):
        await _At(ELSEWHERE).send(page.submit, form={"email": EMAIL})
    attacker, owner = _At(ELSEWHERE), _At(HOME)
    for tab in (attacker, owner):
        await tab.send(page.submit, form={"email": EMAIL})
    assert (await attacker.state(page)).refusal
    assert (await owner.state(page)).sent_to == EMAIL


async def test_a_mailbox_is_not_flooded_and_each_link_in_it_works(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    await a_person(database, now=clock())
    await _many_ask(ForgottenPasswordState, clock)
    assert len(await posted(database, EMAIL)) == _most(Deed.RESET, Per.MAILBOX)


async def test_the_mailbox_of_a_sign_up_that_waits_is_not_flooded_either(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    await a_sign_up(database, now=clock())
    await _many_ask(ResendConfirmationState, clock)
    # The first is that of the sign-up itself.
    assert len(await posted(database, EMAIL)) == 1 + _most(Deed.RESEND, Per.MAILBOX)


async def _many_ask(page: type, clock: ManualClock) -> None:
    """From 40 networks; the owner is answered as ever."""
    for n in range(40):
        clock.advance(timedelta(seconds=61))
        await _At(f"203.0.113.{n}").send(page.submit, form={"email": EMAIL})
    owner = _At(HOME)
    await owner.send(page.submit, form={"email": EMAIL})
    assert (await owner.state(page)).sent_to == EMAIL


def _form(password: str, email: str = EMAIL) -> dict[str, str]:
    return {
        "invite_code": "letsassemble2020",
        "name": "",
        "email": email,
        "password": password,
        "password_confirmation": password,
    }


async def _signs_up(ip: str, email: str) -> Tab:
    tab = _At(ip, "/sign-up")
    await tab.send(SignUpState.load)
    answers = await tab.send(SignUpState.submit, form=_form("Trombone-Velvet-7", email))
    assert went_to(answers) == ["/confirm-email"]
    return tab


async def test_who_corrects_the_address_of_a_sign_up_floods_no_mailbox(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    for n in range(15):
        tab = await _signs_up(f"203.0.113.{n}", f"eve{n}@evil.example")
        await tab.send(ConfirmEmailState.correct, form={"email": EMAIL})
    assert len(await posted(database, EMAIL)) == _most(Deed.SIGN_UP, Per.MAILBOX)
    assert "tried too often" in await notice(tab)


async def test_who_has_a_sign_up_mailed_again_and_again_floods_no_mailbox(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    ticket = (await (await _signs_up(HOME, EMAIL)).state(TicketState)).ticket
    for n in range(15):
        clock.advance(COOL_DOWN)
        tab = _At(f"203.0.113.{n}", "/confirm-email")
        (await tab.state(TicketState)).ticket = ticket
        for _ in range(2):
            await tab.send(ConfirmEmailState.resend)
    assert len(await posted(database, EMAIL)) == _most(Deed.SIGN_UP, Per.MAILBOX)
    # What was sent last still opens.
    token = await mailed_token(database, EMAIL)
    await confirm(database, token=token, ticket=ticket, now=clock())


async def test_who_has_an_invitation_sent_again_and_again_floods_no_mailbox(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    token = await a_token(database, james, now=clock())
    tab = Tab(f"{COOKIE}={token}")
    me = await find_caller(database, token=token, now=clock())
    assert me is not None
    await switch_school(
        database, session_id=me.session_id, user_id=me.user_id, school_id=school.id or 0
    )
    victim = {"email": "victim@elsewhere.test", "role": "viewer"}
    await tab.send(InvitationsState.invite, form=victim)
    for _ in range(30):
        clock.advance(COOL_DOWN)
        (invitation,) = (await list_open(database, school_id=school.id or 0)).rows
        await tab.send(InvitationsState.resend, invitation_id=invitation.id)
    most = _most(Deed.INVITE, Per.MAILBOX)
    assert len(await posted(database, victim["email"])) <= most
    assert "tried too often" in await notice(tab)


async def test_who_tries_mailed_links_one_after_the_other_waits(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    ticket = await a_sign_up(database, now=clock())
    link = {"token": await mailed_token(database, EMAIL), "ticket": ticket}
    stranger = browser(ELSEWHERE)
    for _ in range(_most(Deed.CONFIRM, Per.CALLER)):
        await stranger.post("/auth/confirm", data={"token": "guessed"})
    await stranger.post("/auth/confirm", data=link)
    assert (await the_user(database, EMAIL)).confirmed_at is None
    answer = await browser(HOME).post("/auth/confirm", data=link)
    assert answer.headers["location"] == "/log-in#confirmed"


async def test_sign_ups_of_strangers_do_not_keep_the_owner_from_signing_up(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    for n in range(12):
        tab = _At(f"203.0.113.{n}", "/sign-up")
        await tab.send(SignUpState.load)
        await tab.send(SignUpState.submit, form=_form("Trombone-Velvet-7"))
    flood = await posted(database, EMAIL)
    assert len(flood) == _most(Deed.SIGN_UP, Per.MAILBOX)
    owner = _At(HOME, "/sign-up")
    await owner.send(SignUpState.load)
    assert went_to(await owner.send(SignUpState.submit, form=_form(PASSWORD))) == ["/confirm-email"]
    # Any of the links proves the mailbox, and the browser says whose password counts.
    ticket = (await owner.state(TicketState)).ticket
    token = await mailed_token(database, EMAIL)
    await confirm(database, token=token, ticket=ticket, now=clock())
    assert (await the_user(database, EMAIL)).confirmed_at == clock()


async def test_a_waiting_sign_up_is_told_alike_from_everywhere(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_sign_up(database, now=clock())
    stranger = browser(ELSEWHERE)
    assert await log_in(stranger, EMAIL, "wrong") == "/log-in#wrong"
    assert not is_logged_in(stranger)
