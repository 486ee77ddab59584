"""The product as it is served, but for its pages: enough for attacks on sockets, and no build."""

from __future__ import annotations

from assembly_ui import settings
from assembly_ui.server import build
from assembly_ui.server.serve import APP, serve
from tests.journeys.server import Server


class ServerWithoutPages(Server):
    """A demo that serves sockets and routes at once."""

    program: tuple[str, ...] = ("tests.attack.without_pages",)

    @property
    def environment(self) -> dict[str, str]:
        """As for the other tests, and a folder of its own where the pages would be."""
        return super().environment | {"REFLEX_WEB_WORKDIR": str(self.folder / "web")}


def serve_without_pages(app: str = APP) -> None:
    """Never returns; see `serve`."""
    config = settings.load()
    build.is_current = lambda settings: True  # type: ignore[assignment]
    (build.web_folder(config) / "build" / "client").mkdir(parents=True, exist_ok=True)
    serve(config, app)


if __name__ == "__main__":
    serve_without_pages()
