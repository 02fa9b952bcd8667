#!/usr/bin/env python3
"""density.py ROOT: statements do not become denser: those with several ? : only become fewer.

A branch in a second ? : of a statement has no line of its own for debuggers, coverage and readers: write an `if`, a
`switch` or a table. CEILING is what there is; lower it when you have replaced some."""
import sys
import os

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import house_sources

CEILING = {"statements with two or more": 467, "statements with three or more": 0}


def main(root):
    found = house_sources.density(house_sources.read(root))
    wrong = [f"{found[row]['count']} {row} ? :, more than {most}" for row, most in CEILING.items() if found[row]["count"] > most]
    fewer = [f"{found[row]['count']} {row} ? :, fewer than {most}" for row, most in CEILING.items() if found[row]["count"] < most]
    for line in wrong:
        print(f"density: {line}: write an if, a switch or a table")
    for line in fewer:
        print(f"density: {line}: lower CEILING in tests/check/density.py")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
