#!/usr/bin/env python3
"""copies.py ROOT: no command copies its options member by member into a struct.

A copied member is forgotten when an option is added: the option is parsed, is in the help, and has no effect. A command's
options contain the struct instead, and the option table names its member, as `filter.since` in cmd/varve/commands/log.c."""
import re
import sys
from pathlib import Path

INITIALISER = re.compile(r"=\s*(?:\([\w ]+\)\s*)?\{((?:[^{}]|\{[^{}]*\})*)\}")
COPY = re.compile(r"\.(?:\w+\.)*(\w+)\s*=\s*o->(?:\w+\.)*\1\s*(?![\w.])")
MOST = 2


def main(root):
    wrong = []
    for path in sorted(Path(root, "cmd").rglob("*.c")):
        text = path.read_text()
        if "OPT_" not in text:
            continue
        for part in INITIALISER.finditer(text):
            names = COPY.findall(part.group(1))
            if len(names) > MOST:
                line = text.count("\n", 0, part.start()) + 1
                wrong.append(f"{path.relative_to(root)}:{line}: {', '.join(names)} are copied from the options: "
                             "make the struct a member of them, and let the option table name its members")
    print("\n".join(wrong), end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
