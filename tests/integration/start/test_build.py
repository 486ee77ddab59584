"""What is done to the built pages before they are served."""

from __future__ import annotations

import gzip
from pathlib import Path

from assembly_ui.build import paint_before_scripts

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
