"""Room of the client for Xporter on Demand.

`client.py` is the way in, `errors.py` what can go wrong, `callback.py` what the
service posts to us. What can be read of a school is described in `endpoints.py` and,
row by row, in `rows`; `reading.py` reads it page by page, or only what changed.
`turns.py` keeps us polite. `dialect.py` holds every fact about the service that is
only inferred, so that each can be corrected without touching the rest.
"""
