"""Where a page connects to is where it came from, and what its own policy allows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import reflex_base

from assembly_ui import settings
from assembly_ui.settings import REPLACED_HOSTS, Settings, SettingsProblem
from assembly_ui.web.security import policies

ROOT = Path(__file__).resolve().parents[3]
STATE_JS = Path(reflex_base.__file__).parent / ".templates" / "web" / "utils" / "state.js"
BUN = Path(sys.executable).parent / "bun"
USUAL = {"https": 443, "http": 80}

# The public address, and the port that the server listens on behind it.
SITES = [
    ("", 3000),
    ("", 3001),
    ("http://localhost:3000", 3000),
    ("http://localhost:8080", 3000),
    ("http://127.0.0.1:8080", 3000),
    ("https://platform.example.org", 3000),
    ("https://platform.example.org:8443", 3000),
    ("https://platform.example.org:443", 3000),
    ("https://127.0.0.1:8443", 3000),
    ("http://demo.example.org", 3000),
    ("http://demo.example.org:3000", 3000),
]


def _part_of_reflex(begin: str, end: str) -> str:
    script = STATE_JS.read_text()
    start = script.index(begin)
    return script[start : script.index(end, start) + len(end)].replace("export ", "")


def _connects_to(config: Settings, page: str) -> str:
    """What Reflex's own function makes of the compiled address, on a page from there."""
    at = urlsplit(page)
    location = {"hostname": at.hostname, "protocol": f"{at.scheme}:"}
    compiled = config.pages_address.replace("http", "ws", 1)
    hosts = _part_of_reflex("const SAME_DOMAIN_HOSTNAMES", "];")
    function = _part_of_reflex("export const getBackendURL", "\n};")
    program = f"""
        const window = {{location: {json.dumps(location)}}};
        {hosts}
        {function}
        console.log(getBackendURL({json.dumps(compiled + "/_event")}).href);
    """
    done = subprocess.run(
        [BUN, "-e", program], capture_output=True, text=True, check=True, cwd=STATE_JS.parent
    )
    return done.stdout.strip()


def _origin(address: str) -> tuple[str, str | None, int]:
    parts = urlsplit(address)
    scheme = parts.scheme.replace("ws", "http")
    return scheme, parts.hostname, parts.port or USUAL[scheme]


@pytest.mark.parametrize(("public_url", "port"), SITES)
def test_a_page_connects_to_where_it_came_from(tmp_path: Path, public_url: str, port: int) -> None:
    config = Settings(
        data_dir=tmp_path, public_url=public_url, port=port, demo_public=True, trusted_proxy_hops=1
    )
    assert config.contradictions() == []
    address = _connects_to(config, config.address)
    assert _origin(address) == _origin(config.address)
    allowed = policies(tmp_path, config)[""].partition("connect-src")[2].partition(";")[0].split()
    assert _origin(address) in [_origin(source) for source in allowed if source.startswith("ws")]


@pytest.mark.parametrize("mode", ["demo", "live"])
def test_what_cannot_lead_back_is_refused(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("ASSEMBLY_MODE", mode)
    monkeypatch.setenv("ASSEMBLY_PUBLIC_URL", "https://localhost:8443")
    monkeypatch.setenv("ASSEMBLY_TRUSTED_PROXY_HOPS", "1")
    monkeypatch.setenv("ASSEMBLY_DEMO_PUBLIC", "true")
    with pytest.raises(SettingsProblem, match="pages of https://localhost connect to port 443"):
        settings.load()


def test_reflex_replaces_these_hosts() -> None:
    found = _part_of_reflex("const SAME_DOMAIN_HOSTNAMES", "];").partition("[")[2]
    assert set(json.loads(f"[{found.rstrip('];').rstrip().rstrip(',')}]")) == REPLACED_HOSTS


def test_the_pages_are_compiled_with_that_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSEMBLY_PUBLIC_URL", "https://platform.example.org:8443")
    monkeypatch.setenv("ASSEMBLY_DEMO_PUBLIC", "true")
    monkeypatch.setenv("ASSEMBLY_TRUSTED_PROXY_HOPS", "1")
    said = subprocess.run(
        [sys.executable, "-c", "import rxconfig; print(rxconfig.config.api_url)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "https://platform.example.org:8443"
