"""Makes .venv and installs a requirements file, with one clear sentence when it cannot.

Runs on any Python 3 the machine has, so it uses nothing that is newer than 3.6.
Usage: python tools/venv.py REQUIREMENTS MARK
"""

import os
import pathlib
import subprocess
import sys

OLDEST = (3, 11)
ROOT = pathlib.Path(__file__).resolve().parent.parent
PIP = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pip"]


def main(requirements, mark):
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        return (
            "Assembly needs Python 3.11 or newer, and this is Python {}. Install a newer one, "
            "or name it: make run PYTHON=/path/to/python3.11".format(found)
        )
    if not os.access(str(ROOT), os.W_OK):
        return (
            "The folder {} cannot be written to. Copy the project to a folder of your own, "
            "or change its permissions.".format(ROOT)
        )
    if not pathlib.Path(PIP[0]).exists():
        print("Making .venv …", flush=True)
        if subprocess.call([sys.executable, "-m", "venv", str(ROOT / ".venv")]):
            return (
                "Python could not make a virtual environment. On Debian and Ubuntu: "
                "apt install python3-venv"
            )
    print("Installing packages (up to a minute the first time) …", flush=True)
    install = ["install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    if subprocess.call(
        PIP + install + ["-r", requirements, "-c", "constraints.txt"], cwd=str(ROOT)
    ):
        return (
            "The packages could not be installed; pip's own words are above. "
            "Run it again once that is mended."
        )
    pathlib.Path(mark).touch()
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
