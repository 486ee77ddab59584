"""What a value of a setting may be. Each type stands beside its field in `settings`.

A refusal says what is wrong and never quotes the value, which may be a secret.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from redis.asyncio.connection import parse_url
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

T = TypeVar("T")

LONGEST_TEXT = 1000
LEFT_OVER = frozenset({"null", "none", "nan", "undefined"})
"""What templates and scripts write where they had no value."""

KEY_BYTES = 32
FEWEST_DIFFERENT_BYTES = 16
"""Of a key. Of 32 random bytes fewer than this are different once in 10^17 keys."""

SHORTEST_SECRET = 8
HOW_TO_MAKE_A_KEY = (
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: systems read 0 or 127.1 as addresses.
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?![0-9]){_LABEL}", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://([^/:@?#\[\]\\\s]+|\[[^\]\s]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_PATH = re.compile(r"(?:/[\w~-][\w.~-]*)+", re.ASCII)
_DATABASE = re.compile(r"(postgresql\+psycopg|sqlite\+aiosqlite)://")
_VALKEY = re.compile(r"(rediss?|valkeys?|unix)://.")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that name or address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_safe_to_send_to(address: str) -> bool:
    """Whether what is sent there is encrypted, or stays on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def _plain(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    if not text.isprintable():
        raise ValueError("it contains a line break or another character that cannot be seen")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"it is longer than {LONGEST_TEXT} characters")
    if text.lower() in LEFT_OVER:
        raise ValueError("it is what a script writes where it has no value")
    return text


def _or_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: check(text) if text else text


def _folder(value: Any) -> Any:
    # Before it is made a path: an empty one would become the folder one stands in.
    return value if isinstance(value, Path) else _plain(str(value))


def _host(text: str) -> str:
    if not _is_host(_plain(text)):
        raise ValueError("it must be the name or the address of a machine")
    return text


def _is_host(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return bool(_NAME.fullmatch(text)) and len(text) <= 253
    return True


def _is_origin(text: str) -> bool:
    found = _ORIGIN.fullmatch(text)
    if not found:
        return False
    host, port = found[1], int((found[2] or ":443")[1:])
    return _is_host(host.strip("[]")) and 0 < port < 65536


def _origin(text: str) -> str:
    if not _is_origin(_plain(text)):
        raise ValueError("it must be https:// and a host, and nothing behind it")
    # Browsers send it so, and it is compared letter for letter.
    return text.lower()


def _site(text: str) -> str:
    return _origin(text.removesuffix("/"))


def _web_address(text: str) -> str:
    origin, path = _split(_plain(text).removesuffix("/"))
    if not _is_origin(origin) or (path and not _PATH.fullmatch(path)):
        raise ValueError(
            "it must be https:// and a host, with no user name, question mark, # or odd path"
        )
    if not is_safe_to_send_to(origin):
        raise ValueError("it must be https://, since http:// sends secrets in the clear")
    return text


def _split(address: str) -> tuple[str, str]:
    end = address.find("/", address.find("://") + 3)
    return (address, "") if end < 0 else (address[:end], address[end:])


def _path(text: str) -> str:
    if not _PATH.fullmatch(_plain(text)):
        raise ValueError(
            "it must begin with one slash and be a plain path: no host, @, // or .. in it"
        )
    return text


def _email(text: str) -> str:
    return _checked_email(text, display_name=False)


def _sender(text: str) -> str:
    return _checked_email(text, display_name=True)


def _checked_email(text: str, *, display_name: bool) -> str:
    try:
        validate_email(_plain(text), check_deliverability=False, allow_display_name=display_name)
    except EmailNotValidError:
        raise ValueError("it must be one email address") from None
    return text


def _database_url(text: str) -> str:
    if not _is_readable(make_url, text):
        raise ValueError(
            "it is no SQLAlchemy URL. In a password, characters like / and @ must be "
            "percent-encoded"
        )
    if not _DATABASE.match(text):
        raise ValueError("it must begin with postgresql+psycopg:// or sqlite+aiosqlite://")
    return text


def _valkey_url(text: str) -> str:
    if not _VALKEY.match(text):
        raise ValueError("it must begin with redis://, rediss://, valkey://, valkeys:// or unix://")
    if not _is_readable(parse_url, valkey_client_url(text)):
        raise ValueError(
            "it is no URL. In a password, characters like / and @ must be percent-encoded"
        )
    return text


def valkey_client_url(text: str) -> str:
    """The address of a Valkey as its client reads it."""
    return re.sub(r"^valkey", "redis", text)


def _is_readable(read: Callable[[str], object], address: str) -> bool:
    """Asked here, since whoever reads it in vain later quotes parts of the password."""
    try:
        read(_plain(address))
    except (ValueError, ArgumentError):
        return False
    return True


def _secret(secret: SecretStr) -> SecretStr:
    if text := secret.get_secret_value():
        _plain(text)
    return secret


def _long_secret(secret: SecretStr) -> SecretStr:
    if 0 < len(secret.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"it is shorter than {SHORTEST_SECRET} characters")
    return secret


def _key(secret: SecretStr) -> SecretStr:
    try:
        key = urlsafe_b64decode(secret.get_secret_value().encode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"one is no Fernet key. Make one with: {HOW_TO_MAKE_A_KEY}")
    if len(set(key)) < FEWEST_DIFFERENT_BYTES or all(32 <= byte < 127 for byte in key):
        raise ValueError(f"one was not drawn at random. Make one with: {HOW_TO_MAKE_A_KEY}")
    return secret


def _json_list(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise ValueError('it must be a JSON list: ["…"]')
    return found


Port = Annotated[int, Field(ge=1, le=65535)]
Folder = Annotated[Path, BeforeValidator(_folder)]
Host = Annotated[str, AfterValidator(_host)]
HostIfAny = Annotated[str, AfterValidator(_or_empty(_host))]
Name = Annotated[str, AfterValidator(_plain)]
TextIfAny = Annotated[str, AfterValidator(_or_empty(_plain))]
Origin = Annotated[str, AfterValidator(_origin)]
SiteIfAny = Annotated[str, AfterValidator(_or_empty(_site))]
WebAddressIfAny = Annotated[str, AfterValidator(_or_empty(_web_address))]
UrlPath = Annotated[str, AfterValidator(_path)]
Email = Annotated[str, AfterValidator(_email)]
Sender = Annotated[str, AfterValidator(_sender)]
DatabaseIfAny = Annotated[str, AfterValidator(_or_empty(_database_url))]
ValkeyIfAny = Annotated[str, AfterValidator(_or_empty(_valkey_url))]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
LongSecret = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_long_secret)]
FernetKey = Annotated[SecretStr, AfterValidator(_key)]
JsonList = Annotated[list[T], NoDecode, BeforeValidator(_json_list), Field(max_length=20)]
