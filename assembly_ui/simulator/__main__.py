"""`python -m assembly_ui.simulator`: the stand-in for Xporter on Demand, alone."""

from __future__ import annotations

from assembly_ui.simulator.alone.command import main

main()
