"""The service at the other end of the wire, and clients of it and of the stand-in."""

from tests.factories.xporter import http, service, xporter
from tests.integration.xporter.world import world

__all__ = ["http", "service", "world", "xporter"]
