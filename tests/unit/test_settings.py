"""Settings: demo needs none, live names everything that is missing at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from assembly_ui import settings
from assembly_ui.settings import KEY_FILE, Settings, SettingsProblem


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ASSEMBLY_{name.upper()}", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path))


def test_the_demo_needs_no_setting() -> None:
    demo = settings.load()
    assert demo.is_demo
    assert demo.address == "http://localhost:3000"
    assert demo.xporter_address == "http://127.0.0.1:3000/simulator/xporter"
    assert not demo.asks_dns


def test_live_mode_names_everything_missing_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_MODE", "live")
    with pytest.raises(SettingsProblem) as caught:
        settings.load()
    said = str(caught.value)
    for name in ("PUBLIC_URL", "DATABASE_URL", "SECRET_KEYS", "XPORTER_URL", "SMTP_HOST"):
        assert f"ASSEMBLY_{name} is not set" in said


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("http://platform.example.org", False),
        ("platform.example.org", False),
        ("https://", False),
        ("https://user@platform.example.org", False),
        ("https://platform.example.org/assembly", False),
        ("https://platform.example.org?x", False),
        ("https://[::1", False),
        ("https://platform.example.org", True),
        ("https://platform.example.org:8443/", True),
        ("http://localhost:3000", True),
    ],
)
def test_in_live_mode_nothing_travels_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, address: str, is_safe: bool
) -> None:
    monkeypatch.setenv("ASSEMBLY_MODE", "live")
    monkeypatch.setenv("ASSEMBLY_PUBLIC_URL", address)
    with pytest.raises(SettingsProblem) as caught:
        settings.load()
    said = [problem for problem in caught.value.problems if "ASSEMBLY_PUBLIC_URL" in problem]
    assert bool(said) != is_safe


@pytest.mark.parametrize(
    ("address", "hops", "is_refused"),
    [
        ("https://platform.example.org", "0", True),
        ("https://platform.example.org", "1", False),
        ("http://localhost:3000", "0", False),
    ],
)
def test_an_https_address_needs_the_number_of_proxies(
    monkeypatch: pytest.MonkeyPatch, address: str, hops: str, is_refused: bool
) -> None:
    monkeypatch.setenv("ASSEMBLY_DEMO_PUBLIC", "true")
    monkeypatch.setenv("ASSEMBLY_PUBLIC_URL", address)
    monkeypatch.setenv("ASSEMBLY_TRUSTED_PROXY_HOPS", hops)
    said = ""
    try:
        settings.load()
    except SettingsProblem as problem:
        said = str(problem)
    assert ("ASSEMBLY_TRUSTED_PROXY_HOPS must say" in said) == is_refused


def test_every_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_PORT", "many")
    monkeypatch.setenv("ASSEMBLY_MODE", "dreaming")
    with pytest.raises(SettingsProblem) as caught:
        settings.load()
    assert len(caught.value.problems) == 2
    assert all(problem.startswith("ASSEMBLY_") for problem in caught.value.problems)


def test_a_port_of_the_environment_counts_unless_ours_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "8080")
    assert settings.load().port == 8080
    monkeypatch.setenv("ASSEMBLY_PORT", "9090")
    assert settings.load().port == 9090


def test_the_demo_makes_one_key_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first, second = Settings(data_dir=tmp_path), Settings(data_dir=tmp_path)
    assert first.fernet_keys == second.fernet_keys
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0


def _secrets_of(config: Settings) -> dict[str, str]:
    """Everything that opens something, by the name of the setting or property."""
    names = [name for name in dir(Settings) if name.endswith(("secret", "key", "keys"))]
    found = {}
    for name in names:
        value = getattr(config, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        for number, text in enumerate(value if isinstance(value, list) else [value]):
            found[f"{name} {number}"] = text
    return {name: text for name, text in found.items() if isinstance(text, str) and text}


def test_no_two_installations_share_a_secret_nor_two_purposes_in_one(tmp_path: Path) -> None:
    here, there = (_secrets_of(Settings(data_dir=tmp_path / name)) for name in ("here", "there"))
    assert {"management_secret 0", "stand_in_control_key 0", "schoolbooking_secret 0"} <= set(here)
    assert set(here) == set(there)
    together = [*here.values(), *there.values()]
    assert len(set(together)) == len(together)
    assert here == _secrets_of(Settings(data_dir=tmp_path / "here"))


OPENINGS = [
    ("ASSEMBLY_HOST", "0.0.0.0"),  # noqa: S104
    ("ASSEMBLY_HOST", "::"),
    ("ASSEMBLY_HOST", "192.0.2.7"),
    ("ASSEMBLY_HOST", "demo.example.org"),
    ("ASSEMBLY_PUBLIC_URL", "https://demo.example.org"),
    ("ASSEMBLY_PUBLIC_URL", "https://127.0.0.1:3000"),
    ("ASSEMBLY_PUBLIC_URL", "http://demo.example.org"),
    ("ASSEMBLY_PUBLIC_URL", "http://127.0.0.1.example.org"),
    ("ASSEMBLY_OTHER_ORIGINS", '["https://demo.example.org"]'),
    ("ASSEMBLY_API_HOST", "api.example.org"),
    ("ASSEMBLY_API_HOST", "localhost.example.org"),
    ("ASSEMBLY_API_HOST", "192.0.2.7"),
    ("ASSEMBLY_SMTP_HOST", "mail.example.org"),
    ("ASSEMBLY_SMTP_HOST", "localhost"),
]


@pytest.mark.parametrize(("name", "value"), OPENINGS)
def test_a_demo_that_others_could_reach_is_refused_unless_that_is_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("ASSEMBLY_TRUSTED_PROXY_HOPS", "1")
    with pytest.raises(SettingsProblem) as refused:
        settings.load()
    (sentence,) = refused.value.problems
    assert sentence.startswith(name)
    assert "ASSEMBLY_MODE=live" in sentence
    assert "ASSEMBLY_DEMO_PUBLIC=true" in sentence
    monkeypatch.setenv("ASSEMBLY_DEMO_PUBLIC", "true")
    assert settings.load().is_demo


def test_every_opening_of_a_demo_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"ASSEMBLY_OTHER_ORIGINS": '["http://a.example"]'} | dict(OPENINGS)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem) as refused:
        settings.load()
    assert len(refused.value.problems) == len(chosen)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSEMBLY_HOST", "127.0.0.9"),
        ("ASSEMBLY_HOST", "::1"),
        ("ASSEMBLY_HOST", "localhost"),
        ("ASSEMBLY_PUBLIC_URL", "http://localhost:8080"),
        ("ASSEMBLY_OTHER_ORIGINS", '["http://127.0.0.1:8080"]'),
        ("ASSEMBLY_API_HOST", "api.localhost"),
        ("ASSEMBLY_API_HOST", "127.0.0.2"),
    ],
)
def test_a_demo_may_be_set_up_within_its_machine(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert settings.load().is_demo


def test_the_callback_address_outlives_a_key_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    monkeypatch.setenv("ASSEMBLY_SECRET_KEYS", json.dumps([old]))
    known_to_xporter = settings.load().callback_keys[0]
    monkeypatch.setenv("ASSEMBLY_SECRET_KEYS", json.dumps([new, old]))
    assert known_to_xporter in settings.load().callback_keys
    assert known_to_xporter not in (old, new)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSEMBLY_DATABASE_URL", "postgresql+psycopg://db:se/kret@db:x/assembly"),
        ("ASSEMBLY_DATABASE_URL", "postgresql+psycopg//db:se/kret@db/assembly"),
        ("ASSEMBLY_VALKEY_URL", "redis://:se/kret@valkey:6379"),
    ],
)
def test_an_address_that_cannot_be_read_is_named_and_its_password_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem) as refused:
        settings.load()
    assert name in str(refused.value)
    assert not any(part in str(refused.value) for part in ("se/", "kret"))


def test_addresses_with_passwords_are_not_shown(tmp_path: Path) -> None:
    known = {
        "database_url": "postgresql+psycopg://a:sekret@db/a",
        "valkey_url": "redis://:sekret@v",
    }
    assert "sekret" not in repr(Settings(data_dir=tmp_path, **known))


@pytest.mark.parametrize(
    ("name", "value"), [("ASSEMBLY_WEB_WORKERS", "2"), ("ASSEMBLY_WORK_IN_WEB", "false")]
)
@pytest.mark.parametrize("missing", ["ASSEMBLY_DATABASE_URL", "ASSEMBLY_VALKEY_URL"])
def test_several_processes_need_postgresql_and_valkey(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, missing: str
) -> None:
    monkeypatch.setenv("ASSEMBLY_DATABASE_URL", "postgresql+psycopg://db/assembly")
    monkeypatch.setenv("ASSEMBLY_VALKEY_URL", "redis://valkey:6379/0")
    monkeypatch.setenv(name, value)
    assert settings.load().is_apart
    monkeypatch.delenv(missing)
    with pytest.raises(SettingsProblem, match=r"need PostgreSQL .* and Valkey") as caught:
        settings.load()
    assert len(caught.value.problems) == 1


def test_an_address_that_is_none_of_a_valkey_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_VALKEY_URL", "localhost:6379")
    with pytest.raises(SettingsProblem, match="ASSEMBLY_VALKEY_URL cannot be used"):
        settings.load()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("valkeys://:word@valkey:6379/0", "rediss://:word@valkey:6379/0"),
        ("valkey://valkey", "redis://valkey"),
        ("redis://valkey", "redis://valkey"),
        ("unix:///run/valkey.sock", "unix:///run/valkey.sock"),
    ],
)
def test_a_valkey_may_be_named_as_such(given: str, read: str) -> None:
    assert Settings(valkey_url=given).valkey == read


def test_no_secret_shows_in_the_settings_printed() -> None:
    printed = repr(
        Settings(xporter_management_secret="do-not-print-me", smtp_password="nor-me")  # type: ignore[arg-type]
    )
    assert "do-not-print-me" not in printed
    assert "nor-me" not in printed


def test_every_setting_says_what_it_does() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"


def _row(name: str) -> str:
    """The line of the README's table about a setting."""
    field = Settings.model_fields[name]
    default = field.get_default(call_default_factory=True)
    shown = "" if default in ([], "", None, SecretStr("")) else f"`{default}`"
    ends = [getattr(bound, "ge", getattr(bound, "gt", None)) for bound in field.metadata]
    ends += [getattr(bound, "le", None) for bound in field.metadata]
    between = " to ".join(f"{end:,}" for end in ends if end is not None)
    return f"| `ASSEMBLY_{name.upper()}` | {shown} | {between} | {field.description} |"


def test_the_readme_lists_every_setting_as_it_is() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text()
    listed = [line for line in readme.splitlines() if line.startswith("| `ASSEMBLY_")]
    assert listed == [_row(name) for name in Settings.model_fields]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "other.localhost"])
def test_the_api_hides_no_page(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("ASSEMBLY_OTHER_ORIGINS", '["http://other.localhost"]')
    monkeypatch.setenv("ASSEMBLY_DEMO_PUBLIC", "true")
    monkeypatch.setenv("ASSEMBLY_API_HOST", host)
    with pytest.raises(SettingsProblem) as refused:
        settings.load()
    (problem,) = refused.value.problems
    assert problem.startswith(f"ASSEMBLY_API_HOST={host} is where pages are")
