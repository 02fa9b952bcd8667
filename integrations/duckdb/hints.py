#!/usr/bin/env python3
"""hints.py > hints.inc: the words of libvarve's hints for C, from those of the program (./dev hints)."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
page = subprocess.run([sys.executable, ROOT / "tests/check/hints.py", ROOT, "--page"], check=True, capture_output=True, text=True).stdout
for name, words in re.findall(r"^\| `([a-z0-9-]+)` \| .*? \| (.*) \|$", page, re.M):
    words = words.replace("\\|", "|").replace("\\", "\\\\").replace('"', '\\"')
    print(f'{{"{name}", "{words}"}},')
