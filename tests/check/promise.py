#!/usr/bin/env python3
"""promise.py ROOT: every test that the table of docs/operate/trust-and-loss.md names exists, and every promise has one.

A cell names tests as `FILE`: NAME, NAME; where a name is that of a @test, a function of a C file, or a word that
the file has."""
import os
import re
import sys

PAGE = "docs/operate/trust-and-loss.md"


def names(text):
    """(file, name) of a cell; a name may have commas, so they are parted by semicolons."""
    for file, rest in re.findall(r"`([\w./-]+)`: ([^`]*?)(?=(?:; )?`|$)", text):
        for name in rest.split(";"):
            if name.strip():
                yield file, name.strip()


def main(root):
    with open(os.path.join(root, PAGE), encoding="utf-8") as page:
        table = re.search(r"^## The promise\n(.*?)^## ", page.read(), re.M | re.S)
    rows = [line.strip().strip("|").split(" | ") for line in table[1].split("\n") if line.startswith("| ")] if table else []
    wrong = [] if len(rows) > 10 else [f"{PAGE}: no table of promises"]
    for row in rows[1:]:
        tests = list(names(row[-1].strip()))
        if not tests:
            wrong.append(f"{PAGE}: no test pins: {row[0].strip()}")
        for file, name in tests:
            path = os.path.join(root, file)
            text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
            there = {".bats": f'@test "{name}" {{', ".c": f"cmocka_unit_test({name})"}.get(os.path.splitext(file)[1], name)
            if there not in text:
                wrong.append(f"{PAGE}: {file} has no test '{name}'")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
