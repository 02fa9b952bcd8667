#!/usr/bin/env python3
"""symbols.py ROOT LIBRARY: libvarve.so shows just the functions that lib/symbols.txt lists, and the public headers declare just
these. A name is added there when a function is; taking one away, or changing what a function takes, needs a new soname."""
import os
import re
import subprocess
import sys

root, library = sys.argv[1:]
with open(os.path.join(root, "lib/symbols.txt"), encoding="utf-8") as f:
    listed = set(f.read().split())
out = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
shown = {line.split()[-1].split("@")[0] for line in out.splitlines() if line.split()[-2] != "A"}
declared = set()
folder = os.path.join(root, "include/varve")
for name in os.listdir(folder):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        declared |= set(re.findall(r"^VARVE_API\b[^;(]*?\b(varve_\w+)\(", f.read(), re.M))
bad = 0
for what, names in (("shown and not listed", shown - listed), ("listed and not shown", listed - shown),
                    ("declared and not listed", declared - listed), ("listed and not declared", listed - declared)):
    for name in sorted(names):
        print(f"{name}: {what}")
        bad = 1
if not listed:
    print("lib/symbols.txt lists nothing")
    bad = 1
sys.exit(bad)
