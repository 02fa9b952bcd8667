#!/usr/bin/env python3
"""abi.py ROOT [--write]: what programs that were built with libvarve rely on (its functions, their parameters, the layout
of public structs) is as lib/varve.abi records it. It is read from a library that has each function of the public headers
with an empty body, so that it does not depend on how varve is built; symbols.py holds libvarve.so to the same list.
--write records it anew: after an addition, or a change that the changelog reports."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HEAD = "#include <varve/varve.h>\n#include <varve/arrow.h>\n"


def read(root, folder):
    """The ABI as text, without paths of this machine."""
    texts = [p.read_text() for p in sorted((root / "include/varve").glob("*.h"))]
    functions = [" ".join(m.split()) for text in texts for m in re.findall(r"^VARVE_API\b([^;]*);", text, re.M)]
    source, library, out = folder / "stub.c", folder / "libstub.so", folder / "varve.abi"
    source.write_text(HEAD + "".join(f"{f} {{ __builtin_trap(); }}\n" for f in functions))
    subprocess.run(["cc", "-std=c11", "-g", "-w", "-shared", "-fPIC", f"-I{root / 'include'}", "-Wl,-soname,libvarve.so.0",
                    "-o", library, source], check=True)
    subprocess.run(["abidw", "--headers-dir", root / "include/varve", "--drop-private-types", "--exported-interfaces-only",
                    "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-architecture",
                    "--out-file", out, library], check=True)
    return re.sub(r" path='[^']*'", "", out.read_text())


def main(root, *args):
    if not shutil.which("abidw") or not shutil.which("abidiff"):
        print("ok # skip abidw is not installed")
        return 0
    recorded = root / "lib/varve.abi"
    with tempfile.TemporaryDirectory() as name:
        now = read(root, Path(name))
        if args == ("--write",):
            recorded.write_text(now)
            return 0
        (Path(name) / "now.abi").write_text(now)
        done = subprocess.run(["abidiff", "--no-show-locs", recorded, Path(name) / "now.abi"], capture_output=True, text=True)
    if done.returncode == 0:
        return 0
    breaks = ": programs that were built with it break" if done.returncode & 8 else ""
    print(f"the ABI of libvarve is not as lib/varve.abi records it{breaks}\n{done.stdout}{done.stderr}")
    print("if that is meant: tests/check/abi.py ROOT --write, and a line in CHANGELOG.md")
    return 1


sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
