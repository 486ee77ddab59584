"""From an overview to what the connector page shows. Pure: no State, no database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import quote

from assembly_ui.clock import is_recent
from assembly_ui.connector.check import LONGEST_CHECK
from assembly_ui.connector.claims import identity_of
from assembly_ui.connector.grant_access import PERHAPS_SENT
from assembly_ui.connector.matching import SchoolIdentity, compare, postcode_in
from assembly_ui.connector.models import ConnectionTest
from assembly_ui.connector.overview import Overview
from assembly_ui.connector.status import (
    Mark,
    Phase,
    authorised_mark,
    data_mark,
    installed_mark,
    school_mark,
    status_since,
)
from assembly_ui.connector.tester import LONGEST_RUN
from assembly_ui.connector.timeline import Entry
from assembly_ui.schools.mis import connector_title, label_of
from assembly_ui.web.connector_moments import iso
from assembly_ui.web.connector_notes import Note, notes_of, service_view
from assembly_ui.web.connector_problems import Problem, problem_of
from assembly_ui.web.connector_words import (
    HELD,
    LAYER_PASSED,
    LAYER_TITLES,
    NEXT_STEPS,
    NUMBER_HELD,
    SHARED_NUMBER,
    SHARING_WORDS,
    STATUS_WORDS,
    TIMELINE,
    WRONG_SCHOOL,
    Words,
)
from assembly_ui.web.school_words import not_available_words

_MUST_AGREE = ". Other schools have this DfE number, so name and postcode must agree as well"


class Row(TypedDict):
    """A row under the badge: words, a moment that ticks, and words after it."""

    key: str
    mark: str
    name: str
    before: str
    at: str
    after: str


class TestLayer(TypedDict):
    """A layer of Test Connection with its outcome in words."""

    key: str
    mark: str
    name: str
    words: str
    remedy: str
    took: str


class Line(TypedDict):
    """A line of the timeline."""

    key: str
    at: str
    words: str
    by: str


class View(TypedDict):
    """Everything on the connector page that is the same for every member."""

    title: str
    unavailable: str
    status: str
    badge: str
    tone: str
    sentence: str
    next_step: str
    who: str
    works: bool
    sharing: bool
    since: str
    checked: str
    checking: bool
    owner: str
    service_since: str
    shared_number: str
    join_href: str
    notes: list[Note]
    rows: list[Row]
    lines: list[Line]
    layers: list[TestLayer]
    test_state: str
    tested: str
    bundle: str


def view_of(
    overview: Overview,
    entries: list[Entry],
    test: ConnectionTest | None,
    apps: Sequence[str] = (),
    *,
    is_held: bool = False,
) -> View:
    """What every open tab of the school shows. `apps` are the names of those it authorised.

    `is_held`: large changes of its data wait for a person.
    """
    is_sharing = overview.status.works and bool(apps)
    words = STATUS_WORDS[overview.status]
    if is_sharing:
        words = SHARING_WORDS.get(overview.status, words)
    next_step, who = _next_step(overview, words)
    if is_held and is_sharing:
        next_step, who = HELD
    layers = [_layer(found) for found in test.layers] if test else []
    connection = overview.connection
    return View(
        title=connector_title(overview.school.mis),
        unavailable=not_available_words(overview.school.mis),
        status=overview.status.value,
        badge=words.badge,
        tone=words.tone,
        sentence=_sentence(overview, words),
        next_step=next_step.replace("{apps}", " and ".join(apps)),
        who=who,
        works=overview.status.works,
        sharing=is_sharing,
        since=iso(status_since(overview.facts, overview.status)),
        checked=iso(connection.checked_at),
        checking=_is_checking(overview),
        owner=overview.owner_name,
        service_since=service_view(overview.service)["service_since"],
        shared_number=_shared_number(overview),
        join_href=_join_href(overview),
        notes=notes_of(overview),
        rows=_rows(overview),
        lines=[_line(entry) for entry in entries],
        layers=layers,
        test_state=_test_state(test, overview.now),
        tested=iso(test.started_at) if test else "",
        bundle=_bundle(overview, layers, test),
    )


def _shared_number(overview: Overview) -> str:
    sharer, is_held = overview.sharer, overview.is_held_by_sharer
    if sharer is None or (overview.status.works and not is_held):
        return ""
    other = f"{sharer.name} (URN {sharer.urn})" if sharer.urn else sharer.name
    words = NUMBER_HELD if is_held else SHARED_NUMBER
    return words.format(number=sharer.dfe_number, other=other)


def _join_href(overview: Overview) -> str:
    sharer = overview.sharer
    return f"/join?school={quote(sharer.urn or sharer.dfe_number)}" if sharer else ""


def _is_checking(overview: Overview) -> bool:
    # A process that died leaves its check open.
    return is_recent(overview.connection.checking_since, overview.now, LONGEST_CHECK)


def _sentence(overview: Overview, words: Words) -> str:
    if overview.status.phase is Phase.FAILING and overview.facts.school_matches is False:
        return WRONG_SCHOOL
    return words.sentence


def _next_step(overview: Overview, words: Words) -> tuple[str, str]:
    connection = overview.connection
    is_invited = overview.status.phase is not Phase.NOT_BEGUN
    if not is_invited and (until := connection.inviting_until):
        step, who = NEXT_STEPS["being_sent" if overview.now < until else "perhaps_taken"]
    elif not is_invited and connection.invite_failed_at:
        unsure = connection.invite_failure in PERHAPS_SENT
        step, who = NEXT_STEPS["perhaps_taken" if unsure else "not_taken"]
    elif words.next_step:
        return words.next_step, words.who
    else:
        step, who = _next_step_of_facts(overview)
    named = {"email": connection.invited_email, "owner": overview.owner_name}
    return step.format(**named), who.format(**named)


def _next_step_of_facts(overview: Overview) -> tuple[str, str]:
    facts = overview.facts
    if authorised_mark(facts) is not Mark.PASS:
        return NEXT_STEPS["invited"]
    if facts.school_matches is False:
        return problem_of("wrong_school")[1:]
    if data_mark(facts, overview.now) is Mark.FAIL:
        return problem_of(overview.connection.problem_kind)[1:]
    return NEXT_STEPS["checking" if facts.installed_at else "not_installed"]


def _rows(overview: Overview) -> list[Row]:
    if overview.status.phase is Phase.NOT_BEGUN:
        return []
    return [_authorised(overview), _installed(overview), _school(overview), _data(overview)]


def _row(
    key: str, mark: Mark, name: str, before: str, at: datetime | None = None, after: str = ""
) -> Row:
    return Row(key=key, mark=mark.value, name=name, before=before, at=iso(at), after=after)


def _authorised(overview: Overview) -> Row:
    key, facts, mark = "authorised", overview.facts, authorised_mark(overview.facts)
    if mark is Mark.PASS:
        words = "Your school authorised Assembly "
        return _row(key, mark, "Authorised", words, facts.authorised_at)
    again = 'Click the "Grant Access" below to begin or restart the authorization process'
    if overview.status.phase is Phase.WITHDRAWN:
        words = "Access was withdrawn "
        return _row(key, mark, "Not Authorized", words, facts.withdrawn_at, f". {again}")
    words = "An invitation was sent "
    return _row(key, mark, "Not Authorized", words, facts.invited_at, f". {again}")


def _installed(overview: Overview) -> Row:
    mark = installed_mark(overview.facts)
    if mark is Mark.PASS:
        words = f"Xporter on Demand reads your {_mis(overview)}"
        return _row("installed", mark, "Installed", words)
    stage = overview.connection.install_stage or "Onboarding Queue"
    return _row("installed", mark, "Not Installed", stage)


def _school(overview: Overview) -> Row:
    mark, connection, school = school_mark(overview.facts), overview.connection, overview.school
    if mark is Mark.WAIT:
        return _row("school", mark, "Right school", "Compared as soon as your MIS answers")
    address = (connection.mis_says or {}).get("address", "")
    said = SchoolIdentity(connection.mis_estab, connection.mis_school_name, address)
    differing = compare(identity_of(school), said).differing
    postcodes = ("", "")
    if "postcode" in differing:
        postcodes = school.postcode, postcode_in(address)
    chosen = _named(school.name, school.dfe_number, postcodes[0])
    found = _named(said.name, said.number, postcodes[1]) or "a school without a name"
    if mark is Mark.FAIL:
        words = f"You chose {chosen}, but the MIS says it is {found}"
        return _row("school", mark, "Wrong school", words + (_differ(differing) or _MUST_AGREE))
    words = f"Your MIS says it is {found}"
    if differing:
        words += f", in the register it is {chosen}{_differ(differing)}"
    return _row("school", mark, "Right school", words)


def _differ(what: Sequence[str]) -> str:
    """Which of number, name and postcode differ, as a sentence that follows."""
    if not what:
        return ""
    if len(what) == 1:
        return f". The {what[0]} differs"
    return f". The {', '.join(what[:-1])} and {what[-1]} differ"


def _data(overview: Overview) -> Row:
    mark, facts = data_mark(overview.facts, overview.now), overview.facts
    if mark is Mark.FAIL:
        cause = problem_of(overview.connection.problem_kind).cause
        return _row("data", mark, "Data", f"{cause} Failing since ", facts.problem_at)
    if mark is Mark.PASS:
        return _row("data", mark, "Data", "Your MIS last answered ", facts.data_at)
    return _row("data", mark, "Data", "Nothing was read yet")


def _layer(found: dict[str, Any]) -> TestLayer:
    result, milliseconds = found["result"], found["milliseconds"]
    problem = problem_of(found["cause"]) if result == "fail" else None
    return TestLayer(
        key=found["layer"],
        mark=result,
        name=LAYER_TITLES[found["layer"]],
        words=_failed_words(found, problem) if problem else _layer_words(found),
        remedy=problem.remedy if problem else "",
        took="" if result == "skip" else _took(milliseconds),
    )


def _failed_words(found: dict[str, Any], problem: Problem) -> str:
    detail = found["detail"]
    if found["cause"] != "wrong_school":
        return problem.cause
    if not detail.get("found"):
        return problem.cause
    differs = _differ(detail["differing"].split(", ")) if detail.get("differing") else ""
    return f"{problem.cause} You chose {detail['chosen']}, the MIS has {detail['found']}{differs}."


def _layer_words(found: dict[str, Any]) -> str:
    detail = found["detail"]
    if found["result"] == "skip":
        return "Skipped: it rests on the one above"
    if found["layer"] == "data":
        return ", ".join(f"{count} {_spaced(area)}" for area, count in detail.items())
    if found["layer"] == "invitation" and not detail.get("to"):
        return "Not needed: your school authorised Assembly of its own accord"
    if differing := detail.get("differing"):
        detail = detail | {"differs": _differ(differing.split(", "))}
    return LAYER_PASSED[found["layer"]].format_map(defaultdict(str, detail))


def _spaced(area: str) -> str:
    """AttendanceMarks, as Xporter on Demand names it, in words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", area).lower()


