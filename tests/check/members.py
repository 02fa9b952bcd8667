#!/usr/bin/env python3
"""members.py ROOT [-]: members of the JSON that varve writes are named like oldRows: letters and digits, the first one small;
and in the outputs of commands a name has one type, that of members.txt.

Looks at the texts given to functions that write a member, whatever the form: reports, differences, patches, the pages' API.
FOREIGN has names that others chose, STANDARD files that write documents of standards, FILES what is no command's output. With '-' it looks at one output, on standard input,
instead: members.txt also has what lists consist of. 'object of' has names that are no member's (ids, sides), 'cells' those of
columns, with values of any type."""
import json
import re
import sys
from pathlib import Path

WRITES = re.compile(r'\b(vv_json_(?:add_\w+|name|plain_name)|put_\w+)\((?:&?[\w>.\-]+), *"((?:[^"\\]|\\.)*)"')
LISTED = re.compile(r'\b(?:JSON|REPORT)_(TEXT|BY|URL|NUMBER|BOOL|TIME|NAMES|ARRAY|OBJECT)(?:_LEN)?(?:_WHEN|_OR_NULL)?\([^";{]*?"((?:[^"\\]|\\.)*)"')
ESCAPED = re.compile(r'[{,]\\"([^"\\]+)\\":')
STYLE = re.compile(r"[a-z][a-zA-Z0-9]*|\$schema|HEAD|%s")
FOLDERS = ("check/report", "diff", "lib", "cmd")
FOREIGN = {
    "check/report/ci.c": {"check_name"},  # GitLab
    "check/report/sarif.c": {"varveFinding/v1"},
    "lib/merge/conflict_file.c": {"varve-conflicts"},  # a file's mark
}
STANDARD = ("cmd/varve/commands/published/cite_forms.c", "cmd/web/pages/catalogue.c")
FILES = re.compile("check/report/(sarif|ci)|cmd/web/|cmd/vault/(serve|work)|lib/(check/accept|merge/conflict_file|sync/vault_)|diff/merge")
TYPES = {"vv_json_add_string": "text", "vv_json_add_string_len": "text", "vv_json_add_time": "text",
         "TEXT": "text", "TIME": "text", "NUMBER": "number", "BOOL": "bool", "URL": "text", "ARRAY": "list", "NAMES": "list", "OBJECT": "object",
         "vv_json_add_u64": "number", "vv_json_add_bool": "bool", "vv_json_add_array": "list", "vv_json_add_object": "object"}


def table(root):
    lines = (root / "tests/check/members.txt").read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines if not line.startswith("#"))


def type_of(value):
    if isinstance(value, list):
        return "list"
    if isinstance(value, dict) and "base64" not in value:
        return "object"
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "text"


def wrong(value, types, wanted=None):
    """Faults of a value and all in it; null has every type."""
    if value is None or wanted in ("any", "cells"):
        return
    kind, _, inner = (wanted or type_of(value)).partition(" of ")
    if kind != type_of(value):
        yield f"{json.dumps(value)[:60]} is not a {kind}"
    elif kind == "list":
        for v in value:
            yield from wrong(v, types, inner or None)
    elif kind == "object":
        for name, v in value.items():
            if not inner and name not in types:
                yield f"member '{name}' ({type_of(v)}) is not in tests/check/members.txt"
            else:
                yield from (f"{name}: {fault}" for fault in wrong(v, types, inner or types[name]))


def main(root):
    faults = count = 0
    types = table(root)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.c")):
            text, name = path.read_text(), path.relative_to(root).as_posix()
            if name in STANDARD or ("base/json/json" not in text and not ESCAPED.search(text)):
                continue
            for match in [*WRITES.finditer(text), *LISTED.finditer(text), *ESCAPED.finditer(text)]:
                count += 1
                member, kind = match[match.lastindex], TYPES.get(match[1])
                where = f"{name}:{text.count(chr(10), 0, match.start()) + 1}: member '{member}'"
                if not STYLE.fullmatch(member) and member not in FOREIGN.get(name, ()):
                    faults += 1
                    print(f"{where}: write it like oldRows")
                elif kind and not FILES.match(name) and "%" not in member and \
                        types.get(member, "").replace("cells", "object").split(" ")[0] not in (kind, "any"):
                    faults += 1
                    print(f"{where} is a {kind}, in tests/check/members.txt {types.get(member, 'it is missing')}")
    assert count > 450, count  # it still finds what writes members
    return faults > 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit(main(Path(sys.argv[1])))
    told = list(wrong(json.load(sys.stdin), table(Path(sys.argv[1]))))
    print(*told[:20], sep="\n", file=sys.stderr)
    sys.exit(len(told) > 0)
