"""Makes .venv and installs a requirements file, with one clear sentence when it cannot.

Runs on any Python 3 the machine has, so it uses nothing that is newer than 3.6.
Usage: python tools/venv.py REQUIREMENTS MARK
"""

import os
import pathlib
import shutil
import subprocess
import sys
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows, where nothing else of this project's make runs either.
    fcntl = None

OLDEST = (3, 11)
ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip"]
LOCK = ROOT / ".venv.lock"


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
    with locked():
        if is_done(mark):
            # Another `make` did it while this one waited.
            return None
        return make_venv() or install(requirements, mark)


@contextmanager
def locked():
    """One process at a time: two that fill the same folder would break it."""
    with open(str(LOCK), "a") as file:
        if fcntl:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print("Another make prepares .venv; waiting for it …", flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_done(mark):
    """Whether the mark is newer than every list of packages, as make sees it.

    Every one, since lists include each other.
    """
    made_of = [*ROOT.glob("requirements*.txt"), ROOT / "constraints.txt"]
    if not pathlib.Path(mark).exists():
        return False
    made_at = pathlib.Path(mark).stat().st_mtime
    return all(file.stat().st_mtime <= made_at for file in made_of if file.exists())


def make_venv():
    """Make .venv, anew if it was left half made."""
    if works():
        return None
    if VENV.is_dir() and not VENV.is_symlink():
        shutil.rmtree(str(VENV), ignore_errors=True)
    print("Making .venv …", flush=True)
    made = subprocess.Popen(
        [sys.executable, "-m", "venv", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    said = made.communicate()[0]
    if made.returncode == 0:
        return None
    print(said, flush=True)
    if "ensurepip" in said:
        return (
            "Python could not make a virtual environment. On Debian and Ubuntu: "
            "apt install python3-venv"
        )
    return (
        "Python could not make a virtual environment in {}; its own words are above. "
        "Run it again once that is mended.".format(VENV)
    )


def works():
    """Whether .venv is whole: one that broke off has no pip, and stays so."""
    return PYTHON.exists() and not subprocess.call(
        [*PIP, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def install(requirements, mark):
    print("Installing packages (up to a minute the first time) …", flush=True)
    words = ["install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    if subprocess.call(PIP + words + ["-r", requirements, "-c", "constraints.txt"], cwd=str(ROOT)):
        return (
            "The packages could not be installed; pip's own words are above. "
            "Run it again once that is mended."
        )
    pathlib.Path(mark).touch()
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
