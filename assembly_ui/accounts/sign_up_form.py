"""The sign-up form: its fields, each checked alone and all together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.accounts import invite_codes
from assembly_ui.accounts.emails import usable_email
from assembly_ui.accounts.errors import FieldProblem, FormRefused
from assembly_ui.accounts.fields import person_name
from assembly_ui.accounts.password_policy import check_password, check_same
from assembly_ui.accounts.typos import likely_meant
from assembly_ui.db.database import Database

FIELDS = ("invite_code", "name", "email", "password", "password_confirmation")
"""In the order of the page."""


@dataclass(frozen=True)
class SignUpForm:
    """What came in, whatever it is."""

    invite_code: object = ""
    name: object = ""
    email: object = ""
    password: object = ""
    password_confirmation: object = ""


@dataclass(frozen=True)
class CheckedForm:
    """What may be kept."""

    invite_code: str
    name: str
    email: str
    password: str


@dataclass(frozen=True)
class FieldCheck:
    """What there is to say about one field: a problem, or a likely slip."""

    problem: FieldProblem | None = None
    did_you_mean: str | None = None


async def check_field(
    database: Database, field: str, form: SignUpForm, *, check_dns: bool, now: datetime
) -> FieldCheck:
    """Check the one field a person has just left, in the light of the others.

    Raises:
        KeyError: the form has no such field.
    """
    try:
        value = await _checked(database, field, form, check_dns=check_dns, now=now)
    except FieldProblem as problem:
        return FieldCheck(problem=problem)
    return FieldCheck(did_you_mean=likely_meant(value) if field == "email" else None)


async def check_form(
    database: Database, form: SignUpForm, *, check_dns: bool, now: datetime
) -> CheckedForm:
    """Check every field.

    Raises:
        FormRefused: with every problem of the form, in the order of the page.
    """
    problems: dict[str, FieldProblem] = {}
    values: dict[str, str] = {}
    for field in FIELDS:
        try:
            values[field] = await _checked(database, field, form, check_dns=check_dns, now=now)
        except FieldProblem as problem:
            problems[field] = problem
    if problems:
        raise FormRefused(problems)
    return CheckedForm(values["invite_code"], values["name"], values["email"], values["password"])


async def _checked(
    database: Database, field: str, form: SignUpForm, *, check_dns: bool, now: datetime
) -> str:
    match field:
        case "invite_code":
            return await _invite_code(database, form.invite_code, now=now)
        case "name":
            return person_name(form.name)
        case "email":
            return await usable_email(form.email, deliverable=check_dns)
        case "password":
            return await check_password(form.password, personal=_personal(form))
        case "password_confirmation":
            return check_same(form.password, form.password_confirmation)
    raise KeyError(field)


async def _invite_code(database: Database, value: object, *, now: datetime) -> str:
    code = invite_codes.parse_code(value)
    async with database.read() as session:
        await invite_codes.find_usable(session, code, now=now)
    return code


def _personal(form: SignUpForm) -> tuple[str, ...]:
    words = (form.invite_code, form.name, form.email)
    return tuple(word.strip() for word in words if isinstance(word, str))
