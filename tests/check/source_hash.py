"""Kept verdicts are found only by a program of the same sources: tests/cmake/source_hash.py gives another hash when a
source that decides verdicts changes, comes or goes, and the same otherwise; the built header is of today's sources.

usage: source_hash.py SOURCES BUILD
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

root, build = (Path(p).resolve() for p in sys.argv[1:])
header = build / "generated/check/kept/verdict_sources.h"
folders = re.match(r"/\* Made by \S+ from (.*)\. \*/", header.read_text()).group(1).split()


def hashed(top):
    out = top / "out.h" if top != root else Path(scratch, "out.h")
    subprocess.run([sys.executable, root / "tests/cmake/source_hash.py", out, "VV_VERDICT_SOURCES", top, *folders], check=True)
    return out.read_text()


with tempfile.TemporaryDirectory() as scratch:
    assert hashed(root) == header.read_text(), "the built header is of other sources"
    copy = Path(scratch, "copy")
    for folder in folders:
        shutil.copytree(root / folder, copy / folder)
    first = hashed(copy)
    assert first == header.read_text()
    for name in ("check/rules/cells.c", "dataset/schema/type_time.c", "check/rules/plan.h"):
        kept = (copy / name).read_text()
        (copy / name).write_text(kept.replace("1", "2", 1))
        assert hashed(copy) != first, name
        (copy / name).write_text(kept)
    (copy / "check/rules/new_rule.c").write_text("int x;\n")
    assert hashed(copy) != first, "a new file"
    (copy / "check/rules/new_rule.c").unlink()
    (copy / "check/CMakeLists.txt").write_text("")
    assert hashed(copy) == first
