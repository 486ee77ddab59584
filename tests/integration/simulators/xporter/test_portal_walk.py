"""The school's walk: from Begin Authorisation to done, and every turning on the way."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from assembly_ui.clock import ManualClock
from simulators.xporter.simulator import XporterSimulator
from tests.factories.browser import Browser
from tests.factories.xporter_simulator import Mailbox, Partner, get_token, register

SCOPES = ["Staff", "Student"]


@pytest.fixture
async def invited(
    browser: Browser, web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> Browser:
    """A browser in which Begin Authorisation was just clicked."""
    await register(web)
    await stand_in.do_due()
    await browser.open(mailbox.newest_link)
    return browser


async def _to_summary(browser: Browser, people: str = "everyone") -> None:
    await browser.press("Proceed")
    await browser.press("Continue", mis="isams")
    await browser.press("Continue", scopes=SCOPES)
    await browser.press("Continue", people=people)


async def _authorise(browser: Browser, people: str = "everyone") -> None:
    await _to_summary(browser, people)
    await browser.press("Authorise Sharing")


async def test_the_whole_walk(
    invited: Browser, stand_in: XporterSimulator, clock: ManualClock, partner: Partner
) -> None:
    assert invited.h1 == "Do you have the authority to share this data?"
    await invited.press("Proceed")
    assert invited.h1 == "Which MIS does your school use?"
    assert invited.page.forms[0].offered[0] == ("mis", "isams")
    await invited.press("Continue", mis="isams")
    assert invited.h1 == "Review what is shared"
    await invited.press("Continue", scopes=SCOPES)
    assert invited.h1 == "Whose data is shared?"
    await invited.press("Continue", people="everyone")
    assert invited.h1 == "Check your answers"
    for answer in ("King's School (3302005)", "Assembly Platform", "iSAMS", "Pupils", "Everyone"):
        assert answer in invited.page.text
    await invited.press("Authorise Sharing")
    assert invited.h1 == "When should we connect to your MIS?"
    await invited.press("Install now")
    assert invited.h1 == "Sharing is authorised"
    assert invited.headers["Refresh"] == "4"
    await stand_in.do_due()
    clock.advance(timedelta(seconds=3))
    await stand_in.do_due()
    await invited.open(invited.path)
    assert invited.h1 == "All done"
    assert "Refresh" not in invited.headers
    assert invited.page.links["Back to Assembly"] == "http://assembly.test/connector"
    assert [posted["installcomplete"] for posted in partner.posted] == ["false", "true"]


async def test_the_queue_is_shown_until_it_is_over(
    invited: Browser, stand_in: XporterSimulator, clock: ManualClock
) -> None:
    await _authorise(invited)
    await invited.press("Join the onboarding queue")
    assert "Onboarding queue, waiting for its turn" in invited.page.text
    assert invited.headers["Refresh"] == "9"
    await invited.follow("Stop it from loading again")
    assert "Refresh" not in invited.headers
    await invited.follow("Look again")
    clock.advance(timedelta(seconds=8))
    await invited.open(invited.path)
    assert "Onboarding queue, done" in invited.page.text
    assert "Installation, under way" in invited.page.text
    clock.advance(timedelta(seconds=3))
    await stand_in.do_due()
    await invited.open(invited.path)
    assert invited.h1 == "All done"


async def test_every_page_has_one_heading_a_title_a_language_and_a_demo_note(
    invited: Browser,
) -> None:
    async def check() -> None:
        assert invited.page.title.startswith(invited.h1)
        tags = dict(invited.page.tags)
        assert tags["html"]["lang"] == "en-GB"
        assert "main" in tags
        assert "stand in for Groupcall’s Xporter on Demand" in invited.page.text
        assert "script" not in tags
        assert not any("style" in given for _, given in invited.page.tags)
        assert "default-src 'none'" in invited.headers["Content-Security-Policy"]

    token = invited.path.split("/")[-2]
    await check()
    for page in ("forward", "decline"):
        await invited.open(f"/authorise/{token}/{page}")
        await check()
    await invited.open(f"/authorise/{token}")
    for button, filled in (
        ("Proceed", {}),
        ("Continue", {"mis": "isams"}),
        ("Continue", {}),
        ("Continue", {"people": "selection"}),
        ("Authorise Sharing", {}),
        ("Install now", {}),
    ):
        await invited.press(button, **filled)
        await check()
    for address in ("", "/selection", "/withdraw"):
        await invited.open(f"/portal/{token}{address}")
        await check()
    for address in ("/portal", "/authorise/unknown", "/nothing/here"):
        await invited.open(address)
        await check()


@pytest.mark.parametrize("step", ["mis", "sharing", "people", "summary", "install", "done"])
async def test_a_step_cannot_be_reached_before_its_time(invited: Browser, step: str) -> None:
    token = invited.path.split("/")[-2]
    await invited.open(f"/authorise/{token}/{step}")
    assert invited.path.endswith("/authority")
    if step != "done":
        await invited.post(f"/authorise/{token}/{step}", [(step, "isams")])
        assert invited.path.endswith("/authority")


async def test_the_walk_goes_on_where_it_was_left(invited: Browser, mailbox: Mailbox) -> None:
    await invited.press("Proceed")
    await invited.press("Continue", mis="arbor")
    await invited.open(mailbox.newest_link)
    assert invited.h1 == "Review what is shared"


async def test_an_answer_can_be_changed_from_the_summary(invited: Browser) -> None:
    await _to_summary(invited)
    await invited.follow("Change the MIS")
    assert ("mis", "isams") in invited.page.forms[0].values
    await invited.press("Continue", mis="simsnet")
    assert invited.h1 == "Check your answers"
    assert "SIMS" in invited.page.text


async def test_school_is_shared_whatever_is_unticked(
    invited: Browser, stand_in: XporterSimulator, partner: Partner
) -> None:
    await invited.press("Proceed")
    await invited.press("Continue", mis="isams")
    await invited.press("Continue", scopes=[])
    await invited.press("Continue", people="everyone")
    await invited.press("Authorise Sharing")
    await stand_in.do_due()
    assert partner.posted[0]["scopes"] == "School"


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ("Proceed", "Select the MIS your school uses"),
        ("Continue", "Select whether to share everyone or a selection"),
    ],
)
async def test_an_empty_choice_is_asked_for_again(
    invited: Browser, button: str, words: str
) -> None:
    await invited.press("Proceed")
    if button == "Continue":
        await invited.press("Continue", mis="isams")
        await invited.press("Continue")
    await invited.press("Continue")
    assert invited.status == 422
    assert invited.page.title.startswith("Error: ")
    assert invited.page.text.count(words) == 2
    assert invited.page.links[words].startswith("#")


async def test_pressing_authorise_twice_authorises_once(
    invited: Browser, stand_in: XporterSimulator, partner: Partner
) -> None:
    await _to_summary(invited)
    form = invited.page.forms[0]
    sent = [*form.values]
    await invited.post(form.action, sent)
    await invited.post(form.action, sent)
    assert invited.h1 == "When should we connect to your MIS?"
    await stand_in.do_due()
    assert len(partner.posted) == 1


async def test_only_the_answers_that_were_seen_are_authorised(
    invited: Browser, stand_in: XporterSimulator, partner: Partner
) -> None:
    await _to_summary(invited)
    form = invited.page.forms[0]
    token = invited.path.split("/")[-2]
    await invited.post(f"/authorise/{token}/people", [("people", "selection")])
    await invited.post(form.action, form.values)
    assert invited.status == 422
    assert "Your answers were changed in another window" in invited.page.text
    await stand_in.do_due()
    assert partner.posted == []
    await invited.press("Authorise Sharing")
    assert invited.h1 == "When should we connect to your MIS?"


async def test_installation_is_chosen_once(
    invited: Browser, clock: ManualClock, stand_in: XporterSimulator, partner: Partner
) -> None:
    await _authorise(invited)
    action = invited.page.forms[0].action
    await invited.press("Install now")
    clock.advance(timedelta(seconds=2))
    await invited.post(action, [("install", "queue")])
    assert invited.h1 == "Sharing is authorised"
    clock.advance(timedelta(seconds=1))
    await stand_in.do_due()
    assert invited.page.links
    await invited.open(invited.path)
    assert invited.h1 == "All done"


async def test_back_and_reload_at_the_end_change_nothing(
    invited: Browser, stand_in: XporterSimulator, partner: Partner
) -> None:
    await _to_summary(invited)
    token = invited.path.split("/")[-2]
    await invited.press("Authorise Sharing")
    await invited.press("Install now")
    for step in ("authority", "mis", "sharing", "people", "summary", "install", "forward"):
        await invited.open(f"/authorise/{token}/{step}")
        assert invited.h1 == "Sharing is authorised"
        await invited.post(f"/authorise/{token}/{step}", [("mis", "arbor"), ("people", "everyone")])
        assert invited.status in (200, 422)
    await stand_in.do_due()
    assert len(partner.posted) == 1


async def test_a_colleague_is_sent_the_invitation(
    invited: Browser, stand_in: XporterSimulator, mailbox: Mailbox, web: httpx.AsyncClient
) -> None:
    await invited.follow("No, forward to a colleague")
    await invited.press("Send invitation", name="Maria Ivey", email="m.ivey@kings.sch.uk")
    assert invited.h1 == "Invitation forwarded"
    assert "Maria Ivey" in invited.page.text
    await stand_in.do_due()
    assert mailbox.newest["to"] == "m.ivey@kings.sch.uk"
    assert "Dear Maria Ivey" in mailbox.newest["text"]
    colleague = Browser(web)
    await colleague.open(mailbox.newest_link)
    await _authorise(colleague)
    await invited.open(f"/authorise/{invited.path.split('/')[-2]}")
    assert invited.h1 == "When should we connect to your MIS?"


async def test_forwarding_twice_in_a_row_sends_one_mail(
    invited: Browser, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    await invited.follow("No, forward to a colleague")
    form = invited.page.forms[0]
    for _ in range(2):
        await invited.post(form.action, [("name", "Maria"), ("email", "m.ivey@kings.sch.uk")])
    await stand_in.do_due()
    assert len(mailbox.received) == 2


async def test_nobody_can_forward_without_end(invited: Browser, clock: ManualClock) -> None:
    await invited.follow("No, forward to a colleague")
    action = invited.page.forms[0].action
    for number in range(11):
        await invited.post(action, [("name", "A"), ("email", f"a{number}@kings.sch.uk")])
    assert invited.status == 422
    assert "Try again later" in invited.page.text
    clock.advance(timedelta(hours=1))
    await invited.post(action, [("name", "A"), ("email", "late@kings.sch.uk")])
    assert invited.h1 == "Invitation forwarded"


@pytest.mark.parametrize(
    ("name", "email", "words"),
    [
        ("", "m@kings.sch.uk", "Enter your colleague’s name"),
        ("Maria", "", "Enter your colleague’s email address"),
        ("Maria", "not an address", "Enter an email address in the correct format"),
        ("Maria", "a@b", "Enter an email address in the correct format"),
        ("Maria", "a@b.c, d@e.f", "Enter an email address in the correct format"),
        ("Maria", "x" * 300 + "@kings.sch.uk", "Enter an email address in the correct format"),
    ],
)
async def test_a_colleague_that_cannot_be_reached_is_asked_for_again(
    invited: Browser, name: str, email: str, words: str
) -> None:
    await invited.follow("No, forward to a colleague")
    await invited.press("Send invitation", name=name, email=email)
    assert invited.status == 422
    assert words in invited.page.text
    assert ("name", name) in invited.page.forms[0].values


async def test_everything_wrong_with_a_form_is_said_at_once(invited: Browser) -> None:
    await invited.follow("No, forward to a colleague")
    await invited.press("Send invitation", name="", email="nowhere")
    assert invited.page.links["Enter your colleague’s name"] == "#name"
    assert (
        invited.page.links["Enter an email address in the correct format, like name@school.sch.uk"]
        == "#email"
    )


async def test_declining_and_changing_ones_mind(invited: Browser) -> None:
    await invited.follow("Decline this invitation")
    await invited.press("Decline invitation")
    assert invited.h1 == "Invitation declined"
    await invited.press("Begin again")
    assert invited.h1 == "Do you have the authority to share this data?"


async def test_a_declined_school_can_be_invited_again(
    invited: Browser, web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    old = invited.path
    await invited.follow("Decline this invitation")
    await invited.press("Decline invitation")
    await register(web)
    await stand_in.do_due()
    assert len(mailbox.received) == 2
    await invited.open(mailbox.newest_link)
    assert invited.h1 == "Do you have the authority to share this data?"
    assert "newer invitation" not in invited.page.text
    await invited.open(old)
    assert invited.h1 == "Do you have the authority to share this data?"
    assert "A newer invitation was sent to James Walters on 23 November 2026" in invited.page.text


async def test_a_selection_pauses_sharing_until_it_is_finished(
    invited: Browser,
    stand_in: XporterSimulator,
    clock: ManualClock,
    partner: Partner,
    web: httpx.AsyncClient,
) -> None:
    await _authorise(invited, "selection")
    await invited.press("Install now")
    await stand_in.do_due()
    secret = partner.posted[0]["schoolSecret"]
    answer = await get_token(web, estab="3302005", password=secret)
    assert answer["AuthorisationPaused"] is True
    await invited.follow("Finish selection")
    await invited.press("Finish selection")
    assert "Select at least one group of people" in invited.page.text
    await invited.press("Finish selection", groups=["Year 7", "Teaching staff", "Year 99"])
    assert "Year 7, Teaching staff" in invited.page.text
    assert "Year 99" not in invited.page.text
    assert (await get_token(web, estab="3302005", password=secret))["token"]


async def test_the_portal_pauses_resumes_and_withdraws(
    invited: Browser, stand_in: XporterSimulator, partner: Partner, web: httpx.AsyncClient
) -> None:
    async def token() -> dict[str, object]:
        return await get_token(web, estab="3302005", password=partner.posted[0]["schoolSecret"])

    await _authorise(invited)
    await invited.press("Install now")
    await stand_in.do_due()
    await invited.open("/portal")
    assert invited.h1 == "King's School"
    await invited.press("Pause sharing")
    assert (await token())["AuthorisationPaused"] is True
    await invited.press("Resume sharing")
    assert (await token())["token"]
    await invited.follow("Withdraw sharing")
    await invited.press("Withdraw sharing")
    assert "Sharing with Assembly Platform was withdrawn on 23 November 2026" in invited.page.text
    answer = await token()
    assert answer["token"] is None
    assert answer["ExceptionMessage"] == "Relying Party not found for estab or secret not correct"


async def test_withdrawing_calls_off_the_installation_and_what_was_still_to_be_told(
    invited: Browser, stand_in: XporterSimulator, partner: Partner, clock: ManualClock
) -> None:
    await _authorise(invited)
    await invited.press("Install now")
    await invited.follow("Groupcall School Portal")
    await invited.follow("Withdraw sharing")
    await invited.press("Withdraw sharing")
    clock.advance(timedelta(days=1))
    await stand_in.do_due()
    assert partner.posted == []
    await invited.press("Authorise sharing")
    assert invited.h1 == "Do you have the authority to share this data?"


async def test_authorising_again_makes_a_new_secret_and_the_old_one_dies(
    invited: Browser,
    stand_in: XporterSimulator,
    partner: Partner,
    clock: ManualClock,
    web: httpx.AsyncClient,
    mailbox: Mailbox,
) -> None:
    await _authorise(invited)
    await invited.press("Install now")
    clock.advance(timedelta(seconds=3))
    await stand_in.do_due()
    await stand_in.do_due()
    old = partner.posted[-1]["schoolSecret"]
    assert (await register(web))["Schools"][0]["Status"] == "OK"
    await stand_in.do_due()
    await invited.open(mailbox.newest_link)
    assert "already shares data with Assembly Platform" in invited.page.text
    assert (await get_token(web, estab="3302005", password=old))["token"]
    await _authorise(invited)
    assert invited.h1 == "All done"
    await stand_in.do_due()
    assert len(partner.posted) == 3
    new = partner.posted[-1]
    assert new["installcomplete"] == "true"
    assert (await get_token(web, estab="3302005", password=old))["token"] is None
    assert (await get_token(web, estab="3302005", password=new["schoolSecret"]))["token"]


async def test_another_mis_must_be_installed_anew(
    invited: Browser, stand_in: XporterSimulator, clock: ManualClock, web: httpx.AsyncClient
) -> None:
    await _authorise(invited)
    await invited.press("Install now")
    clock.advance(timedelta(seconds=3))
    await stand_in.do_due()
    await invited.open("/portal")
    await invited.press("Change what is shared")
    await invited.press("Proceed")
    await invited.press("Continue", mis="arbor")
    await invited.press("Continue")
    await invited.press("Continue")
    await invited.press("Authorise Sharing")
    assert invited.h1 == "When should we connect to your MIS?"


async def test_declining_a_second_invitation_leaves_the_first_answer_in_force(
    invited: Browser, web: httpx.AsyncClient, stand_in: XporterSimulator, partner: Partner
) -> None:
    await _authorise(invited)
    await invited.press("Install now")
    await register(web)
    await invited.open(f"/authorise/{invited.path.split('/')[-2]}")
    await invited.follow("Decline this invitation")
    assert "will go on receiving" in invited.page.text
    await invited.press("Decline invitation")
    assert invited.h1 == "Sharing is authorised"


async def test_the_portal_of_a_browser_that_opened_no_link_says_how_to(browser: Browser) -> None:
    await browser.open("/portal")
    assert browser.status == 200
    assert browser.h1 == "Open your school’s portal"
    assert browser.page.links["Back to Assembly"] == "http://assembly.test/connector"


async def test_opening_a_link_decides_nothing(
    invited: Browser, mailbox: Mailbox, stand_in: XporterSimulator, partner: Partner
) -> None:
    for _ in range(5):
        await invited.open(mailbox.newest_link)
    await stand_in.do_due()
    assert invited.h1 == "Do you have the authority to share this data?"
    assert partner.posted == []
