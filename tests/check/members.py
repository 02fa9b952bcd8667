#!/usr/bin/env python3
"""members.py ROOT: members of the JSON that varve writes are named like oldRows: letters and digits, the first one small.

Looks at the texts given to functions that write a member, whatever the form: reports, differences, patches, the pages' API.
FOREIGN has names that others chose."""
import re
import sys
from pathlib import Path

WRITES = re.compile(r'\b(?:vv_json_(?:add_\w+|name|plain_name)|vv_report_json_text|put_\w+)\((?:&?[\w>.\-]+), *"((?:[^"\\]|\\.)*)"')
ESCAPED = re.compile(r'[{,]\\"([^"\\]+)\\":')
STYLE = re.compile(r"[a-z][a-zA-Z0-9]*|\$schema|HEAD|%s")
FOLDERS = ("check/report", "diff", "lib", "cmd")
FOREIGN = {
    "check/report/ci.c": {"check_name"},  # GitLab
    "lib/merge/conflict_file.c": {"varve-conflicts"},  # a file's mark
    "lib/worktree/journal.c": {"new_head", "index_only", "work_only"},  # gone with its command
}


def main(root):
    faults = count = 0
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.c")):
            text, name = path.read_text(), path.relative_to(root).as_posix()
            if "base/json/json.h" not in text and not ESCAPED.search(text):
                continue
            for match in [*WRITES.finditer(text), *ESCAPED.finditer(text)]:
                count += 1
                if not STYLE.fullmatch(match[1]) and match[1] not in FOREIGN.get(name, ()):
                    faults += 1
                    print(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: member '{match[1]}': write it like oldRows")
    assert count > 400, count  # it still finds what writes members
    return faults > 0


sys.exit(main(Path(sys.argv[1])))
