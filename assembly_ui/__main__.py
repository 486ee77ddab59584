"""`python -m assembly_ui`: the command line of operators and demos."""

from __future__ import annotations

from assembly_ui.cli.app import main

main()
