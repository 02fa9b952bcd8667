#!/usr/bin/env python3
"""initialisers.py ROOT: a struct of more than four members is initialised by their names.

Otherwise a member that is added in the middle of a struct moves the values after it, and where types agree no
compiler reports this. Rows of tables (arrays) may have values by position."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import house_sources

MOST = 4
OPENS = re.compile(r"(?:=|\(\s*(?:const\s+)?(?:struct\s+)?\w+\s*\))\s*\{|_INIT\s*(?:\\\s*)?\{")
ARRAY = re.compile(r"\]\s*(?:VV_\w+\s*)?=\s*\{$")


def values(code, at):
    """The values between the brace that ends before `at` and its partner."""
    found, begin, depth = [], at, 1
    while depth and at < len(code):
        c = code[at]
        depth += (c in "({[") - (c in ")}]")
        if depth == 0 or (depth == 1 and c == ","):
            found.append(code[begin:at].strip(" \t\n\\"))
            begin = at + 1
        at += 1
    return found if found[-1] else found[:-1]  # strings are blank; nothing is after a last comma


def main(root):
    bad = 0
    for path, source in sorted(house_sources.read(root).items()):
        for m in OPENS.finditer(source.code):
            if ARRAY.search(source.code[:m.end()][-200:]):
                continue
            found = values(source.code, m.end())
            if len(found) > MOST and not any(value.startswith((".", "[")) for value in found):
                line = source.code.count("\n", 0, m.start()) + 1
                print(f"{path}:{line}: {len(found)} values by position: write .member = value")
                bad += 1
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
