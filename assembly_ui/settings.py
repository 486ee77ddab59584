"""Every setting, in one class.

Each is read once from the environment as `ASSEMBLY_<NAME>`. Demo mode needs
none of them. Live mode refuses to start and names everything missing at once.
What a value may be stands beside its field: two ends for every number, a type of
`setting_types` for every text.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from assembly_ui.server import private_files
from assembly_ui.setting_types import (
    DatabaseIfAny,
    Email,
    FernetKey,
    Folder,
    Host,
    HostIfAny,
    JsonList,
    LongSecret,
    Name,
    Origin,
    Port,
    Secret,
    Sender,
    SiteIfAny,
    TextIfAny,
    UrlPath,
    ValkeyIfAny,
    WebAddressIfAny,
    is_loopback,
    is_safe_to_send_to,
    valkey_client_url,
)

KEY_FILE = "secret.key"
DATA_NAMES = (
    KEY_FILE,
    "register.csv.gz",
    "register.previous.csv.gz",
    "build.log",
    "scaled.env",
    "postgresql",
    "postgresql.log",
    "sockets",
    "valkey.log",
)
LOCK_TAIL = ".lock"
FILE_TAILS = ("", "-wal", "-shm", "-journal", LOCK_TAIL)
"""Of the files that belong to an SQLite database."""
STATES = Path(__file__).parent.parent / ".states"
"""Where Reflex keeps what tabs show, when it is told to keep it on disk."""

GROUPCALL_PORTAL = "https://manage.groupcall.com"
IMPLICIT_TLS_PORT = 465
HTTP_PORT, HTTPS_PORT = 80, 443
REPLACED_HOSTS = frozenset({"localhost", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"})  # noqa: S104
"""In whose place the front end puts the host that a page came from."""
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
        env_prefix="ASSEMBLY_",
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        allow_inf_nan=False,
        # What cannot be used may be a secret.
        hide_input_in_errors=True,
    )

    mode: Mode = Field(Mode.DEMO, description="`demo` (simulators, mailbox) or `live`.")
    demo_public: bool = Field(
        False, description="Demo: `true` lets other machines reach it, which is not safe yet."
    )
    port: Port = Field(
        3000,
        validation_alias=AliasChoices("ASSEMBLY_PORT", "PORT", "port"),
        description="Port for pages and API. `PORT` is read too.",
    )
    host: Host = Field("127.0.0.1", description="Address to listen on; `0.0.0.0` for every one.")
    public_url: SiteIfAny = Field(
        "",
        description="Address people type. Default http://localhost:PORT.",
        examples=["https://platform.example.org"],
    )
    other_origins: JsonList[Origin] = Field(
        default_factory=list,
        description="Further exact origins allowed to open a socket (JSON).",
        examples=['["https://www.example.org"]'],
    )
    api_host: HostIfAny = Field(
        "",
        description="A further host name, where the API alone answers, at the root.",
        examples=["api.example.org"],
    )
    trusted_proxy_hops: int = Field(
        0,
        ge=0,
        le=10,
        description="Reverse proxies in front; at least 1 with an https `PUBLIC_URL`.",
        examples=["1"],
    )
    data_dir: Folder = Field(
        Path("data"), description="Folder for the database, keys and register."
    )
    database_url: DatabaseIfAny = Field(
        "",
        description="SQLAlchemy URL. Default: SQLite in the data folder, for the demo alone.",
        examples=["postgresql+psycopg://assembly:PASSWORD@db.internal/assembly"],
        repr=False,
    )
    valkey_url: ValkeyIfAny = Field(
        "",
        examples=["rediss://:PASSWORD@valkey.internal:6379/0"],
        description="Valkey or Redis, e.g. redis://host:6379/0. Needed by several processes.",
        repr=False,
    )
    web_workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Processes that serve pages. Several need PostgreSQL and Valkey.",
    )
    work_in_web: bool = Field(
        True,
        description="Background work runs where pages are served. `false`: `work` processes do it.",
    )
    secret_keys: JsonList[FernetKey] = Field(
        default_factory=list,
        examples=['["THE-44-CHARACTERS-OF-A-FERNET-KEY"]'],
        description="Fernet keys (JSON list); the first encrypts, all decrypt. Demo makes one.",
    )

    xporter_url: WebAddressIfAny = Field(
        "",
        description="Xporter on Demand, e.g. https://xporter.groupcall.com.",
        examples=["https://xporter.groupcall.com"],
    )
    xporter_relying_party: Host = Field(
        "assembly.education", description="Our application id at Xporter on Demand."
    )
    xporter_management_secret: LongSecret = Field(
        SecretStr(""),
        description="Our application's management secret.",
        examples=["THE-SECRET-THAT-GROUPCALL-GAVE-US"],
    )
    xporter_registration_type: Literal["Live", "Test"] = Field(
        "Live", description="`Live` or `Test`, sent with every invitation."
    )
    xporter_partner_name: Name = Field(
        "Assembly Platform", description="The name schools see in the invitation."
    )
    xporter_partner_email: Email = Field(
        "help@assembly.education", description="Our registered address at Xporter on Demand."
    )
    xporter_token_path: UrlPath = Field(
        "/api/oauth/GetToken", description="Token path below the Xporter address."
    )

    xporter_calls_per_second: float = Field(
        20,
        ge=0.1,
        le=1000,
        description="Calls a second to Xporter on Demand, all processes together.",
    )
    xporter_portal_url: WebAddressIfAny = Field(
        "",
        description="Groupcall School Portal, linked for schools. Demo: the simulator's.",
        examples=[GROUPCALL_PORTAL],
    )

    smtp_host: HostIfAny = Field(
        "",
        description="SMTP server. Empty in demo: mail goes to the mailbox.",
        examples=["smtp.example.org"],
    )
    smtp_port: Port = Field(587, description="SMTP port. 465 is encrypted from the beginning.")
    smtp_username: TextIfAny = Field(
        "", description="SMTP user name, when the server wants one.", examples=["assembly"]
    )
    smtp_password: Secret = Field(
        SecretStr(""), description="SMTP password.", examples=["THE-PASSWORD-OF-THAT-USER"]
    )
    smtp_starttls: bool = Field(True, description="Upgrade the SMTP connection with STARTTLS.")
    mail_from: Sender = Field(
        "Assembly <no-reply@assembly.education>", description="Sender of our messages."
    )
    help_email: Email = Field("help@assembly.education", description="Whom people are told to ask.")

    log_in_days: int = Field(14, ge=1, le=90, description="Days a log-in lasts without use.")
    session_max_days: int = Field(
        30, ge=1, le=365, description="Days after which a log-in ends, however much it is used."
    )
    confirm_link_hours: int = Field(
        24, ge=1, le=168, description="Hours a confirmation link lasts."
    )
    reset_link_hours: int = Field(1, ge=1, le=24, description="Hours a password reset link lasts.")
    invitation_days: int = Field(7, ge=1, le=60, description="Days a colleague's invitation lasts.")
    prove_ownership: bool | None = Field(
        None,
        description="Whether who sets up a school must show that it is theirs. "
        "Default: in live mode.",
        examples=["true"],
    )
    access_token_seconds: int = Field(
        86_400, ge=60, le=604_800, description="Seconds an app's access token lasts."
    )
    refresh_token_days: int = Field(
        180, ge=1, le=730, description="Days an app's refresh token lasts without use."
    )
    authorisation_days: int = Field(
        365, ge=1, le=1095, description="Days until a school must authorise an app again."
    )
    grant_cooldown_seconds: int = Field(
        20, ge=1, le=3600, description="Seconds before Grant Access may send another invitation."
    )
    watch_onboarding_seconds: float = Field(
        5, ge=0.1, le=3600, description="Seconds between checks of a school that is being set up."
    )
    watch_settled_minutes: float = Field(
        0,
        ge=0,
        le=1440,
        description="Minutes between checks of a settled connection. 0: 180, in the demo 0.1.",
    )
    sync_hours: float = Field(
        0,
        ge=0,
        le=720,
        description="Hours between syncs of a school by itself. 0: 24, in the demo 1.",
    )
    security_events_days: int = Field(
        365, ge=30, le=3650, description="Days security events are kept."
    )
    security_events_rows: int = Field(
        500_000,
        ge=1000,
        le=50_000_000,
        description="Rows of security events kept at most; beyond it refusals go, "
        "the most frequent first, and successes by age alone.",
    )
    client_address_days: int = Field(
        90,
        ge=1,
        le=730,
        description="Days client addresses are kept in security and audit records.",
    )
    simulator_queue_seconds: float = Field(
        8, ge=0, le=3600, description="Demo: seconds a school spends in the onboarding queue."
    )
    simulator_install_seconds: float = Field(
        3, ge=0, le=3600, description="Demo: seconds an immediate installation takes."
    )
    simulator_pupils: int = Field(
        0, ge=0, le=5000, description="Demo: pupils of every school. 0: 300 to 1,500, as it comes."
    )
    throttle_scale: float = Field(
        1,
        ge=0.0001,
        le=1_000_000,
        description="Multiplies every rate limit, for tests; live mode takes 1 alone.",
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
    def proves_ownership(self) -> bool:
        """Whether who sets up a school must show that it is theirs."""
        return not self.is_demo if self.prove_ownership is None else self.prove_ownership

    @property
    def address(self) -> str:
        """The public address, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def own_address(self) -> str:
        """The address at which this machine reaches itself."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pages_address(self) -> str:
        """The address compiled into the pages, from which they find their way back.

        The front end replaces `localhost` by the host that the page came from, and behind https
        drops the port. Where that leads elsewhere, it is given the public address.
        """
        port, is_https = _port_of(self.address), self.address.startswith("https://")
        if port == (HTTPS_PORT if is_https else self.port):
            return f"http://localhost:{self.port}"
        return self.address

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
    def server_lock(self) -> Path | None:
        """What the one server holds that may work on an SQLite file; PostgreSQL takes many."""
        url = make_url(self.database)
        if not url.drivername.startswith("sqlite") or not url.database:
            return None
        # One file may have several names, and has one lock.
        return Path(f"{Path(url.database).resolve()}{LOCK_TAIL}")

    @property
    def private_paths(self) -> list[Path]:
        """Every file and folder of ours that holds secrets or data of people, there or not.

        By name: a data folder that was there before may hold what is not ours.
        """
        folder = self.data_dir
        files = [folder / name for name in DATA_NAMES]
        url = make_url(self.database)
        if url.drivername.startswith("sqlite") and url.database:
            files += [Path(url.database + tail) for tail in FILE_TAILS]
        is_ours = any(file.exists() for file in files)
        states = [STATES, *STATES.glob("*")]
        return [*([folder] if is_ours else []), *files, *states]

    @property
    def is_apart(self) -> bool:
        """Whether the product runs as more than one process."""
        return self.web_workers > 1 or not self.work_in_web

    @property
    def valkey(self) -> str:
        """The address of the store that processes share, as its client reads it; may be empty."""
        return valkey_client_url(self.valkey_url)

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
        """Our secret at Xporter on Demand; the demo's simulator shares one of this installation."""
        given = self.xporter_management_secret.get_secret_value()
        return given or self._derived_secret("xporter-management")

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
    def security_log_key(self) -> bytes:
        """The key under which the security log hashes what people typed.

        After the first encryption key changes, hashes compare with newer ones only.
        """
        key = self.fernet_keys[0].encode()
        return hmac.new(key, b"security-log-subject", hashlib.sha256).digest()

    @property
    def stand_in_control_key(self) -> str:
        """The key to the stand-in's control API, for tests and presenters of the demo."""
        return self._derived_secret("xporter-stand-in-control")[:40]

    @property
    def schoolbooking_secret(self) -> str:
        """The client secret of the demo's SchoolBooking, which both sides know."""
        return self._derived_secret("schoolbooking-client-secret")

    def _derived_secret(self, purpose: str) -> str:
        """A secret of this installation: no two installations share a key, or this."""
        key = self.fernet_keys[0].encode()
        return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()

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
        problems = self._openings_of_the_demo() + self._weaknesses_of_live_mode()
        if self.address.startswith("https://") and not self.trusted_proxy_hops:
            # This server speaks http only, so a proxy is in front. Uncounted, everybody
            # would share its network address, and with it every limit.
            problems.append(
                "ASSEMBLY_TRUSTED_PROXY_HOPS must say how many reverse proxies are in front of an "
                "https:// address (1 behind one proxy): limits are counted by the network "
                "address of each person, not of the proxy. " + _example("TRUSTED_PROXY_HOPS")
            )
        if self._loses_its_port and not self._openings_of_the_demo():
            problems.append(
                f"ASSEMBLY_PUBLIC_URL={self.public_url} cannot be used: pages of https://localhost "
                "connect to port 443 whatever its port. Use https://127.0.0.1 with the port, or "
                "port 443. " + _example("PUBLIC_URL")
            )
        if self.api_host.lower() in {urlsplit(origin).hostname for origin in self.origins}:
            problems.append(
                f"ASSEMBLY_API_HOST={self.api_host} is where pages are, and the API would hide "
                "them. It must be another name, which leads to this server too. "
                + _example("API_HOST")
            )
        if self._sends_password_in_the_clear:
            problems.append(
                "ASSEMBLY_SMTP_STARTTLS=false would send ASSEMBLY_SMTP_PASSWORD in the clear. Set "
                "ASSEMBLY_SMTP_STARTTLS=true, or ASSEMBLY_SMTP_PORT=465, which is encrypted from "
                "the beginning."
            )
        if self.is_apart and not self.is_shared:
            problems.append(
                f"Several processes (ASSEMBLY_WEB_WORKERS, ASSEMBLY_WORK_IN_WEB) {WANT} "
                + _example("VALKEY_URL")
            )
        return problems

    def _weaknesses_of_live_mode(self) -> list[str]:
        """What only tests and demos may do."""
        if self.is_demo:
            return []
        # Log-ins, codes and tokens of apps travel there (RFC 6749, 3.1 and 3.2).
        clear = [origin for origin in self.origins if not is_safe_to_send_to(origin)]
        names = {
            "PUBLIC_URL": bool(self.public_url) and self.address in clear,
            "OTHER_ORIGINS": bool(set(clear) & set(self.other_origins)),
        }
        problems = [
            f"ASSEMBLY_{name} cannot be used in live mode: http:// is only for this machine. "
            + _example(name)
            for name, is_clear in names.items()
            if is_clear
        ]
        if self.throttle_scale != 1:
            problems.append(
                "ASSEMBLY_THROTTLE_SCALE cannot be used in live mode: it changes every limit that "
                "keeps attackers out. " + _example("THROTTLE_SCALE")
            )
        if is_loopback(urlsplit(self.address).hostname or "") and not is_loopback(self.host):
            problems.append(
                f"ASSEMBLY_PUBLIC_URL is an address of this machine alone ({self.address}), while "
                f"ASSEMBLY_HOST={self.host} lets others in, whom it would lead to their own "
                "machine. " + _example("PUBLIC_URL")
            )
        if self.database_url.startswith("sqlite"):
            problems.append(
                "ASSEMBLY_DATABASE_URL cannot be used in live mode: SQLite is for the demo. "
                + _example("DATABASE_URL")
            )
        return problems

    @property
    def _loses_its_port(self) -> bool:
        parts = urlsplit(self.address)
        is_replaced = parts.scheme == "https" and parts.hostname in REPLACED_HOSTS
        return is_replaced and _port_of(self.address) != HTTPS_PORT

    @property
    def _sends_password_in_the_clear(self) -> bool:
        return (
            bool(self.smtp_password.get_secret_value())
            and not self.smtp_starttls
            and self.smtp_port != IMPLICIT_TLS_PORT
            and not is_loopback(self.smtp_host)
        )

    def _openings_of_the_demo(self) -> list[str]:
        """What would let others reach a demo in which every visitor may read all mail."""
        if not self.is_demo or self.demo_public:
            return []
        openings = {
            f"ASSEMBLY_HOST={self.host}": not is_loopback(self.host),
            f"ASSEMBLY_PUBLIC_URL={self.public_url}": bool(self.public_url)
            and not _is_of_this_machine(self.public_url),
            "ASSEMBLY_OTHER_ORIGINS": not all(map(_is_of_this_machine, self.other_origins)),
            f"ASSEMBLY_API_HOST={self.api_host}": bool(self.api_host)
            and not _is_name_of_this_machine(self.api_host),
            f"ASSEMBLY_SMTP_HOST={self.smtp_host}": bool(self.smtp_host),
        }
        return [
            f"{name} is refused in demo mode: a demo lets everybody who reaches it read its mail "
            "and play every part. Leave it out to keep the demo on this machine, set "
            "ASSEMBLY_MODE=live for real use, or set ASSEMBLY_DEMO_PUBLIC=true if everybody is "
            "meant to get in."
            for name, is_open in openings.items()
            if is_open
        ]

    @property
    def is_shared(self) -> bool:
        """Whether several processes can work on the same schools: PostgreSQL and Valkey."""
        return bool(self.valkey_url) and not self.database.startswith("sqlite")


