"""Which version of the API an app speaks (facts of the platform, 2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from assembly_ui.api.rest.errors import UnsupportedVersion

MEDIA_TYPE = "application/vnd.assembly+json"


class Version(StrEnum):
    """1 envelopes its lists, 1.1 pages by headers."""

    V1 = "1"
    V1_1 = "1.1"


_BY_SPELLING = {"1": Version.V1, "1.0": Version.V1, "1.1": Version.V1_1}


def asked_version(accept: Iterable[str]) -> Version:
    """The highest version any of these Accept headers names.

    One SDK sends the header twice, its default beside its own (facts, 3.3).

    Raises:
        UnsupportedVersion: none names one that there is.
    """
    ranges = (part for header in accept for part in header.split(","))
    found = [version for part in ranges if (version := _version_in(part))]
    if not found:
        raise UnsupportedVersion
    return max(found)


def _version_in(media_range: str) -> Version | None:
    media_type, *parameters = media_range.split(";")
    if media_type.strip().lower() != MEDIA_TYPE:
        return None
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "version":
            return _BY_SPELLING.get(value.strip().strip('"'))
    return None
