"""The form by which the owner of a mailbox chooses a name and a password of their own."""

from __future__ import annotations

from dataclasses import dataclass

from assembly_ui.accounts.errors import FieldProblem, FormRefused
from assembly_ui.accounts.fields import person_name
from assembly_ui.accounts.password_policy import check_password, check_same

FIELDS = ("name", "password", "password_confirmation")
"""In the order of the page."""


@dataclass(frozen=True)
class AccountForm:
    """What came in, unchecked."""

    name: object = ""
    password: object = ""
    password_confirmation: object = ""


async def check_account_form(
    form: AccountForm, *, email: str, personal: tuple[str, ...] = ()
) -> tuple[str, str]:
    """Return the name and the password if both may be used.

    `personal` holds what else the password must not be made of.

    Raises:
        FormRefused: with every field problem.
    """
    problems: dict[str, FieldProblem] = {}
    name = password = ""
    try:
        name = person_name(form.name)
    except FieldProblem as problem:
        problems["name"] = problem
    try:
        password = await check_password(form.password, personal=(email, name, *personal))
    except FieldProblem as problem:
        problems["password"] = problem
    try:
        check_same(form.password, form.password_confirmation)
    except FieldProblem as problem:
        problems["password_confirmation"] = problem
    if problems:
        raise FormRefused(problems)
    return name, password