def unknown_words() -> list[str]:
    """A sentence for every ASSEMBLY_ name in the environment that is no setting."""
    prefix, known = "ASSEMBLY_", [name.upper() for name in Settings.model_fields]
    given = {name: name.upper().removeprefix(prefix) for name in sorted(os.environ)}
    return [
        f"{name} is no setting and has no effect."
        + "".join(f" Is {prefix}{like} meant?" for like in get_close_matches(rest, known, 1))
        for name, rest in given.items()
        if name.upper().startswith(prefix) and rest not in known
    ]


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsProblem: a value that cannot be read, live mode with something
            missing, or what cannot work together; every one is named.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        sentences = (_sentence(problem) for problem in error.errors())
        raise SettingsProblem(list(dict.fromkeys(sentences))) from None
    problems = [
        f"{name} is not set, and live mode cannot start without it. "
        + _example(name.removeprefix("ASSEMBLY_"))
        for name in settings.missing()
    ]
    if problems := problems + settings.contradictions():
        raise SettingsProblem(problems)
    return settings


def _sentence(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0]).upper().removeprefix("ASSEMBLY_")
    why = problem["msg"].removeprefix("Value error, ")
    also = " (or PORT)" if name == "PORT" else ""
    return f"ASSEMBLY_{name}{also} cannot be used: {why}. {_example(name)}"


