"""`python -m simulators.xporter`: what whoever starts it can rely on."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.simulators.xporter.alone import ROOT, alone


def _without_port(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "base_url"}


def test_the_first_line_says_all_and_is_the_same_for_the_same_seed_and_key(
    tmp_path: Path,
) -> None:
    options = ("--seed", "7", "--key-file", str(tmp_path / "key"))
    with alone(*options) as first, alone(*options) as second:
        assert first["base_url"] != second["base_url"]
        assert _without_port(first) == _without_port(second)
        assert [school["installed"] for school in first["schools"]] == [True, True, True, False]
        assert set(first["schools"][0]) == {"estab", "name", "mis", "secret", "installed"}


def test_no_two_installations_share_a_secret(tmp_path: Path) -> None:
    kept = [("--data", str(tmp_path / name)) for name in ("here", "there")]
    with alone() as one, alone() as other, alone(*kept[0]) as here, alone(*kept[1]) as there:
        secrets = [
            secret
            for line in (one, other, here, there)
            for secret in (
                line["management_secret"],
                line["control_key"],
                *(school["secret"] for school in line["schools"]),
            )
        ]
    assert len(set(secrets)) == len(secrets)


def test_it_answers_when_it_says_where_it_is() -> None:
    with alone() as line, httpx.Client(base_url=line["base_url"]) as http:
        school = line["schools"][0]
        asked = {
            "estab": school["estab"],
            "relyingParty": line["relying_party"],
            "password": school["secret"],
            "thirdpartyid": "XporterOnDemand",
        }
        for path in ("/api/oauth/GetToken", "/idaas/sts/STS/GetToken"):
            token = http.post(path, data=asked).json()["token"]
        headers = {"Authorization": f"Idaas {token}"}
        info = http.get(f"/api/v1/School/{school['estab']}/SchoolInfo", headers=headers).json()
        assert info["SchoolInfo"][0]["Name"] == school["name"]


def test_a_cut_line_is_cut_over_a_real_connection_too() -> None:
    with alone() as line, httpx.Client(base_url=line["base_url"]) as http:
        control = {"Authorization": f"Bearer {line['control_key']}"}
        fault = {"fault": "dropped", "endpoint": "GetToken"}
        assert http.post("/control/faults", json=fault, headers=control).status_code == 200
        asked = {
            "relyingParty": line["relying_party"],
            "password": line["management_secret"],
            "thirdpartyid": "XporterOnDemand",
        }
        with pytest.raises(httpx.RemoteProtocolError):
            http.post("/api/oauth/GetToken", json=asked)


def test_what_is_kept_in_a_folder_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = ("--data", str(tmp_path / "kept"))
    with alone(*folder) as line, httpx.Client(base_url=line["base_url"]) as http:
        control = {"Authorization": f"Bearer {line['control_key']}"}
        estab = line["schools"][0]["estab"]
        path = f"/control/schools/{estab}/authorise-again"
        secret = http.post(path, headers=control).json()["secret"]
    with alone(*folder) as again:
        assert again["schools"][0]["secret"] == secret


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "simulators.xporter", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"Port {port} of 127.0.0.1 is taken by another program. Choose another with --port.\n"
    )
