"""The service at the other end of the wire, and a client of it."""

from tests.factories.xporter import http, service, xporter

__all__ = ["http", "service", "xporter"]