def _took(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _test_state(test: ConnectionTest | None, now: datetime) -> str:
    if test is None:
        return ""
    if test.finished_at:
        return "finished"
    # A process that died leaves its run open.
    is_over = test.cancelled_at or now - test.started_at >= LONGEST_RUN
    return "cancelled" if is_over else "running"


def _bundle(overview: Overview, layers: list[TestLayer], test: ConnectionTest | None) -> str:
    """Plain text for support: what was found, and nothing that opens a door."""
    if test is None:
        return ""
    school = overview.school
    head = [
        f"School: {school.name}, {school.postcode}, DfE {school.dfe_number}, URN {school.urn}",
        f"MIS: {label_of(school.mis)}",
        f"Status: {STATUS_WORDS[overview.status].badge}",
        *_bundled_problem(overview),
        f"Tested: {iso(test.started_at)}",
    ]
    lines = head + [_bundled_layer(*pair) for pair in zip(layers, test.layers, strict=True)]
    # What comes from outside may not pass for a line of its own.
    return "\n".join(" ".join(line.split()) for line in lines)


def _bundled_problem(overview: Overview) -> list[str]:
    connection = overview.connection
    if connection.problem_at is None:
        return []
    return [f"Failing since {iso(connection.problem_at)}: {connection.problem_detail}"]


def _bundled_layer(layer: TestLayer, found: dict[str, Any]) -> str:
    said = found["detail"].get("said") or found["cause"]
    return f"[{layer['mark']}] {layer['name']}: {layer['words']}" + (f" ({said})" if said else "")


def _line(entry: Entry) -> Line:
    detail = dict(entry.detail)
    if "why" in detail:
        detail["cause"] = problem_of(detail["why"]).cause
    if "passed" in detail:
        detail["outcome"] = ": everything passed" if detail["passed"] else ": something failed"
    words = TIMELINE[entry.kind.value].format_map(defaultdict(str, detail))
    return Line(key=str(entry.id), at=iso(entry.at), words=words.strip(), by=entry.by)


def _mis(overview: Overview) -> str:
    return label_of(overview.school.mis).partition(" (")[0]


def _named(name: str, number: str, postcode: str = "") -> str:
    known = ", ".join(filter(None, (number, postcode)))
    return f"{name} ({known})" if known else name
