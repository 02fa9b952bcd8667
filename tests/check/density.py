#!/usr/bin/env python3
"""density.py ROOT: statements do not become denser: those with several ? : only become fewer. Nor do statics lose their noun.

A branch in a second ? : of a statement has no line of its own for debuggers, coverage and readers: write an `if`, a
`switch` or a table. CEILING is what there is; lower it when you have replaced some."""
import sys
import os

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import house_sources

CEILING = {"statements with two or more": 467, "statements with three or more": 0}
SHORT = 15  # statics of one word: SQLite's names for the functions of a virtual table


def main(root):
    sources = house_sources.read(root)
    found = house_sources.density(sources)
    short = house_sources.functions(sources)["of one word"]["count"]
    wrong = [f"{found[row]['count']} {row} ? :, more than {most}" for row, most in CEILING.items() if found[row]["count"] > most]
    fewer = [f"{found[row]['count']} {row} ? :, fewer than {most}" for row, most in CEILING.items() if found[row]["count"] < most]
    for line in wrong:
        print(f"density: {line}: write an if, a switch or a table")
    for line in fewer:
        print(f"density: {line}: lower CEILING in tests/check/density.py")
    if short > SHORT:
        print(f"density: {short} static functions of one word, more than {SHORT}: name the noun, too, such as read_header")
    return bool(wrong) or short > SHORT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
