"""The whole app, imported as the server imports it, without building its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import reflex as rx
from reflex_base.environment import environment


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rx.App]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(environment.REFLEX_SKIP_COMPILE.name, "true")
        patch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path_factory.mktemp("app")))
        from assembly_ui.assembly_ui import app

        yield app
