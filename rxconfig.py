"""How Reflex builds and serves the app; everything of ours is in `assembly_ui.settings`."""

import reflex as rx

from assembly_ui import settings

_settings = settings.load()

config = rx.Config(
    app_name="assembly_ui",
    frontend_port=_settings.port,
    backend_port=_settings.port,
    trusted_proxy_hops=_settings.trusted_proxy_hops,
    api_url=_settings.own_address.replace("127.0.0.1", "localhost"),
    cors_allowed_origins=_settings.origins,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    # What a tab shows can be read again; on disk it would leave log-in cookies behind.
    state_manager_mode="memory",
    plugins=[],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
