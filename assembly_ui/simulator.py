"""`python -m assembly_ui.simulator`: the former name of `python -m simulators.xporter`."""

import sys

from simulators.xporter.standalone.command import main

if __name__ == "__main__":
    sys.stderr.write("This command is now `python -m simulators.xporter`.\n")
    main()
