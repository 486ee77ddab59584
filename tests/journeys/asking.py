"""Apps that ask: what a browser does that an app sends to Assembly."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from assembly_ui.apps.pkce import s256
from tests.journeys.person import Person

APP = "SchoolBooking"
CLIENT = "app_schoolbooking"
REQUIRED = (
    "school calendar timetables timetables.cover groups registration_groups teaching_groups "
    "staff_members.basic staff_members.emails"
)
OPTIONAL = "students.basic contacts.basic contacts.emails"


PROOF = {"code_challenge": s256("v" * 43), "code_challenge_method": "S256"}


async def asks(person: Person, *, scope: str = REQUIRED, optional: str = OPTIONAL) -> None:
    """The app sends this person to Assembly, with a state to come back with."""
    server = person.server.address
    asked = {
        "client_id": CLIENT,
        "redirect_uri": f"{server}/simulator/schoolbooking/callback",
        "scope": " ".join([scope, *(f"{name}:optional" for name in optional.split())]),
        "state": "kept as it is",
        **PROOF,
    }
    await person.goes_to(f"/oauth/authorize?{urlencode(asked)}")


async def answer(person: Person, button: str) -> dict[str, str]:
    """Press this button; what the app is told when the browser comes back to it."""
    back = re.compile(r"/simulator/schoolbooking/callback\?")
    async with person.page.expect_request(back) as coming:
        await person.clicks(button)
    query = parse_qs(urlsplit((await coming.value).url).query)
    await person.page.wait_for_url(re.compile("/simulator/schoolbooking/"))
    return {name: values[0] for name, values in query.items()}
