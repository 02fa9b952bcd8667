#!/usr/bin/env python3
"""hints.py > R/hints.R: the words of libvarve's hints for R, from those of the program (./dev hints)."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
page = subprocess.run([sys.executable, ROOT / "tests/check/hints.py", ROOT, "--page"], check=True, capture_output=True, text=True).stdout
print("# The hints of libvarve in the words of the program varve; made by tools/hints.py. $1 to $3 are the arguments, quoted for a shell; %1 to %3 are the arguments, not quoted.\nhints <- c(")
rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \| (.*) \|$", page, re.M)
print(",\n".join('  "{}" = "{}"'.format(name, words.replace("\\|", "|").replace("\\", "\\\\").replace('"', '\\"')) for name, _, words in rows))
print(")")
