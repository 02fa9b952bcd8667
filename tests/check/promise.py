#!/usr/bin/env python3
"""promise.py ROOT: every promise of the pages that tests/check/promises.md names has tests there, and each of these tests exists.

A page's promises are the first column of its first table, in its order; of README any words, a `¦` for a `|`. A cell
names tests as `FILE`: NAME; NAME, where a name is that of a @test, a function of a C or Python file, or a word that
the file has."""
import os
import re
import sys

PAGE = "tests/check/promises.md"


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8") as page:
        return page.read()


def names(text):
    """(file, name) of a cell; a name may have commas, so they are parted by semicolons."""
    for file, rest in re.findall(r"`([\w./-]+)`: ([^`]*?)(?=(?:; )?`|$)", text):
        for name in rest.split(";"):
            if name.strip():
                yield file, name.strip()


def table_rows(text):
    return [line.strip().strip("|").split(" | ") for line in text.split("\n") if line.startswith("| ")]


def exists(root, file, name):
    text = read(root, file) if os.path.exists(os.path.join(root, file)) else ""
    kind = os.path.splitext(file)[1]
    if kind == ".py" and name.startswith("test_"):
        return f"def {name}(" in text
    return {".bats": f'@test "{name}" {{', ".c": f"cmocka_unit_test({name})"}.get(kind, name) in text


def page_faults(root, page, rows):
    text = read(root, page)
    if page == "README.md":
        for row in rows:
            if row[0].strip().replace("¦", "|") not in text:
                yield f"{PAGE}: {page} does not say: {row[0].strip()}"
    else:
        first = re.search(r"^\|.*?\n\n", text, re.M | re.S)
        if [row[0].strip() for row in table_rows(first[0])[1:]] != [row[0].strip() for row in rows]:
            yield f"{PAGE} has other promises than {page}, or another order"
    for row in rows:
        tests = list(names(row[-1].strip()))
        if not tests:
            yield f"{PAGE}: no test pins: {row[0].strip()}"
        for file, name in tests:
            if not exists(root, file, name):
                yield f"{PAGE}: {file} has no test '{name}'"


def main(root):
    parts = re.split(r"^## (.*)\n", read(root, PAGE), flags=re.M)[1:]
    wrong = [] if len(parts) == 6 else [f"{PAGE}: not the tables of three pages"]
    for page, text in zip(parts[::2], parts[1::2]):
        wrong += page_faults(root, page, table_rows(text)[1:])
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
