"""Room of the client for Xporter on Demand.

`client.py` is the way in, `errors.py` what can go wrong, `callback.py` what the
service posts to us. `dialect.py` holds every fact about the service that is only
inferred, so that each can be corrected without touching the rest.
"""
