"""SchoolRegister: whom a partner may have invited, and what is answered for each.

Facts known of Xporter on Demand, section 3. Messages not known are ours. Schools of one
request are answered each; the request is refused as a whole only when nothing in it can be
read, or when none of its schools is of the application that asks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select

from assembly_ui.db.database import Database, Session
from simulators.xporter import consent, scopes
from simulators.xporter.invitations import invite
from simulators.xporter.models import Sharing
from simulators.xporter.request_bodies import Members, members
from simulators.xporter.text_validation import is_email, line

MOST_SCHOOLS = 100
NOT_IN_EDUBASE = "School not found in EduBase"
WRONG_APPLICATION = "Unauthorized: ApplicationId header missing or incorrect"
_REQUIRED = (
    "SchoolName",
    "SchoolContactFirstName",
    "SchoolContactLastName",
    "SchoolContactEmail",
    "SchoolContactPhone",
    "PartnerName",
    "PartnerRegisteredEmail",
)
# A school may have no telephone and a person only one name.
_MAY_BE_EMPTY = {"SchoolContactFirstName", "SchoolContactLastName", "SchoolContactPhone"}
_ECHOED = ("LeaCode", "DfesCode", "SchoolName")


@dataclass(frozen=True)
class Wanted:
    """One school of a request, read and found good."""

    estab: str
    school_name: str
    contact: str
    email: str
    phone: str
    partner_name: str
    partner_email: str
    scopes: str
    auth_params: str


async def register_schools(
    database: Database, *, body: Members | None, relying_party: str, now: datetime
) -> dict[str, Any]:
    """Invite every school of the request that can be; the answer says which."""
    if problem := _problem_of_request(body, relying_party):
        return {"Message": problem}
    assert body is not None
    schools = [members(row) for row in body["schools"]]
    async with database.transaction() as session:
        answers = [
            await _register(database, session, school, relying_party, now) for school in schools
        ]
    return {"Schools": answers, "Message": None}


def _problem_of_request(body: Members | None, relying_party: str) -> str:
    if body is None:
        return "The request is invalid"
    if body.get("registrationtype") not in ("Live", "Test"):
        return "RegistrationType must be Live or Test"
    schools = body.get("schools")
    if not isinstance(schools, list) or not 1 <= len(schools) <= MOST_SCHOOLS:
        return f"Schools must be a list of 1 to {MOST_SCHOOLS} schools"
    partners = {_partner(members(row) or {}) for row in schools}
    return "" if relying_party in partners else WRONG_APPLICATION


def with_application(body: Members | None, application_id: str) -> Members | None:
    """The body with the application's id in every school that names none.

    The older form of the request has it in a header.
    """
    if body is None or not isinstance(body.get("schools"), list):
        return body
    named = [
        {"partnerapplicationid": application_id} | (members(row) or {}) if members(row) else row
        for row in body["schools"]
    ]
    return body | {"schools": named}


def is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Whether a request of the older form was signed with the management secret.

    The signature is `Groupcall` and the HMAC-SHA256 in hexadecimal digits, keyed by the
    secret, of base64(body + DateTime + secret).
    """
    scheme, _, signature = headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "groupcall":
        return False
    signed = base64.b64encode(body + f"{headers.get('datetime', '')}{secret}".encode())
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.strip().casefold().encode(), expected.encode())


def _partner(school: Members) -> str:
    name = school.get("partnerapplicationid")
    return name if isinstance(name, str) else ""


async def _register(
    database: Database,
    session: Session,
    school: Members | None,
    relying_party: str,
    now: datetime,
) -> dict[str, Any]:
    echo = {name: line((school or {}).get(name.casefold()), 200) for name in _ECHOED}
    if school is None:
        return echo | {"Status": "Error", "Message": "The school is not an object"}
    if problem := _problem_of_school(school, relying_party):
        return echo | {"Status": "Error", "Message": problem}
    wanted = _wanted(school)
    sharing = await _sharing_of(database, session, wanted, relying_party)
    await _invite(session, sharing, wanted, now)
    return echo | {"Status": "OK", "Message": None}


def _problem_of_school(school: Members, relying_party: str) -> str:
    if _partner(school) != relying_party:
        return WRONG_APPLICATION
    if not _is_in_edubase(school.get("leacode"), school.get("dfescode")):
        return NOT_IN_EDUBASE
    for name in _REQUIRED:
        value = school.get(name.casefold())
        if not isinstance(value, str) or not (line(value, 300) or name in _MAY_BE_EMPTY):
            return f"{name} is required"
    if not is_email(line(school["schoolcontactemail"], 300)):
        return "SchoolContactEmail is not a valid email address"
    if school.get("weacceptgroupcallusagepolicy") not in (True, "true", "True"):
        return "WeAcceptGroupcallUsagePolicy must be true"
    return ""


def _is_in_edubase(lea: object, dfes: object) -> bool:
    """Whether both numbers are of the right length and not all zeros.

    There is no register here, so every other school is taken to exist.
    """
    codes = (lea, 3), (dfes, 4)
    return all(
        isinstance(code, str) and re.fullmatch(rf"[0-9]{{{length}}}", code) and int(code)
        for code, length in codes
    )


def _wanted(school: Members) -> Wanted:
    first, last = (line(school[f"schoolcontact{part}name"], 80) for part in ("first", "last"))
    email = line(school["schoolcontactemail"], 254)
    return Wanted(
        estab=school["leacode"] + school["dfescode"],
        school_name=line(school["schoolname"], 200),
        contact=f"{first} {last}".strip() or email.partition("@")[0],
        email=email,
        phone=line(school["schoolcontactphone"], 60),
        partner_name=line(school["partnername"], 200),
        partner_email=line(school["partnerregisteredemail"], 254),
        scopes=scopes.asked(school.get("scopestoauthorise")),
        auth_params=line(school.get("authparams"), 300),
    )


async def _invite(session: Session, sharing: Sharing, wanted: Wanted, now: datetime) -> None:
    if sharing.authorised_at is None:
        # A school that shares already is known by its own name, whatever it is invited as.
        sharing.school_name, sharing.phone = wanted.school_name, wanted.phone
    sharing.partner_name, sharing.partner_email = wanted.partner_name, wanted.partner_email
    sharing.scopes_asked, sharing.auth_params = wanted.scopes, wanted.auth_params
    consent.ask(sharing, now=now)
    session.add(sharing)
    await session.flush()
    assert sharing.id is not None
    invite(session, sharing.id, to_name=wanted.contact, to_email=wanted.email, now=now)


async def _sharing_of(
    database: Database, session: Session, wanted: Wanted, relying_party: str
) -> Sharing:
    """The school's sharing, held until the transaction ends.

    Whoever invites a school for the first time at the same moment waits here.
    """
    query = select(Sharing).where(
        Sharing.relying_party == relying_party, Sharing.estab == wanted.estab
    )
    if found := (await session.exec(query.with_for_update())).first():
        return found
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    await session.exec(
        insert(Sharing)
        .values(
            relying_party=relying_party,
            estab=wanted.estab,
            school_name=wanted.school_name,
            partner_name=wanted.partner_name,
            partner_email=wanted.partner_email,
            scopes_asked=wanted.scopes,
        )
        .on_conflict_do_nothing(index_elements=["relying_party", "estab"])
    )
    return (await session.exec(query.with_for_update())).one()
