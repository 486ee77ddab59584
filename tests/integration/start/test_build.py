"""What is done to the built pages before they are served."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

from assembly_ui.server.build import (
    FINGERPRINT,
    REFLEX_NOTE,
    BuildFailed,
    build,
    paint_before_scripts,
)
from assembly_ui.settings import Settings

PAGE = b'<link rel="modulepreload" href="/assets/a.js"/><link rel="stylesheet" href="/a.css"/>'


def test_scripts_wait_for_the_first_paint_in_both_copies_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "sign-up" / "index.html"
    page.parent.mkdir()
    page.write_bytes(PAGE)
    page.with_name("index.html.gz").write_bytes(gzip.compress(PAGE))
    for _ in range(2):
        paint_before_scripts(tmp_path)
    wanted = PAGE.replace(b"modulepreload", b'modulepreload" fetchpriority="low', 1)
    assert page.read_bytes() == wanted
    assert gzip.decompress(page.with_name("index.html.gz").read_bytes()) == wanted


@pytest.mark.parametrize("has_built", [True, False])
def test_a_build_that_failed_notes_no_registry_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_built: bool
) -> None:
    """Reflex writes the registry of today into its folder whenever its note is missing there."""
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    (tmp_path / REFLEX_NOTE).write_text("{}")
    if has_built:
        (tmp_path / FINGERPRINT).write_text("of other pages")
    # In place of Reflex, a program that fails at once.
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(BuildFailed):
        build(Settings(data_dir=tmp_path, port=39875))
    assert (tmp_path / REFLEX_NOTE).exists() is has_built
    assert not (tmp_path / FINGERPRINT).exists()
