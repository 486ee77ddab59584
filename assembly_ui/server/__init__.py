"""Serving: build, start, logs, files, and who is behind a request."""
