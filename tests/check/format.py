#!/usr/bin/env python3
"""format.py ROOT [FILE...]: every source (or FILE, from ROOT) is as clang-format 14 leaves it with .clang-format, and
every if, else, for and while has braces."""
import os
import re
import subprocess
import sys

os.chdir(sys.argv[1])
sources = sys.argv[2:] or sorted(
    os.path.join(folder, name)
    for top in ("base", "repo", "dataset", "diff", "transport", "cmd", "tests")
    for folder, _, names in os.walk(top) if "node_modules" not in folder
    for name in names if name.endswith((".c", ".h")))
bad = 0


TOKEN = re.compile(r"""/\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X)


def blank(text):
    """The text without comments and literals, line for line."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", "", m[0]) if m[0][0] == "/" else m[0][0] * 2, text)


def unbraced(text):
    """Lines of statements without braces; text is blanked."""
    for m in re.finditer(r"^[ \t]*(?:\} )?(?:else )?(if|for|while) \(", text, re.M):
        at, depth = m.end(), 1
        while depth and at < len(text):
            depth += (text[at] == "(") - (text[at] == ")")
            at += 1
        rest = text[at:].lstrip()[:1]
        if rest != "{" and not (m[1] == "while" and rest == ";"):
            yield text.count("\n", 0, m.start()) + 1
    for m in re.finditer(r"^[ \t]*(?:\} )?else[ \t]*$", text, re.M):
        yield text.count("\n", 0, m.start()) + 1


for path in sources:
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for line in unbraced(blank(text)):
        print(f"{path}:{line}: braces are missing")
        bad = 1

try:
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
except FileNotFoundError:
    version = ""
if " 14." not in version:
    print("clang-format 14 is not here: only braces were looked at")
else:
    for at in range(0, len(sources), 100):
        run = subprocess.run(["clang-format", "-style=file", "--dry-run", "--Werror"] + sources[at:at + 100],
                             capture_output=True, text=True)
        if run.returncode:
            places = re.findall(r"^(\S+:\d+):\d+: error", run.stderr, re.M)
            print("\n".join(f"{place}: not as ./dev fmt leaves it" for place in places[:20]))
            bad = 1
sys.exit(bad)
