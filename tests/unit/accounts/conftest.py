"""Hashing in this room's tests is cheap, and can be counted."""

from tests.factories.accounts import cheap_bcrypt, count_bcrypt

__all__ = ["cheap_bcrypt", "count_bcrypt"]
