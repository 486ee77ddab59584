"""SchoolBooking with an Assembly of its own to talk to, for tests of the one without the other."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database
from simulators.schoolbooking.api_client import ACCEPT
from simulators.schoolbooking.application import SchoolBooking
from simulators.schoolbooking.oauth import challenge_of
from simulators.schoolbooking.requested_scopes import PARENT_MEETINGS, REQUIRED
from simulators.schoolbooking.router import router

ASSEMBLY = "http://assembly.test"
PATH = "/simulator/schoolbooking"
CLIENT_ID, CLIENT_SECRET = "app_schoolbooking", "a-secret"
EVERY_SCOPE = (*REQUIRED, *PARENT_MEETINGS)
LESSON = {
    "object": "lesson",
    "id": 901,
    "type": "Scheduled",
    "start_date": "2026-11-24T09:00:00Z",
    "end_date": "2026-11-24T10:00:00Z",
    "group": {"id": 31, "name": "9A/Ma1", "subject": {"id": 5, "code": "MA", "name": "Maths"}},
    "supervisors": [{"object": "supervisor", "staff_member_id": 11, "role": "Teacher"}],
    "rooms": [{"object": "room", "id": 21, "code": "M1", "name": "Maths 1"}],
}
COVER = LESSON | {
    "id": 902,
    "type": "StaffCover",
    "start_date": "2026-11-25T09:00:00Z",
    "end_date": "2026-11-25T10:00:00Z",
    "supervisors": [{"object": "supervisor", "staff_member_id": 12, "role": "Cover"}],
}


def a_day(number: int, name: str, falls_on: list[str], lessons: list[Any]) -> dict[str, Any]:
    """A day of a timetable with two periods, the first with these lessons."""
    first = {"object": "period", "id": 1, "short_name": "P1", "lessons": lessons}
    second = {"object": "period", "id": 2, "short_name": "P2", "lessons": []}
    return {
        "object": "day",
        "id": number,
        "long_name": name,
        "occurs_on": falls_on,
        "periods": [
            first | {"start_time": "09:00", "end_time": "10:00"},
            second | {"start_time": "10:00", "end_time": "11:00"},
        ],
    }


def a_school() -> dict[str, Any]:
    """Everything the API answers for a small school, by path; what is no list is one object."""
    timetable = {"object": "timetable", "id": 1, "name": "2026/2027"}
    year = {"start_date": "2026-09-01T00:00:00Z", "end_date": "2027-07-20T00:00:00Z"}
    return {
        "/school": {"object": "school", "name": "King's School", "town": "Bath", "urn": "100001"},
        "/academic_years": [{"id": 1, "name": "2026/2027", **year}],
        "/staff_members": [
            {
                "id": 11,
                "title": "Ms",
                "first_name": "Ada",
                "last_name": "Byron",
                "staff_code": "ABY",
                "email": None,
                "emails": [{"email": "a.byron@kings.sch.uk", "is_primary": True}],
                "is_teaching_staff": True,
            },
            {"id": 12, "title": "Mr", "first_name": "Ian", "last_name": "Able", "staff_code": None},
        ],
        "/groups": [
            {"id": 31, "name": "9A/Ma1", "type": "TeachingGroup", "student_ids": [1, 2]},
            {"id": 41, "name": "Austen", "type": "HouseGroup", "student_ids": [1, 2, 3]},
        ],
        "/teaching_groups": [
            {
                "id": 31,
                "name": "9A/Ma1",
                "subject": {"name": "Maths"},
                "supervisor_ids": [11],
                "student_ids": [1, 2],
            }
        ],
        "/registration_groups": [
            {"id": 51, "name": "9A", "supervisor_ids": [], "student_ids": [1, 2, 3]}
        ],
        "/rooms": [
            {"id": 21, "code": "M1", "name": "Maths 1", "maximum_capacity": 30},
            {"id": 22, "code": "HALL", "name": "Hall <Main>", "maximum_capacity": None},
        ],
        "/timetables": [timetable | year],
        "/timetables/1": timetable
        | year
        | {
            "days": [
                a_day(1, "Tuesday", ["2026-11-24", "2026-12-01"], [LESSON]),
                a_day(2, "Wednesday", ["2026-11-25"], [COVER]),
            ]
        },
        "/calendar_events": [
            {
                "id": 61,
                "name": "Half term",
                "type": "Holiday",
                "start_date": "2026-10-26",
                "end_date": "2026-10-30",
            },
            {"id": 62, "name": "Winter concert", "type": "Event", "start_date": "2026-12-10"},
        ],
    }


@dataclass
class AssemblyDouble:
    """Speaks as Assembly does (facts file, 2.3 to 2.6). Tests turn its dials."""

    clock: Clock
    school_id: int = 7
    school: dict[str, Any] = field(default_factory=a_school)
    scopes: tuple[str, ...] = REQUIRED
    synced_at: datetime | None = None
    changed_at: datetime | None = None
    trouble: Callable[[httpx.Request], httpx.Response | None] = lambda request: None
    last_modified: str = "Mon, 23 Nov 2026 08:00:00 GMT"
    unchanged: set[str] = field(default_factory=set)
    page_size: int = 1000
    calls: list[httpx.Request] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    access: str = ""
    refresh: str = ""
    is_revoked: bool = False
    has_ended: bool = False
    issued: int = 0

    def authorise(self, address: str) -> str:
        """Say yes to the request at this address; returns where the browser is sent."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked["code_challenge"]
        self.is_revoked = False
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What it says to a call."""
        self.calls.append(request)
        if (refused := self.trouble(request)) is not None:
            return refused
        path = request.url.path
        if path == "/oauth/token":
            return self._token(request)
        return self._api(request, path.removeprefix("/api"))

    def asked(self, path: str) -> list[httpx.Request]:
        """The calls for one path of the API."""
        return [call for call in self.calls if call.url.path == f"/api{path}"]

    def _token(self, request: httpx.Request) -> httpx.Response:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {basic}"
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if form["grant_type"] == "authorization_code":
            challenge = self.codes.pop(form["code"], None)
            is_good = challenge == challenge_of(form["code_verifier"])
        else:
            is_good = form["refresh_token"] == self.refresh and not self.is_revoked
        if not is_good:
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.issued += 1
        self.access, self.refresh = f"access-{self.issued}", f"refresh-{self.issued}"
        body = {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "token_type": "bearer",
            "level": "school",
            "expires_in": 86400,
            "school_id": self.school_id,
            "scopes": list(self.scopes),
        }
        return httpx.Response(200, json=body)

    def _api(self, request: httpx.Request, path: str) -> httpx.Response:
        assert request.headers["Accept"] == ACCEPT
        if request.headers["Authorization"] != f"Bearer {self.access}" or self.is_revoked:
            return httpx.Response(401, json={"error": "invalid_token", "message": "over"})
        if path == "/me":
            token = {"access_level": "school", "scopes": list(self.scopes)}
            return httpx.Response(200, json={"object": "application", "token": token})
        if path == "/school/status":
            return httpx.Response(200, json=self._status())
        if path == "/school/deauthorize":
            self.has_ended = self.is_revoked = True
            return httpx.Response(202)
        if path in self.unchanged and "If-Modified-Since" in request.headers:
            return httpx.Response(304)
        found = self.school.get(path)
        if not isinstance(found, list):
            return httpx.Response(200, json=found) if found else httpx.Response(404, json={})
        return self._page(request, found)

    def _page(self, request: httpx.Request, found: list[Any]) -> httpx.Response:
        page = int(request.url.params["page"])
        size = min(int(request.url.params["per_page"]), self.page_size)
        is_last = page * size >= len(found)
        headers = {
            "Last-Modified": self.last_modified,
            "Next-Page": "" if is_last else str(page + 1),
            "Total": str(len(found)),
        }
        return httpx.Response(200, json=found[(page - 1) * size : page * size], headers=headers)

    def _status(self) -> dict[str, Any]:
        def told(moment: datetime | None) -> str | None:
            return moment.replace(microsecond=0).isoformat() if moment else None

        return {
            "object": "school_status",
            "last_sync_at": told(self.synced_at),
            "last_changes_at": told(self.changed_at),
            "last_sync_status": "success" if self.synced_at else None,
        }

    def has_synced(self) -> None:
        """Its own sync ends now, with changes."""
        self.synced_at = self.changed_at = self.clock() + timedelta(seconds=1)


def a_booking(database: Database, clock: Clock, assembly: AssemblyDouble) -> SchoolBooking:
    """SchoolBooking, whose calls end at this Assembly."""
    return SchoolBooking(
        database,
        address=ASSEMBLY + PATH,
        assembly_address=ASSEMBLY,
        assembly_calls=ASSEMBLY,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        clock=clock,
        make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(assembly.answer)),
    )


def web_of(booking: SchoolBooking) -> httpx.AsyncClient:
    """A client of the app that serves it."""
    app = FastAPI()
    app.include_router(router(lambda: booking), prefix=PATH)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ASSEMBLY + PATH)
