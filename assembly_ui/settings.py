"""Every setting, in one class.

Each is read once from the environment as `ASSEMBLY_<NAME>`. Demo mode needs
none of them. Live mode refuses to start and names everything missing at once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from redis.asyncio.connection import parse_url
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

KEY_FILE = "secret.key"
GROUPCALL_PORTAL = "https://manage.groupcall.com"
VALKEY_ADDRESS = re.compile(r"(rediss?|valkeys?|unix)://.")
_HOST = r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?"
SAFE_ADDRESS = re.compile(
    rf"https://{_HOST}|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?", re.IGNORECASE
)
WANT = "need PostgreSQL (ASSEMBLY_DATABASE_URL) and Valkey (ASSEMBLY_VALKEY_URL)."


class Mode(StrEnum):
    """Demo brings its own stand-ins; live talks to the real services."""

    DEMO = "demo"
    LIVE = "live"


class SettingsProblem(Exception):
    """The settings cannot work. `problems` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """What may be set, its default, and what it does."""

    model_config = SettingsConfigDict(
        env_prefix="ASSEMBLY_", frozen=True, extra="ignore", populate_by_name=True
    )

    mode: Mode = Field(Mode.DEMO, description="`demo` (stand-ins, mailbox) or `live`.")
    port: int = Field(
        3000,
        validation_alias=AliasChoices("ASSEMBLY_PORT", "PORT", "port"),
        description="Port for pages and API. `PORT` is read too.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on; `0.0.0.0` for every one.")
    public_url: str = Field("", description="Address people type. Default http://localhost:PORT.")
    other_origins: list[str] = Field(
        default_factory=list, description="Further exact origins allowed to open a socket (JSON)."
    )
    trusted_proxy_hops: int = Field(0, description="Reverse proxies in front; 1 behind one proxy.")
    data_dir: Path = Field(Path("data"), description="Folder for the database, keys and register.")
    database_url: str = Field(
        "", description="SQLAlchemy URL. Default: SQLite in the data folder.", repr=False
    )
    valkey_url: str = Field(
        "",
        description="Valkey or Redis, e.g. redis://host:6379/0. Needed by several processes.",
        repr=False,
    )
    web_workers: int = Field(
        1, ge=1, description="Processes that serve pages. Several need PostgreSQL and Valkey."
    )
    work_in_web: bool = Field(
        True,
        description="Background work runs where pages are served. `false`: `work` processes do it.",
    )
    secret_keys: list[SecretStr] = Field(
        default_factory=list,
        description="Fernet keys (JSON list); the first encrypts, all decrypt. Demo makes one.",
    )

    xporter_url: str = Field(
        "", description="Xporter on Demand, e.g. https://xporter.groupcall.com."
    )
    xporter_relying_party: str = Field(
        "assembly.education", description="Our application id at Xporter on Demand."
    )
    xporter_management_secret: SecretStr = Field(
        SecretStr(""), description="Our application's management secret."
    )
    xporter_registration_type: str = Field(
        "Live", description="`Live` or `Test`, sent with every invitation."
    )
    xporter_partner_name: str = Field(
        "Assembly Platform", description="The name schools see in the invitation."
    )
    xporter_partner_email: str = Field(
        "help@assembly.education", description="Our registered address at Xporter on Demand."
    )
    xporter_token_path: str = Field(
        "/api/oauth/GetToken", description="Token path below the Xporter address."
    )

    xporter_calls_per_second: float = Field(
        20, gt=0, description="Calls a second to Xporter on Demand, all processes together."
    )
    xporter_portal_url: str = Field(
        "", description="Groupcall School Portal, linked for schools. Demo: the stand-in's."
    )

    smtp_host: str = Field("", description="SMTP server. Empty in demo: mail goes to the mailbox.")
    smtp_port: int = Field(587, description="SMTP port.")
    smtp_username: str = Field("", description="SMTP user name, when the server wants one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="SMTP password.")
    smtp_starttls: bool = Field(True, description="Upgrade the SMTP connection with STARTTLS.")
    mail_from: str = Field(
        "Assembly <no-reply@assembly.education>", description="Sender of our messages."
    )
    help_email: str = Field("help@assembly.education", description="Whom people are told to ask.")

    log_in_days: int = Field(14, description="Days a log-in lasts without use.")
    confirm_link_hours: int = Field(24, description="Hours a confirmation link lasts.")
    reset_link_hours: int = Field(1, description="Hours a password reset link lasts.")
    invitation_days: int = Field(7, description="Days a colleague's invitation lasts.")
    access_token_seconds: int = Field(
        86_400, ge=60, description="Seconds an app's access token lasts."
    )
    refresh_token_days: int = Field(
        180, ge=1, description="Days an app's refresh token lasts without use."
    )
    grant_cooldown_seconds: int = Field(
        20, description="Seconds before Grant Access may send another invitation."
    )
    watch_onboarding_seconds: float = Field(
        5, description="Seconds between checks of a school that is being set up."
    )
    watch_settled_minutes: float = Field(
        0, description="Minutes between checks of a settled connection. 0: 180, in the demo 0.1."
    )
    sync_hours: float = Field(
        0, ge=0, description="Hours between syncs of a school by itself. 0: 24, in the demo 1."
    )
    simulator_queue_seconds: float = Field(
        8, description="Demo: seconds a school spends in the onboarding queue."
    )
    simulator_install_seconds: float = Field(
        3, description="Demo: seconds an immediate installation takes."
    )
    simulator_pupils: int = Field(
        0, ge=0, le=5000, description="Demo: pupils of every school. 0: 300 to 1,500, as it comes."
    )
    throttle_scale: float = Field(
        1, description="Multiplies every rate limit; tests raise it to stay out of their own way."
    )

    @property
    def is_demo(self) -> bool:
        """Whether the stand-ins and the mailbox are part of this deployment."""
        return self.mode is Mode.DEMO

    @property
    def asks_dns(self) -> bool:
        """Whether the domain of an email address is looked up before it is accepted."""
        return not self.is_demo

    @property
    def address(self) -> str:
        """The public address, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def own_address(self) -> str:
        """The address at which this machine reaches itself."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def origins(self) -> list[str]:
        """Exact origins that may open a socket or post a form."""
        origins = [self.address, *self.other_origins]
        if self.is_demo:
            origins += [f"http://localhost:{self.port}", self.own_address]
        return list(dict.fromkeys(origins))

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        path = (self.data_dir / "assembly.db").resolve()
        return self.database_url or f"sqlite+aiosqlite:///{path}"

    @property
    def is_apart(self) -> bool:
        """Whether the product runs as more than one process."""
        return self.web_workers > 1 or not self.work_in_web

    @property
    def valkey(self) -> str:
        """The address of the store that processes share, as its client reads it; may be empty."""
        return re.sub(r"^valkey", "redis", self.valkey_url)

    @property
    def xporter_address(self) -> str:
        """Where Xporter on Demand answers: the real one, or the stand-in in this process."""
        return self.xporter_url.rstrip("/") or f"{self.own_address}/simulator/xporter"

    @property
    def settled_minutes(self) -> float:
        """Minutes between checks of a settled connection; a demo's audience sees changes soon."""
        return self.watch_settled_minutes or (0.1 if self.is_demo else 180)

    @property
    def hours_between_syncs(self) -> float:
        """Hours between syncs of a school that nobody asked for."""
        return self.sync_hours or (1 if self.is_demo else 24)

    @property
    def xporter_portal(self) -> str:
        """Where schools manage their sharing: Groupcall's page, or the stand-in's."""
        own = f"{self.address}/simulator/xporter/portal" if self.is_demo else GROUPCALL_PORTAL
        return self.xporter_portal_url or own

    @property
    def management_secret(self) -> str:
        """Our secret at Xporter on Demand; the stand-in takes any word both sides know."""
        return self.xporter_management_secret.get_secret_value() or "demo-management-secret"

    @cached_property
    def fernet_keys(self) -> list[str]:
        """Keys for secrets at rest, newest first. Demo mode makes and keeps its own."""
        if self.secret_keys:
            return [key.get_secret_value() for key in self.secret_keys]
        return [_own_key(self.data_dir / KEY_FILE)]

    @cached_property
    def callback_keys(self) -> list[str]:
        """The unguessable ends of our callback address, one for each encryption key.

        The callback is not signed (facts file, gap 10), so its address must not be
        known. It stays good while the key it was made from is configured.
        """
        return [
            hmac.new(key.encode(), b"xporter-callback", hashlib.sha256).hexdigest()[:40]
            for key in self.fernet_keys
        ]

    @property
    def stand_in_control_key(self) -> str:
        """The key to the stand-in's control API, for tests and presenters of the demo."""
        key = self.fernet_keys[0].encode()
        return hmac.new(key, b"xporter-stand-in-control", hashlib.sha256).hexdigest()[:40]

    @property
    def schoolbooking_secret(self) -> str:
        """The client secret of the demo's SchoolBooking, which both sides know."""
        key = self.fernet_keys[0].encode()
        return hmac.new(key, b"schoolbooking-client-secret", hashlib.sha256).hexdigest()

    def missing(self) -> list[str]:
        """Names of settings that live mode cannot do without and that are not set."""
        if self.is_demo:
            return []
        needed = {
            "public_url": self.public_url,
            "database_url": self.database_url,
            "secret_keys": self.secret_keys,
            "xporter_url": self.xporter_url,
            "xporter_management_secret": self.xporter_management_secret.get_secret_value(),
            "smtp_host": self.smtp_host,
        }
        return [f"ASSEMBLY_{name.upper()}" for name, value in needed.items() if not value]

    def contradictions(self) -> list[str]:
        """What is set but cannot work together, one sentence each."""
        problems = []
        if not self.is_demo and self.public_url and not SAFE_ADDRESS.fullmatch(self.address):
            # Log-ins, codes and tokens of apps travel there (RFC 6749, 3.1 and 3.2).
            problems.append(
                "ASSEMBLY_PUBLIC_URL cannot be used in live mode: it must be https:// and a host, "
                "such as https://platform.example.org, and nothing behind it."
            )
        if self.database_url and not _is_readable(make_url, self.database_url):
            problems.append(
                "ASSEMBLY_DATABASE_URL cannot be used: it is no SQLAlchemy URL. In a password, "
                "characters like / and @ must be percent-encoded."
            )
        if self.valkey_url and not VALKEY_ADDRESS.match(self.valkey_url):
            problems.append(
                "ASSEMBLY_VALKEY_URL cannot be used: it must begin with redis://, rediss://, "
                "valkey://, valkeys:// or unix://."
            )
        elif self.valkey_url and not _is_readable(parse_url, self.valkey):
            problems.append(
                "ASSEMBLY_VALKEY_URL cannot be used: it is no URL. In a password, characters "
                "like / and @ must be percent-encoded."
            )
        if self.is_apart and not self.is_shared:
            problems.append(
                f"Several processes (ASSEMBLY_WEB_WORKERS, ASSEMBLY_WORK_IN_WEB) {WANT}"
            )
        return problems

    @property
    def is_shared(self) -> bool:
        """Whether several processes can work on the same schools: PostgreSQL and Valkey."""
        return bool(self.valkey_url) and not self.database.startswith("sqlite")


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsProblem: a value that cannot be read, live mode with something
            missing, or what cannot work together; every one is named.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsProblem([_sentence(problem) for problem in error.errors()]) from None
    problems = [
        f"{name} is not set, and live mode cannot start without it." for name in settings.missing()
    ]
    if problems := problems + settings.contradictions():
        raise SettingsProblem(problems)
    return settings


def _is_readable(read: Callable[[str], object], address: str) -> bool:
    """Asked here, since whoever reads it in vain later quotes parts of the password."""
    try:
        read(address)
    except (ValueError, ArgumentError):
        return False
    return True


def _sentence(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0]).upper().removeprefix("ASSEMBLY_")
    return f"ASSEMBLY_{name} cannot be used: {problem['msg']}."


def _own_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL makes the first of several processes win; the others read its key.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(Fernet.generate_key().decode())
    except FileExistsError:
        pass
    return path.read_text()
