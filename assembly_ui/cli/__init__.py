"""Room of the command line: `python -m assembly_ui`. One module for each group of commands."""
