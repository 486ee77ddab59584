"""How Reflex builds and serves the app; everything of ours is in `assembly_ui.settings`."""

from datetime import timedelta

import reflex as rx
from reflex_base.constants import PackageJson
from reflex_base.environment import environment

from assembly_ui import settings

_settings = settings.load()

# A tab that is asked every 25 seconds whether it is there answers at once or is gone; one whose
# message never ends cannot answer.
environment.REFLEX_SOCKET_TIMEOUT.set(timedelta(seconds=60))
environment.REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE.set(64 * 1024)

# The development server of the pages, which would listen on every address. Not the address of
# the settings: Reflex notes this line in reflex.lock, and builds the pages anew when it changes.
PackageJson.Commands.DEV = "react-router dev --host 127.0.0.1"

config = rx.Config(
    app_name="assembly_ui",
    frontend_port=_settings.port,
    backend_port=_settings.port,
    trusted_proxy_hops=_settings.trusted_proxy_hops,
    api_url=_settings.pages_address,
    cors_allowed_origins=_settings.origins,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    # What a tab shows can be read again; on disk it would leave log-in cookies behind.
    state_manager_mode="memory",
    plugins=[],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
