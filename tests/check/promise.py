#!/usr/bin/env python3
"""promise.py ROOT: every promise of the pages that tests/check/promises.md names has tests there, and each of these tests exists.

A page's promises are the first column of its first table, in its order; then any words of it, a `¦` for a `|`. Of README
and docs/promises.md each paragraph, item and row of a table has a promise here. A cell names tests as `FILE`: NAME; NAME, where
a name is that of a @test, a function of a C or Python file, or a word that the file has; or it says "no test: REASON"."""
import os
import re
import sys

PAGE = "tests/check/promises.md"
COMPLETE = ("README.md", "docs/promises.md")


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
    if kind == ".c":
        return re.search(rf"cmocka_unit_test\w*\({name}\b", text)
    return (f'@test "{name}" {{' if kind == ".bats" else name) in text


def parts_of(text):
    """Paragraphs, items and rows of tables, without transcripts, headings and pictures."""
    for part in re.split(r"\n(?=[-|])|\n\n+", re.sub(r"```.*?```|<!--.*?-->", "", text, flags=re.S)):
        if part.strip() and not part.strip().startswith(("#", "!", "| |", "|---", "| every 1.x |")):
            yield part


def page_faults(root, page, rows):
    text = read(root, page)
    said = [row[0].strip().replace("¦", "|") for row in rows]
    first = [] if page == "README.md" else [row[0].strip() for row in table_rows(re.search(r"^\|.*?\n\n", text, re.M | re.S)[0])[1:]]
    if said[:len(first)] != first:
        yield f"{PAGE} has other promises than {page}, or another order"
    for words in said:
        if words not in text:
            yield f"{PAGE}: {page} does not say: {words}"
    if page in COMPLETE:
        for part in parts_of(text):
            if not any(words in part for words in said):
                yield f"{PAGE} has no promise of {page}: {part.strip()}"
    for row in rows:
        tests = list(names(row[-1].strip()))
        if not tests and not row[-1].strip().startswith("no test: "):
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
