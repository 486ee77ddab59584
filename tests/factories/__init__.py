"""Rows for tests, one module a room, beside the names of the models."""