def _example(name: str) -> str:
    field = Settings.model_fields[name.lower()]
    right = field.examples[0] if field.examples else field.default
    return f"For example: ASSEMBLY_{name}={right}"


def _port_of(address: str) -> int:
    parts = urlsplit(address)
    return parts.port or (HTTPS_PORT if parts.scheme == "https" else HTTP_PORT)


def _is_of_this_machine(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _is_name_of_this_machine(host: str) -> bool:
    # RFC 6761, 6.3: whatever ends so is this machine.
    return is_loopback(host) or host.lower().endswith(".localhost")


def _own_key(path: Path) -> str:
    """The key of a demo, kept in its data folder.

    Raises:
        SettingsProblem: the file cannot be read, or holds no key.
    """
    try:
        key = private_files.read_or_create(path, lambda: Fernet.generate_key().decode()).strip()
        Fernet(key)
    except OSError as error:
        raise SettingsProblem(
            [f"The key file {path} cannot be read: {error.strerror}. Change its permissions."]
        ) from None
    except ValueError:
        raise SettingsProblem(
            [
                f"The key file {path} holds no key. Put the right one back from a copy; without "
                "it nobody can read the secrets that schools gave. If there is no copy, delete "
                "the file: the next start makes a new key, and every school grants access again."
            ]
        ) from None
    return key
