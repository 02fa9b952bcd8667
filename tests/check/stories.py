#!/usr/bin/env python3
"""stories.py ROOT: each command has a story that runs with sanitizers in every run (vv_story in
tests/cli/CMakeLists.txt), and each story is a test that exists."""
import re
import sys
from pathlib import Path


def main(root):
    cli, wrong, told = root / "tests/cli", [], set()
    for file, name, commands in re.findall(r'^vv_story\((\S+) "([^"]+)" ([^)]+)\)', (cli / "CMakeLists.txt").read_text(), re.M):
        told.update(commands.split())
        if f'@test "{name}" {{\n' not in (cli / f"{file}.bats").read_text():
            wrong.append(f'tests/cli/CMakeLists.txt: tests/cli/{file}.bats has no test "{name}"')
    there = {c.replace("_", "-") for path in (root / "cmd").glob("*/*.c")
             for c in re.findall(r"&vv_cmd_(\w+),", path.read_text())}
    wrong += [f"tests/cli/CMakeLists.txt: no vv_story for the command '{c}'" for c in sorted(there - told)]
    wrong += [f"tests/cli/CMakeLists.txt: a vv_story for '{c}', which is not a command" for c in sorted(told - there)]
    print("\n".join(wrong) or f"{len(there)} commands")
    return 1 if wrong or not there else 0


sys.exit(main(Path(sys.argv[1])))
