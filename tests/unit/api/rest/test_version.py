"""Which version an app speaks."""

from __future__ import annotations

import pytest

from assembly_ui.api.rest.errors import UnsupportedVersion
from assembly_ui.api.rest.version import Version, asked_version

V1 = "application/vnd.assembly+json; version=1"
V1_1 = "application/vnd.assembly+json; version=1.1"


@pytest.mark.parametrize(
    ("accept", "version"),
    [
        ([V1], Version.V1),
        ([V1_1], Version.V1_1),
        (["application/vnd.assembly+json;version=1.1"], Version.V1_1),
        (['application/vnd.assembly+json; version="1.1"'], Version.V1_1),
        (["Application/VND.Assembly+JSON; Version=1.0"], Version.V1),
        (["application/vnd.assembly+json; charset=utf-8; version=1.1"], Version.V1_1),
        (["text/html, application/vnd.assembly+json; version=1, */*"], Version.V1),
    ],
)
def test_a_version_is_read_however_it_is_written(accept: list[str], version: Version) -> None:
    assert asked_version(accept) is version


@pytest.mark.parametrize("accept", [[V1, V1_1], [V1_1, V1], [f"{V1}, {V1_1}"], [V1_1, "*/*"]])
def test_of_several_the_highest_counts(accept: list[str]) -> None:
    assert asked_version(accept) is Version.V1_1


@pytest.mark.parametrize(
    "accept",
    [
        [],
        [""],
        ["*/*"],
        ["application/json"],
        ["application/json; version=1.1"],
        ["application/vnd.assembly+json"],
        ["application/vnd.assembly+json; version=2"],
        ["application/vnd.assembly+json; version="],
        ["application/vnd.assembly+json; conversion=1.1"],
        [";;;,=,\x00"],
    ],
)
def test_without_a_version_of_ours_there_is_no_answer(accept: list[str]) -> None:
    with pytest.raises(UnsupportedVersion):
        asked_version(accept)
