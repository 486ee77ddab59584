"""The user guide, step by step, word for word."""

from __future__ import annotations

import pytest

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person

WAYS_TO_FIND_A_SCHOOL = {
    "name": ("Aldgate Scho", "The Aldgate School"),
    "postcode": ("EC2Y 8BB", "City of London School for Girls"),
    "local authority": ("City of London", "City of London School"),
}


async def test_step_1_create_an_assembly_account(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    await james.goes_to("/sign-up")
    await james.sees(
        "Whilst we are in Beta only invited schools can sign up.",
        "Your full name. We'll ask for your school name as part of the next step.",
        "Your email address, we will need to verify this by sending you an email.",
        "8 characters minimum",
        "Please type carefully...",
        "Important",
        "By signing your school up to the Assembly Platform you agree to our terms of service. "
        "We recommend you read this document in full before continuing.",
    )
    await steps.sign_up(james, email)
    await james.sees(
        "Thanks for signing up to Assembly, a message with a confirmation link has been sent to "
        "your email address. Please check your mailbox and follow the link to activate your "
        "account.",
        "Already confirmed?",
        "Not received confirmation email?",
        "Forgotten password?",
    )
    phone = await someone()
    await steps.confirm_on_another_device(phone, email)
    # The page that waited moves on by itself.
    await james.sees_heading("Log in")


@pytest.mark.parametrize("way", WAYS_TO_FIND_A_SCHOOL)
async def test_step_2_school_information(someone: SessionOf, way: str) -> None:
    typed, name = WAYS_TO_FIND_A_SCHOOL[way]
    james = await _signed_up(await someone())
    await james.sees_heading("School Setup")
    await james.sees(
        "We just need a few details to get your school setup",
        "Search for your school by name, local authority or postcode below. You can start by "
        "entering the first few characters.",
        "Telling us which MIS your school uses will allow us to better help you with the "
        "installation process.",
    )
    await steps.set_up_school(james, typed, name)
    await james.sees(name)


async def test_steps_3_and_4_from_no_data_to_connected(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    await steps.sign_up(james, email)
    await steps.confirm(james, email)
    await steps.log_in(james, email)
    await steps.set_up_school(james, "Charterhouse Square", "Charterhouse Square School")
    await james.sees(
        "We do not currently have any data for your school. Please check that the Assembly "
        "Connector is configured correctly. If you need help, please contact us.",
    )
    await steps.configure_connector(james)
    await james.sees(
        "You have not sent an invitation to allow Assembly to access your data in Xporter on "
        "Demand. You can start this process by granting access below.",
        "In order to connect to your school's data, you first need to set up Xporter on Demand "
        'and grant access to Assembly. Clicking the "Grant Access" button below will send an '
        "email to the school owner (James Walters) to authorize our connection.",
        "Once you have granted Assembly access to your data and have the Xporter on Demand "
        'connector installed, click "Test Connection" button below to confirm that a connection '
        "to your data can be established.",
        "Please get in touch with help@assembly.education if you have any problems.",
    )

    colleague = await _colleague_of(james, await someone())
    await colleague.goes_to("/connector")
    await colleague.sees_badge("Awaiting Invitation")

    invitation = await steps.grant_access(james, email)
    await james.sees(
        "Assembly cannot establish a connection with Xporter on Demand. You must grant Assembly "
        "access to your data and have installed the Xporter on Demand connector before we can "
        "process your data.",
        "Not Authorized",
        'An invitation was sent just now. Click the "Grant Access" below to begin or restart '
        "the authorization process",
        "Not Installed",
        "Onboarding Queue",
        "You can manage your data in Xporter on Demand through Groupcall School Portal. If you "
        "have any queries regarding Xporter on Demand contact support@groupcall.com. For "
        "anything else get in touch with help@assembly.education.",
    )
    await colleague.sees_badge("Awaiting Connection")

    await _sees_the_invitation(james, email)
    await steps.authorise(james, invitation, install="Join the onboarding queue")
    await colleague.sees_badge("Connected")
    # His page loads itself again until there is no more news, and would take him back.
    await james.sees_heading("All done")
    await james.goes_to("/connector")
    await james.sees_badge("Connected")
    await james.sees(
        "You have established a connection between Assembly and your data with Xporter on "
        "Demand. We will not extract any sensitive data until you have authorised an app.",
        "You're now ready to Authorise the SchoolBooking App!",
    )
    await james.clicks("Test Connection")
    await james.sees("Register match", "Scopes granted", "Right school", "Support bundle")


async def _signed_up(person: Person) -> Person:
    email = steps.an_address()
    await steps.sign_up(person, email)
    await steps.confirm(person, email)
    await steps.log_in(person, email)
    return person


async def _colleague_of(owner: Person, colleague: Person) -> Person:
    email = steps.an_address()
    await owner.goes_to("/users")
    await owner.fills(Email=email)
    await owner.clicks("Send invitation")
    message = await owner.mail_to(email)
    await colleague.goes_to(next(k["href"] for k in message["links"] if "/invitation" in k["href"]))
    await steps.accept_invitation(colleague, email)
    await owner.goes_to("/connector")
    return colleague


async def _sees_the_invitation(person: Person, email: str) -> None:
    message = await person.mail(steps.INVITATION_SUBJECT, to=email)
    for words in (
        "Setup data sync with Assembly Platform",
        "MIS Data Sync Invitation",
        "Dear James Walters",
        "You've been invited to share data from your MIS with Assembly Platform using "
        "Groupcall's trusted Xporter on Demand data sync services.",
        "Authorising the data flow will take less than a minute. Click the button below to get "
        "started!",
    ):
        assert words in " ".join(message["text"].split())
