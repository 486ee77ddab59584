"""A client written from the vendor's descriptions alone works unchanged.

It does what public clients do: a form post for the token, the Idaas header, paths
and parameters in their spellings, `ExceptionMessage` as the only sign of failure,
pages while PageNumber < PageCount, and `changedRows`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import ESTAB, RELYING_PARTY, Mailbox, an_installed_school


class XporterError(Exception):
    """Raised for any body with an ExceptionMessage, as the Ruby gems do."""


@dataclass
class ForeignClient:
    """Knows addresses and secrets, and nothing of this repository."""

    http: httpx.AsyncClient
    estab: str
    secret: str
    token: str = ""

    async def log_in(self) -> None:
        answer = await self.http.post(
            "/idaas/sts/STS/GetToken",
            data={
                "estab": self.estab,
                "relyingParty": RELYING_PARTY,
                "password": self.secret,
                "thirdPartyId": "XporterOnDemand",
            },
        )
        self.token = self._checked(answer)["token"]

    async def get(self, endpoint: str, **params: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Idaas {self.token}", "Content-Type": "application/json"}
        path = f"/api/v1/School/{self.estab}/{endpoint}"
        return self._checked(await self.http.get(path, params=params, headers=headers))

    async def pages(self, endpoint: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        number = 1
        while True:
            body = await self.get(endpoint, page=number, pageSize=7, **params)
            yield body
            (paging,) = body["__pagination__"]
            if not paging["PageNumber"] < paging["PageCount"]:
                return
            number += 1

    @staticmethod
    def _checked(answer: httpx.Response) -> dict[str, Any]:
        body = answer.json()
        if body.get("ExceptionMessage"):
            raise XporterError(body["ExceptionMessage"])
        return body


@pytest.fixture
async def client(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> ForeignClient:
    school = await an_installed_school(web, stand_in, mailbox)
    made = ForeignClient(web, ESTAB, school.secret)
    await made.log_in()
    return made


async def test_every_page_brings_every_row_once(client: ForeignClient) -> None:
    rows = [row async for body in client.pages("students/") for row in body["Students"]]
    whole = (await client.get("Students"))["Students"]
    assert rows == whole
    assert len(rows) > 7


async def test_groups_with_members_by_page(client: ForeignClient) -> None:
    options = "includeStudentMembers,includeStaffMembers"
    bodies = [body async for body in client.pages("Groups", options=options)]
    whole = await client.get("groups", options=options)
    for table in ("Group", "StudentMembers", "StaffMembers"):
        assert [row for body in bodies for row in body[table]] == whole[table]


async def test_the_last_page_has_no_next_one(client: ForeignClient) -> None:
    bodies = [body async for body in client.pages("Staff")]
    first, last = bodies[0]["__pagination__"][0], bodies[-1]["__pagination__"][0]
    assert first["NextPage"] == "?page=2&pageSize=7"
    assert last["NextPage"] is None
    assert (first["PageSize"], first["RowCount"]) == (7, last["RowCount"])
    assert first["PageCount"] == len(bodies)


async def test_changes_by_page(client: ForeignClient) -> None:
    bodies = [body async for body in client.pages("Students", changedRows="*")]
    rows = [row for body in bodies for row in body["Students"]]
    assert rows == (await client.get("Students"))["Students"]
    following = bodies[-1]["__changedRows__"][0]["NextChangedRows"]
    later = [body async for body in client.pages("Students", changedRows=following)]
    assert [body["Students"] for body in later] == [[]]


async def test_a_wrong_secret_is_told_by_its_message(client: ForeignClient) -> None:
    client.secret = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(XporterError, match="Relying Party not found for estab or secret"):
        await client.log_in()


async def test_what_does_not_exist_is_told_by_its_message(client: ForeignClient) -> None:
    with pytest.raises(XporterError, match="Endpoint not found"):
        await client.get("Nonsense")
