"""From an overview to what the connector page shows. Pure: no State, no database."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, TypedDict

from assembly_ui.connector.models import ConnectionTest
from assembly_ui.connector.overview import Overview
from assembly_ui.connector.status import (
    Mark,
    Status,
    authorised_mark,
    data_mark,
    installed_mark,
    school_mark,
    status_since,
)
from assembly_ui.connector.timeline import Entry
from assembly_ui.schools.mis import connector_title, label_of
from assembly_ui.web.connector_words import (
    CAUSES,
    FAULTS,
    LAYER_TITLES,
    NEXT_STEPS,
    STATUS_WORDS,
    TIMELINE,
)


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
    status: str
    badge: str
    tone: str
    sentence: str
    next_step: str
    who: str
    since: str
    checked: str
    checking: bool
    owner: str
    rows: list[Row]
    lines: list[Line]
    layers: list[TestLayer]
    test_state: str
    tested: str
    bundle: str


def view_of(overview: Overview, entries: list[Entry], test: ConnectionTest | None) -> View:
    """What every open tab of the school shows."""
    words = STATUS_WORDS[overview.status]
    next_step, who = _next_step(overview)
    layers = [_layer(found) for found in test.layers] if test else []
    connection = overview.connection
    return View(
        title=connector_title(overview.school.mis),
        status=overview.status.value,
        badge=words.badge,
        tone=words.tone,
        sentence=words.sentence,
        next_step=next_step,
        who=who,
        since=_iso(status_since(overview.facts, overview.status)),
        checked=_iso(connection.checked_at),
        checking=connection.checking_since is not None,
        owner=overview.owner_name,
        rows=_rows(overview),
        lines=[_line(entry) for entry in entries],
        layers=layers,
        test_state=_test_state(test),
        tested=_iso(test.started_at) if test else "",
        bundle=_bundle(overview, layers, test),
    )


def _next_step(overview: Overview) -> tuple[str, str]:
    facts, words = overview.facts, STATUS_WORDS[overview.status]
    if words.next_step:
        return words.next_step, words.who
    if overview.status is Status.CONNECTION_PROBLEM:
        key = "wrong_school" if facts.school_matches is False else _fault(overview)
    elif not facts.authorised_at:
        key = "invited"
    elif facts.school_matches is False:
        key = "wrong_school"
    elif not facts.installed_at:
        key = "not_installed"
    else:
        key = _fault(overview) if facts.problem_at else "checking"
    step, who = NEXT_STEPS[key]
    named = {"email": overview.connection.invited_email, "owner": overview.owner_name}
    return step.format(**named), who.format(**named)


def _fault(overview: Overview) -> str:
    fault = overview.connection.problem_detail
    return fault if fault in FAULTS else "groupcall"


def _rows(overview: Overview) -> list[Row]:
    if overview.status is Status.AWAITING_INVITATION:
        return []
    return [_authorised(overview), _installed(overview), _school(overview), _data(overview)]


def _row(key: str, mark: Mark, name: str, before: str, at: datetime | None = None, after: str = ""):
    return Row(key=key, mark=mark.value, name=name, before=before, at=_iso(at), after=after)


def _authorised(overview: Overview) -> Row:
    facts, mark = overview.facts, authorised_mark(overview.facts)
    if mark is Mark.PASS:
        return _row(
            "authorised",
            mark,
            "Authorised",
            "Your school authorised Assembly ",
            facts.authorised_at,
        )
    again = '. Click the "Grant Access" below to begin or restart the authorization process'
    return _row(
        "authorised", mark, "Not Authorized", "An invitation was sent ", facts.invited_at, again
    )


def _installed(overview: Overview) -> Row:
    mark = installed_mark(overview.facts)
    if mark is Mark.PASS:
        words = f"Xporter on Demand reads your {_mis(overview)}"
        return _row("installed", mark, "Installed", words)
    stage = overview.connection.install_stage or "Onboarding Queue"
    return _row("installed", mark, "Not Installed", stage)


def _school(overview: Overview) -> Row:
    mark, connection, school = (
        school_mark(overview.facts),
        overview.connection,
        overview.school,
    )
    if mark is Mark.WAIT:
        return _row("school", mark, "Right school", "Compared as soon as your MIS answers")
    found = _named(connection.mis_school_name, connection.mis_estab)
    if mark is Mark.PASS:
        return _row("school", mark, "Right school", f"Your MIS says it is {found}")
    chosen = _named(school.name, school.dfe_number)
    words = f"You chose {chosen}, but the MIS says it is {found}"
    return _row("school", mark, "Wrong school", words)


def _data(overview: Overview) -> Row:
    mark = data_mark(overview.facts, overview.now)
    if mark is Mark.FAIL:
        cause, _ = FAULTS[_fault(overview)]
        return _row("data", mark, "Data", f"{cause} Failing since ", overview.facts.problem_at)
    if mark is Mark.PASS:
        return _row("data", mark, "Data", "Your MIS last answered ", overview.facts.data_at)
    return _row("data", mark, "Data", "Nothing was read yet")


def _layer(found: dict[str, Any]) -> TestLayer:
    cause, remedy = CAUSES.get(found["cause"]) or FAULTS.get(
        found["detail"].get("fault", ""), ("", "")
    )
    words = (
        cause
        or _passed(found)
        or {"skip": "Skipped: it rests on the one above"}.get(found["result"], "")
    )
    took = "" if found["result"] == "skip" else f"{found['milliseconds']} ms"
    return TestLayer(
        key=found["layer"],
        mark=found["result"],
        name=LAYER_TITLES[found["layer"]],
        words=words,
        remedy=remedy,
        took=took,
    )


def _passed(found: dict[str, Any]) -> str:
    detail = found["detail"]
    if found["layer"] == "data":
        return ", ".join(f"{count} {area.lower()}" for area, count in detail.items())
    sentences = {
        "register_match": "{name} has the DfE number {dfe_number}",
        "invitation": "Sent to {to}",
        "authorisation": "Xporter on Demand gave us a token for your school",
        "scopes": "{scopes}",
        "installed": "Your MIS answered",
        "right_school": "The MIS says it is {found}",
    }
    done = found["result"] == "pass"
    return sentences[found["layer"]].format_map(defaultdict(str, detail)) if done else ""


def _test_state(test: ConnectionTest | None) -> str:
    if test is None:
        return ""
    if test.cancelled_at:
        return "cancelled"
    return "finished" if test.finished_at else "running"


def _bundle(overview: Overview, layers: list[TestLayer], test: ConnectionTest | None) -> str:
    """Plain text for support: what was found, and nothing that opens a door."""
    if test is None:
        return ""
    school = overview.school
    head = [
        f"School: {school.name}, {school.postcode}, DfE {school.dfe_number}, URN {school.urn}",
        f"MIS: {label_of(school.mis)}",
        f"Status: {STATUS_WORDS[overview.status].badge}",
        f"Tested: {_iso(test.started_at)}",
    ]
    found = [
        " ".join(filter(None, [f"[{layer['mark']}]", layer["name"] + ":", layer["words"]]))
        for layer in layers
    ]
    return "\n".join(head + found)


def _line(entry: Entry) -> Line:
    words = TIMELINE[entry.kind.value].format_map(defaultdict(str, entry.detail))
    return Line(key=str(entry.id), at=_iso(entry.at), words=words, by=entry.by)


def _mis(overview: Overview) -> str:
    return label_of(overview.school.mis).partition(" (")[0]


def _named(name: str, number: str) -> str:
    return f"{name} ({number})" if number else name


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
