#!/usr/bin/env python3
"""abi.py ROOT [--write]: what programs that were built with libvarve rely on (its functions, their parameters, the layout
of public structs) is as lib/varve.abi records it. It is read from a library that has each function of the public headers
with an empty body, so that it does not depend on how varve is built; symbols.py holds libvarve.so to the same list.
--write records it anew: after an addition, or a change that the changelog reports. From version 1 on, tests/compat/vN/abi is
the record of its first release, never written anew: functions may be added to it, and members at the end of structs that
base.h does not call frozen; nothing else."""
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
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


def frozen(root):
    """The structs that programs allocate and that have no size, as base.h lists them."""
    text = " ".join((root / "include/varve/base.h").read_text().replace("*", " ").split())
    names = re.findall(r"varve_\w+", re.search(r"nor allocate it\. ([^.]*) never change\.", text)[1])
    assert len(names) > 5, names
    return names


def as_first(kept, now, frozen):
    """The ABI now, without what was added at the end of structs since the kept one. abidiff can suppress such an addition, but
    then with all else that changed in the struct."""
    first = {each.get("name"): each for each in ET.parse(kept).iter("class-decl")}
    tree = ET.parse(now)
    for struct in tree.iter("class-decl"):
        was = first.get(struct.get("name"))
        if was is not None and struct.get("name") not in frozen and struct.get("size-in-bits"):
            for added in struct.findall("data-member")[len(was.findall("data-member")):]:
                struct.remove(added)
            struct.set("size-in-bits", was.get("size-in-bits"))
    return ET.tostring(tree.getroot(), "unicode")


def broken(root, folder, now):
    """What programs built with the first release of a version would miss."""
    for kept in sorted((root / "tests/compat").glob("v*/abi")):
        (folder / "first.abi").write_text(as_first(kept, now, frozen(root)))
        done = subprocess.run(["abidiff", "--no-show-locs", "--no-added-syms", kept, folder / "first.abi"], capture_output=True, text=True)
        if done.returncode:
            yield f"programs built with {kept.relative_to(root)} break\n{done.stdout}{done.stderr}"


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
        breaks = list(broken(root, Path(name), Path(name) / "now.abi"))
        print(*breaks, sep="\n", end="")
        done = subprocess.run(["abidiff", "--no-show-locs", recorded, Path(name) / "now.abi"], capture_output=True, text=True)
    if done.returncode == 0:
        return len(breaks) > 0
    print(f"the ABI of libvarve is not as lib/varve.abi records it\n{done.stdout}{done.stderr}")
    print("if that is meant: tests/check/abi.py ROOT --write, and a line in CHANGELOG.md")
    return 1


sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
