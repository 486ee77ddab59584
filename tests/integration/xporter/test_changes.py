"""Following a school's changes through the client gives exactly what the service holds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.clock import ManualClock
from assembly_ui.xporter import errors
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.reading import PAGED_TRIES, Reading
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import NULLS, a_client
from tests.factories.xporter_tables import UNKNOWN, Tables, TableService, a_row

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GROUPS = Query.of("Groups", options=["includeStudentMembers"])

ids = st.integers(0, 11).map(str)


@dataclass(frozen=True)
class Put:
    """A row comes, or changes."""

    table: str
    row_id: str
    value: int
    parent: str

    def __call__(self, service: TableService) -> None:
        service.tables[self.table][self.row_id] = a_row(self.row_id, self.value, self.parent)


@dataclass(frozen=True)
class Delete:
    """A row goes."""

    table: str
    row_id: str

    def __call__(self, service: TableService) -> None:
        service.tables[self.table].pop(self.row_id, None)


@dataclass(frozen=True)
class Forget:
    """The service forgets what it knew of what we have."""

    def __call__(self, service: TableService) -> None:
        service.snapshots.clear()


tables = st.sampled_from(["Group", "StudentMembers"])
events = st.one_of(
    st.builds(Put, tables, ids, st.integers(0, 3), ids),
    st.builds(Delete, tables, ids),
    st.builds(Forget),
)
services = st.builds(
    TableService,
    unknown=st.sampled_from(list(UNKNOWN)),
    are_hashes_fresh=st.booleans(),
    are_children_repeated=st.booleans(),
)


class Follower:
    """Keeps a copy of the tables, as whoever syncs does."""

    def __init__(self, client: XporterClient) -> None:
        self.client = client
        self.copy: Tables = {"Group": {}, "StudentMembers": {}}
        self.marker: Marker | None = None

    async def follow(self, page_size: int) -> None:
        """Bring the copy up to date."""
        reading = self.client.changes(DFE_NUMBER, SECRET, GROUPS, self.marker, page_size=page_size)
        given: Tables = {}
        is_full = None
        async for page in reading:
            if page.begins:
                given, is_full = {}, page.is_full
            assert page.is_full == is_full
            for table, rows in page.tables.items():
                given.setdefault(table, {}).update((row["Id"], row) for row in rows)
        assert reading.summary.is_full == is_full
        self._apply(given, reading)

    def _apply(self, given: Tables, reading: Reading) -> None:
        summary = reading.summary
        if summary.is_full:
            self.copy = {table: {} for table in self.copy}
        for table, gone in summary.deleted.items():
            for row_id in gone:
                self.copy[table].pop(row_id, None)
        for table, rows in given.items():
            self.copy[table].update(rows)
        self.marker = summary.marker and Marker.parse(str(summary.marker))


async def _following(service: TableService, sizes: list[int]) -> Follower:
    async with httpx.AsyncClient(transport=service.transport()) as http:
        follower = Follower(a_client(http, ManualClock(NOW)))
        for size in sizes:
            await follower.follow(size)
            assert follower.marker
            assert follower.copy == service.snapshots[follower.marker.hash]
    return follower


def _one_batch_before_each_answer(service: TableService, batches: list[list]) -> None:
    left = iter(batches)

    def happen() -> None:
        for event in next(left, []):
            event(service)

    service.before_answer = happen


@settings(deadline=None, max_examples=150)
@given(
    service=services,
    batches=st.lists(st.lists(events, max_size=4), max_size=30),
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=6),
)
def test_whatever_happens_at_whatever_moment_the_copy_is_what_the_service_held(
    service: TableService, batches: list[list], sizes: list[int]
) -> None:
    _one_batch_before_each_answer(service, batches)
    asyncio.run(_following(service, sizes))


@settings(deadline=None, max_examples=100)
@given(
    service=services,
    rounds=st.lists(st.lists(events, max_size=8), min_size=1, max_size=6),
    size=st.integers(1, 6),
)
def test_between_readings_every_change_arrives(
    service: TableService, rounds: list[list], size: int
) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(transport=service.transport()) as http:
            follower = Follower(a_client(http, ManualClock(NOW)))
            for batch in rounds:
                for event in batch:
                    event(service)
                await follower.follow(size)
                assert follower.copy == service.tables

    asyncio.run(run())


@settings(deadline=None, max_examples=100)
@given(
    rows=st.dictionaries(ids, st.integers(0, 3)),
    size=st.integers(1, 13),
    are_children_repeated=st.booleans(),
)
def test_all_pages_together_are_the_table(
    rows: dict[str, int], size: int, are_children_repeated: bool
) -> None:
    service = TableService(are_children_repeated=are_children_repeated)
    for row_id, value in rows.items():
        Put("Group", row_id, value, "")(service)
        Put("StudentMembers", row_id, value, row_id)(service)

    async def run() -> None:
        async with httpx.AsyncClient(transport=service.transport()) as http:
            client = a_client(http, ManualClock(NOW), page_size=size)
            read = await client.read(DFE_NUMBER, SECRET, GROUPS)
        for table, kept in service.tables.items():
            assert read.tables[table] == list(kept.values())

    asyncio.run(run())


@pytest.fixture
def tables_service() -> TableService:
    """Ten groups."""
    service = TableService()
    for number in range(10):
        Put("Group", str(number), 0, "")(service)
    return service


@pytest.fixture
def client(tables_service: TableService) -> XporterClient:
    return a_client(httpx.AsyncClient(transport=tables_service.transport()), ManualClock(NOW))


def _asked(service: TableService) -> list[tuple[str | None, str | None]]:
    return [(params.get("changedRows"), params.get("page")) for params in service.asked]


async def test_the_first_reading_asks_for_everything_the_next_for_what_changed(
    tables_service: TableService, client: XporterClient
) -> None:
    follower = Follower(client)
    await follower.follow(5)
    marker = follower.marker
    assert marker
    Put("Group", "3", 1, "")(tables_service)
    reading = client.changes(DFE_NUMBER, SECRET, GROUPS, marker, page_size=5)
    pages = [page async for page in reading]
    assert [page.tables["Group"] for page in pages] == [[a_row("3", 1)]]
    assert not reading.summary.is_full
    assert reading.summary.mis == "isams"
    assert reading.summary.collected_at == datetime(2026, 11, 23, 3, 0, 6, tzinfo=UTC)
    assert _asked(tables_service) == [("*", "1"), ("*", "2"), (marker.hash, "1")]
    assert all(asked["options"] == "includeStudentMembers" for asked in tables_service.asked)


async def test_the_ids_that_went_are_named_by_table(
    tables_service: TableService, client: XporterClient
) -> None:
    first = client.changes(DFE_NUMBER, SECRET, GROUPS)
    await first.collect()
    Delete("Group", "3")(tables_service)
    second = client.changes(DFE_NUMBER, SECRET, GROUPS, first.summary.marker)
    assert (await second.collect()).tables["Group"] == []
    assert second.summary.deleted == {"Group": ("3",)}


@pytest.mark.parametrize("unknown", UNKNOWN)
async def test_a_forgotten_marker_leads_to_a_full_reading(unknown: str) -> None:
    service = TableService(unknown=unknown)
    Put("Group", "1", 0, "")(service)
    forgotten = Marker("0" * 32, GROUPS.key(DFE_NUMBER))
    async with httpx.AsyncClient(transport=service.transport()) as http:
        reading = a_client(http, ManualClock(NOW)).changes(DFE_NUMBER, SECRET, GROUPS, forgotten)
        read = await reading.collect()
    assert read.summary.is_full
    assert read.tables["Group"] == [a_row("1", 0)]


async def test_a_marker_of_another_query_or_school_is_never_sent(
    tables_service: TableService, client: XporterClient
) -> None:
    first = client.changes(DFE_NUMBER, SECRET, GROUPS)
    await first.collect()
    other = Query.of("Groups", options=["includeSubjects"])
    for estab, query in [(DFE_NUMBER, other), ("3281110", GROUPS)]:
        reading = client.changes(estab, SECRET, query, first.summary.marker)
        await reading.collect()
        assert reading.summary.is_full
    assert {marker for marker, _ in _asked(tables_service)} == {"*"}


async def test_data_that_never_rest_are_read_in_one_answer_at_last(
    tables_service: TableService, client: XporterClient
) -> None:
    def happen() -> None:
        Put("Group", str(100 + len(tables_service.asked)), 0, "")(tables_service)

    tables_service.before_answer = happen
    read = await client.pages(DFE_NUMBER, SECRET, GROUPS, page_size=2).collect()
    assert read.tables["Group"] == list(tables_service.tables["Group"].values())
    assert [page for _, page in _asked(tables_service)] == ["1", "2"] * PAGED_TRIES + [None]


async def test_rows_that_went_while_the_pages_were_turned_are_no_error(
    tables_service: TableService, client: XporterClient
) -> None:
    def happen() -> None:
        if len(tables_service.asked) == 2:
            tables_service.tables["Group"].clear()

    tables_service.before_answer = happen
    read = await client.pages(DFE_NUMBER, SECRET, GROUPS, page_size=4).collect()
    assert read.tables["Group"] == []


async def test_a_reading_that_begins_anew_says_so(
    tables_service: TableService, client: XporterClient
) -> None:
    def happen() -> None:
        if len(tables_service.asked) == 1:
            Delete("Group", "0")(tables_service)

    tables_service.before_answer = happen
    pages = [page async for page in client.pages(DFE_NUMBER, SECRET, GROUPS, page_size=5)]
    assert [page.begins for page in pages] == [True, True, False]


async def test_a_collection_between_two_pages_shows_by_its_time(client: XporterClient) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/GetToken"):
            return service.answer(request)
        body = service.answer(request).json()
        body["meta"][0]["DateTime"] = f"2026-11-23T03:00:0{min(len(service.asked), 2)}"
        return httpx.Response(200, json=body)

    service = TableService()
    for number in range(4):
        Put("Group", str(number), 0, "")(service)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        patient = a_client(http, ManualClock(NOW), page_size=2)
        pages = [page async for page in patient.pages(DFE_NUMBER, SECRET, GROUPS)]
    assert [page.begins for page in pages] == [True, True, False]


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, errors.RateLimited), (503, errors.ServiceDown), (504, errors.TooSlow)],
)
async def test_a_failure_that_is_not_about_the_marker_is_a_failure(
    status: int, error: type[errors.XporterError]
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/GetToken"):
            return TableService().answer(request)
        asked.append(request.url.params["changedRows"])
        return httpx.Response(status, json=NULLS)

    marker = Marker("1" * 32, GROUPS.key(DFE_NUMBER))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        with pytest.raises(error):
            await (
                a_client(http, ManualClock(NOW))
                .changes(DFE_NUMBER, SECRET, GROUPS, marker)
                .collect()
            )
    assert "*" not in asked


async def test_an_endpoint_that_is_not_tracked_is_read_in_full_every_time() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/GetToken"):
            return TableService().answer(request)
        return httpx.Response(200, json={"Group": [a_row("1", 0)]})

    marker = Marker("1" * 32, GROUPS.key(DFE_NUMBER))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        client = a_client(http, ManualClock(NOW))
        read = await client.changes(DFE_NUMBER, SECRET, GROUPS, marker).collect()
    assert read.summary.is_full
    assert read.summary.marker is None
    assert read.tables == {"Group": [a_row("1", 0)]}


@pytest.mark.parametrize(
    "pagination",
    [{"PageNumber": 1, "PageCount": 2, "RowCount": 2}, {"PageNumber": 7, "PageCount": 9}],
)
async def test_a_service_that_gives_another_page_than_asked_for_is_not_believed(
    pagination: dict[str, int],
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/GetToken"):
            return TableService().answer(request)
        return httpx.Response(200, json={"Group": [], "__pagination__": [pagination]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        with pytest.raises(errors.WrongShape):
            await a_client(http, ManualClock(NOW)).read(DFE_NUMBER, SECRET, GROUPS)


def test_there_is_no_summary_before_the_end(client: XporterClient) -> None:
    with pytest.raises(RuntimeError):
        _ = client.pages(DFE_NUMBER, SECRET, GROUPS).summary


def test_a_marker_survives_a_database_column() -> None:
    marker = Marker("A" * 32, GROUPS.key(DFE_NUMBER))
    assert Marker.parse(str(marker)) == marker
    assert len(str(marker)) == 49
    for stored in ("", "nonsense", ":", "a:", ":b"):
        assert Marker.parse(stored) is None
