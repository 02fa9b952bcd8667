"""The program varve, which the wheel brings along."""
from __future__ import annotations

import os
import pathlib
import shutil
import sys


def program() -> str | None:
    """The path of the program: the package's own, else the first on the PATH that is not this script; None: there is none."""
    own = pathlib.Path(__file__).parent / "bin" / "varve"
    if own.exists():
        return os.fspath(own)
    here = pathlib.Path(sys.argv[0]).resolve().parent
    folders = [f for f in os.environ.get("PATH", os.defpath).split(os.pathsep) if pathlib.Path(f or ".").resolve() != here]
    return shutil.which("varve", path=os.pathsep.join(folders))


def main() -> None:
    """Runs the program in place of this process."""
    path = program()
    if path is None:
        print("varve: the program is neither in this package nor on the PATH", file=sys.stderr)
        sys.exit(2)
    os.execv(path, ["varve", *sys.argv[1:]])
