"""`app`: operators register apps, see them, renew their secrets and switch them off."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from tests.factories.apps import REDIRECT

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a database brought up to date, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("begun") / "data"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSEMBLY_DATA_DIR", str(folder))
        environment.delenv("ASSEMBLY_DATABASE_URL", raising=False)
        assert CliRunner().invoke(commands, ["app", "list"]).exit_code == 0
    return folder


@pytest.fixture
def run(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    shutil.copytree(begun, tmp_path / "data")
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ASSEMBLY_SIMULATOR_PUPILS", "30")
    monkeypatch.delenv("ASSEMBLY_DATABASE_URL", raising=False)

    def run(*words: str) -> Result:
        result = CliRunner().invoke(commands, words)
        assert result.exit_code == 0, result.output
        return result

    return run


def _registered(run: Run, *words: str, name: str = "Rooms") -> dict[str, Any]:
    named = ("app", "register", "--name", name, "--redirect-uri", REDIRECT, "--json", *words)
    return json.loads(run(*named).stdout)


def test_an_app_is_registered_and_its_credentials_shown_once(run: Run) -> None:
    words = ("app", "register", "--name", "Rooms", "--redirect-uri", REDIRECT)
    first, second = run(*words).stdout.splitlines()
    assert first.startswith("client_id      app_")
    secret = second.removeprefix("client_secret  ")
    assert len(secret) == 43
    assert secret not in run("app", "list").output
    assert secret not in run("app", "list", "--json").output


def test_who_registers_an_app_learns_how_it_refreshes(run: Run) -> None:
    words = ("app", "register", "--redirect-uri", REDIRECT, "--name")
    said = run(*words, "Rooms").stderr
    assert "the app must keep the newest" in said
    assert "app refresh rooms --keep" in said
    assert "--keep" not in run(*words, "Phone", "--public").stderr
    assert run(*words, "Ruby", "--keeps-refresh-token").stderr == ""
    assert run(*words, "Counting", "--grant", "client_credentials").stderr == ""


def test_how_an_app_refreshes_can_be_changed(run: Run) -> None:
    _registered(run)
    assert run("app", "refresh", "rooms", "--keep").stdout == "Rooms keeps its refresh token.\n"
    (listed,) = json.loads(run("app", "list", "--json").stdout)
    assert listed["old_client"]
    run("app", "refresh", "rooms", "--rotate")
    (listed,) = json.loads(run("app", "list", "--json").stdout)
    assert not listed["old_client"]


def test_a_public_app_never_keeps_its_refresh_token(run: Run) -> None:
    _registered(run, "--public")
    for client, why in (("rooms", "A public app"), ("nothing", "There is no app nothing")):
        result = CliRunner().invoke(commands, ["app", "refresh", client, "--keep"])
        assert result.exit_code
        assert why in str(result.exception) + result.output


def test_everything_about_an_app_can_be_said(run: Run) -> None:
    words = ("--redirect-uri", "http://localhost:4567/back", "--install-uri", REDIRECT)
    scopes = ("--scopes", "students teaching_groups contacts.emails:optional")
    flags = ("--old-client", "--unlisted", "--summary", "Books rooms.")
    registered = _registered(run, *words, *scopes, *flags)
    assert set(registered) == {"name", "slug", "client_id", "client_secret"}
    (listed,) = json.loads(run("app", "list", "--json").output)
    assert listed["client_id"] == registered["client_id"]
    assert listed["redirect_uris"] == [REDIRECT, "http://localhost:4567/back"]
    assert set(listed["required_scopes"]) == {"students.basic", "teaching_groups"}
    assert listed["optional_scopes"] == ["contacts.emails"]
    assert (listed["listed"], listed["old_client"]) == (False, True)
    assert (listed["requires_pkce"], len(listed["grant_types"])) == (True, 3)


def test_a_public_app_has_no_secret(run: Run) -> None:
    assert _registered(run, "--client-type", "public")["client_secret"] is None
    assert _registered(run, "--public", name="Phone")["client_secret"] is None
    for listed in json.loads(run("app", "list", "--json").output):
        assert listed["grant_types"] == ["authorization_code", "refresh_token"]


def test_an_app_of_before_pkce_and_its_grants_can_be_said(run: Run) -> None:
    _registered(run, "--no-pkce", "--grant", "refresh_token", "--grant", "authorization_code")
    run("app", "register", "--name", "Counting", "--grant", "client_credentials")
    counting, rooms = json.loads(run("app", "list", "--json").output)
    assert counting["grant_types"] == ["client_credentials"]
    assert rooms["grant_types"] == ["authorization_code", "refresh_token"]
    assert (counting["requires_pkce"], rooms["requires_pkce"]) == (True, False)


def test_a_secret_is_renewed_and_an_app_switched_off(run: Run) -> None:
    registered = _registered(run)
    renewed = json.loads(run("app", "rotate-secret", "rooms", "--json").output)
    assert renewed["client_id"] == registered["client_id"]
    assert renewed["client_secret"] != registered["client_secret"]
    said = run("app", "disable", registered["client_id"]).output
    assert said == "Disabled Rooms. Its tokens have ended.\n"
    assert "Disabled." in run("app", "list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--name", "Rooms", "--redirect-uri", REDIRECT), "exists already"),
        (("--name", "<b>", "--redirect-uri", REDIRECT), "must be plain text"),
        (("--name", "X", "--redirect-uri", "http://rooms.example/"), "it must be https"),
        (("--name", "X", "--redirect-uri", REDIRECT + "#x"), "it must be https"),
        (("--name", "X", "--redirect-uri", REDIRECT, "--scopes", "all"), "all is not a scope"),
        (
            ("--name", "X", "--redirect-uri", REDIRECT, "--client-type", "public", "--old-client"),
            "cannot keep one refresh token",
        ),
        (("--name", "X", "--redirect-uri", REDIRECT, "--public", "--no-pkce"), "leave --no-pkce"),
        (("--name", "X", "--public", "--grant", "client_credentials"), "would be anybody's"),
        (("--name", "X", "--grant", "refresh_token"), "of no use without"),
        (("--name", "X"), "at least one --redirect-uri"),
    ],
)
def test_what_cannot_be_registered_is_said_in_a_sentence(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    _registered(run)
    with pytest.raises(CommandFailed, match=said):
        commands.main(["app", "register", *words], standalone_mode=False)


@pytest.mark.parametrize("command", ["rotate-secret", "disable"])
def test_an_app_nobody_knows_is_said_to_be_none(run: Run, command: str) -> None:
    assert "no app yet" in run("app", "list").output
    with pytest.raises(CommandFailed, match="There is no app nobody"):
        commands.main(["app", command, "nobody"], standalone_mode=False)


def test_a_seeded_app_is_authorised_and_its_school_synced(run: Run) -> None:
    seeded = json.loads(run("demo", "seed", "--app", "Timetabler", "--authorised", "--json").stdout)
    app = seeded["app"]
    assert seeded["state"] == "connected"
    assert set(app) == {
        "name",
        "client_id",
        "client_secret",
        "access_token",
        "refresh_token",
        "scopes",
    }
    assert all(app.values())
    assert {"school", "timetables", "contacts.emails"} <= set(app["scopes"])
    # Once more, in words: the same school and the same app, with tokens of their own.
    again = run("demo", "seed", "--app", "timetabler", "--authorised").output
    assert seeded["school"] in again
    assert app["client_secret"] in again
    assert app["access_token"] not in again
    # An app that somebody registered keeps its secret to them.
    _registered(run)
    other = json.loads(run("demo", "seed", "--app", "Rooms", "--json").stdout)["app"]
    assert other["client_secret"] is None
    assert other["access_token"] is None
    run("app", "disable", "rooms")
    words = ["demo", "seed", "--app", "Rooms", "--authorised"]
    with pytest.raises(CommandFailed, match="switched off"):
        commands.main(words, standalone_mode=False)


def test_an_app_cannot_be_authorised_by_a_school_that_is_not_connected(run: Run) -> None:
    run("demo", "seed", "--school", "100001", "--state", "awaiting-invitation")
    words = ["demo", "seed", "--school", "100001", "--app", "Rooms", "--authorised"]
    with pytest.raises(CommandFailed, match="not connected"):
        commands.main(words, standalone_mode=False)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--school", "100001"),
        ("--state", "connected"),
        ("--authorised",),
        ("--app", "Rooms", "--state", "awaiting-invitation"),
    ],
)
def test_a_mistyped_seed_exits_with_2(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(commands, ["demo", "seed", *words]).exit_code == 2
