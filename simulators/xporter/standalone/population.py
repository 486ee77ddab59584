"""The schools a stand-in that runs alone begins with: all but the last are installed.

Everything about them follows from the seed, except the secrets: those follow from a
random key. A client's configuration outlives a restart while that key is kept.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from simulators.xporter.auto_consent import ConsentChoices, give_consent
from simulators.xporter.models import Install, Sharing
from simulators.xporter.registration import register_schools
from simulators.xporter.request_bodies import members
from simulators.xporter.scopes import EVERYTHING
from simulators.xporter.simulator import XporterSimulator

RELYING_PARTY = "app.example.dev"
NAMES = (
    "Kingsbridge School",
    "St Aldhelm's College",
    "Whitlow Hall School",
    "Ravensmere School",
    "The Cathedral School, Penfold",
    "Oakhurst Ladies' College",
    "Bramley Grange School",
    "Lansdale School",
)
FIRST_ESTAB = 3_281_101
"""Numbers of the service's own test schools begin here."""


@dataclass(frozen=True)
class FirstSchool:
    """A school the stand-in begins with."""

    estab: str
    name: str
    secret: str


def derived_guid(key: str, *names: str) -> str:
    """A secret that follows from the key; secrets of the service look like this."""
    digest = hmac.digest(key.encode(), ".".join(names).encode(), "sha256")
    return str(UUID(bytes=digest[:16], version=4))


def first_schools(seed: int, count: int, key: str) -> list[FirstSchool]:
    """So many schools, the same for the same seed; their secrets follow from `key`."""
    made = []
    for number in range(count):
        estab = str(FIRST_ESTAB + number)
        again = number // len(NAMES)
        name = NAMES[(number + seed) % len(NAMES)] + (f" {again + 1}" if again else "")
        made.append(FirstSchool(estab, name, derived_guid(key, "school", estab)))
    return made


async def populate(stand_in: XporterSimulator, schools: list[FirstSchool]) -> None:
    """Have each school invited, authorised and installed, the last one queued.

    Whoever was made by an earlier run stays as it is.
    """
    there = {school.estab for school in await sharings(stand_in)}
    for school in schools:
        if school.estab in there:
            continue
        await _invite(stand_in, school)
        in_queue = school is schools[-1] and len(schools) > 1
        install = Install.QUEUE if in_queue else Install.NOW
        await give_consent(
            stand_in,
            estab=school.estab,
            answers=ConsentChoices(install=install, secret=school.secret),
        )
    while await stand_in.do_due():
        continue


async def sharings(stand_in: XporterSimulator) -> list[Sharing]:
    """Every school the stand-in knows."""
    async with stand_in.database.read() as session:
        query = select(Sharing).where(Sharing.relying_party == stand_in.relying_party)
        return list((await session.exec(query.order_by(col(Sharing.estab)))).all())


async def _invite(stand_in: XporterSimulator, school: FirstSchool) -> None:
    wanted = {
        "LeaCode": school.estab[:3],
        "DfesCode": school.estab[3:],
        "SchoolName": school.name,
        "SchoolContactFirstName": "Alex",
        "SchoolContactLastName": "Hartley",
        "SchoolContactEmail": f"it@{school.estab}.sch.example",
        "SchoolContactPhone": "020 7946 0000",
        "PartnerApplicationId": stand_in.relying_party,
        "PartnerName": "Example Application",
        "PartnerRegisteredEmail": "help@example.dev",
        "ScopesToAuthorise": [scope.name for scope in EVERYTHING],
        "WeAcceptGroupcallUsagePolicy": True,
    }
    await register_schools(
        stand_in.database,
        body=members({"RegistrationType": "Test", "Schools": [wanted]}),
        relying_party=stand_in.relying_party,
        now=stand_in.clock(),
    )
