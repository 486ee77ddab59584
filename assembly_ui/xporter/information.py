"""What the service says about itself and us: scopes, queries, usage, logs, who is authorised.

Facts file, sections 1, 4 and 7.1. Recorded calls were made with a school's token.
Whether our own is good for them too is not known: naming no school tries it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from assembly_ui.xporter import wire
from assembly_ui.xporter.calls import Calls, School
from assembly_ui.xporter.errors import WrongShape
from assembly_ui.xporter.records import AuthorisedSchool, Key, Token, TokenDetails
from assembly_ui.xporter.wire import Flag, Names, Text, Whole, Wire


class TokenDetailsAnswer(Wire):
    """TokenDetails."""

    estab: Text = ""
    name: Text = ""
    scopes: Names = ()
    expires: Text = ""


class Scope(Wire):
    """A scope that schools can grant."""

    name: Text = ""
    category: Text = ""
    description: Text = ""


class Offer(Wire):
    """An endpoint the token may call; `scope` with `,` for or and `&` for and."""

    id: Text = ""
    version: Text = ""
    method: Text = ""
    path: Text = ""
    scope: Text = ""
    description: Text = ""
    documentation: Text = Field("", repr=False)
    options: Text = ""
    parameters: Text = ""
    published: Flag = None


class MonthOfUse(Wire):
    """Calls of a month, yyyy-MM."""

    month: Text = ""
    count: Whole = None


class AreaOfUse(Wire):
    """Calls of one kind."""

    area: Text = ""
    total: Whole = None
    today: Whole = None
    this_month: Whole = None
    history: Annotated[tuple[MonthOfUse, ...], BeforeValidator(wire.objects)] = ()


class Usage(Wire):
    """How much was called for a school."""

    estab: Text = ""
    rp: Text = ""
    areas: Annotated[tuple[AreaOfUse, ...], BeforeValidator(wire.objects)] = ()


class PeopleSelection(Wire):
    """Whom a school shares: the listed people only (`is_opt_in`), or all but them."""

    is_opt_in: Flag = None
    estab: Text = ""
    relying_party: Text = ""
    mis: Text = ""
    student_ids: Names = ()
    staff_ids: Names = ()
    contact_ids: Names = ()
    other_ids: Names = ()


class SchoolToken(Wire):
    """One of `Tokens` in the answer of GetXodSchoolTokens. Its `expires` is a guess."""

    estab: Text = ""
    token: Text = Field("", repr=False)
    expires: Text = ""


class InformationCalls(Calls):
    """The calls that are about no data of a school."""

    async def token_details(self, estab: str, key: Key) -> TokenDetails:
        """What the key is good for: which school, which scopes."""
        answer = await self._information("/TokenDetails", (estab, key))
        read = TokenDetailsAnswer.read(answer)
        if not read.estab:
            raise WrongShape
        return TokenDetails(read.estab, read.name, read.scopes, self._time(read.expires))

    async def scopes(self, school: School | None = None) -> list[Scope]:
        """All scopes there are."""
        answer = await self._information("/Scopes", school)
        return Scope.read_all(wire.table(answer, "Scopes"))

    async def queries(self, school: School | None = None) -> list[Offer]:
        """The endpoints that the token may call."""
        answer = await self._information("/Queries", school)
        return Offer.read_all(wire.table(answer, "Endpoints"))

    async def usage(self, school: School | None = None) -> list[Usage]:
        """How much we called, by school and kind of call."""
        answer = await self._information("/Usage", school)
        return Usage.read_all(wire.table(answer, "Usage"))

    async def logs(
        self,
        school: School | None = None,
        *,
        tracking_id: str = "",
        starting_at: str = "",
        take: int | None = None,
    ) -> list[dict[str, Any]]:
        """What the service logged of our calls, as it comes: its shape is not known."""
        said = {"trackingId": tracking_id, "startingAt": starting_at, "take": str(take or "")}
        params = {name: value for name, value in said.items() if value}
        return _only_table(await self._information("/Logs", school, params))

    async def gdpr_ids(self, estab: str, key: Key) -> list[PeopleSelection]:
        """Whom the school shares or leaves out."""
        answer = await self._information("/GDPRIDs", (estab, key))
        return PeopleSelection.read_all(wire.table(answer, "GDPR"))

    async def prove(self) -> None:
        """Check that the service answers, and accepts our application, by a new token.

        Raises:
            OurCredentialsRefused: it does not accept us.
        """
        await self._access.prove()

    async def authorised_schools(self) -> list[AuthorisedSchool]:
        """All schools whose authorisation of us is in force, by which a lost callback shows.

        Raises:
            OurCredentialsRefused: the service does not accept our application.
        """
        call = self._get(
            self._dialect.school_tokens_path,
            self._timeouts.info,
            {"applicationid": self._relying_party},
        )
        answer = await self._access.as_application(call)
        found = SchoolToken.read_all(wire.table(answer, "Tokens"))
        return [
            AuthorisedSchool(one.estab, Token(one.token, self._time(one.expires)))
            for one in found
            if one.estab and one.token
        ]

    async def find_schools(
        self,
        words: str = "",
        *,
        la_code: str = "",
        estab_code: str = "",
        postcode: str = "",
        telephone: str = "",
        limit: int = 20,
        is_closed_included: bool = False,
        school: School | None = None,
    ) -> list[dict[str, Any]]:
        """Schools of EduBase, open ones unless asked otherwise; as they come, like logs."""
        said = {
            "q": words,
            "la_code": la_code,
            "estab_code": estab_code,
            "postcode": postcode,
            "telephone": telephone,
            "limit": str(limit),
            "options": "includeClosed" if is_closed_included else "",
        }
        params = {"id": "edubase.search"} | {name: value for name, value in said.items() if value}
        return _only_table(await self._information("/RunQuery/", school, params))


def _only_table(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects of all lists in an answer whose shape is published nowhere."""
    lists = [wire.rows(answer, name) for name, found in answer.items() if isinstance(found, list)]
    if not lists:
        raise WrongShape
    return [row for rows in lists for row in rows if isinstance(row, dict)]
