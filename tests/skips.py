#!/usr/bin/env python3
"""skips.py LOG LIST: the tests that ctest's LOG (Testing/Temporary/LastTest.log) reports as skipped, by reason; fails
where a reason matches no line of LIST."""
import re
import sys
from collections import defaultdict
from fnmatch import fnmatchcase


def main(log, listed):
    patterns = [line for line in open(listed, encoding="utf-8").read().splitlines() if line and line[0] != "#"]
    skipped, test = defaultdict(set), None
    for line in open(log, encoding="utf-8", errors="replace"):
        begun = re.match(r"\d+/\d+ Testing: (.*)", line)
        why = re.match(r"ok # skip ?(.*)", line)
        if begun:
            test = begun[1]
        elif why and test:
            skipped[why[1].strip()].add(test)
    unknown = [why for why in skipped if not any(fnmatchcase(why, p) for p in patterns)]
    for why in sorted(skipped):
        print(f"skipped, {why or 'without a reason'}{' (NOT LISTED)' if why in unknown else ''}:")
        print("".join(f"    {name}\n" for name in sorted(skipped[why])), end="")
    if unknown:
        print(f"tests were skipped for a reason that {listed} does not list")
    return 1 if unknown else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
