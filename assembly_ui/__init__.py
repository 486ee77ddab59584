"""Assembly brings a school from "Sign up" to "Connected".

A school names its MIS, grants access and watches the connection come alive.
"""

__version__ = "0.1.0"
