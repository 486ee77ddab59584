"""Tests of the audit record and the security log."""
