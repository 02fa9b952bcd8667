#!/usr/bin/env python3
"""promise.py ROOT: every promise of docs/operate/trust-and-loss.md has tests in tests/check/promises.md, and every test
that this names exists.

A cell names tests as `FILE`: NAME, NAME; where a name is that of a @test, a function of a C file, or a word that
the file has."""
import os
import re
import sys

PROMISES = "docs/operate/trust-and-loss.md"
PAGE = "tests/check/promises.md"


def names(text):
    """(file, name) of a cell; a name may have commas, so they are parted by semicolons."""
    for file, rest in re.findall(r"`([\w./-]+)`: ([^`]*?)(?=(?:; )?`|$)", text):
        for name in rest.split(";"):
            if name.strip():
                yield file, name.strip()


def table_rows(text):
    return [line.strip().strip("|").split(" | ") for line in text.split("\n") if line.startswith("| ")]


def main(root):
    with open(os.path.join(root, PROMISES), encoding="utf-8") as page:
        table = re.search(r"^## The promise\n(.*?)^## ", page.read(), re.M | re.S)
    promised = table_rows(table[1]) if table else []
    with open(os.path.join(root, PAGE), encoding="utf-8") as page:
        rows = table_rows(page.read())
    wrong = [] if len(rows) > 10 else [f"{PAGE}: no table of promises"]
    if [row[0].strip() for row in promised] != [row[0].strip() for row in rows]:
        wrong.append(f"{PAGE} has other promises than {PROMISES}, or another order")
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
