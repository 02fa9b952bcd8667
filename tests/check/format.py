#!/usr/bin/env python3
"""format.py ROOT [FILE...]: every source (or FILE, from ROOT) is as clang-format 14 leaves it with .clang-format,
every if, else, for and while has braces but a guard on one line ('if (x) return y;'), and no condition chains more than two steps with
(rc = step()) == VV_OK &&: early returns do that; and no source but tests has 1,000 lines."""
import os
import re
import subprocess
import sys

os.chdir(sys.argv[1])
sources = sys.argv[2:] or sorted(
    os.path.join(folder, name)
    for top in ("base", "repo", "dataset", "diff", "check", "transport", "lib", "include", "cmd", "examples", "python", "tests")
    for folder, _, names in os.walk(top) if "node_modules" not in folder
    for name in names if name.endswith((".c", ".h")))
bad = 0
LINES = 1000  # of a source, but for tests


TOKEN = re.compile(r"""/\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X)


def blank(text):
    """The text without comments and literals, line for line."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", "", m[0]) if m[0][0] == "/" else m[0][0] * 2, text)


def conditions(text):
    """(line, word, condition, rest of its line) of every if and loop, but for a macro that is the head of a loop; text is blanked."""
    for m in re.finditer(r"^[ \t]*(?:\} )?(?:else )?(if|for|while|vv_array_each) ?\(", text, re.M):
        at, depth = m.end(), 1
        while depth and at < len(text):
            depth += (text[at] == "(") - (text[at] == ")")
            at += 1
        if re.search(r"#define [^\n]*\n\Z", text[:m.start()]) and text[at:at + 1] == "\n":
            continue
        yield text.count("\n", 0, m.start()) + 1, m[1], text[m.end():at - 1], text[at:].split("\n", 1)[0].strip()


def chained(condition):
    """How many of the steps joined by && must have succeeded."""
    depth, parts = 0, [""]
    for piece in re.split(r"([()]|&&)", condition):
        depth += (piece == "(") - (piece == ")")
        if piece == "&&" and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return sum(1 for p in parts if re.search(r"(\brc|\(rc = .*\)) == VV_OK\s*$", p, re.S))


def unbraced(text):
    """Lines of statements without braces; text is blanked."""
    for line, word, _, rest in conditions(text):
        guard = word == "if" and re.fullmatch(r"return\b[^;]*;", rest)
        if not rest.startswith("{") and not guard and not (word == "while" and rest == ";"):
            yield line
    for m in re.finditer(r"^[ \t]*(?:\} )?else[ \t]*$", text, re.M):
        yield text.count("\n", 0, m.start()) + 1


for path in sources:
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.count("\n") >= LINES and not path.startswith("tests/"):
        print(f"{path}: {LINES} lines or more: cut it along a noun")
        bad = 1
    text = blank(text)
    for line in unbraced(text):
        print(f"{path}:{line}: braces are missing")
        bad = 1
    for line, word, condition, _ in conditions(text):
        if word == "if" and chained(condition) > 2:
            print(f"{path}:{line}: more than two steps in one condition: use goto done")
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
