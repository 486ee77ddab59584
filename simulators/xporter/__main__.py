"""`python -m simulators.xporter`: the stand-in for Xporter on Demand, alone."""

from __future__ import annotations

from simulators.xporter.standalone.command import main

main()
