"""Settings that would open a door: each is refused at start, in words that name it.

The settings are discovered, so that a new one without a bound fails here the day it appears.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from annotated_types import Ge, Gt, Le
from click.testing import CliRunner
from cryptography.fernet import Fernet
from pydantic import SecretStr

from assembly_ui import settings
from assembly_ui.cli.app import commands
from assembly_ui.settings import Settings, SettingsProblem

# Always the same: parallel runs name their tests after it.
A_KEY = urlsafe_b64encode(sha256(b"a key of these tests").digest()).decode()
HOSTILE = (
    *("", " ", "\n", "-1", "0", "1e99", "NaN", "null", "*", "javascript:alert(1)", "x" * 100_000),
    "<script>",
    "a\r\nBcc: everybody@example.org",
    "https://user:sekret@example.org/#x",
)
NOTHING = {""}
"""Means that it is not set, which live mode refuses of those that it needs."""
OFF = {"0"}
AS_TYPED = {"-1", "0", "1e99", "*", "javascript:alert(1)", "<script>"} | {HOSTILE[-1]}
ACCEPTED: dict[str, set[str]] = {
    "demo_public": OFF,
    "work_in_web": OFF,
    "prove_ownership": OFF,
    "smtp_starttls": OFF,
    "trusted_proxy_hops": OFF,
    "watch_settled_minutes": OFF,
    "sync_hours": OFF,
    "simulator_queue_seconds": OFF,
    "simulator_install_seconds": OFF,
    "simulator_pupils": OFF,
    "public_url": NOTHING,
    "database_url": NOTHING,
    "valkey_url": NOTHING,
    "xporter_url": NOTHING,
    "xporter_management_secret": NOTHING | {"javascript:alert(1)", "<script>", HOSTILE[-1]},
    "xporter_portal_url": NOTHING,
    "smtp_host": NOTHING,
    "api_host": NOTHING,
    # A folder of that name.
    "data_dir": AS_TYPED,
    # A name in JSON, which whoever shows it escapes.
    "xporter_partner_name": AS_TYPED,
    # Whatever the SMTP server wants.
    "smtp_username": NOTHING | AS_TYPED,
    "smtp_password": NOTHING | AS_TYPED,
}
LIVE = {
    "MODE": "live",
    "PUBLIC_URL": "https://platform.example.org",
    "TRUSTED_PROXY_HOPS": "1",
    "DATABASE_URL": "postgresql+psycopg://db.internal/assembly",
    "SECRET_KEYS": json.dumps([A_KEY]),
    "XPORTER_URL": "https://xporter.groupcall.com",
    "XPORTER_MANAGEMENT_SECRET": "0b0f9e7c-52a1-4d0e-9b1d-7d4f7c1f6a55",
    "SMTP_HOST": "smtp.example.org",
}
SHARED = {
    "DATABASE_URL": "postgresql+psycopg://db.internal/assembly",
    "VALKEY_URL": "rediss://valkey.internal:6379/0",
}
"""Without which several processes are refused."""

MODES: dict[str, dict[str, str]] = {
    "demo": {"MODE": "demo", "DEMO_PUBLIC": "true"} | SHARED,
    "live": LIVE | SHARED,
}
SECRETS = {
    name for name, field in Settings.model_fields.items() if "ecret" in str(field.annotation)
}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PORT", *(f"ASSEMBLY_{field.upper()}" for field in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def _said(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> list[str]:
    """What is wrong with these settings, by the sentences in which they are refused."""
    with monkeypatch.context() as environment:
        for name, value in given.items():
            environment.setenv(f"ASSEMBLY_{name.upper()}", value)
        try:
            settings.load()
        except SettingsProblem as problem:
            return problem.problems
    return []


def _is_named(name: str, sentences: list[str]) -> bool:
    return any(re.search(rf"\bASSEMBLY_{name.upper()}\b", said) for said in sentences)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_hostile_value_is_accepted_knowingly_or_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, mode: str
) -> None:
    for value in HOSTILE:
        said = _said(monkeypatch, MODES[mode] | {name.upper(): value})
        if said:
            assert _is_named(name, said), (value[:40], said)
            assert all("For example" in sentence or "Set " in sentence for sentence in said), said
            assert not [sentence for sentence in said if "sekret" in sentence]
            assert all(len(sentence) < 600 for sentence in said)
        else:
            assert value in ACCEPTED.get(name, set()), f"{name} takes {value[:40]!r}"


def test_what_is_accepted_knowingly_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {
        (name, value): said
        for name, values in ACCEPTED.items()
        for value in values
        if (said := _said(monkeypatch, MODES["demo"] | {name.upper(): value}))
    }
    assert not refused


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - SECRETS))
def test_the_example_of_a_refusal_is_right(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    example = settings._example(name.upper()).partition("=")[2]
    assert example not in ("", "None", "[]")
    assert not _said(
        monkeypatch, MODES["demo"] | {"TRUSTED_PROXY_HOPS": "1", name.upper(): example}
    )


def _numbers() -> Iterator[tuple[str, list[Any]]]:
    for name, field in Settings.model_fields.items():
        if field.annotation in (int, float):
            yield name, field.metadata


def test_every_number_has_two_ends() -> None:
    endless = [
        name
        for name, bounds in _numbers()
        if not any(isinstance(bound, Ge | Gt) for bound in bounds)
        or not any(isinstance(bound, Le) for bound in bounds)
    ]
    assert not endless
    assert len(list(_numbers())) > 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THROTTLE_SCALE", "1000"),
        ("THROTTLE_SCALE", "0.5"),
        ("OTHER_ORIGINS", '["null"]'),
        ("OTHER_ORIGINS", '["*"]'),
        ("OTHER_ORIGINS", '["https://*.example.org"]'),
        ("OTHER_ORIGINS", '["http://www.example.org"]'),
        ("OTHER_ORIGINS", '["https://www.example.org/"]'),
        ("OTHER_ORIGINS", '["https://www.example.org/path"]'),
        ("OTHER_ORIGINS", '["https://user@www.example.org"]'),
        ("OTHER_ORIGINS", '["https://www.example.org", null]'),
        ("OTHER_ORIGINS", '["https://www.example.org:0"]'),
        ("OTHER_ORIGINS", '["https://www.example.org:65536"]'),
        ("OTHER_ORIGINS", '["https://www.example.org\\n"]'),
        ("OTHER_ORIGINS", "https://www.example.org"),
        ("OTHER_ORIGINS", json.dumps(["https://www.example.org"] * 21)),
        ("PUBLIC_URL", "http://platform.example.org"),
        ("PUBLIC_URL", "https://platform.example.org/app"),
        ("XPORTER_URL", "http://xporter.groupcall.com"),
        ("XPORTER_URL", "ftp://xporter.groupcall.com"),
        ("XPORTER_URL", "javascript://xporter.groupcall.com"),
        ("XPORTER_URL", "https://xporter.groupcall.com@evil.example"),
        ("XPORTER_URL", "https://user:sekret@xporter.groupcall.com"),
        ("XPORTER_URL", "https://xporter.groupcall.com#x"),
        ("XPORTER_URL", "https://xporter.groupcall.com?x=y"),
        ("XPORTER_URL", "https://xporter.groupcall.com/../x"),
        ("XPORTER_URL", "https://127.0.0.1.evil.example:x"),
        ("XPORTER_URL", "http://127.0.0.1.evil.example"),
        ("XPORTER_URL", "http://127.1"),
        ("XPORTER_URL", "https:/xporter.groupcall.com"),
        ("XPORTER_URL", "https://xporter.groupcall.com\\@evil.example"),
        ("XPORTER_PORTAL_URL", "javascript:alert(1)"),
        ("XPORTER_PORTAL_URL", "http://manage.groupcall.com"),
        ("XPORTER_TOKEN_PATH", "@evil.example/"),
        ("XPORTER_TOKEN_PATH", "/x@evil.example/"),
        ("XPORTER_TOKEN_PATH", "//evil.example/"),
        ("XPORTER_TOKEN_PATH", "/api//GetToken"),
        ("XPORTER_TOKEN_PATH", "https://evil.example/"),
        ("XPORTER_TOKEN_PATH", "/../GetToken"),
        ("XPORTER_TOKEN_PATH", "/api/../GetToken"),
        ("XPORTER_TOKEN_PATH", "/api/./GetToken"),
        ("XPORTER_TOKEN_PATH", "/api/%2e%2e/GetToken"),
        ("XPORTER_TOKEN_PATH", "api/oauth/GetToken"),
        ("XPORTER_TOKEN_PATH", ".evil.example/GetToken"),
        ("XPORTER_TOKEN_PATH", ":8443/GetToken"),
        ("XPORTER_TOKEN_PATH", "/api/GetToken?x"),
        ("XPORTER_REGISTRATION_TYPE", "Demo"),
        ("XPORTER_MANAGEMENT_SECRET", "short"),
        ("SECRET_KEYS", "[]"),
        ("SECRET_KEYS", '[""]'),
        ("SECRET_KEYS", "not-json"),
        ("SECRET_KEYS", '["short"]'),
        ("SECRET_KEYS", json.dumps([A_KEY[:-4]])),
        ("SECRET_KEYS", json.dumps([A_KEY, "short"])),
        ("SECRET_KEYS", json.dumps([urlsafe_b64encode(bytes(32)).decode()])),
        ("SECRET_KEYS", json.dumps([urlsafe_b64encode(b"\xff" * 32).decode()])),
        ("SECRET_KEYS", json.dumps([urlsafe_b64encode(b"secret" * 5 + b"!!").decode()])),
        (
            "SECRET_KEYS",
            json.dumps([urlsafe_b64encode(b"correct horse battery staple 123").decode()]),
        ),
        ("DATABASE_URL", "sqlite+aiosqlite:////var/lib/assembly.db"),
        ("DATABASE_URL", "sqlite:////var/lib/assembly.db"),
        ("DATABASE_URL", "mysql://db.internal/assembly"),
        ("SMTP_HOST", "smtp.example.org/x"),
        ("SMTP_PORT", "65536"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("HOST", "127.1"),
        ("HOST", "0"),
        ("HELP_EMAIL", "help@assembly.education\nBcc: everybody@example.org"),
        ("HELP_EMAIL", "help"),
        ("HELP_EMAIL", "help@localhost"),
        ("HELP_EMAIL", "Help <help@assembly.education>"),
        ("HELP_EMAIL", "help@assembly.education, everybody@example.org"),
        ("MAIL_FROM", "Assembly <no-reply@assembly.education>\r\nBcc: everybody@example.org"),
        ("MAIL_FROM", "Assembly <no-reply>"),
        ("MAIL_FROM", "Assembly"),
        ("LOG_IN_DAYS", "0"),
        ("LOG_IN_DAYS", "100000"),
        ("SESSION_MAX_DAYS", "-1"),
        ("CONFIRM_LINK_HOURS", "0"),
        ("CONFIRM_LINK_HOURS", "100000"),
        ("RESET_LINK_HOURS", "-1"),
        ("RESET_LINK_HOURS", "8760"),
        ("INVITATION_DAYS", "0"),
        ("INVITATION_DAYS", "3650"),
        ("ACCESS_TOKEN_SECONDS", "31536000"),
        ("REFRESH_TOKEN_DAYS", "36500"),
        ("AUTHORISATION_DAYS", "36500"),
        ("GRANT_COOLDOWN_SECONDS", "0"),
        ("SECURITY_EVENTS_DAYS", "1"),
        ("CLIENT_ADDRESS_DAYS", "36500"),
    ],
)
def test_live_mode_refuses_what_would_weaken_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    said = _said(monkeypatch, LIVE | {name: value})
    assert _is_named(name, said), said
    assert "For example" in str(said)
    assert "sekret" not in str(said)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"OTHER_ORIGINS": '["https://www.example.org", "https://www.example.org:8443"]'},
        {"OTHER_ORIGINS": '["http://localhost:3000", "http://[::1]:3000"]'},
        {"PUBLIC_URL": "https://platform.example.org:8443/"},
        {"XPORTER_URL": "http://127.0.0.1:8080/simulator/xporter"},
        {"XPORTER_URL": "https://xporter.groupcall.com/v2/"},
        {"XPORTER_TOKEN_PATH": "/api/v1.1/GetToken"},
        {"SMTP_PASSWORD": "word", "SMTP_PORT": "465", "SMTP_STARTTLS": "false"},
        {"SMTP_PASSWORD": "word", "SMTP_HOST": "127.0.0.1", "SMTP_STARTTLS": "false"},
        {"SMTP_STARTTLS": "false"},
        {"HOST": "0.0.0.0"},  # noqa: S104
        {"HOST": "::"},
        {"PUBLIC_URL": "http://localhost:3000"},
        {"MAIL_FROM": "no-reply@assembly.education"},
    ],
)
def test_live_mode_starts_with_what_is_safe(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    assert _said(monkeypatch, LIVE | given) == []


@pytest.mark.parametrize("mode", MODES)
def test_no_password_is_sent_to_a_mail_server_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    given = {"SMTP_HOST": "smtp.example.org", "SMTP_PASSWORD": "sekret", "SMTP_STARTTLS": "false"}
    (said,) = _said(monkeypatch, MODES[mode] | given)
    assert "ASSEMBLY_SMTP_STARTTLS=false" in said
    assert "sekret" not in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104
@pytest.mark.parametrize("address", ["http://localhost:3000", "http://127.0.0.1:3000"])
def test_live_mode_that_others_reach_is_not_called_localhost(
    monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    (said,) = _said(monkeypatch, LIVE | {"HOST": host, "PUBLIC_URL": address})
    assert "ASSEMBLY_PUBLIC_URL" in said
    assert "ASSEMBLY_HOST" in said


def test_a_port_of_the_environment_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "70000")
    (said,) = _said(monkeypatch, {})
    assert "PORT" in said


def test_no_random_key_is_refused() -> None:
    for _ in range(1000):
        Settings(secret_keys=[SecretStr(Fernet.generate_key().decode())])


def test_a_refused_secret_is_in_no_error_of_ours() -> None:
    with pytest.raises(ValueError, match="secret_keys") as refused:
        Settings(secret_keys=[SecretStr("sekret-key")])
    assert "sekret" not in str(refused.value)
    with pytest.raises(ValueError, match="database_url") as refused:
        Settings(database_url="nonsense:sekret@db")
    assert "sekret" not in str(refused.value)


@pytest.mark.parametrize("command", [["serve"], ["work"], ["doctor"], ["invite-code", "list"]])
def test_a_command_says_in_words_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("ASSEMBLY_SECRET_KEYS", "sekret")
    monkeypatch.setenv("ASSEMBLY_PORT", "70000")
    done = CliRunner().invoke(commands, command)
    said = f"{done.output}{done.exception}"
    assert "ASSEMBLY_SECRET_KEYS cannot be used" in said
    assert "ASSEMBLY_PORT" in said
    assert "sekret" not in said
