#!/usr/bin/env python3
"""os_test.py: os_test.c passes under Wine, in a prefix of its own. Skipped if Wine cannot start an empty program."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from inspect_test import COMPILER, HERE, build

NOTHING = "#include <windows.h>\nint main(void) { return 0; }\n"
SECONDS = 250


def under_wine(folder, *words):
    """(exit code, output). The output goes to a file, since Wine's server may stay and keep a pipe open."""
    path = os.path.join(folder, "said")
    env = dict(os.environ, TZ="EET-2", VARVE_WINE=os.path.join(folder, "wine"))
    with open(path, "wb") as said:
        try:
            code = subprocess.run([os.path.join(HERE, "wine"), *words], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=SECONDS).returncode
        except subprocess.TimeoutExpired:
            code = f"none after {SECONDS} s"
    with open(path, encoding="utf-8", errors="replace") as said:
        return code, said.read().strip()


def test(folder):
    code, said = under_wine(folder, build(folder, NOTHING))
    if code != 0:
        print(f"{said}\nok # skip Wine does not start here: exit code {code}, {' '.join(said.split())[-200:] or 'without a word'}")
        return 0
    with open(os.path.join(HERE, "os_test.c"), encoding="utf-8") as source:
        program = build(folder, source.read())
    code, said = under_wine(folder, program)
    print(said)
    if code == 0 and said.endswith("ok"):
        return 0
    print(f"os_test.c under Wine: exit code {code}, not 0 and 'ok'")
    return 1


def main():
    if not shutil.which(COMPILER):
        print(f"ok # skip {COMPILER} is not installed")
        return 0
    if not shutil.which("wine64") and not os.access("/usr/lib/wine/wine64", os.X_OK):
        print("ok # skip Wine is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            return test(folder)
        finally:
            under_wine(folder, "--end")


if __name__ == "__main__":
    sys.exit(main())
