"""The handlers of the data pages, in every role's hands, live, and with hostile arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import sync_topic
from assembly_ui.schools.members import leave_school
from assembly_ui.schools.models import Role, School
from assembly_ui.sync import models
from assembly_ui.sync.in_force import read_chosen
from assembly_ui.sync.requests import want
from assembly_ui.web import data_list
from assembly_ui.web.live import tabs
from assembly_ui.web.pages.assessment_points import PointsState
from assembly_ui.web.pages.assessments.listed import AssessmentsState
from assembly_ui.web.pages.assessments.mapping import AssessmentMappingState
from assembly_ui.web.pages.changeset.state import ChangesetState
from assembly_ui.web.pages.changesets.held import HeldState
from assembly_ui.web.pages.changesets.listed import ChangesetsState
from assembly_ui.web.pages.changesets.now import SyncNowState
from assembly_ui.web.pages.results import ResultsState
from assembly_ui.web.pages.subjects.listed import SubjectsState
from assembly_ui.web.pages.subjects.mapping import SubjectMappingState
from assembly_ui.web.syncing import SyncState
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague
from tests.factories.schools import a_school
from tests.factories.source import a_record, a_source
from tests.factories.states import HOSTILE, Tab, notice, went_to
from tests.integration.schools.conftest import TabOf, cheap_bcrypt, parts, register, tab_of

__all__ = ["cheap_bcrypt", "parts", "register", "tab_of"]

LISTS = (
    SubjectsState,
    AssessmentsState,
    ResultsState,
    PointsState,
    ChangesetsState,
    ChangesetState,
    HeldState,
    SyncNowState,
    SyncState,
)


@dataclass
class Place:
    """A school with data and a held sync, its people, and their tabs."""

    database: Database
    school: School
    people: dict[str, Person]
    open: TabOf

    @property
    def school_id(self) -> int:
        return self.school.id or 0

    async def tab(self, role: str, path: str = "/") -> Tab:
        """A tab of whoever has this role."""
        return await self.open(self.people[role], at=self.school, path=path)

    async def announced(self, tab: Tab, kind: Any) -> Any:
        """What a State shows once the sync was announced."""
        state = await tab.state(kind)
        await state._show(await kind._read(sync_topic(self.school_id)))
        return state


@pytest.fixture
async def place(database: Database, clock: ManualClock, tab_of: TabOf) -> Place:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james, connected=True)
    ann = await a_colleague(database, school, Role.ADMIN, now=clock(), name="Ann Smith")
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    await a_source(database, school, now=clock(), results=60)
    await _a_held_sync(database, school.id or 0, clock)
    return Place(database, school, {"owner": james, "admin": ann, "viewer": vic}, tab_of)


async def _a_held_sync(database: Database, school_id: int, clock: ManualClock) -> None:
    """The first sync changed a student, and would have removed most of the rooms."""
    async with database.transaction() as session:
        changeset = models.Changeset(
            school_id=school_id,
            reason=models.Reason.SCHEDULE,
            started_at=clock(),
            finished_at=clock() + timedelta(seconds=4),
            outcome=models.Outcome.HELD,
        )
        session.add(changeset)
        await session.flush()
        number = changeset.id or 0
        counts = {
            "student": {"changed": 1, "total": 1},
            "room": {"removed": 90, "total": 100, "is_held": True},
        }
        session.add_all(
            models.ChangesetCount(changeset_id=number, kind=kind, **count)
            for kind, count in counts.items()
        )
        session.add(models.RecordKind(school_id=school_id, kind="room", total=100, held_in=number))
        session.add(
            models.RecordChange(
                changeset_id=number,
                kind="student",
                number=7,
                school_id=school_id,
                fields={"last_name": ["Adam", "Adams"], "dob": ["2014-03-01", "2014-03-02"]},
            )
        )
        session.add(a_record(school_id, "room", 1, "Lab 1", now=clock()))


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
async def test_every_member_sees_the_lists(place: Place, role: str) -> None:
    tab = await place.tab(role)
    for kind in LISTS:
        await tab.send(kind.load)
    subjects = await tab.state(SubjectsState)
    assert subjects.standing == "there"
    assert [line["subject"] for line in subjects.lines] == ["", "French", "Mathematics"]
    assert subjects.may_act is (role != "viewer")
    assessments = await tab.state(AssessmentsState)
    assert [(line["name"], line["results"]) for line in assessments.lines] == [
        ("French Exam %", "30"),
        ("Maths GCSE grade", "30"),
        ("Notes", "0"),
    ]
    results = await tab.state(ResultsState)
    assert (results.count, results.lines[0]["student"]) == ("60", "Amy Adams")
    assert (await tab.state(PointsState)).lines[0]["name"] == "Year 8 Autumn"
    changesets = await tab.state(ChangesetsState)
    assert (changesets.lines[0]["outcome"], changesets.lines[0]["took"]) == ("Held", "4 seconds")
    held = await tab.state(HeldState)
    assert held.waiting[0]["words"] == ["Rooms: 90 removed, of 100 there are."]


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        (SubjectMappingState.open, {"key": "1"}),
        (SubjectMappingState.choose, {"code": "FUR"}),
        (SubjectMappingState.save, {}),
        (SubjectMappingState.use_suggestion, {}),
        (SubjectMappingState.undo, {}),
        (AssessmentMappingState.open, {"key": "11"}),
        (AssessmentMappingState.save, {}),
        (AssessmentMappingState.use_suggestion, {}),
        (AssessmentMappingState.undo, {}),
        (HeldState.apply, {"changeset_id": 1}),
        (HeldState.keep, {"changeset_id": 1}),
        (SyncNowState.begin, {}),
    ],
    ids=lambda value: getattr(getattr(value, "fn", None), "__qualname__", ""),
)
async def test_a_viewer_may_change_nothing(
    place: Place, handler: Any, arguments: dict[str, Any]
) -> None:
    tab = await place.tab("viewer")
    assert went_to(await tab.send(handler, **arguments)) == ["/no-access"]
    chosen = await read_chosen(place.database, place.school_id)
    assert dict(chosen.subjects) == {"1": "MAT", "2": "FRE"}


async def test_a_subject_is_mapped_in_the_dialog_and_taken_back_with_one_press(
    place: Place,
) -> None:
    tab = await place.tab("admin")
    await tab.send(SubjectsState.load)
    await tab.send(SubjectMappingState.open, key="1")
    dialog = await tab.state(SubjectMappingState)
    assert (dialog.name, dialog.choice, dialog.suggested) == ("Maths", "MAT", "Mathematics")
    await tab.send(SubjectMappingState.choose, code="FUR")
    await tab.send(SubjectMappingState.save)
    assert dialog.key == ""
    assert dialog.told.startswith("“Maths” is mapped to Further Mathematics now.")
    shown = await place.announced(tab, SubjectsState)
    assert shown.lines[2]["mapped"]["by"] == "Ann Smith"
    await tab.send(SubjectMappingState.undo)
    assert dialog.told == ""
    assert "undone" in await notice(tab)
    shown = await place.announced(tab, SubjectsState)
    assert shown.lines[2]["mapped"]["state"] == "Suggested"


async def test_what_a_colleague_chose_meanwhile_is_shown_before_it_is_overwritten(
    place: Place,
) -> None:
    ann, james = await place.tab("admin"), await place.tab("owner")
    for tab, code in ((ann, "FUR"), (james, "STA")):
        await tab.send(SubjectMappingState.open, key="1")
        await tab.send(SubjectMappingState.choose, code=code)
    await ann.send(SubjectMappingState.save)
    await james.send(SubjectMappingState.save)
    dialog = await james.state(SubjectMappingState)
    assert dialog.changed.startswith("Ann Smith mapped it to Further Mathematics meanwhile.")
    assert (dialog.key, dialog.choice) == ("1", "FUR")
    await james.send(SubjectMappingState.choose, code="STA")
    await james.send(SubjectMappingState.save)
    chosen = await read_chosen(place.database, place.school_id)
    assert chosen.subject_of("1") == "STA"
    await ann.send(SubjectMappingState.undo)
    assert "changed again meanwhile" in await notice(ann)


async def test_an_assessment_is_mapped_with_facet_and_subject_and_set_back(place: Place) -> None:
    tab = await place.tab("owner")
    await tab.send(AssessmentMappingState.open, key="13")
    dialog = await tab.state(AssessmentMappingState)
    assert (dialog.name, dialog.assessment, dialog.suggested) == ("Notes", "-", "")
    await tab.send(AssessmentMappingState.choose_assessment, key="effort")
    await tab.send(AssessmentMappingState.choose_facet, facet="target")
    await tab.send(AssessmentMappingState.choose_subject, code="FRE")
    await tab.send(AssessmentMappingState.save)
    assert "Effort · French · Target" in dialog.told
    await tab.send(AssessmentMappingState.open, key="13")
    assert dialog.is_chosen
    await tab.send(AssessmentMappingState.use_suggestion)
    assert (await read_chosen(place.database, place.school_id)).assessment_of("13") is None


async def test_a_held_change_is_applied_or_left_by_an_admin_once(place: Place) -> None:
    tab = await place.tab("admin")
    await tab.send(HeldState.load)
    held = await tab.state(HeldState)
    await tab.send(HeldState.apply, changeset_id=held.waiting[0]["id"])
    assert await notice(tab) == "The changes are being applied."
    assert (await place.announced(tab, HeldState)).waiting == []
    other = await place.tab("owner")
    await other.send(HeldState.keep, changeset_id=1)
    assert "decided already" in await notice(other)
    bar = await place.announced(tab, SyncState)
    assert bar.waiting


async def test_one_sync_is_shown_record_by_record_as_far_as_apps_may_read(place: Place) -> None:
    tab = await place.tab("viewer", path="/changeset?id=1")
    await tab.send(ChangesetState.load)
    page = await tab.state(ChangesetState)
    assert (page.kind, page.what, page.total) == ("student", "changed", 1)
    (line,) = page.lines
    assert [(one["name"], one["before"], one["after"]) for one in line["fields"]] == [
        ("Last name", "Adam", "Adams")
    ]
    assert "2014" not in str(page.lines)
    assert [one["kind"] for one in page.counts] == ["room", "student"]
    await tab.send(ChangesetState.look_at, kind="room", what="removed")
    assert page.kind == "student"


async def test_a_sync_of_another_school_is_not_there(
    place: Place, database: Database, clock: ManualClock
) -> None:
    eve = await a_person(database, now=clock(), email="eve@example.sch.uk")
    other = await a_school(database, now=clock(), owner=eve, urn="7", dfe_number="")
    tab = await place.open(eve, at=other, path="/changeset?id=1")
    await tab.send(ChangesetState.load)
    page = await tab.state(ChangesetState)
    assert page.missing
    assert page.lines == []
    await tab.send(HeldState.apply, changeset_id=1)
    assert "decided already" in await notice(tab)
    await tab.send(SubjectMappingState.open, key="1")
    assert "does not have that" in await notice(tab)
    for kind in (SubjectsState, AssessmentsState, ResultsState, PointsState):
        await tab.send(kind.load)
        assert (await tab.state(kind)).standing == "not_connected"


async def test_a_sync_by_hand_begins_or_says_why_not(
    place: Place, database: Database, clock: ManualClock
) -> None:
    tab = await place.tab("admin")
    await tab.send(SyncNowState.load)
    assert (await tab.state(SyncNowState)).blocked == ""
    await tab.send(SyncNowState.begin)
    assert (await place.announced(tab, SyncState)).waiting
    james = place.people["owner"]
    other = await a_school(database, now=clock(), owner=james, urn="7", dfe_number="")
    tab = await place.open(james, at=other)
    await tab.send(SyncNowState.load)
    assert "Authorise an app first" in (await tab.state(SyncNowState)).blocked
    await tab.send(SyncNowState.begin)
    assert "Authorise an app first" in await notice(tab)


async def test_the_results_of_one_aspect_are_chosen_by_address_or_from_the_list(
    place: Place,
) -> None:
    tab = await place.tab("viewer", path="/results?aspect=12")
    await tab.send(ResultsState.load)
    page = await tab.state(ResultsState)
    assert (page.aspect, page.count, page.pages) == ("12", "30", 2)
    assert [one["words"] for one in page.aspects] == ["French Exam %", "Maths GCSE grade"]
    await tab.send(ResultsState.turn_to, number=2)
    assert (page.page, len(page.lines)) == (2, 5)
    await tab.send(ResultsState.of_aspect, key="")
    assert (page.page, page.count) == (1, "60")
    odd = await place.tab("viewer", path="/results?aspect=%27%3B--")
    await odd.send(ResultsState.load)
    assert (await odd.state(ResultsState)).count == "0"


async def test_when_access_is_taken_away_the_lists_empty_by_themselves(
    place: Place, clock: ManualClock
) -> None:
    tab = await place.tab("viewer")
    lists = (SubjectsState, AssessmentsState, ResultsState, PointsState)
    for kind in lists:
        await tab.send(kind.load)
        assert (await tab.state(kind)).lines
    async with place.database.transaction() as session:
        await want(
            session,
            school_id=place.school_id,
            scopes=[],
            reason=models.Reason.REVOCATION,
            now=clock(),
        )
    for kind in lists:
        page = await place.announced(tab, kind)
        assert (page.standing, page.lines, page.total) == ("unheld", [], 0)


async def test_a_list_that_cannot_be_read_says_so_and_can_be_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    tab = await place.tab("viewer")
    with monkeypatch.context() as patch:
        patch.setattr(data_list, "read_stand", broken)
        await tab.send(SubjectsState.load)
    page = await tab.state(SubjectsState)
    assert (page.failed, page.lines) == (True, [])
    await tab.send(SubjectsState.again)
    assert (page.failed, len(page.lines)) == (False, 3)


async def test_a_tab_of_someone_who_left_is_shown_nothing_more(
    place: Place, database: Database, clock: ManualClock
) -> None:
    tab, vic = await place.tab("viewer"), place.people["viewer"]
    for kind in (SubjectsState, ChangesetsState, ChangesetState):
        await tab.send(kind.load)
    await leave_school(database, school_id=place.school_id, user_id=vic.id or 0, now=clock())
    (await tab.state(SubjectsState))._mark = "as it was before"
    for kind in (SubjectsState, ChangesetsState, ChangesetState):
        assert (await place.announced(tab, kind)).lines == []
    assert not tabs._tabs[sync_topic(place.school_id)]


@pytest.mark.parametrize("junk", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_hostile_arguments_change_nothing(place: Place, junk: Any) -> None:
    tab = await place.tab("owner", path="/changeset?id=1")
    for kind in LISTS:
        await tab.send(kind.load)
    for kind in (SubjectsState, AssessmentsState):
        await tab.send(kind.sort, order=junk)
        await tab.send(kind.narrow, shown=junk)
        await tab.send(kind.search, text=junk)
        await tab.send(kind.turn_to, number=junk)
    await tab.send(PointsState.of_type, type_=junk)
    await tab.send(PointsState.of_year, year=junk)
    await tab.send(PointsState.search, text=junk)
    await tab.send(ResultsState.turn_to, number=junk)
    await tab.send(ResultsState.of_aspect, key=junk)
    await tab.send(ChangesetsState.narrow, outcome=junk)
    await tab.send(ChangesetState.of_kind, kind=junk)
    await tab.send(ChangesetState.of_change, what=junk)
    await tab.send(ChangesetState.look_at, kind=junk, what=junk)
    for mapping in (SubjectMappingState, AssessmentMappingState):
        await tab.send(mapping.open, key=junk)
    await tab.send(SubjectMappingState.open, key="1")
    await tab.send(SubjectMappingState.choose, code=junk)
    await tab.send(SubjectMappingState.save)
    await tab.send(AssessmentMappingState.open, key="11")
    await tab.send(AssessmentMappingState.choose_assessment, key=junk)
    await tab.send(AssessmentMappingState.choose_facet, facet=junk)
    await tab.send(AssessmentMappingState.choose_subject, code=junk)
    await tab.send(HeldState.apply, changeset_id=junk)
    await tab.send(HeldState.keep, changeset_id=junk)
    chosen = await read_chosen(place.database, place.school_id)
    assert chosen.subject_of("2") == "FRE"
    assert chosen.subject_of("1") == "MAT"
