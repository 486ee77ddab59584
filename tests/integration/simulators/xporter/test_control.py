"""The control API: the stand-in's world in the hands of whoever has the key."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    ESTAB,
    Mailbox,
    Partner,
    a_stand_in,
    get_token,
    register,
)

KEY = "a-control-key"


@pytest.fixture
def stand_in(
    database: Database, clock: ManualClock, mailbox: Mailbox, partner: Partner
) -> XporterSimulator:
    return a_stand_in(database, clock, mailbox, partner, control_key=KEY)


class Control:
    """Speaks to the control API with its key."""

    def __init__(self, web: httpx.AsyncClient, stand_in: XporterSimulator) -> None:
        self._web, self._stand_in = web, stand_in

    async def ask(
        self, path: str, method: str = "GET", *, status: int = 200, **body: object
    ) -> dict[str, Any]:
        """One call; what is then due is done."""
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = await self._web.request(method, f"/control/{path}", headers=headers, json=body)
        assert answer.status_code == status, answer.text
        await self._stand_in.do_due()
        return answer.json()

    async def do(self, action: str, *, status: int = 200, **body: object) -> dict[str, Any]:
        """Have the school do something."""
        return await self.ask(f"schools/{ESTAB}/{action}", "POST", status=status, **body)

    async def school(self) -> dict[str, Any]:
        """The one school there is."""
        (found,) = (await self.ask("schools"))["schools"]
        return found


@pytest.fixture
async def control(web: httpx.AsyncClient, stand_in: XporterSimulator) -> Control:
    await register(web)
    await stand_in.do_due()
    return Control(web, stand_in)


@pytest.fixture
async def secret(control: Control) -> str:
    """The secret of a school that has said yes and is installed."""
    return (await control.do("answer"))["secret"]


async def _read(web: httpx.AsyncClient, secret: str, endpoint: str) -> dict[str, Any]:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    path = f"/api/v1/School/{ESTAB}/{endpoint}"
    return (await web.get(path, headers={"Authorization": f"Idaas {token}"})).json()


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", f"Basic {KEY}", f"Idaas {KEY}"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_without_the_key_nothing_is_there(
    web: httpx.AsyncClient, stand_in: XporterSimulator, header: str | None, method: str
) -> None:
    headers = {"Authorization": header} if header else {}
    answer = await web.request(method, "/control/faults", headers=headers)
    assert answer.status_code == 404


async def test_a_stand_in_without_a_key_has_no_control(
    web: httpx.AsyncClient, stand_in: XporterSimulator
) -> None:
    stand_in.control_key = ""
    answer = await web.get("/control/schools", headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


async def test_a_school_that_was_invited_is_listed(control: Control) -> None:
    school = await control.school()
    assert (school["estab"], school["step"], school["authorised"]) == (ESTAB, "authority", False)


async def test_a_school_says_yes(control: Control, partner: Partner) -> None:
    made = await control.do("answer", mis="arbor", scopes=["Staff"])
    school = await control.school()
    assert (school["mis"], school["scopes"]) == ("arbor", ["School", "Staff"])
    assert (school["stage"], school["installed"]) == ("installed", True)
    assert [post["installcomplete"] for post in partner.posted] == ["false", "true"]
    assert partner.posted[-1]["schoolSecret"] == made["secret"] == school["secret"]


async def test_a_school_waits_in_the_queue_until_it_is_finished(control: Control) -> None:
    await control.do("answer", install="queue")
    assert (await control.school())["stage"] == "queued"
    await control.do("finish-installation")
    assert (await control.school())["installed"] is True
    await control.do("finish-installation", status=409)


async def test_a_school_has_not_decided_when_to_install(control: Control) -> None:
    await control.do("answer", install=None)
    assert (await control.school())["stage"] == "not_chosen"


async def test_pause_and_resume(control: Control, web: httpx.AsyncClient, secret: str) -> None:
    await control.do("pause")
    assert (await get_token(web, estab=ESTAB, password=secret))["AuthorisationPaused"] is True
    await control.do("resume")
    assert (await get_token(web, estab=ESTAB, password=secret))["token"]


async def test_a_selection_is_finished(control: Control, web: httpx.AsyncClient) -> None:
    secret = (await control.do("answer", people="selection"))["secret"]
    assert (await get_token(web, estab=ESTAB, password=secret))["token"] is None
    await control.do("select", status=422, groups=[])
    await control.do("select", groups=["Year 8"])
    rows = (await _read(web, secret, "Students"))["Students"]
    assert {" ".join(row["YearGroup"].split()) for row in rows} == {"Year 8"}


async def test_withdrawal(control: Control, web: httpx.AsyncClient, secret: str) -> None:
    await control.do("withdraw")
    assert (await get_token(web, estab=ESTAB, password=secret))["token"] is None
    await control.do("withdraw", status=409)


async def test_authorising_again_makes_a_new_secret(
    control: Control, web: httpx.AsyncClient, secret: str
) -> None:
    again = (await control.do("authorise-again"))["secret"]
    assert again != secret
    assert (await get_token(web, estab=ESTAB, password=secret))["token"] is None
    assert (await _read(web, again, "SchoolInfo"))["SchoolInfo"]


async def test_another_schools_mis_answers(
    control: Control, web: httpx.AsyncClient, secret: str
) -> None:
    await control.do("be-another-school", estab="9386789", name="Elsewhere")
    (row,) = (await _read(web, secret, "SchoolInfo"))["SchoolInfo"]
    assert (row["EstabId"], row["Name"]) == ("9386789", "Elsewhere")
    await control.do("be-another-school", estab="")
    (row,) = (await _read(web, secret, "SchoolInfo"))["SchoolInfo"]
    assert row["EstabId"] == ESTAB


async def test_the_clock_of_the_schools_moves_on(control: Control, clock: ManualClock) -> None:
    moved = await control.ask("clock", "POST", seconds=86_400)
    assert (moved["ahead_seconds"], moved["now"]) == (86_400, clock().isoformat())
    assert (await control.ask("clock", "POST", seconds=1))["ahead_seconds"] == 86_401
    await control.ask("clock", "POST", status=422, seconds=-1)
    await control.ask("clock", "POST", status=422, seconds=1e12)


async def test_faults_are_set_listed_and_cleared(control: Control, web: httpx.AsyncClient) -> None:
    await control.ask("faults", "POST", fault="down", endpoint="GetToken", calls=1)
    (listed,) = (await control.ask("faults"))["faults"]
    assert (listed["fault"], listed["calls_left"]) == ("down", 1)
    assert (await web.post("/api/oauth/GetToken")).status_code == 503
    assert (await web.post("/api/oauth/GetToken")).status_code == 200
    await control.ask("faults", "POST", fault="slow", seconds=1, for_seconds=60)
    assert await control.ask("faults", "DELETE") == {"cleared": 1}
    await control.ask("faults", "POST", status=422, fault="nonsense")
    await control.ask("faults", "POST", status=422, fault="down", for_seconds=1e300)
    await control.ask("faults", "POST", status=422, fault="down", calls=10**30)


async def test_mail_is_kept(control: Control, mailbox: Mailbox) -> None:
    (mail,) = (await control.ask("mail"))["mail"]
    assert (mail["to"], mail["subject"]) == (mailbox.newest["to"], mailbox.newest["subject"])
    assert mail["link"].endswith(mailbox.newest_token)


async def test_a_callback_is_sent_once_more(
    control: Control, partner: Partner, secret: str
) -> None:
    await control.do("resend-callback", times=2)
    while await control._stand_in.do_due():
        continue
    assert len(partner.posted) == 4
    assert partner.posted[1:] == [partner.posted[1]] * 3


@pytest.mark.parametrize(
    ("fault", "installed"),
    [
        ("callback_dropped", []),
        ("callback_duplicated", ["false", "false", "true", "true"]),
        ("callback_reordered", []),
    ],
)
async def test_callbacks_go_astray(
    control: Control, stand_in: XporterSimulator, partner: Partner, fault: str, installed: list[str]
) -> None:
    await control.ask("faults", "POST", fault=fault, estab=ESTAB)
    await control.do("answer")
    while await stand_in.do_due():
        continue
    assert [post["installcomplete"] for post in partner.posted] == installed


async def test_one_callback_overtakes_another(
    control: Control, stand_in: XporterSimulator, partner: Partner
) -> None:
    await control.ask("faults", "POST", fault="callback_reordered", calls=1)
    await control.do("answer")
    while await stand_in.do_due():
        continue
    assert [post["installcomplete"] for post in partner.posted] == ["true", "false"]


async def test_a_callback_comes_late(
    control: Control, stand_in: XporterSimulator, partner: Partner, clock: ManualClock
) -> None:
    await control.ask("faults", "POST", fault="callback_delayed", seconds=60, calls=1)
    await control.do("answer", install=None)
    assert partner.posted == []
    clock.advance(stand_in.queue_time * 8)
    await stand_in.do_due()
    assert len(partner.posted) == 1
    (told,) = (await control.ask("callbacks"))["callbacks"]
    assert told["delivered_at"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "nonsense"), ("POST", f"schools/{ESTAB}/dance"), ("POST", "schools/9999999/pause")],
)
async def test_what_there_is_not(control: Control, method: str, path: str) -> None:
    await control.ask(path, method, status=404)
