"""The REST API below `/api`: what apps read of the schools that authorised them.

`table.py` names every resource; `router.py` answers a request from it. See docs/api.md.
"""
