#!/usr/bin/env python3
"""stories.py ROOT: each command has a story that runs with sanitizers in every run (vv_story in tests/cli/CMakeLists.txt
and tests/stories/CMakeLists.txt), each story is a test that exists, and each folder of tests/cli is a command. In all .bats files `! command` stands with
`|| false`: bash goes on where such a line fails."""
import re
import sys
from pathlib import Path


def main(root):
    wrong, told = [], set()
    for folder in ("tests/cli", "tests/stories"):
        listed = (root / folder / "CMakeLists.txt").read_text()
        for file, name, commands in re.findall(r'^vv_story\((\S+) "([^"]+)" ([^)]+)\)', listed, re.M):
            told.update(commands.split())
            if f'@test "{name}" {{\n' not in (root / folder / f"{file}.bats").read_text():
                wrong.append(f'{folder}/CMakeLists.txt: {folder}/{file}.bats has no test "{name}"')
    for path in sorted([*(root / "tests").rglob("*.bats"), *(root / "tests").rglob("*.bash")]):
        text = re.sub(r"\\\n\s*", "", path.read_text())
        wrong += [f"{path.relative_to(root)}: it cannot fail without '|| false': {line}"
                  for line in re.findall(r"^\s*(! (?!.*(?:\|\||&&|; then$|; do$)).*[^|\n])$", text, re.M)]
    there = {c.replace("_", "-") for path in (root / "cmd").glob("*/*.c")
             for c in re.findall(r"&vv_cmd_(\w+),", path.read_text())}
    wrong += [f"tests/cli/CMakeLists.txt: no vv_story for the command '{c}'" for c in sorted(there - told)]
    wrong += [f"tests/cli/CMakeLists.txt: a vv_story for '{c}', which is not a command" for c in sorted(told - there)]
    words = there | {word for c in there for word in c.split("-")} | PROGRAMS
    wrong += [f"tests/cli/{path.name}: not a command; tests/laws and tests/stories have what several do"
              for path in sorted((root / "tests/cli").iterdir()) if any(path.glob("*.bats")) and path.name not in words]
    print("\n".join(wrong) or f"{len(there)} commands")
    return 1 if wrong or not there else 0


PROGRAMS = {"web", "vault", "sql"}  # with commands of their own

sys.exit(main(Path(sys.argv[1])))
