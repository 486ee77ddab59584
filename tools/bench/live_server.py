"""Starts `live_app` the way `python -m assembly_ui serve` starts the product."""

from __future__ import annotations

from assembly_ui import settings
from assembly_ui.server.serve import serve

serve(settings.load(), app="tools.bench.live_app:app")
