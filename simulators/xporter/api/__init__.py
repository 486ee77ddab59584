"""The stand-in's API: what it answers to programs. Its pages live one room up.

`xporter_api.py` beside this package lists the calls.
"""
