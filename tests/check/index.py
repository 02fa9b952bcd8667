#!/usr/bin/env python3
"""index.py ROOT [--print]: does every source begin with a comment that says what it is, and does
docs/develop/tour.md name only files that are there? --print: all sources by room, with what their comments say."""
import os
import re
import sys

TOPS = ["include", "base", "repo", "dataset", "diff", "check", "transport", "lib", "cmd"]
HEAD = """# Index of the sources

From the first sentence of each file's opening comment. A noun is a header and the source of the same name.
"""


def opening(path):
    """The noun, and the rest of the first sentence."""
    with open(path, encoding="utf-8") as f:
        text = f.read(2000)
    m = re.match(r"/\*\n \* ((?:.|\n)*?)(?:\n \*\n| ?\*/)", text)
    words = " ".join(line.strip().lstrip("*").strip() for line in m[1].split("\n")) if m else ""
    m = re.match(r"(?:varve/)?([a-z0-9_]+)(?:\.h)?: (.*)", words)
    if not m:
        return None
    end = re.search(r"[.:;] |\.$", m[2])
    return m[1], m[2][:end.start()] if end else m[2]


def nouns(folder):
    names = sorted(n for n in os.listdir(folder) if n.endswith((".c", ".h")))
    seen = {}
    for name in names:
        seen.setdefault(name[:-2], []).append(name)
    return seen


def make(root):
    lines, bad = [HEAD], 0
    for top in TOPS:
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            if not any(n.endswith((".c", ".h")) for n in names):
                continue
            lines.append(f"## {os.path.relpath(folder, root)}\n\n| noun | what it is |\n|---|---|")
            for noun, files in nouns(folder).items():
                said = None
                for name in sorted(files, reverse=True):  # .h before .c
                    path = os.path.join(folder, name)
                    found = opening(path)
                    if not found or found[0] != noun:
                        print(f"{os.path.relpath(path, root)}: begin with '/*', ' * {noun}: what it is'")
                        bad = 1
                    said = said or found
                lines.append(f"| `{noun}` | {said[1] if said else ''} |")
            lines.append("")
    return "\n".join(lines), bad


def tour_is_true(root):
    bad = 0
    with open(os.path.join(root, "docs/develop/tour.md"), encoding="utf-8") as f:
        text = f.read()
    for name in re.findall(r"`((?:%s)/[a-z0-9_/]+(?:\.[ch])?)`" % "|".join(TOPS), text):
        path = os.path.join(root, name)
        if not (os.path.exists(path) or os.path.exists(path + ".c") or os.path.exists(path + ".h")):
            print(f"docs/develop/tour.md names {name}, which is not there")
            bad = 1
    return bad


root = sys.argv[1]
text, bad = make(root)
if "--print" in sys.argv:
    print(text)
else:
    bad |= tour_is_true(root)
sys.exit(bad)
